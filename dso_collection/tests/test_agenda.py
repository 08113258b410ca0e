from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import CollectionCase, jan
from .common_tours import AgendaTourCase


@tagged('post_install', '-at_install')
class TestAgendaCounters(CollectionCase):
    """The numbers on the tabs are those of the colours below them."""

    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scenario = cls.create_scenario(
            "Both", [(3, 'call', 'manual'), (10, 'email', 'automatic_confirm')]
        )
        cls.company.dso_scenario_id = cls.scenario
        cls.manager = cls.create_user('manager')

    def counters(self, domain=(), user=None):
        actions = self.env['dso.action'].with_user(user or self.manager)
        return actions.get_agenda_counters(list(domain))

    def create_calls(self, *dues):
        for due in dues:
            self.create_invoice(self.create_customer(), due, posted=jan(1))
        self.plan()

    def test_open_and_red(self):
        self.create_calls(jan(10), jan(17), jan(18))
        manual = self.counters()['manual']
        self.assertEqual(manual, {'open': 3, 'red': 2})

    def test_numbers_are_those_of_the_colours(self):
        self.create_calls(jan(5), jan(8), jan(17), jan(30))
        for action in self.env['dso.action'].search([('date_planned', '<', jan(14))]):
            action.action_complete()
        self.go_to(jan(29))
        self.plan(*self.env['dso.customer'].search([]))
        actions = self.env['dso.action'].search([('state', 'in', ('planned', 'error'))])
        for tab, modes in (('manual', ['manual']), ('automatic', ['automatic_confirm'])):
            shown = actions.filtered(lambda a, modes=modes: a.mode in modes)
            red = shown.filtered(lambda a: a.status_color in ('red', 'yellow'))
            self.assertTrue(red)
            counted = self.counters()[tab]
            self.assertEqual(counted, {'open': len(shown), 'red': len(red)})

    def test_counters_follow_the_search(self):
        self.create_calls(jan(10), jan(17))
        late = self.counters([('date_planned', '<', jan(20))])
        self.assertEqual(late['manual'], {'open': 1, 'red': 1})

    def test_counters_of_many_cost_the_same(self):
        self.create_calls(jan(10))
        self.counters()
        with self.assertQueryCount(3):
            self.counters()
        self.create_calls(*[jan(10)] * 5)
        with self.assertQueryCount(3):
            self.counters()

    def test_own_companies_alone(self):
        other = self.create_company("Elsewhere")
        manager = self.create_user(
            'manager', login='elsewhere', company_id=other.id, company_ids=other.ids
        )
        self.create_calls(jan(10))
        self.assertEqual(self.counters(user=manager)['manual'], {'open': 0, 'red': 0})

    def test_portal_is_refused(self):
        portal = new_test_user(self.env, login='portal_agenda', groups='base.group_portal')
        with self.assertRaises(AccessError):
            self.counters(user=portal)


@tagged('post_install', '-at_install')
class TestAgendaTour(AgendaTourCase):
    """Tabs, counters and a search that stays on, in a browser on the real clock."""

    def test_tabs_tour(self):
        self.start_tour('/odoo', 'dso_collection_agenda_tabs', login='manager')
        favorite = self.env['ir.filters'].search([('name', '=', "Azure")])
        self.assertEqual(favorite.model_id, 'dso.action')
        self.assertIn('Azure', favorite.domain)

    def test_collector_begins_with_his_own(self):
        self.start_tour('/odoo', 'dso_collection_agenda_mine', login='collector')
