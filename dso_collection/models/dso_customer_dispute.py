from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.search import search_flag


class DsoCustomer(models.Model):
    """Disputes and litigation of a customer account."""

    _inherit = 'dso.customer'

    dispute_count = fields.Integer(compute='_compute_disputes')
    open_dispute_count = fields.Integer(string="Open Disputes", compute='_compute_disputes')
    in_litigation = fields.Boolean(
        compute='_compute_in_litigation',
        search='_search_in_litigation',
        help="An open item of the customer is in litigation.",
    )

    # === COMPUTE METHODS === #

    def _compute_disputes(self):
        disputes = self.env['dso.dispute']
        counts = dict.fromkeys(self, (0, 0))
        for customer, state, count in disputes._read_group(
            Domain('customer_id', 'in', self.ids), ['customer_id', 'state'], ['__count']
        ):
            known, waiting = counts.get(customer, (0, 0))
            counts[customer] = (known + count, waiting + count * (state == 'open'))
        for customer in self:
            customer.dispute_count, customer.open_dispute_count = counts[customer]

    def _compute_in_litigation(self):
        found = self.search(self._domain_in_litigation() & Domain('id', 'in', self.ids))
        for customer in self:
            customer.in_litigation = customer._origin in found

    @api.model
    def _search_in_litigation(self, operator, value):
        return search_flag(operator, value, self._domain_in_litigation)

    @api.model
    def _domain_in_litigation(self):
        lines = self.env['account.move.line']
        items = lines._domain_open_items() & Domain('dso_status_category', '=', 'litigation')
        return Domain('open_line_ids', 'any', items)

    # === ACTION METHODS === #

    def action_open_disputes(self):
        """Open the disputes of a customer account."""
        self.ensure_one()
        return self._open_window(
            'dso_collection.dso_dispute_action', [('customer_id', '=', self.id)]
        )
