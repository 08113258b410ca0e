"""`make lint`: general linters, those that know Odoo, and our own checks."""

from __future__ import annotations

import os
import subprocess

from . import paths, translations, virtualenv
from .console import Stop, say
from .databases import Environment

# README.md beside the addon takes the place of one inside, and ruff knows where print() is right.
# A model's parts lie in several files here, and inherited wizards beside the other models.
DISABLED = (
    'missing-readme',
    'print-used',
    'consider-merging-classes-inherited',
    'no-wizard-in-models',
)


def lint(arguments):
    """Run all checks, also after a failure, so that one run tells everything.

    :param arguments: `--no-database` leaves out what needs one
    """
    python = virtualenv.python()
    tool = {name: [str(python), '-m', name] for name in ('ruff', 'pylint', 'devenv.lint_addon')}
    addons = [addon.name for addon in paths.ADDONS]
    pylint = [f'--disable={",".join(DISABLED)}', '--ignore=tests']
    checks = {
        'ruff check': [*tool['ruff'], 'check', '--output-format=concise', '--quiet', '.'],
        'ruff format': [*tool['ruff'], 'format', '--check', '--quiet', '--output-format=concise'],
        'pylint-odoo': [*tool['pylint'], '--rcfile=.pylintrc', *pylint, *addons],
        'addons': tool['devenv.lint_addon'],
    }
    variables = {**os.environ, 'PYTHONPATH': str(paths.TOOLS)}
    failed = []
    for name, command in checks.items():
        say(f"· {name}")
        if subprocess.run(command, env=variables, cwd=paths.CHECKOUT, check=False).returncode:
            failed.append(name)
    if '--no-database' not in arguments and not _templates_are_current():
        failed.append('translation template')
    if failed:
        raise Stop(f"lint found something: {', '.join(failed)}")
    say("lint: all is well")


def _templates_are_current():
    complaints = translations.stale_entries(Environment())
    for complaint in complaints:
        say(complaint)
    return not complaints
