"""Who may be written to today: the daily cap, the stop on a jump, one message per address (3.22).

docs/belts.md gives the rules. Everything is decided by one statement over candidates, so that what
the dispatch does is what the agenda says it will do.
"""

from odoo.tools import SQL

#: Sending days of which the average is taken, and how often it may be exceeded.
AVERAGE_DAYS = 20
JUMP_FACTOR = 3

#: Kinds of message whose recipient is one mailbox or telephone, whoever shares it.
ADDRESSED_TYPES = ('email', 'sms')


def addresses(recipient):
    """The single addresses of a recipient, as an array.

    :param SQL recipient: normalized addresses, as `engine/recipient_sql.py` writes them
    """
    return SQL("string_to_array(%s, ', ')", recipient)


def sent(company_id, day):
    """Number of automatic messages of a day that have left or are on their way.

    :param SQL company_id: id of a root company
    :param SQL day: its day
    """
    return SQL(
        """(SELECT COUNT(*) FROM dso_action_message m
            JOIN dso_action a ON a.id = m.action_id AND a.company_id = %s
            WHERE m.automatic AND m.day = %s AND m.delivery <> 'failed')""",
        company_id,
        day,
    )


def try_lock(company_id):
    """Keep others from sending for a company until the end of the transaction, without waiting.

    :return: SQL of whether nobody else does
    """
    return SQL("SELECT pg_try_advisory_xact_lock(hashtext('dso_sending_day'), %s)", company_id)


def find_day(company_id, day):
    """The day of a company; fails when somebody has sent since this transaction began."""
    return SQL(
        "SELECT id FROM dso_sending_day WHERE company_id = %s AND day = %s FOR UPDATE",
        company_id,
        day,
    )


def open_day(company_id, day):
    """Begin the day of a company."""
    return SQL(
        "INSERT INTO dso_sending_day (company_id, day, sent, released) VALUES (%s, %s, 0, 0)"
        " ON CONFLICT DO NOTHING RETURNING id",
        company_id,
        day,
    )


def count_day(company_id, day):
    """Write how many automatic messages a day has; always a new version of the row.

    A worker whose view is older than that fails to lock the row, and looks again.
    """
    return SQL(
        "UPDATE dso_sending_day d SET sent = %s WHERE d.company_id = %s AND d.day = %s",
        sent(SQL("d.company_id"), SQL("d.day")),
        company_id,
        day,
    )


def claim(company_id, day, claims):
    """Take addresses for a day; fails when somebody else has just done so.

    :param list claims: tuples (address, id of the action)
    """
    return SQL(
        """INSERT INTO dso_sending_address (company_id, day, address, action_id)
        SELECT %s, %s, one.address, one.action_id
        FROM unnest(%s::text[], %s::int[]) AS one(address, action_id) ON CONFLICT DO NOTHING""",
        company_id,
        day,
        [address for address, _action_id in claims],
        [action_id for _address, action_id in claims],
    )


def usage(company_days):
    """What went out today and what usually does, per company.

    :param list company_days: tuples (id of a root company, its day)
    :return: SQL of ``(company id, automatic messages of the day, sending days known, their
        average, messages released on the day)``
    """
    return SQL(
        """SELECT asked.company_id,
            %(sent)s,
            past.number, past.average, COALESCE(today.released, 0)
        FROM %(asked)s
        LEFT JOIN dso_sending_day today
            ON today.company_id = asked.company_id AND today.day = asked.day
        CROSS JOIN LATERAL (
            SELECT COUNT(*) AS number, AVG(sent) AS average FROM (
                SELECT sent FROM dso_sending_day d
                WHERE d.company_id = asked.company_id AND d.day < asked.day AND d.sent > 0
                ORDER BY d.day DESC LIMIT %(days)s
            ) days
        ) past""",
        sent=sent(SQL("asked.company_id"), SQL("asked.day")),
        asked=_asked(company_days),
        days=AVERAGE_DAYS,
    )


def _asked(company_days):
    rows = SQL(", ").join(SQL("(%s, %s::date)", *row) for row in company_days)
    return SQL("(VALUES %s) AS asked(company_id, day)", rows)


def verdicts(candidates, room):
    """Which of the actions that could go today go, largest overdue first, and what stops others.

    An action whose own messages are more than a whole day may have keeps nobody else waiting: it
    goes when it is released. Nor does one keep others from their address that waits for its own.

    :param SQL candidates: subquery of ids of actions
    :param list room: tuples (id of a root company, its day, messages that may still go, messages
        that may go on a day); NULL where there is no limit
    :return: SQL of ``(action id, company id, messages, belt)`` in their order; belt is ``address``,
        ``cap`` or NULL for what goes
    """
    return SQL(
        """WITH room(company_id, day, free, most) AS (VALUES %(room)s),
        candidate AS MATERIALIZED (
            SELECT a.id, a.company_id, room.day, room.free, room.most, messages.number,
                CASE WHEN a.origin = 'scenario' AND a.action_type = ANY(%(addressed)s)
                    THEN %(addresses)s END AS addresses,
                ROW_NUMBER() OVER (ORDER BY owed.overdue DESC NULLS LAST, a.id) AS place
            FROM dso_action a
            JOIN room ON room.company_id = a.company_id
            LEFT JOIN dso_scenario_step st ON st.id = a.step_id
            CROSS JOIN LATERAL (SELECT 1
                + (st.also_email IS TRUE AND a.action_type <> 'email')::int
                + (st.also_sms IS TRUE AND a.action_type <> 'sms')::int
                + (st.also_letter IS TRUE AND a.action_type <> 'letter')::int AS number
            ) messages
            CROSS JOIN LATERAL (SELECT SUM(p.overdue) AS overdue
                FROM dso_customer c JOIN dso_position p ON p.id = c.position_id
                WHERE c.id = a.customer_id OR c.group_account_id = a.customer_id
            ) owed
            WHERE a.id IN (%(candidates)s)
        ),
        addressed AS (
            SELECT c.id, c.company_id, c.place, one.address,
                COALESCE(c.number > c.most, FALSE) AS waits,
                BOOL_OR(t.id IS NOT NULL) OVER (PARTITION BY c.id) AS reached
            FROM candidate c CROSS JOIN LATERAL unnest(c.addresses) AS one(address)
            LEFT JOIN dso_sending_address t ON t.company_id = c.company_id AND t.day = c.day
                AND t.address = one.address AND t.action_id <> c.id
        ),
        taken AS (
            SELECT id FROM (
                SELECT id, place, reached, MIN(place) FILTER (WHERE NOT (waits OR reached))
                    OVER (PARTITION BY company_id, address) AS first FROM addressed
            ) asked GROUP BY id HAVING BOOL_OR(reached OR first < place)
        ),
        ranked AS (
            SELECT c.*, taken.id IS NOT NULL AS taken,
                SUM(CASE WHEN taken.id IS NULL AND (c.most IS NULL OR c.number <= c.most)
                    THEN c.number ELSE 0 END)
                    OVER (PARTITION BY c.company_id ORDER BY c.place) AS so_far
            FROM candidate c LEFT JOIN taken ON taken.id = c.id
        )
        SELECT id, company_id, number, CASE WHEN taken THEN 'address'
            WHEN number > most OR so_far > free THEN 'cap' END AS belt
        FROM ranked ORDER BY place""",
        candidates=candidates,
        room=SQL(", ").join(SQL("(%s, %s::date, %s::int, %s::int)", *row) for row in room),
        addressed=list(ADDRESSED_TYPES),
        addresses=addresses(SQL("a.recipient")),
    )


def numbers(candidates, room):
    """How many messages go and wait, by company and belt; parameters as for :func:`verdicts`."""
    return SQL(
        "SELECT company_id, belt, SUM(number)::int FROM (%s) verdict GROUP BY company_id, belt",
        verdicts(candidates, room),
    )


def move_to_day(company_id, day, message_ids):
    """Let messages count for the day on which they leave, with the addresses that they reach."""
    return SQL(
        """WITH moved AS (
            UPDATE dso_action_message SET day = %(day)s WHERE id = ANY(%(ids)s)
            RETURNING action_id, kind, recipient
        )
        INSERT INTO dso_sending_address (company_id, day, address, action_id)
        SELECT DISTINCT ON (one.address) %(company)s, %(day)s::date, one.address, a.id
        FROM moved
        JOIN dso_action a ON a.id = moved.action_id AND a.origin = 'scenario'
        CROSS JOIN LATERAL unnest(%(addresses)s) AS one(address)
        WHERE moved.kind = ANY(%(addressed)s)
        ON CONFLICT DO NOTHING""",
        company=company_id,
        day=day,
        ids=list(message_ids),
        addresses=addresses(SQL("moved.recipient")),
        addressed=list(ADDRESSED_TYPES),
    )
