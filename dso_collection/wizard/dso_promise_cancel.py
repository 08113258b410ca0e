from odoo import fields, models


class DsoPromiseCancel(models.TransientModel):
    _name = 'dso.promise.cancel'
    _description = "Cancel Promises to Pay"

    promise_ids = fields.Many2many(
        'dso.promise', default=lambda self: self.env.context.get('active_ids'), required=True
    )
    reason = fields.Char(required=True)

    def action_apply(self):
        """Cancel the promises that were selected."""
        self.promise_ids.action_cancel(self.reason)
        return {'type': 'ir.actions.act_window_close'}
