"""Plans of customer accounts and their groups; docs/engine.md gives the rules.

Every function returns one :class:`odoo.tools.SQL`: common table expressions that build on each
other and on those of ``item_sql``, up to what ``position_sql`` writes. The day is always a
parameter; no statement reads the clock of the database.
"""

import functools

from odoo.tools import SQL

from ..const import AUTOMATIC_MODES, CONTACT_TYPES, OPEN_STATES, PRE_DUE_NOTICE_DAYS
from . import exclusion_sql, recipient_sql
from .item_sql import CHASED, CHASED_BOOKED, DUE_BOOKED, DUE_NET

#: What a step ``st`` becomes when it is not done in time; nothing as a rule.
UNDONE_TYPE = SQL(
    "CASE WHEN st.undone_rule = 'become' AND st.mode = 'manual' THEN st.undone_type END"
)


@functools.cache
def levels():
    """CTEs ``heard``, ``level`` and ``contact``: what actions have done for the open items, and
    when customers were last spoken to or wrote themselves."""
    return SQL(
        """heard AS MATERIALIZED (
            SELECT i.id, i.unit_id, i.move_id, i.eligible, ai.offset_counted, ai.is_leader,
                d.origin, d.is_contact, d.date_done, d.day_done
            FROM item i
            JOIN dso_action_item ai ON ai.move_id = i.move_id AND ai.due_date = i.due
            JOIN dso_action d ON d.id = ai.action_id
            WHERE d.state = 'done' AND d.delivery IS DISTINCT FROM 'bounced'
        ),
        level AS MATERIALIZED (
            SELECT DISTINCT ON (h.id) h.id, h.unit_id, h.move_id, h.eligible,
                h.offset_counted AS level, h.day_done AS level_day
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
                UNION ALL
                SELECT a.unit_id, r.date FROM account a
                JOIN dso_reply r ON r.customer_id = a.id
                WHERE r.state <> 'discarded'
                UNION ALL
                SELECT a.unit_id, pr.taken_on FROM account a
                JOIN dso_promise pr ON pr.customer_id = a.id
                WHERE pr.state <> 'cancelled'
                UNION ALL
                SELECT a.unit_id, di.opened_on FROM account a
                JOIN dso_dispute di ON di.customer_id = a.id
                WHERE di.state <> 'cancelled'
            ) heard_of GROUP BY unit_id
        )"""
    )


def bookings(booked):
    """CTE ``gathered``: what the accounts of a unit have together, with the last day on which
    something was booked for one of them (spec 3.9).

    :param dict booked: ``(partner id, root company id)`` → day, of the running transaction
    """
    keys = list(booked)
    return SQL(
        """event AS (
            SELECT unit_id, MAX(day) AS day FROM (
                SELECT a.unit_id, mark.booked_on AS day FROM account a
                JOIN dso_plan_mark mark ON mark.company_id = a.company_id
                    AND mark.partner_id = a.partner_id
                UNION ALL
                SELECT a.unit_id, booked.day FROM account a
                JOIN unnest(%s::int[], %s::int[], %s::date[]) AS booked(partner_id, company_id, day)
                    ON booked.partner_id = a.partner_id AND booked.company_id = a.company_id
            ) days GROUP BY unit_id
        ),
        gathered AS (
            SELECT a.unit_id, BOOL_OR(f.oldest_due_date IS NOT NULL) AS debit,
                MIN(f.first_due) AS first_due,
                MAX(a.hold_until) FILTER (
                    WHERE a.hold_reason IS NOT NULL AND a.hold_until < a.today) AS hold_ended,
                MAX(GREATEST(pos.last_booking_date, event.day,
                    (f.credited_on AT TIME ZONE 'UTC' AT TIME ZONE a.tz)::date)) AS booked_on
            FROM account a
            JOIN dso_position pos ON pos.id = a.position_id
            LEFT JOIN figure f ON f.account_id = a.id
            LEFT JOIN event ON event.unit_id = a.unit_id
            GROUP BY a.unit_id
        )""",
        [key[0] for key in keys],
        [key[1] for key in keys],
        [booked[key] for key in keys],
    )


@functools.cache
def leaders():
    """CTEs ``unit``, ``exhausted`` and ``leader`` (docs/engine.md, 3).

    Under "decide", exhausted items cannot lead; they are few, so only their units look through
    their items again for the earliest due date.
    """
    return SQL(
        """unit AS MATERIALIZED (
            SELECT u.id AS unit_id, u.partner_id, u.company_id, u.today, u.tz, u.scenario_id,
                u.not_before, u.on_hold, u.start_decision, g.hold_ended,
                sc.after_last, sc.repeat_days, sc.minimum_amount, sc.broken_promise, st.last_delay,
                contact.contact_on, g.booked_on, g.debit, g.first_due,
                (contact.contact_on AT TIME ZONE 'UTC' AT TIME ZONE u.tz)::date AS contact_day
            FROM account u
            JOIN gathered g ON g.unit_id = u.id
            LEFT JOIN dso_scenario sc ON sc.id = u.scenario_id
            LEFT JOIN (SELECT scenario_id, MAX(delay) AS last_delay
                FROM dso_scenario_step GROUP BY scenario_id) st ON st.scenario_id = u.scenario_id
            LEFT JOIN contact ON contact.unit_id = u.id
        ),
        spent AS MATERIALIZED (
            SELECT lv.id, lv.unit_id, lv.move_id FROM level lv
            JOIN unit u ON u.unit_id = lv.unit_id
            WHERE lv.eligible AND lv.level >= u.last_delay AND u.after_last = 'decide'
        ),
        exhausted AS MATERIALIZED (
            SELECT unit_id, MAX(move_id)::text AS decide_key FROM spent GROUP BY unit_id
        ),
        front AS (
            SELECT u.unit_id, u.first_due FROM unit u
            WHERE NOT EXISTS (SELECT FROM exhausted ex WHERE ex.unit_id = u.unit_id)
            UNION ALL
            SELECT i.unit_id, MIN(i.due) FROM exhausted ex
            JOIN item i ON i.unit_id = ex.unit_id
            WHERE i.eligible AND NOT EXISTS (SELECT FROM spent WHERE spent.id = i.id)
            GROUP BY i.unit_id
        ),
        leader AS MATERIALIZED (
            SELECT DISTINCT ON (i.unit_id) i.id, i.unit_id, i.move_id, i.due, i.posted,
                %(chased)s AS residual, i.currency_id, lv.level, lv.level_day,
                %(resolved_on)s AS resolved_on, %(broken_on)s AS broken_on
            FROM front f
            JOIN item i ON i.unit_id = f.unit_id AND i.due = f.first_due
            LEFT JOIN level lv ON lv.id = i.id
            WHERE i.eligible AND NOT EXISTS (SELECT FROM spent WHERE spent.id = i.id)
            ORDER BY i.unit_id, %(chased_booked)s DESC, i.id
        )""",
        chased=CHASED,
        chased_booked=CHASED_BOOKED,
        resolved_on=exclusion_sql.resolved_on(),
        broken_on=exclusion_sql.broken_on(),
    )


@functools.cache
def steps():
    """CTE ``step``: the next step of each leader with its date (docs/engine.md, 4)."""
    return SQL(
        """stair AS MATERIALIZED (
            -- Only a pre-due step may be skipped for its date, so of the others the first will do.
            SELECT id, scenario_id, delay, action_type, mode, %(undone_type)s AS undone_type,
                undone_mode, CASE WHEN delay >= 0 THEN
                MAX(delay) FILTER (WHERE delay >= 0) OVER (
                    PARTITION BY scenario_id ORDER BY delay
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) END AS previous
            FROM dso_scenario_step st
        ),
        dated AS (
            SELECT l.unit_id, st.id AS step_id, st.delay, kind.action_type, kind.automatic,
                l.due, l.posted, u.today, u.company_id,
                floors.*, floor.plain, kind.date_user IS NOT NULL AS own,
                CASE WHEN kind.date_user IS NULL THEN floor.plain
                    ELSE GREATEST(floors.grace, floors.settled, floors.undone, kind.date_user)
                    END AS raw
            FROM leader l
            JOIN unit u ON u.unit_id = l.unit_id
            JOIN calendar cal ON cal.company_id = u.company_id
            CROSS JOIN LATERAL (SELECT CASE
                WHEN u.broken_promise = 'raise' AND l.broken_on IS NOT NULL
                    AND (l.level_day IS NULL OR l.level_day < l.broken_on)
                THEN COALESCE((SELECT MIN(over.delay) FROM dso_scenario_step over
                    WHERE over.scenario_id = u.scenario_id AND over.delay >= 0
                        AND over.delay < u.last_delay
                        AND (l.level IS NULL OR over.delay > l.level)), l.level)
                ELSE l.level END AS level
            ) counted
            JOIN stair st ON st.scenario_id = u.scenario_id AND CASE
                WHEN l.level >= u.last_delay
                    THEN u.after_last = 'repeat' AND st.delay = u.last_delay
                ELSE (counted.level IS NULL OR st.delay > counted.level)
                    AND (st.delay < 0 OR st.previous IS NULL OR st.previous <= counted.level) END
            LEFT JOIN dso_action o ON o.customer_id = l.unit_id AND o.origin = 'scenario'
                AND o.state = ANY(%(open)s) AND o.step_id = st.id
                AND o.leader_move_id = l.move_id AND o.leader_due = l.due
                AND (o.date_user IS NOT NULL OR o.undone_on IS NOT NULL)
            CROSS JOIN LATERAL (
                -- What was not done in time may have become another action.
                SELECT COALESCE(was.type, st.action_type) AS action_type,
                    COALESCE(was.mode, st.mode) = ANY(%(automatic)s) AS automatic,
                    CASE WHEN was.type IS NOT NULL THEN o.undone_on END AS undone_on,
                    CASE WHEN u.contact_on IS NULL OR o.date_user_on >= u.contact_on
                        THEN o.date_user END AS date_user
                FROM (SELECT CASE WHEN o.undone_on IS NOT NULL THEN st.undone_type END AS type,
                    CASE WHEN o.undone_on IS NOT NULL AND st.undone_type IS NOT NULL
                        THEN st.undone_mode END AS mode) was
            ) kind
            CROSS JOIN LATERAL (SELECT
                CASE WHEN l.level >= u.last_delay THEN l.level_day + u.repeat_days
                    ELSE l.due + st.delay END AS base,
                CASE WHEN l.level < u.last_delay AND l.level >= 0 AND st.delay >= 0
                    THEN l.level_day + st.delay - counted.level END AS spacing,
                CASE WHEN kind.action_type = ANY(%(contact)s)
                    THEN u.contact_day + cal.contact_interval END AS contact,
                CASE WHEN kind.automatic THEN u.booked_on + cal.payment_grace END AS grace,
                CASE WHEN kind.automatic THEN l.resolved_on + cal.dispute_grace END AS settled,
                kind.undone_on AS undone,
                COALESCE(l.level >= u.last_delay, FALSE) AS repeated
            ) floors
            CROSS JOIN LATERAL (
                SELECT GREATEST(base, spacing, contact, grace, settled, undone, u.not_before)
                    AS plain
            ) floor
        ),
        moved AS (
            SELECT d.*, %(opened_raw)s AS date, %(opened_plain)s AS plain_date
            FROM dated d JOIN calendar cal ON cal.company_id = d.company_id
        ),
        step AS MATERIALIZED (
            SELECT DISTINCT ON (unit_id) unit_id, step_id, delay, action_type, automatic, date,
                GREATEST(today, plain_date) AS cut,
                CASE WHEN own THEN CASE WHEN raw = grace THEN 'grace'
                        WHEN raw = settled THEN 'dispute'
                        WHEN raw = undone THEN 'undone' ELSE 'user' END
                    WHEN raw = base THEN CASE WHEN repeated THEN 'repeat' ELSE 'due' END
                    WHEN raw = spacing THEN 'spacing'
                    WHEN raw = contact THEN 'interval'
                    WHEN raw = grace THEN 'grace'
                    WHEN raw = settled THEN 'dispute'
                    WHEN raw = undone THEN 'undone'
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
        undone_type=UNDONE_TYPE,
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
        """ahead AS (
            -- Not due today, but when the action is: few, and known only with its date.
            SELECT i.unit_id, i.currency_id, SUM(%(chased)s) AS net,
                SUM(%(chased_booked)s) AS booked
            FROM item i JOIN step s ON s.unit_id = i.unit_id
            WHERE i.eligible AND i.late < 0 AND (s.delay < 0 OR i.due <= s.cut)
            GROUP BY i.unit_id, i.currency_id
        ),
        currency AS (
            SELECT t.unit_id, t.currency_id, SUM(%(due_net)s) AS due_net,
                SUM(%(due_booked)s) AS due_booked, SUM(t.credit) AS credit,
                SUM(t.unallocated) AS booked_credit, SUM(t.gross) AS gross
            FROM total t GROUP BY t.unit_id, t.currency_id
        ),
        money AS MATERIALIZED (
            SELECT c.unit_id,
                COALESCE(SUM(c.due_booked + COALESCE(ahead.booked, 0))
                    FILTER (WHERE c.due_net + COALESCE(ahead.net, 0) > 0), 0) AS amount,
                BOOL_OR(c.due_net + COALESCE(ahead.net, 0) > 0) AS owed,
                BOOL_OR(c.currency_id = l.currency_id AND c.credit > 0
                    AND (c.credit >= l.residual OR (c.gross > 0 AND 2 * c.credit >= c.gross))
                ) AS covered,
                ROUND(SUM(c.booked_credit) * 100)::bigint::text AS allocate_key
            FROM currency c
            JOIN leader l ON l.unit_id = c.unit_id
            LEFT JOIN ahead ON ahead.unit_id = c.unit_id AND ahead.currency_id = c.currency_id
            GROUP BY c.unit_id
        )""",
        chased=CHASED,
        chased_booked=CHASED_BOOKED,
        due_net=SQL(DUE_NET),
        due_booked=SQL(DUE_BOOKED),
    )


@functools.cache
def recipients():
    """CTE ``recipient``: to whom the next action of a unit goes."""
    return SQL(
        """asked AS (
            SELECT u.unit_id, u.partner_id, s.action_type
            FROM unit u
            JOIN step s ON s.unit_id = u.unit_id AND s.action_type = ANY(%(contact)s)
        ),
        %(recipients)s""",
        contact=list(CONTACT_TYPES),
        recipients=recipient_sql.recipients(),
    )
