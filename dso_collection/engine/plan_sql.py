"""The statements of the planner, one function each; docs/engine.md gives the rules.

Every function returns one :class:`odoo.tools.SQL`. They share three parameters:

* ``scope``: SQL of the rows ``(id, unit_id)`` of the customer accounts to plan,
* ``calendars``: SQL of the rows of settings per company, see :func:`calendars`,
* ``now``: the moment of planning (naive UTC).

The day is always a parameter; no statement reads the clock of the database.
"""

import functools
import json

from odoo.tools import SQL

from ..const import (
    AUTOMATIC_MODES,
    CONTACT_TYPES,
    OPEN_STATES,
    PRE_DUE_NOTICE_DAYS,
    STALE_DAYS,
)

#: Payment states of documents that nobody may chase (spec 3.1).
CLOSED_PAYMENT_STATES = ('blocked', 'in_payment', 'paid', 'reversed', 'invoicing_legacy')

#: The root of the company in alias ``rc``: receivables of branches belong to it.
ROOT_COMPANY = SQL("split_part(rc.parent_path, '/', 1)::int")

#: Joins and conditions that make ``l`` an open trade receivable of commercial partner ``p``.
OPEN_ITEM_TABLES = SQL(
    """account_move_line l
    JOIN account_account aa ON aa.id = l.account_id
        AND aa.account_type = 'asset_receivable' AND aa.non_trade IS NOT TRUE
    JOIN res_partner p ON p.id = l.partner_id
    JOIN res_company rc ON rc.id = l.company_id"""
)
OPEN_ITEM_WHERE = SQL("l.parent_state = 'posted' AND l.reconciled IS NOT TRUE")

#: Figures of a position with the SQL that computes each from the items of one customer account.
FIGURES = {
    'balance': "SUM(i.booked)",
    'overdue': "SUM(i.booked) FILTER (WHERE i.residual > 0 AND i.due < i.today)",
    'not_due': "SUM(i.booked) FILTER (WHERE i.residual > 0 AND i.due >= i.today)",
    'bucket_30': "SUM(i.booked) FILTER (WHERE i.residual > 0"
    " AND i.today - i.due BETWEEN 1 AND 30)",
    'bucket_60': "SUM(i.booked) FILTER (WHERE i.residual > 0"
    " AND i.today - i.due BETWEEN 31 AND 60)",
    'bucket_90': "SUM(i.booked) FILTER (WHERE i.residual > 0"
    " AND i.today - i.due BETWEEN 61 AND 90)",
    'bucket_older': "SUM(i.booked) FILTER (WHERE i.residual > 0 AND i.today - i.due > 90)",
    'unallocated': "-SUM(i.booked) FILTER (WHERE i.residual < 0)",
    'eligible_overdue': "SUM(i.booked) FILTER (WHERE i.eligible AND i.due < i.today)",
    'open_item_count': "COUNT(*) FILTER (WHERE i.residual <> 0)",
}

#: Columns of a position that come from the plan of its unit.
PLAN_COLUMNS = (
    'leader_line_id', 'leader_move_id', 'leader_due', 'leader_level', 'last_contact_on',
    'last_contact_date', 'last_booking_date', 'reason', 'plan_step_id', 'plan_date', 'plan_rule',
    'plan_amount', 'plan_held', 'plan_error', 'plan_recipient', 'plan_recipient_id',
    'task_decide_key', 'task_allocate_key', 'task_hold_end_key',
)


def calendars(rows):
    """Rows of settings and days per company, as a table expression.

    :param rows: dicts of ``res.company._dso_calendar_row``
    """
    return SQL(
        "jsonb_to_recordset(%s::jsonb) AS cal(company_id int, today date, tz text, shift int[],"
        " closed jsonb, contact_interval int, payment_grace int, ignore_below numeric,"
        " hold_credits bool, hold_books bool, hold_unsent bool, books_days int)",
        json.dumps(rows, default=str),
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


def resolve(marks):
    """Customer accounts that a transaction touched.

    :param Marks marks: what the hooks noted down
    :return: SQL of ``(commercial partner id, root company id, customer account id or NULL, whether
        something was booked, whether its planning could be locked)``
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
            booked, receivables, list(marks.line_ids | marks.booked_line_ids),
        )
    ]
    if marks.move_ids:
        sources.append(
            SQL(
                "SELECT l.partner_id, l.company_id, FALSE FROM %s WHERE l.partner_id IS NOT NULL"
                " AND l.move_id = ANY(%s)",
                receivables, list(marks.move_ids),
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
                receivables, list(marks.partner_ids), list(marks.partner_ids),
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
        SELECT a.partner_id, a.company_id, c.id, a.booked, pg_try_advisory_xact_lock(
            hashtextextended('dso.plan', (a.company_id::bigint << 32) + a.partner_id))
        FROM account a
        LEFT JOIN dso_customer c ON c.partner_id = a.partner_id AND c.company_id = a.company_id""",
        SQL(" UNION ALL ").join(sources), ROOT_COMPANY,
    )


def pairs_of_lines(line_ids):
    """``(partner id, company id)`` of journal items as the database has them now."""
    return SQL(
        "SELECT DISTINCT partner_id, company_id FROM account_move_line"
        " WHERE id = ANY(%s) AND partner_id IS NOT NULL",
        list(line_ids),
    )


def customers_of_lines(line_query):
    """Ids of the customer accounts to which journal items belong.

    :param SQL line_query: subquery of journal item ids
    """
    return SQL(
        """SELECT c.id FROM account_move_line l
        JOIN res_partner p ON p.id = l.partner_id
        JOIN res_company rc ON rc.id = l.company_id
        JOIN dso_customer c ON c.partner_id = p.commercial_partner_id AND c.company_id = %s
        WHERE l.id IN %s""",
        ROOT_COMPANY, line_query,
    )


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
    """Insert the missing customer accounts of all open items of companies."""
    source = SQL(
        "SELECT DISTINCT p.commercial_partner_id AS partner_id, %s AS company_id FROM %s WHERE %s"
        " AND %s = ANY(%s)",
        ROOT_COMPANY, OPEN_ITEM_TABLES, OPEN_ITEM_WHERE, ROOT_COMPANY, list(company_ids),
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
        source=source, uid=uid, now=now,
    )


def items(scope, calendars, *, ignore_small, extra_exclusion):
    """CTEs ``calendar``, ``account`` and ``item``: customer accounts in scope, their open items.

    :param bool ignore_small: whether any company ignores small documents; the window function
        that adds up documents is paid for only then
    :param SQL extra_exclusion: condition on alias ``l`` that takes an item out of the scenario
    """
    total = SQL("SUM(l.amount_residual) OVER (PARTITION BY l.move_id, a.id)")
    small = (
        SQL("a.ignore_below > 0 AND %s < a.ignore_below", total) if ignore_small else SQL("FALSE")
    )
    return SQL(
        """scope AS MATERIALIZED (%(scope)s),
        calendar AS MATERIALIZED (SELECT * FROM %(calendars)s),
        account AS MATERIALIZED (
            SELECT c.id, c.position_id, c.partner_id, c.company_id, s.unit_id, c.scenario_id,
                c.not_before, c.hold_reason, c.hold_until, cal.today, cal.tz, cal.ignore_below,
                (c.hold_reason IS NOT NULL
                 AND (c.hold_from IS NULL OR c.hold_from <= cal.today)
                 AND (c.hold_until IS NULL OR cal.today <= c.hold_until)) AS on_hold
            FROM scope s JOIN dso_customer c ON c.id = s.id
            JOIN calendar cal ON cal.company_id = c.company_id
        ),
        item AS MATERIALIZED (
            SELECT l.id, a.id AS account_id, a.unit_id, a.today, a.tz, l.move_id, l.currency_id,
                l.amount_residual AS booked, l.amount_residual_currency AS residual,
                COALESCE(l.date_maturity, m.invoice_date_due, m.date) AS due, m.date AS posted,
                l.create_date,
                (l.amount_residual_currency > 0 AND l.no_followup IS NOT TRUE
                 AND COALESCE(m.payment_state, '') <> ALL(%(closed_states)s)
                 AND NOT a.on_hold AND NOT u.on_hold
                 AND NOT (%(small)s) AND NOT (%(extra_exclusion)s)) AS eligible
            FROM %(tables)s
            JOIN account_move m ON m.id = l.move_id
            JOIN account a ON a.partner_id = p.commercial_partner_id AND a.company_id = %(root)s
            JOIN account u ON u.id = a.unit_id
            WHERE %(where)s
        )""",
        scope=scope, calendars=calendars, small=small, extra_exclusion=extra_exclusion,
        closed_states=list(CLOSED_PAYMENT_STATES), tables=OPEN_ITEM_TABLES,
        where=OPEN_ITEM_WHERE, root=ROOT_COMPANY,
    )


@functools.cache
def levels():
    """CTEs ``heard``, ``level`` and ``contact``: what actions have done for the open items."""
    return SQL(
        """heard AS MATERIALIZED (
            SELECT i.id, i.unit_id, ai.offset_counted, ai.is_leader, d.origin, d.is_contact,
                d.date_done, d.day_done
            FROM item i
            JOIN dso_action_item ai ON ai.move_id = i.move_id AND ai.due_date = i.due
            JOIN dso_action d ON d.id = ai.action_id
            WHERE d.state = 'done' AND d.delivery IS DISTINCT FROM 'bounced'
        ),
        level AS (
            SELECT DISTINCT ON (h.id) h.id, h.offset_counted AS level, h.day_done AS level_day
            FROM heard h
            JOIN account u ON u.id = h.unit_id
            LEFT JOIN dso_scenario sc ON sc.id = u.scenario_id
            WHERE h.origin = 'scenario' AND h.offset_counted IS NOT NULL
                AND (sc.start_again IS NOT TRUE OR h.is_leader)
            ORDER BY h.id, h.offset_counted DESC, h.day_done DESC
        ),
        contact AS (
            SELECT unit_id, MAX(date_done) AS contact_on FROM (
                SELECT a.unit_id, d.date_done FROM account a
                JOIN dso_action d ON d.customer_id = a.id
                WHERE d.is_contact AND d.state = 'done' AND d.delivery IS DISTINCT FROM 'bounced'
                UNION ALL
                SELECT h.unit_id, h.date_done FROM heard h WHERE h.is_contact
            ) heard_of GROUP BY unit_id
        )"""
    )


def bookings(booked):
    """CTE ``booking``: the last day on which something was booked for a unit (spec 3.9).

    :param dict booked: ``(partner id, root company id)`` → day, of the running transaction
    """
    keys = list(booked)
    return SQL(
        """booking AS (
            SELECT unit_id, MAX(day) AS booked_on FROM (
                SELECT a.unit_id, pos.last_booking_date AS day
                FROM account a JOIN dso_position pos ON pos.id = a.position_id
                UNION ALL
                SELECT i.unit_id, (i.create_date AT TIME ZONE 'UTC' AT TIME ZONE i.tz)::date
                FROM item i WHERE i.residual < 0
                UNION ALL
                SELECT a.unit_id, mark.booked_on FROM account a
                JOIN dso_plan_mark mark ON mark.company_id = a.company_id
                    AND mark.partner_id = a.partner_id
                UNION ALL
                SELECT a.unit_id, event.day FROM account a
                JOIN unnest(%s::int[], %s::int[], %s::date[]) AS event(partner_id, company_id, day)
                    ON event.partner_id = a.partner_id AND event.company_id = a.company_id
            ) days GROUP BY unit_id
        )""",
        [key[0] for key in keys], [key[1] for key in keys], [booked[key] for key in keys],
    )


@functools.cache
def leaders():
    """CTEs ``unit``, ``candidate``, ``exhausted`` and ``leader`` (docs/engine.md, 3)."""
    return SQL(
        """unit AS (
            SELECT u.id AS unit_id, u.partner_id, u.company_id, u.today, u.tz, u.scenario_id,
                u.not_before, u.on_hold, u.hold_reason, u.hold_until,
                sc.after_last, sc.repeat_days, sc.minimum_amount, st.last_delay,
                contact.contact_on, booking.booked_on,
                (contact.contact_on AT TIME ZONE 'UTC' AT TIME ZONE u.tz)::date AS contact_day
            FROM account u
            LEFT JOIN dso_scenario sc ON sc.id = u.scenario_id
            LEFT JOIN (SELECT scenario_id, MAX(delay) AS last_delay
                FROM dso_scenario_step GROUP BY scenario_id) st ON st.scenario_id = u.scenario_id
            LEFT JOIN contact ON contact.unit_id = u.id
            LEFT JOIN booking ON booking.unit_id = u.id
            WHERE u.id = u.unit_id
        ),
        candidate AS (
            SELECT i.id, i.unit_id, i.move_id, i.due, i.posted, i.residual, i.booked,
                i.currency_id, lv.level, lv.level_day,
                COALESCE(lv.level >= u.last_delay, FALSE) AS exhausted, u.after_last
            FROM item i
            JOIN unit u ON u.unit_id = i.unit_id
            LEFT JOIN level lv ON lv.id = i.id
            WHERE i.eligible
        ),
        exhausted AS (
            SELECT unit_id, MAX(move_id)::text AS decide_key FROM candidate
            WHERE exhausted AND after_last = 'decide' GROUP BY unit_id
        ),
        leader AS (
            SELECT DISTINCT ON (unit_id) * FROM candidate
            WHERE NOT (exhausted AND after_last = 'decide')
            ORDER BY unit_id, due, booked DESC, id
        )"""
    )


@functools.cache
def steps():
    """CTE ``step``: the next step of each leader with its date (docs/engine.md, 4)."""
    return SQL(
        """dated AS (
            SELECT l.unit_id, st.id AS step_id, st.delay, st.action_type,
                st.mode = ANY(%(automatic)s) AS automatic, l.due, l.posted, u.today, u.company_id,
                floors.*, floor.plain, o.date_user IS NOT NULL AS own,
                CASE WHEN o.date_user IS NULL THEN floor.plain
                    ELSE GREATEST(floors.grace, o.date_user) END AS raw
            FROM leader l
            JOIN unit u ON u.unit_id = l.unit_id
            JOIN calendar cal ON cal.company_id = u.company_id
            JOIN dso_scenario_step st ON st.scenario_id = u.scenario_id AND CASE
                WHEN l.exhausted THEN u.after_last = 'repeat' AND st.delay = u.last_delay
                ELSE l.level IS NULL OR st.delay > l.level END
            LEFT JOIN dso_action o ON o.customer_id = l.unit_id AND o.origin = 'scenario'
                AND o.state = ANY(%(open)s) AND o.step_id = st.id
                AND o.leader_move_id = l.move_id AND o.leader_due = l.due
                AND o.date_user IS NOT NULL
                AND (u.contact_on IS NULL OR o.date_user_on >= u.contact_on)
            CROSS JOIN LATERAL (SELECT
                CASE WHEN l.exhausted THEN l.level_day + u.repeat_days
                    ELSE l.due + st.delay END AS base,
                CASE WHEN NOT l.exhausted AND l.level >= 0 AND st.delay >= 0
                    THEN l.level_day + st.delay - l.level END AS spacing,
                CASE WHEN st.action_type = ANY(%(contact)s)
                    THEN u.contact_day + cal.contact_interval END AS contact,
                CASE WHEN st.mode = ANY(%(automatic)s)
                    THEN u.booked_on + cal.payment_grace END AS grace,
                l.exhausted AS repeated
            ) floors
            CROSS JOIN LATERAL (
                SELECT GREATEST(base, spacing, contact, grace, u.not_before) AS plain
            ) floor
        ),
        moved AS (
            SELECT d.*, %(opened_raw)s AS date, %(opened_plain)s AS plain_date
            FROM dated d JOIN calendar cal ON cal.company_id = d.company_id
        ),
        step AS (
            SELECT DISTINCT ON (unit_id) unit_id, step_id, delay, action_type, automatic, date,
                GREATEST(today, plain_date) AS cut,
                CASE WHEN own THEN CASE WHEN raw = grace THEN 'grace' ELSE 'user' END
                    WHEN raw = base THEN CASE WHEN repeated THEN 'repeat' ELSE 'due' END
                    WHEN raw = spacing THEN 'spacing'
                    WHEN raw = contact THEN 'interval'
                    WHEN raw = grace THEN 'grace'
                    ELSE 'user' END AS rule
            FROM moved
            WHERE delay >= 0
                OR (due + delay >= posted + %(notice)s::int AND date < due AND today < due)
            ORDER BY unit_id, delay
        )""",
        automatic=list(AUTOMATIC_MODES), contact=list(CONTACT_TYPES), open=list(OPEN_STATES),
        notice=PRE_DUE_NOTICE_DAYS, opened_raw=_opened('raw'), opened_plain=_opened('plain'),
    )


def _opened(column):
    """A day of alias ``d``, for automatic steps moved into the sending window."""
    return SQL(
        """CASE WHEN d.automatic THEN COALESCE(
            (cal.closed ->> d.%(day)s::text)::date,
            d.%(day)s + cal.shift[EXTRACT(isodow FROM d.%(day)s)::int])
        ELSE d.%(day)s END""",
        day=SQL.identifier(column),
    )


@functools.cache
def amounts():
    """CTE ``money``: nets and credits of each unit (docs/engine.md, 5 and 6)."""
    return SQL(
        """currency AS (
            SELECT i.unit_id, i.currency_id,
                COALESCE(SUM(i.residual) FILTER (WHERE i.residual < 0), 0)
                    + COALESCE(SUM(i.residual) FILTER (WHERE i.eligible
                        AND (s.delay < 0 OR i.due <= s.cut)), 0) AS net,
                COALESCE(SUM(i.booked) FILTER (WHERE i.residual < 0), 0)
                    + COALESCE(SUM(i.booked) FILTER (WHERE i.eligible
                        AND (s.delay < 0 OR i.due <= s.cut)), 0) AS booked_net,
                -COALESCE(SUM(i.residual) FILTER (WHERE i.residual < 0), 0) AS credit,
                -COALESCE(SUM(i.booked) FILTER (WHERE i.residual < 0), 0) AS booked_credit,
                COALESCE(SUM(i.residual)
                    FILTER (WHERE i.residual > 0 AND i.due < i.today), 0) AS gross
            FROM item i
            JOIN leader l ON l.unit_id = i.unit_id
            LEFT JOIN step s ON s.unit_id = i.unit_id
            GROUP BY i.unit_id, i.currency_id
        ),
        money AS (
            SELECT c.unit_id,
                COALESCE(SUM(c.booked_net) FILTER (WHERE c.net > 0), 0) AS amount,
                BOOL_OR(c.net > 0) AS owed,
                BOOL_OR(c.currency_id = l.currency_id AND c.credit > 0
                    AND (c.credit >= l.residual OR (c.gross > 0 AND 2 * c.credit >= c.gross))
                ) AS covered,
                ROUND(SUM(c.booked_credit) * 100)::bigint::text AS allocate_key
            FROM currency c JOIN leader l ON l.unit_id = c.unit_id
            GROUP BY c.unit_id
        )"""
    )


@functools.cache
def recipients():
    """CTE ``recipient``: to whom the next email of a unit goes (spec 4.2, 4.3)."""
    return SQL(
        """contact_point AS (
            SELECT u.unit_id,
                BOOL_OR(p.is_collection_contact AND p.active) AS has_own,
                STRING_AGG(p.email_normalized, ', ' ORDER BY p.id) FILTER (
                    WHERE p.is_collection_contact AND p.active) AS own,
                MIN(p.id) FILTER (WHERE p.is_collection_contact AND p.active
                    AND p.email_normalized IS NOT NULL) AS own_id,
                BOOL_OR(p.email <> '' AND p.email_normalized IS NULL) FILTER (
                    WHERE p.is_collection_contact AND p.active) AS own_invalid,
                MIN(p.id) FILTER (
                    WHERE p.type = 'invoice' AND p.active AND p.id <> u.partner_id) AS invoice_id
            FROM unit u
            JOIN step s ON s.unit_id = u.unit_id AND s.action_type = 'email'
            JOIN res_partner p ON p.commercial_partner_id = u.partner_id
            GROUP BY u.unit_id
        ),
        recipient AS (
            SELECT u.unit_id,
                CASE WHEN cp.has_own THEN cp.own ELSE one.email_normalized END AS emails,
                CASE WHEN cp.has_own THEN cp.own_id ELSE one.id END AS partner_id,
                CASE WHEN cp.has_own THEN cp.own_invalid
                    ELSE one.email <> '' AND one.email_normalized IS NULL END AS invalid
            FROM contact_point cp
            JOIN unit u ON u.unit_id = cp.unit_id
            JOIN res_partner one ON one.id = COALESCE(cp.invoice_id, u.partner_id)
        )"""
    )


def verdicts(books_limit):
    """CTE ``verdict``: one row per unit with everything that its position stores.

    :param SQL books_limit: condition on alias ``cal`` that tells that the books are stale
    """
    return SQL(
        """found AS (
            SELECT unit_id, BOOL_OR(residual > 0) AS debit, BOOL_OR(eligible) AS eligible
            FROM item GROUP BY unit_id
        ),
        judged AS (
            SELECT u.*, l.id AS leader_line_id, l.move_id AS leader_move_id, l.due AS leader_due,
                l.level AS leader_level, cal.hold_credits, cal.hold_unsent,
                cal.hold_books AND (%(books_limit)s) AS stale_books,
                s.step_id, s.date, s.rule, s.automatic, s.action_type, s.delay,
                money.amount, money.covered, money.allocate_key, ex.decide_key,
                r.emails, r.partner_id AS recipient_id, r.invalid,
                CASE WHEN u.on_hold THEN 'hold'
                    WHEN found.debit IS NOT TRUE THEN 'clear'
                    WHEN u.scenario_id IS NULL THEN 'no_scenario'
                    WHEN u.last_delay IS NULL THEN 'empty_scenario'
                    WHEN NOT found.eligible THEN 'not_eligible'
                    WHEN l.id IS NULL THEN 'decide'
                    WHEN s.step_id IS NULL THEN 'stopped'
                    WHEN money.owed IS NOT TRUE THEN 'covered'
                    WHEN money.amount < u.minimum_amount THEN 'below_minimum'
                    ELSE 'planned' END AS reason
            FROM unit u
            JOIN calendar cal ON cal.company_id = u.company_id
            LEFT JOIN found ON found.unit_id = u.unit_id
            LEFT JOIN leader l ON l.unit_id = u.unit_id
            LEFT JOIN step s ON s.unit_id = u.unit_id
            LEFT JOIN money ON money.unit_id = u.unit_id
            LEFT JOIN exhausted ex ON ex.unit_id = u.unit_id
            LEFT JOIN recipient r ON r.unit_id = u.unit_id
        ),
        verdict AS (
            SELECT j.unit_id, j.leader_line_id, j.leader_move_id, j.leader_due, j.leader_level,
                j.contact_on AS last_contact_on, j.contact_day AS last_contact_date,
                j.booked_on AS last_booking_date, j.reason,
                CASE WHEN planned THEN j.step_id END AS plan_step_id,
                CASE WHEN planned THEN j.date END AS plan_date,
                CASE WHEN planned THEN j.rule END AS plan_rule,
                CASE WHEN planned THEN j.amount ELSE 0 END AS plan_amount,
                CASE WHEN planned AND j.automatic THEN CASE
                    WHEN j.hold_credits AND j.covered THEN 'credits'
                    WHEN j.stale_books THEN 'books'
                    WHEN j.hold_unsent AND m.move_type = 'out_invoice'
                        AND m.is_move_sent IS NOT TRUE THEN 'unsent' END END AS plan_held,
                CASE WHEN planned AND j.action_type = 'email' THEN CASE
                    WHEN j.invalid THEN 'invalid_recipient'
                    WHEN j.emails IS NULL THEN 'no_recipient'
                    WHEN b.customer_id IS NOT NULL THEN 'bounced' END END AS plan_error,
                CASE WHEN planned THEN j.emails END AS plan_recipient,
                CASE WHEN planned THEN j.recipient_id END AS plan_recipient_id,
                j.decide_key AS task_decide_key,
                CASE WHEN j.hold_credits AND j.covered THEN j.allocate_key
                    END AS task_allocate_key,
                CASE WHEN j.hold_reason IS NOT NULL AND j.hold_until < j.today
                    THEN j.hold_until::text END AS task_hold_end_key
            FROM judged j
            CROSS JOIN LATERAL (SELECT j.reason = 'planned' AS planned) flag
            LEFT JOIN account_move m ON m.id = j.leader_move_id
            LEFT JOIN (
                SELECT DISTINCT customer_id, step_id, leader_move_id, leader_due, recipient
                FROM dso_action WHERE delivery = 'bounced'
            ) b ON b.customer_id = j.unit_id AND b.step_id = j.step_id
                AND b.leader_move_id = j.leader_move_id AND b.leader_due = j.leader_due
                AND b.recipient = j.emails
        )""",
        books_limit=books_limit,
    )


def update_positions(ctes):
    """Write what changed on the positions, and nothing else.

    :param list ctes: the CTEs above, in order
    """
    return SQL(
        """WITH %(ctes)s,
        figure AS (
            SELECT i.account_id, MIN(i.due) FILTER (WHERE i.residual > 0) AS oldest_due_date,
                %(figures)s
            FROM item i GROUP BY i.account_id
        ),
        final AS (
            SELECT a.position_id, %(zeroes)s, figure.oldest_due_date, %(plan)s
            FROM account a
            LEFT JOIN figure ON figure.account_id = a.id
            JOIN (
                SELECT a.id AS account_id, v.* FROM account a
                JOIN verdict v ON v.unit_id = a.id
                UNION ALL
                SELECT a.id, %(grouped)s FROM account a
                JOIN verdict v ON v.unit_id = a.unit_id WHERE a.id <> a.unit_id
            ) v ON v.account_id = a.id
        )
        UPDATE dso_position pos SET (%(targets)s) = ROW(%(fresh)s)
        FROM final f
        WHERE pos.id = f.position_id AND (%(stored)s) IS DISTINCT FROM (%(fresh)s)""",
        ctes=SQL(",\n").join(ctes),
        **_position_columns(),
    )


@functools.cache
def _position_columns():
    """The lists of columns of :func:`update_positions`, made once."""
    columns = [*FIGURES, 'oldest_due_date', *PLAN_COLUMNS]

    def listed(template, names):
        return SQL(", ").join(SQL(template.replace('?', f'"{name}"')) for name in names)

    return {
        'figures': SQL(", ").join(
            SQL("COALESCE(%s, 0) AS %s", SQL(expression), SQL.identifier(column))
            for column, expression in FIGURES.items()
        ),
        'zeroes': listed("COALESCE(figure.?, 0) AS ?", FIGURES),
        'plan': listed("v.?", PLAN_COLUMNS),
        'targets': listed("?", columns),
        'stored': listed("pos.?", columns),
        'fresh': listed("f.?", columns),
        'grouped': _grouped_columns(),
    }


@functools.cache
def _grouped_columns():
    """Columns of a member of a group: no plan of its own, but the contacts of the unit."""
    kept = {
        'last_contact_on': SQL("v.last_contact_on"),
        'last_contact_date': SQL("v.last_contact_date"),
        'last_booking_date': SQL("v.last_booking_date"),
        'reason': SQL("'grouped'"),
        'plan_amount': SQL("0"),
    }
    columns = (kept.get(column, SQL("NULL")) for column in ('unit_id', *PLAN_COLUMNS))
    return SQL(", ").join(columns)


#: People touched it, or its messages exist: it cannot vanish without a trace.
TOUCHED = SQL(
    """(a.date_user IS NOT NULL OR a.confirmed_on IS NOT NULL OR COALESCE(a.note, '') <> ''
    OR EXISTS (SELECT FROM dso_action_item ai WHERE ai.action_id = a.id)
    OR EXISTS (SELECT FROM dso_action_message msg WHERE msg.action_id = a.id))"""
)

#: Errors that the planner finds and clears; the others belong to the dispatch.
PLANNER_ERRORS = ('no_recipient', 'invalid_recipient', 'bounced')


def sync_actions(scope, calendars, uid, now):
    """Replace or update the open actions that no longer are what the positions plan."""
    return SQL(
        """WITH scope AS MATERIALIZED (%(scope)s),
        open AS MATERIALIZED (
            SELECT a.id, a.origin, pos.reason, pos.plan_step_id, pos.plan_date, pos.plan_rule,
                pos.plan_amount, pos.plan_held, pos.plan_error, pos.plan_recipient,
                pos.plan_recipient_id, pos.leader_line_id, c.collector_id, c.scenario_id,
                st.action_type, st.mode, st.name, st.delay, cal.today, %(touched)s AS touched,
                CASE WHEN a.origin = 'scenario' THEN pos.plan_step_id = a.step_id
                    AND pos.leader_move_id = a.leader_move_id AND pos.leader_due = a.leader_due
                ELSE a.task_key = CASE a.task_kind WHEN 'decide' THEN pos.task_decide_key
                    WHEN 'allocate' THEN pos.task_allocate_key
                    WHEN 'hold_end' THEN pos.task_hold_end_key END
                END IS TRUE AS same,
                CASE WHEN a.confirmed_on IS NULL THEN NULL
                    WHEN pos.last_contact_on > a.confirmed_on THEN 'contact'
                    WHEN pos.plan_amount > a.confirmed_amount THEN 'amount'
                    WHEN pos.plan_recipient IS DISTINCT FROM a.recipient THEN 'recipient'
                    WHEN st.write_date > a.confirmed_on
                        OR mt.write_date > a.confirmed_on THEN 'text' END AS lapse
            FROM scope s
            JOIN dso_customer c ON c.id = s.id
            JOIN dso_position pos ON pos.id = c.position_id
            JOIN %(calendars)s ON cal.company_id = c.company_id
            JOIN dso_action a ON a.customer_id = c.id
            LEFT JOIN dso_scenario_step st ON st.id = pos.plan_step_id
            LEFT JOIN mail_template mt ON mt.id = st.mail_template_id
            WHERE a.origin IN ('scenario', 'control') AND a.state IN ('planned', 'error')
        ),
        vanished AS (
            DELETE FROM dso_action a USING open o
            WHERE a.id = o.id AND NOT o.same AND NOT o.touched
        ),
        dropped AS (
            UPDATE dso_action a SET state = 'cancelled', write_uid = %(uid)s::int, write_date = %(now)s::timestamp,
                reason_code = CASE WHEN o.origin = 'control' THEN 'cause_gone'
                    WHEN o.plan_step_id IS NOT NULL THEN 'replaced' ELSE o.reason END
            FROM open o WHERE a.id = o.id AND NOT o.same AND o.touched
        ),
        fresh AS (
            SELECT o.*, a.state, a.error_code, a.error_on,
                a.confirmed_on IS NOT NULL AND o.lapse IS NULL AS confirmed,
                o.mode = ANY(%(automatic)s) AND o.plan_date < o.today - %(stale)s::int AS stale,
                a.confirm_reason AS waited_for,
                CASE WHEN o.plan_error IS NOT NULL THEN 'error'
                    WHEN a.error_code = ANY(%(planner_errors)s)
                        OR a.recipient IS DISTINCT FROM o.plan_recipient THEN 'planned'
                    ELSE a.state END AS new_state
            FROM open o JOIN dso_action a ON a.id = o.id
            WHERE o.same AND o.origin = 'scenario'
        ),
        changed AS (
            SELECT f.*,
                CASE WHEN f.lapse IS NOT NULL THEN f.lapse
                    WHEN f.confirmed THEN NULL
                    WHEN f.waited_for IS NOT NULL AND f.waited_for <> 'stale' THEN f.waited_for
                    WHEN f.stale THEN 'stale' END AS new_confirm_reason,
                CASE WHEN f.plan_error IS NOT NULL THEN f.plan_error
                    WHEN f.new_state = 'error' THEN f.error_code END AS new_error_code,
                CASE WHEN f.new_state <> 'error' THEN NULL
                    WHEN f.state = 'error' THEN f.error_on ELSE %(now)s::timestamp END AS new_error_on
            FROM fresh f
        ),
        taken_over AS (
            UPDATE dso_action a SET collector_id = o.collector_id, write_uid = %(uid)s::int,
                write_date = %(now)s::timestamp
            FROM open o WHERE a.id = o.id AND o.same AND o.origin = 'control'
                AND a.collector_id IS DISTINCT FROM o.collector_id
        )
        UPDATE dso_action a SET date_planned = n.plan_date, date_rule = n.plan_rule,
            amount = n.plan_amount, held = n.plan_held, recipient = n.plan_recipient,
            recipient_id = n.plan_recipient_id, leader_line_id = n.leader_line_id,
            collector_id = n.collector_id, scenario_id = n.scenario_id,
            action_type = n.action_type, mode = n.mode, name = n.name, step_delay = n.delay,
            state = n.new_state,
            error_code = n.new_error_code, error_on = n.new_error_on,
            error_detail = CASE WHEN n.new_state = 'error' AND n.plan_error IS NULL
                THEN a.error_detail END,
            confirm_reason = n.new_confirm_reason,
            confirmed_on = CASE WHEN n.lapse IS NULL THEN a.confirmed_on END,
            confirmed_by_id = CASE WHEN n.lapse IS NULL THEN a.confirmed_by_id END,
            confirmed_amount = CASE WHEN n.lapse IS NULL THEN a.confirmed_amount END,
            write_uid = %(uid)s::int, write_date = %(now)s::timestamp
        FROM changed n
        WHERE a.id = n.id AND (
            (a.date_planned, a.date_rule, a.amount, a.held, a.recipient, a.recipient_id,
             a.leader_line_id, a.collector_id, a.scenario_id, a.action_type, a.mode, a.name,
             a.step_delay, a.state, a.error_code, a.confirm_reason)
            IS DISTINCT FROM
            (n.plan_date, n.plan_rule, n.plan_amount, n.plan_held, n.plan_recipient,
             n.plan_recipient_id, n.leader_line_id, n.collector_id, n.scenario_id, n.action_type,
             n.mode, n.name, n.delay, n.new_state, n.new_error_code, n.new_confirm_reason)
            OR n.lapse IS NOT NULL)""",
        scope=scope, calendars=calendars, uid=uid, now=now, touched=TOUCHED,
        automatic=list(AUTOMATIC_MODES), stale=STALE_DAYS, planner_errors=list(PLANNER_ERRORS),
    )


def insert_actions(scope, calendars, uid, now):
    """Insert the scenario actions and control tasks that positions plan and nobody has yet."""
    return SQL(
        """WITH scope AS MATERIALIZED (%(scope)s),
        target AS (
            SELECT c.id AS customer_id, c.company_id, c.collector_id, c.scenario_id, c.not_before,
                %(plan)s, cal.today
            FROM scope s
            JOIN dso_customer c ON c.id = s.id
            JOIN dso_position pos ON pos.id = c.position_id
            JOIN %(calendars)s ON cal.company_id = c.company_id
            WHERE pos.plan_step_id IS NOT NULL OR pos.task_decide_key IS NOT NULL
                OR pos.task_allocate_key IS NOT NULL OR pos.task_hold_end_key IS NOT NULL
        )
        INSERT INTO dso_action (customer_id, company_id, collector_id, origin, task_kind, task_key,
            scenario_id, step_id, name, step_delay, action_type, mode, state, leader_line_id,
            leader_move_id, leader_number, leader_due, amount, date_planned, date_rule,
            confirm_reason, held, recipient, recipient_id, error_code, error_on,
            create_uid, write_uid, create_date, write_date)
        SELECT t.customer_id, t.company_id, t.collector_id, 'scenario', NULL, NULL,
            t.scenario_id, st.id, st.name, st.delay, st.action_type, st.mode,
            CASE WHEN t.plan_error IS NULL THEN 'planned' ELSE 'error' END, t.leader_line_id,
            t.leader_move_id, m.name, t.leader_due, t.plan_amount, t.plan_date, t.plan_rule,
            CASE WHEN st.mode <> ALL(%(automatic)s) THEN NULL
                WHEN t.not_before >= t.today THEN 'moved'
                WHEN t.plan_date < t.today - %(stale)s::int THEN 'stale' END,
            t.plan_held, t.plan_recipient, t.plan_recipient_id, t.plan_error,
            CASE WHEN t.plan_error IS NOT NULL THEN %(now)s::timestamp END,
            %(uid)s::int, %(uid)s::int, %(now)s::timestamp, %(now)s::timestamp
        FROM target t
        JOIN dso_scenario_step st ON st.id = t.plan_step_id
        JOIN account_move m ON m.id = t.leader_move_id
        WHERE NOT EXISTS (SELECT FROM dso_action a WHERE a.customer_id = t.customer_id
            AND a.origin = 'scenario' AND a.state IN ('planned', 'sending', 'error'))
        UNION ALL
        SELECT t.customer_id, t.company_id, t.collector_id, 'control', task.kind, task.key,
            NULL, NULL, NULL, NULL, 'task', 'manual', 'planned', t.leader_line_id,
            t.leader_move_id, m.name, t.leader_due, t.plan_amount, t.today, NULL,
            NULL, NULL, NULL, NULL, NULL, NULL, %(uid)s::int, %(uid)s::int, %(now)s::timestamp, %(now)s::timestamp
        FROM target t
        LEFT JOIN account_move m ON m.id = t.leader_move_id
        CROSS JOIN LATERAL (VALUES ('decide', t.task_decide_key),
            ('allocate', t.task_allocate_key), ('hold_end', t.task_hold_end_key)
        ) AS task(kind, key)
        WHERE task.key IS NOT NULL
            AND NOT EXISTS (SELECT FROM dso_action a WHERE a.customer_id = t.customer_id
                AND a.origin = 'control' AND a.task_kind = task.kind AND a.state = 'planned')
            AND NOT EXISTS (SELECT FROM dso_action a WHERE a.customer_id = t.customer_id
                AND a.origin = 'control' AND a.task_kind = task.kind AND a.state = 'done'
                AND a.task_key = task.key)""",
        scope=scope, calendars=calendars, uid=uid, now=now, automatic=list(AUTOMATIC_MODES),
        stale=STALE_DAYS,
        plan=SQL(", ").join(SQL("pos.%s", SQL.identifier(column)) for column in PLAN_COLUMNS),
    )


def snapshot_items(ctes, action_ids):
    """Copy the items that scenario actions list (docs/engine.md, 2)."""
    return SQL(
        """WITH %(ctes)s,
        listed AS (
            SELECT a.id AS action_id, a.step_delay, a.scenario_id, i.*,
                i.move_id = a.leader_move_id AND i.due = a.leader_due AS is_leader
            FROM dso_action a JOIN item i ON i.unit_id = a.customer_id
            WHERE a.id = ANY(%(action_ids)s) AND a.origin = 'scenario'
        )
        INSERT INTO dso_action_item (action_id, customer_id, line_id, move_id, number, due_date,
            currency_id, amount_original, amount_residual, amount_residual_company, customer_code,
            is_leader, offset_counted)
        SELECT t.action_id, t.account_id, t.id, t.move_id, m.name, t.due, t.currency_id,
            l.amount_currency, t.residual, t.booked, p.ref, t.is_leader,
            CASE WHEN t.is_leader THEN t.step_delay ELSE (
                SELECT MAX(st.delay) FROM dso_scenario_step st WHERE st.scenario_id = t.scenario_id
                    AND st.delay <= t.step_delay AND st.delay <= t.today - t.due) END
        FROM listed t
        JOIN account_move_line l ON l.id = t.id
        JOIN account_move m ON m.id = t.move_id
        JOIN account a ON a.id = t.account_id
        JOIN res_partner p ON p.id = a.partner_id
        WHERE t.residual > 0
            AND (t.is_leader OR (t.eligible AND (t.step_delay < 0 OR t.due <= t.today)))""",
        ctes=SQL(",\n").join(ctes), action_ids=list(action_ids),
    )
