from datetime import timedelta

from odoo.tests import tagged

from .common_tours import AgendaTourCase


@tagged('post_install', '-at_install')
class TestMassActionsTour(AgendaTourCase):
    """Many actions at once in a browser; the server has it all."""

    def action_of(self, name):
        return self.env['dso.action'].search(
            [('partner_id.name', '=', name), ('origin', '=', 'scenario')], order='id', limit=1
        )

    def test_many_at_once(self):
        exterior = self.action_of("Azure Exterior")
        self.create_late("Bakery", exterior.scenario_id)
        bakery = self.action_of("Bakery")
        bakery._set_error('refused', "no such user")
        interior, mat = self.action_of("Azure Interior"), self.action_of("Ready Mat")
        self.start_tour('/odoo', 'dso_collection_mass_actions', login='collector')
        in_four_days = self.today + timedelta(days=4)
        self.assertEqual((mat.date_user, interior.date_user), (in_four_days, in_four_days))
        self.assertEqual((mat.collector_id, mat.given_to_id), (self.manager, self.manager))
        self.assertEqual(mat.customer_id.collector_id, self.collector)
        self.assertEqual((interior.outcome, interior.note), ('done', "Will pay"))
        self.assertEqual(exterior.confirmed_by_id, self.collector)
        self.assertEqual((bakery.outcome, bakery.reason), ('skipped', "Paid in cash"))
