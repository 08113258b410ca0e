"""Which promises were kept, without a database: worked by hand, then against a naive oracle."""

import unittest
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..engine.promise import Item, Payment, Promise, Verdict, judge


def jan(day):
    return date(2027, 1, 1) + timedelta(days=day - 1)


def of_items(*items, amount=1000, day=10, **values):
    """Promise on 4 January to pay items until a day; by default item 1, of 1000."""
    items = tuple(Item(*item) for item in items or [(1, Decimal(0), Decimal(1000))])
    return Promise(**{'id': 1, 'taken_on': jan(4), **values, **_terms(amount, day, items)})


def of_amount(amount=1000, day=10, **values):
    return Promise(**{'id': 1, 'taken_on': jan(4), **values, **_terms(amount, day, ())})


def _terms(amount, day, items):
    return {'amount': Decimal(amount), 'date': jan(day), 'items': items}


def paid(day, amount, key=1):
    return Payment(jan(day), key, Decimal(amount))


class TestPromises(unittest.TestCase):
    def assertVerdict(self, promise, payments, day, state, amount=0, settled=None):
        found = judge([promise], payments, jan(day))[promise.id]
        self.assertEqual(found, Verdict(state, Decimal(amount), settled and jan(settled)))

    def test_kept_on_the_day_of_the_payment(self):
        self.assertVerdict(of_items(), [paid(8, 1000)], 9, 'kept', 1000, 8)

    def test_open_until_the_date_broken_after_it(self):
        self.assertVerdict(of_items(), [], 10, 'open')
        self.assertVerdict(of_items(), [], 11, 'broken', 0, 11)

    def test_grace_days_count_as_in_time(self):
        promise = of_items(grace_days=3)
        self.assertVerdict(promise, [], 13, 'open')
        self.assertVerdict(promise, [paid(13, 1000)], 20, 'kept', 1000, 13)
        self.assertVerdict(promise, [], 14, 'broken', 0, 14)

    def test_paid_too_late(self):
        self.assertVerdict(of_items(), [paid(11, 1000)], 12, 'broken', 0, 11)

    def test_partly_kept(self):
        payments = [paid(8, 400), paid(12, 600)]
        self.assertVerdict(of_items(), payments, 10, 'open', 400)
        self.assertVerdict(of_items(), payments, 12, 'partial', 400, 11)

    def test_tolerance(self):
        promise = of_items(tolerance=Decimal(5))
        self.assertVerdict(promise, [paid(8, 995)], 9, 'kept', 995, 8)
        self.assertVerdict(promise, [paid(8, 994)], 11, 'partial', 994, 11)

    def test_tolerance_alone_never_keeps(self):
        left = of_items((1, Decimal(0), Decimal(3)), tolerance=Decimal(5))
        self.assertVerdict(left, [], 11, 'broken', 0, 11)

    def test_kept_on_the_day_that_makes_it_enough(self):
        self.assertVerdict(of_items(), [paid(8, 600), paid(6, 400)], 9, 'kept', 1000, 8)

    def test_only_its_items_count(self):
        self.assertVerdict(of_items(), [paid(8, 1000, key=2)], 11, 'broken', 0, 11)

    def test_what_was_cleared_before_does_not_count(self):
        promise = of_items((1, Decimal(400), Decimal(1000)), amount=600)
        self.assertVerdict(promise, [paid(2, 400)], 9, 'open')
        self.assertVerdict(promise, [paid(2, 400), paid(9, 600)], 9, 'kept', 600, 9)

    def test_booked_after_the_promise_for_an_earlier_day(self):
        self.assertVerdict(of_items(), [paid(2, 1000)], 9, 'kept', 1000, 2)

    def test_amount_counts_any_item_since_it_was_taken(self):
        payments = [paid(3, 500, key=7), paid(4, 300, key=8), paid(9, 700, key=9)]
        self.assertVerdict(of_amount(), payments, 9, 'kept', 1000, 9)

    def test_amount_does_not_count_what_was_paid_before_on_that_day(self):
        promise = of_amount(cleared=Decimal(200))
        self.assertVerdict(promise, [paid(4, 200), paid(6, 900)], 11, 'partial', 900, 11)

    def test_invoice_corrected_to_less(self):
        less = of_items((1, Decimal(0), Decimal(900)))
        self.assertVerdict(less, [paid(8, 900)], 9, 'kept', 900, 8)

    def test_items_that_left_the_books_cancel_it(self):
        self.assertVerdict(of_items((1, Decimal(0), Decimal(0))), [], 20, 'cancelled')

    def test_cancelled_takes_nothing(self):
        first = of_items(cancelled_on=jan(6))
        second = of_items(day=20)._replace(id=2)
        found = judge([first, second], [paid(8, 1000)], jan(9))
        self.assertEqual(found[1], Verdict('cancelled', Decimal(0), jan(6)))
        self.assertEqual(found[2].state, 'kept')


class TestOldestFirst(unittest.TestCase):
    def states(self, promises, payments, day):
        found = judge(promises, payments, jan(day))
        return [(found[promise.id].state, int(found[promise.id].paid)) for promise in promises]

    def test_instalments(self):
        plan = [of_items(amount=400, day=day, id=day) for day in (10, 20)]
        self.assertEqual(self.states(plan, [paid(9, 400)], 9), [('kept', 400), ('open', 0)])
        more = [paid(9, 500)]
        self.assertEqual(self.states(plan, more, 9), [('kept', 400), ('open', 100)])
        self.assertEqual(self.states(plan, more, 21), [('kept', 400), ('partial', 100)])

    def test_late_money_is_for_the_next(self):
        broken, renewed = of_items(id=1), of_items(id=2, day=20, taken_on=jan(12))
        payments = [paid(19, 1000)]
        self.assertEqual(
            self.states([broken, renewed], payments, 21), [('broken', 0), ('kept', 1000)]
        )

    def test_older_promise_of_an_amount_comes_first(self):
        amount, items = of_amount(id=1, amount=700), of_items(id=2, day=12)
        payments = [paid(9, 1000)]
        self.assertEqual(self.states([items, amount], payments, 9), [('open', 300), ('kept', 700)])

    def test_order_is_date_then_day_taken_then_id(self):
        same = [of_items(id=n, taken_on=jan(day)) for n, day in ((1, 5), (2, 4), (3, 4))]
        self.assertEqual(
            self.states(same, [paid(9, 1000)], 9), [('open', 0), ('kept', 1000), ('open', 0)]
        )

    def test_renewed_promise_takes_what_came_after_it(self):
        """The first took 400 of item 1; the second may not count what was there before it."""
        first = of_items(id=1, day=6)
        renewed = of_items((1, Decimal(400), Decimal(1000)), id=2, amount=600, day=20)
        payments = [paid(5, 400), paid(19, 600)]
        self.assertEqual(
            self.states([first, renewed], payments, 21), [('partial', 400), ('kept', 600)]
        )


# --- against a naive oracle -------------------------------------------------------------------

days = st.integers(min_value=1, max_value=15).map(jan)
keys = st.integers(min_value=1, max_value=3)
amounts = st.integers(min_value=1, max_value=12).map(Decimal)
parts = st.integers(min_value=0, max_value=12).map(Decimal)
items = st.lists(st.builds(Item, keys, parts, parts), max_size=3, unique_by=lambda i: i.key)


@st.composite
def portfolios(draw):
    promises = [
        Promise(
            number,
            draw(days),
            draw(days),
            draw(amounts),
            grace_days=draw(st.integers(min_value=0, max_value=3)),
            tolerance=draw(parts),
            items=tuple(draw(items)),
            cleared=draw(parts),
            cancelled_on=draw(st.none() | days),
        )
        for number in range(draw(st.integers(min_value=1, max_value=5)))
    ]
    return promises, draw(st.lists(st.builds(Payment, days, keys, amounts), max_size=6))


class Coin:
    """One unit of money; what came before it on its item, and the days on which others came."""

    def __init__(self, payment, others):
        self.day, self.key = payment.day, payment.key
        self.before = [coin for coin in others if coin.key == self.key]
        self.others = list(others)
        self.is_free = True

    def may_be_taken(self, promise):
        if not self.is_free or self.day > promise.deadline:
            return False
        if promise.items:
            cleared = {item.key: item.cleared for item in promise.items}
            return self.key in cleared and len(self.before) >= cleared[self.key]
        earlier = [coin for coin in self.others if coin.day >= promise.taken_on]
        return self.day >= promise.taken_on and len(earlier) >= promise.cleared


def naive(promises, payments, today):
    """The rules of the module, coin by coin."""
    coins = []
    for payment in sorted(payments):
        for _unit in range(int(payment.amount)):
            coins.append(Coin(payment, coins))
    verdicts = {}
    for promise in sorted(promises, key=lambda p: (p.date, p.taken_on, p.id)):
        verdicts[promise.id] = naive_verdict(promise, coins, today)
    return verdicts


def naive_verdict(promise, coins, today):
    if promise.cancelled_on:
        return Verdict('cancelled', 0, promise.cancelled_on)
    owed = promise.amount
    if promise.items:
        owed = min(owed, sum(max(item.total - item.cleared, 0) for item in promise.items))
    if owed == 0:
        return Verdict('cancelled', 0, None)
    taken = [coin for coin in coins if coin.may_be_taken(promise)][: int(owed)]
    for coin in taken:
        coin.is_free = False
    needed = owed - promise.tolerance
    if needed <= 0:
        needed = owed
    if len(taken) >= needed:
        return Verdict('kept', len(taken), taken[int(needed) - 1].day)
    if today <= promise.date + timedelta(days=promise.grace_days):
        return Verdict('open', len(taken), None)
    state = 'partial' if taken else 'broken'
    return Verdict(state, len(taken), promise.date + timedelta(days=promise.grace_days + 1))


#: The first examples are slow to draw beside other tests; that says nothing about them.
SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class TestProperties(unittest.TestCase):
    @settings(SETTINGS)
    @given(portfolios(), days)
    def test_as_the_naive_oracle(self, portfolio, today):
        self.assertEqual(judge(*portfolio, today), naive(*portfolio, today))

    @settings(SETTINGS)
    @given(portfolios(), days, st.randoms())
    def test_order_of_the_rows_does_not_matter(self, portfolio, today, random):
        promises, payments = portfolio
        expected = judge(promises, payments, today)
        shuffled = random.sample(promises, len(promises)), random.sample(payments, len(payments))
        self.assertEqual(judge(*shuffled, today), expected)

    @settings(SETTINGS)
    @given(portfolios(), days)
    def test_no_money_keeps_two_promises(self, portfolio, today):
        promises, payments = portfolio
        taken = sum(verdict.paid for verdict in judge(promises, payments, today).values())
        self.assertLessEqual(taken, sum(payment.amount for payment in payments))

    @settings(SETTINGS)
    @given(portfolios(), days, days)
    def test_what_is_decided_stays(self, portfolio, one, other):
        """Without new payments a promise changes by time alone once, from open."""
        sooner, later = (judge(*portfolio, day) for day in sorted((one, other)))
        for number, verdict in sooner.items():
            if verdict.state != 'open':
                self.assertEqual(later[number], verdict)
