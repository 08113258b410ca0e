"""Statements of a grouped collection: in texts, and in the email that a server received."""

import re

from lxml import html
from odoo.tests import tagged

from .common import jan
from .common_dispatch import DispatchCase

NBSP = "\N{NBSP}"


@tagged('post_install', '-at_install')
class TestGroupStatements(DispatchCase):
    """A head office owing 1 000 dollars, a shop owing 400 dollars less 50, and 300 euros."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.partner_id.ref = 'H1'
        cls.shop = cls.create_customer("Shop <One>", ref='S1', lang='en_US')
        cls.shop_invoice = cls.create_invoice(cls.shop, jan(2), 400, posted=jan(0))
        cls.euros = cls.create_invoice(cls.shop, jan(3), 300, posted=jan(0), currency_id=cls.eur.id)
        cls.credit = cls.create_credit_note(cls.shop, 50)
        cls.shop.group_account_id = cls.customer
        cls.plan()

    def setUp(self):
        super().setUp()
        self.go_to(jan(4))

    def tables(self, body):
        """The tables of a body as lists of rows, each a list of the texts of its cells."""
        return [
            [[cell.text_content().strip() for cell in row.xpath('./th|./td')] for row in rows]
            for rows in (table.xpath('.//tr') for table in html.fromstring(body).xpath('//table'))
        ]

    def rendered(self, text):
        self.mail_template.body_html = f'<div><p>{text}</p></div>'
        action = self.next_action(self.customer)
        return self.mail_template._render_field('body_html', action.ids, set_lang='en_US')[
            action.id
        ]

    def test_code_on_each_line(self):
        dollars, euros = self.tables(self.rendered("#items_list_collection_grouped"))
        self.assertEqual([row[0] for row in dollars], ["Customer", 'H1', 'S1', 'S1', "Total"])
        self.assertEqual([row[1] for row in dollars[1:4]], [
            self.invoice.name, self.shop_invoice.name, f'{self.credit.name}Credit note'
        ])  # fmt: skip
        self.assertEqual(dollars[-1], ["Total", f"${NBSP}1,350.00"])
        self.assertEqual([row[0] for row in euros], ["Customer", 'S1', "Total"])
        self.assertEqual(euros[-1], ["Total", f"300.00{NBSP}€"])

    def test_a_table_and_subtotal_per_account(self):
        head, dollars, euros, totals = self.tables(
            self.rendered("#items_list_collection_grouped_splitted")
        )
        self.assertEqual(head[0], ["H1 · Azure Interior"])
        self.assertEqual(head[-1], ["Subtotal", f"${NBSP}1,000.00"])
        self.assertEqual((dollars[0], euros[0]), (["S1 · Shop <One>"], ["S1 · Shop <One>"]))
        self.assertEqual(dollars[-1], ["Subtotal", f"${NBSP}350.00"])
        self.assertEqual(euros[-1], ["Subtotal", f"300.00{NBSP}€"])
        self.assertEqual(
            totals, [["Total of All Customers", f"${NBSP}1,350.00"], ["", f"300.00{NBSP}€"]]
        )

    def test_account_without_group(self):
        self.shop.group_account_id = False
        [table] = self.tables(self.rendered("#items_list_collection_grouped_splitted"))
        self.assertEqual((table[0], table[-1]), (
            ["H1 · Azure Interior"], ["Total", f"${NBSP}1,000.00"]
        ))  # fmt: skip

    def test_account_without_code(self):
        """A code is the reference, else the VAT number, else the name (spec 2.3)."""
        self.shop.partner_id.write({'ref': False, 'vat': 'BE0477472701'})
        dollars = self.tables(self.rendered("#items_list_collection_grouped"))[0]
        self.assertEqual([row[0] for row in dollars[1:3]], ['H1', 'BE0477472701'])
        self.shop.partner_id.vat = False
        tables = self.tables(self.rendered("#items_list_collection_grouped_splitted"))
        self.assertEqual(tables[1][0], ["Shop <One>"])

    def test_history_keeps_the_code_of_an_account_without_one(self):
        self.shop.partner_id.write({'ref': False, 'vat': 'BE0477472701'})
        action = self.next_action(self.customer)
        action._set_done('sent')
        self.assertEqual(set(action.item_ids.mapped('customer_code')), {'H1', 'BE0477472701'})

    def test_in_an_attribute_they_are_text(self):
        body = self.rendered('<a title="#items_list_collection_grouped_splitted">x</a>')
        [title] = html.fromstring(body).xpath('//a/@title')
        lines = [line for line in title.split("\n") if line]
        self.assertEqual(lines[0], "H1 · Azure Interior")
        self.assertEqual(lines[-2:], [f"Total  ${NBSP}1,350.00", f"Total  300.00{NBSP}€"])
        self.assertIn(f"Subtotal  ${NBSP}350.00", lines)
        body = self.rendered('<a title="#items_list_collection_grouped">x</a>')
        [title] = html.fromstring(body).xpath('//a/@title')
        self.assertEqual([re.split("  ", line)[0] for line in title.split("\n")], [
            'H1', 'S1', 'S1', 'S1'
        ])  # fmt: skip

    def test_email_received(self):
        """One email for the group, with the codes of both and the subtotals per currency."""
        self.mail_template.body_html = (
            "<div><p>#items_list_collection_grouped</p>"
            "<p>#items_list_collection_grouped_splitted</p></div>"
        )
        action = self.next_action(self.customer)
        action.action_confirm()
        self.go_to(action.date_planned)  # after the grace that the credit note gives
        self.send(action)
        [message] = self.server.messages
        self.assertEqual(message['X-Rcpt'], 'azure.interior@example.com')
        self.assertEqual(message['subject'], f"Reminder of ${NBSP}1,350.00 and 300.00{NBSP}€")
        by_line, by_line_euros, head, dollars, euros, totals = [
            table for table in self.tables(self.body_of(message)) if "Document" in str(table)
            or "Total of All" in str(table)
        ]  # fmt: skip
        self.assertEqual([row[0] for row in by_line[1:-1]], ['H1', 'S1', 'S1'])
        self.assertEqual(by_line_euros[1][0], 'S1')
        self.assertEqual((head[0], dollars[0]), (["H1 · Azure Interior"], ["S1 · Shop <One>"]))
        subtotals = [table[-1][1] for table in (head, dollars, euros)]
        self.assertEqual(subtotals, [f"${NBSP}1,000.00", f"${NBSP}350.00", f"300.00{NBSP}€"])
        self.assertEqual([row[1] for row in totals], [f"${NBSP}1,350.00", f"300.00{NBSP}€"])
        codes = action.item_ids.mapped('customer_code')
        self.assertEqual(sorted(codes), ['H1', 'S1', 'S1'])
