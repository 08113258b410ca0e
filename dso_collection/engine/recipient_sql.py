"""To whom a message goes, by type of action (docs/engine.md, 7)."""

import functools

from odoo.tools import SQL

#: What separates the digits of a telephone number that no parser has brought into its form.
SEPARATORS = r'[\s./()-]'

#: Digits that an SMS can be sent to: E.164 has fifteen of them at most.
NUMBER = r'^\+?[0-9]{6,15}$'


def recipients_of(customer_ids, action_type):
    """Recipients of one type for customer accounts.

    :return: SQL of ``(customer account id, contact id, text, error code)``
    """
    return SQL(
        """WITH asked AS (
            SELECT id AS unit_id, partner_id, %(action_type)s AS action_type
            FROM dso_customer WHERE id = ANY(%(ids)s)
        ),
        %(recipients)s
        SELECT unit_id, partner_id, text, fault FROM recipient""",
        action_type=action_type,
        ids=list(customer_ids),
        recipients=recipients(),
    )


@functools.cache
def recipients():
    """CTE ``recipient``: to whom the messages of ``asked`` go (spec 4.2, 4.3).

    ``asked`` has the rows ``(unit_id, partner_id, action_type)``, one per unit. Chosen are the
    collection contacts of the type, else the first invoice address, else the customer itself.
    Emails go to all of them, what is sent to one only, to the first that can be reached.
    """
    return SQL(
        """contact_point AS (
            SELECT asked.unit_id, asked.action_type, p.id, reach.text COLLATE "C" AS text,
                RANK() OVER (PARTITION BY asked.unit_id ORDER BY kind.rank,
                    CASE WHEN kind.rank = 2 THEN p.id END) AS place,
                CASE WHEN reach.text IS NOT NULL AND blocked.id IS NOT NULL THEN 'blacklisted'
                    WHEN reach.text IS NOT NULL OR asked.action_type = 'call' THEN NULL
                    WHEN asked.action_type = 'email' THEN
                        CASE WHEN p.email <> '' THEN 'invalid_recipient' ELSE 'no_recipient' END
                    WHEN asked.action_type = 'sms' THEN
                        CASE WHEN p.phone <> '' THEN 'invalid_phone' ELSE 'no_phone' END
                    ELSE 'no_address' END AS fault
            FROM asked
            JOIN res_partner p ON p.commercial_partner_id = asked.partner_id
            LEFT JOIN res_country country ON country.id = p.country_id
            CROSS JOIN LATERAL (%(kind)s) kind
            CROSS JOIN LATERAL (%(reach)s) reach
            LEFT JOIN (
                SELECT id, 'email' AS action_type, email AS text FROM mail_blacklist WHERE active
                UNION ALL
                SELECT id, 'sms', number FROM phone_blacklist WHERE active
            ) blocked ON blocked.action_type = asked.action_type AND blocked.text = reach.text
            WHERE kind.rank IS NOT NULL
        ),
        recipient AS (
            SELECT unit_id,
                CASE action_type WHEN 'email'
                    THEN STRING_AGG(DISTINCT text, ', ' ORDER BY text)
                    ELSE (ARRAY_AGG(text ORDER BY turn, id))[1] END AS text,
                (ARRAY_AGG(id ORDER BY turn, id))[1] AS partner_id,
                (ARRAY_AGG(fault ORDER BY turn, id))[1] AS fault
            FROM contact_point
            CROSS JOIN LATERAL (%(turn)s) sorted
            WHERE place = 1
            GROUP BY unit_id, action_type
        )""",
        kind=_kind(),
        reach=_reach(),
        turn=_turn(),
    )


def _kind():
    """How near to the messages of collection a contact is: 1 goes before 2, 2 before 3."""
    return SQL(
        """SELECT CASE
            WHEN p.is_collection_contact AND p.active AND CASE asked.action_type
                WHEN 'email' THEN p.collection_by_email
                WHEN 'sms' THEN p.collection_by_sms
                WHEN 'call' THEN p.collection_by_call
                ELSE p.collection_by_letter END THEN 1
            WHEN p.type = 'invoice' AND p.active AND p.id <> asked.partner_id THEN 2
            WHEN p.id = asked.partner_id THEN 3 END AS rank"""
    )


def _reach():
    """Where a contact is reached; nothing when it cannot be.

    Numbers are those that Odoo has brought into their form when they were entered; where it has no
    parser for them they are as they were typed, hence the pattern.
    """
    return SQL(
        """SELECT CASE asked.action_type
            WHEN 'email' THEN p.email_normalized
            WHEN 'sms' THEN SUBSTRING(
                REGEXP_REPLACE(p.phone_sanitized, %(separators)s, '', 'g') FROM %(number)s)
            WHEN 'call' THEN NULLIF(TRIM(p.phone), '')
            WHEN 'letter' THEN %(address)s
            WHEN 'registered_letter' THEN %(address)s END AS text""",
        separators=SEPARATORS,
        number=NUMBER,
        address=SQL(
            """CASE WHEN TRIM(p.street) <> '' AND TRIM(p.city) <> ''
                AND (TRIM(p.zip) <> '' OR country.zip_required IS FALSE)
                THEN CONCAT_WS(', ', TRIM(p.street), NULLIF(TRIM(p.street2), ''),
                    CONCAT_WS(' ', NULLIF(TRIM(p.zip), ''), TRIM(p.city)), country.code) END"""
        ),
    )


def _turn():
    """Which of the chosen contacts speaks for the action.

    An email that one of them cannot get is an error of that one; what goes to one contact goes to
    the first without a fault.
    """
    return SQL(
        """SELECT CASE
            WHEN action_type = 'email' THEN
                ARRAY_POSITION(
                    ARRAY['invalid_recipient', 'blacklisted', NULL, 'no_recipient'], fault)
            WHEN fault IS NULL THEN CASE WHEN text IS NULL THEN 2 ELSE 1 END
            ELSE 2 + ARRAY_POSITION(
                ARRAY['blacklisted', 'invalid_phone', 'no_phone', 'no_address'], fault)
            END AS turn"""
    )
