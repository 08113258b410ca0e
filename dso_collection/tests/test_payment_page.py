"""The page behind a payment link, which needs no login, and what is paid there."""

from unittest.mock import patch

from odoo import Command
from odoo.tests import HttpCase, tagged
from odoo.tests.common import JsonRpcException
from odoo.tools import mute_logger

from .common import CollectionCase, jan
from .common_payment import PaymentCase


@tagged('post_install', '-at_install')
class TestPaymentPage(PaymentCase, HttpCase):
    def open(self, link=None):
        [link] = [link] if link else self.links().values()
        return self.url_open(link[link.index('/dso_collection') :])

    def pay(self, **params):
        path = f'/dso_collection/pay/{self.customer.id}/{self.usd.id}/transaction'
        params = {
            'access_token': self.customer._payment_token(),
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

    def allow_saving(self):
        self.provider.allow_tokenization = True
        self.provider.payment_method_ids.support_tokenization = True

    def log_in(self, customer):
        """Log in as a portal user of a customer."""
        user = self.env['res.users'].create(
            {
                'name': "Portal",
                'login': 'portal_pay',
                'password': 'portal_pay',
                'partner_id': customer.partner_id.id,
                'group_ids': [Command.set(self.env.ref('base.group_portal').ids)],
            }
        )
        self.authenticate(user.login, user.login)

    def save_card(self, customer):
        self.allow_saving()
        return self.env['payment.token'].create(
            {
                'provider_id': self.provider.id,
                'payment_method_id': self.provider.payment_method_ids.id,
                'partner_id': customer.partner_id.id,
                'provider_ref': 'card',
                'payment_details': f'card {customer.id}',
            }
        )

    def test_portal_user_of_somebody_else_sees_the_same(self):
        """A link that was passed on shows this account, and nothing of him who opens it."""
        cards = self.save_card(self.customer) | self.save_card(self.other)
        self.log_in(self.other)
        text = self.open().text
        self.assertIn(self.first.name, text)
        for hidden in (self.foreign.name, 'tokenize_checkbox', *cards.mapped('payment_details')):
            self.assertNotIn(hidden, text)

    def test_own_portal_user_sees_his_cards(self):
        card = self.save_card(self.customer)
        self.log_in(self.customer)
        text = self.open().text
        self.assertIn(card.payment_details, text)
        self.assertIn('tokenize_checkbox', text)

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
            f'{path}?access_token=%C3%A9',
            link.replace(f'/{self.customer.id}/', '/999999999/'),
            link.replace(f'/{self.customer.id}/', '/99999999999999/'),
            link.replace(f'/{self.usd.id}?', '/99999999999999?'),
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

    def assertRefused(self, **params):
        before = self.env['payment.transaction'].search([])
        with self.assertRaises(JsonRpcException, msg=params), mute_logger('odoo.http'):
            self.pay(**params)
        self.assertEqual(self.env['payment.transaction'].search([]), before)

    def test_transaction_is_refused(self):
        for wrong in (
            {'access_token': 'x'},
            {'access_token': ['x']},
            {'flow': 'token'},
            {'partner_id': 1},
            {'is_validation': True},
            {'payment_method_id': None},
        ):
            self.assertRefused(**wrong)

    def test_only_what_the_page_offers(self):
        """A provider in preparation would say that everything is paid."""
        abroad = self.create_provider(self.create_company())
        for provider in (abroad, self.create_provider(self.company)):
            provider.is_published = provider == abroad
            self.assertRefused(
                provider_id=provider.id, payment_method_id=provider.payment_method_ids.id
            )
        method = self.env.ref('payment.payment_method_card')
        self.assertNotIn(method, self.provider.payment_method_ids)
        self.assertRefused(payment_method_id=method.id)
        self.provider.state = 'disabled'
        self.assertRefused()

    def test_saved_card_is_charged_by_its_owner_alone(self):
        card = self.save_card(self.customer)
        by_card = {'flow': 'token', 'token_id': card.id, 'payment_method_id': None}
        self.assertRefused(**by_card)
        self.log_in(self.other)
        self.assertRefused(**by_card)
        self.assertRefused(**{**by_card, 'token_id': self.save_card(self.other).id})

    def test_card_of_a_stranger_is_not_saved_for_the_customer(self):
        self.allow_saving()
        self.pay(tokenization_requested=True)
        self.log_in(self.customer)
        self.pay(tokenization_requested=True)
        self.assertEqual(self.transactions().sorted('id').mapped('tokenize'), [False, True])

    def test_leads_back_to_the_page(self):
        self.pay(landing_route='https://phishing.example.com')
        [link] = self.links().values()
        self.assertTrue(link.endswith(self.transactions().landing_route))

    # --- what was paid ------------------------------------------------------------------------

    def settle(self):
        """Let the provider say that the payment was made."""
        bank = self._journal('bank', self.company)
        self.env['account.payment.method.line'].create(
            {
                'journal_id': bank.id,
                'payment_method_id': self.env.ref('account.account_payment_method_manual_in').id,
                'payment_provider_id': self.provider.id,
                'payment_account_id': bank.default_account_id.id,
            }
        )
        transaction = self.transactions()
        transaction._set_done()
        transaction._post_process()
        self.env.flush_all()
        return transaction

    def test_paid_and_allocated(self):
        action = self.next_action(self.customer)
        self.create_credit_note(self.customer, 200)
        self.pay(amount=1300)
        [link] = self.links().values()
        self.settle()
        self.assertEqual(self.first.payment_state, 'paid')
        self.assertEqual(self.second.amount_residual, 200)
        self.assertEqual(sum(self.customer.open_line_ids.mapped('amount_residual')), 70)
        self.assertFalse(self.links())
        self.assertIn("Nothing is due", self.open(link).text)
        self.plan(self.customer)
        self.assertFalse(action.exists(), "The reminder of what is paid")

    def test_what_is_being_paid_is_not_asked_for_again(self):
        self.create_credit_note(self.customer, 200)
        self.pay(amount=1300)
        with patch.object(self.registry['payment.transaction'], 'provider_code', 'stripe'):
            self.transactions()._set_pending()
            self.assertFalse(self.links())
            third = self.create_invoice(self.customer, jan(12), 150, posted=jan(1))
            [(items, amount)] = self.customer._get_payable()[self.customer.id].values()
        self.assertEqual((items.move_id, amount), (third, 150), "The credit is in use")

    def test_instalments_not_yet_due_stay_open(self):
        self.pay_all()
        invoice = self.create_invoice(self.customer, [(40, jan(10)), (60, jan(30))], posted=jan(1))
        self.pay(amount=400)
        self.settle()
        self.assertEqual(self.receivables(invoice).mapped('amount_residual'), [0, 600])

    def test_group_pays_for_its_members(self):
        self.other.group_account_id = self.customer
        self.pay(amount=1833)
        self.settle()
        paid = self.first | self.second | self.foreign
        self.assertEqual(set(paid.mapped('payment_state')), {'paid'})
        self.assertEqual(self.later.payment_state, 'not_paid')

    def test_currencies_are_paid_apart(self):
        bill = self.create_invoice(
            self.customer, jan(12), 80, posted=jan(1), currency_id=self.eur.id
        )
        self.pay()
        self.settle()
        self.assertEqual((self.first.payment_state, bill.payment_state), ('paid', 'not_paid'))
        self.assertEqual([*self.links()], [self.eur])

    # --- whose link it is ---------------------------------------------------------------------

    @mute_logger('odoo.http')
    def test_link_of_another_company(self):
        company = self.create_company()
        twin = self.env['dso.customer']._get_or_create(self.customer.partner_id, company)
        bill = self.create_invoice(twin, jan(10), 44, posted=jan(1))
        self.create_provider(company)
        [link], [ours] = self.links(twin).values(), self.links().values()
        text = self.open(link).text
        self.assertIn("44.00", text)
        self.assertNotIn("1,500.00", text)
        self.assertIn(bill.name, text)
        wrong = ours.replace(f'/{self.customer.id}/', f'/{twin.id}/')
        self.assertEqual(self.open(wrong).status_code, 404)

    def test_archived_customer_pays_too(self):
        self.customer.partner_id.active = False
        self.env.flush_all()
        self.assertIn(self.first.name, self.open().text)

    @mute_logger('odoo.http')
    def test_link_of_a_merged_customer(self):
        [theirs] = self.links(self.other).values()
        wizard = self.env['base.partner.merge.automatic.wizard']
        partners = self.customer.partner_id | self.other.partner_id
        wizard._merge(partners.ids, self.customer.partner_id)
        self.env.flush_all()
        self.assertEqual(self.open(theirs).status_code, 404)
        self.assertIn(self.foreign.name, self.open().text)
