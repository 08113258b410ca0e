from ast import literal_eval
from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged

from ..wizard import dso_customer_assign


@tagged('post_install', '-at_install')
class TestMassChangeTour(HttpCase):
    """Paste codes, select all, assign, in a browser; on the real clock, which it shares."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.camille, cls.jonas = (
            new_test_user(
                cls.env,
                login=name.lower(),
                groups='dso_collection.group_dso_collector',
                name=name,
                email=f'{name}@example.com',
                tz='UTC',
                lang='en_US',
            )
            for name in ("Camille", "Jonas")
        )
        scenario = cls.env['dso.scenario'].create(
            {
                'name': "One call",
                'step_ids': [
                    Command.create({'name': "Call", 'delay': 3, 'action_type': 'call'}),
                ],
            }
        )
        partners = cls.env['res.partner'].create(
            [{'name': f"Tour customer {n}", 'ref': f'TOUR-{n}'} for n in range(1, 5)]
        )
        cls.customers = cls.env['dso.customer']._get_or_create(partners, cls.env.company)
        cls.customers.write({'scenario_id': scenario.id, 'collector_id': False})
        today = cls.env.company._dso_today()
        for partner in partners:
            cls.env['account.move'].create(
                {
                    'move_type': 'out_invoice',
                    'partner_id': partner.id,
                    'invoice_date': today - timedelta(days=30),
                    'invoice_date_due': today - timedelta(days=12),
                    'invoice_payment_term_id': False,
                    'invoice_line_ids': [
                        Command.create({'name': "Work", 'price_unit': 1000, 'tax_ids': False})
                    ],
                }
            ).action_post()
        cls.customers._plan()

    def test_mass_change_tour(self):
        with patch.object(dso_customer_assign, 'SLICE', 2):  # three customers are very many
            self.start_tour('/odoo', 'dso_collection_mass_change', login='camille')
        self.env.invalidate_all()
        *chosen, other = self.customers
        for customer in chosen:
            self.assertEqual(customer.collector_id, self.jonas)
            self.assertEqual(customer.collector_source, 'person')
            self.assertEqual(customer.next_action_id.collector_id, self.jonas)
            self.assertIn("Mass change", customer.message_ids[0].body)
        self.assertFalse(other.collector_id)
        self.assertFalse(other.next_action_id.collector_id)
        favorite = self.env['ir.filters'].search([('name', '=', "My list")])
        found = self.env['dso.customer'].search(literal_eval(favorite.domain))
        self.assertEqual(found, self.customers - other)
