"""Which lines of a log are about our addons."""

from __future__ import annotations

import re

from . import paths

ADDONS = '|'.join(addon.name for addon in paths.ADDONS)
LOGGER = re.compile(rf'odoo\.addons\.({ADDONS})(\.|$)')
# Our files, loggers and xml ids, our models, our tables.
OURS = re.compile(rf'\b({ADDONS})\b|\bdso[._][a-z]\w*')
LINE = re.compile(
    r'^\S+ \S+ \d+ (?P<level>DEBUG|INFO|WARNING|ERROR|CRITICAL) (?P<database>\S+) '
    r'(?P<logger>[^\s:]+): (?P<text>.*)$'
)
ANSI = re.compile(r'\x1b\[[0-9;]*m')


def is_ours(logger, text):
    """Tell whether a record comes from our code or speaks about it.

    The path of the checkout may contain our name without meaning us.
    """
    if LOGGER.match(logger):
        return True
    return bool(OURS.search(text.replace(f'{paths.CHECKOUT}/.run', '')))


def records(lines):
    """Records of an Odoo log as (level, logger, text), a traceback being part of the text."""
    found = []
    for line in lines:
        line = ANSI.sub('', line.rstrip('\n'))
        match = LINE.match(line)
        if match:
            found.append([match['level'], match['logger'], match['text']])
        elif found:
            found[-1][2] += '\n' + line
    return [tuple(record) for record in found]


def complaints(path):
    """Warnings and errors of a log file: (ours, the others)."""
    with open(path, encoding='utf-8', errors='replace') as stream:
        bad = [record for record in records(stream) if record[0] not in ('DEBUG', 'INFO')]
    ours = [record for record in bad if is_ours(record[1], record[2])]
    return ours, [record for record in bad if record not in ours]


def render(found):
    return '\n'.join(f'  {level} {logger}: {text}' for level, logger, text in found)
