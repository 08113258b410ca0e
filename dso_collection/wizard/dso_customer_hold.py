from odoo import fields, models

from ..const import HOLD_REASONS


class DsoCustomerHold(models.TransientModel):
    _name = 'dso.customer.hold'
    _description = "Put Customer Accounts on Hold"

    customer_ids = fields.Many2many(
        'dso.customer', default=lambda self: self.env.context.get('active_ids'), required=True
    )
    hold_reason = fields.Selection(HOLD_REASONS, string="Reason", required=True)
    hold_from = fields.Date(string="From", required=True, default=fields.Date.context_today)
    hold_until = fields.Date(string="Until", help="Last day of the hold; empty for an open end.")

    def action_apply(self):
        self.customer_ids.write(
            {
                'hold_reason': self.hold_reason,
                'hold_from': self.hold_from,
                'hold_until': self.hold_until,
            }
        )
        return {'type': 'ir.actions.act_window_close'}
