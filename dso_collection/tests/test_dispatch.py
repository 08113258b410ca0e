"""From a due action to a message in a mailbox, and what is looked at before."""

from datetime import datetime

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user

from .common import jan
from .common_dispatch import DispatchCase


class TestSending(DispatchCase):
    def test_due_email_arrives(self):
        action = self.due_action()
        self.dispatch()
        self.assertEqual((action.state, action.delivery), ('sending', 'queued'))
        self.run_queue()
        [message] = self.server.messages
        self.assertEqual(message['Subject'], "Reminder of $\N{NBSP}1,000.00")
        self.assertEqual(message['To'], 'Azure Interior <azure.interior@example.com>')
        self.assertIn('Ann Clerk', message['From'])
        self.assertIn(self.invoice.name, self.body_of(message))
        self.assertIn("Ann Clerk", self.body_of(message, 'plain'))

    def test_sent_action_is_history(self):
        action = self.send(self.due_action())
        self.assertEqual((action.state, action.outcome), ('done', 'sent'))
        self.assertEqual((action.delivery, action.is_contact), ('sent', True))
        self.assertEqual(action.day_done, jan(4))
        self.assertEqual(action.item_ids.move_id, self.invoice)
        self.assertEqual(action.item_ids.offset_counted, 3)
        self.assertEqual(action.sent_message_ids.delivery, 'sent')
        self.assertNext(self.customer, 10, jan(11))

    def test_message_stands_on_the_customer_account(self):
        action = self.send(self.due_action())
        message = self.customer.message_ids[0]
        self.assertEqual(message, action.sent_message_ids.mail_message_id)
        self.assertEqual(message.author_id, self.collector.partner_id)
        self.assertEqual(message.notification_ids.notification_status, 'sent')
        self.assertEqual(message.notification_ids.mail_email_address, 'azure.interior@example.com')
        self.assertIn(self.invoice.name, message.body)

    def test_scheduled_action(self):
        action = self.due_action()
        self.run_cron()
        self.assertEqual(action.state, 'sending')
        self.assertTrue(self.triggers('mail.ir_cron_mail_scheduler_action'))
        self.run_cron()
        self.run_queue()
        self.assertEqual(len(self.server.messages), 1)

    def test_two_runs_send_once(self):
        action = self.due_action()
        self.dispatch(action)
        self.assertFalse(self.dispatch(action))
        self.run_queue()
        self.run_queue()
        self.assertEqual(len(self.server.messages), 1)

    def test_language_of_the_recipient(self):
        self.env['res.lang']._activate_lang('fr_FR')
        french = self.mail_template.with_context(lang='fr_FR')
        french.subject = "Rappel de #items_amount_overdue"
        self.customer.partner_id.lang = 'fr_FR'
        self.send(self.due_action())
        [message] = self.server.messages
        self.assertRegex(message['Subject'], r"^Rappel de \$.1.000,00$")
        self.assertIn("01/01/2027", self.body_of(message))

    def test_language_from_right_to_left(self):
        self.env['res.lang']._activate_lang('ar_001')
        self.customer.partner_id.lang = 'ar_001'
        self.send(self.due_action())
        [message] = self.server.messages
        body = self.body_of(message)
        self.assertIn('<div dir="rtl"><p>Dear Azure Interior</p>', body)
        self.assertIn('<table', body)

    def test_language_of_the_collection_contact_comes_first(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.env['res.partner'].create(
            {
                'name': "Marie",
                'email': 'marie@example.com',
                'lang': 'fr_FR',
                'parent_id': self.customer.partner_id.id,
                'is_collection_contact': True,
            }
        )
        self.mail_template.with_context(lang='fr_FR').subject = "Rappel"
        self.send(self.due_action())
        [message] = self.server.messages
        self.assertEqual(
            (message['Subject'], message['To']), ("Rappel", 'Marie <marie@example.com>')
        )

    def test_one_transaction_for_several_addresses(self):
        for name in ('marie', 'paul'):
            self.env['res.partner'].create(
                {
                    'name': name,
                    'email': f'{name}@example.com',
                    'parent_id': self.customer.partner_id.id,
                    'is_collection_contact': True,
                }
            )
        self.mail_template.email_cc = 'book@seller.example.com'
        action = self.send(self.due_action())
        [message] = self.server.messages
        self.assertEqual(
            set(message['X-Rcpt'].split(', ')),
            {'marie@example.com', 'paul@example.com', 'book@seller.example.com'},
        )
        self.assertEqual(message['Cc'], 'book@seller.example.com')
        notifications = action.sent_message_ids.mail_message_id.notification_ids
        self.assertEqual(len(notifications), 2)

    def test_names_are_text(self):
        self.customer.partner_id.name = "<b>Azure</b> {{ 1 / 0 }}"
        self.send(self.due_action())
        [message] = self.server.messages
        self.assertIn("&lt;b&gt;Azure&lt;/b&gt; {{ 1 / 0 }}", self.body_of(message))

    def test_attachments_of_the_template(self):
        attachment = self.env['ir.attachment'].create({'name': "terms.txt", 'raw': b"Terms"})
        self.mail_template.attachment_ids = attachment
        self.send(self.due_action())
        [part] = self.server.messages[0].iter_attachments()
        self.assertEqual(part.get_filename(), "terms.txt")

    def test_replies_go_to_the_catchall_of_the_company(self):
        domain = self.env['mail.alias.domain'].create(
            {'name': 'seller.example.com', 'catchall_alias': 'catchall', 'bounce_alias': 'bounce'}
        )
        self.company.alias_domain_id = domain
        self.send(self.due_action())
        [message] = self.server.messages
        self.assertEqual(message['Reply-To'], 'Ann Clerk <catchall@seller.example.com>')
        self.assertEqual(message['Return-Path'], 'bounce@seller.example.com')

    def test_without_catchall_replies_go_to_the_collector(self):
        self.company.alias_domain_id = False
        self.send(self.due_action())
        self.assertIn('ann@seller.example.com', self.server.messages[0]['Reply-To'])

    def test_costs_the_same_for_more_actions(self):
        customers = [self.create_customer(f"Customer {n}", lang='en_US') for n in range(12)]
        actions = self.env['dso.action']
        for customer in customers:
            customer.collector_id = self.collector
            self.create_invoice(customer, jan(1), posted=jan(0))
            actions |= self.next_action(customer)
        counts = []
        for batch in (actions[:2], actions[2:5], actions[5:11]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(self.dispatch(batch), batch)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2], counts)


class TestPreSendCheck(DispatchCase):
    """What was right when it was planned may be wrong when it is sent (spec 3.16)."""

    def assertNothingSent(self, action):
        self.assertFalse(self.dispatch(action))
        self.run_queue()
        self.assertFalse(self.server.messages)

    def test_paid_since(self):
        action = self.due_action()
        self.pay(self.customer, 1000, self.invoice)
        self.assertNothingSent(action)
        self.assertFalse(action.exists())

    def test_partly_paid_since_below_the_minimum(self):
        action = self.due_action()
        self.pay(self.customer, 970, self.invoice)
        self.assertNothingSent(action)

    def test_items_are_those_of_now(self):
        action = self.due_action()
        second = self.create_invoice(self.customer, jan(2), 700, posted=jan(0))
        self.send(action)
        self.assertEqual(self.server.messages[0]['Subject'], "Reminder of $\N{NBSP}1,700.00")
        self.assertEqual(action.item_ids.move_id, self.invoice | second)

    def test_older_invoice_booked_since(self):
        action = self.due_action()
        self.create_invoice(self.customer, jan(-3), posted=jan(-4))
        self.assertNothingSent(action)
        self.assertFalse(action.exists())

    def test_credits_cover_since(self):
        action = self.due_action()
        self.create_credit_note(self.customer, 600)
        self.assertNothingSent(action)
        self.assertEqual(action.held, 'credits')

    def test_on_hold_since(self):
        action = self.due_action()
        self.customer.hold_reason = 'legal'
        self.assertNothingSent(action)

    def test_customer_called_since(self):
        action = self.due_action()
        call = self.env['dso.action'].create(
            {'customer_id': self.customer.id, 'origin': 'direct', 'action_type': 'call'}
        )
        call._set_done('done')
        self.assertNothingSent(action)
        self.assertEqual(action.date_planned, jan(11))  # five days on, a Saturday

    def test_not_yet_due(self):
        self.go_to(jan(3), hour=23)
        action = self.next_action(self.customer)
        self.assertNothingSent(action)

    def test_unconfirmed(self):
        self.step(3).mode = 'automatic_confirm'
        action = self.due_action()
        self.assertNothingSent(action)
        action.action_confirm()
        self.send(action)
        self.assertEqual(action.state, 'done')

    def test_long_past(self):
        action = self.due_action()
        self.go_to(jan(11))
        self.assertNothingSent(action)
        self.assertEqual(action.confirm_reason, 'stale')

    def test_manual_email_waits_for_a_person(self):
        self.step(3).mode = 'manual'
        self.assertNothingSent(self.due_action())


class TestWindow(DispatchCase):
    """Messages go inside the sending window of the company, the rest at its next opening."""

    def setUp(self):
        super().setUp()
        self.action = self.due_action()

    def run_at(self, day, hour):
        self.go_to(day, hour)
        self.run_cron()
        return self.action.state

    def opening(self):
        return max(self.triggers('dso_collection.ir_cron_dispatch'))

    def test_before_it_opens(self):
        self.assertEqual(self.run_at(jan(4), 7), 'planned')
        self.assertEqual(self.opening(), datetime(2027, 1, 4, 8))
        self.assertEqual(self.run_at(jan(4), 8), 'sending')

    def test_after_it_closes_on_a_friday(self):
        self.assertEqual(self.run_at(jan(8), 18), 'planned')
        self.assertEqual(self.opening(), datetime(2027, 1, 11, 8))

    def test_woken_once_per_opening(self):
        self.run_at(jan(4), 6)
        self.run_at(jan(4), 7)
        self.assertEqual(len(self.triggers('dso_collection.ir_cron_dispatch')), 1)

    def test_public_holiday(self):
        self.env['resource.calendar.leaves'].create(
            {
                'name': "Holiday",
                'company_id': self.company.id,
                'date_from': datetime(2027, 1, 5),
                'date_to': datetime(2027, 1, 5, 23),
            }
        )
        self.assertEqual(self.run_at(jan(5), 12), 'planned')
        self.assertEqual(self.opening(), datetime(2027, 1, 6, 8))

    def test_time_zone_of_the_company(self):
        self.company.dso_tz = 'America/New_York'
        self.assertEqual(self.run_at(jan(4), 12), 'planned')
        self.assertEqual(self.opening(), datetime(2027, 1, 4, 13))
        self.assertEqual(self.run_at(jan(4), 13), 'sending')

    def test_nothing_due_wakes_nobody(self):
        self.dispatch(self.action)
        self.run_at(jan(4), 20)
        self.assertFalse(self.triggers('dso_collection.ir_cron_dispatch'))


class TestCompany(DispatchCase):
    def test_nothing_goes_before_the_company_has_started(self):
        self.company.dso_started_on = False
        action = self.due_action()
        self.run_cron()
        self.assertEqual(action.state, 'planned')

    def test_nothing_goes_while_paused(self):
        self.company.dso_paused = True
        action = self.due_action()
        self.run_cron()
        self.assertEqual(action.state, 'planned')

    def test_pausing_takes_back_what_is_queued(self):
        action = self.due_action()
        self.dispatch(action)
        self.company.dso_paused = True
        self.run_queue()
        self.assertFalse(self.server.messages)
        self.assertEqual(action.state, 'planned')
        self.company.dso_paused = False
        self.send(action)
        self.assertEqual((action.state, len(self.server.messages)), ('done', 1))

    def test_companies_send_for_themselves(self):
        other = self.create_company(
            email='other@example.com', dso_started_on=fields.Datetime.now(), dso_tz='Asia/Tokyo'
        )
        other.dso_sender_id = self.create_user('manager', email='boss@other.example.com')
        customer = self.create_customer("Deco", company=other, lang='en_US')
        self.create_invoice(customer, jan(1), posted=jan(0))
        actions = self.due_action() | self.next_action(customer)
        self.run_cron()
        self.assertEqual(actions.mapped('state'), ['sending', 'planned'])  # 21:00 in Tokyo
        self.go_to(jan(5), hour=1)
        self.run_cron()
        self.assertEqual(actions[1].state, 'sending')
        message = actions[1].sent_message_ids.mail_message_id
        self.assertEqual(message.record_company_id, other)

    def test_one_bad_text_keeps_nobody_waiting(self):
        customer = self.create_customer("Deco", lang='en_US')
        customer.collector_id = self.collector
        self.create_invoice(customer, jan(1), posted=jan(0))
        good, bad = self.due_action(), self.next_action(customer)
        # Core tries a text on one action when it is saved, which may be the bad one.
        templates = self.registry['mail.template']
        self.patch(templates, '_check_can_be_rendered', lambda self, fnames=None: None)
        self.mail_template.body_html = (
            f"<p><t t-out='1 / (object.customer_id.id - {customer.id})'/></p>"
        )
        self.dispatch(bad | good)
        self.assertError(bad, 'render', 'division by zero')
        self.assertEqual(good.state, 'sending')

    def test_action_that_cannot_be_sent_at_all(self):
        customer = self.create_customer("Deco", lang='en_US')
        customer.collector_id = self.collector
        self.create_invoice(customer, jan(1), posted=jan(0))
        good, bad = self.due_action(), self.next_action(customer)
        channel = self.registry['dso.channel.email']
        prepare = channel._prepare_mail

        def fail(channel, parcel, message):
            if parcel.action == bad:
                raise ValueError("anything")
            return prepare(channel, parcel, message)

        self.patch(channel, '_prepare_mail', fail)
        with self.assertLogs('odoo.addons.dso_collection', 'ERROR') as logged:
            self.run_cron()
        self.assertEqual(len(logged.records), 1)
        self.assertEqual(good.state, 'sending')
        self.assertError(bad, 'render', "anything")


class TestSendNow(DispatchCase):
    """A collector sends an email himself."""

    def setUp(self):
        super().setUp()
        self.go_to(jan(3), hour=22)  # before its date, outside the window
        self.action = self.next_action(self.customer).with_user(self.collector)

    def send_now(self, actions=None):
        self.result = (actions or self.action).action_send_now()
        self.run_queue()
        return self.result['params']['type']

    def test_ahead_of_time(self):
        self.assertEqual(self.send_now(), 'success')
        self.assertEqual((self.action.state, len(self.server.messages)), ('done', 1))
        self.assertEqual(self.action.done_by_id, self.collector)

    def test_manual_and_unconfirmed_emails(self):
        for mode in ('manual', 'automatic_confirm'):
            with self.subTest(mode=mode), self.rolled_back():
                self.step(3).mode = mode
                self.plan(self.customer)
                self.assertEqual(self.send_now(), 'success')

    def test_same_look_at_the_books(self):
        self.pay(self.customer, 1000, self.invoice)
        self.assertEqual(self.send_now(), 'warning')
        self.assertIn("fell away", self.result['params']['message'])
        self.assertFalse(self.server.messages)

    def test_held(self):
        self.create_credit_note(self.customer, 600)
        self.assertEqual(self.send_now(), 'warning')
        self.assertIn("unallocated credits", self.result['params']['message'])
        self.assertFalse(self.server.messages)

    def test_in_error(self):
        self.action.sudo()._set_error('refused', "550 No")
        self.assertEqual(self.send_now(), 'success')

    def test_company_that_has_not_started_or_is_paused(self):
        for vals in ({'dso_started_on': False}, {'dso_paused': True}):
            with self.subTest(vals=vals), self.rolled_back():
                self.company.write(vals)
                with self.assertRaises(UserError):
                    self.send_now()

    def test_calls_are_not_sent(self):
        self.step(3).write({'action_type': 'call', 'mode': 'manual'})
        self.plan(self.customer)
        action = self.next_action(self.customer).with_user(self.collector)
        with self.assertRaises(UserError):
            self.send_now(action)

    def test_readers_send_nothing(self):
        reader = self.create_user('reader')
        with self.assertRaises(UserError):
            self.action.with_user(reader).action_send_now()

    def test_already_on_its_way(self):
        self.action.action_send_now()
        with self.assertRaises(UserError):
            self.action.action_send_now()
        self.run_queue()
        self.assertEqual(len(self.server.messages), 1)


class TestReplies(DispatchCase):
    def reply(self, sent, body="We pay on Friday."):
        raw = (
            f"From: buyer@example.com\nTo: {sent['Reply-To']}\nSubject: Re: {sent['Subject']}\n"
            f"Message-ID: <reply@example.com>\nIn-Reply-To: {sent['Message-ID']}\n"
            f"References: {sent['Message-ID']}\n\n{body}\n"
        )
        return self.env['mail.thread'].message_process(False, raw)

    def test_reply_comes_back_to_the_customer_account(self):
        self.send(self.due_action())
        self.assertEqual(self.reply(self.server.messages[0]), self.customer.id)
        message = self.customer.message_ids[0]
        self.assertIn("We pay on Friday.", message.body)
        self.assertEqual(message.message_type, 'email')


class TestTemplates(DispatchCase):
    def test_texts_that_come_with_the_addon_can_be_sent(self):
        template = self.env.ref('dso_collection.mail_template_first_reminder')
        self.step(3).mail_template_id = template
        self.send(self.due_action())
        body = self.body_of(self.server.messages[0])
        self.assertIn(self.invoice.name, body)
        self.assertNotIn('#items', body)

    def test_sending_needs_no_right_on_the_queue(self):
        portal = new_test_user(self.env, 'portal', groups='base.group_portal')
        action = self.send(self.due_action())
        message = action.sent_message_ids.mail_message_id
        self.assertFalse(message.with_user(portal).has_access('read'))
        self.assertTrue(message.with_user(self.collector).has_access('read'))

    def test_users_of_other_texts_are_not_concerned(self):
        partner = self.customer.partner_id
        mail = self.env['mail.mail'].create(
            {
                'subject': "Other",
                'body_html': "<p>Other</p>",
                'email_from': 'a@seller.example.com',
                'recipient_ids': [Command.set(partner.ids)],
            }
        )
        mail.send()
        self.assertEqual(mail.state, 'sent')
