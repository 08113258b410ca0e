"""Two workers, a crash, a lock: real connections and real commits (invariant 6).

What these tests commit is deleted at the end, statement by statement: a deletion through the ORM
would be refused, as it should be.
"""

import threading
from unittest.mock import patch

import psycopg2
from odoo import Command, api, fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL, mute_logger

from .common_dispatch import QUEUE_LOG
from .smtp import mail_server

SQL_LOG = 'odoo.sql_db'


@tagged('post_install', '-at_install')
class WorkerCase(TransactionCase):
    """A due action, and workers on connections of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.enterClassContext(mail_server())
        cls.startClassPatcher(
            patch.object(cls.registry['ir.mail_server'], '_disable_send', lambda self: False)
        )

    def setUp(self):
        super().setUp()
        self.server.messages.clear()
        self.server.accept()
        with self.registry.cursor() as cr:
            self.company_before = self.read_company(cr)
            self.addCleanup(self.clean)
            self.ids = self.create_records(api.Environment(cr, api.SUPERUSER_ID, {}))

    def create_records(self, env):
        """A due action out of any scenario, so that no books are needed."""
        env.company.write(
            {
                'dso_started_on': fields.Datetime.now(),
                'dso_paused': False,
                'dso_sender_id': env.uid,
            }
        )
        server = env['ir.mail_server'].create(
            {
                'name': "Test",
                'smtp_host': '127.0.0.1',
                'smtp_port': self.server.port,
                'sequence': 1,
            }
        )
        partner = env['res.partner'].create({'name': "Azure", 'email': 'azure@example.com'})
        template = env['mail.template'].create(
            {
                'name': "Reminder",
                'model_id': env['ir.model']._get_id('dso.action'),
                'subject': "Reminder",
                'body_html': "<p>Please pay</p>",
            }
        )
        scenario = env['dso.scenario'].create(
            {
                'name': "Test",
                'step_ids': [
                    Command.create(
                        {
                            'name': "Email",
                            'delay': 3,
                            'action_type': 'email',
                            'mode': 'automatic',
                            'mail_template_id': template.id,
                        }
                    )
                ],
            }
        )
        customer = env['dso.customer']._get_or_create(partner, env.company)
        action = env['dso.action'].create(
            {
                'customer_id': customer.id,
                'origin': 'direct',
                'step_id': scenario.step_ids.id,
                'action_type': 'email',
                'mode': 'automatic',
                'recipient': 'azure@example.com',
                'date_planned': fields.Date.today(),
            }
        )
        return {
            'server': server.id,
            'partner': partner.id,
            'template': template.id,
            'scenario': scenario.id,
            'customer': customer.id,
            'position': customer.position_id.id,
            'action': action.id,
        }

    def read_company(self, cr):
        cr.execute(
            SQL(
                "SELECT dso_started_on, dso_paused, dso_sender_id FROM res_company WHERE id = %s",
                self.env.company.id,
            )
        )
        return cr.fetchone()

    def clean(self):
        ids = getattr(self, 'ids', None)
        if not ids:
            return
        messages = SQL(
            "SELECT id FROM mail_message WHERE (model, res_id) = ('dso.customer', %(customer)s)"
            " OR (model, res_id) = ('res.partner', %(partner)s)",
            **{name: ids[name] for name in ('customer', 'partner')},
        )
        statements = [
            SQL("DELETE FROM dso_action_message WHERE action_id = %s", ids['action']),
            SQL("DELETE FROM dso_action WHERE id = %s", ids['action']),
            SQL("DELETE FROM mail_notification WHERE mail_message_id IN (%s)", messages),
            SQL("DELETE FROM mail_mail WHERE mail_message_id IN (%s)", messages),
            SQL("DELETE FROM mail_message WHERE id IN (%s)", messages),
            SQL("DELETE FROM dso_customer WHERE id = %s", ids['customer']),
            SQL("DELETE FROM dso_position WHERE id = %s", ids['position']),
            SQL("DELETE FROM dso_scenario WHERE id = %s", ids['scenario']),
            SQL("DELETE FROM mail_template WHERE id = %s", ids['template']),
            SQL("DELETE FROM ir_mail_server WHERE id = %s", ids['server']),
            SQL("DELETE FROM dso_plan_mark WHERE partner_id = %s", ids['partner']),
            SQL("DELETE FROM res_partner WHERE id = %s", ids['partner']),
            SQL(
                "DELETE FROM ir_cron_trigger WHERE cron_id = ANY(%s)",
                [
                    self.env.ref(xmlid).id
                    for xmlid in (
                        'mail.ir_cron_mail_scheduler_action',
                        'dso_collection.ir_cron_dispatch',
                        'dso_collection.ir_cron_plan',
                    )
                ],
            ),
            SQL(
                "UPDATE res_company SET (dso_started_on, dso_paused, dso_sender_id) ="
                " (%s, %s, %s) WHERE id = %s",
                *self.company_before,
                self.env.company.id,
            ),
        ]
        with self.registry.cursor() as cr:
            for statement in statements:
                cr.execute(statement)

    # --- workers ---------------------------------------------------------------------------

    def worker(self):
        """The environment of another worker, on a connection of its own."""
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        cr.execute("SET statement_timeout = '20s'")  # a deadlock fails instead of hanging
        cr.commit()
        return api.Environment(cr, api.SUPERUSER_ID, {})

    def action(self, env):
        return env['dso.action'].browse(self.ids['action'])

    def dispatch(self, env):
        domain = env['dso.action']._domain_sendable(env.company, env.company._dso_today())
        return env['dso.dispatch']._dispatch(self.action(env), domain)

    def mails(self, env):
        messages = env['dso.action.message'].search([('action_id', '=', self.ids['action'])])
        return env['mail.mail'].search(
            [('mail_message_id', 'in', messages.mail_message_id.ids), ('state', '=', 'outgoing')]
        )

    def queue(self):
        """A queued message, and nobody at work."""
        env = self.worker()
        self.dispatch(env)
        env.cr.commit()
        return self.worker()

    def run_queue(self, env):
        with mute_logger(QUEUE_LOG):
            self.mails(env).send(auto_commit=True)
        env.cr.commit()


class TestConcurrency(WorkerCase):
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
        thread.join(0.5)
        self.assertTrue(thread.is_alive(), "it waits for the first one before it sends")
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
        with mute_logger(SQL_LOG):
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
