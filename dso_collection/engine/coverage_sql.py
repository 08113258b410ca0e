"""What becomes of every overdue amount, and the proof that none is forgotten (spec 3.18).

docs/belts.md gives the rules. The state of an account is written with its position; the proof adds
the ledger up by itself, from the journal items, without any statement of the planner.
"""

import functools

from odoo.tools import SQL

from ..const import COVERAGE_OF_REASON, COVERAGE_STATES
from .exclusion_sql import OPEN_SPECIFIC, PAUSING, is_cleared


@functools.cache
def engaged():
    """CTE ``engaged``: what people have under way for the accounts of a unit, beside its scenario.

    What stands on the agenda (``planned``) goes before what only keeps items out (``held``).
    """
    return SQL(
        """engaged AS (
            SELECT unit_id, MAX(state) AS state FROM (
                SELECT a.unit_id, 'planned' AS state FROM account a
                JOIN dso_action o ON o.customer_id = a.id
                WHERE %(specific)s AND (o.state = 'sending' OR o.date_planned IS NULL
                    OR o.date_planned > a.today OR NOT (%(cleared)s))
                UNION ALL
                SELECT a.unit_id, 'held' FROM account a
                JOIN dso_dispute o ON o.customer_id = a.id WHERE o.state = 'open'
                UNION ALL
                SELECT a.unit_id, 'held' FROM account a
                JOIN dso_promise o ON o.customer_id = a.id
                WHERE %(pausing)s AND EXISTS (SELECT FROM dso_promise_item x
                    WHERE x.promise_id = o.id AND x.move_id IS NOT NULL)
            ) found GROUP BY unit_id
        )""",
        specific=SQL(OPEN_SPECIFIC),
        cleared=is_cleared('o'),  # those fall away in the same plan
        pausing=SQL(PAUSING),
    )


@functools.cache
def coverage():
    """State of completeness of a unit ``v`` of CTE ``verdict``, whatever it has overdue."""
    cases = SQL(" ").join(
        SQL("WHEN %s THEN %s", reason, state) for reason, state in COVERAGE_OF_REASON.items()
    )
    return SQL(
        """CASE WHEN v.reason = 'hold' THEN 'held'
            WHEN engaged.state = 'planned' THEN 'planned'
            WHEN v.plan_held IS NOT NULL THEN 'held'
            WHEN v.reason = 'not_eligible' AND engaged.state IS NOT NULL THEN engaged.state
            ELSE CASE v.reason %s ELSE 'to_decide' END END""",
        cases,
    )


def proof(company_days):
    """Overdue amounts by state and by the ledger, one row per root company.

    Accounts with something still to be planned (a mark) are left out on both sides: they are
    planned in a moment, and proved the next time.

    :param list company_days: tuples (id of a root company, day for which it was planned)
    :return: SQL of ``(company id, amount and number of accounts of each state, amount of the
        ledger, amount of items without a customer, ids of accounts that do not add up)``
    """
    states = [state for state, _label in COVERAGE_STATES]
    sums = SQL(", ").join(
        SQL(
            "COALESCE(SUM(told.overdue) FILTER (WHERE told.state = %(state)s), 0),"
            " COUNT(*) FILTER (WHERE told.state = %(state)s)",
            state=state,
        )
        for state in states
    )
    return SQL(
        """WITH asked(company_id, day) AS (VALUES %(asked)s),
        item AS MATERIALIZED (%(items)s),
        owed AS (
            SELECT company_id, partner_id, SUM(amount) AS amount FROM item
            WHERE partner_id IS NOT NULL GROUP BY company_id, partner_id
        ),
        told AS (
            SELECT c.id, asked.company_id, c.partner_id, p.overdue, p.coverage_state AS state
            FROM asked
            JOIN dso_customer c ON c.company_id = asked.company_id
            JOIN dso_position p ON p.id = c.position_id
            WHERE p.overdue <> 0 OR p.coverage_state IS NOT NULL
        ),
        compared AS (
            SELECT COALESCE(told.company_id, owed.company_id) AS company_id, told.id,
                told.overdue, told.state, COALESCE(owed.amount, 0) AS owed,
                COALESCE(told.overdue, 0) <> COALESCE(owed.amount, 0)
                    OR told.state IS NULL AND owed.amount <> 0 AS is_wrong
            FROM told FULL JOIN owed
                ON owed.company_id = told.company_id AND owed.partner_id = told.partner_id
            WHERE NOT EXISTS (SELECT FROM dso_plan_mark mark
                WHERE mark.company_id = COALESCE(told.company_id, owed.company_id)
                AND COALESCE(mark.partner_id, 0) IN (0, told.partner_id, owed.partner_id))
        )
        SELECT asked.company_id, %(sums)s, COALESCE(SUM(told.owed), 0),
            (SELECT COALESCE(SUM(amount), 0) FROM item
                WHERE item.company_id = asked.company_id AND item.partner_id IS NULL),
            COUNT(*) FILTER (WHERE told.is_wrong),
            (ARRAY_AGG(told.id) FILTER (WHERE told.is_wrong AND told.id IS NOT NULL))[:100]
        FROM asked LEFT JOIN compared told ON told.company_id = asked.company_id
        GROUP BY asked.company_id""",
        asked=SQL(", ").join(SQL("(%s, %s::date)", *row) for row in company_days),
        items=_overdue_items(),
        sums=sums,
    )


def _overdue_items():
    """Overdue debit items of the ledger by root company and commercial partner."""
    return SQL(
        """SELECT asked.company_id, p.commercial_partner_id AS partner_id,
            l.amount_residual AS amount
        FROM asked
        JOIN res_company own ON split_part(own.parent_path, '/', 1)::int = asked.company_id
        JOIN account_move_line l ON l.company_id = own.id
        JOIN account_move m ON m.id = l.move_id
        JOIN account_account acc ON acc.id = l.account_id
        LEFT JOIN res_partner p ON p.id = l.partner_id
        WHERE l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
            AND acc.account_type = 'asset_receivable' AND acc.non_trade IS NOT TRUE
            AND l.amount_residual_currency > 0
            AND COALESCE(l.date_maturity, m.invoice_date_due, l.date) < asked.day"""
    )
