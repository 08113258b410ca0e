"""Fill the demo database; runs inside Odoo's Python.

`python -m devenv.demo_build CONFIG SMTP_PORT GUIDE`

The addon's `demo/portfolio.py` makes the company; beside `build(env)` it may name `LOGINS`, a list
of (login, password, text), and `LOOK_AT`, a list of sentences: both are shown once it is served.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import sys
import time
from pathlib import Path

from . import inside

#: Languages of users: Odoo and the addon.
LANGUAGES = ('fr_FR',)
#: Languages of customers, who read messages alone: formats, and what the addon itself translates.
CUSTOMER_LANGUAGES = ('de_DE', 'es_ES')
ADDON = 'dso_collection'
PORTFOLIO = 'odoo.addons.dso_collection.demo.portfolio'
CRONS = (
    'dso_collection.ir_cron_dispatch',
    'mail.ir_cron_mail_scheduler_action',
    'dso_collection.ir_cron_plan',  # what comes next for those who just got a message
)
# Services that Odoo would call; a closed port on this machine answers instead.
ENDPOINTS = (
    'iap.endpoint',
    'sms.endpoint',
    'snailmail.endpoint',
    'enrich.endpoint',
    'iap.partner_autocomplete.endpoint',
)
CLOSED = 'http://127.0.0.1:9'


@contextlib.contextmanager
def step(label):
    print(f"· {label} …", flush=True)
    start = time.monotonic()
    yield
    print(f"  {label}: {time.monotonic() - start:.1f} s", flush=True)


def keep_inside(env, smtp_port):
    """Leave the sink as the only way out."""
    env['ir.mail_server'].search([]).unlink()
    env['ir.mail_server'].create(
        {
            'name': "Messages are kept as files",
            'smtp_host': '127.0.0.1',
            'smtp_port': smtp_port,
            'smtp_encryption': 'none',
            'smtp_authentication': 'login',
        }
    )
    # Nobody takes SMS here: they wait in the queue, for everybody to see.
    env.ref('sms.ir_cron_sms_scheduler_action').active = False
    for parameter in ENDPOINTS:
        env['ir.config_parameter'].set_param(parameter, CLOSED)


def load_languages(env):
    modules = env['ir.module.module'].search([('state', '=', 'installed')])
    ours = modules.filtered(lambda module: module.name.startswith(ADDON))
    for code in (*LANGUAGES, *CUSTOMER_LANGUAGES):
        if code not in dict(env['res.lang'].get_installed()):
            env['res.lang']._activate_lang(code)
            (modules if code in LANGUAGES else ours)._update_translations(code)


def silence_bot(env):
    """Keep the bot's welcome from covering the screen of a phone."""
    users = env['res.users'].search([])
    if 'odoobot_state' in users._fields:
        users.odoobot_state = 'disabled'


def portfolio():
    """The addon's portfolio module, or None while there is none."""
    try:
        found = importlib.util.find_spec(PORTFOLIO)
    except ModuleNotFoundError:
        found = None
    return importlib.import_module(PORTFOLIO) if found else None


def build(env, smtp_port):
    keep_inside(env, smtp_port)
    with step("Loading languages"):
        load_languages(env)
    env.cr.commit()
    company = portfolio()
    if company:
        with step("Building the portfolio"):
            company.build(env)
            silence_bot(env)
            env.cr.commit()
    else:
        print("  note: the addon has no demo portfolio yet", flush=True)
    if 'dso.customer' in env and hasattr(env['dso.customer'], '_plan_all'):
        with step("Planning"):
            env['dso.customer']._plan_all()
            env.cr.commit()
    for name in CRONS:
        cron = env.ref(name, raise_if_not_found=False)
        if cron:
            with step(f"Running “{cron.name}”"):
                cron.method_direct_trigger()
                env.cr.commit()
    return company


def main(config, smtp_port, guide):
    with inside.environment(config) as env:
        company = build(env, int(smtp_port))
    known = {
        'logins': getattr(company, 'LOGINS', [('admin', 'admin', "administrator")]),
        'look_at': getattr(company, 'LOOK_AT', []),
    }
    Path(guide).write_text(json.dumps(known), encoding='utf-8')


if __name__ == '__main__':
    main(*sys.argv[1:])
