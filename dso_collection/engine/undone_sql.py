"""The statement that finds what was not done in time (docs/engine.md, 11)."""

from odoo.tools import SQL


def mark(company_id, today, since, tz, uid, now):
    """Note on the manual actions of a company since when they are not done in time, or that they
    wait no longer, having been moved.

    :param int company_id: root company
    :param date today: today in its time zone
    :param date since: day from which days count at the earliest: nobody could do them before
    :param str tz: its time zone
    :return: rows of action, rule of its step, whether it is not done in time, and whether that was
        known before
    """
    return SQL(
        """WITH waiting AS (
            SELECT a.id, st.undone_rule AS rule, a.undone_on IS NOT NULL AS known,
                GREATEST(
                    a.date_planned, %(since)s::date,
                    (a.create_date AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date
                ) + st.undone_days <= %(today)s::date AS undone
            FROM dso_action a
            JOIN dso_scenario_step st ON st.id = a.step_id
            WHERE a.company_id = %(company)s AND a.origin = 'scenario'
                AND a.state IN ('planned', 'error') AND a.mode = 'manual' AND st.mode = 'manual'
        )
        UPDATE dso_action a SET undone_on = CASE WHEN w.undone THEN %(today)s::date END,
            write_uid = %(uid)s::int, write_date = %(now)s::timestamp
        FROM waiting w
        WHERE a.id = w.id AND CASE WHEN w.undone THEN NOT w.known OR w.rule = 'go_on'
            ELSE w.known AND w.rule <> 'become' END
        RETURNING a.id, w.rule, w.undone, w.known""",
        company=company_id,
        today=today,
        since=since,
        tz=tz,
        uid=uid,
        now=now,
    )
