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


def move_specific_actions(ids):
    """Take the open specific actions of customer accounts to where these are collected now.

    A member's stand on the group account and name the member; they return when it leaves.
    """
    return SQL(
        """UPDATE dso_action a SET customer_id = COALESCE(m.group_account_id, m.id),
            member_id = CASE WHEN m.group_account_id IS NOT NULL THEN m.id END
        FROM dso_customer m
        WHERE m.id = ANY(%s) AND a.origin IN ('specific', 'direct')
            AND a.state IN ('planned', 'error')
            AND (a.member_id = m.id OR (a.member_id IS NULL AND a.customer_id = m.id))
            AND a.customer_id <> COALESCE(m.group_account_id, m.id)
        RETURNING a.id""",
        list(ids),
    )
