"""The statement that writes the positions; docs/engine.md gives the rules.

Every function returns one :class:`odoo.tools.SQL`: common table expressions that build on each
other, and :func:`update_positions` that writes what changed. The day is always a parameter; no
statement reads the clock of the database.
"""

import functools

from odoo.tools import SQL

from ..const import AUTOMATIC_MODES, CONTACT_TYPES, OPEN_STATES, PRE_DUE_NOTICE_DAYS
from .scope_sql import OPEN_ITEM_WHERE, ROOT_COMPANY

#: Payment states of documents that nobody may chase (spec 3.1).
CLOSED_PAYMENT_STATES = ('blocked', 'in_payment', 'paid', 'reversed', 'invoicing_legacy')

#: Figures of a position with the SQL that computes each from the items of one customer account.
FIGURES = {
    'balance': "SUM(i.booked)",
    'overdue': "SUM(i.booked) FILTER (WHERE i.residual > 0 AND i.due < i.today)",
    'not_due': "SUM(i.booked) FILTER (WHERE i.residual > 0 AND i.due >= i.today)",
    'bucket_30': "SUM(i.booked) FILTER (WHERE i.residual > 0 AND i.today - i.due BETWEEN 1 AND 30)",
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
    'leader_line_id',
    'leader_move_id',
    'leader_due',
    'leader_level',
    'last_contact_on',
    'last_contact_date',
    'last_booking_date',
    'reason',
    'plan_step_id',
    'plan_date',
    'plan_rule',
    'plan_amount',
    'plan_held',
    'plan_error',
    'plan_recipient',
    'plan_recipient_id',
    'task_decide_key',
    'task_allocate_key',
    'task_hold_end_key',
)


def items(scope, calendars, *, ignore_small, extra_exclusion):
    """CTEs ``account``, ``item`` and ``figure``: customer accounts, their open items, their sums.

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
        company AS MATERIALIZED (SELECT rc.id, %(root)s AS root_id FROM res_company rc),
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
            SELECT l.id, a.id AS account_id, a.unit_id, a.today, l.move_id, l.currency_id,
                l.amount_residual AS booked, l.amount_residual_currency AS residual,
                COALESCE(l.date_maturity, m.invoice_date_due, m.date) AS due, m.date AS posted,
                l.create_date,
                (l.amount_residual_currency > 0 AND l.no_followup IS NOT TRUE
                 AND COALESCE(m.payment_state, '') <> ALL(%(closed_states)s)
                 AND NOT a.on_hold AND NOT u.on_hold
                 AND NOT (%(small)s) AND NOT (%(extra_exclusion)s)) AS eligible
            FROM account_move_line l
            JOIN account_account aa ON aa.id = l.account_id
                AND aa.account_type = 'asset_receivable' AND aa.non_trade IS NOT TRUE
            JOIN res_partner p ON p.id = l.partner_id
            JOIN company ON company.id = l.company_id
            JOIN account_move m ON m.id = l.move_id
            JOIN account a ON a.partner_id = p.commercial_partner_id
                AND a.company_id = company.root_id
            JOIN account u ON u.id = a.unit_id
            WHERE %(where)s
        ),
        figure AS MATERIALIZED (
            SELECT i.account_id, i.unit_id,
                MIN(i.due) FILTER (WHERE i.residual > 0) AS oldest_due_date,
                BOOL_OR(i.residual > 0) AS debit, BOOL_OR(i.eligible) AS eligible,
                MAX(i.create_date) FILTER (WHERE i.residual < 0) AS credited_on, %(figures)s
            FROM item i GROUP BY i.account_id, i.unit_id
        )""",
        scope=scope,
        calendars=calendars,
        small=small,
        extra_exclusion=extra_exclusion,
        closed_states=list(CLOSED_PAYMENT_STATES),
        where=OPEN_ITEM_WHERE,
        root=ROOT_COMPANY,
        figures=_position_columns()['figures'],
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
                SELECT f.unit_id, (f.credited_on AT TIME ZONE 'UTC' AT TIME ZONE a.tz)::date
                FROM figure f JOIN account a ON a.id = f.account_id
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
        [key[0] for key in keys],
        [key[1] for key in keys],
        [booked[key] for key in keys],
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
        """stair AS MATERIALIZED (
            -- Only a pre-due step may be skipped for its date, so of the others the first will do.
            SELECT id, scenario_id, delay, action_type, mode, CASE WHEN delay >= 0 THEN
                MAX(delay) FILTER (WHERE delay >= 0) OVER (
                    PARTITION BY scenario_id ORDER BY delay
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) END AS previous
            FROM dso_scenario_step
        ),
        dated AS (
            SELECT l.unit_id, st.id AS step_id, st.delay, st.action_type,
                st.mode = ANY(%(automatic)s) AS automatic, l.due, l.posted, u.today, u.company_id,
                floors.*, floor.plain, o.date_user IS NOT NULL AS own,
                CASE WHEN o.date_user IS NULL THEN floor.plain
                    ELSE GREATEST(floors.grace, o.date_user) END AS raw
            FROM leader l
            JOIN unit u ON u.unit_id = l.unit_id
            JOIN calendar cal ON cal.company_id = u.company_id
            JOIN stair st ON st.scenario_id = u.scenario_id AND CASE
                WHEN l.exhausted THEN u.after_last = 'repeat' AND st.delay = u.last_delay
                ELSE (l.level IS NULL OR st.delay > l.level)
                    AND (st.delay < 0 OR st.previous IS NULL OR st.previous <= l.level) END
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
        automatic=list(AUTOMATIC_MODES),
        contact=list(CONTACT_TYPES),
        open=list(OPEN_STATES),
        notice=PRE_DUE_NOTICE_DAYS,
        opened_raw=_opened('raw'),
        opened_plain=_opened('plain'),
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
            SELECT unit_id, BOOL_OR(debit) AS debit, BOOL_OR(eligible) AS eligible
            FROM figure GROUP BY unit_id
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
        **{name: sql for name, sql in _position_columns().items() if name != 'figures'},
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
