"""Online payment of overdue invoices by a link that needs no login."""

from odoo import Command
from odoo.tests import HttpCase, tagged
from odoo.tests.common import JsonRpcException
from odoo.tools import mute_logger

from .common import CollectionCase, jan


class PaymentCase(CollectionCase):
    """A customer with two overdue invoices and one that is not due, and a payment provider."""

    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['res.lang']._activate_lang('en_US')
        cls.env['payment.provider'].search([]).is_published = False
        cls.provider = cls.create_provider(cls.company)
        cls.customer = cls.create_customer()
        cls.first = cls.create_invoice(cls.customer, jan(10), 1000, posted=jan(1))
        cls.second = cls.create_invoice(cls.customer, jan(15), 500, posted=jan(1))
        cls.later = cls.create_invoice(cls.customer, jan(30), 70, posted=jan(1))
        cls.other = cls.create_customer("Other Customer")
        cls.foreign = cls.create_invoice(cls.other, jan(12), 333, posted=jan(1))

    @classmethod
    def create_provider(cls, company):
        form = cls.env['ir.ui.view'].create(
            {'name': "Form", 'type': 'qweb', 'arch': "<form action='dummy' method='post'/>"}
        )
        method = cls.env.ref('payment.payment_method_unknown')
        provider = cls.env['payment.provider'].create(
            {
                'name': "Dummy Provider",
                'code': 'none',
                'state': 'test',
                'is_published': True,
                'company_id': company.id,
                'payment_method_ids': [Command.set(method.ids)],
                'redirect_form_view_id': form.id,
            }
        )
        method.active = True
        return provider

    def links(self, customer=None):
        customer = customer or self.customer
        return customer._get_payment_links()[customer.id]


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


@tagged('post_install', '-at_install')
class TestPaymentPage(PaymentCase, HttpCase):
    def open(self, link=None):
        [link] = [link] if link else self.links().values()
        return self.url_open(link[link.index('/dso_collection') :])

    def pay(self, **params):
        [link] = self.links().values()
        path = f'/dso_collection/pay/{self.customer.id}/{self.usd.id}/transaction'
        params = {
            'access_token': link.rpartition('=')[2],
            'provider_id': self.provider.id,
            'payment_method_id': self.provider.payment_method_ids.id,
            'token_id': None,
            'flow': 'redirect',
            'tokenization_requested': False,
            'landing_route': '/',
            'is_validation': False,
            'amount': 1500,
            **params,
        }
        return self.make_jsonrpc_request(path, params)

    def transactions(self):
        return self.env['payment.transaction'].search([('provider_id', '=', self.provider.id)])

    # --- page ------------------------------------------------------------------------------

    def test_public_sees_what_is_overdue(self):
        response = self.open()
        self.assertEqual(response.status_code, 200)
        for shown in (self.first.name, self.second.name, "1,500.00", "o_payment_form"):
            self.assertIn(shown, response.text)
        for hidden in (self.later.name, self.foreign.name, "Nothing is due"):
            self.assertNotIn(hidden, response.text)

    def test_portal_user_of_somebody_else_sees_the_same(self):
        """A link that was passed on shows this account, and nothing of him who opens it."""
        user = self.env['res.users'].create(
            {
                'name': "Portal",
                'login': 'portal_pay',
                'password': 'portal_pay',
                'partner_id': self.other.partner_id.id,
                'group_ids': [Command.set(self.env.ref('base.group_portal').ids)],
            }
        )
        self.authenticate(user.login, user.login)
        response = self.open()
        self.assertIn(self.first.name, response.text)
        self.assertNotIn(self.foreign.name, response.text)

    @mute_logger('odoo.http')
    def test_wrong_tokens_open_nothing(self):
        [link] = self.links().values()
        [theirs] = self.links(self.other).values()
        path = link.partition('?')[0]
        for wrong in (
            path,
            f'{path}?access_token=',
            link[:-1] + ('0' if link[-1] != '0' else '1'),
            f'{path}?{theirs.partition("?")[2]}',
            link.replace(f'/{self.customer.id}/', '/999999999/'),
        ):
            self.assertEqual(self.open(wrong).status_code, 404, wrong)

    def test_paid_in_the_meantime(self):
        [link] = self.links().values()
        self.pay_all()
        response = self.open(link)
        self.assertEqual(response.status_code, 200)
        self.assertIn("Nothing is due", response.text)
        self.assertNotIn("o_payment_form", response.text)

    def pay_all(self):
        CollectionCase.pay.__func__(type(self), self.customer, 1500, self.first, self.second)
        self.env.flush_all()

    def test_other_currency_shows_nothing(self):
        [link] = self.links().values()
        response = self.open(link.replace(f'/{self.usd.id}?', f'/{self.eur.id}?'))
        self.assertIn("Nothing is due", response.text)

    # --- transaction ------------------------------------------------------------------------

    def test_transaction_of_the_overdue_invoices(self):
        self.pay()
        [transaction] = self.transactions()
        self.assertEqual(transaction.invoice_ids, self.first | self.second)
        self.assertEqual(transaction.partner_id, self.customer.partner_id)
        self.assertEqual((transaction.amount, transaction.currency_id), (1500, self.usd))

    def test_books_say_what_is_paid(self):
        for amount in (1, 1499, 0, None):
            with self.assertRaises(JsonRpcException), mute_logger('odoo.http'):
                self.pay(amount=amount)
        self.assertFalse(self.transactions())

    def test_transaction_is_refused(self):
        for wrong in ({'access_token': 'x'}, {'flow': 'token'}, {'partner_id': 1}):
            with self.assertRaises(JsonRpcException), mute_logger('odoo.http'):
                self.pay(**wrong)
        self.assertFalse(self.transactions())
