"""Reminders by SMS, alone and beside an email: what is sent, and what becomes of it."""

from odoo.exceptions import UserError, ValidationError

from .common import jan
from .common_dispatch import DispatchCase

NUMBER = '+12025550123'


class SmsCase(DispatchCase):
    """The reminder of day 3 is an SMS."""

    further = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sms_template = cls.create_sms_template()
        cls.customer.partner_id.write(
            {'phone': '+1 202 555 0123', 'country_id': cls.env.ref('base.us').id}
        )
        cls.make_sms(cls.scenario)

    @classmethod
    def make_sms(cls, scenario):
        step = scenario.step_ids.filtered(lambda step: step.delay == 3)
        step.write({'action_type': 'sms', 'sms_template_id': cls.sms_template.id})

    def due_sms(self, customer=None):
        self.go_to(jan(4))
        return self.next_action(customer or self.customer)

    def send_sms(self, action):
        self.dispatch(action)
        self.run_sms_queue()
        return action

    def sms_of(self, action):
        message = action.sent_message_ids[-1].mail_message_id
        return self.env['sms.sms'].search([('mail_message_id', '=', message.id)])


class TestSms(SmsCase):
    def test_sent(self):
        action = self.send_sms(self.due_sms())
        self.assertEqual(self.provider.messages, [(NUMBER, "Overdue: $ 1,000.00")])
        self.assertEqual((action.state, action.outcome, action.delivery), ('done', 'sent', 'sent'))
        self.assertTrue(action.is_contact)
        message = action.sent_message_ids
        self.assertEqual((message.kind, message.recipient), ('sms', NUMBER))
        chatter = message.mail_message_id
        self.assertEqual((chatter.message_type, chatter.model), ('sms', 'dso.customer'))
        self.assertEqual(chatter.res_id, self.customer.id)

    def test_language_of_the_recipient(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.sms_template.with_context(lang='fr_FR').body = "Impayé : #items_amount_overdue"
        self.customer.partner_id.lang = 'fr_FR'
        self.send_sms(self.due_sms())
        self.assertIn("000,00", self.provider.messages[0][1])

    def test_tables_are_lines_and_markup_is_text(self):
        self.invoice.button_draft()
        self.sms_template.body = "#items_list_overdue {{ object.partner_id.name }}"
        self.customer.partner_id.name = "<b>Bold</b>"
        self.invoice.action_post()
        self.send_sms(self.due_sms())
        text = self.provider.messages[0][1]
        self.assertIn(f"{self.invoice.name}  ", text)
        self.assertIn("<b>Bold</b>", text)
        self.assertNotIn("<table", text)

    def test_paid_before_it_leaves(self):
        action = self.due_sms()
        self.pay(self.customer, 1000, self.invoice)
        self.assertFalse(self.dispatch(action))
        self.run_sms_queue()
        self.assertFalse(self.provider.messages)

    def test_without_a_number_it_is_in_error_when_planned(self):
        self.customer.partner_id.phone = False
        action = self.due_sms()
        self.assertError(action, 'no_phone', "phone number")
        self.assertFalse(self.dispatch(action))

    def test_unknown_hashtag_is_refused(self):
        self.env['res.lang']._activate_lang('fr_FR')
        with (
            self.rolled_back(),
            self.assertRaisesRegex(ValidationError, "#items_amont.*#items_amount"),
        ):
            self.sms_template.body = "Pay #items_amont"
        with self.assertRaisesRegex(ValidationError, "#montant"):
            self.sms_template.update_field_translations('body', {'fr_FR': "Payez #montant"})

    def test_two_companies_in_one_queue(self):
        other = self.create_company("Other", dso_started_on=self.company.dso_started_on)
        self.collector.company_ids += other
        customer = self.create_customer(
            "Deco", other, phone='+1 202 555 0199', country_id=self.env.ref('base.us').id
        )
        customer.collector_id = self.collector
        self.create_invoice(customer, jan(1), posted=jan(0))
        first, second = self.due_sms(), self.next_action(customer)
        self.dispatch(first)
        domain = self.env['dso.action']._domain_sendable(other, other._dso_today())
        self.env['dso.dispatch']._dispatch(second, domain)
        self.run_sms_queue()
        self.assertEqual((first.state, second.state), ('done', 'done'))

    def test_cost_does_not_depend_on_the_number(self):
        customers = [
            self.create_customer(
                f"Customer {n}",
                phone=f'+1 202 555 01{n:02}',
                country_id=self.env.ref('base.us').id,
                lang='en_US',
            )
            for n in range(12)
        ]
        actions = self.env['dso.action']
        for customer in customers:
            customer.collector_id = self.collector
            self.create_invoice(customer, jan(1), posted=jan(0))
            actions |= self.due_sms(customer)
        counts = [
            self.queries(self.dispatch, batch)
            for batch in (actions[:2], actions[2:5], actions[5:11])
        ]
        self.assertEqual(counts[1], counts[2], counts)


class TestSmsResults(SmsCase):
    def test_refusals_are_told_in_our_words(self):
        for answer, code, words in (
            ('wrong_number_format', 'invalid_phone', "country code"),
            ('insufficient_credit', 'sms_credit', "buy credit"),
            ('unregistered', 'sms_account', "register"),
            ('country_not_supported', 'sms_country', NUMBER),
            ('rejected', 'sms_refused', NUMBER),
        ):
            with self.subTest(answer), self.rolled_back():
                self.provider.answer(answer)
                action = self.send_sms(self.due_sms())
                self.assertError(action, code, words)
                self.assertEqual(action.sent_message_ids.delivery, 'failed')
                self.assertFalse(self.customer.last_contact_date)

    def test_silence_is_not_retried_by_itself(self):
        self.provider.be_silent()
        action = self.send_sms(self.due_sms())
        self.assertError(action, 'sms_connection', "may have sent")
        self.provider.accept()
        self.run_cron()
        self.run_sms_queue()
        self.assertFalse(self.provider.messages)

    def test_retry_by_hand_sends_once(self):
        self.provider.answer('insufficient_credit')
        action = self.send_sms(self.due_sms())
        first = self.sms_of(action)
        self.provider.accept()
        action.with_user(self.collector).action_retry()
        self.dispatch(action)
        first.resend_failed()  # by an administrator, at the same time
        self.run_sms_queue()
        self.assertEqual(len(self.provider.messages), 1)
        self.assertEqual(action.sent_message_ids.mapped('delivery'), ['failed', 'sent'])

    def test_report_of_the_network_calls_it_back(self):
        action = self.due_sms()
        self.dispatch(action)
        uuid = self.sms_of(action).uuid
        self.run_sms_queue()
        self.assertEqual(action.state, 'done')
        tracker = self.env['sms.tracker'].search([('sms_uuid', '=', uuid)])
        tracker._action_update_from_provider_error('not_delivered')
        self.env.flush_all()
        self.assertEqual(action.delivery, 'bounced')
        self.plan(self.customer)
        self.assertNotEqual(self.customer.next_action_id, action)
        self.assertEqual(self.customer.next_action_id.step_delay, 3)

    def test_taken_out_of_the_queue(self):
        action = self.due_sms()
        self.dispatch(action)
        self.sms_of(action).action_set_canceled()
        self.assertError(action, 'lost')

    def test_pausing_takes_it_back(self):
        action = self.due_sms()
        self.dispatch(action)
        self.company.dso_paused = True
        self.run_sms_queue()
        self.assertEqual((action.state, self.provider.messages), ('planned', []))


class TestSmsByHand(SmsCase):
    def setUp(self):
        super().setUp()
        self.step(3).mode = 'manual'
        self.action = self.due_sms().with_user(self.collector)

    def test_edited_text_is_sent(self):
        self.action.action_edit_text(False, " Call me about #items_amount_overdue ")
        self.action.action_send_now()
        self.run_sms_queue()
        self.assertEqual(self.provider.messages[0][1], "Call me about $ 1,000.00")
        self.assertEqual(self.action.done_by_id, self.collector)

    def test_empty_text_is_refused(self):
        with self.assertRaisesRegex(UserError, "An SMS needs a text"):
            self.action.action_edit_text(False, "  ")

    def test_panel_shows_text_and_size(self):
        [message] = self.action.get_panel()['messages']
        self.assertEqual(message['kind'], 'sms')
        self.assertIn("Overdue", message['body'])
        self.assertIn("GSM-7", message['size'])  # the amount has a plain space


class TestSeveralAtOnce(SmsCase):
    """One step, an email and an SMS: one action, one result each."""

    @classmethod
    def make_sms(cls, scenario):
        step = scenario.step_ids.filtered(lambda step: step.delay == 3)
        step.write({'also_sms': True, 'sms_template_id': cls.sms_template.id})

    def kinds(self, action):
        return {message.kind: message.delivery for message in action.sent_message_ids}

    def test_both_are_sent(self):
        action = self.due_sms()
        self.assertEqual(action.channels, 'email,sms')
        self.send(action)
        self.run_sms_queue()
        self.assertEqual(self.kinds(action), {'email': 'sent', 'sms': 'sent'})
        self.assertEqual((len(self.server.messages), len(self.provider.messages)), (1, 1))
        self.assertEqual((action.state, action.channels), ('done', 'email,sms'))

    def test_one_that_fails_does_not_undo_the_other(self):
        for first, second in (('email', 'sms'), ('sms', 'email')):
            with self.subTest(first), self.rolled_back():
                self.server.refuse_message()
                if first == 'sms':
                    self.server.accept()
                    self.provider.answer('insufficient_credit')
                action = self.due_sms()
                self.send(action)
                self.run_sms_queue()
                self.assertEqual(self.kinds(action), {first: 'failed', second: 'sent'})
                self.assertEqual((action.state, action.delivery), ('done', 'sent'))
                self.provider.accept()
                self.server.accept()

    def test_waits_for_the_other(self):
        self.server.refuse_message()
        action = self.send(self.due_sms())
        self.assertEqual((action.state, self.kinds(action)['email']), ('sending', 'failed'))
        self.provider.answer('insufficient_credit')
        self.run_sms_queue()
        self.assertError(action, 'refused')

    def test_missing_number_is_told_on_its_row(self):
        self.customer.partner_id.phone = False
        action = self.send(self.due_sms())
        self.assertEqual(self.kinds(action), {'email': 'sent', 'sms': 'failed'})
        failed = action.sent_message_ids.filtered(lambda m: m.kind == 'sms')
        self.assertIn("has no phone number", failed.failure)

    def test_missing_address_puts_the_action_in_error(self):
        self.customer.partner_id.email = False
        action = self.due_sms()
        self.assertError(action, 'no_recipient')
        self.assertFalse(self.dispatch(action))
        self.assertFalse(action.sent_message_ids)

    def test_steps_that_cannot_be(self):
        texts = {'sms_template_id': self.sms_template.id}
        letter = {'also_letter': True, 'letter_template_id': self.mail_template.id}
        for delay, values, sentence in (
            (10, {'also_sms': True, **texts}, "is no message"),
            (20, {'also_sms': True}, "sends an SMS: choose its text"),
            (20, {'also_letter': True}, "sends a letter: choose its text"),
            (35, letter, "is a letter already"),
            (35, {'mode': 'automatic'}, "sends a letter: choose its text"),
        ):
            with (
                self.subTest(sentence),
                self.rolled_back(),
                self.assertRaisesRegex(ValidationError, sentence),
            ):
                self.step(delay).write(values)


class TestSeveralByHand(SmsCase):
    """An email and an SMS of one action, each with a text that a person may write."""

    @classmethod
    def make_sms(cls, scenario):
        step = scenario.step_ids.filtered(lambda step: step.delay == 3)
        step.write({'mode': 'manual', 'also_sms': True, 'sms_template_id': cls.sms_template.id})

    def setUp(self):
        super().setUp()
        self.action = self.due_sms().with_user(self.collector)

    def drafts(self):
        return {message['kind']: message for message in self.action.get_panel()['messages']}

    def edit_both(self):
        self.action.action_edit_text("Mail", "<p>By email</p>", kind='email')
        self.action.action_edit_text(False, "By SMS", kind='sms')

    def test_restoring_one_text_leaves_the_other(self):
        self.edit_both()
        self.action.action_restore_text('email')
        drafts = self.drafts()
        self.assertEqual((drafts['email']['is_edited'], drafts['sms']['body']), (False, "By SMS"))
        self.assertIn("Reminder of", drafts['email']['subject'])
        self.action.action_restore_text('sms')
        self.assertFalse(self.action.edited_on)
        self.assertIn("Overdue", self.drafts()['sms']['body'])

    def test_only_texts_are_restored(self):
        with self.assertRaisesRegex(UserError, "Only the text of a message"):
            self.action.action_restore_text('task')

    def test_looking_at_one_text_is_not_looking_at_the_other(self):
        second = self.create_invoice(self.customer, jan(2), amount=400, posted=jan(0))
        self.plan(self.customer)
        self.edit_both()
        self.pay(self.customer, 400, self.receivables(second))
        self.plan(self.customer)
        self.action.action_edit_text(False, "By SMS", self.drafts()['sms']['items_key'], 'sms')
        drafts = self.drafts()
        self.assertTrue(drafts['email']['is_outdated'])
        self.assertFalse(drafts['sms']['is_outdated'])
        self.action.action_send_now()
        self.assertEqual(self.action.state, 'planned')

    def test_text_is_in_the_language_of_whom_it_addresses(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.sms_template.with_context(lang='fr_FR').body = "Impayé : #items_amount_overdue"
        self.env['res.partner'].create(
            {
                'name': "Paule",
                'parent_id': self.customer.partner_id.id,
                'phone': '+1 202 555 0177',
                'country_id': self.env.ref('base.us').id,
                'lang': 'fr_FR',
                'is_collection_contact': True,
                'collection_by_email': False,
                'collection_by_sms': True,
            }
        )
        drafts = self.drafts()
        self.assertEqual(drafts['sms']['recipient'], '+12025550177')
        self.assertIn("Impayé", drafts['sms']['body'])
        self.assertIn("Reminder", drafts['email']['subject'])

    def test_missing_number_is_told_before_sending(self):
        self.customer.partner_id.phone = False
        self.assertIn("has no phone number", self.drafts()['sms']['problem'])
