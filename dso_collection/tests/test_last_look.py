"""The last look before a message leaves: what has changed while it waited in a queue of core."""

from unittest.mock import patch

from odoo.tests import tagged

from .common import jan
from .common_dispatch import DispatchCase
from .common_queries import QueryCase
from .common_replies import ReplyCase
from .test_pause import PauseCase
from .test_sms import SmsCase


class Look:
    """A reminder that waits in a queue, and what is seen when the queue gets to it."""

    def queued(self):
        self.go_to(jan(4))
        action = self.next_action(self.customer)
        domain = action._domain_sendable(self.company, jan(4))
        self.env['dso.dispatch']._dispatch(action, domain, automatic=True)
        self.assertEqual(action.state, 'sending')
        return action

    def run_queues(self):
        self.run_queue()
        self.run_sms_queue()

    def assertTakenBack(self, action, words):
        self.run_queues()
        self.assertFalse(self.server.messages or self.provider.messages)
        message = action.sent_message_ids
        self.assertEqual((message.delivery, message.failure_code), ('failed', 'withdrawn'))
        self.assertIn(words, message.failure)
        self.assertNotEqual(action.state, 'sending')
        self.run_cron_plan()
        self.assertFalse(self.customer.open_action_ids.filtered(lambda a: a.state == 'sending'))

    def call(self, **vals):
        values = {'customer_id': self.customer.id, 'origin': 'direct', 'action_type': 'call'}
        self.env['dso.action'].create({**values, **vals})._set_done('done')


@tagged('post_install', '-at_install')
class TestEmails(Look, DispatchCase):
    def test_nothing_has_changed(self):
        action = self.queued()
        self.run_queue()
        self.assertEqual((action.state, len(self.server.messages)), ('done', 1))

    def test_paid(self):
        action = self.queued()
        self.pay(self.customer, 1000, self.invoice)
        self.assertTakenBack(action, f"{self.invoice.name} paid")
        self.assertEqual((action.state, action.reason_code), ('cancelled', 'clear'))

    def test_paid_in_part_is_written_anew(self):
        action = self.queued()
        self.pay(self.customer, 100, self.invoice)
        self.assertTakenBack(action, "paid but for")
        self.go_to(jan(7))  # three days after the payment
        self.plan()
        self.send(self.next_action(self.customer))
        self.assertIn('900.00', self.body_of(self.server.messages[0]))

    def test_another_item_of_it_paid(self):
        other = self.create_invoice(self.customer, jan(2), 500, posted=jan(0))
        action = self.queued()
        self.pay(self.customer, 500, other)
        self.assertTakenBack(action, f"{other.name} paid")

    def test_credit_that_nobody_has_allocated(self):
        action = self.queued()
        self.create_credit_note(self.customer, 600)
        self.assertTakenBack(action, "the plan has changed")
        self.assertEqual(self.next_action(self.customer).held, 'credits')

    def test_taken_out_by_accounting(self):
        action = self.queued()
        self.receivables(self.invoice).no_followup = True
        self.assertTakenBack(action, f"{self.invoice.name} is chased no longer")

    def test_no_scenario_any_more(self):
        action = self.queued()
        self.customer.scenario_id = False
        self.company.dso_scenario_id = False
        self.assertTakenBack(action, "the plan has changed")

    def test_customer_called_meanwhile(self):
        action = self.queued()
        self.call()
        self.assertTakenBack(action, "the plan has changed")
        self.assertEqual((action.state, action.date_planned), ('planned', jan(11)))

    def test_no_address_any_more(self):
        action = self.queued()
        self.customer.partner_id.email = False
        self.assertTakenBack(action, "the plan has changed")
        self.assertError(action, 'no_recipient')

    def test_older_invoice_booked_meanwhile(self):
        action = self.queued()
        self.create_invoice(self.customer, jan(0), 300, posted=jan(0))
        self.assertTakenBack(action, "the plan has changed")

    def test_on_hold(self):
        """A hold that did not see the message takes nothing back itself."""
        action = self.queued()
        messages = self.registry['dso.action.message']
        with patch.object(messages, '_withdraw_of_held', lambda *args: None):
            self.customer.hold_reason = 'legal'
        self.assertTakenBack(action, "dunning hold")

    def test_what_a_person_sends_ahead_of_its_day_goes(self):
        action = self.next_action(self.customer)
        action.with_user(self.collector).action_send_now()
        self.run_queue()
        self.assertEqual((action.state, len(self.server.messages)), ('done', 1))

    def test_what_a_person_sends_after_a_call_goes(self):
        self.go_to(jan(4))
        action = self.next_action(self.customer)
        self.call()
        action.with_user(self.collector).action_send_now()
        self.run_queue()
        self.assertEqual((action.state, len(self.server.messages)), ('done', 1))

    def test_each_time_that_it_is_offered(self):
        action = self.queued()
        self.server.be_busy()
        self.run_queue()
        self.assertEqual(action.sent_message_ids.retries, 1)
        self.server.accept()
        self.pay(self.customer, 1000, self.invoice)
        self.go_to(jan(4), hour=13)
        self.assertTakenBack(action, f"{self.invoice.name} paid")

    def test_failed_one_that_an_administrator_offers_again(self):
        action = self.queued()
        self.server.refuse_recipient('azure.interior@example.com')
        self.run_queue()
        self.assertEqual(action.state, 'error')
        self.server.accept()
        self.pay(self.customer, 1000, self.invoice)
        mail = self.mail_of(action)
        mail.mark_outgoing()
        self.run_queue()
        self.assertFalse(self.server.messages)
        self.assertEqual(mail.state, 'cancel')

    def test_others_in_the_same_queue_go(self):
        action = self.queued()
        self.pay(self.customer, 1000, self.invoice)
        plain = self.env['mail.mail'].create(
            {'subject': "Plain", 'email_to': 'bob@example.com', 'email_from': 'a@example.com'}
        )
        (self.mail_of(action) | plain).send()
        self.assertEqual([message['Subject'] for message in self.server.messages], ["Plain"])
        self.assertEqual(plain.state, 'sent')

    def test_a_long_queue_is_looked_at_in_parts(self):
        """It takes its time, and what goes last is looked at last."""
        customers = self.create_customers(3)
        customers.collector_id = self.collector
        for customer in customers:
            customer.partner_id.email = f'{customer.id}@example.com'
            self.create_invoice(customer, jan(1), posted=jan(0))
        self.go_to(jan(4))
        self.plan()
        self.dispatch()
        asked, messages = [], self.registry['dso.action.message']
        look = messages._look_again
        with (
            patch('odoo.addons.dso_collection.models.mail_mail.LOOK_SIZE', 2),
            patch.object(
                messages, '_look_again', lambda self: asked.append(len(self)) or look(self)
            ),
        ):
            self.run_queue()
        self.assertEqual(asked, [2, 2])
        self.assertEqual(len(self.server.messages), 4)

    def test_what_cannot_be_looked_at_waits(self):
        action = self.queued()
        self.pay(self.customer, 1000, self.invoice)
        messages = self.registry['dso.action.message']
        locked = patch.object(messages, '_withdraw_outdated', side_effect=self.lock_timeout)
        with locked:
            self.run_queue()
        self.assertFalse(self.server.messages)
        self.assertEqual((action.state, self.mail_of(action).state), ('sending', 'outgoing'))
        self.assertTakenBack(action, f"{self.invoice.name} paid")

    def lock_timeout(self):
        self.env.cr.execute("SET LOCAL statement_timeout = 1")
        self.env.cr.execute("SELECT pg_sleep(1)", log_exceptions=False)


@tagged('post_install', '-at_install')
class TestReplies(Look, ReplyCase):
    def test_answered(self):
        action = self.queued()
        self.write_anew()
        self.assertTakenBack(action, "a reply waits")

    def test_what_a_person_sends_all_the_same_goes(self):
        self.go_to(jan(4))
        action = self.next_action(self.customer)
        action.with_user(self.collector).action_send_now()
        self.write_anew()
        self.run_queue()
        self.assertEqual(action.state, 'done')


@tagged('post_install', '-at_install')
class TestSms(Look, SmsCase):
    def test_nothing_has_changed(self):
        action = self.queued()
        self.run_queues()
        self.assertEqual((action.state, len(self.provider.messages)), ('done', 1))

    def test_paid(self):
        action = self.queued()
        self.pay(self.customer, 1000, self.invoice)
        self.assertTakenBack(action, f"{self.invoice.name} paid")

    def test_others_in_the_same_queue_go(self):
        action = self.queued()
        self.pay(self.customer, 1000, self.invoice)
        plain = self.env['sms.sms'].create({'number': '+12025550177', 'body': "Plain"})
        (self.sms_of(action) | plain).send()
        self.assertEqual(self.provider.messages, [('+12025550177', "Plain")])


@tagged('post_install', '-at_install')
class TestPaused(PauseCase):
    def test_what_goes_beside_an_email_goes_when_sending_is_resumed(self):
        """A pause that did not see the SMS takes nothing back itself."""
        self.go_to(jan(4))
        action = self.send(self.next_action(self.customer))
        with patch.object(self.registry['dso.dispatch'], '_withdraw_queued', lambda *args: None):
            self.company.dso_paused = True
        self.run_sms_queue()
        self.assertFalse(self.provider.messages)
        self.assertEqual(self.told(action, 'sms'), [('failed', 'paused')])
        self.resume()
        self.assertEqual(len(self.provider.messages), 1)


@tagged('post_install', '-at_install')
class TestQueries(DispatchCase, QueryCase):
    """What the look costs, for messages of collection and for all others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for customer in cls.customers:
            customer.partner_id.email = f'{customer.id}@example.com'
            cls.create_invoice(customer, jan(1), posted=jan(0))
        cls.customers.collector_id = cls.collector

    def queued(self, customers):
        self.go_to(jan(4))
        actions = self.env['dso.action'].union(*map(self.next_action, customers))
        self.assertEqual(self.dispatch(actions), actions)
        return self.env['dso.action.message'].browse(actions.sent_message_ids.ids)

    def look(self, messages):
        queue = self.env['mail.mail'].search(
            [('mail_message_id', 'in', messages.mail_message_id.ids)]
        )
        self.left = self.env['dso.action.message']._let_go(queue)
        self.env.flush_all()

    def test_nothing_has_changed(self):
        self.assertSame(self.queued, self.look)
        self.assertEqual(len(self.left), len(self.customers))

    def test_all_taken_back(self):
        def held(customers):
            messages = self.queued(customers)
            unseen = patch.object(type(messages), '_withdraw_of_held', lambda *args: None)
            with unseen:
                customers.hold_reason = 'legal'
            return messages

        self.assertSame(held, self.look)
        self.assertFalse(self.left)

    def test_other_mails_cost_one_query_more_for_all(self):
        def plain(count):
            values = {'email_to': 'bob@example.com', 'email_from': 'a@example.com'}
            return self.env['mail.mail'].create([values] * count)

        def unasked(mails):
            with patch.object(
                self.registry['dso.action.message'], '_find_queued', lambda *args: {}
            ):
                mails.send()

        for count in (4, 8):
            unasked(plain(count))  # warm
            without = self.queries(unasked, plain(count))
            self.assertEqual(self.queries(plain(count).send), without + 1)
