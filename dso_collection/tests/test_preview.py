"""Preview of a step on a customer account, and the test that goes to the user alone."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import HOME, CollectionCase, jan
from .common_dispatch import DispatchCase


@tagged('post_install', '-at_install')
class TestPreview(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['res.lang']._activate_lang('fr_FR')
        cls.reader = cls.create_user('reader')
        cls.plan(cls.customer)

    def preview(self, delay=3, customer=None, user=None, **kwargs):
        step = self.step(delay).with_user(user or self.collector)
        return step.get_preview(customer and customer.id, **kwargs)

    def email(self, *args, **kwargs):
        [message] = self.preview(*args, **kwargs)['messages']
        return message

    # --- what is shown ---------------------------------------------------------------------

    def test_email_is_the_one_that_leaves(self):
        action = self.due_action()
        message = self.email()
        self.send(action)
        [sent] = self.server.messages
        self.assertEqual(message['subject'], sent['Subject'])
        self.assertEqual(message['recipient'], 'azure.interior@example.com')
        self.assertEqual(message['contact'], "Azure Interior")
        self.assertIn('ann@seller.example.com', message['sender'])
        self.assertEqual(str(message['body']), str(self.mail_of(action).body_html))

    def test_every_step_on_every_customer(self):
        stranger = self.create_customer("Far & Away", lang='fr_FR')
        stranger.scenario_id = self.create_scenario("Other", [(7, 'call', 'manual')])
        for step in self.scenario.step_ids:
            data = self.preview(step.delay, stranger)
            self.assertEqual(data['customer_id'], stranger.id)
            self.assertEqual(data['messages'][0]['kind'], step.action_type)
        self.assertIn("Far &amp; Away", self.email(3, stranger)['body'])

    def test_scenario_that_nobody_uses_yet(self):
        step = self.create_scenario("New", [(5, 'email', 'automatic')]).step_ids
        data = step.with_user(self.collector).get_preview()
        self.assertEqual(data['customer_id'], self.customer.id)
        self.assertIn(self.invoice.name, data['messages'][0]['body'])

    def test_languages(self):
        self.mail_template.with_context(lang='fr_FR').subject = "Rappel #items_amount_overdue"
        contact = {'name': "Paul", 'parent_id': self.customer.partner_id.id, 'lang': 'fr_FR'}
        self.env['res.partner'].create(contact)
        data = self.preview()
        self.assertEqual(data['lang'], 'en_US')
        self.assertIn("Reminder of $\N{NBSP}1,000.00", data['messages'][0]['subject'])
        theirs = {lang['code'] for lang in data['langs'] if lang['is_theirs']}
        self.assertEqual(theirs, {'en_US', 'fr_FR'})
        installed = {code for code, _name in self.env['res.lang'].get_installed()}
        self.assertEqual({lang['code'] for lang in data['langs']}, installed)
        self.assertIn("Rappel", self.email(lang='fr_FR')['subject'])

    def test_proposes_who_gets_the_step_next(self):
        earlier = self.customer
        later = self.create_customer("Later Ltd")
        self.create_invoice(later, jan(20), posted=jan(1))
        self.plan(later)
        self.assertEqual(self.preview(3)['customer_id'], earlier.id)
        self.assertEqual(self.preview(-5)['customer_id'], later.id)
        self.assertEqual(self.preview(20)['customer_id'], earlier.id)

    def test_before_the_due_date_no_overdue_invoice_leads(self):
        self.mail_template.subject = "{{ object.leader_number }} falls due soon"
        self.go_to(jan(4))
        step, overdue = self.step(-5), self.customer.leader_move_id
        step.write({'action_type': 'email', 'mail_template_id': self.mail_template.id})
        [warning] = self.preview(-5, self.customer)['warnings']
        self.assertIn("no item that is not due yet", warning)
        self.assertNotIn(overdue.name, self.email(-5, self.customer)['subject'])
        later = self.create_invoice(self.customer, jan(30), posted=jan(1))
        soon = self.create_invoice(self.customer, jan(20), posted=jan(1))
        self.plan(self.customer)
        self.assertEqual(self.customer.leader_move_id, overdue)
        for customer in (self.customer, None):
            data = self.preview(-5, customer)
            self.assertEqual(data['messages'][0]['subject'], f"{soon.name} falls due soon")
            self.assertFalse(data['warnings'])
        self.assertNotIn(later.name, self.email(3)['subject'])
        self.assertEqual(self.email(3)['subject'], f"{overdue.name} falls due soon")

    def test_group_account_gets_the_message(self):
        head = self.create_customer("Head")
        self.customer.group_account_id = head
        data = self.preview(customer=self.customer)
        self.assertEqual(data['customer_id'], head.id)
        self.assertIn(self.invoice.name, data['messages'][0]['body'])

    def test_attachments(self):
        file = self.env['ir.attachment'].create({'name': "terms.txt", 'raw': b"Pay"})
        self.mail_template.attachment_ids = file
        self.assertEqual(self.email()['attachments'], [{'name': "terms.txt", 'size': 3}])

    def test_statement_goes_along(self):
        step = self.step(3)
        step.attach_statement = True
        before = self.env['ir.attachment'].search([])
        with patch.object(
            self.registry['ir.actions.report'], '_run_wkhtmltopdf', lambda *args, **kwargs: b'%PDF'
        ):
            [file] = self.email()['attachments']
            self.assertTrue(file['name'].endswith('.pdf'))
            self.send_test()
        [sent] = self.server.messages
        [attached] = sent.iter_attachments()
        self.assertEqual(attached.get_filename(), file['name'])
        self.assertEqual(self.env['ir.attachment'].search([]), before)

    # --- warnings --------------------------------------------------------------------------

    def test_warnings_are_sentences(self):
        self.assertFalse(self.preview()['warnings'])
        self.customer.partner_id.email = False
        self.assertIn("no e-mail address", self.preview()['warnings'][0])
        self.customer.partner_id.email = 'pay@example.com'
        self.collector.email = False
        [warning] = self.preview()['warnings']
        self.assertIn("sender", warning.lower())
        idle = self.create_customer("Idle")
        idle.collector_id = self.create_user('collector', login='ben')
        self.assertIn("no open item", self.preview(customer=idle)['warnings'][0])

    def test_missing_rate(self):
        self.mail_template.body_html = "<p>#items_amount_late_penalties</p>"
        rate = {'date_from': jan(-30), 'date_to': jan(0), 'percent': 8}
        policy = {'name': "Gone by", 'rate_ids': [Command.create(rate)]}
        self.customer.late_policy_id = self.env['dso.late.policy'].create(policy)
        self.go_to(jan(4))
        message = self.email()
        self.assertIn("Gone by", message['problem'])
        self.assertNotIn('body', message)

    def test_text_that_cannot_be_produced(self):
        broken = '{{ object.customer_id.search([]).ensure_one() }}'
        self.create_customer("Second")
        self.env.cr.execute(
            "UPDATE mail_template SET subject = jsonb_build_object('en_US', %s) WHERE id = %s",
            [broken, self.mail_template.id],
        )
        self.mail_template.invalidate_recordset()
        message = self.email()
        self.assertTrue(message['problem'])
        self.assertNotIn('body', message)

    def test_nobody_to_show(self):
        company = self.create_company()
        step = self.scenario.copy({'company_id': company.id}).step_ids[:1]
        data = step.get_preview()
        self.assertFalse(data['messages'])
        self.assertIn("choose a customer account", data['warnings'][0])

    # --- what is left ----------------------------------------------------------------------

    def test_writes_nothing(self):
        action = self.due_action()
        before = self.dump()
        for delay in (-5, 3, 20):
            self.preview(delay, self.customer)
        self.assertNothingWritten(before, "A preview is only looked at.")
        self.assertEqual(self.customer.next_action_id, action)
        self.assertFalse(self.server.messages)

    # --- test to oneself -------------------------------------------------------------------

    def send_test(self, user=None, delay=3, customer=None, kind='email'):
        step = self.step(delay).with_user(user or self.collector)
        sentence = step.send_test((customer or self.customer).id, 'en_US', kind)
        self.run_queue()
        return sentence

    def test_goes_to_the_user_alone(self):
        file = self.env['ir.attachment'].create({'name': "terms.txt", 'raw': b"Pay"})
        self.mail_template.attachment_ids = file
        self.due_action()
        before, messages = self.dump(), self.customer.message_ids
        self.assertIn('ann@seller.example.com', self.send_test())
        [sent] = self.server.messages
        self.assertEqual(sent['Subject'], "[Test] Reminder of $\N{NBSP}1,000.00")
        self.assertIn('ann@seller.example.com', sent['To'])
        self.assertIn('ann@seller.example.com', sent['Reply-To'])
        self.assertIn(self.invoice.name, self.body_of(sent))
        [attached] = sent.iter_attachments()
        self.assertEqual(attached.get_filename(), "terms.txt")
        self.assertNothingWritten(before, "A test is nobody's history.")
        self.assertEqual(self.customer.message_ids, messages)
        self.assertTrue(file.exists())
        copies = self.env['ir.attachment'].search([('name', '=', "terms.txt")])
        self.assertEqual(copies, file)

    def test_is_sent_once_and_while_sending_is_paused(self):
        self.company.dso_paused = True
        self.send_test()
        self.run_queue()
        self.assertEqual(len(self.server.messages), 1)

    def test_refused_without_an_address(self):
        self.collector.email = False
        with self.assertRaisesRegex(UserError, "no valid email address"):
            self.send_test()
        self.assertFalse(self.server.messages)

    def test_refused_without_such_a_message(self):
        for kind in ('email', 'sms'):
            self.collector.partner_id.phone = '+32 470 12 34 56'
            with self.assertRaisesRegex(UserError, "no such message"):
                self.send_test(delay=10, kind=kind)
        with self.assertRaisesRegex(UserError, "letter is no test"):
            self.send_test(delay=35, kind='registered_letter')

    # --- rights ----------------------------------------------------------------------------

    def test_readers_look_and_send_nothing(self):
        data = self.preview(user=self.reader)
        self.assertFalse(data['can_test'])
        self.assertIn(self.invoice.name, data['messages'][0]['body'])
        with self.assertRaises(AccessError):
            self.send_test(user=self.reader)
        self.assertTrue(self.preview(user=self.create_user('manager'))['can_test'])

    def test_others_see_nothing(self):
        portal = new_test_user(self.env, login='portal', groups='base.group_portal')
        for user in (portal, self.env.ref('base.public_user')):
            with self.assertRaises(AccessError):
                self.preview(customer=self.customer, user=user)
            with self.assertRaises(AccessError):
                self.send_test(user=user)

    def test_other_companies_are_not_offered(self):
        company = self.create_company()
        foreign = self.create_customer("Foreign", company=company)
        self.create_invoice(foreign, jan(1), posted=jan(0))
        self.plan(foreign)
        with self.assertRaises(AccessError):
            self.preview(customer=foreign)
        with self.assertRaises(AccessError):
            self.send_test(customer=foreign)
        domain = self.preview()['customer_domain']
        self.assertNotIn(foreign, self.env['dso.customer'].with_user(self.collector).search(domain))
        own = self.scenario.copy({'company_id': company.id}).step_ids[:1]
        offered = own.get_preview()
        self.assertEqual(offered['customer_id'], foreign.id)


@tagged('post_install', '-at_install')
class TestPreviewOfChannels(DispatchCase):
    """An email that goes by SMS and letter, too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(
            patch.object(cls.registry['dso.letter'], '_to_pdf', lambda self, parcel: b'%PDF')
        )
        cls.name = "<b>Azure</b> & {{ 1 + 1 }} #items_list"
        cls.customer.partner_id.write({'name': cls.name, 'phone': '+1 202 555 0123'})
        greeting = (
            "Dear {{ object.addressee }}, #items_amount_overdue by {{ object.leader_number }}"
        )
        letter = "<p>Dear <t t-out='object.addressee'/>, #items_list_overdue</p>"
        cls.mail_template.write({'subject': greeting, 'body_html': letter})
        cls.step_3 = cls.scenario.step_ids.filtered(lambda step: step.delay == 3)
        cls.step_3.write(
            {
                'also_sms': True,
                'also_letter': True,
                'sms_template_id': cls.create_sms_template(greeting).id,
                'letter_template_id': cls.mail_template.id,
            }
        )
        cls.invoice.name = "INV/<i>1</i>#items_amount"
        cls.plan(cls.customer)

    def messages(self):
        messages = self.step_3.with_user(self.collector).get_preview()['messages']
        return {message['kind']: message for message in messages}

    def test_each_has_its_recipient(self):
        messages = self.messages()
        self.assertEqual(list(messages), ['email', 'sms', 'letter'])
        self.assertEqual(messages['sms']['recipient'], '+12025550123')
        self.assertIn("Main Street", messages['letter']['recipient'])

    def test_names_are_text_everywhere(self):
        messages = self.messages()
        words = f"Dear {self.name}, $\N{NBSP}1,000.00 by INV/<i>1</i>#items_amount"
        self.assertEqual(messages['email']['subject'], words)
        self.assertEqual(messages['letter']['subject'], words)
        self.assertEqual(messages['sms']['text'], words.replace("\N{NBSP}", " "))
        body = messages['email']['body']
        self.assertIn("Dear &lt;b&gt;Azure&lt;/b&gt; &amp; {{ 1 + 1 }} #items_list,", body)
        self.assertIn(">INV/&lt;i&gt;1&lt;/i&gt;#items_amount</", body)
        self.assertEqual(body.count('<table'), 1)

    def test_names_are_text_on_paper(self):
        self.go_to(jan(4))
        action = self.next_action(self.customer)
        self.dispatch(action)
        letter = action.sent_message_ids.filtered(lambda message: message.kind == 'letter')
        self.assertIn("Dear &lt;b&gt;Azure&lt;/b&gt; &amp; {{ 1 + 1 }} #items_list,", letter.body)
        self.assertEqual(letter.body.count('<table'), 1)

    def test_size_of_an_sms(self):
        self.assertIn("GSM-7", self.messages()['sms']['size'])
        self.customer.partner_id.name = "Ωmega ć"
        self.assertIn("UCS-2", self.messages()['sms']['size'])

    def test_letter_is_a_document(self):
        preview = self.env['dso.preview'].with_user(self.collector)
        before = self.dump()
        document = preview._get_document(self.step_3, self.customer, 'en_US', 'letter')
        self.assertEqual(document, b'%PDF')
        self.assertNothingWritten(before, "A letter that is looked at is not written.")
        with self.assertRaisesRegex(UserError, "no such message"):
            preview._get_document(self.step(10), self.customer, 'en_US', 'letter')

    def test_sms_to_oneself(self):
        send = self.step_3.with_user(self.collector).send_test
        with self.assertRaisesRegex(UserError, "no valid phone number"):
            send(self.customer.id, 'en_US', 'sms')
        self.collector.partner_id.phone = '+1 202 555 0199'
        messages = self.customer.message_ids
        send(self.customer.id, 'en_US', 'sms')
        self.run_sms_queue()
        [(number, text)] = self.provider.messages
        self.assertEqual(number, '+12025550199')
        self.assertIn("$ 1,000.00", text)
        self.assertEqual(self.customer.message_ids, messages)


@tagged('post_install', '-at_install')
class TestPreviewDocument(HttpCase):
    """The address of a letter that is looked at."""

    def test_document(self):
        company = self.env.company
        partner = self.env['res.partner'].create({'name': "Azure", **HOME})
        customer = self.env['dso.customer']._get_or_create(partner, company)
        step = self.env.ref('dso_collection.mail_template_letter_formal')
        step = self.env['dso.scenario.step'].search([('letter_template_id', '=', step.id)], limit=1)
        address = f'/dso_collection/preview/{step.id}/{customer.id}/en_US/{step.action_type}'
        new_test_user(self.env, login='ann', groups='dso_collection.group_dso_collector')
        new_test_user(self.env, login='bob', groups='base.group_user')
        self.authenticate('ann', 'ann')
        answer = self.url_open(address)
        self.assertEqual(answer.headers['Content-Type'], 'application/pdf')
        self.assertTrue(answer.content.startswith(b'%PDF'))
        self.assertEqual(self.url_open(address.replace('/en_US/', '/en_US/x')).status_code, 422)
        self.assertEqual(self.url_open(address.replace(f'/{step.id}/', '/0/')).status_code, 404)
        self.authenticate('bob', 'bob')
        with mute_logger('odoo.http'):
            self.assertEqual(self.url_open(address).status_code, 403)


@tagged('post_install', '-at_install')
class TestPreviewQueries(CollectionCase):
    def test_items_and_contacts_cost_nothing(self):
        customer = self.create_customer()
        self.mail_template.body_html = "<p>#items_list #items_amount #collector_name</p>"
        step = self.step(3)
        counts = []
        for number in range(3):
            for index in range(4):
                self.create_invoice(customer, jan(1), posted=jan(0))
                name = f"Contact {number}{index}"
                self.env['res.partner'].create(
                    {'name': name, 'parent_id': customer.partner_id.id, **HOME}
                )
            self.plan(customer)
            counts.append(self.queries(step.get_preview, customer.id))
        self.assertEqual(counts[1], counts[2])
