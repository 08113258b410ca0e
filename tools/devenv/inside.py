"""What runs inside Odoo's Python.

`python -m devenv.inside CONFIG COMMAND [ARGUMENT…]`
"""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path

import psycopg2.errors

from . import paths

RARE_BUNDLES = ('qunit', 'tests_assets', '_dark')  # parts of names
TRIES = 3
DATES = ('"POT-Creation-Date:', '"PO-Revision-Date:')


@contextlib.contextmanager
def environment(config):
    """An environment on the database that the configuration names, committed at the end."""
    import odoo.api
    import odoo.modules.registry
    import odoo.tools

    odoo.tools.config.parse_config(['-c', config, '--log-level=warn'])
    database = odoo.tools.config['db_name'][0]
    with odoo.modules.registry.Registry(database).cursor() as cursor:
        yield odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {})


def make_assets(env):
    """Build the bundles of the web client now: each browser would wait for them otherwise.

    The order of files in a bundle depends on all installed modules. Counting the addons among them
    where they are not installed yet makes bundles that stay valid once they are.
    """
    env.registry._init_modules.update(addon.name for addon in paths.ADDONS)
    qweb = env['ir.qweb']
    scripts, styles = qweb._get_bundles_to_pregenarate()
    for bundle in sorted(scripts | styles):
        if any(part in bundle for part in RARE_BUNDLES):
            continue
        if bundle in scripts:
            qweb._get_asset_bundle(bundle, css=False, js=True).js()
        if bundle in styles:
            qweb._get_asset_bundle(bundle, css=True, js=False).css()
        env.cr.commit()  # what is done stays, whoever else works on the database


def export_pot(env, *targets):
    """Write translation templates, without what changes each time they are made.

    :param targets: paths of files that are called like their addon
    """
    from odoo.tools.translate import trans_export

    for target in map(Path, targets):
        buffer = io.BytesIO()
        trans_export(False, [target.stem], buffer, 'po', env)
        lines = buffer.getvalue().decode().splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(DATES)]
        target.write_text(''.join(kept), encoding='utf-8')


COMMANDS = {'make-assets': make_assets, 'export-pot': export_pot}


def main(config, command, *arguments):
    """Run a command; one that meets another transaction begins again, as requests of Odoo do."""
    for left in reversed(range(TRIES)):
        try:
            with environment(config) as env:
                COMMANDS[command](env, *arguments)
            return
        except psycopg2.errors.SerializationFailure:
            if not left:
                raise


if __name__ == '__main__':
    main(*sys.argv[1:])
