"""Three portfolios worked out on paper from the formulas of the specification (spec 9)."""

from datetime import date

from odoo import Command

from .common import jan
from .common_figures import FigureCase

DECEMBER, JANUARY = date(2026, 12, 1), jan(1)


class TestPortfolios(FigureCase):
    """On 5 February, January is over."""

    FIRST_DAY = jan(36)

    def assertMonth(self, month, expected, company=None, **whose):
        """Figures of the company, or of one collector, to two decimals."""
        company = company or self.company
        self.env['dso.figure']._refresh(company)
        domain = [('company_id', '=', company.id), ('month', '=', month)]
        domain += [('kind', '=', next(iter(whose), 'company'))]
        domain += [(f'{kind}_id', '=', record.id) for kind, record in whose.items()]
        figure = self.env['dso.figure'].search(domain)
        self.assertEqual({name: round(figure[name], 2) for name in expected}, expected)

    def assertDay(self, day, expected, company=None):
        """The portfolio at the end of a day, to the cent."""
        self.rebuild(day, company=company)
        self.assertEqual(self.totals(day, list(expected), company), expected)

    def test_credits_and_a_month_without_sales(self):
        """Sales: 1 000 in October, none in November, 2 400 − 150 in December, 3 000 in January."""
        customer, other = self.create_customer("One"), self.create_customer("Two")
        old = self.create_invoice(customer, date(2026, 11, 9), 1000, posted=date(2026, 10, 10))
        self.create_invoice(other, jan(4), 2400, posted=date(2026, 12, 5))
        day = date(2026, 12, 20)
        self.create_invoice(customer, day, 150, posted=day, move_type='out_refund')
        self.create_invoice(customer, date(2027, 2, 14), 3000, posted=jan(15))
        self.pay(customer, 500, old, day=jan(20))
        self.pay(other, 250, day=jan(25))
        self.assertDay(
            jan(31),
            {
                'balance': 5500,  # 500 + 2 400 + 3 000 − 150 − 250
                'not_due': 3000,
                'overdue': 2900,
                'bucket_30': 2400,
                'bucket_90': 500,  # due on 9 November, 83 days
                'unallocated': 400,
            },
        )
        self.assertMonth(
            JANUARY,
            {
                'receivables': 5500,
                'current_receivables': 3000,  # 5 500 − (2 900 − 400)
                'sales': 3000,
                'dso': 99.75,  # 31 + 31 + 30 + 250 / 1 000 × 31
                'dso_best': 31,
                'delay': 68.75,
                'dso_rolling': 108.24,  # 5 500 / 6 250 × 123
                'cei': 23.08,  # (3 250 + 3 000 − 5 500) / (3 250 + 3 000 − 3 000)
                'overdue_share': 49.15,  # 2 900 / 5 900
            },
        )
        self.assertMonth(jan(32), {'sales': 0, 'dso': 103.75, 'dso_best': 35, 'cei': 0})

    def test_branch_and_foreign_currency(self):
        """Booked amounts count: one euro is 1.25 dollars in December, 2 from 15 January on."""
        self.env['res.currency.rate'].search([('currency_id', '=', self.eur.id)]).unlink()
        self.eur.rate_ids = [
            Command.create({'name': day, 'rate': rate, 'company_id': self.company.id})
            for day, rate in ((date(2026, 12, 1), 0.8), (jan(15), 0.5))
        ]
        branch = self.create_company("Branch", parent_id=self.company.id)
        self.env.cr.precommit.run()  # where core loads the chart of accounts of a branch
        customer = self.create_customer("One")
        euro = {'currency_id': self.eur.id}
        old = self.create_invoice(customer, jan(9), 800, posted=date(2026, 12, 10), **euro)
        self.create_invoice(customer, date(2027, 2, 17), 600, posted=jan(18), **euro)
        self.create_invoice(customer, jan(25), 500, posted=jan(5), company_id=branch.id)
        self.pay(customer, 400, old, currency=self.eur, day=jan(20))
        self.assertDay(
            jan(31),
            {
                'balance': 2200,  # half of 1 000, 1 200, and 500 of the branch
                'not_due': 1200,
                'overdue': 1000,
                'unallocated': 0,
            },
        )
        self.assertMonth(
            JANUARY,
            {
                'receivables': 2200,
                'current_receivables': 1200,
                'sales': 1700,
                'dso': 46.5,  # 31 + 500 / 1 000 × 31
                'dso_best': 21.88,  # 1 200 / 1 700 × 31
                'delay': 24.62,
                'dso_rolling': 50.52,  # 2 200 / 2 700 × 62
                'cei': 33.33,  # (1 000 + 1 700 − 2 200) / (1 000 + 1 700 − 1 200)
                'overdue_share': 45.45,  # 1 000 / 2 200
            },
        )

    def test_company_in_euros_with_taxes_and_instalments(self):
        company = self.create_company("Europe", currency_id=self.eur.id)
        company.currency_id = self.eur
        tax = self.env['account.tax'].create(
            {'name': "20 %", 'amount': 20, 'company_id': company.id, 'type_tax_use': 'sale'}
        )
        collector = self.create_user('collector', company_id=company.id, company_ids=company.ids)
        customer = self.create_customer("One", company=company)
        ahead = self.create_customer("Two", company=company)
        ahead.collector_id = collector
        line = {'name': "Work", 'price_unit': 1000, 'tax_ids': tax.ids}
        day = date(2026, 12, 15)
        halves = [(50, jan(14)), (50, date(2027, 2, 13))]
        lines = [Command.create(line)]
        self.create_invoice(customer, halves, posted=day, invoice_line_ids=lines)
        paid = self.create_invoice(ahead, jan(30), 100, posted=jan(10))
        self.pay(ahead, 350, paid, day=jan(30))
        self.assertDay(
            jan(31),
            {'balance': 950, 'not_due': 600, 'overdue': 600, 'unallocated': 250},
            company,
        )
        self.assertMonth(
            JANUARY,
            {
                'receivables': 950,
                'current_receivables': 600,  # 950 − (600 − 250)
                'sales': 100,
                'dso': 52.96,  # 31 + 850 / 1 200 × 31
                'dso_best': 43.92,  # 31 + 500 / 1 200 × 31
                'delay': 9.04,
                'dso_rolling': 45.31,  # 950 / 1 300 × 62
                'cei': 50,  # (1 200 + 100 − 950) / (1 200 + 100 − 600)
                'overdue_share': 50,
            },
            company,
        )
        self.assertMonth(
            JANUARY,
            {'receivables': -250, 'dso': 0, 'dso_best': 0, 'cei': 100},  # 350 / 350
            company,
            collector=collector,
        )
