"""Two workers and a crash between the queue of SMS and the provider (invariant 6)."""

from unittest.mock import patch

from odoo.addons.sms.tools.sms_api import SmsApi
from odoo.tools import SQL

from .common_workers import OneMessage, WorkerCase
from .sms_provider import SmsProvider


class TestSmsConcurrency(OneMessage, WorkerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = SmsProvider()
        cls.startClassPatcher(
            patch.object(
                SmsApi,
                '_contact_iap',
                lambda self, endpoint, params, timeout=15: cls.provider.contact(endpoint, params),
            )
        )

    def setUp(self):
        super().setUp()
        self.provider.messages.clear()

    def create_records(self, env):
        ids = super().create_records(env)
        self.sms_template = (
            env['sms.template']
            .create(
                {'name': "SMS", 'model_id': env['ir.model']._get_id('dso.action'), 'body': "Pay"}
            )
            .id
        )
        action = env['dso.action'].browse(ids['action'])
        action.step_id.write({'action_type': 'sms', 'sms_template_id': self.sms_template})
        action.partner_id.phone = '+12025550123'
        action.write({'action_type': 'sms', 'recipient': '+12025550123'})
        return ids

    def clean(self):
        with self.registry.cursor() as cr:
            cr.execute(
                SQL(
                    "DELETE FROM sms_sms WHERE mail_message_id IN"
                    " (SELECT mail_message_id FROM dso_action_message WHERE action_id = %s)",
                    self.ids['action'],
                )
            )
        super().clean()
        with self.registry.cursor() as cr:
            cr.execute(SQL("DELETE FROM sms_template WHERE id = %s", self.sms_template))
            cron = self.env.ref('sms.ir_cron_sms_scheduler_action')
            cr.execute(SQL("DELETE FROM ir_cron_trigger WHERE cron_id = %s", cron.id))

    def queued(self, env):
        messages = self.action(env).sent_message_ids.mail_message_id
        return env['sms.sms'].search(
            [('mail_message_id', 'in', messages.ids), ('state', '=', 'outgoing')]
        )

    def run_queue_once(self, env):
        self.queued(env).send()

    def test_two_queues_at_once(self):
        first, second = self.queue(), self.worker()
        waiting = self.queued(second)
        self.queued(first).send()  # handed over, not committed yet
        waiting.send()
        second.cr.commit()
        first.cr.commit()
        self.assertEqual(len(self.provider.messages), 1)
        self.assertDone()

    def test_queue_that_dies_after_the_provider_took_the_message(self):
        first = self.queue()
        uuid = self.queued(first).uuid
        self.queued(first).send()
        first.cr.rollback()
        second = self.worker()
        self.assertEqual(self.queued(second).uuid, uuid)  # by which the provider knows it
        self.queued(second).send()
        second.cr.commit()
        self.assertEqual(len(self.provider.messages), 2)
        self.assertDone()

    def test_action_locked_by_somebody_while_its_message_is_sent(self):
        queue, other = self.queue(), self.worker()
        self.action(other).lock_for_update()
        self.queued(queue).send()
        queue.cr.commit()
        self.assertEqual(self.action(self.worker()).state, 'sending')
        other.cr.rollback()
        env = self.worker()
        env['dso.action.message']._settle_all()
        env.cr.commit()
        self.assertEqual(len(self.provider.messages), 1)
        self.assertDone()
