from odoo import fields, models


class DsoActionSkip(models.TransientModel):
    _name = 'dso.action.skip'
    _inherit = ['dso.action.mass']
    _description = "Skip Collection Actions"
    _kind = 'skip'

    reason = fields.Char(required=True)

    def _get_arguments(self):
        return {'reason': self.reason}
