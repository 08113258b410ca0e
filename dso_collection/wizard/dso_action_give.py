from odoo import fields, models


class DsoActionGive(models.TransientModel):
    _name = 'dso.action.give'
    _inherit = ['dso.action.mass']
    _description = "Give Collection Actions to a Collector"
    _kind = 'give'

    collector_id = fields.Many2one(
        'res.users',
        required=True,
        domain="[('share', '=', False), ('company_ids', 'in', allowed_company_ids)]",
    )

    def _get_arguments(self):
        return {'collector_id': self.collector_id.id}
