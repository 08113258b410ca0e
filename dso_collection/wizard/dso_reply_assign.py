from odoo import fields, models


class DsoReplyAssign(models.TransientModel):
    _name = 'dso.reply.assign'
    _description = "Assign Replies to a Customer Account"

    reply_ids = fields.Many2many(
        'dso.reply', default=lambda self: self.env.context.get('active_ids'), required=True
    )
    customer_id = fields.Many2one('dso.customer', string="Customer Account", required=True)

    def action_apply(self):
        self.reply_ids.action_assign(self.customer_id)
        return {'type': 'ir.actions.act_window_close'}
