"""Write the addon's translation template; runs inside Odoo's Python.

`python -m devenv.pot_export CONFIG TARGET`
"""

from __future__ import annotations

import io
import sys

MODULE = 'dso_collection'
DATES = ('"POT-Creation-Date:', '"PO-Revision-Date:')


def export(config):
    """The template as text, without what changes each time it is made."""
    import odoo.api
    import odoo.modules.registry
    import odoo.tools
    from odoo.tools.translate import trans_export

    odoo.tools.config.parse_config(['-c', config, '--log-level=warn'])
    database = odoo.tools.config['db_name'][0]
    buffer = io.BytesIO()
    with odoo.modules.registry.Registry(database).cursor() as cursor:
        env = odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {})
        trans_export(False, [MODULE], buffer, 'po', env)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    return ''.join(line for line in lines if not line.startswith(DATES))


if __name__ == '__main__':
    with open(sys.argv[2], 'w', encoding='utf-8') as stream:
        stream.write(export(sys.argv[1]))
