"""What mail servers and recipients answer, and what becomes of the action then."""

from datetime import datetime, timedelta

from odoo.exceptions import UserError

from .common import jan
from .common_dispatch import DispatchCase
from .smtp import closed_port


class TestRefused(DispatchCase):
    def setUp(self):
        super().setUp()
        self.action = self.due_action()

    def test_recipient_refused(self):
        self.server.refuse_recipient('azure.interior@example.com')
        self.send(self.action)
        self.assertError(self.action, 'refused', "550 5.1.1 No such user here")
        self.assertEqual(self.action.delivery, 'failed')
        self.assertEqual(self.action.sent_message_ids.delivery, 'failed')
        self.assertEqual(self.action.status_color, 'yellow')

    def test_message_refused(self):
        self.server.refuse_message()
        self.send(self.action)
        self.assertError(self.action, 'refused', "554 5.7.1 Looks like spam")

    def test_refused_message_counts_for_nothing(self):
        self.server.refuse_message()
        self.send(self.action)
        self.plan(self.customer)
        self.assertEqual(self.customer.next_action_id, self.action)
        self.assertFalse(self.customer.last_contact_date)

    def test_one_refused_address_of_two(self):
        for name in ('one', 'two'):
            self.env['res.partner'].create(
                {
                    'name': name,
                    'email': f'{name}@example.com',
                    'parent_id': self.customer.partner_id.id,
                    'is_collection_contact': True,
                }
            )
        self.server.refuse_recipient('one@example.com')
        self.send(self.next_action(self.customer))
        self.assertEqual(self.action.state, 'done')
        self.assertEqual(self.server.messages[0]['X-Rcpt'], 'two@example.com')

    def test_retry_writes_the_message_anew(self):
        self.server.refuse_message()
        self.send(self.action)
        second = self.create_invoice(self.customer, jan(2), 700, posted=jan(0))
        self.server.accept()
        self.action.with_user(self.collector).action_retry()
        self.assertEqual(self.action.state, 'planned')
        self.assertFalse(self.action.error_message)
        self.send(self.action)
        self.assertEqual(self.server.messages[0]['Subject'], "Reminder of $\N{NBSP}1,700.00")
        self.assertEqual(self.action.item_ids.move_id, self.invoice | second)
        self.assertEqual(self.action.sent_message_ids.mapped('delivery'), ['failed', 'sent'])

    def test_earlier_try_cannot_be_sent_beside_the_new_one(self):
        self.server.refuse_message()
        self.send(self.action)
        first = self.mail_of(self.action)
        self.server.accept()
        self.action.action_retry()
        self.dispatch(self.action)
        first.action_retry()
        self.run_queue()
        self.assertEqual((first.state, len(self.server.messages)), ('cancel', 1))

    def test_failed_mail_sent_again_by_an_administrator(self):
        self.server.refuse_message()
        self.send(self.action)
        self.server.accept()
        self.mail_of(self.action).action_retry()
        self.run_queue()
        self.assertEqual(self.action.state, 'done')
        self.assertFalse(self.dispatch(self.action))

    def test_only_errors_are_retried(self):
        with self.assertRaisesRegex(Exception, "Only actions in error"):
            self.action.action_retry()


class TestWrongAddress(DispatchCase):
    def test_no_sender(self):
        self.collector.email = False
        action = self.due_action()
        self.dispatch(action)
        self.assertError(action, 'no_sender')
        self.assertFalse(action.item_ids)
        self.company.dso_sender_id = self.create_user('manager', email='boss@seller.example.com')
        action.action_retry()
        self.send(action)
        self.assertIn('boss@seller.example.com', self.server.messages[-1]['From'])

    def test_no_recipient(self):
        self.customer.partner_id.email = False
        self.go_to(jan(4))
        action = self.next_action(self.customer)
        self.assertFalse(self.dispatch(action))
        self.assertError(action, 'no_recipient')

    def test_invalid_recipient(self):
        action = self.due_action()
        action.origin = 'direct'  # the plan of a step finds it earlier
        self.customer.partner_id.email = 'nobody'
        self.dispatch(action)
        self.assertError(action, 'invalid_recipient')

    def test_no_text(self):
        action = self.due_action()
        action.write({'step_id': False, 'origin': 'direct'})
        self.dispatch(action)
        self.assertError(action, 'render', "no text")


class TestTemporary(DispatchCase):
    """Servers that are busy or out of reach are asked again, three times."""

    def setUp(self):
        super().setUp()
        self.action = self.due_action()

    def test_busy_server_is_asked_again(self):
        self.server.be_busy()
        self.send(self.action)
        self.assertEqual(self.action.state, 'sending')
        self.assertEqual(self.action.sent_message_ids.retries, 1)
        self.assertIn("451", self.action.sent_message_ids.failure_reason)
        mail = self.mail_of(self.action)
        self.assertEqual(mail.scheduled_date, datetime(2027, 1, 4, 12, 5))
        self.assertIn(mail.scheduled_date, self.triggers('mail.ir_cron_mail_scheduler_action'))
        self.server.accept()
        self.run_queue()
        self.assertFalse(self.server.messages)
        self.clock.move_to(mail.scheduled_date)
        self.run_queue()
        self.assertEqual(self.action.state, 'done')
        self.assertFalse(self.action.sent_message_ids.failure_reason)

    def ask_until_it_fails(self):
        self.dispatch(self.action)
        pauses, moment = [], datetime(2027, 1, 4, 12)
        while self.action.state == 'sending' and len(pauses) < 10:
            self.clock.move_to(moment)
            self.run_queue()
            if self.action.state == 'sending':
                scheduled = self.mail_of(self.action).scheduled_date
                pauses.append((scheduled - moment).total_seconds() / 60)
                moment = scheduled
        return pauses

    def test_pauses_grow_and_end(self):
        self.server.be_busy()
        self.assertEqual(self.ask_until_it_fails(), [5, 30, 120])
        self.assertError(self.action, 'connection', "451 4.3.2 Try again later")
        self.assertEqual(self.server.offered, 4)

    def test_no_server(self):
        self.mail_server.smtp_port = closed_port()
        self.assertEqual(self.ask_until_it_fails(), [5, 30, 120])
        self.assertError(self.action, 'connection', "refused")

    def test_automatic_messages_are_retried_inside_the_window(self):
        self.server.be_busy()
        self.go_to(jan(4), 17)
        self.clock.tick(timedelta(minutes=57))
        self.send(self.action)
        self.assertEqual(self.mail_of(self.action).scheduled_date, datetime(2027, 1, 5, 8))

    def test_server_that_hangs_up(self):
        other = self.create_customer("Deco", lang='en_US')
        other.collector_id = self.collector
        self.create_invoice(other, jan(1), posted=jan(0))
        second = self.next_action(other)
        self.server.hang_up()
        self.dispatch(self.action | second)
        self.run_queue()
        self.server.accept()
        self.run_cron()
        self.assertEqual((self.action | second).mapped('state'), ['sending', 'sending'])
        self.run_queue()
        self.assertEqual(second.state, 'done')
        self.go_to(jan(4), 13)
        self.run_queue()
        self.assertEqual(self.action.state, 'done')
        self.assertEqual(len(self.server.messages), 2)

    def test_same_message_id_each_time(self):
        self.server.be_busy()
        self.send(self.action)
        message_id = self.mail_of(self.action).message_id
        self.server.accept()
        self.go_to(jan(4), 13)
        self.run_queue()
        self.assertEqual(self.server.messages[0]['Message-ID'], message_id)


class TestLost(DispatchCase):
    """Somebody, or something, removed a message before it was sent."""

    def setUp(self):
        super().setUp()
        self.action = self.due_action()
        self.dispatch(self.action)

    def test_mail_cancelled(self):
        self.mail_of(self.action).cancel()
        self.assertError(self.action, 'lost')

    def test_mail_deleted(self):
        self.mail_of(self.action).unlink()
        self.assertError(self.action, 'lost')
        self.action.action_retry()
        self.send(self.action)
        self.assertEqual(self.action.state, 'done')

    def test_message_deleted(self):
        self.action.sent_message_ids.mail_message_id.unlink()
        self.run_cron()
        self.assertError(self.action, 'lost')

    def test_waiting_in_the_queue_for_days_is_not_lost(self):
        self.go_to(jan(7))
        self.run_cron()
        self.assertEqual(self.action.state, 'sending')

    def test_no_message_at_all(self):
        self.env.cr.execute("DELETE FROM dso_action_message WHERE action_id = %s", self.action.ids)
        self.env.cr.execute("UPDATE dso_action SET write_date = %s", [datetime(2027, 1, 4, 12)])
        self.env.invalidate_all()
        self.go_to(jan(5), 11)
        self.run_cron()
        self.assertEqual(self.action.state, 'sending')
        self.go_to(jan(5), 13)
        self.run_cron()
        self.assertError(self.action, 'lost')

    def test_sent_mail_deleted_later(self):
        self.run_queue()
        self.mail_of(self.action).unlink()
        self.assertEqual((self.action.state, self.action.delivery), ('done', 'sent'))

    def test_sent_message_is_evidence(self):
        self.run_queue()
        message = self.action.sent_message_ids.mail_message_id
        for user in (self.env.user, self.collector):
            with self.assertRaisesRegex(UserError, "part of the history"):
                message.with_user(user).write({'body': "<p>Something else</p>"})
        with self.assertRaisesRegex(UserError, "part of the history"):
            message.sudo().unlink()
        message.write({'is_internal': False})  # what it told stays as it is


class TestBounce(DispatchCase):
    def setUp(self):
        super().setUp()
        self.company.alias_domain_id = self.env['mail.alias.domain'].create(
            {'name': 'seller.example.com', 'catchall_alias': 'catchall', 'bounce_alias': 'bounce'}
        )
        self.action = self.send(self.due_action())

    def test_bounced_message_counts_no_longer(self):
        self.plan(self.customer)
        self.assertTrue(self.customer.last_contact_date)
        self.bounce()
        self.assertEqual((self.action.state, self.action.delivery), ('done', 'bounced'))
        message = self.action.sent_message_ids
        self.assertEqual(message.delivery, 'bounced')
        self.assertIn("is full", message.failure_reason)
        self.assertFalse(self.customer.last_contact_date)

    def test_step_is_proposed_again_in_error(self):
        self.bounce()
        again = self.customer.next_action_id
        self.assertEqual(again.step_id, self.action.step_id)
        self.assertError(again, 'bounced', 'azure.interior@example.com')
        self.customer.partner_id.email = 'new@example.com'
        self.assertEqual(self.next_action(self.customer).state, 'planned')
        self.send(again)
        self.assertEqual(self.server.messages[-1]['X-Rcpt'], 'new@example.com')

    def test_bounce_of_one_address_of_two(self):
        for name in ('one', 'two'):
            self.env['res.partner'].create(
                {
                    'name': name,
                    'email': f'{name}@example.com',
                    'parent_id': self.customer.partner_id.id,
                    'is_collection_contact': True,
                }
            )
        self.go_to(jan(25))
        self.complete(self.customer)  # the call
        action = self.next_action(self.customer)
        action.with_user(self.collector).action_send_now()
        self.run_queue()
        self.bounce('one@example.com')
        self.assertEqual(action.delivery, 'sent')
        self.bounce('two@example.com')
        self.assertEqual(action.delivery, 'bounced')

    def test_bounced_again(self):
        self.bounce()
        self.bounce()
        self.assertEqual(self.action.delivery, 'bounced')


class TestSettling(DispatchCase):
    """Nothing of ours may undo the transaction in which a server took a message."""

    def setUp(self):
        super().setUp()
        self.action = self.due_action()
        self.dispatch(self.action)

    def test_failure_while_settling_is_made_up_for(self):
        def fail(action):
            raise ValueError("anything")

        self.patch(self.registry['dso.action'], '_set_sent', fail)
        with self.assertLogs('odoo.addons.dso_collection', 'ERROR'):
            self.run_queue()
        self.assertEqual(self.mail_of(self.action).state, 'sent')
        self.assertEqual(self.action.state, 'sending')
        self.assertTrue(self.triggers('dso_collection.ir_cron_dispatch'))

    def test_what_was_left_is_settled_by_the_scheduled_action(self):
        self.patch(self.registry['dso.action.message'], '_settle_or_later', lambda self: None)
        self.run_queue()
        self.assertEqual(self.action.state, 'sending')
        self.action.sent_message_ids._settle()
        self.assertEqual((self.action.state, len(self.server.messages)), ('done', 1))

    def test_settling_again_changes_nothing(self):
        self.run_queue()
        date_done = self.action.date_done
        self.go_to(jan(5))
        self.action.sent_message_ids._settle()
        self.assertEqual(self.action.date_done, date_done)
