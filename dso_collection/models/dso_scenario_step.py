from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..const import (
    ACTION_TYPES,
    AUTOMATIC_MODES,
    AUTOMATIC_TYPES,
    LETTER_TYPES,
    MESSAGE_TYPES,
    MODES,
    UNDONE_RULES,
)

#: Fields that add a message to a step → its kind.
FURTHER_FIELDS = {'also_email': 'email', 'also_sms': 'sms', 'also_letter': 'letter'}


class DsoScenarioStep(models.Model):
    _name = 'dso.scenario.step'
    _description = "Step of a Collection Scenario"
    _inherit = ['dso.text.mixin']
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
    # A step may reach the customer on several ways at once.
    also_email = fields.Boolean(string="Also by Email")
    also_sms = fields.Boolean(string="Also by SMS")
    also_letter = fields.Boolean(string="Also by Letter")
    cc_rule = fields.Selection(
        [('company', "As in the settings"), ('step', "As chosen here")],
        string="Copies of Emails",
        required=True,
        default='company',
    )
    cc_salesperson = fields.Boolean(
        string="Copy to the Salesperson",
        help="The salesperson of the customer, else of the leader invoice, gets a copy.",
    )
    cc_partner_ids = fields.Many2many(
        'res.partner',
        'dso_scenario_step_cc_rel',
        string="Copy to",
        help="Colleagues who get a copy of every email of this step.",
    )
    attach_statement = fields.Boolean(
        help="Emails of this step carry a PDF of the items that #items_list shows; letters have it "
        "as further pages.",
    )
    attach_invoices = fields.Boolean(
        help="Emails of this step carry the legal PDFs of the invoices that the action lists, of "
        "those that were made when the invoices were sent.",
    )
    instructions = fields.Text(
        translate=True, help="What the collector reads beside the action, such as a call script."
    )

    # === When nobody does it === #
    undone_rule = fields.Selection(
        UNDONE_RULES,
        string="If Not Done in Time",
        required=True,
        default='wait',
        help="What happens when a manual action of this step is still to be done so many days "
        "after its date.",
    )
    undone_days = fields.Integer(
        string="Days of Waiting",
        default=5,
        help="Days after the date of the action; at the earliest so many after it was put on the "
        "agenda.",
    )
    undone_type = fields.Selection(ACTION_TYPES, string="Becomes")
    undone_mode = fields.Selection(MODES, string="Mode Then", required=True, default='manual')

    _check_undone_days = models.Constraint(
        'CHECK (undone_days > 0)',
        "After how many days is a step not done in time? Enter 1 or more.",
    )
    # Offsets are the order of the steps: two equal ones would leave the next step undecided.
    _unique_delay = models.UniqueIndex(
        '(scenario_id, delay)',
        "Two steps of a scenario cannot have the same number of days: change one of them.",
    )

    @api.constrains(
        'action_type',
        'mode',
        *FURTHER_FIELDS,
        'mail_template_id',
        'sms_template_id',
        'letter_template_id',
        'undone_rule',
        'undone_type',
        'undone_mode',
    )
    def _check_text(self):
        for step in self:
            kinds = {step.action_type, *step._get_further_types(), step._get_undone_type()}
            if 'email' in kinds and not step.mail_template_id:
                raise ValidationError(
                    self.env._("Step %(step)s sends an email: choose its text.", step=step.name)
                )
            if 'sms' in kinds and not step.sms_template_id:
                raise ValidationError(
                    self.env._("Step %(step)s sends an SMS: choose its text.", step=step.name)
                )
            # By hand, people may write the letter themselves.
            is_own = step.mode == 'manual' and step.action_type in LETTER_TYPES
            is_own = is_own or (step._get_undone_type() and step.undone_mode == 'manual')
            if kinds.intersection(LETTER_TYPES) and not is_own and not step.letter_template_id:
                raise ValidationError(
                    self.env._("Step %(step)s sends a letter: choose its text.", step=step.name)
                )

    @api.constrains('action_type', 'mode', 'undone_rule', 'undone_type', 'undone_mode')
    def _check_mode(self):
        for step in self:
            planned = [(step.action_type, step.mode)]
            if undone_type := step._get_undone_type():
                planned.append((undone_type, step.undone_mode))
            if any(
                mode in AUTOMATIC_MODES and action_type not in AUTOMATIC_TYPES
                for action_type, mode in planned
            ):
                raise ValidationError(
                    self.env._(
                        "Step %(step)s cannot be automatic: only emails, SMS and letters go out by "
                        "themselves. Choose the manual mode.",
                        step=step.name,
                    )
                )

    @api.constrains('action_type', 'mode', 'undone_rule', 'undone_type')
    def _check_undone(self):
        for step in self:
            if step.undone_rule != 'become' or step.mode != 'manual':
                continue
            if not step.undone_type or step.undone_type == step.action_type:
                raise ValidationError(
                    self.env._(
                        "Step %(step)s becomes another action when it is not done in time: choose "
                        "which one.",
                        step=step.name,
                    )
                )

    @api.constrains('action_type', *FURTHER_FIELDS)
    def _check_further_types(self):
        for step in self:
            if step._get_further_types() and step.action_type not in MESSAGE_TYPES:
                raise ValidationError(
                    self.env._(
                        "Step %(step)s is no message: only an email, an SMS or a letter goes out "
                        "in several ways at once.",
                        step=step.name,
                    )
                )
            if step.also_letter and step.action_type in LETTER_TYPES:
                raise ValidationError(
                    self.env._("Step %(step)s is a letter already.", step=step.name)
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

    # === BUSINESS METHODS === #

    def _get_undone_type(self):
        """Return what a manual action of the step becomes when it is not done in time, if anything.

        :rtype: str
        """
        becomes = self.undone_rule == 'become' and self.mode == 'manual'
        return becomes and self.undone_type

    def _get_further_types(self):
        """Return the kinds of messages that go out beside that of the step's own type.

        :rtype: list[str]
        """
        return [
            kind
            for field, kind in FURTHER_FIELDS.items()
            if self[field] and kind != self.action_type
        ]
