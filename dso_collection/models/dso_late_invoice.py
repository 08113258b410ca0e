from odoo import Command, api, models
from odoo.tools import format_date, format_list
from odoo.tools.misc import formatLang

from ..engine.late import totals


class DsoLateInvoice(models.AbstractModel):
    """Drafts debit notes for late payment and remembers what they charge; posts nothing."""

    _name = 'dso.late.invoice'
    _description = "Debit Note for Late Payment"

    @api.model
    def _create(self, customer, late):
        """Create draft invoices for what is late, one per currency.

        :param dso.customer customer: whose items are late
        :param Late late: what to charge
        :rtype: account.move
        """
        writer = self.with_context(lang=customer.partner_id.lang or self.env.lang)
        currency_ids = list(totals([*late.interests, *late.compensations]))
        invoices = (
            self.env['account.move']
            .with_company(customer.company_id)
            .create([writer._prepare(customer, late, currency_id) for currency_id in currency_ids])
        )
        charges = self.env['dso.late.charge'].sudo()  # nobody's to write by hand
        charges.create(
            [
                vals
                for invoice in invoices
                for vals in self._prepare_charges(customer, late, invoice)
            ]
        )
        return invoices

    @api.model
    def _prepare(self, customer, late, currency_id):
        """Return the values of a draft invoice in a currency, in the language of the customer."""
        interests, compensations = self._in_currency(late, currency_id)
        lines = [(self._label(entry), entry.amount) for entry in interests]
        if compensations:
            amount = sum(entry.amount for entry in compensations)
            lines.append((self._compensation_label(compensations), amount))
        product = customer.company_id.sudo().dso_late_product_id  # a branch may not read its root
        return {
            'move_type': 'out_invoice',
            'partner_id': customer.partner_id.id,
            'currency_id': currency_id,
            'ref': self.env._("Late payment"),
            'invoice_line_ids': [
                Command.create(self._prepare_line(product, label, float(amount)))
                for label, amount in lines
            ],
        }

    def _prepare_line(self, product, label, amount):
        line = {'name': label, 'quantity': 1, 'price_unit': amount}
        if product:
            return {**line, 'product_id': product.id}
        return {**line, 'tax_ids': [Command.clear()]}  # compensation of a damage, no sale

    def _label(self, entry):
        """Return the number, the days and the rates of an item's interest."""
        rates = dict.fromkeys(part.rate for part in entry.parts)
        return self.env._(
            "%(number)s, due on %(due)s: interest from %(start)s to %(end)s at %(rates)s %% a year",
            number=entry.item.number,
            due=format_date(self.env, entry.item.due),
            start=format_date(self.env, entry.parts[0].start),
            end=format_date(self.env, entry.parts[-1].end),
            rates=" / ".join(self._percent(rate) for rate in rates),
        )

    def _percent(self, rate):
        decimals = -rate.normalize().as_tuple().exponent
        return formatLang(self.env, float(rate), digits=max(decimals, 2))

    def _compensation_label(self, compensations):
        numbers = format_list(self.env, [entry.item.number for entry in compensations])
        return self.env._("Compensation for late payment of %(numbers)s", numbers=numbers)

    def _in_currency(self, late, currency_id):
        return (
            [entry for entry in late.interests if entry.item.currency_id == currency_id],
            [entry for entry in late.compensations if entry.currency_id == currency_id],
        )

    def _prepare_charges(self, customer, late, invoice):
        interests, compensations = self._in_currency(late, invoice.currency_id.id)
        common = {
            'partner_id': customer.partner_id.id,
            'invoice_id': invoice.id,
            'currency_id': invoice.currency_id.id,
        }
        return [
            *(
                {
                    **common,
                    'kind': 'interest',
                    'move_id': entry.item.move_id,
                    'date_from': entry.parts[0].start,
                    'date_to': entry.item.today,
                    'amount': float(entry.amount),
                }
                for entry in interests
            ),
            *(
                {
                    **common,
                    'kind': 'compensation',
                    'move_id': entry.item.move_id,
                    'amount': float(entry.amount),
                }
                for entry in compensations
            ),
        ]
