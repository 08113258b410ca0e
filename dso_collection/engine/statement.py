"""Statements of open items: which items a list shows, and what they add up to (spec 4.5, 4.6)."""

import bisect
import hashlib
import math
from collections import defaultdict
from datetime import date
from typing import NamedTuple

#: Most days overdue of each age: not due, 1–30, 31–60, 61–90, older (spec 9).
AGES = (0, 30, 60, 90, math.inf)


class Line(NamedTuple):
    """An open item that may be chased, or an unallocated credit."""

    unit_id: int
    id: int
    move_id: int
    number: str
    date: date
    due: date
    currency_id: int
    original: float
    residual: float
    account_id: int = 0
    code: str = ''  # of the customer account, else its VAT number, else its name
    name: str = ''
    origin: str = ''  # of a credit: ``credit_note``, ``payment`` or empty for other entries
    part: int = 0  # number of the instalment
    parts: int = 0  # instalments of the document, 0 when it is due at once

    @property
    def is_credit(self):
        return self.residual < 0

    def days_overdue(self, today):
        """Return the days since the due date; credits are never overdue.

        :rtype: int
        """
        return 0 if self.is_credit else max((today - self.due).days, 0)


class Statement(NamedTuple):
    """The lines of one customer account, the items that its action lists, and the day."""

    lines: list
    selected: frozenset  # (move id, due date); empty before the action has listed any
    today: date

    def listed(self, kind):
        """Return the lines of a list: items in the order of their due dates, then the credits.

        Credits reduce what is asked for, hence they stand in every list but the one of items that
        are not due, where nothing is asked for.

        :param str kind: ``all``, ``overdue``, ``not_due`` or ``selected``
        :rtype: list[Line]
        """
        tests = {
            'all': lambda line: True,
            'overdue': lambda line: line.due < self.today,
            'not_due': lambda line: line.due >= self.today,
            'selected': self._is_selected,
        }
        items = [line for line in self.lines if not line.is_credit and tests[kind](line)]
        unallocated = [line for line in self.lines if line.is_credit and kind != 'not_due']
        return sorted(items, key=lambda line: (line.due, line.id)) + unallocated

    def with_chosen(self, lines):
        """Return the statement with the items of the action that are in none: those out of the
        scenario.

        :param list lines: all open items of the customer account
        :rtype: Statement
        """
        known = {line.id for line in self.lines}
        added = [
            line
            for line in lines
            if line.id not in known and not line.is_credit and self._is_selected(line)
        ]
        return self._replace(lines=[*self.lines, *added])

    def fingerprint(self):
        """Return what differs when an item has come, gone, become overdue or changed its amount.

        :rtype: str
        """
        lines = sorted(
            (
                line.account_id,
                line.move_id,
                str(line.due),
                line.due < self.today,
                line.currency_id,
                f'{line.residual:.4f}',
            )
            for line in self.lines
        )
        return hashlib.sha256(repr(lines).encode()).hexdigest()

    def _is_selected(self, line):
        if self.selected:
            return (line.move_id, line.due) in self.selected
        return line.due <= self.today  # a preview: what an action done today would list


def subtotals(lines):
    """Return the lines and their total per currency, largest total first.

    :return: tuples (currency id, lines, total)
    :rtype: list[tuple]
    """
    groups = defaultdict(list)
    for line in lines:
        groups[line.currency_id].append(line)
    totals = [
        (currency, group, sum(line.residual for line in group))
        for currency, group in groups.items()
    ]
    return sorted(totals, key=lambda entry: (-entry[2], entry[0]))


def ageing(lines, today):
    """Return what is open by age, which adds up to the total of the lines.

    :param date today: day from which days overdue are counted
    :return: amounts in the order of :data:`AGES`, then the credits
    :rtype: list[float]
    """
    amounts = [0.0] * (len(AGES) + 1)
    for line in lines:
        days = line.days_overdue(today)
        age = bisect.bisect_left(AGES, days) if not line.is_credit else len(AGES)
        amounts[age] += line.residual
    return amounts


def by_account(lines):
    """Return the lines of each customer account, the group account first, then by code.

    :rtype: list[list[Line]]
    """
    accounts = defaultdict(list)
    for line in lines:
        accounts[line.account_id != line.unit_id, line.code, line.account_id].append(line)
    return [group for _key, group in sorted(accounts.items())]


def nets(lines):
    """Return what is asked for per currency: positive totals, net of unallocated credits.

    :rtype: list[tuple]
    """
    return [(currency, total) for currency, _lines, total in subtotals(lines) if total > 0]
