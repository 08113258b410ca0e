from odoo import models
from odoo.tools import consteq, hmac

from .dso_record_facade_mixin import RECORD_FACADES

#: What the signature of a payment link is for; a token of another purpose opens nothing.
TOKEN_SCOPE = 'dso_collection.payment'


class DsoCustomer(models.Model):
    """Online payment of overdue invoices by a link that needs no login (spec 4.5)."""

    _inherit = 'dso.customer'

    def _get_payable(self):
        """Return what can be paid online now: overdue items, less the unallocated credits; what is
        in dispute or litigation is not asked for.

        The same for whoever holds the link, hence in sudo and in the company of the account.

        :return: currency → (items, amount) by id of the customer account
        :rtype: dict[int, dict]
        """
        payable = {}
        # Not of the books of a moment ago: invoices are paid between two mails of one batch.
        self.invalidate_model(['open_line_ids', 'unit_line_ids'])
        for company, customers in self.sudo().grouped('company_id').items():
            today, customers = company._dso_today(), customers.with_company(company)
            lines = customers.unit_line_ids
            lines.move_id.mapped('amount_residual')  # of all invoices at once
            lines.move_id.mapped('transaction_ids.state')
            lines.invalidate_recordset(RECORD_FACADES)
            lines.mapped('dso_dispute_id')
            for customer in customers:
                by_currency = customer.unit_line_ids.grouped('currency_id')
                found = {
                    currency: lines._get_payable(today) for currency, lines in by_currency.items()
                }
                payable[customer.id] = {
                    currency: (items, amount)
                    for currency, (items, amount) in found.items()
                    if items and currency.compare_amounts(amount, 0) > 0
                }
        return payable

    def _get_payment_links(self):
        """Return the links by which customers can pay, where a provider takes the currency.

        :return: currency → address by id of the customer account
        :rtype: dict[int, dict]
        """
        providers = self.env['payment.provider'].sudo()  # as on the page to which the links lead
        providers = providers.search(
            [
                ('state', 'in', ('enabled', 'test')),
                ('is_published', '=', True),
                ('company_id', 'in', self.company_id.ids),
            ]
        )
        customers = self.filtered(lambda customer: customer.company_id in providers.company_id)
        payable = customers._get_payable()
        return {
            customer.id: {
                currency: customer._get_payment_link(currency)
                for currency, (_items, amount) in payable.get(customer.id, {}).items()
                if any(
                    customer._is_payable_by(provider, currency, amount) for provider in providers
                )
            }
            for customer in self
        }

    def _is_payable_by(self, provider, currency, amount):
        """Tell whether a provider would be offered on the page; core asks one query for each."""
        country, company = self.sudo().partner_id.country_id, self.sudo().company_id
        limit = provider.maximum_amount
        return (
            provider.company_id == company
            and currency in (provider.available_currency_ids or currency)
            and (not country or country in (provider.available_country_ids or country))
            and not (
                limit
                and company.currency_id.compare_amounts(
                    currency._convert(amount, company.currency_id, company), limit
                )
                > 0
            )
        )

    def _get_payment_link(self, currency):
        path = self._get_payment_path(currency)
        return f'{self.get_base_url()}{path}?access_token={self._payment_token()}'

    def _get_payment_path(self, currency):
        """Return where the payment page of a currency is on the server."""
        return f'/dso_collection/pay/{self.id}/{currency.id}'

    def _payment_token(self):
        """Return the signature of the links of a customer account; it tells nothing by itself."""
        return hmac(
            self.env(su=True), TOKEN_SCOPE, (self.id, self.partner_id.id, self.company_id.id)
        )

    def _is_payment_token(self, token):
        is_text = isinstance(token, str) and token.isascii()  # all that can be compared
        return is_text and consteq(token, self._payment_token())

    def _is_payer(self, user):
        """Tell whether a user who opens a payment link is one of the customer's own."""
        return not user._is_public() and user.partner_id.commercial_partner_id == self.partner_id
