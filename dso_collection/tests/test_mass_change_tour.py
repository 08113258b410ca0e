from ast import literal_eval
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from ..wizard import dso_customer_assign
from .common_tours import TourCase


@tagged('post_install', '-at_install')
class TestMassChangeTour(TourCase):
    """Paste codes, select all, assign, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.create_person('collector', "Camille", 'camille')
        cls.jonas = cls.create_person('collector', "Jonas", 'jonas')
        scenario = cls.env['dso.scenario'].create(
            {
                'name': "One call",
                'step_ids': [
                    Command.create({'name': "Call", 'delay': 3, 'action_type': 'call'}),
                ],
            }
        )
        cls.customers = cls.env['dso.customer'].union(
            *(cls.create_late_customer(f"Tour customer {n}", ref=f'TOUR-{n}') for n in range(1, 5))
        )
        cls.customers.write({'scenario_id': scenario.id, 'collector_id': False})
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
