"""What planning costs: as many statements for many customer accounts as for few."""

from odoo.tests import tagged

from .common import jan
from .common_queries import QueryCase


@tagged('post_install', '-at_install')
class TestEngineQueries(QueryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan()

    def post(self, customers):
        entry = self.create_opening_entry(customers, jan(-30))
        self.env.flush_all()
        return entry

    def post_and_plan(self, customers):
        self.post(customers)
        self.plan()
        return customers

    def test_given_accounts(self):
        self.assertSame(self.post_and_plan, lambda customers: customers._plan())

    def test_given_accounts_anew(self):
        """All actions are inserted."""
        self.assertSame(self.unplanned, lambda customers: customers._plan())

    def unplanned(self, customers):
        """Customer accounts with items and without actions."""
        customers.scenario_id = False
        self.post_and_plan(customers)
        self.env.cr.execute("UPDATE dso_customer SET scenario_id = %s", [self.scenario.id])
        return customers

    def test_all_accounts(self):
        self.assertSame(self.unplanned, lambda customers: customers._plan_all())

    def test_pending_marks(self):
        self.assertSame(self.post, lambda _entry: self.env['dso.planner']._plan_pending())

    def test_day_changes(self):
        def one_day_later(customers):
            self.post_and_plan(customers)
            self.run_cron_plan()
            self.go_to(jan(5))

        self.assertSame(one_day_later, lambda _nothing: self.run_cron_plan())

    def test_complete(self):
        def action_ids(customers):
            return self.post_and_plan(customers).next_action_id.ids

        def complete(ids):
            self.env['dso.action'].browse(ids)._set_done('sent')

        self.assertSame(action_ids, complete)

    def test_second_plan_writes_nothing(self):
        self.post_and_plan(self.customers)
        self.assertEqual(len(self.customers.next_action_id), 2 * self.COUNT)
        before = self.dump()
        self.customers._plan()
        self.customers._plan_all()
        self.assertNothingWritten(before, "A second plan changes something")
