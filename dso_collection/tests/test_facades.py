from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from ..engine import scope_sql
from ..models.dso_facade_mixin import FACADES
from .common import CollectionCase, jan


@tagged('post_install', '-at_install')
class TestPartnerFacade(CollectionCase):
    """Collector, scenario and group account of a contact, in the current company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls.create_user('collector')
        cls.customer = cls.create_customer()
        cls.partner = cls.customer.partner_id
        cls.other = cls.env['res.partner'].create({'name': "Without account"})
        cls.both = cls.partner | cls.other

    def search(self, *condition, model='res.partner'):
        return self.env[model].search([condition, ('id', 'in', self.both.ids)])

    def test_value_of_the_customer_account(self):
        self.customer.collector_id = self.collector
        self.both.invalidate_recordset()
        self.assertEqual(self.partner.dso_collector_id, self.collector)
        self.assertEqual(self.partner.dso_scenario_id, self.scenario)
        self.assertEqual(self.partner.dso_customer_id, self.customer)
        self.assertFalse(self.other.dso_collector_id)

    def test_children_show_the_values_of_their_company(self):
        child = self.env['res.partner'].create({'name': "Ann", 'parent_id': self.partner.id})
        self.assertEqual(child.dso_scenario_id, self.scenario)
        with self.assertRaisesRegex(UserError, "Ann.* is a contact of Azure Interior"):
            child.dso_collector_id = self.collector

    def test_write_creates_the_customer_account_with_the_defaults(self):
        self.company.dso_scenario_id = self.scenario
        self.other.with_user(self.collector).dso_collector_id = self.collector
        customer = self.env['dso.customer'].search([('partner_id', '=', self.other.id)])
        self.assertEqual(customer.collector_id, self.collector)
        self.assertEqual(customer.collector_source, 'person')
        self.assertEqual(customer.scenario_id, self.scenario)
        self.assertEqual(customer.scenario_source, 'default')

    def test_empty_value_creates_nothing(self):
        partner = self.env['res.partner'].create({'name': "New", 'dso_collector_id': False})
        self.assertFalse(partner.dso_customer_id)

    def test_import_remembers_its_source(self):
        result = self.env['res.partner'].load(
            ['name', 'ref', 'dso_collector_id', 'dso_scenario_id'],
            [["Imported", "I1", self.collector.name, "Public sector"]],
        )
        self.assertFalse(result['messages'])
        partner = self.env['res.partner'].browse(result['ids'])
        self.assertEqual(partner.dso_collector_id, self.collector)
        partner = partner.with_context(import_file=True)
        partner.dso_scenario_id = self.env.ref('dso_collection.dso_scenario_risky')
        self.assertEqual(partner.dso_customer_id.scenario_source, 'import')

    def test_wrong_value_of_an_import_names_it(self):
        result = self.env['res.partner'].load(['name', 'dso_collector_id'], [["Import", "Nobody"]])
        self.assertFalse(result['ids'])
        self.assertIn("Nobody", result['messages'][0]['message'])

    def test_group_account(self):
        leader = self.env['res.partner'].create({'name': "Head office"})
        self.partner.dso_group_account_id = leader
        self.assertEqual(self.customer.group_account_id.partner_id, leader)
        self.partner.invalidate_recordset()
        self.assertEqual(self.partner.dso_group_account_id, leader)
        self.assertEqual(self.search('dso_group_account_id', '=', leader.id), self.partner)

    def test_reader_may_not_write(self):
        reader = self.create_user('reader')
        reader.group_ids += self.env.ref('base.group_partner_manager')
        for partner in (self.partner, self.other):
            with self.subTest(partner=partner.name), self.assertRaises(AccessError):
                partner.with_user(reader).dso_collector_id = self.collector

    def test_reader_may_save_a_new_contact(self):
        reader = self.create_user('reader')
        reader.group_ids += self.env.ref('base.group_partner_manager')
        with Form(self.env['res.partner'].with_user(reader)) as form:
            form.name = "By an accountant"
        self.assertFalse(form.record.sudo().dso_customer_id)

    def test_search(self):
        self.customer.collector_id = self.collector
        name = self.collector.name
        self.assertEqual(self.search('dso_collector_id', '=', self.collector.id), self.partner)
        self.assertEqual(self.search('dso_collector_id', 'in', self.collector.ids), self.partner)
        self.assertEqual(self.search('dso_collector_id', 'ilike', name), self.partner)
        login = self.collector.login
        self.assertEqual(self.search('dso_collector_id.login', '=', login), self.partner)
        self.assertEqual(self.search('dso_collector_id', '!=', False), self.partner)
        self.assertEqual(self.search('dso_collector_id', '=', False), self.other)
        self.assertEqual(self.search('dso_collector_id', '!=', self.collector.id), self.other)
        self.assertEqual(self.search('dso_collector_id', 'not in', self.collector.ids), self.other)
        self.assertEqual(
            self.search('dso_collector_id', 'in', [False, self.collector.id]), self.both
        )

    def test_not_set_means_no_value_or_no_account(self):
        self.assertEqual(self.search('dso_collector_id', '=', False), self.both)
        self.assertEqual(self.search('dso_scenario_id', '=', False), self.other)

    def test_group_by(self):
        self.customer.collector_id = self.collector
        groups = self.env['res.partner']._read_group(
            [('id', 'in', self.both.ids)], ['dso_collector_id'], ['__count']
        )
        self.assertEqual(dict(groups), {self.collector: 1, self.env['res.users']: 1})
        leader = self.env['res.partner'].create({'name': "Head office"})
        self.partner.dso_group_account_id = leader
        groups = self.env['res.partner']._read_group(
            [('id', 'in', self.both.ids)], ['dso_group_account_id'], ['__count']
        )
        self.assertEqual(dict(groups), {leader: 1, self.env['res.partner']: 1})

    def test_web_client_may_search_group_and_sort(self):
        for model in ('res.partner', 'account.move', 'account.move.line'):
            for name, field in self.env[model].fields_get(list(FACADES)).items():
                with self.subTest(model=model, field=name):
                    self.assertTrue(field['groupable'])
                    self.assertTrue(field['searchable'])
                    self.env[model].web_read_group([], [name], ['__count'])
                    self.assertTrue(field['sortable'])
                    self.env[model].search([], order=f'{name} desc, id', limit=1)

    def test_value_of_the_current_company_alone(self):
        self.customer.collector_id = self.collector
        other = self.create_company()
        partner = self.partner.with_company(other)
        partner.invalidate_recordset()
        self.assertFalse(partner.dso_collector_id)
        self.assertFalse(
            self.env['res.partner']
            .with_company(other)
            .search([('dso_collector_id', '=', self.collector.id)])
        )

    def test_form_shows_the_new_plan_at_once(self):
        self.create_invoice(self.customer, jan(2), posted=jan(1))
        self.partner.web_save(
            {'dso_scenario_id': False}, {'dso_explanation': {}, 'dso_overdue': {}}
        )
        [values] = self.partner.web_read({'dso_explanation': {}, 'dso_overdue': {}})
        self.assertIn("No collection scenario", values['dso_explanation'])
        self.assertEqual(values['dso_overdue'], 1000)

    def test_form_moves_actions_and_replaces_the_proposed_one(self):
        """Specific actions stay, and go to the new collector's agenda (spec 2.9, 3.11)."""
        calls = self.create_scenario("Calls", [(1, 'call', 'manual')])
        self.create_invoice(self.customer, jan(2), posted=jan(1))
        values = {'customer_id': self.customer.id, 'action_type': 'call', 'date_planned': jan(25)}
        task = self.env['dso.action'].create(values)
        self.plan()
        former = self.customer.next_action_id
        partner = self.partner.with_user(self.collector)
        partner.web_save(
            {'dso_collector_id': self.collector.id, 'dso_scenario_id': calls.id},
            {'dso_explanation': {}},
        )
        self.assertFalse(former.exists(), "replaced in the moment of saving")
        self.assertEqual(self.customer.next_action_id.scenario_id, calls)
        self.assertEqual(self.customer.open_action_ids.collector_id, self.collector)
        self.assertIn(task, self.customer.open_action_ids)

    def test_multi_edit_moves_actions_and_replaces_the_proposed_ones(self):
        calls = self.create_scenario("Calls", [(1, 'call', 'manual')])
        second = self.create_customer("Second")
        customers = self.customer | second
        for customer in customers:
            self.create_invoice(customer, jan(2), posted=jan(1))
        self.plan()
        partners = customers.partner_id.with_user(self.collector)
        for values in ({'dso_collector_id': self.collector.id}, {'dso_scenario_id': calls.id}):
            partners.web_save(values, {'dso_explanation': {}})
        self.assertEqual(customers.open_action_ids.collector_id, self.collector)
        self.assertEqual(customers.next_action_id.scenario_id, calls)
        self.assertEqual(len(customers.next_action_id), 2)


@tagged('post_install', '-at_install')
class TestDocumentFacade(CollectionCase):
    """Collection values on invoices and journal items, where nothing is stored."""

    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls.create_user('collector')
        cls.customer = cls.create_customer()
        cls.customer.collector_id = cls.collector
        cls.first = cls.create_invoice(cls.customer, jan(10), posted=jan(1))
        cls.second = cls.create_invoice(cls.customer, jan(15), posted=jan(1))
        cls.stranger = cls.create_invoice(cls.create_customer("Stranger"), jan(15), posted=jan(1))
        cls.moves = cls.first | cls.second | cls.stranger
        cls.plan(cls.customer)

    def search(self, records, *condition):
        return records.search([condition, ('id', 'in', records.ids)])

    def test_nothing_is_stored(self):
        for model in ('account.move', 'account.move.line'):
            stored = [
                name
                for name, field in self.env[model]._fields.items()
                if field.store and field._module == 'dso_collection'
            ]
            self.assertFalse(stored)

    def test_invoice_shows_its_customer_account(self):
        self.assertEqual(self.first.dso_collector_id, self.collector)
        self.assertEqual(self.first.dso_scenario_id, self.scenario)
        self.assertEqual(self.first.dso_next_action_id, self.customer.next_action_id)
        self.assertEqual(self.first.dso_next_action_date, self.customer.next_action_id.date_planned)
        self.assertFalse(self.stranger.dso_collector_id)

    def test_leader(self):
        leaders = self.first | self.stranger
        self.assertEqual(self.search(self.moves, 'is_leader_invoice', '=', True), leaders)
        self.assertEqual(self.moves.filtered('is_leader_invoice'), leaders)
        lines = self.receivables(self.first) | self.receivables(self.second)
        self.assertEqual(lines.filtered('is_leader_item'), self.receivables(self.first))
        self.assertEqual(
            self.search(lines, 'is_leader_item', '!=', True), self.receivables(self.second)
        )

    def test_search_and_group_invoices(self):
        own = self.first | self.second
        self.assertEqual(self.search(self.moves, 'dso_collector_id', '=', self.collector.id), own)
        self.assertEqual(self.search(self.moves, 'dso_collector_id', '=', False), self.stranger)
        groups = self.env['account.move']._read_group(
            [('id', 'in', self.moves.ids)], ['dso_collector_id'], ['__count']
        )
        self.assertEqual(dict(groups), {self.collector: 2, self.env['res.users']: 1})

    def test_search_and_group_items(self):
        lines = self.receivables(self.first) | self.receivables(self.stranger)
        found = self.search(lines, 'dso_collector_id', 'in', self.collector.ids)
        self.assertEqual(found, self.receivables(self.first))
        groups = lines._read_group([('id', 'in', lines.ids)], ['dso_scenario_id'], ['__count'])
        self.assertEqual(dict(groups), {self.scenario: 2})

    def test_branch_shows_the_account_of_its_root(self):
        branch = self.create_company("Branch", parent_id=self.company.id)
        partner = self.customer.partner_id
        move = self.env['account.move'].with_company(branch)
        move = move.create({'move_type': 'out_invoice', 'partner_id': partner.id})
        self.assertEqual(move.company_id, branch)
        self.assertEqual(move.dso_collector_id, self.collector)
        self.assertEqual(self.search(move, 'dso_collector_id', '=', self.collector.id), move)

    def test_days_overdue(self):
        self.assertEqual(self.receivables(self.first).dso_days_overdue, 10)
        future = self.create_invoice(self.customer, jan(30))
        self.assertEqual(self.receivables(future).dso_days_overdue, -10)

    def test_exclusion_in_words_is_the_planners_verdict(self):
        self.company.dso_ignore_below = 50
        excluded = {
            'no_followup': self.create_invoice(self.customer, jan(12), posted=jan(1)),
            'blocked': self.create_invoice(self.customer, jan(12), posted=jan(1)),
            'small': self.create_invoice(self.customer, jan(12), amount=40, posted=jan(1)),
            'credit': self.create_credit_note(self.customer, 10),
        }
        self.receivables(excluded['no_followup']).no_followup = True
        excluded['blocked'].payment_state = 'blocked'
        held = self.create_customer("Held")
        held.hold_reason = 'legal'
        excluded['hold'] = self.create_invoice(held, jan(12), posted=jan(1))
        for reason in ('dispute', 'litigation', 'promise', 'specific'):
            excluded[reason] = self.create_invoice(self.customer, jan(12), posted=jan(1))
            self.exclude(self.receivables(excluded[reason]), reason)
        self.env.flush_all()
        for reason, move in excluded.items():
            with self.subTest(reason=reason):
                self.assertEqual(self.receivables(move).dso_exclusion, reason)
        lines = self.customer.open_line_ids | held.open_line_ids
        lines.invalidate_recordset()
        chased = lines.filtered(lambda line: not line.dso_exclusion)
        self.assertEqual(chased, self.eligible(self.customer | held))

    def exclude(self, lines, reason):
        """Take items out of the scenario by what is recorded on them."""
        if reason == 'specific':
            return self.env['dso.action']._plan_specific(lines, {'action_type': 'call'})
        cause = self.env.ref('dso_collection.dso_dispute_reason_price')
        values = {'promise': {'date': jan(20)}, 'dispute': {'reason_id': cause.id}}
        return lines._dso_qualify(self.env.ref(f'dso_collection.dso_status_{reason}'), values)

    def eligible(self, customers):
        """Items that the planner's statement takes for eligible."""
        planner = self.env['dso.planner']
        query = SQL(
            "WITH %s SELECT id FROM item WHERE eligible",
            planner._items(
                scope_sql.scope_of_ids(customers.ids), [self.company._dso_calendar_row()]
            ),
        )
        return self.env['account.move.line'].browse(r[0] for r in self.env.execute_query(query))
