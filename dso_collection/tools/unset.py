"""Searching fields that lie behind another record: without that record they are "not set"."""

from odoo.fields import Domain


def search_unset(operator, value, domain_of):
    """Return the domain for a condition on a field that not every record reaches.

    :param str operator: operator of the condition
    :param value: its value
    :param domain_of: function of an operator and a value; returns the domain of the records that
        reach the field and fulfil the condition there
    :return: ``NotImplemented`` for a negative operator: the ORM asks again with the positive one
    :rtype: Domain
    """
    if operator in Domain.NEGATIVE_OPERATORS:
        return NotImplemented
    if operator != 'in' or False not in value:
        return domain_of(operator, value)
    found = domain_of('in', [wanted for wanted in value if wanted])
    return found | ~domain_of('!=', False)
