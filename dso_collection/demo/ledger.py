"""The books of one company of the demo, kept in batches: one call to Odoo per kind and stretch."""

from collections import defaultdict
from itertools import cycle
from typing import NamedTuple

from odoo import Command, models

from .documents import TERMS

#: What a seller of lamps writes on invoices; the price is that of the document.
GOODS = (
    "LED panels 60 × 60 cm",
    "Pendant lights, brushed brass",
    "Emergency lighting, yearly inspection",
    "Track lights with dimmer",
    "Outdoor bollards IP65",
    "Lighting design, second phase",
    "Replacement drivers and spares",
    "Installation on site",
)


#: What a customer pays within so many days is one payment.
DAYS_PER_RECEIPT = 30


class Receipt(NamedTuple):
    """Money of a customer for journal items; for none when nobody knows what it is for."""

    code: str
    day: int
    amount: float
    currency: models.BaseModel
    items: models.BaseModel


class Ledger:
    """Posts documents and payments up to a day, in the order in which they happened."""

    def __init__(self, company, partners, bought, deposits, foreign_currency, clock):
        """
        :param dict partners: code → contact
        :param bought: :class:`documents.Document` objects, oldest first
        """
        self._env = company.with_company(company).env
        self._company = company
        self._partners = partners
        self._documents = bought
        self._deposits = deposits
        self._foreign_currency = foreign_currency
        self._clock = clock
        self._goods = cycle(GOODS)
        self._numbers = defaultdict(int)
        self._moves = {}  # id of a document → its move
        self._terms = self._payment_terms()
        self._bank = self._journal('bank')
        self._sales = self._journal('sale')

    def move(self, document):
        return self._moves.get(id(document), self._env['account.move'])

    def import_until(self, since, day):
        """Book what happened after ``since`` and up to ``day``, the payments as bank entries.

        So it looks when the books of an older system were taken over, and it takes a fraction of
        the time of as many payments.
        """
        self._keep(since, day, self._import_payments)

    def keep(self, since, day):
        """Book everything that happened after ``since`` and up to ``day``."""
        self._keep(since, day, self._register_payments)

    def _keep(self, since, day, pay):
        booked = [d for d in self._documents if since < d.day <= day]
        self._post(booked)
        self._match_credit_notes(booked)
        receipts = self._receipts(
            [
                (document, payment)
                for document in self._documents
                for payment in document.payments
                if since < payment.day <= day
            ]
        )
        receipts += [
            Receipt(d.code, d.day, d.amount, self._currency(d), self._env['account.move.line'])
            for d in self._deposits
            if since < d.day <= day
        ]
        self._reconcile(
            self._receivables(move) | receipt.items
            for receipt, move in zip(receipts, pay(receipts), strict=True)
            if receipt.items
        )

    def block(self):
        """Block invoices whose delivery the customers contest."""
        for document in self._documents:
            if document.blocked:
                self.move(document).action_toggle_block_payment()

    def _journal(self, journal_type):
        return self._env['account.journal'].search(
            [('type', '=', journal_type), ('company_id', '=', self._company.id)], limit=1
        )

    def _number(self, prefix, day):
        """The next number, as Odoo would give it; Odoo would look up the last one each time."""
        series = f'{prefix}/{self._clock.date(day).year}'
        self._numbers[series] += 1
        return f'{series}/{self._numbers[series]:05}'

    # --- documents ---------------------------------------------------------------------------

    def _payment_terms(self):
        terms = self._env['account.payment.term']
        created = terms.create([self._term_values(key) for key in TERMS])
        return dict(zip(TERMS, created, strict=True))

    def _term_values(self, key):
        days = TERMS[key]
        shares = [round(100 / len(days), 2)] * len(days)
        shares[-1] = 100 - sum(shares[:-1])
        return {
            'name': f"{key} days net" if len(days) == 1 else f"{len(days)} monthly instalments",
            'company_id': self._company.id,
            'line_ids': [
                Command.create({'value': 'percent', 'value_amount': share, 'nb_days': nb_days})
                for share, nb_days in zip(shares, days, strict=True)
            ],
        }

    def _currency(self, document):
        return self._foreign_currency if document.foreign else self._company.currency_id

    def _post(self, booked):
        moves = self._env['account.move'].create([self._move_values(d) for d in booked])
        self._moves.update(zip(map(id, booked), moves, strict=True))
        moves.action_post()
        for document in booked:
            if document.no_followup:
                self._receivables(self.move(document)).no_followup = True

    def _move_values(self, document):
        partner = self._partners[document.code]
        is_credit = document.amount < 0
        # Sales to other countries carry no tax.
        is_domestic = partner.country_id == self._company.country_id
        taxes = self._company.account_sale_tax_id if is_domestic else self._env['account.tax']
        return {
            'move_type': 'out_refund' if is_credit else 'out_invoice',
            'name': self._number('RINV' if is_credit else 'INV', document.day),
            'partner_id': partner.id,
            'invoice_date': self._clock.date(document.day),
            'invoice_payment_term_id': False if is_credit else self._terms[document.terms].id,
            'currency_id': self._currency(document).id,
            'reversed_entry_id': document.credited and self.move(document.credited).id,
            'ref': "Opening balance" if document.no_followup else False,
            'is_move_sent': True,
            # What follows is known here; Odoo would look it up for each document.
            'journal_id': self._sales.id,
            'company_id': self._company.id,
            'fiscal_position_id': False,
            'partner_bank_id': False,
            'invoice_user_id': False,
            'invoice_line_ids': [
                Command.create(
                    {
                        'name': next(self._goods),
                        'price_unit': abs(document.amount),
                        'account_id': self._sales.default_account_id.id,
                        'tax_ids': [Command.set(taxes.ids)],
                    }
                )
            ],
        }

    def _match_credit_notes(self, booked):
        self._reconcile(
            self._receivables(self.move(document)) | self._receivables(self.move(document.credited))
            for document in booked
            if document.credited
        )

    # --- payments ----------------------------------------------------------------------------

    def _receipts(self, payments):
        """What customers paid: all that they pay in one month comes in one amount.

        :param payments: tuples of a document and one of its payments
        :rtype: list[Receipt]
        """
        targets = defaultdict(list)
        for document, payment in payments:
            month = payment.day // DAYS_PER_RECEIPT
            for line in self._targets(document, payment):
                targets[document.code, line.currency_id, month].append((line, payment))
        receipts, paid = [], defaultdict(float)
        for (code, currency, _month), parts in sorted(targets.items(), key=lambda item: item[0][2]):
            amounts = defaultdict(float)
            for line, payment in parts:
                # The payments before this one are not booked yet.
                left = line.amount_residual_currency - paid[line]
                amount = currency.round(left * payment.share)
                amounts[line] += amount
                paid[line] += amount
            day = max(payment.day for _line, payment in parts)
            if total := currency.round(sum(amounts.values())):
                items = self._env['account.move.line'].union(*amounts)
                receipts.append(Receipt(code, day, total, currency, items))
        return receipts

    def _targets(self, document, payment):
        items = self._receivables(self.move(document)).sorted('date_maturity')
        if payment.instalment is not None:
            items = items[payment.instalment]
        return items.filtered(lambda line: not line.reconciled)

    def _register_payments(self, receipts):
        payments = self._env['account.payment'].create(
            [
                {
                    'payment_type': 'inbound',
                    'partner_type': 'customer',
                    'partner_id': self._partners[receipt.code].id,
                    'date': self._clock.date(receipt.day),
                    'amount': receipt.amount,
                    'currency_id': receipt.currency.id,
                    'journal_id': self._bank.id,
                    'company_id': self._company.id,
                }
                for receipt in receipts
            ]
        )
        payments.action_post()
        return payments.move_id

    def _import_payments(self, receipts):
        moves = self._env['account.move'].create(
            [
                {
                    'journal_id': self._bank.id,
                    'name': self._number(self._bank.code, receipt.day),
                    'date': self._clock.date(receipt.day),
                    'line_ids': [
                        Command.create(self._bank_item(receipt, account, sign))
                        for account, sign in (
                            (self._bank.default_account_id, 1),
                            (self._receivable(receipt), -1),
                        )
                    ],
                }
                for receipt in receipts
            ]
        )
        moves.action_post()
        return moves

    def _receivable(self, receipt):
        return receipt.items[:1].account_id

    def _bank_item(self, receipt, account, sign):
        balance = receipt.currency._convert(
            receipt.amount, self._company.currency_id, self._company, self._clock.date(receipt.day)
        )
        return {
            'account_id': account.id,
            'partner_id': self._partners[receipt.code].id,
            'currency_id': receipt.currency.id,
            'amount_currency': sign * receipt.amount,
            'balance': sign * balance,
        }

    def _reconcile(self, items):
        self._env['account.move.line']._reconcile_plan(list(items))

    @staticmethod
    def _receivables(move):
        return move.line_ids.filtered(lambda line: line.account_type == 'asset_receivable')
