"""Interest and compensation for late payment, by pure calculation (docs/late_payment.md).

Interest is simple, never compound. For one item::

    interest = Σ principal × yearly rate × days / (100 × day count)

over the segments in which principal and rate stay the same, rounded once, half up, by the currency
of the item. The first day of interest is the day after due date + grace; the day of a payment still
bears interest on what it pays, so that an item paid N days late bears N days. The yearly rate is
the reference rate of the day + the margin: Directive 2011/7/EU, articles 2 and 3 (reference rate of
the half-year + 8 points) and 6 (at least 40 EUR); by the Late Payment of Commercial Debts (Rate of
Interest) (No. 3) Order 2002 it is that of the day on which interest begins.

Amounts and rates are :class:`~decimal.Decimal`; nothing is rounded or divided on the way.
"""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from itertools import pairwise
from typing import NamedTuple

DAY = timedelta(days=1)

#: Digits enough for exact sums of products of amount, rate and days.
EXACT = Context(prec=60)


class Rate(NamedTuple):
    """A reference rate in percent; both days are included, without end it holds until the next."""

    start: date
    end: date | None
    percent: Decimal


class Terms(NamedTuple):
    """What a policy says about interest; the rates in the order of their first days."""

    rates: tuple
    margin: Decimal = Decimal(0)
    day_count: int = 365
    grace_days: int = 0
    fixed_at_start: bool = False  # the rate of the first day holds for the whole delay


class Debt(NamedTuple):
    """An item: what is open today, and what reduced it.

    The reductions are pairs of a day and an amount; one without day counts as never owed.
    """

    due: date
    residual: Decimal
    reductions: tuple = ()

    def principal(self, day):
        """Return what was open on a day, before what was paid on it.

        :rtype: Decimal
        """
        later = (amount for paid, amount in self.reductions if paid and paid >= day)
        return sum(later, self.residual)


class Segment(NamedTuple):
    """Days with the same principal and the same yearly rate in percent; both ends included."""

    start: date
    end: date
    principal: Decimal
    rate: Decimal

    @property
    def days(self):
        return (self.end - self.start).days + 1


class MissingRateError(ValueError):
    """No reference rate is known for a day on which interest is due."""

    def __init__(self, day):
        super().__init__(f"no reference rate for {day}")
        self.day = day


def first_day(due, terms):
    """Return the first day of interest: the day after the due date and the grace days.

    :rtype: date
    """
    return due + timedelta(days=terms.grace_days) + DAY


def rate_on(day, terms):
    """Return the yearly rate of a day in percent, never below zero.

    :raise MissingRateError: when no reference rate is known for the day
    :rtype: Decimal
    """
    begun = [rate for rate in terms.rates if rate.start <= day]
    if not begun or (begun[-1].end and begun[-1].end < day):
        raise MissingRateError(day)
    return max(begun[-1].percent + terms.margin, Decimal(0))


def first_missing(terms, start, end):
    """Return the first day of a period for which no reference rate is known, or ``None``.

    :rtype: date | None
    """
    for day in _cuts(start, end, _changes_of_rate(terms)):
        try:
            rate_on(day, terms)
        except MissingRateError:
            return day
    return None


def segments(debt, terms, start, end):
    """Return the segments of a debt in a period, none before its first day of interest.

    :param Debt debt: the item
    :param Terms terms: what the policy says
    :param date start: first day of the period
    :param date end: last day of the period
    :raise MissingRateError: when no reference rate is known for a day on which something is owed
    :rtype: list[Segment]
    """
    begin = first_day(debt.due, terms)
    start = max(start, begin)
    changes = [paid + DAY for paid, _amount in debt.reductions if paid]
    if not terms.fixed_at_start:
        changes += _changes_of_rate(terms)
    found = []
    for first, following in pairwise([*_cuts(start, end, changes), end + DAY]):
        principal = debt.principal(first)
        if principal > 0:
            rate = rate_on(begin if terms.fixed_at_start else first, terms)
            _append(found, Segment(first, following - DAY, principal, rate))
    return found


def accrued(parts):
    """Return Σ principal × rate × days, exact: interest × 100 × day count, before rounding.

    :param parts: iterable of :class:`Segment`
    :rtype: Decimal
    """
    with localcontext(EXACT):
        return sum((part.principal * part.rate * part.days for part in parts), Decimal(0))


def interest(parts, day_count, rounding):
    """Return the interest of one item, rounded once, half up.

    Example: 1 000.00 at 10.15 %, 31 days of 365: 1000 × 10.15 × 31 / 36500 = 8.6205… = 8.62.

    :param parts: the segments of the item
    :param int day_count: days of a year, 365 or 360
    :param Decimal rounding: smallest amount of the currency
    :rtype: Decimal
    """
    with localcontext(EXACT):
        exact = accrued(parts) / (100 * day_count)
        return (exact / rounding).quantize(Decimal(1), ROUND_HALF_UP) * rounding


def compensation(debt, tiers):
    """Return the fixed compensation of one invoice, by the size of the debt.

    :param Decimal debt: what was open when the invoice became late
    :param tiers: pairs of the debt from which a compensation holds, and the compensation
    :rtype: Decimal
    """
    reached = [(least, amount) for least, amount in tiers if least <= debt]
    return max(reached)[1] if debt > 0 and reached else Decimal(0)


def _changes_of_rate(terms):
    ends = [rate.end + DAY for rate in terms.rates if rate.end]
    return [rate.start for rate in terms.rates] + ends


def _cuts(start, end, days):
    """Return the first days of the parts of a period that is cut on days; none of an empty one."""
    return sorted({start, *(day for day in days if start < day <= end)}) if start <= end else []


def _append(found, segment):
    """Add a segment, as part of the one before when nothing changes between them."""
    last = found[-1] if found else None
    if last and last.end + DAY == segment.start and last[2:] == segment[2:]:
        found[-1] = last._replace(end=segment.end)
    else:
        found.append(segment)
