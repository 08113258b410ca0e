from odoo import api, fields, models


class DsoActionItem(models.Model):
    """Copy of an open item as it was when an action listed it; the item itself may change.

    Written by :meth:`dso.planner._snapshot_items` in one statement, never for proposals.
    """

    _name = 'dso.action.item'
    _description = "Item Listed by a Collection Action"
    _inherit = ['dso.item.mixin']
    _order = 'due_date, id'
    _log_access = False

    action_id = fields.Many2one(
        'dso.action', required=True, readonly=True, index=True, ondelete='restrict'
    )
    company_id = fields.Many2one(related='action_id.company_id')
    customer_id = fields.Many2one(
        'dso.customer', required=True, readonly=True, index=True, ondelete='restrict'
    )
    company_currency_id = fields.Many2one(
        related='company_id.currency_id', string="Company Currency"
    )
    amount_original = fields.Monetary(string="Original Amount", readonly=True)
    amount_residual = fields.Monetary(string="Open Amount", readonly=True)
    amount_residual_company = fields.Monetary(
        string="Open Amount in Company Currency",
        readonly=True,
        currency_field='company_currency_id',
    )
    customer_code = fields.Char(readonly=True)
    is_leader = fields.Boolean(string="Leader", readonly=True)
    offset_counted = fields.Integer(
        readonly=True,
        help="Step, in days from the due date, that the action counts for on this item.",
    )

    @api.model
    def _prepare_items(self, lines):
        """Extend the copies by what the action's documents show of an item.

        :rtype: list[dict]
        """
        return [
            {
                **copy,
                'amount_original': line.amount_currency,
                'amount_residual': line.amount_residual_currency,
                'amount_residual_company': line.amount_residual,
                'customer_code': line.dso_customer_code,
            }
            for line, copy in zip(lines, super()._prepare_items(lines), strict=True)
        ]
