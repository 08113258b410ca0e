"""Two workers, a crash, a lock: real connections and real commits (invariant 6)."""

import threading
from unittest.mock import patch

import psycopg2
from odoo import Command, fields
from odoo.fields import Domain
from odoo.tools import mute_logger

from .common_dispatch import QUEUE_LOG
from .common_workers import SQL_LOG, OneMessage, WorkerCase


class TestConcurrency(OneMessage, WorkerCase):
    def queued(self, env):
        return self.mails(env)

    def run_queue_once(self, env):
        self.run_queue(env)

    def assertDone(self):
        action = self.action(self.worker())
        self.assertEqual((action.state, action.delivery), ('done', 'sent'))
        self.assertEqual(len(self.server.messages), 1)

    # --- queueing --------------------------------------------------------------------------

    def test_two_dispatchers_at_once(self):
        first, second = self.worker(), self.worker()
        self.assertTrue(self.dispatch(first))
        self.assertFalse(self.dispatch(second), "what another one works on is skipped, not awaited")
        second.cr.commit()
        first.cr.commit()
        self.assertFalse(self.dispatch(second))
        second.cr.commit()
        self.run_queue(self.worker())
        self.assertDone()

    def test_dispatcher_with_an_older_view(self):
        first, second = self.worker(), self.worker()
        self.assertEqual(self.action(second).state, 'planned')
        self.dispatch(first)
        first.cr.commit()
        domain = self.action(second)._domain_sendable_by_hand()
        with mute_logger(SQL_LOG):
            second['dso.dispatch']._dispatch_safely(self.action(second), domain)
        second.cr.commit()
        self.run_queue(self.worker())
        self.assertDone()

    def test_dispatcher_that_dies(self):
        first = self.worker()
        self.dispatch(first)
        first.cr.rollback()
        second = self.worker()
        self.assertEqual(self.action(second).state, 'planned')
        self.assertTrue(self.dispatch(second))
        second.cr.commit()
        self.run_queue(second)
        self.assertDone()

    def test_paused_while_messages_are_written(self):
        first, second = self.worker(), self.worker()
        action = self.action(first)
        domain = action._domain_sendable(first.company, first.company._dso_today())
        self.assertEqual(action.search_count(domain & Domain('id', '=', action.id)), 1)
        second.company.dso_paused = True
        second.cr.commit()
        with mute_logger(SQL_LOG):
            first['dso.dispatch']._dispatch_safely(action, domain)
        first.cr.commit()
        self.assertEqual(self.action(self.worker()).state, 'planned')
        self.assertFalse(self.mails(self.worker()))

    def test_company_that_somebody_is_writing(self):
        """A preview may take a minute, and nobody waits for it."""
        first, second = self.worker(), self.worker()
        second.company.dso_contact_interval += 1
        second.flush_all()
        self.assertTrue(self.dispatch(first))
        first.cr.commit()
        second.cr.rollback()

    # --- belts -----------------------------------------------------------------------------

    def admit(self, env):
        """The action, when the daily cap lets it leave by itself."""
        action = self.action(env)
        return env['dso.belt']._admit(action.company_id, action, True)

    def test_two_that_count_the_same_day(self):
        first, second = self.worker(), self.worker()
        self.assertTrue(self.admit(first))
        self.assertFalse(self.admit(second), "what another one counts is skipped, not awaited")
        first.cr.commit()
        second.cr.rollback()
        self.assertTrue(self.admit(second))

    def test_one_that_counts_from_an_older_view(self):
        first, second = self.worker(), self.worker()
        self.assertEqual(self.action(second).state, 'planned')
        self.admit(first)
        first['dso.belt']._count(self.action(first).company_id)
        first.cr.commit()
        with mute_logger(SQL_LOG), self.assertRaises(psycopg2.errors.SerializationFailure):
            self.admit(second)
        second.cr.rollback()

    # --- the last look ---------------------------------------------------------------------

    def test_held_by_somebody_who_is_slow(self):
        """What cannot be taken back yet waits; it does not go."""
        first, second, other = self.worker(), self.worker(), self.worker()
        self.dispatch(first)
        self.hold(second)
        first.cr.commit()
        self.action(other).lock_for_update()
        with mute_logger(SQL_LOG):
            self.run_queue(self.worker())
        self.assertFalse(self.server.messages)
        self.assertTrue(self.mails(self.worker()))
        other.cr.rollback()
        self.run_queue(self.worker())
        self.assertTakenBack()
        self.assertFalse(self.server.messages)

    def test_invoice_that_is_gone_when_its_reminder_leaves(self):
        move = self.list_invoice()
        first, second = self.worker(), self.worker()
        self.dispatch(first)
        invoice = second['account.move'].browse(move.id).with_context(tracking_disable=True)
        invoice.button_draft()
        invoice.button_cancel()
        second.cr.commit()
        first.cr.commit()
        self.run_queue(self.worker())
        self.assertFalse(self.server.messages)
        self.assertEqual(self.action(self.worker()).sent_message_ids.failure_code, 'withdrawn')

    def list_invoice(self):
        """An invoice that the action asks for."""
        env = self.worker()
        move = (
            env['account.move']
            .with_context(tracking_disable=True)
            .create(
                {
                    'move_type': 'out_invoice',
                    'partner_id': self.ids['partner'],
                    'invoice_date': fields.Date.today(),
                    'invoice_line_ids': [
                        Command.create({'name': "Work", 'price_unit': 100, 'tax_ids': False})
                    ],
                }
            )
        )
        self.addCleanup(self.delete_invoice, move.id)
        move.action_post()
        line = move.line_ids.filtered('date_maturity')
        env['dso.action.item'].create(
            {
                'action_id': self.ids['action'],
                'customer_id': self.ids['customer'],
                'line_id': line.id,
                'move_id': move.id,
                'number': move.name,
                'due_date': line.date_maturity,
                'currency_id': line.currency_id.id,
                'amount_original': 100,
                'amount_residual': 100,
                'amount_residual_company': 100,
            }
        )
        env.cr.commit()
        return move

    def delete_invoice(self, move_id):
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM dso_action_item WHERE move_id = %s", [move_id])
            cr.execute("DELETE FROM account_move_line WHERE move_id = %s", [move_id])
            cr.execute("DELETE FROM account_move WHERE id = %s", [move_id])

    # --- sending ---------------------------------------------------------------------------

    def test_two_queues_at_once(self):
        first, second = self.queue(), self.worker()
        first_mails, second_mails = self.mails(first), self.mails(second)
        first_mails.send()  # handed over, not committed yet
        failures = []

        def send():
            try:
                with mute_logger(QUEUE_LOG, SQL_LOG):
                    second_mails.send(auto_commit=True)
            except psycopg2.errors.SerializationFailure as failure:
                failures.append(failure)

        thread = threading.Thread(target=send)
        thread.start()
        self.assertWaits(second, "it waits for the first one before it sends")
        first.cr.commit()
        thread.join(20)
        self.assertFalse(thread.is_alive())
        self.assertTrue(failures)
        second.cr.rollback()
        self.run_queue(second)
        self.assertDone()

    def test_queue_that_dies_after_the_server_took_the_message(self):
        first = self.queue()
        self.mails(first).send()
        first.cr.rollback()
        self.run_queue(self.worker())
        action = self.action(self.worker())
        self.assertEqual((action.state, len(action.sent_message_ids)), ('done', 1))
        [lost, repeated] = self.server.messages
        self.assertEqual(lost['Message-ID'], repeated['Message-ID'])

    # --- settling --------------------------------------------------------------------------

    def settle(self):
        env = self.worker()
        env['dso.action.message']._settle_all()
        env.cr.commit()

    def test_action_locked_by_somebody_while_its_message_is_sent(self):
        queue, other = self.queue(), self.worker()
        self.action(other).lock_for_update()
        self.run_queue(queue)
        self.assertEqual(self.action(self.worker()).state, 'sending')
        other.cr.rollback()
        self.run_queue(self.worker())
        self.settle()
        self.assertDone()

    def test_action_changed_by_somebody_while_its_message_is_sent(self):
        queue, other = self.queue(), self.worker()
        mails = self.mails(queue)  # its view of the database begins here
        self.action(other).note = "Called back"
        other.cr.commit()
        with mute_logger(SQL_LOG):
            mails.send()
        queue.cr.commit()
        self.assertEqual(self.action(self.worker()).state, 'sending')
        self.settle()
        self.assertDone()

    def test_customer_account_locked_while_its_message_is_sent(self):
        """Completing an action takes back the date agreed on, which stands on its customer."""
        env = self.queue()
        env.cr.execute(
            "UPDATE dso_action SET origin = 'scenario' WHERE id = %s", [self.ids['action']]
        )
        env.cr.execute(
            "UPDATE dso_customer SET not_before = now() WHERE id = %s", [self.ids['customer']]
        )
        env.cr.commit()
        queue, other = self.worker(), self.worker()
        other['dso.customer'].browse(self.ids['customer']).lock_for_update()
        unlooked = patch.object(
            self.registry['dso.action.message'], '_has_other_plan', lambda message: False
        )
        with mute_logger(SQL_LOG), unlooked:  # it has no books
            self.run_queue(queue)
        self.assertEqual(self.action(self.worker()).state, 'sending')
        other.cr.rollback()
        self.settle()
        self.assertDone()

    def test_cancelled_while_it_is_sent(self):
        queue, other = self.queue(), self.worker()
        self.mails(queue).send()
        other['dso.dispatch']._withdraw_queued(other.company)
        other.cr.commit()
        queue.cr.commit()
        self.assertDone()
