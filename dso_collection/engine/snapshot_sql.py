"""What was open on days of the past, read from the ledger (docs/figures.md).

What is open of an item today, and what was matched with it after a day, tell what was open of it on
that day. So any day can be rebuilt, as far as the books remember: a payment that was taken off its
invoice, an invoice that was reset to draft or a due date that was changed leave no trace in them.

Every statement is about one root company and any number of days, and reads the ledger once.
"""

import functools
import json

from odoo.tools import SQL

from .exclusion_sql import due_of, speaks_of
from .scope_sql import OPEN_ITEM_TABLES, ROOT_COMPANY, TRADE_RECEIVABLES, are_open_items

#: Sums of a day, of the states ``s`` in which its items were then; the same as those of positions
#: (``item_sql.SUMS``). Items without amount in their own currency, such as differences of exchange
#: rates, count in the balance alone.
SUMS = {
    'not_due': "SUM(s.booked) FILTER (WHERE s.residual > 0 AND d.day <= s.due)",
    'bucket_30': "SUM(s.booked) FILTER (WHERE s.residual > 0 AND d.day - s.due BETWEEN 1 AND 30)",
    'bucket_60': "SUM(s.booked) FILTER (WHERE s.residual > 0 AND d.day - s.due BETWEEN 31 AND 60)",
    'bucket_90': "SUM(s.booked) FILTER (WHERE s.residual > 0 AND d.day - s.due BETWEEN 61 AND 90)",
    'bucket_older': "SUM(s.booked) FILTER (WHERE s.residual > 0 AND d.day - s.due > 90)",
    'unallocated': "-SUM(s.booked) FILTER (WHERE s.residual < 0)",
    'difference': "SUM(s.booked) FILTER (WHERE s.residual = 0)",
    'item_count': "COUNT(*) FILTER (WHERE s.residual <> 0)",
}

OVERDUE = "t.bucket_30 + t.bucket_60 + t.bucket_90 + t.bucket_older"
BALANCE = f"{OVERDUE} + t.not_due - t.unallocated + t.difference"

#: Figures of a row of ``dso.snapshot``, from its sums ``t``, its disputed amount ``x`` and the
#: numbers of its customers ``n``.
FIGURES = {
    'balance': BALANCE,
    'overdue': OVERDUE,
    **{name: f"t.{name}" for name in SUMS if name != 'difference'},
    'disputed': "x.amount",
    'account_count': "n.account_count",
    'overdue_account_count': "n.overdue_account_count",
}

#: Whose customers a row is about; 0 for none, which can be compared and hashed.
WHOSE = SQL("collector_id, scenario_id, country_id")

#: Columns of ``dso.figure``, but for the company, and which of them tell its rows apart.
FIGURE_COLUMNS = {
    'kind': 'varchar',
    'month': 'date',
    'collector_id': 'int',
    'country_id': 'int',
    'day': 'date',
    'receivables': 'numeric',
    'current_receivables': 'numeric',
    'overdue': 'numeric',
    'sales': 'numeric',
    'dso': 'numeric',
    'is_at_least': 'bool',
    'dso_rolling': 'numeric',
    'dso_best': 'numeric',
    'delay': 'numeric',
    'cei': 'numeric',
    'has_cei': 'bool',
    'overdue_share': 'numeric',
}
FIGURE_KEY = ('kind', 'month', 'collector_id', 'country_id')

#: A state of an item lasts from a day until before another one.
LASTS = SQL("d.day >= s.since AND (s.until IS NULL OR d.day < s.until)")


def insert_snapshots(company, days, last_day):
    """Insert the rows of ``dso.snapshot`` of days; of a day without open items, one of zeros.

    :param res.company company: a root company
    :param list days: days that have no rows
    :param date last_day: the day that has just ended; others are rebuilt
    """
    return SQL(
        """WITH %(state)s, %(numbers)s, %(disputed)s
        INSERT INTO dso_snapshot (company_id, day, is_rebuilt, collector_id, scenario_id,
            country_id, %(columns)s)
        SELECT %(company)s, day.day, day.day < %(last_day)s, NULLIF(t.collector_id, 0),
            NULLIF(t.scenario_id, 0), NULLIF(t.country_id, 0), %(figures)s
        FROM day
        LEFT JOIN total t ON t.day = day.day
        LEFT JOIN number n ON %(same_n)s
        LEFT JOIN disputed_day x ON %(same_x)s""",
        state=_state(company.id, days, WHOSE),
        numbers=_numbers(),
        disputed=_disputed(company),
        columns=SQL(", ").join(map(SQL.identifier, FIGURES)),
        figures=SQL(", ").join(SQL("COALESCE(%s, 0)", SQL(each)) for each in FIGURES.values()),
        company=company.id,
        last_day=last_day,
        same_n=_same('n'),
        same_x=_same('x'),
    )


def _same(alias):
    """Condition: a row is about the day and the customers of the sums ``t``."""
    return SQL(
        "(%(row)s.day, %(row)s.collector_id, %(row)s.scenario_id, %(row)s.country_id)"
        " = (t.day, t.collector_id, t.scenario_id, t.country_id)",
        row=SQL.identifier(alias),
    )


def receivables(company_id, days):
    """Receivables of days: ``(day, kind, record, balance, overdue, not due, unallocated)``.

    :param int company_id: a root company
    :param list days: their ends are meant
    """
    return SQL(
        """WITH %(state)s
        SELECT t.day, %(kind)s, %(record)s, SUM(%(balance)s), SUM(%(overdue)s), SUM(t.not_due),
            SUM(t.unallocated)
        FROM total t GROUP BY t.day, %(sets)s""",
        state=_state(company_id, days, SQL("collector_id, country_id")),
        balance=SQL(BALANCE),
        overdue=SQL(OVERDUE),
        **_groups(SQL("t.collector_id"), SQL("t.country_id")),
    )


def sales(company_id, first_day, last_day):
    """Credit sales by month, taxes included: ``(first day of the month, kind, record, sales)``.

    They are what customer invoices put on trade receivable accounts, less what credit notes do.

    :param int company_id: a root company
    :param date first_day, last_day: of the dates of the invoices
    """
    return SQL(
        """SELECT sale.month, %(kind)s, %(record)s, SUM(sale.amount)
        FROM (
            SELECT date_trunc('month', m.invoice_date)::date AS month,
                p.commercial_partner_id AS partner_id, SUM(l.balance) AS amount
            FROM %(tables)s
            JOIN account_move m ON m.id = l.move_id
                AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                AND m.invoice_date BETWEEN %(first_day)s AND %(last_day)s
            WHERE l.parent_state = 'posted' AND l.account_id = ANY(%(receivables)s)
                AND company.root_id = %(company)s
            GROUP BY 1, 2
        ) sale
        JOIN res_partner p ON p.id = sale.partner_id
        LEFT JOIN dso_customer c ON c.partner_id = sale.partner_id AND c.company_id = %(company)s
        GROUP BY sale.month, %(sets)s""",
        tables=OPEN_ITEM_TABLES,
        receivables=TRADE_RECEIVABLES,
        company=company_id,
        first_day=first_day,
        last_day=last_day,
        **_groups(SQL("COALESCE(c.collector_id, 0)"), SQL("COALESCE(p.country_id, 0)")),
    )


def _groups(collector, country):
    """Groups of ``dso.figure``: all customers, those of each collector, of each country.

    :param SQL collector, country: of a row; 0 for none
    """
    return {
        'kind': SQL(
            "CASE GROUPING(%s, %s) WHEN 3 THEN 'company' WHEN 1 THEN 'collector'"
            " ELSE 'country' END",
            collector,
            country,
        ),
        'record': SQL("NULLIF(COALESCE(%s, %s), 0)", collector, country),
        'sets': SQL("GROUPING SETS ((), (%s), (%s))", collector, country),
    }


def first_day(company_id):
    """The first day on which anything was posted to trade receivables of a root company."""
    return SQL(
        "SELECT MIN(l.date) FROM account_move_line l"
        " JOIN res_company rc ON rc.id = l.company_id AND %s = %s"
        " WHERE l.parent_state = 'posted' AND l.account_id = ANY(%s) AND l.partner_id IS NOT NULL",
        ROOT_COMPANY,
        company_id,
        TRADE_RECEIVABLES,
    )


def missing_days(company_id, since, last_day):
    """Days from ``since`` to ``last_day`` that have no rows yet, oldest first."""
    return SQL(
        """SELECT past.day::date
        FROM generate_series(%s::date, %s::date, interval '1 day') AS past(day)
        WHERE NOT EXISTS (
            SELECT FROM dso_snapshot s WHERE s.company_id = %s AND s.day = past.day::date
        )
        ORDER BY 1""",
        since,
        last_day,
        company_id,
    )


def _state(company_id, days, whose):
    """CTEs ``day``, ``item``, ``state`` and ``total``: sums per day and whose customers they are.

    A customer is a commercial partner: one who has paid everything long ago needs no account.

    :param SQL whose: columns of ``state`` to group by. Groups are few and sums many: sums of each
        customer, added up later, would not fit into the memory of the server
    """
    reconciled = SQL(
        "l.reconciled AND l.parent_state = 'posted' AND l.account_id = ANY(%s)"
        " AND l.id IN (SELECT later.line_id FROM later)",
        TRADE_RECEIVABLES,
    )
    return SQL(
        """day AS MATERIALIZED (SELECT day FROM unnest(%(days)s::date[]) AS day),
        later AS MATERIALIZED (%(later)s),
        item AS MATERIALIZED (%(open)s UNION ALL %(reconciled)s),
        state AS MATERIALIZED (%(states)s),
        total AS MATERIALIZED (
            SELECT d.day, %(whose)s, %(sums)s
            FROM state s JOIN day d ON %(lasts)s GROUP BY d.day, %(whose)s
        )""",
        days=list(days),
        later=_later(min(days)),
        open=_items(company_id, max(days), are_open_items()),
        reconciled=_items(company_id, max(days), reconciled),
        states=_states(),
        whose=whose,
        sums=_sums(),
        lasts=LASTS,
    )


@functools.cache
def _sums():
    return SQL(", ").join(
        SQL("COALESCE(%s, 0) AS %s", SQL(expression), SQL.identifier(name))
        for name, expression in SUMS.items()
    )


@functools.cache
def _numbers():
    """CTE ``number``: how many customers owed something on a day, and were overdue."""
    return SQL(
        """number AS (
            SELECT day, %(whose)s, COUNT(*) AS account_count,
                COUNT(*) FILTER (WHERE is_overdue) AS overdue_account_count
            FROM (
                SELECT d.day, %(whose)s, s.partner_id, BOOL_OR(d.day > s.due) AS is_overdue
                FROM state s JOIN day d ON %(lasts)s WHERE s.residual > 0
                GROUP BY d.day, %(whose)s, s.partner_id
            ) customer GROUP BY day, %(whose)s
        )""",
        whose=WHOSE,
        lasts=LASTS,
    )


def _later(day):
    """What was matched with items after a day, by item and day: it was open until then."""
    return SQL(
        """SELECT line_id, day, SUM(booked) AS booked, SUM(residual) AS residual FROM (
            SELECT debit_move_id AS line_id, max_date AS day, amount AS booked,
                debit_amount_currency AS residual
            FROM account_partial_reconcile WHERE max_date > %(day)s
            UNION ALL
            SELECT credit_move_id, max_date, -amount, -credit_amount_currency
            FROM account_partial_reconcile WHERE max_date > %(day)s
        ) matched GROUP BY line_id, day""",
        day=day,
    )


def _items(company_id, last_day, condition):
    return SQL(
        """SELECT l.id, l.move_id, l.date, %(due)s AS due, p.commercial_partner_id AS partner_id,
            l.amount_residual AS booked, l.amount_residual_currency AS residual,
            c.id AS customer_id, COALESCE(c.collector_id, 0) AS collector_id,
            COALESCE(c.scenario_id, 0) AS scenario_id, COALESCE(owner.country_id, 0) AS country_id
        FROM %(tables)s
        JOIN res_partner owner ON owner.id = p.commercial_partner_id
        LEFT JOIN dso_customer c ON c.partner_id = owner.id AND c.company_id = %(company)s
        WHERE %(condition)s AND company.root_id = %(company)s AND l.date <= %(last_day)s""",
        due=due_of('l'),
        tables=OPEN_ITEM_TABLES,
        condition=condition,
        company=company_id,
        last_day=last_day,
    )


@functools.cache
def _states():
    """States of items: how much was open, from a day on, until something was matched."""
    return SQL(
        """SELECT i.id, i.partner_id, %(whose)s, i.due, GREATEST(i.date, changed.day) AS since,
            NULL::date AS until, i.booked, i.residual
        FROM item i
        LEFT JOIN (SELECT line_id, MAX(day) AS day FROM later GROUP BY line_id) changed
            ON changed.line_id = i.id
        WHERE i.booked <> 0 OR i.residual <> 0
        UNION ALL
        SELECT i.id, i.partner_id, %(whose)s, i.due,
            GREATEST(i.date, LAG(later.day) OVER (PARTITION BY i.id ORDER BY later.day)),
            later.day,
            i.booked + SUM(later.booked) OVER newer, i.residual + SUM(later.residual) OVER newer
        FROM later JOIN item i ON i.id = later.line_id
        WINDOW newer AS (PARTITION BY i.id ORDER BY later.day DESC)""",
        whose=WHOSE,
    )


def _disputed(company):
    """CTE ``disputed_day``: disputed parts of open items on a day, as recorded."""
    return SQL(
        """disputed AS MATERIALIZED (
            SELECT l.id AS item_id, x.opened_on, x.resolved_on, SUM(x.amount) AS amount
            FROM (
                SELECT i.*, o.customer_id, o.resolved_on,
                    (o.opened_on AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS opened_on
                FROM dso_dispute_item i
                JOIN dso_dispute o ON o.id = i.dispute_id AND o.state <> 'cancelled'
            ) x
            JOIN item l ON l.move_id = x.move_id
            WHERE %(speaks)s
            GROUP BY l.id, x.opened_on, x.resolved_on
        ),
        disputed_day AS (
            SELECT day, %(whose)s, SUM(amount) AS amount FROM (
                SELECT s.id, d.day, %(whose)s, ROUND(
                    s.booked * LEAST(1, SUM(x.amount) / s.residual), %(places)s) AS amount
                FROM disputed x
                JOIN state s ON s.id = x.item_id AND s.residual > 0
                JOIN day d ON %(lasts)s AND d.day >= x.opened_on
                    AND (x.resolved_on IS NULL OR d.day < x.resolved_on)
                GROUP BY s.id, d.day, %(whose)s, s.booked, s.residual
            ) part GROUP BY day, %(whose)s
        )""",
        tz=company.dso_tz or 'UTC',
        speaks=speaks_of(SQL("x.customer_id"), SQL("l.customer_id"), SQL("l.due")),
        places=company.currency_id.decimal_places,
        lasts=LASTS,
        whose=WHOSE,
    )


def write_figures(company_id, rows):
    """Bring the rows of ``dso.figure`` of a company up to date; what has not changed is not
    written.

    :param int company_id: a root company
    :param list rows: dicts of all its rows, with the columns of :data:`FIGURE_COLUMNS`
    """
    # Equalities, which can be hashed, also of the columns that are empty.
    key = SQL(
        "f.kind = new.kind AND f.month = new.month"
        " AND COALESCE(f.collector_id, 0) = COALESCE(new.collector_id, 0)"
        " AND COALESCE(f.country_id, 0) = COALESCE(new.country_id, 0)"
    )
    values = [SQL.identifier(name) for name in FIGURE_COLUMNS if name not in FIGURE_KEY]
    return SQL(
        """WITH new AS MATERIALIZED (
            SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS new(%(types)s)
        ), gone AS (
            DELETE FROM dso_figure f WHERE f.company_id = %(company)s
                AND NOT EXISTS (SELECT FROM new WHERE %(key)s)
        ), changed AS (
            UPDATE dso_figure f SET %(assignments)s FROM new
            WHERE f.company_id = %(company)s AND %(key)s
                AND (%(old_values)s) IS DISTINCT FROM (%(new_values)s)
        )
        INSERT INTO dso_figure (company_id, %(columns)s)
        SELECT %(company)s, %(new_columns)s FROM new
        WHERE NOT EXISTS (SELECT FROM dso_figure f WHERE f.company_id = %(company)s AND %(key)s)""",
        rows=json.dumps(rows, default=str),
        types=SQL(", ").join(
            SQL("%s %s", SQL.identifier(name), SQL(kind)) for name, kind in FIGURE_COLUMNS.items()
        ),
        company=company_id,
        key=key,
        assignments=SQL(", ").join(SQL("%s = new.%s", name, name) for name in values),
        old_values=SQL(", ").join(SQL("f.%s", name) for name in values),
        new_values=SQL(", ").join(SQL("new.%s", name) for name in values),
        columns=SQL(", ").join(map(SQL.identifier, FIGURE_COLUMNS)),
        new_columns=SQL(", ").join(SQL("new.%s", SQL.identifier(name)) for name in FIGURE_COLUMNS),
    )
