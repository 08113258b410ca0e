"""The late items of customer accounts, with what reduced them and what was charged."""

from odoo.tools import SQL


def late_items(ctes, charged_states):
    """Rows of the overdue items that may be chased; amounts as texts, for exact calculation.

    A payment counts from the day on which it was booked, a credit note as never owed. Debit notes
    for late payment bear no interest themselves, nor does what is disputed in part: which part was
    owed in time is open.

    :param list ctes: CTEs that end with ``item``, see :func:`item_sql.items`
    :param charged_states: states of the debit notes whose charges count
    :return: rows for :func:`late.item_of_row`
    """
    return SQL(
        """WITH %(ctes)s
        SELECT i.account_id, i.unit_id, i.id, i.move_id, m.name,
            m.move_type IN ('out_invoice', 'out_receipt'), i.due, i.today, i.currency_id,
            cur.rounding::text, i.residual::text, l.amount_currency::text, l.balance::text,
            charged.until, COALESCE(charged.compensated, FALSE), cut.reductions
        FROM item i
        JOIN account a ON a.id = i.account_id
        JOIN account_move m ON m.id = i.move_id
        JOIN account_move_line l ON l.id = i.id
        JOIN res_currency cur ON cur.id = i.currency_id
        CROSS JOIN LATERAL (
            SELECT json_agg(json_build_array(
                CASE WHEN cm.move_type <> 'out_refund' THEN c.date END,
                pr.debit_amount_currency::text)) AS reductions
            FROM account_partial_reconcile pr
            JOIN account_move_line c ON c.id = pr.credit_move_id
            JOIN account_move cm ON cm.id = c.move_id
            WHERE pr.debit_move_id = i.id AND pr.debit_amount_currency <> 0
        ) cut
        CROSS JOIN LATERAL (
            SELECT MAX(ch.date_to) AS until, BOOL_OR(ch.kind = 'compensation') AS compensated
            FROM dso_late_charge ch
            JOIN account_move note ON note.id = ch.invoice_id AND note.state = ANY(%(states)s)
            JOIN res_partner p ON p.id = ch.partner_id
            WHERE ch.move_id = i.move_id AND p.commercial_partner_id = a.partner_id
        ) charged
        WHERE i.eligible AND i.disputed IS NULL AND i.due < i.today AND l.amount_currency > 0
            AND NOT EXISTS (SELECT FROM dso_late_charge own WHERE own.invoice_id = i.move_id)
        ORDER BY i.due, i.id""",
        ctes=SQL(",\n").join(ctes),
        states=list(charged_states),
    )
