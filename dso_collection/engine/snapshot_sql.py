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

#: Figures of a customer account on a day, from the states ``s`` in which its items were then; the
#: same as those of its position (``plan_sql.SUMS``). Items without amount in their own currency,
#: such as differences of exchange rates, count in the balance alone.
FIGURES = {
    'balance': "SUM(s.booked)",
    'not_due': "SUM(s.booked) FILTER (WHERE s.residual > 0 AND d.day <= s.due)",
    'bucket_30': "SUM(s.booked) FILTER (WHERE s.residual > 0 AND d.day - s.due BETWEEN 1 AND 30)",
    'bucket_60': "SUM(s.booked) FILTER (WHERE s.residual > 0 AND d.day - s.due BETWEEN 31 AND 60)",
    'bucket_90': "SUM(s.booked) FILTER (WHERE s.residual > 0 AND d.day - s.due BETWEEN 61 AND 90)",
    'bucket_older': "SUM(s.booked) FILTER (WHERE s.residual > 0 AND d.day - s.due > 90)",
    'overdue': "SUM(s.booked) FILTER (WHERE s.residual > 0 AND d.day > s.due)",
    'unallocated': "-SUM(s.booked) FILTER (WHERE s.residual < 0)",
    'item_count': "COUNT(*) FILTER (WHERE s.residual <> 0)",
    'debit_count': "COUNT(*) FILTER (WHERE s.residual > 0)",
}

#: Figures of a row of ``dso.snapshot`` from those of its customer accounts ``a``.
TOTALS = {
    **{name: f"SUM(a.{name})" for name in FIGURES if not name.endswith('_count')},
    'disputed': "SUM(x.amount)",
    'account_count': "COUNT(*) FILTER (WHERE a.debit_count > 0)",
    'overdue_account_count': "COUNT(*) FILTER (WHERE a.overdue > 0)",
    'item_count': "SUM(a.item_count)",
}

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
        """WITH %(state)s, %(disputed)s
        INSERT INTO dso_snapshot (company_id, day, is_rebuilt, collector_id, scenario_id,
            country_id, %(columns)s)
        SELECT %(company)s, d.day, d.day < %(last_day)s, c.collector_id, c.scenario_id,
            p.country_id, %(totals)s
        FROM day d
        LEFT JOIN account_day a ON a.day = d.day
        LEFT JOIN disputed_day x ON x.day = a.day AND x.partner_id = a.partner_id
        LEFT JOIN res_partner p ON p.id = a.partner_id
        LEFT JOIN dso_customer c ON c.partner_id = a.partner_id AND c.company_id = %(company)s
        GROUP BY d.day, c.collector_id, c.scenario_id, p.country_id""",
        state=_state(company.id, days),
        disputed=_disputed(company),
        columns=SQL(", ").join(map(SQL.identifier, TOTALS)),
        totals=SQL(", ").join(SQL("COALESCE(%s, 0)", SQL(each)) for each in TOTALS.values()),
        company=company.id,
        last_day=last_day,
    )


def receivables(company_id, days):
    """Receivables of days: ``(day, kind, record, balance, overdue, not due, unallocated)``.

    :param int company_id: a root company
    :param list days: their ends are meant
    """
    return SQL(
        """WITH %(state)s
        SELECT a.day, %(kind)s, %(record)s, SUM(a.balance), COALESCE(SUM(a.overdue), 0),
            COALESCE(SUM(a.not_due), 0), COALESCE(SUM(a.unallocated), 0)
        FROM account_day a
        JOIN res_partner p ON p.id = a.partner_id
        LEFT JOIN dso_customer c ON c.partner_id = a.partner_id AND c.company_id = %(company)s
        GROUP BY a.day, %(sets)s""",
        state=_state(company_id, days),
        company=company_id,
        **_GROUPS,
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
        **_GROUPS,
    )


#: Groups of ``dso.figure``: all customer accounts, those of each collector, of each country.
_GROUPS = {
    'kind': SQL(
        "CASE GROUPING(c.collector_id, p.country_id) WHEN 3 THEN 'company'"
        " WHEN 1 THEN 'collector' ELSE 'country' END"
    ),
    'record': SQL("COALESCE(c.collector_id, p.country_id)"),
    'sets': SQL("GROUPING SETS ((), (c.collector_id), (p.country_id))"),
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


def _state(company_id, days):
    """CTEs ``day``, ``item``, ``state`` and ``account_day``: figures per customer and day.

    A customer is a commercial partner: one who has paid everything long ago needs no account.
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
        state AS (%(states)s),
        account_day AS MATERIALIZED (
            SELECT s.partner_id, d.day, %(figures)s
            FROM state s JOIN day d ON %(lasts)s GROUP BY s.partner_id, d.day
        )""",
        days=list(days),
        later=_later(min(days)),
        open=_items(company_id, max(days), are_open_items()),
        reconciled=_items(company_id, max(days), reconciled),
        states=_states(),
        figures=_figures(),
        lasts=LASTS,
    )


@functools.cache
def _figures():
    return SQL(", ").join(
        SQL("%s AS %s", SQL(expression), SQL.identifier(name))
        for name, expression in FIGURES.items()
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
            l.amount_residual AS booked, l.amount_residual_currency AS residual
        FROM %(tables)s
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
        """SELECT i.id, i.partner_id, i.due, GREATEST(i.date, changed.day) AS since,
            NULL::date AS until, i.booked, i.residual
        FROM item i
        LEFT JOIN (SELECT line_id, MAX(day) AS day FROM later GROUP BY line_id) changed
            ON changed.line_id = i.id
        WHERE i.booked <> 0 OR i.residual <> 0
        UNION ALL
        SELECT i.id, i.partner_id, i.due,
            GREATEST(i.date, LAG(later.day) OVER (PARTITION BY i.id ORDER BY later.day)),
            later.day,
            i.booked + SUM(later.booked) OVER newer, i.residual + SUM(later.residual) OVER newer
        FROM later JOIN item i ON i.id = later.line_id
        WINDOW newer AS (PARTITION BY i.id ORDER BY later.day DESC)"""
    )


def _disputed(company):
    """CTE ``disputed_day``: disputed parts of open items per customer and day, as recorded."""
    return SQL(
        """disputed AS MATERIALIZED (
            SELECT l.id AS item_id, x.opened_on, x.resolved_on, SUM(x.amount) AS amount
            FROM (
                SELECT i.*, o.customer_id, o.resolved_on,
                    (o.opened_on AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS opened_on
                FROM dso_dispute_item i
                JOIN dso_dispute o ON o.id = i.dispute_id AND o.state <> 'cancelled'
            ) x
            JOIN (
                SELECT item.*, c.id AS customer_id FROM item JOIN dso_customer c
                    ON c.partner_id = item.partner_id AND c.company_id = %(company)s
            ) l ON l.move_id = x.move_id
            WHERE %(speaks)s
            GROUP BY l.id, x.opened_on, x.resolved_on
        ),
        disputed_day AS (
            SELECT part.partner_id, part.day, SUM(part.amount) AS amount FROM (
                SELECT s.partner_id, d.day, ROUND(
                    s.booked * LEAST(1, SUM(x.amount) / s.residual), %(places)s) AS amount
                FROM disputed x
                JOIN state s ON s.id = x.item_id AND s.residual > 0
                JOIN day d ON %(lasts)s AND d.day >= x.opened_on
                    AND (x.resolved_on IS NULL OR d.day < x.resolved_on)
                GROUP BY s.id, s.partner_id, d.day, s.booked, s.residual
            ) part GROUP BY part.partner_id, part.day
        )""",
        tz=company.dso_tz or 'UTC',
        company=company.id,
        speaks=speaks_of(SQL("x.customer_id"), SQL("l.customer_id"), SQL("l.due")),
        places=company.currency_id.decimal_places,
        lasts=LASTS,
    )


def write_figures(company_id, rows):
    """Bring the rows of ``dso.figure`` of a company up to date; what has not changed is not
    written.

    :param int company_id: a root company
    :param list rows: dicts of all its rows, with the columns of :data:`FIGURE_COLUMNS`
    """
    key = SQL(" AND ").join(
        SQL("f.%(name)s IS NOT DISTINCT FROM new.%(name)s", name=SQL.identifier(name))
        for name in FIGURE_KEY
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
