"""Which customer accounts a plan concerns: scopes, marks and births of accounts.

A scope is SQL of the rows ``(id, unit_id)`` of the customer accounts to plan.
"""

import functools
import json

from odoo.tools import SQL

#: The root of the company in alias ``rc``: receivables of branches belong to it.
ROOT_COMPANY = SQL("split_part(rc.parent_path, '/', 1)::int")

#: Ids of the trade receivable accounts. As an array that is known when a statement starts, it lets
#: the server read the open items from their index; a join would read the whole ledger.
TRADE_RECEIVABLES = SQL(
    """ARRAY(SELECT aa.id FROM account_account aa
        WHERE aa.account_type = 'asset_receivable' AND aa.non_trade IS NOT TRUE)"""
)


def customer_code(ref, vat, name):
    """Code of a customer account: reference, else VAT number, else name (spec 2.3).

    :param SQL ref, vat, name: columns of its contact
    """
    return SQL("COALESCE(NULLIF(%s, ''), NULLIF(%s, ''), %s, '')", ref, vat, name)


@functools.cache
def due_of(alias):
    """Due date of a journal item."""
    return SQL(
        """COALESCE(%(item)s.date_maturity, (
            SELECT due_m.invoice_date_due FROM account_move due_m WHERE due_m.id = %(item)s.move_id
        ), %(item)s.date)""",
        item=SQL.identifier(alias),
    )


#: Customer code of the contact in alias ``p``.
CUSTOMER_CODE = customer_code(SQL("p.ref"), SQL("p.vat"), SQL("p.name"))

#: Tables of open items ``l`` with their commercial partner in ``p`` and their root company.
OPEN_ITEM_TABLES = SQL(
    """account_move_line l
    JOIN res_partner p ON p.id = l.partner_id
    JOIN (SELECT rc.id, %s AS root_id FROM res_company rc OFFSET 0) company
        ON company.id = l.company_id""",
    ROOT_COMPANY,  # once per company, not once per item: hence the OFFSET
)


def are_open_items(trade_receivables=TRADE_RECEIVABLES):
    """Condition that makes ``l`` an open trade receivable.

    :param SQL trade_receivables: array of account ids; known ones let the server guess how many
        items there are, which matters for many
    """
    return SQL(
        "l.parent_state = 'posted' AND l.reconciled IS NOT TRUE AND l.account_id = ANY(%s)",
        trade_receivables,
    )


def scope_of_ids(ids):
    """Scope: units of the given customer accounts."""
    return _scope(SQL("SELECT id FROM dso_customer WHERE id = ANY(%s)", list(ids)))


def scope_of_pairs(pairs):
    """Scope: units of the customer accounts of ``(commercial partner id, root company id)``."""
    return _scope(
        SQL(
            "SELECT c.id FROM %s JOIN dso_customer c"
            " ON c.partner_id = pair.partner_id AND c.company_id = pair.company_id",
            _pairs(pairs),
        )
    )


def scope_of_companies(company_ids):
    """Scope: every customer account of companies."""
    return SQL(
        "SELECT c.id, COALESCE(c.group_account_id, c.id) AS unit_id FROM dso_customer c"
        " WHERE c.company_id = ANY(%s)",
        list(company_ids),
    )


def _scope(asked):
    """Close a set of customer accounts under their units: a group is planned as a whole."""
    return SQL(
        """WITH asked AS (
            SELECT DISTINCT COALESCE(c.group_account_id, c.id) AS id
            FROM dso_customer c WHERE c.id IN (%s)
        )
        SELECT id, id AS unit_id FROM asked
        UNION ALL
        SELECT c.id, asked.id FROM dso_customer c JOIN asked ON c.group_account_id = asked.id""",
        asked,
    )


def _pairs(pairs):
    partner_ids, company_ids = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return SQL(
        "unnest(%s::int[], %s::int[]) AS pair(partner_id, company_id)", partner_ids, company_ids
    )


def resolve(marks, most):
    """Customer accounts that a transaction touched.

    :param Marks marks: what the hooks noted down
    :param int most: number of accounts above which none is locked, for none is planned at once
    :return: SQL of ``(commercial partner id, root company id, customer account id or NULL, whether
        something was booked, whether its planning could be locked, whether it has made promises)``
    """
    receivables = SQL(
        "account_move_line l JOIN account_account aa ON aa.id = l.account_id"
        " AND aa.account_type = 'asset_receivable'"
    )
    booked = list(marks.booked_line_ids)
    sources = [
        SQL(
            "SELECT l.partner_id, l.company_id, l.id = ANY(%s) AS booked FROM %s WHERE"
            " l.partner_id IS NOT NULL AND l.id = ANY(%s)",
            booked,
            receivables,
            list(marks.line_ids | marks.booked_line_ids),
        )
    ]
    if marks.move_ids:
        sources.append(
            SQL(
                "SELECT l.partner_id, l.company_id, FALSE FROM %s WHERE l.partner_id IS NOT NULL"
                " AND l.move_id = ANY(%s)",
                receivables,
                list(marks.move_ids),
            )
        )
    if marks.pairs:
        sources.append(
            SQL("SELECT partner_id, company_id, FALSE FROM %s", _pairs(list(marks.pairs)))
        )
    if marks.partner_ids:
        sources.append(
            SQL(
                "SELECT l.partner_id, l.company_id, FALSE FROM %s WHERE l.partner_id = ANY(%s)"
                " AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE"
                " UNION SELECT c.partner_id, c.company_id, FALSE FROM dso_customer c"
                " WHERE c.partner_id = ANY(%s)",
                receivables,
                list(marks.partner_ids),
                list(marks.partner_ids),
            )
        )
    return SQL(
        """WITH touched AS (%s), owner AS (
            SELECT p.id, p.commercial_partner_id, %s AS company_id, t.booked
            FROM touched t
            JOIN res_partner p ON p.id = t.partner_id
            JOIN res_company rc ON rc.id = t.company_id
        ), account AS (
            SELECT partner_id, company_id, BOOL_OR(booked) AS booked FROM (
                SELECT commercial_partner_id AS partner_id, company_id, booked FROM owner
                UNION ALL
                -- The account of a contact that has come under a parent keeps its history.
                SELECT c.partner_id, c.company_id, FALSE FROM owner
                JOIN dso_customer c ON c.partner_id = owner.id AND c.company_id = owner.company_id
            ) accounts GROUP BY partner_id, company_id
        )
        SELECT a.partner_id, a.company_id, c.id, a.booked,
            -- The server's table of locks has room for a few thousand, of all sessions together.
            CASE WHEN (SELECT COUNT(*) FROM account) <= %s THEN pg_try_advisory_xact_lock(
                hashtextextended('dso.plan', (a.company_id::bigint << 32) + a.partner_id))
            ELSE FALSE END,
            EXISTS (SELECT FROM dso_promise o WHERE o.customer_id = c.id)
        FROM account a
        LEFT JOIN dso_customer c ON c.partner_id = a.partner_id AND c.company_id = a.company_id""",
        SQL(" UNION ALL ").join(sources),
        ROOT_COMPANY,
        most,
    )


def pairs_of_lines(line_ids):
    """``(partner id, company id)`` of journal items as the database has them now."""
    return SQL(
        "SELECT DISTINCT partner_id, company_id FROM account_move_line"
        " WHERE id = ANY(%s) AND partner_id IS NOT NULL",
        list(line_ids),
    )


def owners_of_lines(lines, conditions=()):
    """Ids of the customer accounts to which journal items belong, and what these meet.

    :param Query lines: the items; grouped by this function
    :param conditions: pairs of a name and an SQL condition on the items; the column of that name
        tells whether any item of the account meets it
    """
    keys = [SQL.identifier(lines.table, name) for name in ('partner_id', 'company_id')]
    lines.groupby = SQL(", ").join(keys)  # before the joins: one row per partner, not per item
    met = (any_meets(name, SQL.identifier('l', name)) for name, _condition in conditions)
    return SQL(
        """SELECT %s FROM (%s) l
        JOIN res_partner p ON p.id = l.partner_id
        JOIN res_company rc ON rc.id = l.company_id
        JOIN dso_customer c ON c.partner_id = p.commercial_partner_id AND c.company_id = %s
        GROUP BY c.id""",
        SQL(", ").join((SQL("c.id AS customer_id"), *met)),
        lines.select(*keys, *(any_meets(*condition) for condition in conditions)),
        ROOT_COMPANY,
    )


def any_meets(name, condition):
    """A column that tells whether any row of a group meets a condition."""
    return SQL("BOOL_OR(%s) AS %s", condition, SQL.identifier(name))


def defer(pairs, booked):
    """Insert marks for accounts that could not be planned at once.

    :param pairs: ``(commercial partner id, root company id)``; partner 0 for the whole company
    :param dict booked: pair → day on which something was booked
    """
    return SQL(
        "INSERT INTO dso_plan_mark (partner_id, company_id, booked_on)"
        " SELECT * FROM unnest(%s::int[], %s::int[], %s::date[])",
        [pair[0] for pair in pairs],
        [pair[1] for pair in pairs],
        [booked.get(pair) for pair in pairs],
    )


def births_of_pairs(pairs, uid, now):
    """Insert the missing customer accounts among pairs."""
    return _births(SQL("SELECT DISTINCT partner_id, company_id FROM %s", _pairs(pairs)), uid, now)


def births_of_companies(company_ids, uid, now):
    """Insert the missing customer accounts of all open items of companies.

    The index of unreconciled items tells which partners stand on the receivable accounts; only
    those who lack a customer account in a company of such an account are looked up in the ledger.
    """
    source = SQL(
        """WITH candidate AS MATERIALIZED (
            SELECT seen.*, p.commercial_partner_id, company.root_id FROM (
                SELECT DISTINCT l.account_id, l.partner_id FROM account_move_line l
                WHERE l.reconciled IS NOT TRUE AND l.account_id = ANY(%(trade_receivables)s)
            ) seen
            JOIN res_partner p ON p.id = seen.partner_id
            JOIN account_account_res_company_rel of ON of.account_account_id = seen.account_id
            JOIN (SELECT rc.id, %(root)s AS root_id FROM res_company rc OFFSET 0) company
                ON company.id = of.res_company_id
            WHERE company.root_id = ANY(%(company_ids)s)
                AND NOT EXISTS (SELECT FROM dso_customer c WHERE c.company_id = company.root_id
                    AND c.partner_id = p.commercial_partner_id)
        )
        SELECT DISTINCT commercial_partner_id AS partner_id, root_id AS company_id
        FROM candidate
        WHERE (SELECT TRUE FROM account_move_line l
            JOIN res_company rc ON rc.id = l.company_id AND %(root)s = candidate.root_id
            WHERE l.account_id = candidate.account_id AND l.partner_id = candidate.partner_id
                AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE LIMIT 1)""",
        trade_receivables=TRADE_RECEIVABLES,
        root=ROOT_COMPANY,
        company_ids=list(company_ids),
    )
    return _births(source, uid, now)


def _births(source, uid, now):
    return SQL(
        """WITH source AS (%(source)s), pos AS (
            INSERT INTO dso_position (partner_id, company_id)
            SELECT s.partner_id, s.company_id FROM source s
            WHERE NOT EXISTS (SELECT FROM dso_customer c
                WHERE c.partner_id = s.partner_id AND c.company_id = s.company_id)
            RETURNING id, partner_id, company_id
        )
        INSERT INTO dso_customer (position_id, partner_id, company_id, collector_id,
            collector_source, scenario_id, scenario_source,
            create_uid, write_uid, create_date, write_date)
        SELECT pos.id, pos.partner_id, pos.company_id,
            rc.dso_collector_id, CASE WHEN rc.dso_collector_id IS NOT NULL THEN 'default' END,
            rc.dso_scenario_id, CASE WHEN rc.dso_scenario_id IS NOT NULL THEN 'default' END,
            %(uid)s::int, %(uid)s::int, %(now)s::timestamp, %(now)s::timestamp
        FROM pos JOIN res_company rc ON rc.id = pos.company_id
        RETURNING id""",
        source=source,
        uid=uid,
        now=now,
    )


def books_are_stale():
    """Condition on alias ``cal``: the newest bank entry of the company is too old (spec 3.16).

    The last entry of each journal and branch, by the index of the three: not all entries.
    """
    return SQL(
        """COALESCE((SELECT MAX(newest.date)
            FROM account_journal bj
            JOIN res_company owner ON owner.id = bj.company_id
            JOIN res_company rc ON rc.parent_path LIKE owner.parent_path || '%%'
            CROSS JOIN LATERAL (
                SELECT bm.date FROM account_move bm
                WHERE bm.journal_id = bj.id AND bm.company_id = rc.id AND bm.state = 'posted'
                ORDER BY bm.date DESC LIMIT 1
            ) newest
            WHERE bj.type = 'bank' AND %s = cal.company_id), '-infinity'::date
        ) < cal.today - cal.books_days""",
        ROOT_COMPANY,
    )


def calendars(rows):
    """Rows of settings and days per company, as a table expression.

    :param rows: dicts of ``res.company._dso_calendar_row``
    """
    return SQL(
        "jsonb_to_recordset(%s::jsonb) AS cal(company_id int, today date, tz text, shift int[],"
        " closed jsonb, contact_interval int, payment_grace int, dispute_grace int,"
        " dispute_partial bool, digits int, ignore_below numeric, hold_credits bool,"
        " hold_books bool, hold_unsent bool, books_days int,"
        " careful_until date)",
        json.dumps(rows, default=str),
    )
