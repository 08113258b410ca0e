"""Figures of credit management, by pure calculation (docs/figures.md).

Amounts are those of one company in its own currency, taxes included on both sides: receivables are
owed with their taxes, so sales are counted with them. Any numbers do, as long as they are all of
one kind; nothing is rounded. Sales are credit sales: invoices less credit notes.

The formulas are those in common use in credit management: DSO, best possible DSO, average days
delinquent and collection effectiveness index as the Credit Research Foundation has made them known.
A figure without meaning is None, never a made-up number.
"""

from typing import NamedTuple

#: Buckets of days overdue: upper bound → key. What is due today or later is not due.
BUCKET_BOUNDS = ((0, 'not_due'), (30, 'bucket_30'), (60, 'bucket_60'), (90, 'bucket_90'))
OLDEST_BUCKET = 'bucket_older'
BUCKETS = (*(key for _bound, key in BUCKET_BOUNDS), OLDEST_BUCKET)


class Month(NamedTuple):
    """Credit sales of a calendar month, or of the part of it that has passed, and its days."""

    sales: float
    days: int


class CountBack(NamedTuple):
    """Days of sales that receivables are worth.

    With anything ``uncovered``, all the sales known are less than the receivables: they are worth
    more days than these, and nobody can say how many.
    """

    days: float
    uncovered: float

    @property
    def is_exact(self):
        return not self.uncovered


def rolling_dso(receivables, sales, days):
    """Return the rolling DSO: receivables / credit sales × days.

    :param receivables: what is owed at the end of the period
    :param sales: credit sales of the period
    :param int days: length of the period
    :return: days; 0 when nothing is owed; None when nothing was sold, for then there is no rate
        at which receivables could be turned into days
    :raise ValueError: when the period has no day
    """
    if days <= 0:
        raise ValueError(f"A period of {days} days: it needs one at least.")
    if sales <= 0:
        return None
    return max(receivables, 0) / sales * days


def count_back_dso(receivables, months):
    """Return the count-back DSO: whole months of sales are taken from the receivables, newest
    first, and of the last one as many days as its share.

    Credit notes beyond the invoices of their month are taken from the month before it, which they
    most likely correct. A month without sales counts with all its days: what is owed is older.

    :param receivables: what is owed at the end of the newest month
    :param months: :class:`Month` tuples, newest first
    :rtype: CountBack
    :raise ValueError: when a month has no day
    """
    left, days, carried = max(receivables, 0), 0, 0
    for month in months:
        if month.days <= 0:
            raise ValueError(f"A month of {month.days} days: it needs one at least.")
        if not left:
            break
        sales, carried = max(month.sales + carried, 0), min(month.sales + carried, 0)
        if sales > left:
            return CountBack(days + left / sales * month.days, 0)
        left, days = left - sales, days + month.days
    return CountBack(days, left)


def best_possible_dso(current_receivables, months):
    """Return the best possible DSO: the count-back of what is owed and not yet due.

    It is the DSO of a company whose customers all pay on their due dates.

    :param current_receivables: see :func:`current`
    :param months: as for :func:`count_back_dso`
    :rtype: CountBack
    """
    return count_back_dso(current_receivables, months)


def average_days_delinquent(dso, best):
    """Return the average days delinquent (ADD): DSO − best possible DSO.

    :param CountBack dso, best: of the same receivables and months
    :return: days; at least so many when the DSO is more than its days
    """
    return dso.days - best.days


def collection_effectiveness(opening, sales, closing, closing_current, months=1):
    """Return the collection effectiveness index (CEI) of a period.

    (opening + sales ÷ months − closing) / (opening + sales ÷ months − closing current) × 100: what
    was collected, of what could have been.

    :param opening: receivables at the beginning of the period
    :param sales: credit sales of the period
    :param closing: receivables at its end
    :param closing_current: see :func:`current`; at the end
    :param int months: months of the period, whose average sales count
    :return: per cent, 100 at best; None when nothing could be collected
    :raise ValueError: when the period has no month
    """
    if months <= 0:
        raise ValueError(f"A period of {months} months: it needs one at least.")
    owed = opening + sales / months
    collectable = owed - closing_current
    if collectable <= 0:
        return None
    return (owed - closing) / collectable * 100


def current(receivables, overdue, unallocated=0):
    """Return the receivables that are not yet due.

    Credits that nobody has matched are thought to pay what is overdue first.

    :param receivables: open debit items less unallocated credits
    :param overdue: open debit items that are overdue
    :param unallocated: unallocated credits, as a positive amount
    """
    return receivables - max(overdue - unallocated, 0)


def overdue_share(overdue, not_due):
    """Return which part of the open debit items is overdue.

    :return: per cent; None when nothing is open
    """
    total = overdue + not_due
    return overdue / total * 100 if total > 0 else None


def bucket(days_overdue):
    """Return the ageing bucket of an item.

    :param int days_overdue: days since its due date; 0 or less before
    :return: one of :data:`BUCKETS`
    """
    return next((key for bound, key in BUCKET_BOUNDS if days_overdue <= bound), OLDEST_BUCKET)


def ageing(items, day):
    """Return the open amounts by ageing bucket.

    :param items: ``(due date, open amount)`` of debit items
    :param date day: day on which their age is taken
    :rtype: dict
    """
    totals = dict.fromkeys(BUCKETS, 0)
    for due, amount in items:
        totals[bucket((day - due).days)] += amount
    return totals
