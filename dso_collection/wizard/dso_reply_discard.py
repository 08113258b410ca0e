from odoo import fields, models


class DsoReplyDiscard(models.TransientModel):
    _name = 'dso.reply.discard'
    _description = "Discard Replies"

    reply_ids = fields.Many2many(
        'dso.reply', default=lambda self: self.env.context.get('active_ids'), required=True
    )
    reason = fields.Char(required=True)

    def action_apply(self):
        self.reply_ids.action_discard(self.reason)
        return {'type': 'ir.actions.act_window_close'}
