from odoo import api, fields, models

from ..engine.promise import BROKEN_STATES

#: States of promises whose day has come.
DECIDED_STATES = ('kept', *BROKEN_STATES)


class DsoCustomer(models.Model):
    """How far the promises of a customer can be relied on."""

    _inherit = 'dso.customer'

    promise_ids = fields.One2many('dso.promise', 'customer_id', string="Promises", readonly=True)
    open_promise_count = fields.Integer(string="Open Promises", compute='_compute_promises')
    kept_promise_count = fields.Integer(string="Kept Promises", compute='_compute_promises')
    due_promise_count = fields.Integer(
        string="Promises That Were Due",
        compute='_compute_promises',
        help="Promises that were kept, partly kept or broken.",
    )
    promise_reliability = fields.Float(
        string="Promises Kept",
        compute='_compute_promises',
        help="Kept promises per promise that was due (0 to 1), each instalment being a promise.",
    )
    promise_reliability_amount = fields.Float(
        string="Promised Amounts Paid",
        compute='_compute_promises',
        help="Amounts paid in time per amount promised that was due (0 to 1), foreign currencies "
        "at the rate of today.",
    )

    # === COMPUTE METHODS === #

    @api.depends('promise_ids.state', 'promise_ids.amount_paid')
    def _compute_promises(self):
        groups = self.env['dso.promise']._read_group(
            [('customer_id', 'in', self.ids), ('state', 'in', ('open', *DECIDED_STATES))],
            ['customer_id', 'currency_id', 'state'],
            ['__count', 'amount:sum', 'amount_paid:sum'],
        )
        by_customer = {}
        for customer, *group in groups:
            by_customer.setdefault(customer.id, []).append(group)
        for customer in self:
            customer._set_promises(by_customer.get(customer._origin.id, []))

    def _set_promises(self, groups):
        """Fill the figures of one customer account.

        :param groups: tuples (currency, state, number, promised, paid)
        """
        counts = {'open': 0, **dict.fromkeys(DECIDED_STATES, 0)}
        promised = paid = 0.0
        today = self.company_id._dso_today()
        for currency, state, count, amount, amount_paid in groups:
            counts[state] += count
            if state != 'open':
                rate = currency._get_conversion_rate(
                    currency, self.company_id.currency_id, self.company_id, today
                )
                promised += amount * rate
                # The tolerance is part of what was kept.
                paid += (amount if state == 'kept' else amount_paid) * rate
        due = sum(counts[state] for state in DECIDED_STATES)
        self.open_promise_count = counts['open']
        self.kept_promise_count = counts['kept']
        self.due_promise_count = due
        self.promise_reliability = due and counts['kept'] / due
        self.promise_reliability_amount = promised and paid / promised

    # === ACTION METHODS === #

    def action_open_promises(self):
        """Open the promises of a customer account."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('dso_collection.dso_promise_action')
        return {
            **action,
            'domain': [('customer_id', '=', self.id)],
            'context': {'search_default_open': 0},
        }
