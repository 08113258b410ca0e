"""The items of a statement, read from the items that the planner sees."""

from odoo.tools import SQL

from .item_sql import CHASED
from .scope_sql import CUSTOMER_CODE


def statement_lines(ctes, is_whole=False):
    """Rows of the items that may be chased and of the unallocated credits.

    The instalments of a document are its items on the same account, paid or not.

    :param list ctes: CTEs that end with ``item``, see :func:`item_sql.items`
    :param bool is_whole: whether all open items are asked for, chased or not
    :return: rows in the order of the fields of :class:`statement.Line`
    """
    asked = SQL("CASE WHEN i.eligible THEN %s ELSE i.residual END", CHASED)
    return SQL(
        """WITH %(ctes)s
        SELECT i.unit_id, i.id, i.move_id, COALESCE(m.name, ''),
            COALESCE(m.invoice_date, m.date), i.due, i.currency_id,
            l.amount_currency, %(open)s, a.id, %(code)s, COALESCE(p.name, ''),
            CASE WHEN m.move_type = 'out_refund' THEN 'credit_note'
                WHEN j.type IN ('bank', 'cash', 'credit') THEN 'payment' ELSE '' END,
            part.number, part.total
        FROM item i
        JOIN account a ON a.id = i.account_id
        JOIN res_partner p ON p.id = a.partner_id
        JOIN account_move m ON m.id = i.move_id
        JOIN account_move_line l ON l.id = i.id
        JOIN account_journal j ON j.id = m.journal_id
        CROSS JOIN LATERAL (
            SELECT COUNT(*) FILTER (
                WHERE (COALESCE(t.date_maturity, t.date), t.id) <= (i.due, i.id)
            ) AS number, COUNT(*) AS total
            FROM account_move_line t
            WHERE t.move_id = i.move_id AND t.account_id = l.account_id
                AND t.display_type = 'payment_term'
        ) part
        WHERE %(listed)s
        ORDER BY i.due, i.id""",
        ctes=SQL(",\n").join(ctes),
        code=CUSTOMER_CODE,
        open=SQL("i.residual") if is_whole else asked,
        listed=SQL("i.residual <> 0") if is_whole else SQL("i.eligible OR i.residual < 0"),
    )
