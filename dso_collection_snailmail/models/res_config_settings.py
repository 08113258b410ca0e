from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    dso_post_letters = fields.Boolean(related='company_id.root_id.dso_post_letters', readonly=False)
