"""The translation template: `make pot`, and whether the committed one is current."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
from pathlib import Path

from . import paths
from .console import run_logged, say
from .databases import Environment

TEMPLATE = paths.ADDON / 'i18n' / 'dso_collection.pot'


@contextlib.contextmanager
def exported(environment):
    """The path of a fresh export, made on a copy: nobody may be in a template."""
    name = f'test_{os.getpid()}_{secrets.token_hex(3)}'
    folder = paths.TESTS / name
    template = environment.addon_template()
    with paths.locked(folder / 'lock'):
        try:
            environment.copy(template, name)
            config = environment.config(folder / 'odoo.conf', name)
            target = folder / 'export.pot'
            run_logged(
                environment.inside_command(config, 'export-pot', str(target)),
                paths.LOGS / 'pot.log',
                "Exporting the translation template",
                failure="The translation template could not be exported.",
                env=environment.variables(),
            )
            yield target
        finally:
            environment.drop(name)
            shutil.rmtree(folder, ignore_errors=True)


def pot(_arguments):
    """Write the template anew and bring the translations in line with it."""
    environment = Environment()
    with exported(environment) as fresh:
        TEMPLATE.parent.mkdir(exist_ok=True)
        TEMPLATE.write_bytes(fresh.read_bytes())
    say(f"{TEMPLATE.relative_to(paths.CHECKOUT)} written.")
    files = sorted(map(str, TEMPLATE.parent.glob('*.po')))
    if files:
        merge = [str(environment.python), '-m', 'devenv.merge_translations', str(TEMPLATE)]
        variables = {**os.environ, 'PYTHONPATH': str(paths.TOOLS)}
        subprocess.run([*merge, *files], check=True, env=variables)


def stale_entries(environment):
    """Sentences about differences between the committed template and a fresh one."""
    with exported(environment) as fresh:
        new, old = _messages(fresh), _messages(TEMPLATE)
    if new == old:
        return []
    different = sorted(new ^ old)[0] if new ^ old else "only the order or comments differ"
    return [f"i18n/{TEMPLATE.name} is not current, run `make pot`; for one: {different[:90]}"]


def _messages(path):
    """The lines that matter; references to lines of the source move too easily."""
    text = Path(path).read_text(encoding='utf-8')
    blocks = text.split('\n\n')[1:]
    return {
        ' '.join(line for line in block.splitlines() if not line.startswith('#'))
        for block in blocks
        if block.strip()
    }
