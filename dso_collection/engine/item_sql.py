"""The open items of customer accounts and what they add up to; docs/engine.md, 1, gives the rules.

Plans, statements, late charges and the figures of the start all begin with these common table
expressions.
"""

import functools

from odoo.tools import SQL

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
