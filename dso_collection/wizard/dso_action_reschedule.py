from odoo import fields, models


class DsoActionReschedule(models.TransientModel):
    _name = 'dso.action.reschedule'
    _inherit = ['dso.action.mass']
    _description = "Reschedule Collection Actions"

    how = fields.Selection(
        [
            ('date', "To a date"),
            ('days', "By days"),
            ('release', "Back to the scenario's date"),
        ],
        required=True,
        default='date',
        help="By days: from the date of each action, or from today when that is past.",
    )
    date = fields.Date(string="New Date")
    days = fields.Integer(default=7)

    def _get_kind(self):
        return 'postpone' if self.how == 'days' else 'reschedule'

    def _get_arguments(self):
        if self.how == 'days':
            return {'days': self.days}
        return {'date': self.how == 'date' and self.date}
