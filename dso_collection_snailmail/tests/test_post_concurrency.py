"""Two workers and a crash between the queue of letters and the postal service (invariant 6)."""

from unittest.mock import patch

import psycopg2
from odoo.addons.iap.tools import iap_tools
from odoo.tools import SQL, mute_logger

from odoo.addons.dso_collection.tests.common_workers import SQL_LOG, OneMessage, WorkerCase

from .postal_service import PostalService


class TestPostConcurrency(OneMessage, WorkerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = PostalService()
        cls.startClassPatcher(patch.object(iap_tools, 'iap_jsonrpc', cls.service.jsonrpc))
        cls.startClassPatcher(
            patch.object(cls.registry['dso.letter'], '_print', lambda self, html: html.encode())
        )
        cls.startClassPatcher(
            patch.object(cls.registry['dso.letter'], '_get_scale', lambda self, paper: 1)
        )

    def setUp(self):
        super().setUp()
        self.service.accept()

    def create_records(self, env):
        ids = super().create_records(env)
        env.company.dso_post_letters = True
        env['res.partner'].browse(ids['partner']).write(
            {
                'street': "1 Main Street",
                'zip': '94105',
                'city': "San Francisco",
                'country_id': env.ref('base.us').id,
            }
        )
        action = env['dso.action'].browse(ids['action'])
        action.step_id.write({'action_type': 'letter', 'letter_template_id': ids['template']})
        action.write({'action_type': 'letter', 'recipient': "1 Main Street"})
        return ids

    def clean(self):
        with self.registry.cursor() as cr:
            documents = SQL(
                "SELECT document_id FROM dso_action_message WHERE action_id = %s",
                self.ids['action'],
            )
            cr.execute(documents)
            documents = tuple(row[0] for row in cr.fetchall() if row[0])
            cr.execute(SQL("UPDATE res_company SET dso_post_letters = false"))
            partner = self.ids['partner']
            letters = SQL("SELECT id FROM snailmail_letter WHERE partner_id = %s", partner)
            cr.execute(SQL("DELETE FROM mail_notification WHERE letter_id IN (%s)", letters))
            cr.execute(SQL("DELETE FROM snailmail_letter WHERE id IN (%s)", letters))
            if documents:
                cr.execute(SQL("DELETE FROM ir_attachment WHERE id IN %s", documents))
            cron = self.env.ref('snailmail.snailmail_print')
            cr.execute(SQL("DELETE FROM ir_cron_trigger WHERE cron_id = %s", cron.id))
        super().clean()

    def queued(self, env):
        return self.action(env).sent_message_ids.snailmail_letter_id

    def run_queue_once(self, env):
        self.queued(env)._snailmail_print()

    def test_two_queues_at_once(self):
        first, second = self.queue(), self.worker()
        waiting = self.queued(second)
        self.assertEqual(waiting.state, 'pending')
        with patch.object(first.cr, 'commit'):
            self.queued(first)._snailmail_print()  # handed over, not committed yet
        waiting._snailmail_print()
        first.cr.commit()
        with mute_logger(SQL_LOG), self.assertRaises(psycopg2.errors.SerializationFailure):
            waiting._snailmail_print()  # its view of the database is older
        second.cr.rollback()
        waiting._snailmail_print()
        self.assertEqual(len(self.service.letters), 1)
        self.assertDone()

    def test_queue_that_dies_after_the_service_took_the_letter(self):
        first = self.queue()
        with patch.object(first.cr, 'commit'):
            self.queued(first)._snailmail_print()
        first.cr.rollback()
        self.queued(self.worker())._snailmail_print()
        [lost, repeated] = self.service.letters
        self.assertEqual(lost, repeated)  # by the same number
        self.assertDone()

    def test_action_locked_by_somebody_while_its_letter_is_posted(self):
        queue, other = self.queue(), self.worker()
        self.action(other).lock_for_update()
        self.queued(queue)._snailmail_print()
        self.assertEqual(self.action(self.worker()).state, 'sending')
        other.cr.rollback()
        env = self.worker()
        env['dso.action.message']._settle_all()
        env.cr.commit()
        self.assertEqual(len(self.service.letters), 1)
        self.assertDone()

    def test_withdrawn_while_another_letter_is_posted(self):
        queue, other = self.queue(), self.worker()
        letter = self.queued(queue)
        self.assertEqual(letter.state, 'pending')  # as core's queue has read it
        other['dso.dispatch']._withdraw_queued(other.company)
        other.cr.commit()
        queue.cr.commit()  # core's queue goes on with the next letter
        letter._snailmail_print()
        self.assertFalse(self.service.letters)
        self.assertEqual(self.action(self.worker()).state, 'planned')

    def test_withdrawn_while_it_is_posted(self):
        queue, other = self.queue(), self.worker()
        with patch.object(queue.cr, 'commit'):
            self.queued(queue)._snailmail_print()
        other['dso.dispatch']._withdraw_queued(other.company)
        other.cr.commit()
        queue.cr.commit()
        self.assertDone()
