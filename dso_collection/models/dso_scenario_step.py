from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..const import ACTION_TYPES, AUTOMATIC_MODES, AUTOMATIC_TYPES, MODES


class DsoScenarioStep(models.Model):
    _name = 'dso.scenario.step'
    _description = "Step of a Collection Scenario"
    _order = 'scenario_id, delay'

    scenario_id = fields.Many2one(
        'dso.scenario', required=True, index=True, ondelete='cascade', check_company=True
    )
    company_id = fields.Many2one(related='scenario_id.company_id')
    name = fields.Char(required=True, translate=True)
    delay = fields.Integer(
        string="Days",
        required=True,
        help="Days from the due date of the leader invoice; negative before it.",
    )
    action_type = fields.Selection(ACTION_TYPES, required=True)
    mode = fields.Selection(MODES, required=True, default='manual')
    mail_template_id = fields.Many2one(
        'mail.template',
        string="Email Text",
        domain=[('model', '=', 'dso.action')],
        ondelete='restrict',
    )
    sms_template_id = fields.Many2one(
        'sms.template',
        string="SMS Text",
        domain=[('model', '=', 'dso.action')],
        ondelete='restrict',
    )
    instructions = fields.Text(
        translate=True, help="What the collector reads beside the action, such as a call script."
    )

    # Offsets are the order of the steps: two equal ones would leave the next step undecided.
    _unique_delay = models.UniqueIndex(
        '(scenario_id, delay)',
        "Two steps of a scenario cannot have the same number of days: change one of them.",
    )

    @api.constrains('action_type', 'mail_template_id', 'sms_template_id')
    def _check_text(self):
        for step in self:
            if step.action_type == 'email' and not step.mail_template_id:
                raise ValidationError(
                    self.env._("Step %(step)s sends an email: choose its text.", step=step.name)
                )
            if step.action_type == 'sms' and not step.sms_template_id:
                raise ValidationError(
                    self.env._("Step %(step)s sends an SMS: choose its text.", step=step.name)
                )

    @api.constrains('action_type', 'mode')
    def _check_mode(self):
        for step in self:
            if step.mode in AUTOMATIC_MODES and step.action_type not in AUTOMATIC_TYPES:
                raise ValidationError(
                    self.env._(
                        "Step %(step)s cannot be automatic: only emails are sent by themselves. "
                        "Choose the manual mode.",
                        step=step.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        steps.scenario_id._plan_customers()
        return steps

    def write(self, vals):
        scenarios = self.scenario_id
        result = super().write(vals)
        (scenarios | self.scenario_id)._plan_customers()
        return result

    def unlink(self):
        scenarios = self.scenario_id
        result = super().unlink()
        scenarios.exists()._plan_customers()
        return result
