from odoo.tests import tagged

from .common_tours import TourCase


@tagged('post_install', '-at_install')
class TestAssignmentTour(TourCase):
    """A manager sets up who collects, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.camille = cls.create_person('collector', "Camille", 'camille')
        cls.dominique = cls.create_person('collector', "Dominique", 'dominique')
        cls.create_person('manager', "Maxime", 'maxime')
        cls.env['dso.assignment.rule'].search([]).active = False
        cls.company.dso_collector_id = False
        cls.large = cls.create_late_customer("Azure Interior", 5000)
        cls.small = cls.create_late_customer("Corner Shop", 100)
        (cls.large | cls.small).collector_id = False
        cls.env['dso.customer']._plan_all()
        saved = [
            ('overdue', '>', 1000),
            ('partner_id', 'in', (cls.large | cls.small).partner_id.ids),
        ]
        cls.env['ir.filters'].create(
            {
                'name': "Over a thousand",
                'model_id': 'dso.customer',
                'domain': repr(saved),
                'user_ids': False,
            }
        )

    def test_assignment_tour(self):
        self.start_tour('/odoo', 'dso_collection_assignment', login='maxime')
        self.env.invalidate_all()
        rule = self.env['dso.assignment.rule'].search([('name', '=', "Large customers")])
        self.assertEqual((rule.collector_id, rule.kind), (self.camille, 'collector'))
        self.assertEqual(self.env.company.dso_collector_id, self.dominique)
        self.assertEqual(self.large.collector_id, self.camille)
        self.assertEqual(self.large.collector_source, 'rule')
        self.assertEqual(self.small.collector_id, self.dominique)
        self.assertEqual(self.small.collector_source, 'default')
        self.assertEqual(
            (self.large | self.small).open_action_ids.collector_id, self.camille | self.dominique
        )

    def test_tabs_opened_by_their_address_keep_the_menu(self):
        for path in ('', '-scenarios', '-groups', '-default'):
            with self.subTest(path=path):
                self.browser_js(
                    f'/odoo/collection-assign{path}',
                    "console.log('test successful')",
                    "document.querySelector('.o_dso_tabs')"
                    " && document.querySelector('.o_menu_brand')?.textContent === 'Collection'",
                    login='maxime',
                )

    def test_collectors_see_no_tab_that_they_may_not_open(self):
        self.browser_js(
            '/odoo/collection-assign',
            "console.log('test successful')",
            "document.querySelector('.o_dso_tabs [data-tab=group]')"
            " && !document.querySelector('.o_dso_tabs [data-tab=default]')",
            login='camille',
        )

    def test_group_rule_tour(self):
        """A rule that groups by the value of a field, from its form to its run."""
        (self.large | self.small).partner_id.vat = 'XX0123456789'
        self.start_tour('/odoo', 'dso_collection_group_rule', login='maxime')
        self.env.invalidate_all()
        rule = self.env['dso.assignment.rule'].search([('kind', '=', 'group')])
        self.assertEqual(rule.group_field, 'vat')
        self.assertEqual(self.small.group_account_id, self.large)
        self.assertEqual(self.small.group_source, 'rule')
