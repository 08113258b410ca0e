"""Statements of grouped collection (spec 5)."""

from odoo.tools import SQL


def refusals(ids):
    """Customer accounts whose group account cannot be theirs, each with one reason.

    :return: SQL of ``(customer account id, group account id, reason)``; reasons are ``company``,
        ``grouped`` (the group account has one itself) and ``members`` (the customer account is the
        group account of others)
    """
    return SQL(
        """SELECT * FROM (
            SELECT c.id, g.id AS group_account_id, CASE
                WHEN g.company_id <> c.company_id THEN 'company'
                WHEN g.group_account_id IS NOT NULL THEN 'grouped'
                WHEN EXISTS (SELECT FROM dso_customer m WHERE m.group_account_id = c.id)
                    THEN 'members' END AS reason
            FROM dso_customer c
            JOIN dso_customer g ON g.id = c.group_account_id
            WHERE c.id = ANY(%s)
        ) checked WHERE reason IS NOT NULL ORDER BY id""",
        list(ids),
    )
