from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import CollectionCase, jan
from .common_tours import AgendaTourCase


@tagged('post_install', '-at_install')
class TestLoad(CollectionCase):
    """An action given to another collector stays with him; its account stays where it is."""

    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scenario = cls.create_scenario("Calls", [(3, 'call', 'manual'), (10, 'task', 'manual')])
        cls.company.dso_scenario_id = cls.scenario
        cls.manager = cls.create_user('manager')
        cls.owner = cls.create_user('collector', login='owner', name="Olga Owner")
        cls.helper = cls.create_user('collector', login='helper', name="Hugo Helper")
        cls.idle = cls.create_user('collector', login='idle', name="Ida Idle")

    def create_call(self, owner=None):
        customer = self.create_customer()
        customer.collector_id = self.owner if owner is None else owner
        self.create_invoice(customer, jan(10), posted=jan(1))
        action = self.next_action(customer)
        self.assertEqual(action.collector_id, customer.collector_id)
        return action.with_user(self.manager)

    def test_holds_at_the_next_plan(self):
        action = self.create_call()
        action.action_give(self.helper.id)
        for day in (21, 22):
            self.go_to(jan(day))
            self.plan(action.customer_id)
            self.assertEqual(action.collector_id, self.helper)
        self.assertEqual(action.customer_id.collector_id, self.owner)

    def test_of_an_account_without_collector(self):
        action = self.create_call(owner=self.env['res.users'])
        action.action_give(self.helper.id)
        self.plan(action.customer_id)
        self.assertEqual(action.collector_id, self.helper)

    def test_another_collector_of_the_account_takes_all(self):
        action = self.create_call()
        action.action_give(self.helper.id)
        self.plan(action.customer_id)
        action.customer_id.collector_id = self.idle
        self.plan(action.customer_id)
        self.assertEqual(action.collector_id, self.idle)

    def test_given_once_and_not_again(self):
        action = self.create_call()
        task = self.create_control_task()
        (action | task).action_give(self.helper.id)
        customers = (action | task).customer_id
        for collector in (self.helper, self.owner):
            customers.write({'collector_id': collector.id})
            self.plan(customers)
            self.assertEqual((action | task).collector_id, collector)

    def test_the_next_proposal_is_the_owners(self):
        action = self.create_call()
        action.action_give(self.helper.id)
        action.with_user(self.helper).action_complete()
        self.assertEqual(self.next_action(action.customer_id).collector_id, self.owner)

    def create_control_task(self):
        customer = self.create_customer()
        customer.write({'collector_id': self.owner.id, 'hold_reason': 'legal'})
        customer.write({'hold_until': jan(21)})
        self.create_invoice(customer, jan(10), posted=jan(1))
        self.go_to(jan(25))
        self.plan(customer)
        return customer.open_action_ids.filtered(lambda a: a.task_kind == 'hold_end')

    def test_control_task(self):
        task = self.create_control_task()
        task.action_give(self.helper.id)
        self.plan(task.customer_id)
        self.assertEqual(task.collector_id, self.helper)

    def test_refused(self):
        action = self.create_call()
        reader = self.create_user('reader')
        with self.assertRaises(AccessError):
            action.with_user(reader).action_give(self.helper.id)
        with self.assertRaises(AccessError):
            action.write({'collector_id': self.helper.id})
        with self.assertRaisesRegex(UserError, "who does it"):
            action.action_give(False)
        stranger = self.create_user('collector', login='far', company_id=self.create_company().id)
        stranger.company_ids = stranger.company_id
        with self.assertRaises(ValidationError):
            action.action_give(stranger.id)
        action.action_complete()
        with self.assertRaises(UserError):
            action.action_give(self.helper.id)

    def columns(self):
        actions = (
            self.env['dso.action']
            .with_user(self.manager)
            .with_context(dso_load=True, read_group_expand=True)
        )
        answer = actions.web_read_group(
            [('mode', '=', 'manual'), ('state', '=', 'planned')],
            ['collector_id'],
            ['__count'],
            auto_unfold=True,
            unfold_read_specification={'customer_id': {'fields': {'display_name': {}}}},
        )
        return {
            group['collector_id'] and group['collector_id'][0]: group['__count']
            for group in answer['groups']
        }

    def test_columns(self):
        self.create_call()
        columns = self.columns()
        self.assertEqual(columns[self.owner.id], 1)
        self.assertEqual((columns[self.idle.id], columns[False]), (0, 0))

    def test_queries_of_many(self):
        counts = []
        for _round in range(3):
            for owner in (self.owner, self.helper, self.idle):
                self.create_call(owner=owner)
            counts.append(self.queries(self.columns))
        self.assertEqual(counts[1], counts[2])


@tagged('post_install', '-at_install')
class TestLoadTour(AgendaTourCase):
    """A manager shares out the work by dragging."""

    def test_drag(self):
        actions = self.env['dso.action'].search([('mode', '=', 'manual')])
        actions.with_user(self.collector).action_reschedule(self.today)
        self.env['dso.planner']._plan_pending()
        self.start_tour('/odoo/collection-load', 'dso_collection_load', login='manager')
        ready = actions.filtered(lambda action: action.partner_id.name == "Ready Mat")
        self.assertEqual(ready.collector_id, self.manager)
        self.assertEqual((actions - ready).collector_id, self.collector)
        self.assertEqual(actions.customer_id.collector_id, self.collector)
        actions.customer_id._plan()
        self.assertEqual(ready.collector_id, self.manager)
