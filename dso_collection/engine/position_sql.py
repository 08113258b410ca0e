"""The statement that writes the positions: verdicts on the plans, and what of it has changed."""

import functools

from odoo.tools import SQL

from . import coverage_sql
from .item_sql import FIGURES

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
