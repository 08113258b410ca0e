"""What a company has before its collection starts, and what is decided then (docs/start.md)."""

from odoo.tools import SQL

from ..const import START_AGE_DAYS
from .item_sql import CHASED, CHASED_BOOKED

#: Days that the leader of ``pos`` is overdue, that is the item that decides on the next step. An
#: account on hold has none; there the oldest item counts, or it would come back with old items
#: of which nobody had decided.
DAYS_OVERDUE = SQL(
    "cal.today - COALESCE(pos.leader_due,"
    " CASE WHEN pos.reason = 'hold' THEN pos.oldest_due_date END)"
)

#: Which of :data:`const.START_AGES` the days of ``age`` are.
AGE = SQL(
    "CASE %s WHEN age.days IS NOT NULL THEN 'older' END",
    SQL(" ").join(
        SQL("WHEN age.days <= %s THEN %s", days, age) for age, days in START_AGE_DAYS.items()
    ),
)

#: Whether nobody has decided on customer account ``c``, nor did anything for it: what is collected
#: already is not asked about again.
UNDECIDED = SQL(
    """c.start_decision IS NULL AND NOT EXISTS (SELECT FROM dso_action done
        WHERE done.customer_id IN (c.id, c.group_account_id) AND done.state = 'done'
            AND done.origin = 'scenario')"""
)


def figures(ctes, company_id):
    """Rows of what may be chased in a company, of customer accounts that nobody has decided on.

    :param list ctes: the CTEs of :func:`item_sql.items`
    :return: SQL of ``(age, currency, step, reason, customer accounts, items, amount, booked
        amount)``; by age alone, currency is empty; then by all of them
    """
    return SQL(
        """WITH %(ctes)s
        SELECT %(age)s AS start_age, i.currency_id, pos.plan_step_id, pos.reason,
            COUNT(DISTINCT i.account_id), COUNT(*), SUM(%(chased)s), SUM(%(chased_booked)s)
        FROM item i
        JOIN dso_customer c ON c.id = i.account_id AND c.company_id = %(company_id)s
        JOIN dso_customer u ON u.id = i.unit_id
        JOIN dso_position pos ON pos.id = u.position_id
        JOIN calendar cal ON cal.company_id = c.company_id
        CROSS JOIN LATERAL (SELECT %(days)s AS days) age
        WHERE i.eligible AND %(undecided)s AND age.days IS NOT NULL
        GROUP BY GROUPING SETS (
            (start_age), (start_age, i.currency_id, pos.plan_step_id, pos.reason)
        )""",
        ctes=SQL(",\n").join(ctes),
        company_id=company_id,
        age=AGE,
        days=DAYS_OVERDUE,
        undecided=UNDECIDED,
        chased=CHASED,
        chased_booked=CHASED_BOOKED,
    )


def decide(company_id, today, decisions, uid, now):
    """Write what is decided on the customer accounts of a company by the age of their leader.

    Members of a group get the decision of their group account: they have its leader.

    :param date today: day in the time zone of the company
    :param dict decisions: age → decision
    :return: SQL that returns ``(age, customer accounts, overdue amount)``
    """
    return SQL(
        """WITH decided AS (
            UPDATE dso_customer target SET start_decision = plan.decision,
                write_uid = %(uid)s, write_date = %(now)s
            FROM (
                SELECT c.id, own.overdue, %(age)s AS age, %(decisions)s::jsonb ->> (%(age)s)
                    AS decision
                FROM dso_customer c
                JOIN dso_position own ON own.id = c.position_id
                JOIN dso_customer u ON u.id = COALESCE(c.group_account_id, c.id)
                JOIN dso_position pos ON pos.id = u.position_id
                CROSS JOIN (SELECT %(today)s::date AS today) cal
                CROSS JOIN LATERAL (SELECT %(days)s AS days) age
                WHERE c.company_id = %(company_id)s AND %(undecided)s
            ) plan
            WHERE target.id = plan.id AND plan.decision IS NOT NULL
            RETURNING plan.age, plan.overdue
        )
        SELECT age, COUNT(*), COALESCE(SUM(overdue), 0) FROM decided GROUP BY age""",
        company_id=company_id,
        today=today,
        decisions=_to_json(decisions),
        age=AGE,
        days=DAYS_OVERDUE,
        undecided=UNDECIDED,
        uid=uid,
        now=now,
    )


def _to_json(decisions):
    return SQL(
        "jsonb_build_object(%s)",
        SQL(", ").join(SQL("%s::text, %s::text", *pair) for pair in decisions.items()),
    )
