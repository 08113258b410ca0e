from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import CollectionCase, jan
from .common_tours import AgendaTourCase


@tagged('post_install', '-at_install')
class TestCharts(CollectionCase):
    """What charts group by in SQL is what lists show of each action."""

    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scenario = cls.create_scenario(
            "Both",
            [
                (-5, 'email', 'automatic_confirm'),
                (3, 'call', 'manual'),
                (10, 'email', 'automatic_confirm'),
            ],
        )
        cls.company.dso_scenario_id = cls.scenario
        cls.manager = cls.create_user('manager')

    @property
    def actions(self):
        return self.env['dso.action'].with_user(self.manager)

    def create_late(self, *dues):
        customers = []
        for due in dues:
            customers.append(self.create_customer(f"Due {due}"))
            self.create_invoice(customers[-1], due, posted=jan(1))
        self.plan()
        return [customer.next_action_id for customer in customers]

    def create_mixture(self):
        """Actions of every progress, day and age."""
        done, skipped, dropped, error, *_open = self.create_late(
            jan(-5), jan(10), jan(-40), jan(5), jan(-80), jan(-120), jan(19), jan(20), jan(28)
        )
        done.action_complete()
        skipped.action_skip("Paid in cash")
        dropped._set_cancelled('person')
        error._set_error('connection')
        self.env.flush_all()

    def test_groups_are_what_lists_show(self):
        self.create_mixture()
        for field, group in (('progress',) * 2, ('leader_age',) * 2, ('day', 'day:day')):
            groups = self.actions._read_group([], [group], ['id:recordset'])
            self.assertGreater(len(groups), 2)
            for value, actions in groups:
                self.assertEqual(set(actions.mapped(field)), {value}, field)
                found = self.actions.search([(field, '=', value)])
                self.assertEqual(found, actions.sorted(lambda a: (a.date_planned, a.id)))

    def test_every_progress(self):
        self.create_mixture()
        groups = dict(self.actions._read_group([], ['progress'], ['__count']))
        self.assertEqual(set(groups), {'to_do', 'upcoming', 'error', 'done', 'dropped'})
        shown = self.actions.search([]).filtered(lambda a: a.status_color == 'red')
        self.assertEqual(groups['to_do'], len(shown))

    def test_age_of_open_and_closed(self):
        [late, upcoming] = self.create_late(jan(-5), jan(28))
        self.assertEqual((late.leader_age, upcoming.leader_age), ('1_30', '0_not_due'))
        late.action_complete()
        self.go_to(jan(40))
        self.env.invalidate_all()
        self.assertEqual(late.leader_age, '1_30')  # as it was then
        self.assertEqual(upcoming.leader_age, '1_30')

    def test_today_of_each_company(self):
        far = self.create_company("Far", dso_tz='Pacific/Auckland')
        self.go_to(jan(20), hour=13)  # the 21st over there
        for company in (self.company, far):
            self.create_invoice(self.create_customer(company=company), jan(20), posted=jan(1))
        self.plan()
        actions = self.env['dso.action'].with_context(allowed_company_ids=(self.company | far).ids)
        groups = actions._read_group([], ['leader_age', 'company_id'])
        self.assertEqual(set(groups), {('0_not_due', self.company), ('1_30', far)})

    def test_day_of_what_fell_away(self):
        self.company.dso_tz = 'Pacific/Auckland'  # noon in UTC is the next day there
        [action, *_others] = self.create_late(jan(10))
        action._set_cancelled('person')
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(action.day, jan(21))
        self.assertEqual(self.actions.search([('day', '=', jan(21))]), action)

    def test_money_of_several_currencies_is_not_added(self):
        europe = self.create_company("Europe")
        europe.currency_id = self.eur  # the chart of accounts came with its own
        for company in (self.company, europe):
            for number in range(2):
                customer = self.create_customer(f"{company.name} {number}", company)
                self.create_invoice(customer, jan(5), posted=jan(1))
        self.plan()
        companies = (self.company | europe).ids
        for model, name in (('dso.action', 'amount'), ('dso.customer', 'overdue')):
            records = self.env[model].with_context(allowed_company_ids=companies)
            sums = [f'{name}:sum', f'{name}:sum_currency']
            groups = records._read_group([], ['company_id'], sums)
            self.assertIn((self.company, 2000, 2000), groups)
            self.assertIn((europe, 2000, 2000), groups)
            self.assertEqual(records._read_group([], [], sums), [(False, False)])
            _each, [total] = records._read_grouping_sets([], [['company_id'], []], sums)
            self.assertEqual(total, (False, False))

    def test_search_of_days(self):
        self.create_mixture()
        late = self.actions.search([('day', '<', jan(20))])
        self.assertEqual(late, self.actions.search([]).filtered(lambda a: a.day < jan(20)))
        self.assertEqual(
            self.actions.search([('day', '>=', jan(20))]), self.actions.search([]) - late
        )

    def test_without_a_leader(self):
        customer = self.create_customer()
        action = self.env['dso.action'].create({'customer_id': customer.id})
        self.assertFalse(action.leader_age)
        self.assertIn(action, self.actions.search([('leader_age', '=', False)]))
        self.assertNotIn(action, self.actions.search([('leader_age', '!=', False)]))

    def test_queries_of_many(self):
        def draw():
            self.actions.formatted_read_group([], ['action_type', 'progress', 'leader_age'])

        counts = []
        for _round in range(3):
            self.create_mixture()
            counts.append(self.queries(draw))
        self.assertEqual(counts[1], counts[2])

    def test_rights(self):
        self.create_mixture()
        other = self.create_company("Elsewhere")
        stranger = self.create_user(
            'manager', login='elsewhere', company_id=other.id, company_ids=other.ids
        )
        self.assertFalse(self.actions.with_user(stranger)._read_group([], ['progress']))
        portal = new_test_user(self.env, login='portal_charts', groups='base.group_portal')
        with self.assertRaises(AccessError):
            self.actions.with_user(portal)._read_group([], ['progress'])


@tagged('post_install', '-at_install')
class TestChartsTour(AgendaTourCase):
    """Charts take the search along and lead to the list behind a number."""

    def test_charts(self):
        self.start_tour('/odoo/collection-manual', 'dso_collection_charts', login='manager')

    def test_amounts_of_several_currencies(self):
        euro = self.env.ref('base.EUR')
        euro.active = True
        self.assertNotEqual(self.company.currency_id, euro)
        europe = self.env['res.company'].create({'name': "Europe", 'currency_id': euro.id})
        self.manager.company_ids += europe
        partner = self.env['res.partner'].create({'name': "Euro Customer"})
        customer = self.env['dso.customer']._get_or_create(partner, europe)
        self.env['dso.action'].create({'customer_id': customer.id, 'date_planned': self.today})
        self.start_tour(
            '/odoo/collection-charts',
            'dso_collection_charts_currencies',
            login='manager',
            cookies={'cids': f'{self.company.id}-{europe.id}'},
        )
