"""Promises to pay with their items, and the payments of which they may take, as the books are now.

Amounts are returned as texts, for exact calculation in :mod:`promise`.
"""

from odoo.tools import SQL

from .exclusion_sql import account_of, speaks_of
from .scope_sql import OPEN_ITEM_TABLES, TRADE_RECEIVABLES, due_of


def promises(scope):
    """Rows of the promises of a scope, with what is recorded about them.

    The item of the books behind a copy on a promise is found as by the scenario
    (:func:`exclusion_sql.speaks_of`); one that has left the books owes nothing.

    :param SQL scope: see ``engine/scope_sql.py``
    :return: rows for :func:`promise.record_of_row`
    """
    return SQL(
        """SELECT o.customer_id, o.currency_id, o.company_id, o.plan_id,
            o.state, COALESCE(o.amount_paid, 0)::text, o.settled_on, COALESCE(o.lapsed, FALSE),
            o.id, timezone(COALESCE(rc.dso_tz, 'UTC'), timezone('UTC', o.taken_on))::date, o.date,
            o.amount::text, COALESCE(o.grace_days, 0), COALESCE(o.tolerance, 0)::text, copy.items,
            COALESCE(o.amount_cleared, 0)::text, o.cancelled_on
        FROM (%(scope)s) s
        JOIN dso_promise o ON o.customer_id = s.id
        JOIN res_company rc ON rc.id = o.company_id
        CROSS JOIN LATERAL (
            SELECT json_agg(json_build_array(
                COALESCE(item.id, -x.id), COALESCE(x.amount_cleared, 0)::text,
                COALESCE(item.amount_currency, 0)::text
            )) AS items
            FROM (
                SELECT i.*, o.customer_id FROM dso_promise_item i WHERE i.promise_id = o.id
            ) x
            LEFT JOIN LATERAL (
                SELECT l.id, l.amount_currency
                FROM account_move_line l
                JOIN res_partner p ON p.id = l.partner_id
                JOIN dso_customer c ON c.partner_id = p.commercial_partner_id
                    AND c.company_id = o.company_id
                WHERE l.move_id = x.move_id AND l.parent_state = 'posted'
                    AND l.account_id = ANY(%(receivables)s) AND l.amount_currency > 0
                    AND %(speaks)s
                ORDER BY (l.id = x.line_id) IS NOT TRUE, l.id
                LIMIT 1
            ) item ON TRUE
        ) copy""",
        scope=scope,
        receivables=TRADE_RECEIVABLES,
        speaks=speaks_of(SQL("x.customer_id"), SQL("c.id"), due_of('l')),
    )


def payments(line_ids, since):
    """Rows ``(id, customer account, currency, day, journal item, amount)`` of what cleared items.

    Paying back a customer, or reversing a payment, clears no debt: debits of banks are left out.

    :param line_ids: journal items of which every payment is asked for, without customer account
    :param dict since: customer account → day since which all of its payments are asked for
    """
    of_lines = SQL(
        """SELECT pr.id, NULL::int, l.currency_id, pr.max_date, l.id, pr.debit_amount_currency::text
        FROM account_partial_reconcile pr JOIN account_move_line l ON l.id = pr.debit_move_id
        WHERE pr.debit_move_id = ANY(%s) AND pr.debit_amount_currency <> 0""",
        list(line_ids),
    )
    if not since:
        return of_lines
    of_accounts = SQL(
        """SELECT pr.id, c.id, l.currency_id, pr.max_date, l.id, pr.debit_amount_currency::text
        FROM unnest(%(ids)s::int[], %(days)s::date[]) AS since(id, day)
        JOIN dso_customer c ON c.id = since.id
        JOIN (%(tables)s) ON p.commercial_partner_id = c.partner_id
            AND company.root_id = c.company_id
        JOIN account_journal j ON j.id = l.journal_id AND j.type NOT IN ('bank', 'cash', 'credit')
        JOIN account_partial_reconcile pr ON pr.debit_move_id = l.id
        WHERE pr.max_date >= since.day AND pr.debit_amount_currency <> 0
            AND l.parent_state = 'posted' AND l.account_id = ANY(%(receivables)s)""",
        ids=list(since),
        days=list(since.values()),
        tables=OPEN_ITEM_TABLES,
        receivables=TRADE_RECEIVABLES,
    )
    return SQL("%s UNION ALL %s", of_lines, of_accounts)


def raising(action_ids):
    """Rows (id of the action, promised day) of the broken promises for which a step is left out.

    They are those that the planner sees behind the leader (:func:`exclusion_sql.broken_on`), as
    long as no step was done for it since.
    """
    return SQL(
        """SELECT DISTINCT ON (a.id) a.id, o.date
        FROM dso_action a
        JOIN account_move_line l ON l.id = a.leader_line_id
        JOIN dso_promise o ON o.customer_id = %(account)s AND o.state = 'broken'
        WHERE a.id = ANY(%(ids)s)
            AND (
                EXISTS (SELECT FROM dso_promise_item x WHERE x.promise_id = o.id
                    AND x.move_id = a.leader_move_id AND x.due_date = a.leader_due)
                OR (o.date >= a.leader_due
                    AND NOT EXISTS (SELECT FROM dso_promise_item x WHERE x.promise_id = o.id))
            )
            AND NOT EXISTS (
                SELECT FROM dso_action_item x
                JOIN dso_action d ON d.id = x.action_id
                WHERE x.move_id = a.leader_move_id AND x.due_date = a.leader_due
                    AND d.state = 'done' AND d.origin = 'scenario' AND d.day_done >= o.settled_on
            )
        ORDER BY a.id, o.settled_on DESC""",
        account=account_of('a'),
        ids=list(action_ids),
    )
