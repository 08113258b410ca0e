from odoo import api, models
from odoo.fields import Domain

from ..tools.screens import open_form


class AccountMove(models.Model):
    """Shows on a document what people recorded about its items, of the oldest that has any."""

    _name = 'account.move'
    _inherit = ['account.move', 'dso.record.facade.mixin']

    # === COMPUTE METHODS === #

    def _compute_dso_records(self):
        items = self.line_ids.filtered(lambda line: line.account_type == 'asset_receivable')
        items = items.sorted('date_maturity').grouped('move_id')
        nothing = self.env['account.move.line']
        for move in self:
            own = items.get(move, nothing)
            for name in ('dso_status_id', 'dso_promise_id', 'dso_dispute_id'):
                move[name] = own[name][:1]
            move.dso_status_category = move.dso_status_id.category

    # === SEARCH METHODS === #

    @api.model
    def _dso_domain_of_records(self, name, operator, value):
        return Domain('line_ids', 'any', [(name, operator, value)])

    # === ACTION METHODS === #

    def action_dso_open_dispute(self):
        """Open the open dispute on a document."""
        self.ensure_one()
        return open_form(self.dso_dispute_id)
