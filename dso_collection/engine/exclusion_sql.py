"""What people recorded about items, and which items it takes out of the scenario.

A record names an item by customer account, invoice and due date. It speaks of the items of its
invoice that bear that name; when none does any more, because a due date or a customer has changed,
of the journal item that it was recorded on and of all that the invoice has of that customer; when
that journal item is gone too, of the whole invoice. So no change of an invoice brings a disputed
item back into reminders (docs/engine.md, 1).

What is looked up for single items are scalar subqueries: the server makes no joins of them, which
it would hash whole tables for while many accounts are planned.
"""

import functools
from typing import NamedTuple

from odoo.tools import SQL

from .scope_sql import ROOT_COMPANY, TRADE_RECEIVABLES, due_of

#: Open specific actions ``o``; of what is followed up for a dispute, the dispute itself decides.
OPEN_SPECIFIC = """o.origin = 'specific' AND o.state IN ('planned', 'sending', 'error')
    AND o.dispute_id IS NULL"""

#: Promises that keep their items out of the scenario on the day of customer account ``a``.
PAUSING = """o.state = 'open' AND o.pauses AND o.lapsed IS NOT TRUE
    AND o.date + COALESCE(o.grace_days, 0) >= a.today"""

#: Kinds of records that hold, by the table of their items ``x``, its column that names the owner
#: ``o``, the owner's table, and a condition on both.
RECORDS = {
    'status': ('dso_item_status', 'id', 'dso_item_status', "x.is_current"),
    'promise': ('dso_promise_item', 'promise_id', 'dso_promise', "o.state = 'open'"),
    'dispute': ('dso_dispute_item', 'dispute_id', 'dso_dispute', "o.state = 'open'"),
}


class Exclusion(NamedTuple):
    """What takes items out of the scenario, as parts of the statement that reads the items.

    The parts speak of the journal item ``l``, its customer account ``a`` and its due date
    ``age.due``.
    """

    ctes: SQL  # before those of the items
    condition: SQL  # that takes an item out as a whole
    disputed: SQL | None  # its disputed amount, where the rest may be chased


#: What takes items out where nothing is recorded; it spares the server the planning of the rest.
NOTHING = Exclusion(SQL(), SQL("FALSE"), None)


def is_recorded():
    """Condition: something is recorded that takes items out of the scenario."""
    return SQL(
        """(EXISTS (SELECT FROM dso_dispute WHERE state = 'open')
        OR EXISTS (SELECT FROM dso_item_status WHERE is_current AND category = 'litigation')
        OR EXISTS (SELECT FROM dso_promise WHERE state = 'open')
        OR EXISTS (SELECT FROM dso_action o WHERE %s))""",
        SQL(OPEN_SPECIFIC),
    )


def exclusion(bulk=False, partial=False):
    """Return what open disputes, litigation, promises and specific actions take out.

    :param bool bulk: whether many accounts are planned: what nothing was recorded on is told from
        one list then, instead of a look at each
    :param bool partial: whether any company chases the undisputed rest of an item
    :rtype: Exclusion
    """
    condition = _condition(partial)
    if bulk:
        condition = SQL("l.move_id IN (SELECT recorded.move_id FROM recorded) AND (%s)", condition)
    return Exclusion(
        SQL("recorded AS MATERIALIZED (%s),", _recorded()) if bulk else SQL(),
        condition,
        _disputed_amount() if partial else None,
    )


@functools.cache
def _recorded():
    """Invoices on whose items something is recorded."""
    return SQL(
        """SELECT x.move_id FROM dso_dispute_item x
        WHERE x.move_id IS NOT NULL AND x.dispute_id = ANY(ARRAY(
            SELECT o.id FROM dso_dispute o WHERE o.state = 'open'))
        UNION ALL
        SELECT x.move_id FROM dso_item_status x
        WHERE x.move_id IS NOT NULL AND x.is_current AND x.category = 'litigation'
        UNION ALL
        SELECT x.move_id FROM dso_promise_item x
        WHERE x.move_id IS NOT NULL AND x.promise_id = ANY(ARRAY(
            SELECT o.id FROM dso_promise o WHERE o.state = 'open'))
        UNION ALL
        SELECT x.move_id FROM dso_action_item x
        WHERE x.move_id IS NOT NULL AND x.action_id = ANY(ARRAY(
            SELECT o.id FROM dso_action o WHERE %s))""",
        SQL(OPEN_SPECIFIC),
    )


@functools.cache
def _condition(partial):
    """Whether something recorded takes item ``l`` out as a whole."""
    item = {'account': SQL("a.id"), 'due': SQL("age.due")}
    own = speaks_of(SQL("o.customer_id"), **item)
    named = SQL("o.customer_id = a.id AND x.due_date = age.due")
    whole = SQL("NOT (a.dispute_partial AND %s)", named) if partial else SQL("TRUE")
    return SQL(
        """(SELECT TRUE FROM dso_dispute_item x WHERE x.move_id = l.move_id AND (
            SELECT o.state = 'open' AND %(whole)s AND %(own)s
            FROM dso_dispute o WHERE o.id = x.dispute_id) LIMIT 1) IS TRUE
        OR (SELECT TRUE FROM dso_item_status x WHERE x.move_id = l.move_id
            AND x.is_current AND x.category = 'litigation' AND %(stated)s LIMIT 1) IS TRUE
        OR (SELECT TRUE FROM dso_promise_item x WHERE x.move_id = l.move_id AND (
            SELECT %(pausing)s AND %(own)s
            FROM dso_promise o WHERE o.id = x.promise_id) LIMIT 1) IS TRUE
        OR (SELECT TRUE FROM dso_action_item x WHERE x.move_id = l.move_id AND (
            SELECT TRUE FROM dso_action o WHERE o.id = x.action_id AND %(specific)s
        ) AND %(stated)s LIMIT 1) IS TRUE""",
        whole=whole,
        pausing=SQL(PAUSING),
        specific=SQL(OPEN_SPECIFIC),
        own=own,
        stated=speaks_of(SQL("x.customer_id"), **item),
    )


@functools.cache
def _disputed_amount():
    """Disputed part of item ``l``, in its currency, where the rest of it may be chased."""
    return SQL(
        """(SELECT SUM(x.amount) FROM dso_dispute_item x
        WHERE a.dispute_partial AND x.move_id = l.move_id AND x.due_date = age.due AND (
            SELECT o.state = 'open' AND o.customer_id = a.id
            FROM dso_dispute o WHERE o.id = x.dispute_id))"""
    )


def account_of(record):
    """Customer account of journal item ``l`` in the company of a record.

    :param str record: alias of the record
    """
    return SQL(
        """(SELECT c.id FROM dso_customer c WHERE c.company_id = %s.company_id AND c.partner_id = (
            SELECT p.commercial_partner_id FROM res_partner p WHERE p.id = l.partner_id))""",
        SQL.identifier(record),
    )


def speaks_of(customer, account, due):
    """Condition: record ``x`` speaks of item ``l`` of its invoice.

    :param SQL customer: customer account that the record names
    :param SQL account, due: customer account and due date of the item
    """
    return SQL(
        """(%(customer)s = %(account)s AND x.due_date = %(due)s
        OR (SELECT TRUE FROM account_move_line named
            WHERE named.move_id = x.move_id AND named.account_id = ANY(%(receivables)s)
                AND %(named_due)s = x.due_date AND (
                    SELECT p.commercial_partner_id FROM res_partner p WHERE p.id = named.partner_id
                ) = (SELECT c.partner_id FROM dso_customer c WHERE c.id = %(customer)s)
            LIMIT 1) IS NOT TRUE
        AND (x.line_id = l.id OR %(customer)s = %(account)s OR (
            SELECT TRUE FROM account_move_line same
            WHERE same.id = x.line_id AND same.move_id = x.move_id
                AND same.account_id = ANY(%(receivables)s) AND same.partner_id IS NOT NULL
            LIMIT 1) IS NOT TRUE))""",
        customer=customer,
        account=account,
        due=due,
        named_due=due_of('named'),
        receivables=TRADE_RECEIVABLES,
    )


def resolved_on():
    """Day on which the last dispute on item ``i`` was resolved."""
    return SQL(
        """CASE WHEN (SELECT TRUE FROM dso_dispute WHERE state = 'resolved' LIMIT 1) THEN (
            SELECT MAX((SELECT o.resolved_on FROM dso_dispute o
                WHERE o.id = x.dispute_id AND o.state = 'resolved'
                    AND o.customer_id = i.account_id))
            FROM dso_dispute_item x WHERE x.move_id = i.move_id AND x.due_date = i.due) END"""
    )


def broken_on():
    """Day on which the last promise was broken on item ``i``, or on its customer account for items
    due by the promised day when it named none."""
    return SQL(
        """CASE WHEN (SELECT TRUE FROM dso_promise WHERE state = 'broken' LIMIT 1) THEN GREATEST((
            SELECT MAX((SELECT o.settled_on FROM dso_promise o
                WHERE o.id = x.promise_id AND o.state = 'broken' AND o.customer_id = i.account_id))
            FROM dso_promise_item x WHERE x.move_id = i.move_id AND x.due_date = i.due
        ), (
            SELECT MAX(o.settled_on) FROM dso_promise o
            WHERE o.customer_id = i.account_id AND o.state = 'broken' AND o.date >= i.due AND (
                SELECT TRUE FROM dso_promise_item x WHERE x.promise_id = o.id LIMIT 1) IS NULL
        )) END"""
    )


def is_cleared(action='a'):
    """Condition: an action has listed items, and none of them is open any more.

    The follow-up of an open dispute stays: it asks for the outcome.

    :param str action: its alias
    """
    return SQL(
        """(SELECT TRUE FROM dso_dispute asked WHERE asked.action_id = %(action)s.id
            AND asked.state = 'open' LIMIT 1) IS NOT TRUE
        AND (SELECT TRUE FROM dso_action_item x WHERE x.action_id = %(action)s.id LIMIT 1) IS TRUE
        AND (SELECT TRUE FROM dso_action_item x WHERE x.action_id = %(action)s.id AND (
            SELECT TRUE FROM account_move_line l WHERE l.move_id = x.move_id
                AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
                AND l.account_id = ANY(%(accounts)s) AND l.partner_id IS NOT NULL
                AND l.amount_residual_currency > 0 AND %(speaks)s
            LIMIT 1) LIMIT 1) IS NOT TRUE""",
        action=SQL.identifier(action),
        accounts=TRADE_RECEIVABLES,
        speaks=speaks_of(SQL("x.customer_id"), account_of(action), due_of('l')),
    )


def records_of(kind, line_ids):
    """Rows (id of the item, id of the record) of the records of a kind on items, oldest first.

    :param str kind: key of :data:`RECORDS`
    """
    return SQL("%s AND l.id = ANY(%s) ORDER BY o.id", _joined(kind), list(line_ids))


def lines_of(kind, query):
    """Subquery of the ids of the items on which there are records of a kind.

    :param SQL query: subquery of ids of the records
    """
    return SQL("(SELECT found.line_id FROM (%s AND o.id IN %s) found)", _joined(kind), query)


def items_of(kind, ids):
    """Rows (id of the item, id of the record) of the items, open or not, of which records speak,
    whatever has become of the records.

    :param str kind: key of :data:`RECORDS`
    :param ids: ids of records
    """
    return SQL(
        "%s AND o.id = ANY(%s) GROUP BY l.id, o.id ORDER BY l.id",
        _joined(kind, holds="TRUE"),
        list(ids),
    )


def reasons_of(line_ids, calendars):
    """Rows (id of the item, kind, id of the record) of what takes items out of the scenario; the
    kinds in the order of :data:`const.EXCLUSIONS`, the record is the action of a specific one.

    :param SQL calendars: settings and days of the companies, see :func:`scope_sql.calendars`
    """
    item = {'account': SQL("a.id"), 'due': SQL("age.due")}
    owned = speaks_of(SQL("o.customer_id"), **item)
    stated = speaks_of(SQL("x.customer_id"), **item)
    return SQL(
        """WITH calendar AS (SELECT * FROM %(calendars)s),
        item AS (
            SELECT l.*, c.id AS customer_account_id, cal.today, cal.dispute_partial, %(due)s AS due
            FROM account_move_line l
            JOIN res_partner p ON p.id = l.partner_id
            JOIN res_company rc ON rc.id = l.company_id
            JOIN calendar cal ON cal.company_id = %(root)s
            JOIN dso_customer c ON c.partner_id = p.commercial_partner_id
                AND c.company_id = cal.company_id
            WHERE l.id = ANY(%(ids)s)
        )
        SELECT l.id, found.kind, found.record_id FROM item l
        CROSS JOIN LATERAL (
            SELECT l.customer_account_id AS id, l.today, l.dispute_partial
        ) a
        CROSS JOIN LATERAL (SELECT l.due) age
        CROSS JOIN LATERAL (
            SELECT 1 AS rank, 'dispute' AS kind, o.id AS record_id
            FROM dso_dispute_item x JOIN dso_dispute o ON o.id = x.dispute_id
            WHERE x.move_id = l.move_id AND o.state = 'open' AND %(owned)s AND (
                COALESCE(%(disputed)s, l.amount_residual_currency) >= l.amount_residual_currency)
            UNION ALL
            SELECT 2, 'litigation', x.id FROM dso_item_status x
            WHERE x.move_id = l.move_id AND x.is_current AND x.category = 'litigation'
                AND %(stated)s
            UNION ALL
            SELECT 3, 'promise', o.id
            FROM dso_promise_item x JOIN dso_promise o ON o.id = x.promise_id
            WHERE x.move_id = l.move_id AND %(pausing)s AND %(owned)s
            UNION ALL
            SELECT 4, 'specific', o.id
            FROM dso_action_item x JOIN dso_action o ON o.id = x.action_id
            WHERE x.move_id = l.move_id AND %(specific)s AND %(stated)s
        ) found
        ORDER BY found.rank, found.record_id""",
        calendars=calendars,
        due=due_of('l'),
        root=ROOT_COMPANY,
        ids=list(line_ids),
        owned=owned,
        stated=stated,
        disputed=_disputed_amount(),
        pausing=SQL(PAUSING),
        specific=SQL(OPEN_SPECIFIC),
    )


def _joined(kind, holds=None):
    items, owner_id, owners, condition = RECORDS[kind]
    return SQL(
        """SELECT l.id AS line_id, o.id AS record_id
        FROM %(items)s x
        JOIN %(owners)s o ON o.id = x.%(owner_id)s
        JOIN account_move_line l ON l.move_id = x.move_id AND l.account_id = ANY(%(receivables)s)
        JOIN res_partner p ON p.id = l.partner_id
        JOIN dso_customer c ON c.partner_id = p.commercial_partner_id
            AND c.company_id = o.company_id
        WHERE %(holds)s AND %(speaks)s""",
        items=SQL.identifier(items),
        owners=SQL.identifier(owners),
        owner_id=SQL.identifier(owner_id),
        holds=SQL(holds or condition),
        receivables=TRADE_RECEIVABLES,
        speaks=speaks_of(SQL("o.customer_id"), SQL("c.id"), due_of('l')),
    )
