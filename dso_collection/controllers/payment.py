from odoo import Command, http
from odoo.addons.account_payment.controllers.portal import PortalAccount
from odoo.exceptions import ValidationError
from odoo.http import request

#: Greater numbers are none that the database can look for.
MAX_ID = 2**31 - 1
ROUTE = f'/dso_collection/pay/<int(max={MAX_ID}):customer_id>/<int(max={MAX_ID}):currency_id>'


class CollectionPayment(PortalAccount):
    """Payment of the overdue invoices of a customer account, by a signed link without login.

    Odoo's own page pays those of the contact who is logged in; this one looks at the books of the
    account that the link names, and hands over to the same payment form.
    """

    @http.route(ROUTE, type='http', auth='public', methods=['GET'], website=True, sitemap=False)
    def dso_pay(self, customer_id, currency_id, access_token=None, **kwargs):
        """Show what is overdue in a currency now, and how it can be paid."""
        customer_sudo = self._dso_get_customer(customer_id, access_token)
        if not customer_sudo:
            raise request.not_found()
        currency, items, amount = self._dso_get_payable(customer_sudo, currency_id)
        values = {
            'customer': customer_sudo,
            'res_company': customer_sudo.company_id,
            'items': items,
            'credit': amount - sum(items.mapped('amount_residual_currency')),
            'amount': amount,
        }
        if items:
            values |= self._dso_get_form_values(customer_sudo, currency, amount, access_token)
        return request.render('dso_collection.payment_page', values)

    @http.route(f'{ROUTE}/transaction', type='jsonrpc', auth='public')
    def dso_pay_transaction(self, customer_id, currency_id, access_token=None, **kwargs):
        """Create the transaction of the payment form; the books say what is paid, not the form."""
        customer_sudo = self._dso_get_customer(customer_id, access_token)
        if not customer_sudo:
            raise ValidationError(request.env._("This payment link is not valid."))
        kwargs.pop('payment_reference', None)
        self._validate_transaction_kwargs(kwargs)
        currency, items, amount = self._dso_get_payable(customer_sudo, currency_id)
        if not items or currency.compare_amounts(kwargs.pop('amount', None) or 0, amount):
            raise ValidationError(
                request.env._("What is due has changed in the meantime: load the page again.")
            )
        offered = self._dso_get_form_values(customer_sudo, currency, amount, access_token)
        if kwargs.pop('is_validation', None) or not self._dso_is_offered(offered, **kwargs):
            raise ValidationError(
                request.env._("It cannot be paid in this way here: load the page again.")
            )
        if not customer_sudo._is_payer(request.env.user):
            kwargs['tokenization_requested'] = False
        kwargs['landing_route'] = offered['landing_route']
        reference = None
        if len(items.move_id) > 1:
            reference = customer_sudo.company_id.get_next_batch_payment_communication()
        transaction_sudo = self._create_transaction(
            amount=amount,
            currency_id=currency.id,
            partner_id=customer_sudo.partner_id.id,
            reference_prefix=reference,
            custom_create_values={'invoice_ids': [Command.set(items.move_id.ids)]},
            **kwargs,
        )
        return transaction_sudo._get_processing_values()

    def _dso_get_customer(self, customer_id, access_token):
        """Return the customer account of a link, nothing when its signature is wrong."""
        customer_sudo = request.env['dso.customer'].sudo().browse(customer_id).exists()
        if customer_sudo and customer_sudo._is_payment_token(access_token):
            return customer_sudo.with_company(customer_sudo.company_id)
        return customer_sudo.browse()

    def _dso_get_payable(self, customer_sudo, currency_id):
        currency_sudo = request.env['res.currency'].sudo().browse(currency_id)
        payable = customer_sudo._get_payable()[customer_sudo.id]
        nothing = (request.env['account.move.line'].sudo(), 0.0)
        return (currency_sudo, *payable.get(currency_sudo, nothing))

    def _dso_get_form_values(self, customer_sudo, currency, amount, access_token):
        path = customer_sudo._get_payment_path(currency)
        values = self._get_common_page_view_values(
            invoices_data={
                'partner': customer_sudo.partner_id,
                'company': customer_sudo.company_id,
                'total_amount': amount,
                'currency': currency,
                'landing_route': f'{path}?access_token={access_token}',
                'transaction_route': f'{path}/transaction',
            },
            access_token=access_token,
        )
        if not customer_sudo._is_payer(request.env.user):
            # The link may have been passed on: saved cards are for the customer's own users.
            values['tokens_sudo'] = values['tokens_sudo'].browse()
            values['show_tokenize_input_mapping'] = dict.fromkeys(
                values['providers_sudo'].ids, False
            )
        return values

    def _dso_is_offered(
        self, offered, provider_id=None, payment_method_id=None, token_id=None, flow=None, **kwargs
    ):
        """Tell whether a way of paying is one that the page offers.

        Core trusts the form; this page is public, and a provider that is only being set up would
        mark invoices as paid that nobody has paid.

        :param dict offered: values of the page
        """
        if offered['company_mismatch'] or provider_id not in offered['providers_sudo'].ids:
            return False
        if flow == 'token':
            tokens_sudo = offered['tokens_sudo']
            return token_id in tokens_sudo.filtered(lambda t: t.provider_id.id == provider_id).ids
        methods_sudo = offered['payment_methods_sudo']
        return (
            payment_method_id
            in methods_sudo.filtered(lambda method: provider_id in method.provider_ids.ids).ids
        )
