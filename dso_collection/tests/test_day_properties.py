"""What a new day changes of the plans, against plans of everybody, on random portfolios."""

from datetime import date, datetime, time, timedelta
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from odoo.tests import tagged

from ..engine import day_sql
from .common import CollectionCase, jan
from .common_portfolio import PortfolioCase
from .common_properties import examples
from .portfolio_maker import PortfolioMaker

DAYS = 8


@tagged('post_install', '-at_install')
class TestDayProperties(PortfolioCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        registry = cls.registry
        cls.startClassPatcher(
            patch.object(registry['ir.cron'], '_commit_progress', return_value=float('inf'))
        )
        cls.startClassPatcher(patch.object(registry['dso.action'], '_tell_managers'))

    @examples(3, 40)
    @given(
        number=st.integers(0, 2**32 - 1),
        size=st.sampled_from((30, 120)),
        day=st.dates(date(2027, 1, 4), date(2027, 1, 20)),
        careful=st.booleans(),
    )
    def test_nothing_else_changes(self, number, size, day, careful):
        planner = self.env['dso.planner']
        with self.rolled_back():
            self.go_to(day, hour=10)
            PortfolioMaker(self.env, self.books, number, size, day).make()
            companies = [books.company for books in self.books]
            for company in companies:
                company.dso_started_on = datetime.combine(day, time()) - timedelta(days=30)
                company.dso_careful_until = careful and day + timedelta(days=number % DAYS)
                planner._plan_company(company)
                planner._plan_marked(company)
            for step in range(1, DAYS):
                self.go_to(day + timedelta(days=step), hour=10)
                for company in companies:
                    planner._plan_next_day(company)
                    planner._plan_marked(company)
                self.env.flush_all()
                before = self.dump()
                self.env['dso.customer']._plan_all()
                self.assertNothingWritten(before, f"The list of day {step} is not complete")


@tagged('post_install', '-at_install')
class TestNextDay(CollectionCase):
    """The customer accounts of which a new day is asked."""

    FIRST_DAY = jan(4)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.create_customers(3)
        cls.startClassPatcher(
            patch.object(cls.registry['ir.cron'], '_commit_progress', return_value=float('inf'))
        )

    def changing(self, day):
        """Ids of the accounts of the test that a day of January may change."""
        self.env.flush_all()
        query = day_sql.changing(self.company.id, jan(day - 1), jan(day))
        return {row[0] for row in self.env.execute_query(query)} & set(self.customers.ids)

    def test_what_does_not_change_is_left_alone(self):
        for customer, due in zip(self.customers, (6, 9, 30), strict=True):
            self.create_invoice(customer, jan(due), posted=jan(4))
        self.plan()
        first, second, third = self.customers
        self.assertEqual(self.changing(6), {first.id})
        # Overdue since today, while the other is due in two days.
        self.assertEqual(self.changing(7), {first.id})
        self.assertEqual(self.changing(8), set())
        third.write({'hold_reason': 'legal', 'hold_until': jan(7)})
        self.assertEqual(self.changing(8), {third.id})
        self.assertFalse(self.changing(8) & {second.id})

    def test_items_of_one_document(self):
        """Who is asked for an item of a document speaks for the same due date of others."""
        self.create_opening_entry(self.customers, jan(1))
        self.plan()
        self.go_to(jan(5), hour=10)
        self.env['dso.planner']._plan_company(self.company)
        self.complete(self.customers[0])
        self.go_to(jan(6), hour=10)
        self.assertEqual(self.changing(6), set(self.customers.ids))
        self.env['dso.planner']._plan_next_day(self.company)
        before = self.dump()
        self.env['dso.customer']._plan_all()
        self.assertNothingWritten(before, "Others were left out")
