from datetime import timedelta

from odoo.tests import tagged

from .common import CollectionCase, jan
from .common_tours import AgendaTourCase


@tagged('post_install', '-at_install')
class TestActivityMenu(CollectionCase):
    """The manual actions of a collector stand in Odoo's activity menu."""

    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scenario = cls.create_scenario("Calls", [(3, 'call', 'manual')])
        cls.company.dso_scenario_id = cls.scenario
        cls.collector = cls.create_user('collector')

    def create_calls(self, *dues, collector=None, company=None):
        for due in dues:
            customer = self.create_customer(f"Due {due}", company=company)
            customer.collector_id = collector or self.collector
            self.create_invoice(customer, due, posted=jan(1))
        self.plan()

    def groups(self, user=None):
        groups = self.env['res.users'].with_user(user or self.collector)._get_activity_groups()
        return [group for group in groups if group['model'] == 'dso.action']

    def test_late_today_and_upcoming(self):
        self.create_calls(jan(10), jan(12), jan(17), jan(18), jan(19), jan(25))
        [group] = self.groups()
        self.assertEqual(
            [group[f'{name}_count'] for name in ('overdue', 'today', 'planned', 'total')],
            [2, 1, 3, 3],
        )

    def test_today_of_the_company(self):
        far = self.create_company("Far", dso_tz='Pacific/Auckland')
        self.collector.company_ids += far
        self.go_to(jan(20), hour=13)  # the 21st over there
        self.create_calls(jan(18), company=far)
        users = self.env['res.users'].with_user(self.collector)
        companies = (self.company | far).ids
        [group] = users.with_context(allowed_company_ids=companies)._get_activity_groups()
        self.assertEqual((group['today_count'], group['planned_count']), (1, 0))

    def test_of_others_and_done(self):
        self.create_calls(jan(10), jan(12))
        other = self.create_user('collector', login='other')
        first, second = self.env['dso.action'].search([('state', '=', 'planned')])
        second.customer_id.collector_id = other
        self.plan(second.customer_id)
        self.assertEqual(self.groups()[0]['total_count'], 1)
        first.action_complete()
        self.assertFalse(self.groups())

    def test_readers_have_none(self):
        reader = self.create_user('reader')
        self.create_calls(jan(10))
        self.env['dso.action'].search([('state', '=', 'planned')]).collector_id = reader
        self.assertFalse(self.groups(reader))

    def test_queries_of_many(self):
        counts = []
        for _round in range(3):
            self.create_calls(*[jan(day) for day in range(5, 15)])
            counts.append(self.queries(self.groups))
        self.assertEqual(counts[1], counts[2])


@tagged('post_install', '-at_install')
class TestActivityMenuTour(AgendaTourCase):
    """From the menu to the agenda, filtered, for a manager too."""

    def test_click_through(self):
        action = self.env['dso.action'].search([('partner_id.name', '=', "Ready Mat")])
        action.customer_id.collector_id = self.manager
        action.customer_id._plan()
        self.start_tour('/odoo', 'dso_collection_activity_menu', login='manager')


@tagged('post_install', '-at_install')
class TestCalendarTour(AgendaTourCase):
    """Dragging an action to another day reschedules it, and not to the past."""

    def test_drag(self):
        actions = self.env['dso.action'].search([('mode', '=', 'manual')])
        actions.with_user(self.collector).action_reschedule(self.today)
        self.env['dso.planner']._plan_pending()
        azure = actions.filtered(lambda action: action.partner_id.name == "Azure Interior")
        self.start_tour('/odoo/collection-manual', 'dso_collection_calendar', login='collector')
        self.assertEqual(azure.date_planned, self.today + timedelta(days=1))
        self.assertEqual((actions - azure).date_planned, self.today)
