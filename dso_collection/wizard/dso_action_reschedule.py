from odoo import fields, models


class DsoActionReschedule(models.TransientModel):
    _name = 'dso.action.reschedule'
    _description = "Reschedule Collection Actions"

    action_ids = fields.Many2many(
        'dso.action', default=lambda self: self.env.context.get('active_ids'), required=True
    )
    date = fields.Date(string="New Date")
    release = fields.Boolean(
        string="Back to the scenario's date",
        help="Forget the date that a person set; the scenario dates the action again.",
    )

    def action_apply(self):
        self.action_ids.action_reschedule(False if self.release else self.date)
        return {'type': 'ir.actions.act_window_close'}
