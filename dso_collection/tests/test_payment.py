"""The button that leads to the online payment of overdue invoices."""

import re

from odoo.tests import tagged

from .common import jan
from .common_payment import PaymentCase

#: A code on paper and what it stands for.
PICTURE = re.compile(r'<img src="data:image/png;base64,([\w+/=]+)" alt="([^"]*)"')


@tagged('post_install', '-at_install')
class TestPaymentButton(PaymentCase):
    def render(self, text="<p>#payment_button_overdue</p>", field='body_html', customer=None):
        self.mail_template[field] = text
        action = self.next_action(customer or self.customer)
        rendered = self.mail_template._render_field(field, action.ids, set_lang='en_US')
        return rendered[action.id]

    def test_button(self):
        html = self.render()
        self.assertIn(f'/dso_collection/pay/{self.customer.id}/{self.usd.id}?access_token=', html)
        self.assertEqual((html.count('<a '), html.count("Pay now<")), (1, 1))

    def test_button_that_names_disputes(self):
        """Texts written for either name ask for the same."""
        named = self.render("<p>#payment_button_exclude_disputes</p>")
        self.assertIn("Pay now<", named)
        self.assertEqual(named, self.render())
        subject = self.render("#payment_button_exclude_disputes", 'email_cc')
        self.assertEqual(subject, self.render("#payment_button_overdue", 'email_cc'))

    def test_code_on_paper(self):
        self.create_invoice(self.customer, jan(12), 80, posted=jan(1), currency_id=self.eur.id)
        self.mail_template = self.mail_template.with_context(dso_print=True)
        html = self.render()
        self.assertNotIn('<a ', html)
        pictures = PICTURE.findall(html)
        self.assertEqual({link for _picture, link in pictures}, set(self.links().values()))
        self.assertEqual(len({picture for picture, _link in pictures}), 2)
        for label in ("Scan to pay (EUR)", "Scan to pay (USD)"):
            self.assertIn(label, html)

    def test_link_in_an_attribute(self):
        [link] = self.links().values()
        self.assertIn(f'href="{link}"', self.render('<a href="#payment_button_overdue">Pay</a>'))

    def test_no_dead_button(self):
        self.provider.is_published = False
        self.assertEqual(self.render(), '<p></p>')
        self.provider.write({'is_published': True, 'state': 'disabled'})
        self.assertEqual(self.render(), '<p></p>')

    def test_provider_of_another_company(self):
        self.provider.is_published = False
        self.create_provider(self.create_company())
        self.assertEqual(self.render(), '<p></p>')

    def test_provider_without_the_currency(self):
        self.provider.available_currency_ids = self.eur
        self.assertEqual(self.render(), '<p></p>')

    def test_provider_that_would_not_be_offered(self):
        self.provider.maximum_amount = 1499
        self.assertFalse(self.links())
        self.provider.maximum_amount = 1500
        self.assertTrue(self.links())
        self.provider.available_country_ids = self.env.ref('base.be')
        self.assertTrue(self.links(), "A customer without a country is welcome")
        self.customer.partner_id.country_id = self.env.ref('base.us')
        self.assertFalse(self.links())

    def test_nothing_overdue(self):
        customer = self.create_customer("Punctual")
        self.create_invoice(customer, jan(25), posted=jan(1))
        self.assertFalse(self.links(customer))

    def test_one_button_per_currency(self):
        self.create_invoice(self.customer, jan(12), 80, posted=jan(1), currency_id=self.eur.id)
        html = self.render()
        self.assertEqual(html.count('<a '), 2)
        self.assertIn("Pay now (EUR)", html)
        self.assertIn("Pay now (USD)", html)

    def test_amount_is_net_of_credits(self):
        self.create_credit_note(self.customer, 200)
        items, amount = self.customer._get_payable()[self.customer.id][self.usd]
        self.assertEqual((items.move_id, amount), (self.first | self.second, 1300))
        self.create_credit_note(self.customer, 1300)
        self.assertFalse(self.links())

    def test_credits_cover_first_what_cannot_be_paid_online(self):
        self.create_opening_entry(self.customer, jan(5), 300)
        self.create_credit_note(self.customer, 200)
        self.assertEqual(self.customer._get_payable()[self.customer.id][self.usd][1], 1500)
        self.create_credit_note(self.customer, 400)
        self.assertEqual(self.customer._get_payable()[self.customer.id][self.usd][1], 1200)

    def test_blocked_invoice_is_not_asked_for(self):
        self.first.payment_state = 'blocked'
        self.create_credit_note(self.customer, 200)
        [(items, amount)] = self.customer._get_payable()[self.customer.id].values()
        self.assertEqual((items.move_id, amount), (self.second, 300))

    def test_what_is_in_dispute_or_litigation_is_not_asked_for(self):
        line = self.receivables(self.first)
        reason = self.env.ref('dso_collection.dso_dispute_reason_price')
        dispute = {'dispute': {'reason_id': reason.id}}
        for name, values in (('dispute', dispute), ('litigation', {})):
            with self.subTest(name), self.rolled_back():
                self.assertEqual(self.customer._get_payable()[self.customer.id][self.usd][1], 1500)
                line._dso_qualify(self.env.ref(f'dso_collection.dso_status_{name}'), values)
                items, amount = self.customer._get_payable()[self.customer.id][self.usd]
                self.assertEqual((items.move_id, amount), (self.second, 500))

    def test_amount_is_rounded(self):
        for amount in (0.1, 0.1):
            self.create_invoice(self.other, jan(10), amount, posted=jan(1))
        [(_items, amount)] = self.other._get_payable()[self.other.id].values()
        self.assertEqual(repr(amount), '333.2')

    def test_only_overdue_instalments(self):
        customer = self.create_customer("Instalments")
        self.create_invoice(customer, [(40, jan(10)), (60, jan(30))], 1000, posted=jan(1))
        [(items, amount)] = customer._get_payable()[customer.id].values()
        self.assertEqual((len(items), amount), (1, 400))

    def test_group(self):
        self.other.group_account_id = self.customer
        [(items, amount)] = self.customer._get_payable()[self.customer.id].values()
        self.assertEqual((items.move_id, amount), (self.first | self.second | self.foreign, 1833))

    def test_cost_does_not_depend_on_the_number(self):
        customers = self.create_customers(12)
        self.create_opening_entry(customers, jan(5))
        for customer in customers:
            self.create_invoice(customer, jan(10), posted=jan(1))
        counts = [
            self.queries(some._get_payment_links)
            for some in (customers[:4], customers[:4], customers)
        ]
        self.assertEqual(counts[1], counts[2])
