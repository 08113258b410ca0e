"""Which promises to pay were kept, by pure calculation (docs/promises.md).

Everything is derived anew from the books each time, so that a payment that is reversed, allocated
elsewhere or booked late needs no rule of its own. All promises and payments handed in are those of
one customer account in one currency; amounts are :class:`~decimal.Decimal` in that currency and
nothing is divided or rounded.

A *payment* is whatever clears debt: money and credit notes alike, on the day on which both sides of
the allocation were booked. The oldest promise takes first (by date, then by the day on which it was
taken, then by id), and it takes from the oldest payment first:

* A promise of items takes what clears any of its items beyond what was cleared when it was taken,
  whatever the day of the payment.
* A promise of an amount takes what clears any item of the customer account, paid on the day on
  which the promise was taken or later.
* Nothing is taken that was paid after date + grace days: it is there for later promises.
* No promise takes more than its amount, nor more than its items can still owe (an invoice that was
  corrected to less); when they owe nothing because they left the books, it is cancelled.

It is *kept* on the day on which what it took reached its amount less the tolerance. Until date +
grace days it is *open*; from the day after that it is *partial* when it took something, else
*broken*.
"""

from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

DAY = timedelta(days=1)

#: States of what was promised and not paid in time.
BROKEN_STATES = ('partial', 'broken')


class Item(NamedTuple):
    """An item of a promise: what of it was cleared when the promise was taken, and all of it."""

    key: int
    cleared: Decimal
    total: Decimal  # 0 for an item that has left the books


class Promise(NamedTuple):
    """A promise to pay; without items it is one of an amount."""

    id: int
    taken_on: date
    date: date
    amount: Decimal
    grace_days: int = 0
    tolerance: Decimal = Decimal(0)
    items: tuple = ()
    cleared: Decimal = Decimal(0)  # of an amount: what was paid before on the day it was taken
    cancelled_on: date | None = None

    @property
    def deadline(self):
        """Last day on which a payment keeps the promise."""
        return self.date + timedelta(days=self.grace_days)

    @property
    def owed(self):
        """What the promise can take at most."""
        if not self.items:
            return self.amount
        owing = sum(max(item.total - item.cleared, Decimal(0)) for item in self.items)
        return min(self.amount, owing)

    @property
    def enough(self):
        """What is enough to keep the promise; the tolerance alone is never."""
        owed = self.owed
        return owed - self.tolerance if owed > self.tolerance else owed


class Payment(NamedTuple):
    """What cleared an item on a day."""

    day: date
    key: int
    amount: Decimal


class Verdict(NamedTuple):
    """What has become of a promise, and the day on which it did; none while it is open."""

    state: str
    paid: Decimal
    settled_on: date | None


class Derived(NamedTuple):
    """What follows from the books, as it is kept with a promise."""

    state: str
    paid: Decimal
    settled_on: date | None
    lapsed: bool  # an earlier instalment of its plan was not kept


class Record(NamedTuple):
    """A promise as it is recorded; all else that decides is in ``key``, or in its plan."""

    key: tuple  # customer account, currency
    company_id: int
    plan_id: int | None
    derived: Derived
    promise: Promise


class _Purse:
    """A payment, of which promises take parts; a part is the distance of its ends from the start.

    An item's payments stand one after the other: a promise may not reach what lies before it.
    """

    def __init__(self, payment, position):
        self.day, self.key, self.amount = payment
        self.position = position  # what cleared the same item before
        self._free = [(Decimal(0), self.amount)]

    def take(self, offset, wanted):
        """Take as much as is wanted and free from an offset on; return how much that is."""
        left, free = wanted, []
        for start, end in self._free:
            begin = min(max(start, offset), end)
            taken = min(left, end - begin)
            left -= taken
            free += [(start, begin), (begin + taken, end)]
        self._free = [(start, end) for start, end in free if start < end]
        return wanted - left


def judge(promises, payments, today):
    """Return what has become of the promises of one customer account in one currency.

    :param promises: :class:`Promise` objects in any order
    :param payments: :class:`Payment` objects in any order
    :param date today: day in the time zone of the company
    :return: verdict by id of the promise
    :rtype: dict[int, Verdict]
    """
    purses = _purses(payments)
    oldest_first = sorted(promises, key=attrgetter('date', 'taken_on', 'id'))
    return {promise.id: _judge(promise, purses, today) for promise in oldest_first}


def derive(records, payments, today):
    """Return what follows from the books for the promises of one key.

    :param records: :class:`Record` objects
    :param payments: as for :func:`judge`
    :param date today: as for :func:`judge`
    :return: by id of the promise
    :rtype: dict[int, Derived]
    """
    verdicts = judge([record.promise for record in records], payments, today)
    broken_on = {}  # plan → first day for which it was not kept
    for record in records:
        if record.plan_id and verdicts[record.promise.id].state in BROKEN_STATES:
            day = record.promise.date
            broken_on[record.plan_id] = min(day, broken_on.get(record.plan_id, day))
    return {
        id_: Derived(*verdicts[id_], lapsed=_is_lapsed(record, verdicts[id_], broken_on))
        for record in records
        for id_ in [record.promise.id]
    }


def _is_lapsed(record, verdict, broken_on):
    is_waiting = record.plan_id in broken_on and verdict.state == 'open'
    return is_waiting and broken_on[record.plan_id] < record.promise.date


def record_of_row(row):
    """Return the record of a row of :func:`promise_sql.promises`.

    :rtype: Record
    """
    customer_id, currency_id, company_id, plan_id, *row = row
    state, paid, settled_on, lapsed, id_, taken_on, day, *row = row
    amount, grace_days, tolerance, items, cleared, cancelled_on = row
    return Record(
        (customer_id, currency_id),
        company_id,
        plan_id,
        Derived(state, Decimal(paid), settled_on, lapsed),
        Promise(
            id_,
            taken_on,
            day,
            Decimal(amount),
            grace_days,
            Decimal(tolerance),
            tuple(Item(key, Decimal(before), Decimal(total)) for key, before, total in items or ()),
            Decimal(cleared),
            cancelled_on,
        ),
    )


def _purses(payments):
    """Return the payments, oldest first, each with what cleared its item before."""
    purses, cleared = [], {}
    for payment in sorted(payments):
        position = cleared.get(payment.key, Decimal(0))
        purses.append(_Purse(payment, position))
        cleared[payment.key] = position + payment.amount
    return purses


def _judge(promise, purses, today):
    if promise.cancelled_on:
        return Verdict('cancelled', Decimal(0), promise.cancelled_on)
    owed, enough = promise.owed, promise.enough
    if not owed:
        return Verdict('cancelled', Decimal(0), None)
    paid, settled_on = Decimal(0), None
    for purse, offset in _within_reach(promise, purses):
        paid += purse.take(offset, owed - paid)
        if paid >= enough and not settled_on:
            settled_on = purse.day
    if settled_on:
        return Verdict('kept', paid, settled_on)
    if today <= promise.deadline:
        return Verdict('open', paid, None)
    return Verdict('partial' if paid else 'broken', paid, promise.deadline + DAY)


def _within_reach(promise, purses):
    """Yield the payments from which a promise may take, with the offset from which it may."""
    items = {item.key: item.cleared for item in promise.items}
    before = promise.cleared
    for purse in purses:
        if purse.day > promise.deadline:
            return
        if purse.key in items:
            offset = items[purse.key] - purse.position
        elif items or purse.day < promise.taken_on:
            continue
        else:
            offset, before = before, max(before - purse.amount, Decimal(0))
        if offset < purse.amount:
            yield purse, max(offset, Decimal(0))
