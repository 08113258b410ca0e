"""What late items of a customer account cost: interest per item, compensation per invoice."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ..tools import late_payment
from ..tools.late_payment import Debt, MissingRateError


class Item(NamedTuple):
    """An overdue item that may be chased."""

    account_id: int
    unit_id: int
    id: int
    move_id: int
    number: str
    is_invoice: bool
    due: date
    today: date
    currency_id: int
    rounding: Decimal
    residual: Decimal
    original: Decimal
    balance: Decimal  # the original amount in company currency, as it was booked
    charged_until: date | None
    is_compensated: bool
    reductions: tuple

    @property
    def debt(self):
        return Debt(self.due, self.residual, self.reductions)

    def booked(self, day):
        """Return what was open on a day in company currency.

        :rtype: Decimal
        """
        # In this order: a quotient that is no decimal number would miss the tier that it reaches.
        return self.debt.principal(day) * self.balance / self.original


class Interest(NamedTuple):
    """Interest of an item that was not charged, in the currency of the item."""

    item: Item
    parts: list
    amount: Decimal


class Compensation(NamedTuple):
    """Compensation of an invoice that was not charged, in company currency."""

    item: Item
    amount: Decimal
    currency_id: int


class Late(NamedTuple):
    """What the late items of one customer account cost today."""

    unit_id: int
    interests: list
    compensations: list
    missing: date | None = None  # a day without reference rate: then no amount is known


def item_of_row(row):
    """Return the item of a row of :func:`late_sql.late_items`.

    :rtype: Item
    """
    *head, rounding, residual, original, balance, charged_until, is_compensated, cuts = row
    reductions = tuple(
        (day and date.fromisoformat(day), Decimal(amount)) for day, amount in cuts or ()
    )
    return Item(
        *head,
        *map(Decimal, (rounding, residual, original, balance)),
        charged_until,
        is_compensated,
        reductions,
    )


def late_of(items, terms, tiers, currency_id):
    """Return what the items of one customer account cost by its policy.

    :param list items: :class:`Item`, all of one customer account, oldest first
    :param Terms terms: what the policy says about interest
    :param list tiers: what it says about compensation, see :func:`late_payment.compensation`
    :param int currency_id: currency of the compensation
    :rtype: Late
    """
    late = [item for item in items if late_payment.first_day(item.due, terms) <= item.today]
    unit_id = items[0].unit_id
    try:
        interests = [_interest(item, terms) for item in late]
    except MissingRateError as error:
        return Late(unit_id, [], [], error.day)
    compensations = _compensations(late, terms, tiers, currency_id)
    return Late(unit_id, [entry for entry in interests if entry.amount], compensations)


def _interest(item, terms):
    charged = item.charged_until
    start = charged + late_payment.DAY if charged else item.due
    parts = late_payment.segments(item.debt, terms, start, item.today)
    return Interest(item, parts, late_payment.interest(parts, terms.day_count, item.rounding))


def _compensations(late, terms, tiers, currency_id):
    """Return one compensation per invoice, whatever the number of its instalments."""
    invoices = {}
    for item in late:
        if item.is_invoice and not item.is_compensated:
            invoices.setdefault(item.move_id, []).append(item)
    found = []
    for items in invoices.values():
        debt = sum(item.booked(late_payment.first_day(item.due, terms)) for item in items)
        amount = late_payment.compensation(debt, tiers)
        if amount:
            found.append(Compensation(items[0], amount, currency_id))
    return found


def totals(entries):
    """Return pairs of currency and total of interests or compensations, by currency.

    :rtype: dict[int, Decimal]
    """
    found = {}
    for entry in entries:
        currency_id = getattr(entry, 'currency_id', None) or entry.item.currency_id
        found[currency_id] = found.get(currency_id, Decimal(0)) + entry.amount
    return found
