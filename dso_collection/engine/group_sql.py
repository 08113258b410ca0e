"""Statements of grouped collection (spec 5)."""

from odoo.tools import SQL

from ..const import CLOSED_STATES, MOVING_ORIGINS, MOVING_STATES


def refusals(ids):
    """Customer accounts whose group account cannot be theirs, each with one reason.

    :return: SQL of ``(customer account id, group account id, reason)``; reasons are ``company``,
        ``contact`` (the partner of either has become a contact of a company), ``grouped`` (the
        group account has one itself) and ``members`` (the customer account is the group account of
        others)
    """
    return SQL(
        """SELECT * FROM (
            SELECT c.id, g.id AS group_account_id, CASE
                WHEN g.company_id <> c.company_id THEN 'company'
                WHEN EXISTS (SELECT FROM res_partner p WHERE p.id IN (c.partner_id, g.partner_id)
                    AND p.commercial_partner_id <> p.id) THEN 'contact'
                WHEN g.group_account_id IS NOT NULL THEN 'grouped'
                WHEN EXISTS (SELECT FROM dso_customer m WHERE m.group_account_id = c.id)
                    THEN 'members' END AS reason
            FROM dso_customer c
            JOIN dso_customer g ON g.id = c.group_account_id
            WHERE c.id = ANY(%s)
        ) checked WHERE reason IS NOT NULL ORDER BY id""",
        list(ids),
    )


def note_regrouping(ids, now):
    """Note on customer accounts that who is collected with them has changed."""
    return SQL(
        "UPDATE dso_customer SET regrouped_on = %s WHERE id = ANY(%s) RETURNING id", now, list(ids)
    )


def move_specific_actions(ids):
    """Take the open specific actions of customer accounts to where these are collected now.

    A member's stand on the group account, with its collector, and name the member; they return when
    it leaves.
    """
    return SQL(
        """UPDATE dso_action a SET customer_id = lead.id, collector_id = lead.collector_id,
            member_id = NULLIF(m.id, lead.id)
        FROM dso_customer m JOIN dso_customer lead ON lead.id = COALESCE(m.group_account_id, m.id)
        WHERE m.id = ANY(%(ids)s) AND a.origin = ANY(%(origins)s) AND a.state = ANY(%(states)s)
            AND (a.member_id = m.id OR (a.member_id IS NULL AND a.customer_id = m.id))
            AND a.customer_id <> lead.id
        RETURNING a.id""",
        ids=list(ids),
        origins=list(MOVING_ORIGINS),
        states=list(MOVING_STATES),
    )


def histories(ids):
    """Closed actions that customer accounts show: their own, those of their members, and what was
    done for their items through a group.

    :return: SQL of ``(customer account id, ids of actions)``
    """
    return SQL(
        """WITH unit AS (
            SELECT id AS shown_id, id FROM dso_customer WHERE id = ANY(%(ids)s)
            UNION ALL
            SELECT group_account_id, id FROM dso_customer WHERE group_account_id = ANY(%(ids)s)
        ),
        heard AS (
            SELECT u.shown_id, a.id FROM unit u JOIN dso_action a ON a.customer_id = u.id
            UNION
            SELECT u.shown_id, a.id FROM unit u JOIN dso_action a ON a.member_id = u.id
            UNION
            SELECT u.shown_id, ai.action_id FROM unit u
            JOIN dso_action_item ai ON ai.customer_id = u.id
        )
        SELECT h.shown_id, ARRAY_AGG(a.id) FROM heard h JOIN dso_action a ON a.id = h.id
        WHERE a.state = ANY(%(closed)s) GROUP BY h.shown_id""",
        ids=list(ids),
        closed=list(CLOSED_STATES),
    )


def largest_by_value(value, accounts):
    """Group account of alias ``c`` among the customer accounts that share a value with it.

    Where some are collected through one of them already, it stays that one: balances move every
    day, groups should not.

    :param SQL value: the value, of alias ``p`` of the contact
    :param SQL accounts: subquery of the ids of the customer accounts that count
    :return: SQL of an id; NULL for who is alone, has no value or is the group account itself. Read
        once for all accounts, because nothing in it depends on ``c`` but the last step
    """
    return SQL(
        """(SELECT jsonb_object_agg(ranked.id, ranked.lead_id) FROM (
            SELECT c.id, FIRST_VALUE(c.id) OVER (
                PARTITION BY c.company_id, (%(value)s)::text
                ORDER BY c.group_account_id IS NOT NULL,
                    EXISTS (SELECT FROM dso_customer m WHERE m.group_account_id = c.id) DESC,
                    pos.balance DESC NULLS LAST, c.id) AS lead_id
            FROM dso_customer c
            JOIN res_partner p ON p.id = c.partner_id
            JOIN dso_position pos ON pos.id = c.position_id
            WHERE c.id IN %(accounts)s AND NULLIF((%(value)s)::text, '') IS NOT NULL
        ) ranked WHERE ranked.lead_id <> ranked.id) ->> c.id::text""",
        value=value,
        accounts=accounts,
    )
