"""Statements that bring the actions to what the positions plan (docs/engine.md, 7 and 8)."""

from odoo.tools import SQL

from ..const import AUTOMATIC_MODES, RECIPIENT_ERRORS
from . import confirm_sql
from .exclusion_sql import is_cleared
from .item_sql import CHASED, CHASED_BOOKED
from .plan_sql import UNDONE_TYPE
from .position_sql import PLAN_COLUMNS
from .scope_sql import CUSTOMER_CODE

#: People touched it, or its messages exist: it cannot vanish without a trace.
TOUCHED = SQL(
    """(a.date_user IS NOT NULL OR a.confirmed_on IS NOT NULL OR COALESCE(a.note, '') <> ''
    OR a.edited_on IS NOT NULL OR a.given_to_id IS NOT NULL
    OR EXISTS (SELECT FROM dso_action_item ai WHERE ai.action_id = a.id)
    OR EXISTS (SELECT FROM dso_action_message msg WHERE msg.action_id = a.id))"""
)

#: Errors that the planner finds and clears; the others belong to the dispatch.
PLANNER_ERRORS = (*RECIPIENT_ERRORS, 'bounced')


def sync_actions(scope, calendars, uid, now):
    """Replace or update the open actions that no longer are what the positions plan."""
    return SQL(
        """WITH scope AS MATERIALIZED (%(scope)s),
        open AS MATERIALIZED (
            SELECT a.id, a.origin, pos.reason, pos.plan_step_id, pos.plan_date, pos.plan_rule,
                pos.plan_amount, pos.plan_held, pos.plan_error, pos.plan_recipient,
                pos.plan_recipient_id, pos.leader_line_id, c.scenario_id,
                given.given_to_id, COALESCE(given.given_to_id, c.collector_id) AS collector_id,
                c.regrouped_on IS NOT NULL AS regrouped, c.start_decision AS decision,
                kind.action_type, kind.mode, kind.former_type, st.name, st.delay, cal.today,
                cal.careful_until,
                CASE WHEN a.origin = 'scenario' THEN pos.plan_step_id = a.step_id
                    AND pos.leader_move_id = a.leader_move_id AND pos.leader_due = a.leader_due
                ELSE a.task_key = CASE a.task_kind WHEN 'decide' THEN pos.task_decide_key
                    WHEN 'allocate' THEN pos.task_allocate_key
                    WHEN 'hold_end' THEN pos.task_hold_end_key END
                END IS TRUE AS same,
                (a.step_delay < 0 AND a.leader_due <= cal.today
                 AND pos.leader_move_id = a.leader_move_id AND pos.leader_due = a.leader_due
                ) IS TRUE AS lapsed,
                CASE WHEN a.confirmed_on IS NULL THEN NULL
                    WHEN c.regrouped_on > a.confirmed_on THEN 'group'
                    WHEN pos.last_contact_on > a.confirmed_on THEN 'contact'
                    WHEN pos.plan_amount > a.confirmed_amount THEN 'amount'
                    WHEN pos.plan_recipient IS DISTINCT FROM a.recipient THEN 'recipient'
                    WHEN st.write_date > a.confirmed_on
                        OR GREATEST(mt.write_date, smt.write_date, lt.write_date)
                            > a.confirmed_on THEN 'text' END AS lapse
            FROM scope s
            JOIN dso_customer c ON c.id = s.id
            JOIN dso_position pos ON pos.id = c.position_id
            JOIN %(calendars)s ON cal.company_id = c.company_id
            JOIN dso_action a ON a.customer_id = c.id
            LEFT JOIN dso_scenario_step st ON st.id = pos.plan_step_id
            LEFT JOIN mail_template mt ON mt.id = st.mail_template_id
            LEFT JOIN sms_template smt ON smt.id = st.sms_template_id
            LEFT JOIN mail_template lt ON lt.id = st.letter_template_id
            CROSS JOIN LATERAL (SELECT CASE WHEN a.given_from_id IS NOT DISTINCT FROM c.collector_id
                THEN a.given_to_id END AS given_to_id) given
            CROSS JOIN LATERAL (
                SELECT COALESCE(undone.type, st.action_type) AS action_type,
                    CASE WHEN undone.type IS NULL THEN st.mode ELSE st.undone_mode END AS mode,
                    CASE WHEN undone.type IS NOT NULL THEN st.action_type END AS former_type
                FROM (SELECT CASE WHEN a.undone_on IS NOT NULL THEN %(undone_type)s END AS type
                ) undone
            ) kind
            WHERE a.origin IN ('scenario', 'control') AND a.state IN ('planned', 'error')
        ),
        obsolete AS MATERIALIZED (
            SELECT o.*, o.lapsed OR %(touched)s AS kept FROM open o JOIN dso_action a ON a.id = o.id
            WHERE NOT o.same
        ),
        chosen AS MATERIALIZED (
            SELECT a.id,
                CASE WHEN a.date_planned <= cal.today THEN %(is_cleared)s ELSE FALSE END AS cleared,
                %(chosen_reason)s AS new_confirm_reason
            FROM scope s
            JOIN dso_customer c ON c.id = s.id
            JOIN %(calendars)s ON cal.company_id = c.company_id
            JOIN dso_action a ON a.customer_id = c.id
            CROSS JOIN LATERAL (SELECT a.confirmed_on IS NOT NULL AS confirmed,
                %(lasting)s AS event, a.mode, a.date_planned AS plan_date, cal.today,
                cal.careful_until, FALSE AS regrouped, NULL AS decision
            ) wait
            WHERE a.origin = 'specific' AND a.state IN ('planned', 'error')
        ),
        settled AS (
            UPDATE dso_action a SET confirm_reason = x.new_confirm_reason,
                state = CASE WHEN x.cleared THEN 'cancelled' ELSE a.state END,
                reason_code = CASE WHEN x.cleared THEN 'cleared' ELSE a.reason_code END,
                write_uid = %(uid)s::int, write_date = %(now)s::timestamp
            FROM chosen x
            WHERE a.id = x.id
                AND (x.cleared OR a.confirm_reason IS DISTINCT FROM x.new_confirm_reason)
        ),
        vanished AS (
            DELETE FROM dso_action a USING obsolete o WHERE a.id = o.id AND NOT o.kept
        ),
        dropped AS (
            UPDATE dso_action a SET state = 'cancelled', write_uid = %(uid)s::int,
                write_date = %(now)s::timestamp,
                reason_code = CASE WHEN o.origin = 'control' THEN 'cause_gone'
                    WHEN o.lapsed THEN 'lapsed'
                    WHEN o.plan_step_id IS NOT NULL THEN 'replaced' ELSE o.reason END
            FROM obsolete o WHERE a.id = o.id AND o.kept
        ),
        fresh AS (
            SELECT o.*, a.state, a.error_code, a.error_on,
                a.confirmed_on IS NOT NULL AND o.lapse IS NULL AS confirmed,
                COALESCE(o.lapse, %(lasting)s) AS event,
                CASE WHEN o.plan_error IS NOT NULL THEN 'error'
                    WHEN a.error_code = ANY(%(planner_errors)s)
                        OR a.recipient IS DISTINCT FROM o.plan_recipient THEN 'planned'
                    ELSE a.state END AS new_state
            FROM open o JOIN dso_action a ON a.id = o.id
            WHERE o.same AND o.origin = 'scenario'
        ),
        changed AS (
            SELECT f.*,
                %(confirm_reason)s AS new_confirm_reason,
                CASE WHEN f.plan_error IS NOT NULL THEN f.plan_error
                    WHEN f.new_state = 'error' THEN f.error_code END AS new_error_code,
                CASE WHEN f.new_state <> 'error' THEN NULL
                    WHEN f.state = 'error' THEN f.error_on
                    ELSE %(now)s::timestamp END AS new_error_on
            FROM fresh f
        ),
        taken_over AS (
            UPDATE dso_action a SET collector_id = o.collector_id, given_to_id = o.given_to_id,
                write_uid = %(uid)s::int, write_date = %(now)s::timestamp
            FROM open o WHERE a.id = o.id AND o.same AND o.origin = 'control'
                AND (a.collector_id, a.given_to_id)
                IS DISTINCT FROM (o.collector_id, o.given_to_id)
        )
        UPDATE dso_action a SET date_planned = n.plan_date, date_rule = n.plan_rule,
            amount = n.plan_amount, held = n.plan_held, recipient = n.plan_recipient,
            recipient_id = n.plan_recipient_id, leader_line_id = n.leader_line_id,
            collector_id = n.collector_id, given_to_id = n.given_to_id,
            scenario_id = n.scenario_id, action_type = n.action_type, mode = n.mode,
            former_type = n.former_type, name = n.name, step_delay = n.delay, state = n.new_state,
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
             a.step_delay, a.state, a.error_code, a.confirm_reason, a.given_to_id,
             a.former_type)
            IS DISTINCT FROM
            (n.plan_date, n.plan_rule, n.plan_amount, n.plan_held, n.plan_recipient,
             n.plan_recipient_id, n.leader_line_id, n.collector_id, n.scenario_id, n.action_type,
             n.mode, n.name, n.delay, n.new_state, n.new_error_code, n.new_confirm_reason,
             n.given_to_id, n.former_type)
            OR n.lapse IS NOT NULL)""",
        scope=scope,
        calendars=calendars,
        uid=uid,
        now=now,
        touched=TOUCHED,
        is_cleared=is_cleared(),
        lasting=confirm_sql.lasting(SQL("a.confirm_reason")),
        confirm_reason=confirm_sql.confirm_reason('f'),
        chosen_reason=confirm_sql.confirm_reason('wait'),
        undone_type=UNDONE_TYPE,
        planner_errors=list(PLANNER_ERRORS),
    )


def insert_actions(scope, calendars, now):
    """Insert the scenario actions and control tasks that positions plan and nobody has yet.

    They are of no person's making: their author stays empty, as does the last one to change them.
    """
    return SQL(
        """WITH scope AS MATERIALIZED (%(scope)s),
        target AS (
            SELECT c.id AS customer_id, c.company_id, c.collector_id, c.scenario_id, c.not_before,
                c.regrouped_on, c.start_decision, %(plan)s, cal.today, cal.careful_until
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
            create_date, write_date)
        SELECT t.customer_id, t.company_id, t.collector_id, 'scenario', NULL, NULL,
            t.scenario_id, st.id, st.name, st.delay, st.action_type, st.mode,
            CASE WHEN t.plan_error IS NULL THEN 'planned' ELSE 'error' END, t.leader_line_id,
            t.leader_move_id, %(number)s, t.leader_due, t.plan_amount, t.plan_date, t.plan_rule,
            %(confirm_reason)s,
            t.plan_held, t.plan_recipient, t.plan_recipient_id, t.plan_error,
            CASE WHEN t.plan_error IS NOT NULL THEN %(now)s::timestamp END,
            %(now)s::timestamp, %(now)s::timestamp
        FROM target t
        JOIN dso_scenario_step st ON st.id = t.plan_step_id
        CROSS JOIN LATERAL (SELECT FALSE AS confirmed, st.mode, t.plan_date, t.today,
            t.careful_until, t.regrouped_on IS NOT NULL AS regrouped,
            t.start_decision AS decision,
            CASE WHEN t.not_before >= t.today AND st.mode = ANY(%(automatic)s)
                THEN 'moved' END AS event
        ) wait
        WHERE NOT EXISTS (SELECT FROM dso_action a WHERE a.customer_id = t.customer_id
            AND a.origin = 'scenario' AND a.state IN ('planned', 'sending', 'error'))
        UNION ALL
        SELECT t.customer_id, t.company_id, t.collector_id, 'control', task.kind, task.key,
            NULL, NULL, NULL, NULL, 'task', 'manual', 'planned', t.leader_line_id,
            t.leader_move_id, %(number)s, t.leader_due, t.plan_amount, t.today, NULL,
            NULL, NULL, NULL, NULL, NULL, NULL,
            %(now)s::timestamp, %(now)s::timestamp
        FROM target t
        CROSS JOIN LATERAL (VALUES ('decide', t.task_decide_key),
            ('allocate', t.task_allocate_key), ('hold_end', t.task_hold_end_key)
        ) AS task(kind, key)
        WHERE task.key IS NOT NULL
            AND NOT EXISTS (SELECT FROM dso_action a WHERE a.customer_id = t.customer_id
                AND a.origin = 'control' AND a.task_kind = task.kind AND a.state = 'planned')
            AND NOT EXISTS (SELECT FROM dso_action a WHERE a.customer_id = t.customer_id
                AND a.origin = 'control' AND a.task_kind = task.kind AND a.state = 'done'
                AND a.task_key = task.key)""",
        scope=scope,
        calendars=calendars,
        now=now,
        automatic=list(AUTOMATIC_MODES),
        confirm_reason=confirm_sql.confirm_reason('wait'),
        number=SQL("(SELECT m.name FROM account_move m WHERE m.id = t.leader_move_id)"),
        plan=SQL(", ").join(SQL("pos.%s", SQL.identifier(column)) for column in PLAN_COLUMNS),
    )


def snapshot_items(ctes, action_ids):
    """Copy the items that scenario actions list (docs/engine.md, 2)."""
    return SQL(
        """WITH %(ctes)s,
        listed AS (
            SELECT a.id AS action_id, a.step_delay, a.scenario_id, i.*,
                %(chased)s AS chased, %(chased_booked)s AS chased_booked,
                i.move_id = a.leader_move_id AND i.due = a.leader_due AS is_leader
            FROM dso_action a JOIN item i ON i.unit_id = a.customer_id
            WHERE a.id = ANY(%(action_ids)s) AND a.origin = 'scenario'
        )
        INSERT INTO dso_action_item (action_id, customer_id, line_id, move_id, number, due_date,
            currency_id, amount_original, amount_residual, amount_residual_company, customer_code,
            is_leader, offset_counted)
        SELECT t.action_id, t.account_id, t.id, t.move_id, m.name, t.due, t.currency_id,
            l.amount_currency, t.chased, t.chased_booked, %(code)s, t.is_leader,
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
        ctes=SQL(",\n").join(ctes),
        code=CUSTOMER_CODE,
        chased=CHASED,
        chased_booked=CHASED_BOOKED,
        action_ids=list(action_ids),
    )


def unlisted_items(ctes, action_ids):
    """Items on record of scenario actions that may not be chased any more, or for less."""
    return SQL(
        """WITH %(ctes)s
        SELECT x.id FROM dso_action_item x
        JOIN dso_action a ON a.id = x.action_id AND a.origin = 'scenario'
        LEFT JOIN item i ON i.id = x.line_id AND i.unit_id = a.customer_id AND i.eligible
        WHERE a.id = ANY(%(action_ids)s) AND %(chased)s >= x.amount_residual IS NOT TRUE""",
        ctes=SQL(",\n").join(ctes),
        chased=CHASED,
        action_ids=list(action_ids),
    )


def refresh_items(action_ids):
    """Bring the open amounts of the items that people have chosen up to date."""
    return SQL(
        """UPDATE dso_action_item x SET amount_residual = l.amount_residual_currency,
            amount_residual_company = l.amount_residual
        FROM account_move_line l
        WHERE x.action_id = ANY(%s) AND l.id = x.line_id AND l.move_id = x.move_id
            AND (x.amount_residual, x.amount_residual_company)
                IS DISTINCT FROM (l.amount_residual_currency, l.amount_residual)""",
        list(action_ids),
    )
