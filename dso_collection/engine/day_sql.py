"""Which customer accounts a new day can plan otherwise (docs/engine.md, 12).

What the planner compares with today is listed here, by the day on which the answer changes: whoever
adds a comparison to the plan adds its day. `test_day_properties.py` holds the list against plans of
everybody.
"""

from datetime import timedelta

from odoo.tools import SQL

from ..const import STALE_DAYS
from .scope_sql import OPEN_ITEM_TABLES, TRADE_RECEIVABLES, are_open_items, due_of

#: Days after its due date on which an item counts otherwise: it is due, is overdue, and comes into
#: the next part of the ageing.
AGES = (0, 1, 31, 61, 91)


def changing(company_id, since, today):
    """Ids of the customer accounts of a company that may be planned otherwise than they are.

    More than are: what is asked is cheap and cannot be wrong, not exact.

    :param int company_id: root company, all of which was planned for an earlier day
    :param date since: that day
    :param date today: the day to plan for
    """
    days = [since + timedelta(days=number + 1) for number in range((today - since).days)]
    return SQL(
        """SELECT c.id FROM dso_customer c
        WHERE c.company_id = %(company)s AND c.hold_reason IS NOT NULL
            AND (c.hold_from = ANY(%(days)s) OR c.hold_until + 1 = ANY(%(days)s))
        UNION
        SELECT o.customer_id FROM dso_promise o
        WHERE o.company_id = %(company)s AND o.state = 'open'
        UNION
        SELECT a.customer_id FROM dso_action a
        WHERE a.company_id = %(company)s AND a.state IN ('planned', 'sending', 'error') AND (
            a.date_planned = ANY(%(days)s) OR a.date_planned + %(stale)s = ANY(%(days)s))
        UNION
        SELECT c.id FROM %(items)s
        JOIN dso_customer c ON c.partner_id = p.commercial_partner_id
            AND c.company_id = company.root_id
        WHERE company.root_id = %(company)s AND %(open)s
            AND (%(due)s = ANY(%(dues)s) OR l.move_id IN (%(moves)s))""",
        company=company_id,
        days=days,
        stale=STALE_DAYS + 1,
        items=OPEN_ITEM_TABLES,
        open=are_open_items(TRADE_RECEIVABLES),
        due=due_of('l'),
        dues=[day - timedelta(days=age) for age in AGES for day in days],
        moves=_shared_moves(company_id, since),
    )


def _shared_moves(company_id, since):
    """Documents by which one account speaks of the items of others: those listed by
    what was done since, and those promised."""
    return SQL(
        """SELECT x.move_id FROM dso_action d JOIN dso_action_item x ON x.action_id = d.id
        WHERE d.company_id = %(company)s AND d.state = 'done' AND d.day_done >= %(since)s
        UNION
        SELECT x.move_id FROM dso_promise o JOIN dso_promise_item x ON x.promise_id = o.id
        WHERE o.company_id = %(company)s AND o.state = 'open'""",
        company=company_id,
        since=since,
    )


def marked(company_id):
    """Rows ``(commercial partner id or nothing for everybody)`` of what is left to be planned."""
    return SQL(
        "SELECT DISTINCT NULLIF(partner_id, 0) FROM dso_plan_mark WHERE company_id = %s",
        company_id,
    )


def forget_marks(company_id):
    """Delete the marks of a company that was planned."""
    return SQL("DELETE FROM dso_plan_mark WHERE company_id = %s", company_id)
