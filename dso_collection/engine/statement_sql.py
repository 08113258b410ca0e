"""The items of a statement, read from the items that the planner sees."""

from odoo.tools import SQL

from .scope_sql import CUSTOMER_CODE


def statement_lines(ctes):
    """Rows of the items that may be chased and of the unallocated credits.

    :param list ctes: CTEs that end with ``item``, see :func:`plan_sql.items`
    :return: rows in the order of the fields of :class:`statement.Line`
    """
    return SQL(
        """WITH %(ctes)s
        SELECT i.unit_id, i.id, i.move_id, m.name, COALESCE(m.invoice_date, m.date), i.due,
            i.currency_id, l.amount_currency, i.residual, a.id,
            %(code)s, COALESCE(p.name, '')
        FROM item i
        JOIN account a ON a.id = i.account_id
        JOIN res_partner p ON p.id = a.partner_id
        JOIN account_move m ON m.id = i.move_id
        JOIN account_move_line l ON l.id = i.id
        WHERE i.eligible OR i.residual < 0
        ORDER BY i.due, i.id""",
        ctes=SQL(",\n").join(ctes),
        code=CUSTOMER_CODE,
    )
