"""Statements that give collectors, scenarios and group accounts to many customer accounts at once.

A source is SQL of rows ``(customer_id, value_id, rule_id)``, at most one for a customer account;
``value_id`` NULL takes the value away, ``rule_id`` is NULL for what no rule gave.
"""

import json

from odoo.tools import SQL

from ..const import MOVING_STATES, SOURCE_FIELDS

#: Sources that replace the source even where the value stays: somebody has decided it now.
DECIDING_SOURCES = ('person', 'import')


def source_of_ids(ids, value_id):
    """Source: one value for customer accounts."""
    return SQL(
        "SELECT DISTINCT id AS customer_id, %s::int AS value_id, NULL::int AS rule_id"
        " FROM unnest(%s::int[]) AS id",
        value_id or None,
        list(ids),
    )


def differs(field, source):
    """Condition on alias ``c`` that row ``s`` of a source has something to write."""
    return SQL(
        "(c.%(field)s IS DISTINCT FROM s.value_id OR %(decides)s"
        " AND s.value_id IS NOT NULL AND c.%(source_field)s IS DISTINCT FROM %(source)s)",
        field=SQL.identifier(field),
        source_field=SQL.identifier(SOURCE_FIELDS[field]),
        decides=source in DECIDING_SOURCES,
        source=source,
    )


def count_differing(ids, values, source):
    """Number of the customer accounts on which values would change something."""
    conditions = [
        SQL(
            "EXISTS (SELECT FROM (VALUES (%s::int)) AS s(value_id) WHERE %s)",
            value_id or None,
            differs(field, source),
        )
        for field, value_id in values.items()
    ]
    return SQL(
        "SELECT COUNT(*) FROM dso_customer c WHERE c.id = ANY(%s) AND (%s)",
        list(ids),
        SQL(" OR ").join(conditions),
    )


def assign(sources, source, log, *, uid, now, limit):
    """Write sources of values, where these come from, the chatter and the collectors of actions.

    One statement for all fields: of a row that is written twice in a transaction, the server checks
    the references of every column again.

    :param dict sources: field of ``SOURCE_FIELDS`` → source
    :param str source: where the values come from, as stored beside them
    :param dict log: values of the messages; empty to write none. See :func:`_log`
    :param int limit: ids are returned for so many changes at most; of groups for all, because what
        follows from them is done account by account
    :return: SQL of ``(field, rule_id, number of changed accounts, ids of their companies, ids of
        the changed accounts, the values that these had)``, the last two NULL when they are many
    """
    return SQL(
        """WITH source AS (%(rows)s),
        target AS MATERIALIZED (
            SELECT c.id, c.company_id, s.field, CASE s.field %(current)s END AS old_id,
                s.value_id AS new_id, s.rule_id
            FROM source s JOIN dso_customer c ON c.id = s.customer_id
            WHERE CASE s.field %(differs)s END
        ),
        account AS (SELECT id, %(columns)s FROM target GROUP BY id),
        written AS (
            UPDATE dso_customer c SET %(values)s, write_uid = %(uid)s, write_date = %(now)s
            FROM account t WHERE c.id = t.id
        ),
        changed AS MATERIALIZED (
            SELECT * FROM target WHERE old_id IS DISTINCT FROM new_id
        )
        %(effects)s
        SELECT field, rule_id, COUNT(*), ARRAY_AGG(DISTINCT company_id),
            CASE WHEN is_told THEN ARRAY_AGG(id) END,
            CASE WHEN is_told THEN ARRAY_AGG(old_id) END
        FROM changed, (SELECT COUNT(*) AS count FROM changed) total, LATERAL (
            SELECT field = 'group_account_id' OR total.count <= %(limit)s AS is_told) told
        GROUP BY field, rule_id, is_told""",
        rows=SQL(" UNION ALL ").join(
            SQL("SELECT %s AS field, r.* FROM (%s) r", field, rows)
            for field, rows in sources.items()
        ),
        current=_each(sources, "WHEN %(key)s THEN c.%(field)s", " "),
        differs=SQL(" ").join(
            SQL("WHEN %s THEN %s", field, differs(field, source)) for field in sources
        ),
        columns=_each(
            sources,
            "MAX(new_id) FILTER (WHERE field = %(key)s) AS %(field)s,"
            " BOOL_OR(field = %(key)s) AS %(source_field)s",
        ),
        values=_each(
            sources,
            "%(field)s = CASE WHEN t.%(source_field)s THEN t.%(field)s ELSE c.%(field)s END,"
            " %(source_field)s = CASE WHEN NOT t.%(source_field)s THEN c.%(source_field)s"
            " WHEN t.%(field)s IS NOT NULL THEN %(source)s END",
            source=source,
        ),
        effects=SQL("").join(
            [
                *([_move_actions(uid, now)] if 'collector_id' in sources else []),
                *([_log(sources, log, uid, now)] if log else []),
            ]
        ),
        limit=limit,
        uid=uid,
        now=now,
    )


def _each(fields, text, separator=", ", **values):
    """The same SQL for each field, which it knows as ``key``, ``field`` and ``source_field``."""
    return SQL(separator).join(
        SQL(
            text,
            key=field,
            field=SQL.identifier(field),
            source_field=SQL.identifier(SOURCE_FIELDS[field]),
            **values,
        )
        for field in fields
    )


def _move_actions(uid, now):
    """CTE: open actions move to the agenda of the new collector; what is being sent stays."""
    return SQL(
        """, moved AS (
            UPDATE dso_action a SET collector_id = t.new_id, write_uid = %s, write_date = %s
            FROM changed t WHERE a.customer_id = t.id AND t.field = 'collector_id'
                AND a.state = ANY(%s) AND a.collector_id IS DISTINCT FROM t.new_id
        )""",
        uid,
        now,
        list(MOVING_STATES),
    )


def _log(fields, log, uid, now):
    """CTEs: a note in the chatter of each changed account, in the shape of core's tracking.

    :param dict log: ``message``: columns of the messages; ``message_id``: of all of them, made
        unique by the ids of the accounts; ``bodies``: rule id (0: none) → HTML; ``field_ids``:
        field → id in ``ir.model.fields``; ``lang``: language of names
    """
    columns = log['message']
    names = _names(log['lang'])
    return SQL(
        """, message AS (
            INSERT INTO mail_message (res_id, body, message_id, %(columns)s,
                date, create_uid, write_uid, create_date, write_date)
            SELECT t.id, t.body, REPLACE(%(message_id)s, '@', '-' || t.id || '@'), %(values)s,
                %(now)s, %(uid)s, %(uid)s, %(now)s, %(now)s
            FROM (
                SELECT id, STRING_AGG(
                    DISTINCT %(bodies)s::jsonb ->> COALESCE(rule_id, 0)::text, '') AS body
                FROM changed GROUP BY id
            ) t
            RETURNING id, res_id
        ),
        name AS (%(names)s),
        logged AS (
            INSERT INTO mail_tracking_value (mail_message_id, field_id, old_value_integer,
                old_value_char, new_value_integer, new_value_char,
                create_uid, write_uid, create_date, write_date)
            SELECT m.id, (%(field_ids)s::jsonb ->> t.field)::int,
                COALESCE(t.old_id, 0), COALESCE(old.name, ''),
                COALESCE(t.new_id, 0), COALESCE(new.name, ''), %(uid)s, %(uid)s, %(now)s, %(now)s
            FROM changed t
            JOIN message m ON m.res_id = t.id
            LEFT JOIN name old ON old.field = t.field AND old.id = t.old_id
            LEFT JOIN name new ON new.field = t.field AND new.id = t.new_id
        )""",
        columns=SQL(", ").join(SQL.identifier(column) for column in columns),
        values=SQL(", ").join(SQL("%s", value) for value in columns.values()),
        message_id=log['message_id'],
        bodies=json.dumps(log['bodies']),
        field_ids=json.dumps({field: log['field_ids'][field] for field in fields}),
        names=SQL(" UNION ALL ").join(
            SQL("SELECT %s AS field, n.id, n.name FROM (%s) n", field, names[field])
            for field in fields
        ),
        uid=uid,
        now=now,
    )


def _names(lang):
    """Field → SQL of the ids and the display names of what it holds."""
    return {
        'collector_id': SQL(
            "SELECT u.id, p.name FROM res_users u JOIN res_partner p ON p.id = u.partner_id"
        ),
        'scenario_id': SQL(
            "SELECT id, COALESCE(name ->> %s, name ->> 'en_US') AS name FROM dso_scenario", lang
        ),
        'group_account_id': SQL(
            "SELECT g.id, p.complete_name AS name FROM dso_customer g"
            " JOIN res_partner p ON p.id = g.partner_id"
        ),
    }


# === RULES === #


def create_matches():
    """Make room, for this transaction, for what rules give to whom.

    A temporary table, because rules are arbitrary criteria: each is one statement of its own that
    may fail alone, and writes nothing that outlives the run.
    """
    return SQL(
        """CREATE TEMPORARY TABLE IF NOT EXISTS dso_assignment_match (
            field varchar NOT NULL, customer_id int NOT NULL, rule_id int NOT NULL,
            value_id int NOT NULL, applies bool NOT NULL, PRIMARY KEY (field, customer_id)
        ) ON COMMIT DROP;
        DELETE FROM dso_assignment_match"""
    )


def match(field, rule_id, value, accounts, conditions, *, overwrite):
    """Note which customer accounts a rule is the first to match.

    :param SQL value: what the rule gives to alias ``c``; NULL for nothing
    :param SQL accounts: subquery of the ids that its criteria select
    :param list conditions: further conditions on alias ``c``
    :param bool overwrite: whether the rule may replace what a person or an import has set
    """
    return SQL(
        """INSERT INTO dso_assignment_match (field, customer_id, rule_id, value_id, applies)
        SELECT %(key)s, c.id, %(rule_id)s, v.id, %(overwrite)s OR c.%(field)s IS NULL
            OR COALESCE(c.%(source_field)s, 'person') IN ('rule', 'default')
        FROM dso_customer c CROSS JOIN LATERAL (SELECT (%(value)s)::int AS id) v
        WHERE c.id IN %(accounts)s AND v.id IS NOT NULL
            AND NOT EXISTS (SELECT FROM dso_assignment_match m
                WHERE m.field = %(key)s AND m.customer_id = c.id)
            AND %(conditions)s""",
        key=field,
        field=SQL.identifier(field),
        source_field=SQL.identifier(SOURCE_FIELDS[field]),
        rule_id=rule_id,
        value=value,
        accounts=accounts,
        overwrite=overwrite,
        conditions=SQL(" AND ").join([SQL("TRUE"), *conditions]),
    )


def matched_values(rule_id):
    """What a rule gives to those whom it was the first to match."""
    return SQL("SELECT DISTINCT value_id FROM dso_assignment_match WHERE rule_id = %s", rule_id)


def matched(field):
    """Source: what the rules give, without what may not be overwritten or cannot be grouped."""
    rows = SQL(
        "SELECT customer_id, value_id, rule_id FROM dso_assignment_match"
        " WHERE field = %s AND applies",
        field,
    )
    return groupable(rows) if field == 'group_account_id' else rows


def groupable(rows):
    """Source without the rows that would put a group into a group (spec 5.7), or group what is
    collected elsewhere: the accounts of contacts."""
    return SQL(
        """SELECT r.* FROM (%(rows)s) r
        JOIN dso_customer c ON c.id = r.customer_id
        JOIN dso_customer g ON g.id = r.value_id AND g.company_id = c.company_id
        JOIN res_partner cp ON cp.id = c.partner_id AND cp.commercial_partner_id = cp.id
        JOIN res_partner gp ON gp.id = g.partner_id AND gp.commercial_partner_id = gp.id
        WHERE g.id <> c.id AND g.group_account_id IS NULL
            AND NOT EXISTS (SELECT FROM dso_customer m WHERE m.group_account_id = c.id)
            AND NOT EXISTS (SELECT FROM (%(rows)s) other WHERE other.value_id = c.id
                AND other.customer_id <> c.id)""",
        rows=rows,
    )


def defaults(field, company_field, company_ids):
    """Source: the default of its company for every customer account that has no value."""
    return SQL(
        """SELECT c.id AS customer_id, rc.%(default)s AS value_id, NULL::int AS rule_id
        FROM dso_customer c JOIN res_company rc ON rc.id = c.company_id
        WHERE c.company_id = ANY(%(company_ids)s) AND c.%(field)s IS NULL
            AND rc.%(default)s IS NOT NULL""",
        field=SQL.identifier(field),
        default=SQL.identifier(company_field),
        company_ids=list(company_ids),
    )


def mark_seen(company_id, now):
    """Customer accounts that the automatic run has looked at are new no longer."""
    return SQL(
        "UPDATE dso_customer SET assigned_on = %s WHERE company_id = %s AND assigned_on IS NULL",
        now,
        company_id,
    )


def preview(field, run_id, source, *, uid, now):
    """Insert the lines of a preview: what the matches would change."""
    return SQL(
        """INSERT INTO dso_assignment_run_line (run_id, field, customer_id, rule_id, before_id,
            after_id, create_uid, write_uid, create_date, write_date)
        SELECT %(run_id)s, %(key)s, c.id, s.rule_id, c.%(field)s, s.value_id,
            %(uid)s, %(uid)s, %(now)s, %(now)s
        FROM (%(rows)s) s JOIN dso_customer c ON c.id = s.customer_id
        WHERE %(differs)s""",
        run_id=run_id,
        key=field,
        field=SQL.identifier(field),
        rows=matched(field),
        differs=differs(field, source),
        uid=uid,
        now=now,
    )


def previewed(field, run_id, writable):
    """Source: the lines of a preview, without the accounts that have changed since.

    :param SQL writable: subquery of the customer accounts that the user may write
    """
    rows = SQL(
        """SELECT l.customer_id, l.after_id AS value_id, l.rule_id
        FROM dso_assignment_run_line l
        JOIN dso_customer c ON c.id = l.customer_id AND c.%(field)s IS NOT DISTINCT FROM l.before_id
        WHERE l.run_id = %(run_id)s AND l.field = %(key)s AND c.id IN %(writable)s""",
        run_id=run_id,
        key=field,
        field=SQL.identifier(field),
        writable=writable,
    )
    return groupable(rows) if field == 'group_account_id' else rows
