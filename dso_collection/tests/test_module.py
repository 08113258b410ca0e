import os
import re
import shutil
import subprocess
import sys
import unittest
from contextlib import closing

from odoo.sql_db import close_db, db_connect
from odoo.tests import BaseCase, HttpCase, TransactionCase, get_db_name, tagged
from odoo.tools import config

#: A database with the addon that nobody is connected to; the development environment names it.
TEMPLATE = os.environ.get('DSO_TEST_TEMPLATE')

COMPLAINT = re.compile(r' (?:WARNING|ERROR|CRITICAL) .*')

#: What an overdue invoice leaves behind: a customer account, its plan, an action in the history.
USE_IT = """
from datetime import timedelta
from odoo import Command, fields
company = env.company
company.dso_scenario_id = company.dso_scenario_id or env['dso.scenario'].search([], limit=1)
due = fields.Date.today() - timedelta(days=90)
invoice = env['account.move'].create({
    'move_type': 'out_invoice',
    'partner_id': env['res.partner'].create({'name': "Late Ltd", 'email': 'late@example.com'}).id,
    'invoice_date': due,
    'invoice_date_due': due,
    'invoice_line_ids': [Command.create({'name': "Goods", 'price_unit': 100, 'tax_ids': []})],
})
invoice.action_post()
env.cr.commit()
env['dso.customer']._plan_all()
env.cr.commit()
assert env['dso.customer'].search_count([])
env['ir.module.module'].search([('name', '=', 'dso_collection')]).button_immediate_uninstall()
"""

#: What our module could leave in a database, as queries that name each leftover.
LEFTOVERS = {
    "tables and views": "SELECT relname FROM pg_class WHERE relname ~ '^dso_'",
    "columns": r"""SELECT table_name || '.' || column_name FROM information_schema.columns
                    WHERE table_schema = 'public' AND column_name ~ '^dso_'""",
    "functions": "SELECT proname FROM pg_proc WHERE proname ~ '^_?dso_'",
    "triggers": "SELECT tgname FROM pg_trigger WHERE tgname ~ '^_?dso_'",
    "models": "SELECT model FROM ir_model WHERE model ~ '^dso[.]'",
    "fields": "SELECT model || '.' || name FROM ir_model_fields WHERE name ~ '^dso_'",
    "scheduled actions": """SELECT cron.id FROM ir_cron cron
                              JOIN ir_act_server act ON act.id = cron.ir_actions_server_id
                         LEFT JOIN ir_model model ON model.id = act.model_id
                             WHERE model.id IS NULL OR act.code ~ '_cron_(plan|dispatch|assign)'""",
    "xml ids": "SELECT name FROM ir_model_data WHERE module LIKE 'dso_collection%'",
    "parameters": "SELECT key FROM ir_config_parameter WHERE key ~ '^dso_'",
    "attachments": "SELECT name FROM ir_attachment WHERE res_model ~ '^dso[.]'",
    "messages": "SELECT id FROM mail_message WHERE model ~ '^dso[.]'",
    "activities": "SELECT id FROM mail_activity WHERE res_model ~ '^dso[.]'",
    "templates": "SELECT id FROM mail_template WHERE model ~ '^dso[.]'",
}


@tagged('post_install', '-at_install')
class TestModule(TransactionCase):
    def test_module_is_installed(self):
        module = self.env['ir.module.module'].search([('name', '=', 'dso_collection')])
        self.assertEqual(module.state, 'installed')
        self.assertTrue(module.application)


@tagged('post_install', '-at_install')
class TestWeb(HttpCase):
    def test_login_page(self):
        response = self.url_open('/web/login')
        self.assertEqual(response.status_code, 200)
        self.assertIn('name="login"', response.text)


@tagged('post_install', '-at_install')
@unittest.skipUnless(TEMPLATE, "needs a template database to copy")
class LifecycleCase(BaseCase):
    """Update and uninstall, as an administrator does them, in processes and a database apart."""

    def setUp(self):
        super().setUp()
        self.database = f'{get_db_name()}_life'
        self.addCleanup(self.drop_database)
        self.execute(f'CREATE DATABASE "{self.database}" TEMPLATE "{TEMPLATE}"')
        files = config.filestore(TEMPLATE)
        if os.path.isdir(files):
            shutil.copytree(files, config.filestore(self.database), copy_function=os.link)

    def drop_database(self):
        close_db(self.database)
        self.execute(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
        shutil.rmtree(config.filestore(self.database), ignore_errors=True)

    def execute(self, query):
        with closing(db_connect('postgres').cursor()) as cursor:
            cursor._cnx.autocommit = True  # a database is not made in a transaction
            cursor.execute(query)

    def odoo(self, *arguments, text=None):
        """Run Odoo on the database; return the warnings and errors that it logs."""
        command = [sys.executable, '-m', 'odoo', *arguments]
        command += ['-c', config['config'], '-d', self.database, '--no-http', '--log-level=warn']
        done = subprocess.run(
            command,
            input=text,
            stdin=None if text else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stdout[-3000:])
        self.assertNotIn('Traceback', done.stdout)
        return COMPLAINT.findall(done.stdout)

    def find(self, queries):
        """Return what queries find, by their names."""
        found = {}
        with closing(db_connect(self.database).cursor()) as cursor:
            for kind, query in queries.items():
                cursor.execute(query)
                found[kind] = [row[0] for row in cursor.fetchall()]
        return {kind: names for kind, names in found.items() if names}


class TestLifecycle(LifecycleCase):
    def test_update_then_uninstall_in_use(self):
        self.assertEqual(self.odoo('-u', 'dso_collection', '--stop-after-init'), [])
        self.assertIn("tables and views", self.find(LEFTOVERS))
        self.assertEqual(self.odoo('shell', text=USE_IT), [])
        self.assertEqual(self.find(LEFTOVERS), {})
