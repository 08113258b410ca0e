"""Which customer accounts are in which alerts: one look at the accounts for many alerts."""

from odoo.tools import SQL

from . import scope_sql


def changes(accounts, conditions, company_id):
    """Customer accounts that are in other alerts than they were.

    Only read, not written: so the server may use several processes.

    :param Query accounts: customer accounts of the company that the authors of the criteria see
    :param dict conditions: alert id → SQL condition on the rows of that query
    :param int company_id: root company whose accounts are looked at
    :return: SQL of the rows ``(customer account id, alert ids before, alert ids after)``
    """
    return SQL(
        """WITH seen AS MATERIALIZED (%(seen)s),
        known AS (
            SELECT a.customer_id, ARRAY_AGG(a.alert_id) AS alert_ids
            FROM dso_alert_account a
            WHERE a.alert_id = ANY(%(alert_ids)s) AND a.company_id = %(company_id)s
            GROUP BY a.customer_id
        ),
        change AS (
            SELECT customer_id, COALESCE(known.alert_ids, '{}') AS before,
                COALESCE(seen.alert_ids, '{}') AS after
            FROM seen FULL JOIN known USING (customer_id)
        )
        SELECT customer_id, before, after FROM change
        WHERE NOT (before @> after AND after @> before)""",
        seen=_alerts_of_accounts(accounts, conditions),
        alert_ids=list(conditions),
        company_id=company_id,
    )


def leave(members):
    """Take customer accounts out of alerts.

    :param list members: pairs (alert id, customer account id)
    """
    return SQL(
        "DELETE FROM dso_alert_account a USING unnest(%s::int[], %s::int[]) gone(alert_id, id)"
        " WHERE a.alert_id = gone.alert_id AND a.customer_id = gone.id",
        [alert_id for alert_id, _customer_id in members],
        [customer_id for _alert_id, customer_id in members],
    )


def enter(members, company_id, now):
    """Let customer accounts of a company be in alerts; parameters as for :func:`leave`."""
    return SQL(
        "INSERT INTO dso_alert_account (alert_id, customer_id, company_id, entered_on)"
        " SELECT alert_id, id, %s, %s FROM unnest(%s::int[], %s::int[]) new(alert_id, id)",
        company_id,
        now,
        [alert_id for alert_id, _customer_id in members],
        [customer_id for _alert_id, customer_id in members],
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

    :param Query accounts: see :func:`changes`
    :return: SQL of one row, in the order of the conditions
    """
    return accounts.select(
        *(SQL("COUNT(*) FILTER (WHERE %s)", condition) for condition in conditions.values())
    )


class Reading:
    """Records of customer accounts that criteria ask for, read once for all of the criteria.

    :param Query records: the records that the authors of the criteria see
    :param owners: function of records and conditions that groups them by customer account, such as
        :func:`scope_sql.owners_of_lines`
    :param int number: number of this reading among those of one statement
    """

    def __init__(self, records, owners, number):
        self.records = records
        self._owners = owners
        self._alias = f'reading_{number}'
        self._conditions = []

    def ask(self, condition):
        """Return whether an account has a record that meets a condition, as SQL on the accounts.

        :param SQL condition: on the rows of the records
        :rtype: SQL
        """
        name = f'met_{len(self._conditions)}'
        self._conditions.append((name, condition))
        return SQL("COALESCE(%s, FALSE)", SQL.identifier(self._alias, name))

    def join(self, accounts):
        """Let a query of customer accounts know what was asked.

        :param Query accounts: to be changed
        """
        accounts.add_join(
            'LEFT JOIN',
            self._alias,
            SQL("(%s)", self._owners(self.records, self._conditions)),
            SQL(
                "%s = %s",
                SQL.identifier(self._alias, 'customer_id'),
                SQL.identifier(accounts.table, 'id'),
            ),
        )


def owners(inverse, records, conditions):
    """Customer accounts of records that name theirs.

    :param str inverse: field of the records that does
    :param Query records: the records; grouped by this function
    :param conditions: see :func:`scope_sql.owners_of_lines`
    """
    records.groupby = SQL.identifier(records.table, inverse)
    return records.select(
        SQL("%s AS customer_id", records.groupby),
        *(scope_sql.any_meets(*condition) for condition in conditions),
    )
