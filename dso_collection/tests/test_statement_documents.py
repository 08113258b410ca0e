"""Printed statements and spreadsheets: what they tell, in which language, and to whom."""

import io
import re
from datetime import datetime

import openpyxl
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools.pdf import PdfFileReader

from ..models import dso_statement_document
from .common import CollectionCase, jan
from .common_late import LateCase

NBSP = "\N{NBSP}"


def text_of(pdf):
    """The text of a PDF; spaces tell nothing about its layout."""
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    pages = [reader.getPage(index).extract_text() for index in range(reader.numPages)]
    return re.sub(r'\s+', " ", " ".join(pages))


class StatementCase(CollectionCase):
    """A customer with two instalments, an invoice not due, a credit note and a payment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['res.lang']._activate_lang('en_US')
        cls.customer = cls.create_customer(ref='C100', lang='en_US', street="Main Street 1")
        terms = [(50, jan(-40)), (50, jan(20))]
        cls.parts = cls.create_invoice(cls.customer, terms, 1000, posted=jan(-50))
        cls.euros = cls.create_invoice(
            cls.customer, jan(1), 300, posted=jan(0), currency_id=cls.eur.id
        )
        cls.credit = cls.create_credit_note(cls.customer, 100)
        cls.payment = cls.pay(cls.customer, 50)
        cls.plan()
        cls.statements = cls.env['dso.statement']

    def setUp(self):
        super().setUp()
        self.go_to(jan(6))

    def pdf(self, customers=None, *options):
        return text_of(self.statements._print_pdf(customers or self.customer, *options))

    def rows(self, customers=None, **options):
        """Rows of a spreadsheet as dictionaries of cells."""
        file = io.BytesIO()
        self.statements._write_xlsx(file, customers or self.customer, **options)
        header, *rows = openpyxl.load_workbook(file).active.iter_rows()
        return [
            {label.value: cell for label, cell in zip(header, row, strict=True)} for row in rows
        ]


@tagged('post_install', '-at_install')
class TestStatementDocuments(StatementCase):
    # --- what it tells ---------------------------------------------------------------------

    def test_pdf(self):
        text = self.pdf()
        self.assertIn("Statement of Account", text)
        self.assertIn("Open items on 01/06/2027 · Customer code C100", text)
        self.assertIn("Main Street 1", text)
        first, second = (
            f"{self.parts.name} Instalment {number} of 2 11/11/2026 {due} {days}"
            for number, due, days in ((1, "11/21/2026", "46 "), (2, "01/20/2027", ""))
        )
        self.assertIn(f"{first}$ 500.00 $ 500.00", text)
        self.assertIn(f"{second}$ 500.00 $ 500.00", text)
        self.assertIn(f"{self.credit.name} Credit note 01/04/2027 $ -100.00", text)
        self.assertIn(f"{self.payment.move_name} Unallocated payment 01/04/2027 $ -50.00", text)
        self.assertIn("Total $ 850.00", text)
        self.assertIn(
            "Not Due $ 500.00 1–30 Days $ 0.00 31–60 Days $ 500.00 61–90 Days $ 0.00 "
            "Over 90 Days $ 0.00 Credits $ -150.00",
            text,
        )
        self.assertIn("Total 300.00 €", text)
        self.assertIn("1–30 Days 300.00 €", text)

    def test_overdue_items_alone(self):
        text = self.pdf(self.customer, 'overdue')
        self.assertIn("Overdue items only", text)
        self.assertIn("Instalment 1 of 2", text)
        self.assertNotIn("Instalment 2 of 2", text)
        self.assertIn("Total $ 350.00", text)

    def test_all_items_chased_or_not(self):
        """A statement is the whole account; texts ask for what may be chased."""
        self.receivables(self.euros).no_followup = True
        self.customer.hold_reason = 'legal'
        self.assertIn("Total 300.00 €", self.pdf())
        self.assertIn(self.euros.name, {row['Document'].value for row in self.rows()})
        lines = self.statements._load(self.customer)[self.customer.id].listed('all')
        self.assertNotIn(self.euros.id, {line.move_id for line in lines})

    def test_paid_instalment_keeps_the_numbers(self):
        self.pay(self.customer, 500, self.receivables(self.parts)[0])
        text = self.pdf()
        self.assertNotIn("Instalment 1 of 2", text)
        self.assertIn("Instalment 2 of 2", text)

    def test_nothing_open(self):
        self.assertIn("There are no open items.", self.pdf(self.create_customer("Empty")))

    def test_nothing_chosen(self):
        with self.assertRaisesRegex(UserError, "choose customers first"):
            self.statements._print_pdf(self.env['dso.customer'])

    def test_names_are_text(self):
        self.customer.partner_id.name = "Azure <b>{{ 1 + 1 }}</b>"
        self.assertIn("Azure <b>{{ 1 + 1 }}</b>", self.pdf())

    def test_in_the_language_of_the_customer(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.env['ir.module.module']._load_module_terms(['dso_collection'], ['fr_FR'])
        self.customer.partner_id.lang = 'fr_FR'
        text = self.pdf()
        self.assertIn("Relevé de compte", text)
        self.assertIn("06/01/2027", text)
        self.assertIn("500,00", text)
        self.assertEqual(self.customer._get_statement_name(), "Relevé C100 2027-01-06")

    def test_from_right_to_left(self):
        self.env['res.lang']._activate_lang('ar_001')
        self.customer.partner_id.lang = 'ar_001'
        [html] = self.statements._get_documents(self.customer).values()
        self.assertIn('dir="rtl"', html)
        self.assertIn('text-align: right;', html)
        self.assertTrue(self.statements._print_pdf(self.customer).startswith(b'%PDF'))

    # --- groups and many -------------------------------------------------------------------

    def group(self):
        shop = self.create_customer("Shop", ref='S1', lang='en_US')
        self.shop_invoice = self.create_invoice(shop, jan(2), 400, posted=jan(0))
        shop.group_account_id = self.customer
        self.plan()
        return shop

    def test_group_with_codes(self):
        shop = self.group()
        text = self.pdf()
        self.assertIn(f"S1 {self.shop_invoice.name}", text)
        self.assertIn(f"C100 {self.parts.name}", text)
        self.assertIn("Total $ 1,250.00", text)
        self.assertNotIn(self.parts.name, self.pdf(shop))  # a member's own statement

    def test_group_split(self):
        self.group()
        text = self.pdf(self.customer, 'all', True)
        self.assertIn("S1 · Shop", text)
        self.assertIn("Subtotal $ 850.00", text)
        self.assertIn("Subtotal $ 400.00", text)
        self.assertIn("Total of All Customers $ 1,250.00", text)

    def test_many_in_order_and_apart(self):
        """One start of the program, one PDF each; long ones take several pages."""
        customers = self.create_customers(5)
        for number, customer in enumerate(customers):
            terms = [(1, jan(-day)) for day in range(99)] + [(1, jan(1))]
            self.create_invoice(customer, terms if number == 2 else jan(2), 1000 + number)
        documents = self.statements._get_documents(customers)
        files = self.statements._render_pdfs(documents)
        self.assertEqual(list(files), customers.ids)
        for customer in customers:
            text = text_of(files[customer.id])
            self.assertEqual(
                {other.id for other in customers if other.partner_id.name in text}, {customer.id}
            )
        self.assertIn("Instalment 100 of 100", text_of(files[customers[2].id]))

    def test_no_row_on_two_pages(self):
        customer = self.create_customer("Long", lang='en_US')
        terms = [(1, jan(5 - day)) for day in range(100)]
        invoice = self.create_invoice(customer, terms, 1000, posted=jan(-120))
        reader = PdfFileReader(io.BytesIO(self.statements._print_pdf(customer)), strict=False)
        self.assertGreater(reader.numPages, 2)
        for index in range(reader.numPages):
            text = re.sub(r'\s+', " ", reader.getPage(index).extract_text())
            rows = text.count("Instalment")
            self.assertEqual(text.count(invoice.name), rows)
            self.assertEqual(text.count("$ 10.00"), 2 * rows)

    def test_a_name_cannot_cut(self):
        """When the marks are not found, each statement is printed by itself."""
        other = self.create_customer("Other")
        self.patch(dso_statement_document.secrets, 'token_hex', lambda size: '')
        documents = self.statements._get_documents(self.customer | other)
        self.patch(dso_statement_document.pdf_parts, 'cut', lambda content, marks: None)
        files = self.statements._render_pdfs(documents)
        self.assertIn("Azure Interior", text_of(files[self.customer.id]))
        self.assertNotIn("Azure Interior", text_of(files[other.id]))

    def test_print_menu(self):
        report = self.env['ir.actions.report'].with_context(force_report_rendering=True)
        other = self.create_customer("Other")
        content, kind = report._render_qweb_pdf(
            'dso_collection.report_statement', [other.id, self.customer.id]
        )
        self.assertEqual(kind, 'pdf')
        text = text_of(content)
        self.assertLess(text.index("Other"), text.index("Azure Interior"))
        html, _kind = report._render_qweb_html('dso_collection.report_statement', self.customer.ids)
        self.assertIn("Statement of Account", html.decode())

    # --- spreadsheet -----------------------------------------------------------------------

    def test_spreadsheet(self):
        rows = self.rows()
        first = {label: cell.value for label, cell in rows[0].items()}
        self.assertEqual(
            first,
            {
                'Customer Code': 'C100',
                'Customer': "Azure Interior",
                'Document': self.parts.name,
                'Remark': "Instalment 1 of 2",
                'Date': datetime(2026, 11, 11),
                'Due Date': datetime(2026, 11, 21),
                'Days Overdue': 46,
                'Amount': 500,
                'Open Amount': 500,
                'Currency': 'USD',
            },
        )
        totals = [row for row in rows if row['Document'].value == "Total"]
        self.assertEqual(
            {row['Currency'].value: row['Open Amount'].value for row in totals},
            {'USD': 850, 'EUR': 300},
        )

    def test_decimals_of_the_currency(self):
        yen = self.env.ref('base.JPY')
        yen.active = True
        self.create_invoice(self.customer, jan(1), 5000, currency_id=yen.id)
        formats = {row['Currency'].value: row['Open Amount'].number_format for row in self.rows()}
        self.assertEqual(formats, {'USD': '#,##0.00', 'EUR': '#,##0.00', 'JPY': '#,##0'})

    def test_texts_are_texts(self):
        self.customer.partner_id.write({'ref': '+49', 'name': '=1+1'})
        row = self.rows()[0]
        self.assertEqual((row['Customer'].value, row['Customer'].data_type), ('=1+1', 's'))
        self.assertEqual(row['Customer Code'].value, '+49')

    def test_member_beside_its_group_is_listed_once(self):
        shop = self.group()
        rows = self.rows(self.customer | shop)
        names = [row['Document'].value for row in rows]
        self.assertEqual(names.count(self.shop_invoice.name), 1)

    # --- dialog and rights -----------------------------------------------------------------

    def wizard(self, user, customers=None, **vals):
        wizards = self.env['dso.statement.print'].with_user(user)
        return wizards.create({'customer_ids': (customers or self.customer).ids, **vals})

    def test_reader_prints(self):
        wizard = self.wizard(self.create_user('reader'))
        action = wizard.action_print_pdf()
        self.assertIn('Statement%20C100%202027-01-06.pdf?download=true', action['url'])
        self.assertTrue(wizard.with_context(bin_size=False).file.startswith(b'JVBER'))  # %PDF
        wizard.action_print_xlsx()
        self.assertTrue(wizard.with_context(bin_size=False).file.startswith(b'UEs'))  # PK

    def test_others_do_not(self):
        wizard = self.wizard(self.create_user('reader'))
        wizard.action_print_xlsx()
        another = self.create_user('collector')
        with self.assertRaises(AccessError):
            wizard.with_user(another).read(['file'])
        for groups in ('base.group_portal', 'base.group_public', 'base.group_user'):
            user = new_test_user(self.env, login=groups, groups=groups)
            with self.assertRaises(AccessError):
                self.wizard(user)
            with self.assertRaises(AccessError):
                self.statements.with_user(user)._get_documents(self.customer.with_user(user))
            with self.assertRaises(AccessError):
                report = self.env['ir.actions.report'].with_user(user)
                report._render_qweb_pdf('dso_collection.report_statement', self.customer.ids)

    def test_second_company_does_not(self):
        other = self.create_company()
        user = self.create_user('manager', company_id=other.id, company_ids=other.ids)
        with self.assertRaises(AccessError):
            self.wizard(user).action_print_xlsx()
        with self.assertRaises(AccessError):
            self.statements.with_user(user)._print_pdf(self.customer.with_user(user))

    # --- statements ------------------------------------------------------------------------

    def test_queries_do_not_depend_on_the_number(self):
        customers = self.create_customers(8)
        for customer in customers:
            self.create_invoice(customer, jan(2), 100)
        self.queries(self.statements._get_documents, customers[:4])  # fill the caches of code
        four = self.queries(self.statements._get_documents, customers[:4])
        self.assertEqual(four, self.queries(self.statements._get_documents, customers))
        write = self.statements._write_xlsx
        self.queries(write, io.BytesIO(), customers[:4])
        four = self.queries(write, io.BytesIO(), customers[:4])
        self.assertEqual(four, self.queries(write, io.BytesIO(), customers))


@tagged('post_install', '-at_install')
class TestStatementInterest(LateCase):
    def test_interest_when_asked(self):
        invoice = self.create_invoice(self.customer, jan(10), 1000, posted=jan(1))
        self.plan()
        self.customer.partner_id.lang = 'en_US'
        statements = self.env['dso.statement']
        plain = text_of(statements._print_pdf(self.customer))
        self.assertNotIn("Late Interest", plain)
        asked = text_of(statements._print_pdf(self.customer, 'all', False, True))
        self.assertIn("Open Amount Late Interest", asked)
        row = f"{invoice.name} 01/01/2027 01/10/2027 10 $ 1,000.00 $ 1,000.00 $ 10.00"
        self.assertIn(row, asked)
        file = io.BytesIO()
        statements._write_xlsx(file, self.customer, with_interest=True)
        rows = list(openpyxl.load_workbook(file).active.values)
        self.assertEqual((rows[0][-1], rows[1][-1]), ("Late Interest", 10))

    def test_missing_rate_is_one_sentence(self):
        self.policy.rate_ids.unlink()
        self.policy.margin = 8
        self.create_invoice(self.customer, jan(10), 1000, posted=jan(1))
        with self.assertRaisesRegex(UserError, "Terms of sale"):
            self.env['dso.statement']._get_documents(self.customer, with_interest=True)


@tagged('post_install', '-at_install')
class TestStatementDownload(HttpCase):
    """The file that the dialog hands out, and to whom."""

    def test_download(self):
        partner = self.env['res.partner'].create({'name': "Azure Interior", 'lang': 'en_US'})
        customer = self.env['dso.customer']._get_or_create(partner, self.env.company)
        groups = 'dso_collection.group_dso_reader'
        reader = new_test_user(self.env, login='reader_print', groups=groups)
        new_test_user(self.env, login='another_reader', groups=groups)
        wizard = self.env['dso.statement.print'].with_user(reader)
        url = wizard.create({'customer_ids': customer.ids}).action_print_xlsx()['url']
        self.authenticate('reader_print', 'reader_print')
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        self.assertTrue(response.content.startswith(b'PK'))
        self.assertIn('Statement Azure Interior', response.headers['Content-Disposition'])
        self.authenticate('another_reader', 'another_reader')
        self.assertNotEqual(self.url_open(url).status_code, 200)
