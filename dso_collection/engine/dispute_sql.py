"""What the books suggest about disputes; people decide (spec 8.3)."""

from odoo.tools import SQL

from .exclusion_sql import account_of, speaks_of
from .scope_sql import TRADE_RECEIVABLES, due_of


def proposals(ids=None):
    """Rows (id of the dispute, kind of proposal, id of a credit note) of disputes on which the
    books have moved on.

    * ``credit_note``: open, and a credit note on a disputed invoice, or allocated to it, has been
      posted since; the latest one counts
    * ``cleared``: open, and nothing is open any more on its items
    * ``reopen``: resolved by a credit note that is posted no longer

    :param ids: ids of disputes; default: all
    """
    return SQL(
        """SELECT * FROM (
            SELECT d.id, CASE WHEN d.state = 'resolved' THEN 'reopen'
                WHEN note.id IS NOT NULL THEN 'credit_note'
                WHEN NOT %(is_open)s THEN 'cleared' END AS proposal, note.id AS note_id
            FROM dso_dispute d
            LEFT JOIN account_move settled ON settled.id = d.credit_note_id
            LEFT JOIN LATERAL (%(credit_notes)s) note ON d.state = 'open'
            WHERE (d.state = 'open' OR (d.state = 'resolved' AND d.outcome = 'credit_note'
                AND settled.state IS DISTINCT FROM 'posted')) AND %(chosen)s
        ) found WHERE proposal IS NOT NULL""",
        is_open=_has_open_item(),
        credit_notes=_credit_notes(),
        chosen=SQL("TRUE") if ids is None else SQL("d.id = ANY(%s)", list(ids)),
    )


def _has_open_item():
    """Condition on alias ``d``: an item of the dispute is open."""
    return SQL(
        """EXISTS (SELECT FROM dso_dispute_item x
            JOIN account_move_line l ON l.move_id = x.move_id
            WHERE x.dispute_id = d.id AND l.parent_state = 'posted'
                AND l.account_id = ANY(%s) AND l.partner_id IS NOT NULL
                AND l.reconciled IS NOT TRUE AND l.amount_residual_currency > 0 AND %s)""",
        TRADE_RECEIVABLES,
        speaks_of(SQL("d.customer_id"), account_of('d'), due_of('l')),
    )


def _credit_notes():
    """The latest credit note that was made for an invoice of dispute ``d`` since it was opened."""
    return SQL(
        """SELECT m.id FROM dso_dispute_item i
        JOIN account_move m ON m.move_type = 'out_refund' AND m.state = 'posted' AND (
            (m.reversed_entry_id = i.move_id
                AND (m.create_date >= d.opened_on OR m.date >= d.opened_on::date))
            OR m.id IN (
                SELECT credit.move_id FROM account_move_line debit
                JOIN account_partial_reconcile pr ON pr.debit_move_id = debit.id
                JOIN account_move_line credit ON credit.id = pr.credit_move_id
                WHERE debit.move_id = i.move_id AND pr.create_date >= d.opened_on))
        WHERE i.dispute_id = d.id ORDER BY m.id DESC LIMIT 1"""
    )
