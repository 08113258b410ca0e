from odoo import api, fields, models
from odoo.fields import Domain

from ..const import STATUS_CATEGORIES


class AccountMove(models.Model):
    """Shows on a document what people recorded about its items, of the oldest one that has it."""

    _inherit = 'account.move'

    dso_status_id = fields.Many2one(
        'dso.status',
        string="Item Status",
        compute='_compute_dso_records',
        compute_sudo=True,
        search='_search_dso_status_id',
        groups='dso_collection.group_dso_reader',
    )
    dso_status_category = fields.Selection(
        STATUS_CATEGORIES,
        string="Status Category",
        compute='_compute_dso_records',
        compute_sudo=True,
        search='_search_dso_status_category',
        groups='dso_collection.group_dso_reader',
    )
    dso_promise_id = fields.Many2one(
        'dso.promise',
        string="Promise to Pay",
        compute='_compute_dso_records',
        compute_sudo=True,
        search='_search_dso_promise_id',
        groups='dso_collection.group_dso_reader',
        help="Promise on an item of the document that waits for its day.",
    )
    dso_dispute_id = fields.Many2one(
        'dso.dispute',
        string="Dispute",
        compute='_compute_dso_records',
        compute_sudo=True,
        search='_search_dso_dispute_id',
        groups='dso_collection.group_dso_reader',
        help="Open dispute on an item of the document.",
    )

    # === COMPUTE METHODS === #

    def _compute_dso_records(self):
        for move in self:
            items = move.line_ids.filtered(
                lambda line: line.account_type == 'asset_receivable'
            ).sorted('date_maturity')
            for name in ('dso_status_id', 'dso_promise_id', 'dso_dispute_id'):
                move[name] = items[name][:1] if items else False
            move.dso_status_category = move.dso_status_id.category

    # === ACTION METHODS === #

    def action_dso_open_dispute(self):
        """Open the open dispute on a document."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'dso.dispute',
            'res_id': self.dso_dispute_id.id,
            'views': [(False, 'form')],
        }

    # === SEARCH METHODS === #

    @api.model
    def _search_dso_status_id(self, operator, value):
        return self._dso_search_records('dso_status_id', operator, value)

    @api.model
    def _search_dso_status_category(self, operator, value):
        return self._dso_search_records('dso_status_category', operator, value)

    @api.model
    def _search_dso_promise_id(self, operator, value):
        return self._dso_search_records('dso_promise_id', operator, value)

    @api.model
    def _search_dso_dispute_id(self, operator, value):
        return self._dso_search_records('dso_dispute_id', operator, value)

    @api.model
    def _dso_search_records(self, name, operator, value):
        """Search documents by what was recorded about an item; "not set" means about none."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented  # the ORM asks again with the positive operator
        unset = operator == 'in' and False in value
        if unset:
            value = [wanted for wanted in value if wanted]
        found = Domain('line_ids', 'any', [(name, operator, value)])
        return found | ~Domain('line_ids', 'any', [(name, '!=', False)]) if unset else found
