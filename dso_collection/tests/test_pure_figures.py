"""Figures without a database: the check values of the specification, and what holds of all."""

import unittest
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..engine import figures
from ..engine.figures import BUCKETS, CountBack, Month

#: Newest first (spec 9).
MONTHS = (Month(500, 31), Month(400, 28), Month(300, 31))

amounts = st.integers(min_value=0, max_value=10**9).map(lambda cents: Fraction(cents, 100))
lengths = st.integers(min_value=28, max_value=31)
some_months = st.lists(st.builds(Month, amounts, lengths), max_size=14)
any_months = st.lists(
    st.builds(Month, st.builds(Fraction, st.integers(-(10**8), 10**9), st.just(100)), lengths),
    max_size=14,
)


class TestCheckValues(unittest.TestCase):
    def test_count_back(self):
        found = figures.count_back_dso(1000, MONTHS)
        self.assertAlmostEqual(found.days, 69.33, places=2)
        self.assertTrue(found.is_exact)

    def test_best_possible(self):
        self.assertEqual(figures.best_possible_dso(700, MONTHS), CountBack(45, 0))

    def test_average_days_delinquent(self):
        dso, best = (figures.count_back_dso(owed, MONTHS) for owed in (1000, 700))
        self.assertAlmostEqual(figures.average_days_delinquent(dso, best), 24.33, places=2)

    def test_collection_effectiveness(self):
        found = figures.collection_effectiveness(6200, 10890, 6340, 3590, months=3)
        self.assertAlmostEqual(found, 55.93, places=2)

    def test_rolling(self):
        self.assertEqual(figures.rolling_dso(1000, 1200, 90), 75)

    def test_ageing(self):
        today = date(2027, 1, 31)
        items = [(today - timedelta(days=late), 10**place) for place, late in enumerate(
            (-5, 0, 1, 30, 31, 60, 61, 90, 91, 400)
        )]  # fmt: skip
        self.assertEqual(
            figures.ageing(items, today),
            {
                'not_due': 11,
                'bucket_30': 1100,
                'bucket_60': 110000,
                'bucket_90': 11000000,
                'bucket_older': 1100000000,
            },
        )

    def test_overdue_share(self):
        self.assertEqual(figures.overdue_share(34, 66), 34)


class TestWithoutMeaning(unittest.TestCase):
    """What cannot be said is not said."""

    def test_nothing_is_owed(self):
        self.assertEqual(figures.count_back_dso(0, MONTHS), CountBack(0, 0))
        self.assertEqual(figures.count_back_dso(-50, MONTHS), CountBack(0, 0))
        self.assertEqual(figures.rolling_dso(-50, 1200, 90), 0)
        self.assertIsNone(figures.overdue_share(0, 0))

    def test_nothing_was_sold(self):
        self.assertIsNone(figures.rolling_dso(1000, 0, 90))
        self.assertIsNone(figures.rolling_dso(1000, -20, 90))
        self.assertEqual(figures.count_back_dso(1000, []), CountBack(0, 1000))

    def test_more_is_owed_than_was_ever_sold(self):
        found = figures.count_back_dso(1500, MONTHS)
        self.assertEqual(found, CountBack(90, 300))
        self.assertFalse(found.is_exact)

    def test_exactly_all_that_was_sold(self):
        self.assertEqual(figures.count_back_dso(1200, MONTHS), CountBack(90, 0))

    def test_a_month_without_sales_counts_its_days(self):
        months = (Month(500, 31), Month(0, 28), Month(300, 31))
        self.assertEqual(figures.count_back_dso(650, months).days, 31 + 28 + 15.5)

    def test_credit_notes_beyond_a_month_are_taken_from_the_month_before(self):
        months = (Month(100, 31), Month(-200, 28), Month(400, 31))
        self.assertEqual(figures.count_back_dso(200, months).days, 31 + 28 + 15.5)
        self.assertEqual(figures.count_back_dso(350, months), CountBack(90, 50))

    def test_nothing_could_be_collected(self):
        self.assertIsNone(figures.collection_effectiveness(0, 500, 500, 500))

    def test_periods_have_a_length(self):
        for call in (
            lambda: figures.rolling_dso(1, 1, 0),
            lambda: figures.count_back_dso(1, [Month(1, 0)]),
            lambda: figures.collection_effectiveness(1, 1, 1, 1, months=0),
        ):
            with self.assertRaises(ValueError):
                call()

    def test_credits_pay_what_is_overdue_first(self):
        self.assertEqual(figures.current(1000, 300), 700)
        self.assertEqual(figures.current(900, 300, 100), 700)
        self.assertEqual(figures.current(600, 300, 400), 600)


#: A busy machine is slow for a moment; that is no fault of what is tested.
SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class TestProperties(unittest.TestCase):
    @settings(SETTINGS)
    @given(some_months, st.integers(min_value=0, max_value=14))
    def test_whole_months_are_their_days(self, months, number):
        """Receivables as high as the sales of some whole months are worth their days, less those
        of the oldest that sold nothing."""
        months = [month for month in months if month.sales]
        taken = months[:number]
        found = figures.count_back_dso(sum(month.sales for month in taken), months)
        self.assertEqual(found, CountBack(sum(month.days for month in taken), 0))

    @settings(SETTINGS)
    @given(any_months, amounts, amounts)
    def test_more_receivables_are_worth_no_fewer_days(self, months, low, more):
        less, most = (figures.count_back_dso(owed, months) for owed in (low, low + more))
        self.assertLessEqual(less.days, most.days)
        self.assertLessEqual(less.uncovered, most.uncovered)

    @settings(SETTINGS)
    @given(any_months, amounts)
    def test_days_are_never_more_than_are_known(self, months, owed):
        found = figures.count_back_dso(owed, months)
        self.assertGreaterEqual(found.days, 0)
        self.assertLessEqual(found.days, sum(month.days for month in months))
        if not found.is_exact:
            self.assertEqual(found.days, sum(month.days for month in months))

    @settings(SETTINGS)
    @given(some_months, amounts)
    def test_what_is_not_covered_is_what_sales_lack(self, months, owed):
        lacking = max(owed - sum(month.sales for month in months), 0)
        self.assertEqual(figures.count_back_dso(owed, months).uncovered, lacking)

    @settings(SETTINGS)
    @given(amounts, amounts, amounts)
    def test_current_is_part_of_receivables(self, not_due, overdue, unallocated):
        receivables = overdue + not_due - unallocated
        found = figures.current(receivables, overdue, unallocated)
        self.assertLessEqual(found, receivables)
        self.assertLessEqual(found, not_due)

    @settings(SETTINGS)
    @given(some_months, amounts, amounts, amounts)
    def test_nobody_pays_later_than_never(self, months, not_due, overdue, unallocated):
        receivables = overdue + not_due - unallocated
        dso = figures.count_back_dso(receivables, months)
        best = figures.best_possible_dso(figures.current(receivables, overdue, unallocated), months)
        self.assertGreaterEqual(figures.average_days_delinquent(dso, best), 0)

    @settings(SETTINGS)
    @given(amounts, amounts, amounts, amounts)
    def test_effectiveness_is_100_at_best(self, opening, sales, closing, current):
        found = figures.collection_effectiveness(opening, sales, max(closing, current), current)
        if found is not None:
            self.assertLessEqual(found, 100)

    @settings(SETTINGS)
    @given(st.lists(st.tuples(st.integers(-500, 500), amounts)))
    def test_buckets_add_up(self, items):
        today = date(2027, 1, 31)
        found = figures.ageing(
            [(today - timedelta(days=late), part) for late, part in items], today
        )
        self.assertEqual(set(found), set(BUCKETS))
        self.assertEqual(sum(found.values()), sum(part for _late, part in items))
