"""The translation templates: `make pot`, and whether the committed ones are current."""

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


@contextlib.contextmanager
def exported(environment):
    """Paths of fresh exports by addon, made on a copy: nobody may be in a template."""
    name = f'test_{os.getpid()}_{secrets.token_hex(3)}'
    folder = paths.TESTS / name
    template = environment.addon_template()
    with paths.locked(folder / 'lock'):
        try:
            environment.copy(template, name)
            config = environment.config(folder / 'odoo.conf', name)
            targets = {addon: folder / f'{addon.name}.pot' for addon in paths.ADDONS}
            run_logged(
                environment.inside_command(config, 'export-pot', *map(str, targets.values())),
                paths.LOGS / 'pot.log',
                "Exporting the translation templates",
                failure="The translation templates could not be exported.",
                env=environment.variables(),
            )
            yield targets
        finally:
            environment.drop(name)
            shutil.rmtree(folder, ignore_errors=True)


def committed(addon):
    """Where the template of an addon lies in the repository."""
    return addon / 'i18n' / f'{addon.name}.pot'


def pot(_arguments):
    """Write the templates anew and bring the translations in line with them."""
    environment = Environment()
    with exported(environment) as fresh:
        for addon, path in fresh.items():
            template = committed(addon)
            template.parent.mkdir(exist_ok=True)
            template.write_bytes(path.read_bytes())
            say(f"{template.relative_to(paths.CHECKOUT)} written.")
            files = sorted(map(str, template.parent.glob('*.po')))
            if files:
                merge = [str(environment.python), '-m', 'devenv.merge_translations']
                command = [*merge, str(template), *files]
                subprocess.run(command, check=True, env=environment.variables())


def stale_entries(environment):
    """Sentences about differences between the committed templates and fresh ones."""
    with exported(environment) as fresh:
        pairs = [(committed(addon), path) for addon, path in fresh.items()]
        return [sentence for pair in pairs for sentence in _compare(*pair)]


def _compare(template, fresh):
    if not template.is_file():
        yield f"{template.name} does not exist, run `make pot`"
        return
    new, old = _messages(fresh), _messages(template)
    if new != old:
        different = sorted(new ^ old)[0]
        yield f"{template.name} is not current, run `make pot`; for one: {different[:90]}"


def _messages(path):
    """The lines that matter; references to lines of the source move too easily."""
    text = Path(path).read_text(encoding='utf-8')
    blocks = text.split('\n\n')[1:]
    return {
        ' '.join(line for line in block.splitlines() if not line.startswith('#'))
        for block in blocks
        if block.strip()
    }
