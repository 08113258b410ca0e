"""Workers on connections of their own, which really commit.

What tests with them commit is deleted at the end, statement by statement: a deletion through the
ORM would be refused, as it should be.
"""

import time
from unittest.mock import patch

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
            SQL("DELETE FROM dso_sending_day WHERE company_id = %s", self.env.company.id),
            SQL("DELETE FROM dso_pause WHERE company_id = %s", self.env.company.id),
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

    def assertWaits(self, env, message):
        """A worker in another thread comes to wait for somebody's lock."""
        pid = env.cr.connection.info.backend_pid
        with self.registry.cursor() as cr:
            for _tenth in range(200):
                cr.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
                if cr.fetchone()[0]:
                    return
                time.sleep(0.1)
        self.fail(message)

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

    def hold(self, env):
        """Put the customer on hold, as somebody does who sees no message that waits."""
        env['dso.customer'].browse(self.ids['customer']).hold_reason = 'legal'
        env.cr.commit()

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


class OneMessage:
    """What holds on every channel whose messages wait in a queue of core, once each."""

    def queued(self, env):
        """Return the records of the queue that wait for the action."""
        raise NotImplementedError

    def run_queue_once(self, env):
        """Let the queue hand over what waits for the action."""
        raise NotImplementedError

    def assertTakenBack(self):
        action = self.action(self.worker())
        self.assertEqual(action.state, 'planned')
        self.assertEqual(action.sent_message_ids.failure_code, 'withdrawn')
        self.assertEqual(action.sent_message_ids.failure_reason, "dunning hold")

    def test_hold_while_the_message_is_written(self):
        """Neither sees the other; who hands the message over sees both."""
        first, second = self.worker(), self.worker()
        self.dispatch(first)
        self.hold(second)
        first.cr.commit()
        self.assertTrue(self.queued(self.worker()))
        env = self.worker()
        self.run_queue_once(env)
        env.cr.commit()
        self.assertTakenBack()

    def assertDone(self):
        action = self.action(self.worker())
        self.assertEqual((action.state, action.delivery), ('done', 'sent'))
        self.assertEqual(len(action.sent_message_ids), 1)

    def test_two_dispatchers_at_once(self):
        first, second = self.worker(), self.worker()
        self.assertTrue(self.dispatch(first))
        self.assertFalse(self.dispatch(second))
        second.cr.commit()
        first.cr.commit()
        self.assertFalse(self.dispatch(second))
        self.assertEqual(len(self.queued(second)), 1)
