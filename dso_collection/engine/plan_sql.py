"""The statement that writes the positions; docs/engine.md gives the rules.

Every function returns one :class:`odoo.tools.SQL`: common table expressions that build on each
other, and :func:`update_positions` that writes what changed. The day is always a parameter; no
statement reads the clock of the database.
"""

import functools

from odoo.tools import SQL

from ..const import AUTOMATIC_MODES, CONTACT_TYPES, OPEN_STATES, PRE_DUE_NOTICE_DAYS
from . import coverage_sql, exclusion_sql, recipient_sql
from .scope_sql import OPEN_ITEM_TABLES, TRADE_RECEIVABLES, are_open_items, due_of

#: Payment states of documents that nobody may chase (spec 3.1).
CLOSED_PAYMENT_STATES = ('blocked', 'in_payment', 'paid', 'reversed', 'invoicing_legacy')

#: Sums of open items, made once per customer account and currency: all else adds these up. Sums
#: are what a plan of everybody spends its time on, so no item is added to more of them than needed:
#: what is left out is subtracted, being little. ``late`` counts the days since the due date, of
#: debit items alone.
SUMS = {
    'not_due': "SUM(i.booked) FILTER (WHERE i.late <= 0)",
    'bucket_30': "SUM(i.booked) FILTER (WHERE i.late BETWEEN 1 AND 30)",
    'bucket_60': "SUM(i.booked) FILTER (WHERE i.late BETWEEN 31 AND 60)",
    'bucket_90': "SUM(i.booked) FILTER (WHERE i.late BETWEEN 61 AND 90)",
    'bucket_older': "SUM(i.booked) FILTER (WHERE i.late > 90)",
    'unallocated': "-SUM(i.booked) FILTER (WHERE i.residual < 0)",
    'difference': "SUM(i.booked) FILTER (WHERE i.residual = 0)",
    'today_booked': "SUM(i.booked) FILTER (WHERE i.late = 0)",
    'left_out_overdue': "SUM(i.booked) FILTER (WHERE NOT i.eligible AND i.late > 0)",
    'left_out_booked': "SUM(i.booked) FILTER (WHERE NOT i.eligible AND i.late >= 0)",
    # In the currency of the items
    'gross': "SUM(i.residual) FILTER (WHERE i.late > 0)",
    'credit': "-SUM(i.residual) FILTER (WHERE i.residual < 0)",
    'today': "SUM(i.residual) FILTER (WHERE i.late = 0)",
    'left_out': "SUM(i.residual) FILTER (WHERE NOT i.eligible AND i.late >= 0)",
}

#: Sums in which the disputed part of an item that may be chased is left out, where companies chase
#: the undisputed rest.
PARTIAL_SUMS = {
    'left_out_overdue': "SUM(CASE WHEN i.eligible THEN i.disputed_booked ELSE i.booked END)"
    " FILTER (WHERE i.late > 0)",
    'left_out_booked': "SUM(CASE WHEN i.eligible THEN i.disputed_booked ELSE i.booked END)"
    " FILTER (WHERE i.late >= 0)",
    'left_out': "SUM(CASE WHEN i.eligible THEN i.disputed ELSE i.residual END)"
    " FILTER (WHERE i.late >= 0)",
}

#: What is chased of an item: without its disputed part.
CHASED = SQL("(i.residual - COALESCE(i.disputed, 0))")
CHASED_BOOKED = SQL("(i.booked - COALESCE(i.disputed_booked, 0))")

#: What a step ``st`` becomes when it is not done in time; nothing as a rule.
UNDONE_TYPE = SQL(
    "CASE WHEN st.undone_rule = 'become' AND st.mode = 'manual' THEN st.undone_type END"
)

#: What the sums of a customer account and currency tell together.
OVERDUE = "t.bucket_30 + t.bucket_60 + t.bucket_90 + t.bucket_older"
DUE_NET = "t.gross + t.today - t.left_out - t.credit"
DUE_BOOKED = f"{OVERDUE} + t.today_booked - t.left_out_booked - t.unallocated"

#: Figures of a position with the SQL that computes each from the sums of its customer account.
FIGURES = {
    'balance': f"SUM({OVERDUE} + t.not_due - t.unallocated + t.difference)",
    'overdue': f"SUM({OVERDUE})",
    'not_due': "SUM(t.not_due)",
    'bucket_30': "SUM(t.bucket_30)",
    'bucket_60': "SUM(t.bucket_60)",
    'bucket_90': "SUM(t.bucket_90)",
    'bucket_older': "SUM(t.bucket_older)",
    'unallocated': "SUM(t.unallocated)",
    'eligible_overdue': f"SUM({OVERDUE} - t.left_out_overdue)",
    'open_item_count': "SUM(t.open_item_count)::int",
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


def items(scope, calendars, *, ignore_small, exclusion, receivables=None):
    """CTEs ``account`` and ``item``: customer accounts and their open items.

    :param bool ignore_small: whether any company ignores small documents; the window function
        that adds up documents is paid for only then
    :param exclusion_sql.Exclusion exclusion: what takes items out of the scenario
    :param list receivables: ids of the trade receivable accounts, given when the scope is large
    """
    total = SQL("SUM(l.amount_residual) OVER (PARTITION BY l.move_id, a.id)")
    small = (
        SQL("a.ignore_below > 0 AND %s < a.ignore_below", total) if ignore_small else SQL("FALSE")
    )
    return SQL(
        """scope AS MATERIALIZED (%(scope)s),
        calendar AS MATERIALIZED (SELECT * FROM %(calendars)s),
        %(exclusions)s
        account AS MATERIALIZED (
            SELECT c.id, c.position_id, c.partner_id, c.company_id, s.unit_id, c.scenario_id,
                c.not_before, c.hold_reason, c.hold_until, c.start_decision, cal.today, cal.tz,
                cal.ignore_below, cal.dispute_partial, cal.digits,
                own.on_hold, own.on_hold OR led.on_hold AS kept_back
            FROM scope s
            JOIN dso_customer c ON c.id = s.id
            JOIN dso_customer u ON u.id = s.unit_id
            JOIN calendar cal ON cal.company_id = c.company_id
            CROSS JOIN LATERAL (%(own_hold)s) own
            CROSS JOIN LATERAL (%(led_hold)s) led
        ),
        item AS MATERIALIZED (
            SELECT l.id, a.id AS account_id, a.unit_id, a.today, l.move_id, l.currency_id,
                l.amount_residual AS booked, l.amount_residual_currency AS residual,
                age.due, l.date AS posted, l.create_date,
                CASE WHEN l.amount_residual_currency > 0 THEN a.today - age.due END AS late,
                (l.amount_residual_currency > 0 AND l.no_followup IS NOT TRUE
                 AND NOT (%(closed)s) AND NOT a.kept_back
                 AND NOT (%(small)s) AND NOT (%(excluded)s) %(covered)s) AS eligible,
                %(disputed)s AS disputed, %(disputed_booked)s AS disputed_booked
            FROM %(open_items)s
            JOIN account a ON a.partner_id = p.commercial_partner_id
                AND a.company_id = company.root_id
            CROSS JOIN LATERAL (SELECT %(due)s AS due) age
            %(lateral)s
            WHERE %(where)s
        )""",
        scope=scope,
        calendars=calendars,
        due=due_of('l'),
        small=small,
        exclusions=exclusion.ctes,
        excluded=exclusion.condition,
        **_disputed(exclusion.disputed),
        closed=_closed(bulk=receivables is not None),
        open_items=OPEN_ITEM_TABLES,
        where=are_open_items(
            TRADE_RECEIVABLES if receivables is None else SQL("%s::int[]", receivables)
        ),
        own_hold=_on_hold('c'),
        led_hold=_on_hold('u'),
    )


def _disputed(amount):
    """Parts of the items about their disputed amounts, which make nothing slower without any.

    :param SQL amount: disputed amount of ``l``, where the rest may be chased
    """
    if amount is None:
        nothing = SQL("NULL::numeric")
        return {
            'lateral': SQL(),
            'covered': SQL(),
            'disputed': nothing,
            'disputed_booked': nothing,
        }
    return {
        # The OFFSET keeps it from being looked up for each of its uses.
        'lateral': SQL("CROSS JOIN LATERAL (SELECT %s AS amount OFFSET 0) disputed", amount),
        'covered': SQL("AND l.amount_residual_currency > COALESCE(disputed.amount, 0)"),
        'disputed': SQL("disputed.amount"),
        'disputed_booked': SQL(
            """l.amount_residual - ROUND(
                l.amount_residual * (l.amount_residual_currency - disputed.amount)
                / NULLIF(l.amount_residual_currency, 0), a.digits)"""
        ),
    }


def _closed(bulk):
    """Whether the document of ``l`` is in a payment state that nobody may chase.

    :param bool bulk: one pass over all documents, instead of a look at each
    """
    states = list(CLOSED_PAYMENT_STATES)
    if bulk:
        return SQL(
            "l.move_id = ANY(SELECT m.id FROM account_move m WHERE m.payment_state = ANY(%s))",
            states,
        )
    return SQL(
        "COALESCE((SELECT m.payment_state FROM account_move m WHERE m.id = l.move_id), '')"
        " = ANY(%s)",
        states,
    )


def _on_hold(alias):
    """Whether the dunning hold of a customer account is in force today (docs/engine.md, 1)."""
    return SQL(
        """SELECT (%(customer)s.hold_reason IS NOT NULL
            AND (%(customer)s.hold_from IS NULL OR %(customer)s.hold_from <= cal.today)
            AND (%(customer)s.hold_until IS NULL OR cal.today <= %(customer)s.hold_until)
        ) AS on_hold""",
        customer=SQL.identifier(alias),
    )


@functools.cache
def figures(partial=False):
    """CTEs ``total`` and ``figure``: sums per customer account and currency, and per account.

    :param bool partial: whether any company chases the undisputed rest of an item
    """
    return SQL(
        """total AS MATERIALIZED (
            SELECT i.account_id, i.unit_id, i.currency_id, %(sums)s,
                COUNT(*) FILTER (WHERE i.residual <> 0) AS open_item_count,
                MIN(i.due) FILTER (WHERE i.late IS NOT NULL) AS oldest_due_date,
                MIN(i.due) FILTER (WHERE i.eligible) AS first_due,
                MAX(i.create_date) FILTER (WHERE i.residual < 0) AS credited_on
            FROM item i GROUP BY i.account_id, i.unit_id, i.currency_id
        ),
        figure AS MATERIALIZED (
            SELECT t.account_id, MIN(t.oldest_due_date) AS oldest_due_date,
                MIN(t.first_due) AS first_due, MAX(t.credited_on) AS credited_on, %(figures)s
            FROM total t GROUP BY t.account_id
        )""",
        sums=_named({**SUMS, **PARTIAL_SUMS} if partial else SUMS, "COALESCE(%s, 0) AS %s"),
        figures=_named(FIGURES, "%s AS %s"),
    )


def _named(expressions, template):
    return SQL(", ").join(
        SQL(template, SQL(expression), SQL.identifier(name))
        for name, expression in expressions.items()
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


def verdicts(books_limit):
    """CTE ``verdict``: one row per unit with everything that its position stores.

    :param SQL books_limit: condition on alias ``cal`` that tells that the books are stale
    """
    return SQL(
        """judged AS (
            SELECT u.*, l.id AS leader_line_id, l.move_id AS leader_move_id, l.due AS leader_due,
                l.level AS leader_level, cal.hold_credits, cal.hold_unsent,
                cal.hold_books AND (%(books_limit)s) AS stale_books,
                s.step_id, s.date, s.rule, s.automatic, s.action_type, s.delay,
                money.amount, money.covered, money.allocate_key, ex.decide_key,
                r.text AS recipient, r.partner_id AS recipient_id, r.fault,
                CASE WHEN u.on_hold THEN 'hold'
                    WHEN u.debit IS NOT TRUE THEN 'clear'
                    WHEN u.start_decision = 'review' THEN 'review'
                    WHEN u.scenario_id IS NULL THEN 'no_scenario'
                    WHEN u.last_delay IS NULL THEN 'empty_scenario'
                    WHEN u.first_due IS NULL THEN 'not_eligible'
                    WHEN l.id IS NULL THEN 'decide'
                    WHEN s.step_id IS NULL THEN 'stopped'
                    WHEN money.owed IS NOT TRUE THEN 'covered'
                    WHEN money.amount < u.minimum_amount THEN 'below_minimum'
                    ELSE 'planned' END AS reason
            FROM unit u
            JOIN calendar cal ON cal.company_id = u.company_id
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
                    WHEN j.hold_unsent AND (
                        SELECT m.move_type = 'out_invoice' AND m.is_move_sent IS NOT TRUE
                        FROM account_move m WHERE m.id = j.leader_move_id
                    ) THEN 'unsent' END END AS plan_held,
                CASE WHEN planned THEN COALESCE(j.fault, CASE
                    WHEN b.customer_id IS NOT NULL THEN 'bounced' END) END AS plan_error,
                CASE WHEN planned THEN j.recipient END AS plan_recipient,
                CASE WHEN planned THEN j.recipient_id END AS plan_recipient_id,
                j.decide_key AS task_decide_key,
                CASE WHEN j.hold_credits AND j.covered THEN j.allocate_key
                    END AS task_allocate_key,
                j.hold_ended::text AS task_hold_end_key
            FROM judged j
            CROSS JOIN LATERAL (SELECT j.reason = 'planned' AS planned) flag
            LEFT JOIN (
                SELECT DISTINCT customer_id, step_id, leader_move_id, leader_due, recipient
                FROM dso_action WHERE delivery = 'bounced'
            ) b ON b.customer_id = j.unit_id AND b.step_id = j.step_id
                AND b.leader_move_id = j.leader_move_id AND b.leader_due = j.leader_due
                AND b.recipient = j.recipient
                AND j.action_type <> 'call'
        )""",
        books_limit=books_limit,
    )


def update_positions(ctes):
    """Write what changed on the positions, and nothing else.

    :param list ctes: the CTEs above, in order
    """
    return SQL(
        """WITH %(ctes)s,
        %(engaged)s,
        covered AS (
            SELECT v.*, %(coverage)s AS coverage FROM verdict v
            LEFT JOIN engaged ON engaged.unit_id = v.unit_id
        ),
        final AS (
            SELECT a.position_id, %(zeroes)s, figure.oldest_due_date,
                CASE WHEN figure.overdue <> 0 THEN v.coverage END AS coverage_state, %(plan)s
            FROM account a
            LEFT JOIN figure ON figure.account_id = a.id
            JOIN (
                SELECT a.id AS account_id, v.* FROM account a
                JOIN covered v ON v.unit_id = a.id
                UNION ALL
                SELECT a.id, %(grouped)s, CASE WHEN a.on_hold THEN 'held' ELSE v.coverage END
                FROM account a
                JOIN covered v ON v.unit_id = a.unit_id WHERE a.id <> a.unit_id
            ) v ON v.account_id = a.id
        )
        UPDATE dso_position pos SET (%(targets)s) = ROW(%(fresh)s)
        FROM final f
        WHERE pos.id = f.position_id AND (%(stored)s) IS DISTINCT FROM (%(fresh)s)""",
        ctes=SQL(",\n").join(ctes),
        engaged=coverage_sql.engaged(),
        coverage=coverage_sql.coverage(),
        **_position_columns(),
    )


@functools.cache
def _position_columns():
    """The lists of columns of :func:`update_positions`, made once."""
    columns = [*FIGURES, 'oldest_due_date', 'coverage_state', *PLAN_COLUMNS]

    def listed(template, names):
        return SQL(", ").join(SQL(template.replace('?', f'"{name}"')) for name in names)

    return {
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
