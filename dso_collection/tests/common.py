"""Vocabulary of the tests: customers, invoices, payments, and days that pass."""

from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import count as counter
from pprint import pformat
from unittest.mock import patch

import freezegun
from odoo import Command, fields
from odoo.sql_db import Cursor
from odoo.tests import TransactionCase, freeze_time, new_test_user, tagged
from odoo.tools import SQL

# The test runner measures real time whatever the clock of a test says.
freezegun.configure(extend_ignore_list=['_pytest', 'pluggy', 'hypothesis'])

#: The steps of the worked cases: days, action type, mode.
STANDARD_STEPS = (
    (-5, 'email', 'automatic'),
    (3, 'email', 'automatic'),
    (10, 'call', 'manual'),
    (20, 'email', 'automatic'),
    (35, 'registered_letter', 'manual'),
)

#: A postal address to which a letter can go.
HOME = {'street': '1 Main Street', 'zip': '02139', 'city': 'Cambridge'}

#: Tables that planning writes; a plan that has nothing to do leaves every row where it is.
PLANNED_TABLES = ('dso_customer', 'dso_position', 'dso_action', 'dso_action_item', 'dso_plan_mark')


def jan(day):
    """A day of January 2027, whose 23rd is a Saturday; 0 and less reach back before it."""
    return date(2027, 1, 1) + timedelta(days=day - 1)


@tagged('post_install', '-at_install')
class CollectionCase(TransactionCase):
    """Customers of a company in US dollars on a clock of its own, with the standard scenario.

    The clock stands at noon of a day (:meth:`go_to`); the database's clock is never asked.
    """

    FIRST_DAY = jan(4)

    numbers = counter()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clock = cls.startClassPatcher(freeze_time(datetime.combine(cls.FIRST_DAY, time(12))))
        cls.startClassPatcher(patch.object(Cursor, 'now', lambda cursor: datetime.now()))
        cls.env = cls.env(context={**cls.env.context, 'tracking_disable': True})
        cls.env.user.group_ids += cls.env.ref('dso_collection.group_dso_manager')
        cls.company = cls.env.company
        cls.company.dso_tz = 'UTC'
        cls.usd, cls.eur = cls.env.ref('base.USD'), cls.env.ref('base.EUR')
        cls.eur.active = True
        cls.mail_template = cls.create_mail_template()
        cls.scenario = cls.create_scenario("Standard")
        cls.company.dso_scenario_id = cls.scenario

    def setUp(self):
        super().setUp()
        self.go_to(self.FIRST_DAY)

    # --- time ------------------------------------------------------------------------------

    @classmethod
    def go_to(cls, day, hour=12):
        """Let the clock stand at an hour (UTC) of a day."""
        cls.clock.move_to(datetime.combine(day, time(hour)))

    @property
    def today(self):
        return fields.Date.today()

    # --- configuration ---------------------------------------------------------------------

    @classmethod
    def create_mail_template(cls, **vals):
        return cls.env['mail.template'].create(
            {
                'name': "Reminder",
                'model_id': cls.env['ir.model']._get_id('dso.action'),
                'subject': "Reminder",
                'body_html': "<p>Please pay</p>",
                **vals,
            }
        )

    @classmethod
    def create_scenario(cls, name, steps=STANDARD_STEPS, **vals):
        """A scenario with steps given as days, action type and mode."""
        return cls.env['dso.scenario'].create(
            {
                'name': name,
                'minimum_amount': 50,
                'step_ids': [
                    Command.create(
                        {
                            'name': f"{action_type} {delay:+d}",
                            'delay': delay,
                            'action_type': action_type,
                            'mode': mode,
                            'mail_template_id': action_type == 'email' and cls.mail_template.id,
                        }
                    )
                    for delay, action_type, mode in steps
                ],
                **vals,
            }
        )

    def step(self, delay, scenario=None):
        return (scenario or self.scenario).step_ids.filtered(lambda step: step.delay == delay)

    @classmethod
    def create_user(cls, role, **vals):
        """A user who is ``reader``, ``collector`` or ``manager`` of collection."""
        vals = {'login': f'{role}@example.com', 'email': f'{role}@example.com', **vals}
        return new_test_user(cls.env, groups=f'dso_collection.group_dso_{role}', **vals)

    @classmethod
    def create_company(cls, name="Second Company", **vals):
        """A company with a chart of accounts, which the test user may use."""
        company = cls.env['res.company'].create(
            {'name': name, 'currency_id': cls.usd.id, 'dso_tz': 'UTC', **vals}
        )
        if not company.parent_id:
            cls.env['account.chart.template'].try_loading(
                'generic_coa', company=company, install_demo=False
            )
        company.dso_scenario_id = cls.scenario
        cls.env.user.company_ids += company
        return company

    # --- customers and their books ---------------------------------------------------------

    @classmethod
    def create_customer(cls, name="Azure Interior", company=None, **vals):
        """The customer account of a new customer."""
        email = f'{name.lower().replace(" ", ".")}@example.com'
        partner = cls.env['res.partner'].create({'name': name, 'email': email, **HOME, **vals})
        return cls.env['dso.customer']._get_or_create(partner, company or cls.company)

    @classmethod
    def create_customers(cls, count, company=None):
        """Many customer accounts at once."""
        vals = [
            # An address gets one scenario message a day: each customer has one of its own.
            {'name': f"Customer {n}", 'email': f'{n}.{next(cls.numbers)}@example.com', **HOME}
            for n in range(count)
        ]
        partners = cls.env['res.partner'].create(vals)
        return cls.env['dso.customer']._get_or_create(partners, company or cls.company)

    @classmethod
    def _account(cls, account_type, company):
        return cls.env['account.account'].search(
            [
                *cls.env['account.account']._check_company_domain(company),
                ('account_type', '=', account_type),
            ],
            limit=1,
        )

    @classmethod
    def _journal(cls, journal_type, company):
        return cls.env['account.journal'].search(
            [
                *cls.env['account.journal']._check_company_domain(company),
                ('type', '=', journal_type),
            ],
            limit=1,
        )

    @classmethod
    def create_invoice(cls, customer, due, amount=1000, posted=None, post=True, **vals):
        """An invoice without taxes.

        :param due: due date, or a list of percentages and due dates for instalments
        :param posted: invoice date; by default the day of the clock
        """
        posted = posted or fields.Date.today()
        terms = {'invoice_date_due': due, 'invoice_payment_term_id': False}
        if isinstance(due, list):
            terms = {'invoice_payment_term_id': cls._create_terms(posted, due).id}
        move = (
            cls.env['account.move']
            .with_company(customer.company_id)
            .create(
                {
                    'move_type': 'out_invoice',
                    'partner_id': customer.partner_id.id,
                    'invoice_date': posted,
                    **terms,
                    'invoice_line_ids': [
                        Command.create({'name': "Work", 'price_unit': amount, 'tax_ids': False})
                    ],
                    **vals,
                }
            )
        )
        if post:
            move.action_post()
        return move

    @classmethod
    def _create_terms(cls, posted, instalments):
        return cls.env['account.payment.term'].create(
            {
                'name': "Instalments",
                'line_ids': [
                    Command.create(
                        {
                            'value': 'percent',
                            'value_amount': percent,
                            'delay_type': 'days_after',
                            'nb_days': (due - posted).days,
                        }
                    )
                    for percent, due in instalments
                ],
            }
        )

    @classmethod
    def create_opening_entry(cls, customers, due, amount=1000):
        """Imported opening balances: one posted entry with an item for each customer account."""
        company = customers.company_id
        revenue = cls._account('income', company)
        items = [
            Command.create(
                {
                    'account_id': partner.property_account_receivable_id.id,
                    'partner_id': partner.id,
                    'date_maturity': due,
                    'no_followup': False,
                    'debit': amount,
                }
            )
            for partner in customers.partner_id.with_company(company)
        ]
        balance = Command.create({'account_id': revenue.id, 'credit': amount * len(items)})
        vals = {'date': due, 'line_ids': [*items, balance]}
        entry = cls.env['account.move'].with_company(company).create(vals)
        entry.action_post()
        return entry

    @classmethod
    def create_credit_note(cls, customer, amount, **vals):
        """An open credit note; ``currency_id`` and others as for an invoice."""
        today = fields.Date.today()
        return cls.create_invoice(customer, today, amount, move_type='out_refund', **vals)

    @classmethod
    def pay(cls, customer, amount, *items, currency=None, day=None):
        """Book a payment and allocate it to items, oldest first; return the item of the payment.

        A plain bank entry: what collection sees of a bank statement or a payment.
        """
        company, currency = customer.company_id, currency or customer.company_id.currency_id
        day = day or fields.Date.today()
        receivable = customer.partner_id.with_company(company).property_account_receivable_id
        bank = cls._journal('bank', company)
        balance = currency._convert(amount, company.currency_id, company, day)
        sides = ((receivable, -1), (bank.default_account_id, 1))
        move = cls.env['account.move'].create(
            {
                'journal_id': bank.id,
                'date': day,
                'line_ids': [
                    Command.create(
                        {
                            'account_id': account.id,
                            'partner_id': customer.partner_id.id,
                            'currency_id': currency.id,
                            'amount_currency': sign * amount,
                            'balance': sign * balance,
                        }
                    )
                    for account, sign in sides
                ],
            }
        )
        move.action_post()
        payment = cls.receivables(move)
        for item in items:
            (payment | cls.receivables(item)).filtered(lambda line: not line.reconciled).reconcile()
        return payment

    @staticmethod
    def receivables(record):
        """The receivable items of a move, oldest first; journal items are their own."""
        if record._name == 'account.move.line':
            return record
        lines = record.line_ids.filtered(lambda line: line.account_type == 'asset_receivable')
        return lines.sorted('date_maturity')

    # --- planning --------------------------------------------------------------------------

    @classmethod
    def plan(cls, *customers):
        """Plan what is marked, as a commit would; the given customer accounts again."""
        cls.env['dso.planner']._plan_pending()
        for customer in customers:
            customer._plan()

    def run_cron_plan(self):
        """What the scheduled action does, without its commits."""
        cron = self.registry['ir.cron']
        with patch.object(cron, '_commit_progress', return_value=float('inf')):
            self.env['dso.planner']._cron_plan()

    def next_action(self, customer):
        """The scenario action of a customer account, planned on the clock's day."""
        self.plan(customer)
        return customer.next_action_id

    def complete(self, customer, outcome='done'):
        """The next action is done on the clock's day; messages count as sent."""
        action = self.next_action(customer)
        action._set_done('sent' if action.action_type == 'email' else outcome)
        self.plan(customer)
        return action

    def tasks(self, customer):
        """Kinds of the open control tasks."""
        tasks = customer.open_action_ids.filtered(lambda a: a.origin == 'control')
        return set(tasks.mapped('task_kind'))

    def assertNext(self, customer, delay, day, rule=None):
        """The next action is the step with a number of days, on a day, for a reason."""
        action = self.next_action(customer)
        self.assertEqual(customer.reason, 'planned')
        self.assertEqual((action.step_delay, action.date_planned), (delay, day))
        if rule:
            self.assertEqual(action.date_rule, rule)
        return action

    # --- what planning writes --------------------------------------------------------------

    def dump(self):
        """Every row that planning may write, with its place in its table."""
        self.env.flush_all()
        rows = set()
        for table in PLANNED_TABLES:
            query = SQL("SELECT ctid::text, to_jsonb(t)::text FROM %s t", SQL.identifier(table))
            rows.update((table, *row) for row in self.env.execute_query(query))
        return rows

    def assertNothingWritten(self, before, message):
        """No row was written since a dump, not even with the values that it had."""
        after = self.dump()
        gone, new = sorted(before - after), sorted(after - before)
        self.assertFalse(
            gone or new, f'{message}\n\nbefore: {pformat(gone)}\n\nafter: {pformat(new)}'
        )

    # --- statements ---------------------------------------------------------------------------

    def queries(self, function, *args):
        """Number of statements of a call that begins with nothing in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    # --- isolation -------------------------------------------------------------------------

    @contextmanager
    def rolled_back(self):
        """Undo everything at the end, so that examples of one test do not see each other."""
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            self.env.cr.precommit.clear()
            savepoint.close(rollback=True)
            self.env.transaction.clear()
