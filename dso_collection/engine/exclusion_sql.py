"""What people recorded about items, and which items it takes out of the scenario.

A record names an item by customer account, invoice and due date. It speaks of the items of its
invoice that bear that name; when none does any more, because a due date or a customer has changed,
of the journal item that it was recorded on; when that is gone too, of the whole invoice. So no
change of an invoice brings a disputed item back into reminders (docs/engine.md, 1).
"""

import functools

from odoo.tools import SQL

from .scope_sql import TRADE_RECEIVABLES

#: Kinds of records: rows ``x`` (id, customer_id, move_id, due_date, line_id) that hold, by kind.
#: ``day`` is the day of a company, ``%(day)s`` is SQL on the alias of the record's owner.
RECORDS = {
    'status': """SELECT e.id, e.customer_id, e.company_id, e.move_id, e.due_date, e.line_id
        FROM dso_item_status e WHERE e.is_current""",
    'promise': """SELECT d.id, d.customer_id, d.company_id, i.move_id, i.due_date, i.line_id
        FROM dso_promise_item i JOIN dso_promise d ON d.id = i.promise_id
        WHERE d.state = 'open'""",
    'dispute': """SELECT d.id, d.customer_id, d.company_id, i.move_id, i.due_date, i.line_id
        FROM dso_dispute_item i JOIN dso_dispute d ON d.id = i.dispute_id
        WHERE d.state = 'open'""",
}


@functools.cache
def due_of(alias):
    """Due date of a journal item."""
    return SQL(
        """COALESCE(%(item)s.date_maturity, (
            SELECT due_m.invoice_date_due FROM account_move due_m WHERE due_m.id = %(item)s.move_id
        ), %(item)s.date)""",
        item=SQL.identifier(alias),
    )


@functools.cache
def speaks_of(record, item, account, due):
    """Condition: a record speaks of an item of its invoice.

    :param str record: alias of (customer_id, move_id, due_date, line_id)
    :param str item: alias of the journal item
    :param SQL account, due: its customer account and due date
    """
    record, item = SQL.identifier(record), SQL.identifier(item)
    return SQL(
        """(%(record)s.customer_id = %(account)s AND %(record)s.due_date = %(due)s
        OR NOT EXISTS (
            SELECT FROM account_move_line named
            JOIN res_partner named_p ON named_p.id = named.partner_id
            JOIN dso_customer named_c ON named_c.partner_id = named_p.commercial_partner_id
            WHERE named.move_id = %(record)s.move_id AND named.account_id = ANY(%(receivables)s)
                AND named_c.id = %(record)s.customer_id AND %(named_due)s = %(record)s.due_date
        ) AND (%(record)s.line_id = %(item)s.id OR NOT EXISTS (
            SELECT FROM account_move_line same
            WHERE same.id = %(record)s.line_id AND same.move_id = %(record)s.move_id
        )))""",
        record=record,
        item=item,
        account=account,
        due=due,
        named_due=due_of('named'),
        receivables=TRADE_RECEIVABLES,
    )


def records_of(kind, line_ids):
    """Rows (id of the item, id of the record) of the records of a kind on items, oldest first.

    :param str kind: key of :data:`RECORDS`
    """
    return SQL("%s AND l.id = ANY(%s) ORDER BY x.id", _joined(kind), list(line_ids))


def lines_of(kind, query):
    """Subquery of the ids of the items on which there are records of a kind.

    :param SQL query: subquery of ids of the records
    """
    return SQL("(SELECT found.line_id FROM (%s AND x.id IN %s) found)", _joined(kind), query)


def _joined(kind):
    return SQL(
        """SELECT l.id AS line_id, x.id AS record_id
        FROM (%(records)s) x
        JOIN account_move_line l ON l.move_id = x.move_id AND l.account_id = ANY(%(receivables)s)
        JOIN res_partner p ON p.id = l.partner_id
        JOIN dso_customer c ON c.partner_id = p.commercial_partner_id
            AND c.company_id = x.company_id
        WHERE %(speaks)s""",
        records=SQL(RECORDS[kind]),
        receivables=TRADE_RECEIVABLES,
        speaks=speaks_of('x', 'l', SQL("c.id"), due_of('l')),
    )
