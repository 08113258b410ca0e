from lxml import etree
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ..models.dso_customer_screens import ORPHANS
from .common import CollectionCase, jan


@tagged('post_install', '-at_install')
class TestOrphans(CollectionCase):
    """Customer accounts with a balance that nobody collects, or without scenario (spec 2.8)."""

    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls.create_user('collector')
        cls.env['dso.customer'].search([]).write(
            {'collector_id': cls.collector.id, 'scenario_id': cls.scenario.id}
        )
        cls.customer = cls.create_customer()
        cls.create_invoice(cls.customer, jan(10), posted=jan(1))
        cls.create_customer("Without balance").scenario_id = False
        cls.plan(cls.customer)

    def counts(self, user=None):
        orphans = self.env['dso.customer'].with_user(user or self.collector).get_orphans()
        return {orphan['filter']: orphan['count'] for orphan in orphans}

    def test_counted_live(self):
        self.assertEqual(self.counts(), {'no_collector': 1})
        self.customer.scenario_id = False
        self.assertEqual(self.counts(), {'no_collector': 1, 'no_scenario': 1})
        self.customer.collector_id = self.collector
        self.assertEqual(self.counts(), {'no_scenario': 1})
        self.customer.scenario_id = self.scenario
        self.assertEqual(self.counts(), {})

    def test_credit_balances_count(self):
        creditor = self.create_customer("Creditor")
        self.create_credit_note(creditor, 100)
        self.plan(creditor)
        self.assertEqual(self.counts(), {'no_collector': 2})

    def test_a_scenario_without_steps_is_a_decision(self):
        self.customer.scenario_id = self.create_scenario("None", [])
        self.assertEqual(self.counts(), {'no_collector': 1})

    def test_sentence(self):
        [orphan] = self.env['dso.customer'].get_orphans()
        self.assertEqual(orphan['sentence'], "Customers with a balance and no collector: 1")

    def test_no_valid_recipient(self):
        self.customer.collector_id = self.collector
        self.customer.partner_id.email = False
        self.plan()
        self.assertEqual(self.counts(), {'no_recipient': 1})
        arch = self.env['dso.customer'].get_view(view_type='search')['arch']
        [domain] = self.xpath(arch, "//filter[@name='no_recipient']/@domain")
        own = ('company_id', '=', self.company.id)
        self.assertEqual(self.env['dso.customer'].search([*safe_eval(domain), own]), self.customer)
        listed = {code for _field, _operator, codes in safe_eval(domain) for code in codes}
        [condition] = self.env['dso.customer']._domain_without_recipient().iter_conditions()
        self.assertEqual(listed, set(condition.value))
        customer = self.customer.with_user(self.collector)
        self.assertIn("has no e-mail address", customer.recipient_problem)
        opened = customer.action_open_recipient()
        self.assertEqual(opened['res_id'], self.customer.partner_id.id)
        self.env[opened['res_model']].with_user(self.collector).browse(
            opened['res_id']
        ).email = 'mended@example.com'
        self.plan()
        self.assertEqual(self.counts(), {})

    def test_two_queries(self):
        self.create_invoice(self.create_customer("Second"), jan(10), posted=jan(1))
        self.plan()
        self.env.flush_all()
        self.env['dso.customer'].get_orphans()
        with self.assertQueryCount(2):
            self.assertEqual(self.env['dso.customer'].get_orphans()[0]['count'], 2)

    def test_shown_to_collectors_and_managers_alone(self):
        manager = self.create_user('manager')
        reader = self.create_user('reader')
        self.assertEqual(self.counts(manager), {'no_collector': 1})
        self.assertEqual(self.counts(reader), {})

    def test_other_companies_do_not_count(self):
        other = self.create_company()
        self.create_invoice(self.create_customer("Theirs", company=other), jan(10), posted=jan(1))
        self.plan()
        self.assertEqual(self.counts(), {'no_collector': 1})

    def test_ready_filters_list_what_is_counted(self):
        self.customer.scenario_id = False
        arch = self.env['dso.customer'].get_view(view_type='search')['arch']
        for field, name in ORPHANS.items():
            with self.subTest(filter=name):
                [domain] = self.xpath(arch, f"//filter[@name='{name}']/@domain")
                own = ('company_id', '=', self.company.id)
                found = self.env['dso.customer'].search([*safe_eval(domain), own])
                self.assertEqual(found, self.customer)
                domain = self.env['dso.customer']._domain_without(field) & Domain([own])
                self.assertEqual(found, self.env['dso.customer'].search(domain))

    @staticmethod
    def xpath(arch, path):
        return etree.fromstring(arch).xpath(path)
