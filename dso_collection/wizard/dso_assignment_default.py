from odoo import api, fields, models

from ..const import COLLECTOR_DOMAIN, SCENARIO_DOMAIN


class DsoAssignmentDefault(models.TransientModel):
    """The defaults of a company beside its rules, for managers who may not open its settings."""

    _name = 'dso.assignment.default'
    _description = "Defaults of Search & Assign"

    company_id = fields.Many2one(
        'res.company',
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    collector_id = fields.Many2one(
        'res.users',
        string="Default Collector",
        compute='_compute_defaults',
        inverse='_inverse_collector_id',
        domain=COLLECTOR_DOMAIN,
    )
    scenario_id = fields.Many2one(
        'dso.scenario',
        string="Default Scenario",
        compute='_compute_defaults',
        inverse='_inverse_scenario_id',
        domain=SCENARIO_DOMAIN,
    )

    @api.depends('company_id')
    def _compute_display_name(self):
        for defaults in self:
            defaults.display_name = self.env._("By Default")

    @api.depends('company_id')
    def _compute_defaults(self):
        for defaults in self:
            company = defaults.company_id._dso_root()
            defaults.collector_id = company.dso_collector_id
            defaults.scenario_id = company.dso_scenario_id

    def _inverse_collector_id(self):
        for defaults in self:
            defaults.company_id._dso_set_defaults({'dso_collector_id': defaults.collector_id.id})

    def _inverse_scenario_id(self):
        for defaults in self:
            defaults.company_id._dso_set_defaults({'dso_scenario_id': defaults.scenario_id.id})
