"""The planner on real invoices: what makes it plan, and what it leaves alone."""

from datetime import date, timedelta

from odoo import Command, fields
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.exceptions import UserError
from odoo.tests import tagged


@tagged('post_install', '-at_install')
class TestPlanner(AccountTestInvoicingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref('dso_collection.group_dso_manager')
        cls.company = cls.env.company
        cls.company.dso_tz = 'UTC'
        cls.template = cls.env['mail.template'].create(
            {
                'name': "Reminder",
                'model_id': cls.env['ir.model']._get_id('dso.action'),
                'subject': "Reminder",
                'body_html': "<p>Please pay</p>",
            }
        )
        cls.scenario = cls.env['dso.scenario'].create(
            {
                'name': "Standard",
                'minimum_amount': 50,
                'step_ids': [
                    Command.create(
                        {
                            'name': f"{action_type} {delay}",
                            'delay': delay,
                            'action_type': action_type,
                            'mode': 'automatic' if action_type == 'email' else 'manual',
                            'mail_template_id': cls.template.id,
                        }
                    )
                    for delay, action_type in [(3, 'email'), (10, 'call'), (20, 'email')]
                ],
            }
        )
        cls.company.dso_scenario_id = cls.scenario
        cls.today = cls.company._dso_today()
        cls.partner_a.email = 'a@example.com'
        cls.env['dso.planner']._plan_pending()

    def _invoice(self, days_overdue, amount=1000.0, partner=None):
        due = self.today - timedelta(days=days_overdue)
        move = self.env['account.move'].create(
            {
                'move_type': 'out_invoice',
                'partner_id': (partner or self.partner_a).id,
                'invoice_date': due - timedelta(days=30),
                'invoice_date_due': due,
                'invoice_payment_term_id': False,
                'invoice_line_ids': [
                    Command.create({'name': "Work", 'price_unit': amount, 'tax_ids': False})
                ],
            }
        )
        move.action_post()
        return move

    def _account(self, partner=None):
        self.env['dso.planner']._plan_pending()
        return self.env['dso.customer'].search(
            [
                ('partner_id', '=', (partner or self.partner_a).id),
                ('company_id', '=', self.company.id),
            ]
        )

    def _pay(self, move, amount=None):
        return (
            self.env['account.payment.register']
            .with_context(active_model='account.move', active_ids=move.ids)
            .create({'payment_date': self.today, **({'amount': amount} if amount else {})})
            ._create_payments()
        )

    def test_posting_plans(self):
        invoice = self._invoice(5)
        account = self._account()
        self.assertEqual(account.scenario_id, self.scenario)
        self.assertEqual(account.scenario_source, 'default')
        self.assertEqual((account.balance, account.overdue, account.bucket_30), (1000, 1000, 1000))
        self.assertEqual(account.leader_move_id, invoice)
        self.assertEqual(account.reason, 'planned')
        action = account.next_action_id
        self.assertEqual((action.step_delay, action.action_type), (3, 'email'))
        self.assertEqual(action.recipient, 'a@example.com')
        self.assertEqual(action.leader_number, invoice.name)
        self.assertIn(invoice.name, account.explanation)

    def test_paying_clears(self):
        invoice = self._invoice(5)
        self._account()
        self._pay(invoice)
        account = self._account()
        self.assertEqual(account.last_booking_date, self.today)
        self.assertFalse(account.next_action_id)

    def test_complete_goes_on(self):
        self._invoice(25)
        account = self._account()
        first = account.next_action_id
        first.action_skip("Spoke yesterday")
        account = self._account()
        call = account.next_action_id
        self.assertEqual(call.action_type, 'call')
        self.assertEqual(call.date_planned, self.today + timedelta(days=7))
        call.action_complete(note="Will pay")
        account = self._account()
        self.assertEqual(account.next_action_id.step_delay, 20)
        self.assertEqual(account.leader_level, 10)
        self.assertEqual(account.last_contact_date, self.today)
        self.assertEqual(call.item_ids.mapped('offset_counted'), [10])
        with self.assertRaises(UserError):
            call.sudo().note = "Something else"
        with self.assertRaises(UserError):
            call.sudo().unlink()

    def test_second_plan_writes_nothing(self):
        for days in (5, 40, -10):
            self._invoice(days)
        self._account()
        self.env['dso.customer']._plan_all()
        dump = self._dump()
        self.env['dso.customer']._plan_all()
        self.assertEqual(self._dump(), dump)

    def _dump(self):
        self.env.cr.execute("SELECT xmin, t.* FROM dso_position t ORDER BY id")
        positions = self.env.cr.fetchall()
        self.env.cr.execute("SELECT xmin, ctid, t.* FROM dso_action t ORDER BY id")
        return positions, self.env.cr.fetchall()

    def test_reschedule(self):
        self._invoice(5)
        account = self._account()
        day = fields.Date.to_string(self.today + timedelta(days=14))
        account.next_action_id.action_reschedule(day)
        account = self._account()
        self.assertGreaterEqual(account.next_action_id.date_planned, date.fromisoformat(day))
        self.assertEqual(account.next_action_id.date_rule, 'user')
