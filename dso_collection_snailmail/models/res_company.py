from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = 'res.company'

    dso_post_letters = fields.Boolean(
        string="Post Letters",
        help="Odoo's Snailmail prints and posts letters, for credits. Registered letters still "
        "wait in Letters to Print.",
    )

    @api.constrains('dso_post_letters', 'paperformat_id')
    def _check_dso_paper(self):
        for company in self:
            if company.dso_post_letters and company.paperformat_id.format != 'A4':
                raise ValidationError(
                    self.env._(
                        "The postal service takes A4 only: choose that paper format for "
                        "%(company)s, or print its letters yourself.",
                        company=company.name,
                    )
                )

    def write(self, vals):
        """Override of `dso_collection`: who prints again gets what still waits for the service."""
        result = super().write(vals)
        if not vals.get('dso_post_letters', True):
            self.env['dso.action.message']._give_back_letters(self)
        return result
