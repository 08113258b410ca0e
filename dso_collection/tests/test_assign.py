"""Collectors, scenarios and group accounts for many customer accounts at once."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ..models import dso_customer_assign
from .common import CollectionCase, jan
from .common_queries import QueryCase


@tagged('post_install', '-at_install')
class TestAssign(CollectionCase):
    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calls = cls.create_scenario("Calls", [(3, 'call', 'manual'), (10, 'call', 'manual')])
        cls.company.dso_scenario_id = cls.calls
        cls.customers = cls.create_customers(3)
        cls.create_opening_entry(cls.customers, jan(10))
        cls.plan()
        cls.alice = cls.create_user('collector', login='alice', name="Alice")
        cls.bob = cls.create_user('collector', login='bob', name="Bob")

    def logged(self, customer):
        """Notes in the chatter of a customer account, with what they say was changed."""
        return [
            (message.body, tuple(message.tracking_value_ids.mapped('new_value_char')))
            for message in customer.message_ids.sorted('id')
            if message.tracking_value_ids
        ]

    # --- what is written -------------------------------------------------------------------

    def test_values_and_their_source(self):
        count = self.customers._assign(
            {'collector_id': self.alice.id, 'scenario_id': self.scenario.id}
        )
        self.assertEqual(count, 3)
        for customer in self.customers:
            self.assertEqual(customer.collector_id, self.alice)
            self.assertEqual(customer.collector_source, 'person')
            self.assertEqual(customer.scenario_id, self.scenario)
            self.assertEqual(customer.scenario_source, 'person')

    def test_rows_that_have_the_value_stay_as_they_are(self):
        self.customers[0].collector_id = self.alice
        self.env.flush_all()
        before = self.dump()
        self.assertEqual(self.customers[0]._assign({'collector_id': self.alice.id}), 0)
        self.assertNothingWritten(before, "The same value was written again")
        self.assertEqual(self.customers._assign({'collector_id': self.alice.id}), 2)

    def test_person_takes_over_what_a_rule_set(self):
        self.customers._assign({'collector_id': self.alice.id}, source='rule')
        self.assertEqual(self.customers._assign({'collector_id': self.alice.id}), 3)
        self.assertEqual(set(self.customers.mapped('collector_source')), {'person'})
        self.assertEqual(
            self.customers._assign({'collector_id': self.alice.id}, source='rule'),
            0,
            "a rule does not take over what a person decided",
        )
        self.assertEqual(set(self.customers.mapped('collector_source')), {'person'})

    def test_value_taken_away_has_no_source(self):
        self.customers._assign({'collector_id': self.alice.id})
        self.assertEqual(self.customers._assign({'collector_id': False}), 3)
        self.assertFalse(self.customers.collector_id)
        self.assertEqual(set(self.customers.mapped('collector_source')), {False})

    def test_chatter_reads_as_if_tracked(self):
        tracked = self.customers.with_context(tracking_disable=False)
        tracked[:2].message_ids.unlink()
        tracked[0].collector_id = self.alice
        tracked.flush_recordset()
        self.env.cr.precommit.run()
        tracked[1]._assign({'collector_id': self.alice.id}, note="Mass <change>")
        by_core, by_us = (customer.message_ids for customer in tracked[:2])
        own = ['id', 'res_id', 'body', 'message_id', 'date', 'create_date', 'write_date']
        query = SQL(
            "SELECT to_jsonb(m) - %s::text[] FROM mail_message m WHERE id = ANY(%s)",
            own,
            (by_core | by_us).ids,
        )
        self.assertEqual(*self.env.execute_query(query))
        self.assertEqual(by_us.body, "<span>Mass &lt;change&gt;</span>")
        formatted = [
            {**message.sudo().tracking_value_ids._tracking_value_format()[0], 'id': 0}
            for message in (by_core, by_us)
        ]
        self.assertEqual(*formatted)
        self.assertEqual(formatted[1]['newValue'], "Alice")
        self.assertEqual(self.logged(tracked[1])[0][1], ("Alice",))

    # --- what follows ----------------------------------------------------------------------

    def test_each_note_has_its_own_message_id(self):
        values = {'collector_id': self.alice.id, 'scenario_id': self.scenario.copy().id}
        self.customers.with_context(tracking_disable=False)._assign(values)
        notes = self.customers.message_ids.filtered('tracking_value_ids')
        self.assertEqual(len(notes), len(self.customers))
        self.assertEqual(len(set(notes.mapped('message_id'))), len(self.customers))

    def test_open_actions_move_to_the_new_collector(self):
        task = self.env['dso.action'].create(
            {'customer_id': self.customers[0].id, 'action_type': 'call', 'date_planned': jan(25)}
        )
        done = self.complete(self.customers[0])
        self.customers._assign({'collector_id': self.bob.id})
        self.assertEqual(self.customers.open_action_ids.collector_id, self.bob)
        self.assertEqual(task.collector_id, self.bob)
        self.assertFalse(done.collector_id, "the history stays")
        self.customers[0].collector_id = self.alice
        self.plan()
        self.assertEqual(self.customers[0].open_action_ids.collector_id, self.alice)
        self.assertEqual(task.collector_id, self.alice)

    def test_what_a_person_plans_stands_on_the_collectors_agenda(self):
        self.customers[:2].collector_id = self.bob
        vals = {'action_type': 'call', 'date_planned': jan(25)}
        tasks = self.env['dso.action'].with_user(self.alice)
        tasks = tasks.create([{'customer_id': c.id, **vals} for c in self.customers])
        self.assertEqual([task.collector_id.name for task in tasks], ["Bob", "Bob", False])

    def test_new_scenario_replaces_the_proposed_action_at_once(self):
        self.assertNext(self.customers[0], 3, jan(13))
        self.customers._assign({'scenario_id': self.scenario.id})
        self.plan()
        self.assertEqual(set(self.customers.next_action_id.step_id.scenario_id), set(self.scenario))

    def test_grouping_replans_both_sides(self):
        leader, *members = self.customers
        members = leader.union(*members) - leader
        self.assertEqual(members._assign({'group_account_id': leader.id}), 2)
        self.plan()
        self.assertEqual(set(members.mapped('reason')), {'grouped'})
        self.assertFalse(members.next_action_id)
        self.assertEqual(leader.next_action_id.amount, 3000)
        members[0]._assign({'group_account_id': False})
        self.plan()
        self.assertTrue(members[0].next_action_id)
        self.assertEqual(leader.next_action_id.amount, 2000)

    def test_many_accounts_are_left_to_the_scheduled_action(self):
        self.patch(dso_customer_assign, 'MAX_INLINE', 2)
        self.customers._assign({'scenario_id': self.scenario.id, 'collector_id': self.bob.id})
        self.assertEqual(self.customers.open_action_ids.collector_id, self.bob, "moved at once")
        self.plan()
        self.assertEqual(self.customers.next_action_id.scenario_id, self.calls)
        self.run_cron_plan()
        self.customers.invalidate_recordset()
        self.assertEqual(self.customers.next_action_id.scenario_id, self.scenario)

    # --- refusals --------------------------------------------------------------------------

    def assertRefused(self, sentence, values, customers=None):
        with self.assertRaisesRegex(ValidationError, sentence):
            (customers or self.customers)._assign({'collector_id': self.alice.id, **values})
        self.assertFalse(self.customers.collector_id, "nothing is half-written")

    def test_collector_must_be_an_active_internal_user(self):
        portal = new_test_user(self.env, login='portal', groups='base.group_portal')
        self.assertRefused("portal .* choose an active internal user", {'collector_id': portal.id})
        self.bob.active = False
        self.assertRefused("Bob cannot collect", {'collector_id': self.bob.id})

    def test_collector_must_be_allowed_in_the_company(self):
        other = self.create_company()
        self.bob.write({'company_id': other.id, 'company_ids': other.ids})
        self.assertRefused("Bob may not work in", {'collector_id': self.bob.id})

    def test_a_plain_write_is_checked_like_a_mass_change(self):
        customer = self.customers[0].with_user(self.alice)
        self.bob.active = False
        with self.assertRaisesRegex(ValidationError, "Bob cannot collect"):
            customer.collector_id = self.bob
        self.bob.active = True
        customer.collector_id = False
        other = self.create_company()
        self.bob.write({'company_id': other.id, 'company_ids': other.ids})
        with self.assertRaisesRegex(ValidationError, "Bob may not work in"):
            customer.collector_id = self.bob
        customer.collector_id = self.alice
        self.assertEqual(customer.collector_source, 'person')

    def test_scenario_must_belong_to_the_company(self):
        other = self.create_company()
        theirs = self.create_scenario("Theirs", company_id=other.id)
        self.assertRefused("Theirs belongs to Second Company", {'scenario_id': theirs.id})
        self.company.dso_scenario_id = self.scenario
        self.calls.active = False
        self.assertRefused("Calls is archived", {'scenario_id': self.calls.id})

    def test_default_scenario_is_in_use(self):
        words = f"{self.calls.name} is the default of {self.company.name}"
        with self.assertRaisesRegex(ValidationError, words):
            self.calls.action_archive()
        self.company.dso_scenario_id = self.env['dso.scenario'].create({'name': "Next"})
        self.calls.action_archive()
        self.assertFalse(self.calls.active)
        with self.assertRaisesRegex(ValidationError, "Scenario Calls is archived"):
            self.company.dso_scenario_id = self.calls

    def test_groups_stay_flat(self):
        leader, member, third = self.customers
        self.assertRefused("collected through itself", {'group_account_id': leader.id})
        member._assign({'group_account_id': leader.id})
        self.assertRefused("is itself collected through", {'group_account_id': member.id}, third)
        self.assertRefused("is the group account of", {'group_account_id': third.id}, leader)
        elsewhere = self.create_customer("Elsewhere", company=self.create_company())
        self.assertRefused("is no customer account of", {'group_account_id': elsewhere.id}, third)

    def test_readers_may_not(self):
        customers = self.customers.with_user(self.create_user('reader'))
        with self.assertRaises(AccessError):
            customers._assign({'collector_id': self.alice.id})

    def test_accounts_of_another_company_are_refused(self):
        theirs = self.create_customer("Theirs", company=self.create_company())
        customers = (self.customers | theirs).with_user(self.alice)
        with self.assertRaisesRegex(AccessError, "not yours to change"):
            customers._assign({'collector_id': self.alice.id})
        self.assertFalse(self.customers.collector_id)


@tagged('post_install', '-at_install')
class TestAssignQueries(QueryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls.create_user('collector')
        cls.other_scenario = cls.create_scenario("Other")
        cls.create_opening_entry(cls.customers, jan(-30))
        cls.plan()

    def test_as_many_statements_for_many_accounts_as_for_few(self):
        def tracked(customers):
            return customers.with_user(self.collector).with_context(tracking_disable=False)

        values = {'collector_id': self.collector.id, 'scenario_id': self.other_scenario.id}
        self.assertSame(tracked, lambda customers: customers._assign(values, note="Mass change"))

    def test_planning_included(self):
        def assign(customers):
            customers._assign({'scenario_id': self.other_scenario.id})
            self.plan()

        self.assertSame(lambda customers: customers, assign)
