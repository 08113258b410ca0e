"""What the text of criteria may say: a domain, with days relative to today.

Who writes criteria is no administrator. Evaluated as any expression, a text could read through what
it is given to count days with far more than its author may (``'{0.…}'.format(context_today)``), or
keep the server busy outside the database, where no time limit ends it.
"""

import ast

#: Domains, numbers and days.
_NODES = (
    ast.Expression,
    ast.List,
    ast.Tuple,
    ast.Constant,
    ast.Name,
    ast.Attribute,
    ast.Call,
    ast.keyword,
    ast.expr_context,
)

#: What may be done with numbers and days.
_OPERATORS = (ast.Add, ast.Sub, ast.UAdd, ast.USub)

#: What may be asked of days, and of the module that counts with them.
_ATTRIBUTES = frozenset(
    [
        'combine',
        'date',
        'datetime',
        'isoformat',
        'now',
        'replace',
        'strftime',
        'time',
        'timedelta',
        'today',
    ]
)


def find_forbidden(text):
    """Return the first part of the text of criteria that has no place in them, if any.

    :param str text: an expression of Python
    :rtype: str
    :raise SyntaxError: when it is none
    """
    for node in ast.walk(ast.parse(text.strip(), mode='eval')):
        if isinstance(node, ast.Attribute) and node.attr not in _ATTRIBUTES:
            return node.attr
        if _replaces_text(node):
            return ast.unparse(node)
        if isinstance(node, ast.BinOp | ast.UnaryOp):
            is_allowed = isinstance(node.op, _OPERATORS)
        else:
            is_allowed = isinstance(node, (*_NODES, *_OPERATORS))
        if not is_allowed:
            return ast.unparse(node)
    return ""


def _replaces_text(node):
    """Tell whether a call may be that of a text: a few in a row fill the memory. The parts of a day
    are replaced by name."""
    is_replace = isinstance(node, ast.Call) and getattr(node.func, 'attr', '') == 'replace'
    return is_replace and bool(node.args)
