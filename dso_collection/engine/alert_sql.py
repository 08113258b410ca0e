"""Which customer accounts are in which alerts: one look at the accounts for many alerts."""

from odoo.tools import SQL


def refresh(accounts, conditions, company_id, now):
    """Bring the members of alerts up to date; nothing changed = nothing written.

    :param Query accounts: customer accounts of the company that the authors of the criteria see
    :param dict conditions: alert id → SQL condition on the rows of that query
    :param int company_id: root company whose accounts are looked at
    :return: SQL of the rows ``(alert id, customer account id)`` that have entered
    """
    return SQL(
        """WITH seen AS (%(seen)s),
        hit AS MATERIALIZED (
            SELECT seen.customer_id, alert_id FROM seen, unnest(seen.alert_ids) AS alert_id
        ),
        gone AS (
            DELETE FROM dso_alert_account a USING dso_customer c
            WHERE a.alert_id = ANY(%(alert_ids)s) AND c.id = a.customer_id
                AND c.company_id = %(company_id)s AND NOT EXISTS (
                    SELECT FROM hit
                    WHERE hit.alert_id = a.alert_id AND hit.customer_id = a.customer_id)
        )
        INSERT INTO dso_alert_account (alert_id, customer_id, entered_on)
        SELECT hit.alert_id, hit.customer_id, %(now)s FROM hit WHERE NOT EXISTS (
            SELECT FROM dso_alert_account a
            WHERE a.alert_id = hit.alert_id AND a.customer_id = hit.customer_id)
        RETURNING alert_id, customer_id""",
        seen=_alerts_of_accounts(accounts, conditions),
        alert_ids=list(conditions),
        company_id=company_id,
        now=now,
    )


def _alerts_of_accounts(accounts, conditions):
    """Accounts with the alerts whose criteria they meet, in one pass over the accounts.

    An array per account, not a row per account and alert: most meet few of many criteria.
    """
    cases = SQL(", ").join(
        SQL("CASE WHEN %s THEN %s END", condition, alert_id)
        for alert_id, condition in conditions.items()
    )
    return accounts.select(
        SQL("%s AS customer_id", SQL.identifier(accounts.table, 'id')),
        SQL("array_remove(ARRAY[%s]::int[], NULL) AS alert_ids", cases),
    )


def counts(accounts, conditions):
    """Number of the accounts that meet the criteria of each alert.

    :param Query accounts: see :func:`refresh`
    :return: SQL of one row, in the order of the conditions
    """
    return accounts.select(
        *(SQL("COUNT(*) FILTER (WHERE %s)", condition) for condition in conditions.values())
    )
