"""What a customer account may owe and what covers it, as SQL.

``models/dso_customer_credit.py`` says the same on records. The columns of an account are those that
its ``_field_to_sql`` gives.
"""

from odoo.tools import SQL


def of_company(company, values, default):
    """A value that differs by company.

    :param SQL company: id of the company
    :param dict values: id of a company → SQL
    :param SQL default: for other companies
    """
    if not values:
        return default
    cases = SQL(" ").join(SQL("WHEN %s THEN %s", each, value) for each, value in values.items())
    return SQL("(CASE %s %s ELSE %s END)", company, cases, default)


def limit(company, limits, fallbacks):
    """Credit limit, 0 where there is none.

    :param SQL limits: the limits of the contact, by company, as core keeps them
    :param dict fallbacks: id of a company that uses limits → limit of contacts without one
    """
    values = {
        each: SQL("COALESCE((%s ->> %s)::numeric, %s::numeric)", limits, str(each), fallback)
        for each, fallback in fallbacks.items()
    }
    return of_company(company, values, SQL("0::numeric"))


def exposure(balance):
    """What the customer owes: see the field of that name."""
    return SQL("GREATEST(%s, 0)", balance)


def guaranteed(columns, today):
    """Guarantees that are valid on a day; most accounts have none that depends on it."""
    return SQL(
        "(COALESCE(%(guarantee_permanent)s, 0)"
        " + CASE WHEN COALESCE(%(guarantee_temporary)s, %(guarantee_other)s) IS NULL THEN 0 ELSE"
        " CASE WHEN COALESCE(%(guarantee_temporary_from)s <= %(today)s, TRUE)"
        " AND COALESCE(%(guarantee_temporary_until)s >= %(today)s, TRUE)"
        " THEN COALESCE(%(guarantee_temporary)s, 0) ELSE 0 END"
        " + CASE WHEN COALESCE(%(guarantee_other_until)s >= %(today)s, TRUE)"
        " THEN COALESCE(%(guarantee_other)s, 0) ELSE 0 END END)",
        today=today,
        **columns,
    )


def is_expired(columns, today):
    """Whether a guarantee has come to its end."""
    return SQL(
        "(COALESCE(%(guarantee_temporary)s, 0) > 0"
        " AND COALESCE(%(guarantee_temporary_until)s < %(today)s, FALSE)"
        " OR COALESCE(%(guarantee_other)s, 0) > 0"
        " AND COALESCE(%(guarantee_other_until)s < %(today)s, FALSE))",
        today=today,
        **columns,
    )
