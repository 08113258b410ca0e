from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class ResCompany(models.Model):
    """Starting collection: the switch in a collection manager's hand."""

    _inherit = 'res.company'

    dso_scenario_id = fields.Many2one(
        default=lambda self: self.env.ref(
            'dso_collection.dso_scenario_standard', raise_if_not_found=False
        )
    )

    def action_dso_start(self):
        """Let the collection of companies begin; nothing was sent before."""
        companies = self._dso_check_manager()
        missing = companies.filtered(lambda company: not company.dso_scenario_id)
        if missing:
            raise UserError(
                self.env._(
                    "Choose the default scenario of %(company)s first: without one, new customer "
                    "accounts are never chased.",
                    company=missing[0].name,
                )
            )
        companies.filtered(lambda company: not company.dso_started_on).write(
            {'dso_started_on': fields.Datetime.now(), 'dso_paused': False}
        )
        return True

    @api.model
    def _dso_set_default_scenario(self):
        """Give the companies that exist at installation the standard scenario."""
        companies = self.search([('dso_scenario_id', '=', False)])
        companies.dso_scenario_id = self.env.ref('dso_collection.dso_scenario_standard')

    def _dso_check_manager(self):
        """Return the root companies in sudo: collection managers may not edit companies.

        :raise AccessError: for anybody but a collection manager of these companies
        """
        allowed = self.env.su or (
            self.env.user.has_group('dso_collection.group_dso_manager')
            and self <= self.env.companies
        )
        if not allowed:
            raise AccessError(self.env._("Only collection managers of the company may do this."))
        return self.sudo().root_id
