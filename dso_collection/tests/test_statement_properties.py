"""Totals of every variant of a statement against the ledger, for random portfolios.

What people read is read back: a number in another format must be the same number.
"""

import io
import re
from collections import defaultdict
from decimal import Decimal

import openpyxl
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html
from odoo.tests import tagged

from .common import jan
from .common_portfolio import PortfolioCase
from .common_properties import examples
from .portfolio_maker import PortfolioMaker

LANGS = ('en_US', 'fr_FR', 'de_DE', 'ar_001')


@tagged('post_install', '-at_install')
class TestStatementProperties(PortfolioCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in LANGS:
            cls.env['res.lang']._activate_lang(lang)
        cls.symbols = {cls.usd.symbol: 'USD', cls.eur.symbol: 'EUR'}

    @examples(4, 40)
    @given(
        number=st.integers(0, 2**32 - 1),
        size=st.sampled_from((3, 15, 30)),
        day=st.dates(jan(4), jan(31)),
    )
    @example(number=910101, size=30, day=jan(8))  # a disputed part
    def test_totals_are_those_of_the_ledger(self, number, size, day):
        with self.rolled_back():
            self.go_to(day, hour=10)
            PortfolioMaker(self.env, self.books, number, size, day).make()
            companies = [books.company.id for books in self.books]
            customers = self.env['dso.customer'].search([('company_id', 'in', companies)])
            whole = self.ledger(customers)
            asked = self.ledger(customers, chased=True)
            loaded = self.env['dso.statement']._load(customers, is_whole=True)
            texts = self.env['dso.statement']._load(customers)
            for customer in customers:
                unit = customer | customer.grouped_account_ids
                lines = texts[customer.id].listed('all')
                self.assertEqual(self.total(lines), self.added(asked, unit), customer)
                for lang in LANGS:
                    self.assertShown(lang, loaded[customer.id], self.added(whole, unit))
            self.assertSpreadsheet(customers, whole)

    # --- the ledger ------------------------------------------------------------------------

    def ledger(self, customers, chased=False):
        """Residuals by customer account and currency, as accounting has them.

        :param bool chased: of what may be chased and of credits alone, without disputed parts
        """
        lines = self.env['account.move.line']
        lines = lines.search(lines._domain_open_items())
        if chased:
            lines = lines.filtered_domain([('dso_exclusion', 'in', (False, 'credit'))])
        disputed = self.disputed_parts() if chased else {}
        accounts = {(c.partner_id.id, c.company_id.id): c for c in customers}
        amounts = defaultdict(lambda: defaultdict(Decimal))
        for line in lines.filtered('amount_residual_currency'):
            key = (line.partner_id.commercial_partner_id.id, line.company_id.root_id.id)
            if account := accounts.get(key):
                residual = Decimal(f'{line.amount_residual_currency:.2f}')
                if residual > 0:
                    item = account, line.move_id, line._dso_due_date()
                    residual -= disputed.get(item, 0)
                amounts[account][line.currency_id.name] += residual
        return amounts

    def disputed_parts(self):
        """What is in dispute of items whose rest is chased, by account, invoice and due date."""
        parts = defaultdict(Decimal)
        disputes = self.env['dso.dispute'].search([('state', '=', 'open')])
        for part in disputes.item_ids.filtered('company_id.dso_dispute_partial'):
            item = part.dispute_id.customer_id, part.move_id, part.due_date
            parts[item] += Decimal(f'{part.amount:.2f}')
        return parts

    def added(self, ledger, customers):
        """What customer accounts owe together, by currency."""
        totals = defaultdict(Decimal)
        for customer in customers:
            for currency, amount in ledger.get(customer, {}).items():
                totals[currency] += amount
        return dict(totals)

    # --- what is shown ---------------------------------------------------------------------

    def total(self, lines):
        totals = defaultdict(Decimal)
        for line in lines:
            currency = self.env['res.currency'].browse(line.currency_id).name
            totals[currency] += Decimal(f'{line.residual:.2f}')
        return dict(totals)

    def read(self, text, lang):
        """The currency and the number of an amount as people read it."""
        [currency] = {name for symbol, name in self.symbols.items() if symbol in text}
        data = self.env['res.lang']._get_data(code=lang)
        digits = text
        for sign in (*self.symbols, data.thousands_sep):
            digits = digits.replace(sign, '')
        digits = re.sub(r'\s', '', digits).replace(data.decimal_point, '.')
        return currency, Decimal(digits)

    def add(self, texts, lang):
        """Amounts as people read them, added by currency."""
        totals = defaultdict(Decimal)
        for currency, number in (self.read(text, lang) for text in texts):
            totals[currency] += number
        return dict(totals)

    def assertShown(self, lang, loaded, ledger):
        """Tables, their HTML and the text show what the ledger has, for one customer account."""
        statements = self.env['dso.statement'].with_context(lang=lang)
        lines = loaded.listed('all')
        for split in (False, True):
            values = statements._prepare_tables(lines, loaded.today, split=split, with_ages=True)
            tables = values['tables']
            rows = [row['residual'] for table in tables for row in table['rows']]
            totals = [table['total'] for table in tables]
            ages = [amount for table in tables for _label, amount in table['ages']]
            for shown in (rows, totals, ages, values['totals'] or totals):
                self.assertEqual(self.add(shown, lang), ledger)
            if lines:
                body = html.fromstring(f'<div>{statements._render_tables(values)}</div>')
                cells = [row.xpath('./td')[-1] for row in body.xpath('//tbody/tr')]
                self.assertEqual(self.add([cell.text_content() for cell in cells], lang), ledger)
        text = statements._text(lines)
        amounts = [line.rsplit('  ', 1)[1] for line in text.splitlines()]
        self.assertEqual(self.add(amounts, lang), ledger)

    def assertSpreadsheet(self, customers, ledger):
        """The cells of a spreadsheet are the ledger's numbers, and so are their totals."""
        file = io.BytesIO()
        self.env['dso.statement']._write_xlsx(file, customers)
        header, *rows = openpyxl.load_workbook(file).active.values
        cells, totals = defaultdict(Decimal), {}
        for row in rows:
            row = dict(zip(header, row, strict=True))
            amount = Decimal(f"{row['Open Amount']:.2f}")
            if row['Document'] == "Total":
                totals[row['Currency']] = amount
            else:
                cells[row['Currency']] += amount
        self.assertEqual(dict(cells), self.added(ledger, customers))
        self.assertEqual(totals, dict(cells))
