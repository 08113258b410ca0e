from odoo import api, fields, models


class DsoScenario(models.Model):
    """What the lists of scenarios show, and what opens from them."""

    _inherit = 'dso.scenario'

    summary = fields.Char(
        string="Steps in Short",
        compute='_compute_summary',
        help="Steps with their days from the due date.",
    )
    has_sms = fields.Boolean(compute='_compute_has_sms')

    @api.depends('step_ids.delay', 'step_ids.action_type')
    def _compute_summary(self):
        field = self.env['dso.scenario.step']._fields['action_type']
        types = dict(field._description_selection(self.env))
        for scenario in self:
            scenario.summary = " · ".join(
                f"{step.delay:+d} {types.get(step.action_type, '')}"
                for step in scenario.step_ids.sorted('delay')
            )

    @api.depends('step_ids.action_type')
    def _compute_has_sms(self):
        for scenario in self:
            scenario.has_sms = 'sms' in scenario.step_ids.mapped('action_type')

    # === ACTION METHODS === #

    def action_open_customers(self):
        """Open the customer accounts that use a scenario."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('dso_collection.dso_customer_action')
        return {**action, 'domain': [('scenario_id', '=', self.id)], 'context': {}}
