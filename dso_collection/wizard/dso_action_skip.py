from odoo import fields, models


class DsoActionSkip(models.TransientModel):
    _name = 'dso.action.skip'
    _description = "Skip Collection Actions"

    action_ids = fields.Many2many(
        'dso.action', default=lambda self: self.env.context.get('active_ids'), required=True
    )
    reason = fields.Char(required=True)

    def action_apply(self):
        self.action_ids.action_skip(reason=self.reason)
        return {'type': 'ir.actions.act_window_close'}
