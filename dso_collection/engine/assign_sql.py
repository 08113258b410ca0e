"""Statements that give collectors, scenarios and group accounts to many customer accounts at once.

A source is SQL of rows ``(customer_id, value_id, rule_id)``, at most one for a customer account;
``value_id`` NULL takes the value away, ``rule_id`` is NULL for what no rule gave.
"""

import json

from odoo.tools import SQL

from ..const import SOURCE_FIELDS

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


def assign(field, rows, source, log, *, uid, now, limit):
    """Write a source of values, their source, the chatter and the collectors of open actions.

    :param str field: name of a field of ``SOURCE_FIELDS``
    :param SQL rows: a source
    :param str source: where the values come from, as stored beside them
    :param dict log: values of the messages; empty to write none. See :func:`_log`
    :param int limit: ids are returned for so many changed accounts at most; None for any number
    :return: SQL of ``(rule_id, number of changed accounts, ids of their companies, ids of the
        changed accounts, the values that these had)``, the last two NULL when they are many
    """
    name = SQL.identifier(field)
    return SQL(
        """WITH source AS (%(rows)s),
        target AS MATERIALIZED (
            SELECT c.id, c.company_id, c.%(field)s AS old_id, s.value_id AS new_id, s.rule_id
            FROM source s JOIN dso_customer c ON c.id = s.customer_id
            WHERE %(differs)s
        ),
        written AS (
            UPDATE dso_customer c SET %(field)s = t.new_id,
                %(source_field)s = CASE WHEN t.new_id IS NOT NULL THEN %(source)s END,
                write_uid = %(uid)s, write_date = %(now)s
            FROM target t WHERE c.id = t.id
        ),
        changed AS MATERIALIZED (
            SELECT * FROM target WHERE old_id IS DISTINCT FROM new_id
        )
        %(effects)s
        SELECT rule_id, COUNT(*), ARRAY_AGG(DISTINCT company_id),
            CASE WHEN total.few THEN ARRAY_AGG(id) END,
            CASE WHEN total.few THEN ARRAY_AGG(old_id) END
        FROM changed, (
            SELECT %(limit)s::int IS NULL OR COUNT(*) <= %(limit)s AS few FROM changed) total
        GROUP BY rule_id, total.few""",
        rows=rows,
        field=name,
        source_field=SQL.identifier(SOURCE_FIELDS[field]),
        differs=differs(field, source),
        source=source,
        effects=SQL("").join(
            [
                *([_move_actions(uid, now)] if field == 'collector_id' else []),
                *([_log(field, log, uid, now)] if log else []),
            ]
        ),
        limit=limit,
        uid=uid,
        now=now,
    )


def _move_actions(uid, now):
    """CTE: open actions move to the agenda of the new collector; what is being sent stays."""
    return SQL(
        """, moved AS (
            UPDATE dso_action a SET collector_id = t.new_id, write_uid = %s, write_date = %s
            FROM changed t WHERE a.customer_id = t.id AND a.state IN ('planned', 'error')
                AND a.collector_id IS DISTINCT FROM t.new_id
        )""",
        uid,
        now,
    )


def _log(field, log, uid, now):
    """CTEs: a note in the chatter of each changed account, in the shape of core's tracking.

    :param dict log: ``message``: columns of the messages; ``bodies``: rule id (0: none) → HTML;
        ``field_id``: id of the field in ``ir.model.fields``; ``lang``: language of names
    """
    columns = log['message']
    return SQL(
        """, message AS (
            INSERT INTO mail_message (res_id, body, %(columns)s,
                date, create_uid, write_uid, create_date, write_date)
            SELECT t.id, %(bodies)s::jsonb ->> COALESCE(t.rule_id, 0)::text, %(values)s,
                %(now)s, %(uid)s, %(uid)s, %(now)s, %(now)s
            FROM changed t
            RETURNING id, res_id
        ),
        logged AS (
            INSERT INTO mail_tracking_value (mail_message_id, field_id, old_value_integer,
                old_value_char, new_value_integer, new_value_char,
                create_uid, write_uid, create_date, write_date)
            SELECT m.id, %(field_id)s, COALESCE(t.old_id, 0), COALESCE(old.name, ''),
                COALESCE(t.new_id, 0), COALESCE(new.name, ''), %(uid)s, %(uid)s, %(now)s, %(now)s
            FROM changed t
            JOIN message m ON m.res_id = t.id
            LEFT JOIN (%(names)s) old ON old.id = t.old_id
            LEFT JOIN (%(names)s) new ON new.id = t.new_id
        )""",
        columns=SQL(", ").join(SQL.identifier(column) for column in columns),
        values=SQL(", ").join(SQL("%s", value) for value in columns.values()),
        bodies=json.dumps(log['bodies']),
        field_id=log['field_id'],
        names=_names(log['lang'])[field],
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
