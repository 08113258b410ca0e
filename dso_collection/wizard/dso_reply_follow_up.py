from odoo import fields, models

from ..const import ACTION_TYPES, FOLLOW_UP_TYPES


class DsoReplyFollowUp(models.TransientModel):
    _name = 'dso.reply.follow.up'
    _description = "Plan a Follow-up of Replies"

    reply_ids = fields.Many2many(
        'dso.reply', default=lambda self: self.env.context.get('active_ids'), required=True
    )
    action_type = fields.Selection(
        [choice for choice in ACTION_TYPES if choice[0] in FOLLOW_UP_TYPES],
        required=True,
        default='call',
    )
    date = fields.Date(required=True)
    note = fields.Text()

    def action_apply(self):
        self.reply_ids.action_follow_up(self.action_type, self.date, note=self.note)
        return {'type': 'ir.actions.act_window_close'}
