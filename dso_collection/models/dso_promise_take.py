from itertools import pairwise

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_round, format_amount

from ..engine import promise_sql

#: Time between equal instalments → what a day is moved by.
INSTALMENT_UNITS = {'week': relativedelta(weeks=1), 'month': relativedelta(months=1)}

#: What a promise takes over from whoever takes it.
GIVEN = ('grace_days', 'tolerance', 'pauses', 'comment')


class DsoPromise(models.Model):
    """Taking promises: of items or of an amount, at once or in instalments."""

    _inherit = 'dso.promise'

    # === BUSINESS METHODS === #

    @api.model
    def _take(self, lines, values):
        """Take a promise, or the instalments of a plan; the caller checks the right.

        :param account.move.line lines: promised open items of one customer account and currency;
            none for a promise of an amount
        :param dict values: all but a day optional

            * ``date``: day of the promise, or of the first of equal instalments
            * ``amount``: default: what is open on the items
            * ``instalment_count`` with ``instalment_unit`` (``week`` or ``month``): equal parts
            * ``instalments``: pairs of day and amount, for a plan of its own
            * ``grace_days``, ``tolerance``, ``pauses``, ``comment``
            * ``of_amount``: the items only tell whose promise it is; any payment keeps it
            * ``customer_id``, ``currency_id`` (default: the company's): without items
        :return: the promise, or the instalments in their order
        :rtype: dso.promise
        """
        lines = lines.sudo().sorted(lambda line: (line._dso_due_date(), line.id))
        customer = self.env['dso.customer'].sudo().browse(values.get('customer_id'))
        customer = lines._dso_customer() if lines else customer
        currency = lines.currency_id or self.env['res.currency'].browse(values.get('currency_id'))
        currency = currency or customer.currency_id
        terms = self._get_terms(lines, currency, values)
        if values.get('of_amount'):
            lines = lines.browse()
        self._check_terms(terms, lines, currency, customer.company_id._dso_today())
        replaced = self._replace_older(customer, lines)
        common = {
            'customer_id': customer.id,
            'currency_id': currency.id,
            'amount_cleared': 0 if lines else self._get_cleared(customer, currency),
            **{name: values[name] for name in GIVEN if values.get(name) is not None},
        }
        if not lines:
            common['pauses'] = False  # nothing is named that could be out of the scenario
        promises = self._create_instalments(common, terms, lines)
        replaced.replaced_by_id = promises[0]
        return promises

    @api.model
    def _create_instalments(self, common, terms, lines):
        commands = self.item_ids._prepare_commands(lines, [amount for _day, amount in terms])
        is_plan = len(terms) > 1
        promises = self.sudo().create(  # nobody's to write by hand
            [
                {
                    **common,
                    'date': day,
                    'amount': amount,
                    'instalment': is_plan and number,
                    'item_ids': items,
                }
                for number, ((day, amount), items) in enumerate(
                    zip(terms, commands, strict=True), start=1
                )
            ]
        )
        if is_plan:
            promises.plan_id = promises[0]
        promises._tell(lambda promise: promise._phrase())
        return promises.sudo(self.env.su)

    @api.model
    def _replace_older(self, customer, lines):
        """Cancel open promises on items that are all promised anew, and return them.

        :rtype: dso.promise
        """
        keys = {(line.move_id, line._dso_due_date()) for line in lines}
        older = self.sudo().search(
            [
                ('customer_id', '=', customer.id),
                ('state', '=', 'open'),
                ('item_ids.move_id', 'in', lines.move_id.ids),
            ]
        )
        older = older.filtered(
            lambda promise: keys.issuperset((i.move_id, i.due_date) for i in promise.item_ids)
        )
        if older:
            older._cancel(self.env._("replaced by a new promise"))
        return older

    @api.model
    def _get_cleared(self, customer, currency):
        """Return what a customer has already paid today, which a new promise does not mean."""
        self.env.flush_all()
        today = customer.company_id._dso_today()
        rows = self.env.execute_query(promise_sql.payments([], {customer.id: today}))
        return sum(float(row[5]) for row in rows if row[2] == currency.id)

    # === TERMS === #

    @api.model
    def _split(self, amount, currency, date, count, unit='month'):
        """Return equal instalments; the last one takes what cannot be shared out.

        :param float amount: amount of all of them
        :param date date: day of the first
        :param int count: number of instalments
        :param str unit: time between two, ``week`` or ``month``
        :return: pairs of day and amount
        :rtype: list[tuple]
        """
        step = INSTALMENT_UNITS[unit]
        part = float_round(
            amount / count, precision_rounding=currency.rounding, rounding_method='DOWN'
        )
        last = currency.round(amount - part * (count - 1))
        amounts = [part] * (count - 1) + [last]
        return [(date + step * number, part) for number, part in enumerate(amounts)]

    @api.model
    def _get_terms(self, lines, currency, values):
        """Return the days and amounts of what a person entered.

        :return: pairs of day and amount
        :rtype: list[tuple]
        """
        amount = values.get('amount') or sum(lines.mapped('amount_residual_currency'))
        date = fields.Date.to_date(values.get('date'))
        if values.get('instalments'):
            terms = [
                (fields.Date.to_date(day), currency.round(part))
                for day, part in values['instalments']
            ]
            total = sum(part for _day, part in terms)
            if currency.compare_amounts(total, amount):
                raise UserError(
                    self.env._(
                        "The instalments add up to %(total)s, but %(amount)s is promised: correct "
                        "one of them.",
                        total=format_amount(self.env, total, currency),
                        amount=format_amount(self.env, amount, currency),
                    )
                )
            return terms
        if not date:
            raise UserError(self.env._("Give the promise a day: by when does the customer pay?"))
        count = values.get('instalment_count') or 1
        return self._split(amount, currency, date, count, values.get('instalment_unit') or 'month')

    @api.model
    def _check_terms(self, terms, lines, currency, today):
        """Refuse terms that nobody could keep, with one sentence."""
        days = [day for day, _amount in terms]
        total = currency.round(sum(amount for _day, amount in terms))
        if not all(days) or any(later <= sooner for sooner, later in pairwise(days)):
            raise UserError(
                self.env._("Each instalment needs a day of its own, later than the one before it.")
            )
        if days[0] < today:
            raise UserError(
                self.env._("A promise is about what comes: choose today or a later day.")
            )
        if any(currency.compare_amounts(amount, 0) <= 0 for _day, amount in terms):
            raise UserError(
                self.env._("Each promised amount must be more than 0: enter it, or have fewer.")
            )
        residual = sum(lines.mapped('amount_residual_currency'))
        if lines and currency.compare_amounts(total, residual) > 0:
            raise UserError(
                self.env._(
                    "%(total)s is promised, but only %(open)s is open on these items: lower the "
                    "amount.",
                    total=format_amount(self.env, total, currency),
                    open=format_amount(self.env, residual, currency),
                )
            )
