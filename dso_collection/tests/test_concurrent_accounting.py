"""Accounting never fails or waits because of us: two real connections, real commits.

What these tests commit is removed at the end, statement by statement.
"""

import threading
import time
from unittest.mock import patch

import psycopg2
from odoo import Command, api, fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL, mute_logger

from ..tools import server

TABLES = (
    'dso_action_item',
    'dso_action',
    'dso_customer',
    'dso_position',
    'dso_plan_mark',
)


@tagged('post_install', '-at_install')
class TestConcurrentAccounting(TransactionCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.clean)
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            self.partner_id = env['res.partner'].create({'name': "Two at a time"}).id
            self.move_ids = env['account.move'].create([self.invoice() for _i in range(3)]).ids
            env['account.move'].browse(self.move_ids[0]).action_post()

    def environment(self, cr):
        return api.Environment(cr, api.SUPERUSER_ID, {'tracking_disable': True})

    def invoice(self):
        return {
            'move_type': 'out_invoice',
            'partner_id': self.partner_id,
            'invoice_date': fields.Date.today(),
            'invoice_line_ids': [
                Command.create({'name': "Work", 'price_unit': 100, 'tax_ids': False})
            ],
        }

    def clean(self):
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            for table in TABLES:
                env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))
            lines = "DELETE FROM account_move_line WHERE move_id = ANY(%s)"
            env.cr.execute(lines, [self.move_ids])
            env.cr.execute("DELETE FROM account_move WHERE id = ANY(%s)", [self.move_ids])
            env.cr.execute("DELETE FROM res_partner WHERE id = %s", [self.partner_id])

    def balance(self):
        with self.registry.cursor() as cr:
            domain = [('partner_id', '=', self.partner_id)]
            return self.environment(cr)['dso.customer'].search(domain).balance

    def test_two_users_post_for_one_customer(self):
        """Neither fails, neither waits; what one could not plan, the scheduled action plans."""
        with self.registry.cursor() as first, self.registry.cursor() as second:
            one, two = self.environment(first), self.environment(second)
            # Both snapshots are taken before either commits.
            moves = [env['account.move'] for env in (one, two)]
            posted = [
                move.browse(move_id) for move, move_id in zip(moves, self.move_ids[1:], strict=True)
            ]
            # Numbers of one journal are one after the other in Odoo itself; not our subject.
            posted[1].name = 'CONCURRENT/0001'
            for move in posted:
                move.action_post()
                move.env.flush_all()
            first.commit()
            second.commit()
            [[marks]] = one.execute_query(SQL("SELECT COUNT(*) FROM dso_plan_mark"))
        self.assertEqual(marks, 1)
        with self.registry.cursor() as cr:
            self.environment(cr)['dso.planner']._cron_plan()
        self.assertEqual(self.balance(), 300)

    def test_posting_does_not_wait_for_a_preview(self):
        """Which may take a minute, and keeps what it has moved until its end."""
        entered, leave = threading.Event(), threading.Event()
        rehearsals = self.registry['dso.rehearsal']

        def pause(*_args):
            entered.set()
            leave.wait(30)

        def foresee():
            with self.registry.cursor() as cr, patch.object(rehearsals, '_live', pause):
                env = self.environment(cr)
                customer = env['dso.customer'].search([('partner_id', '=', self.partner_id)])
                env['dso.rehearsal']._foresee(
                    env.company, 1, prepare=lambda: customer.write({'hold_reason': 'legal'})
                )

        worker = threading.Thread(target=foresee)
        worker.start()
        try:
            self.assertTrue(entered.wait(30))
            with self.registry.cursor() as cr, mute_logger('odoo.sql_db'):
                with self.assertRaises(psycopg2.errors.LockNotAvailable), cr.savepoint():
                    cr.execute("SELECT FROM dso_position FOR UPDATE NOWAIT")
                env = self.environment(cr)
                begun = time.monotonic()
                with patch.object(type(env['ir.cron']), '_notifydb', lambda cron: None):
                    env['account.move'].browse(self.move_ids[1]).action_post()
                    cr.commit()
                self.assertLess(time.monotonic() - begun, 10)
                [[marks]] = env.execute_query(SQL("SELECT COUNT(*) FROM dso_plan_mark"))
        finally:
            leave.set()
            worker.join(60)
        self.assertEqual(marks, 1)
        with self.registry.cursor() as cr:
            self.environment(cr)['dso.planner']._cron_plan()
        self.assertEqual(self.balance(), 200)

    def test_posting_does_not_wait_for_a_plan(self):
        """A plan that holds the rows of the customer account for long is not waited for."""
        entered, leave = threading.Event(), threading.Event()

        def plan_for_long():
            with self.registry.cursor() as cr:
                env = self.environment(cr)
                server.set_local(env, {'statement_timeout': '60s'})
                cr.execute("UPDATE dso_position SET balance = balance + 1")
                entered.set()
                leave.wait(30)
                cr.rollback()

        worker = threading.Thread(target=plan_for_long)
        worker.start()
        try:
            self.assertTrue(entered.wait(30))
            with self.registry.cursor() as cr:
                env = self.environment(cr)
                with patch.object(type(env['ir.cron']), '_notifydb', lambda cron: None):
                    env['account.move'].browse(self.move_ids[1]).action_post()
                    cr.commit()
                [[marks]] = env.execute_query(SQL("SELECT COUNT(*) FROM dso_plan_mark"))
        finally:
            leave.set()
            worker.join(60)
        self.assertEqual(marks, 1)
