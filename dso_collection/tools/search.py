"""What search methods of fields that are not stored share."""

from odoo.fields import Domain


def search_flag(operator, value, domain_of):
    """Return the domain for a condition on a flag that a domain tells.

    :param str operator: operator of the condition
    :param value: its values
    :param domain_of: function without arguments; returns the domain of the records that carry the
        flag
    :return: ``NotImplemented`` for a negative operator: the ORM asks again with the positive one
    :rtype: Domain
    """
    if operator != 'in':
        return NotImplemented
    domain = domain_of()
    return domain if True in value else ~domain


def search_unset(operator, value, domain_of):
    """Return the domain for a condition on a field that lies behind another record.

    Without that record the field is "not set".

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
    unset = ~domain_of('!=', False)
    wanted = [known for known in value if known]
    return domain_of('in', wanted) | unset if wanted else unset
