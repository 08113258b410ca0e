"""Interest and compensation, without a database: worked by hand, then by properties."""

import unittest
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..tools.late_payment import (
    Debt,
    MissingRateError,
    Rate,
    Segment,
    Terms,
    accrued,
    compensation,
    first_day,
    first_missing,
    interest,
    rate_on,
    segments,
)

CENT = Decimal('0.01')
LONG_AGO = date(1990, 1, 1)
FIXED = Terms((Rate(LONG_AGO, None, Decimal(10)),))

#: ECB + 8 points: 11.15 % in the first half of 2025, 10.15 % in the second.
EUROPE = Terms(
    (
        Rate(date(2025, 1, 1), date(2025, 6, 30), Decimal('3.15')),
        Rate(date(2025, 7, 1), date(2025, 12, 31), Decimal('2.15')),
    ),
    margin=Decimal(8),
)


def money(debt, terms, end, start=LONG_AGO, rounding=CENT):
    return interest(segments(debt, terms, start, end), terms.day_count, rounding)


class TestInterest(unittest.TestCase):
    """Each expected amount was computed by hand; the sum stands beside it."""

    def test_one_month(self):
        debt = Debt(date(2025, 7, 31), Decimal(1000))
        # 1 August to 31 August: 1000 × 10.15 × 31 / 36500 = 8.6205
        self.assertEqual(money(debt, EUROPE, date(2025, 8, 31)), Decimal('8.62'))

    def test_no_interest_on_the_due_date_one_day_after_it(self):
        debt = Debt(date(2025, 7, 31), Decimal(36500))
        self.assertEqual(money(debt, FIXED, date(2025, 7, 31)), 0)
        self.assertEqual(money(debt, FIXED, date(2025, 8, 1)), 10)

    def test_year_of_360_days(self):
        debt = Debt(date(2025, 7, 31), Decimal(1000))
        # 1000 × 10.15 × 31 / 36000 = 8.7403
        terms = EUROPE._replace(day_count=360)
        self.assertEqual(money(debt, terms, date(2025, 8, 31)), Decimal('8.74'))

    def test_rate_changes_within_the_delay(self):
        debt = Debt(date(2025, 6, 20), Decimal(1000))
        # 10 days of June at 11.15, 10 of July at 10.15: (111.5 + 101.5) × 1000 / 36500 = 5.8356
        parts = segments(debt, EUROPE, LONG_AGO, date(2025, 7, 10))
        self.assertEqual(
            parts,
            [
                Segment(date(2025, 6, 21), date(2025, 6, 30), Decimal(1000), Decimal('11.15')),
                Segment(date(2025, 7, 1), date(2025, 7, 10), Decimal(1000), Decimal('10.15')),
            ],
        )
        self.assertEqual(interest(parts, 365, CENT), Decimal('5.84'))

    def test_rate_of_the_first_day_holds(self):
        debt = Debt(date(2025, 6, 20), Decimal(1000))
        terms = EUROPE._replace(fixed_at_start=True)
        # 20 days at 11.15: 1000 × 11.15 × 20 / 36500 = 6.1096, beyond the last known rate too
        self.assertEqual(money(debt, terms, date(2025, 7, 10)), Decimal('6.11'))
        self.assertEqual(len(segments(debt, terms, LONG_AGO, date(2027, 1, 1))), 1)

    def test_partial_payment_cuts(self):
        paid = (date(2025, 8, 10), Decimal(400))
        debt = Debt(date(2025, 7, 31), Decimal(600), (paid,))
        # 10 days on 1000, the day of payment included, then 21 days on 600:
        # (10000 + 12600) × 10.15 / 36500 = 6.2847
        parts = segments(debt, EUROPE, LONG_AGO, date(2025, 8, 31))
        self.assertEqual([(part.days, part.principal) for part in parts], [(10, 1000), (21, 600)])
        self.assertEqual(interest(parts, 365, CENT), Decimal('6.28'))

    def test_payment_before_the_due_date(self):
        debt = Debt(date(2025, 7, 31), Decimal(600), ((date(2025, 7, 31), Decimal(400)),))
        # 600 × 10.15 × 31 / 36500 = 5.1723
        self.assertEqual(money(debt, EUROPE, date(2025, 8, 31)), Decimal('5.17'))

    def test_credit_note_was_never_owed(self):
        debt = Debt(date(2025, 7, 31), Decimal(600), ((None, Decimal(400)),))
        self.assertEqual(money(debt, EUROPE, date(2025, 8, 31)), Decimal('5.17'))

    def test_grace_days(self):
        terms = FIXED._replace(grace_days=5)
        debt = Debt(date(2025, 7, 31), Decimal(36500))
        self.assertEqual(first_day(debt.due, terms), date(2025, 8, 6))
        self.assertEqual(money(debt, terms, date(2025, 8, 5)), 0)
        self.assertEqual(money(debt, terms, date(2025, 8, 7)), 20)

    def test_only_what_was_not_charged(self):
        debt = Debt(date(2025, 7, 31), Decimal(36500))
        self.assertEqual(money(debt, FIXED, date(2025, 8, 31), start=date(2025, 8, 29)), 30)
        self.assertEqual(money(debt, FIXED, date(2025, 8, 31), start=date(2025, 9, 1)), 0)

    def test_leap_year_counts_its_day(self):
        debt = Debt(date(2024, 2, 28), Decimal(36500))
        self.assertEqual(money(debt, FIXED, date(2024, 3, 1)), 20)

    def test_rounded_half_up_by_the_currency(self):
        parts = [Segment(date(2025, 1, 1), date(2025, 1, 1), Decimal('182.5'), Decimal(1))]
        self.assertEqual(interest(parts, 365, CENT), Decimal('0.01'))  # 0.005
        yen = [Segment(date(2025, 1, 1), date(2025, 1, 31), Decimal(98765), Decimal(10))]
        self.assertEqual(interest(yen, 365, Decimal(1)), 839)  # 838.826
        self.assertEqual(interest(yen, 365, Decimal('0.05')), Decimal('838.85'))

    def test_rate_below_zero_asks_for_nothing(self):
        terms = Terms((Rate(LONG_AGO, None, Decimal('-0.88')),))
        self.assertEqual(rate_on(date(2025, 1, 1), terms), 0)


class TestMissingRate(unittest.TestCase):
    def test_before_the_first_and_after_the_last(self):
        for day in (date(2024, 12, 31), date(2026, 1, 1)):
            with self.assertRaises(MissingRateError) as caught:
                rate_on(day, EUROPE)
            self.assertEqual(caught.exception.day, day)

    def test_first_day_without_rate(self):
        self.assertIsNone(first_missing(EUROPE, date(2025, 3, 1), date(2025, 12, 31)))
        self.assertEqual(
            first_missing(EUROPE, date(2025, 3, 1), date(2026, 2, 1)), date(2026, 1, 1)
        )
        self.assertEqual(
            first_missing(EUROPE, date(2024, 3, 1), date(2026, 2, 1)), date(2024, 3, 1)
        )

    def test_item_that_needs_it_is_refused_whole(self):
        debt = Debt(date(2025, 12, 20), Decimal(1000))
        self.assertEqual(money(debt, EUROPE, date(2025, 12, 31)), Decimal('3.06'))
        with self.assertRaises(MissingRateError):
            segments(debt, EUROPE, LONG_AGO, date(2026, 1, 1))

    def test_not_missed_where_nothing_is_owed(self):
        debt = Debt(date(2025, 12, 20), Decimal(0), ((date(2025, 12, 31), Decimal(1000)),))
        self.assertEqual(money(debt, EUROPE, date(2026, 6, 30)), Decimal('3.06'))


class TestCompensation(unittest.TestCase):
    BRITAIN = tuple((Decimal(n), Decimal(m)) for n, m in ((0, 40), (1000, 70), (10000, 100)))

    def test_by_the_size_of_the_debt(self):
        for debt, amount in (('999.99', 40), ('1000', 70), ('9999.99', 70), ('10000', 100)):
            self.assertEqual(compensation(Decimal(debt), self.BRITAIN), amount)

    def test_none(self):
        self.assertEqual(compensation(Decimal(0), self.BRITAIN), 0)
        self.assertEqual(compensation(Decimal(50), ()), 0)
        self.assertEqual(compensation(Decimal(50), self.BRITAIN[1:]), 0)


amounts = st.decimals(min_value=0, max_value=10**9, places=2)
percents = st.decimals(min_value=-5, max_value=50, places=4)
days = st.integers(min_value=0, max_value=900).map(lambda n: date(2025, 1, 1) + timedelta(days=n))


@st.composite
def terms(draw):
    starts = sorted(draw(st.sets(days, max_size=4)))
    rates = [Rate(start, None, draw(percents)) for start in [LONG_AGO, *starts]]
    return Terms(
        tuple(rates),
        margin=draw(percents),
        grace_days=draw(st.integers(min_value=0, max_value=30)),
        fixed_at_start=draw(st.booleans()),
    )


reductions = st.lists(st.tuples(st.none() | days, amounts), max_size=4).map(tuple)
debts = st.builds(Debt, days, amounts, reductions)


#: The first examples are slow to draw beside other tests; that says nothing about them.
SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class TestProperties(unittest.TestCase):
    @settings(SETTINGS)
    @given(debts, terms(), st.lists(days, min_size=3, max_size=3).map(sorted))
    def test_splitting_a_period_changes_nothing(self, debt, terms, three):
        start, split, end = three
        whole = segments(debt, terms, start, end)
        parts = segments(debt, terms, start, split) + segments(
            debt, terms, split + timedelta(days=1), end
        )
        self.assertEqual(accrued(parts), accrued(whole))
        self.assertEqual(interest(parts, 365, CENT), interest(whole, 365, CENT))

    @settings(SETTINGS)
    @given(debts, terms(), days, days)
    def test_more_days_are_never_less(self, debt, terms, one, other):
        sooner, later = sorted((one, other))
        self.assertLessEqual(money(debt, terms, sooner), money(debt, terms, later))

    @settings(SETTINGS)
    @given(debts, terms(), days)
    def test_day_by_day(self, debt, terms, end):
        """The definition itself: each day bears what was open on it at the rate of it."""
        begin = first_day(debt.due, terms)
        by_day = [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
        expected = sum(
            debt.principal(day) * rate_on(begin if terms.fixed_at_start else day, terms)
            for day in by_day
        )
        self.assertEqual(accrued(segments(debt, terms, LONG_AGO, end)), expected)

    @settings(SETTINGS)
    @given(debts, terms(), days)
    def test_segments_are_disjoint_and_in_order(self, debt, terms, end):
        parts = segments(debt, terms, LONG_AGO, end)
        for part, following in pairwise(parts):
            self.assertLess(part.end, following.start)
            self.assertNotEqual(part[2:], following[2:])
