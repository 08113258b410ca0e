from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import LETTER_TYPES, MESSAGE_TYPES
from .dso_scenario_step import FURTHER_FIELDS


class DsoScenario(models.Model):
    """What the lists of scenarios show, and what opens from them."""

    _inherit = 'dso.scenario'

    summary = fields.Char(
        string="Steps in Short",
        compute='_compute_summary',
        help="Steps with their days from the due date.",
    )
    has_sms = fields.Boolean(compute='_compute_has_texts')
    has_letter = fields.Boolean(compute='_compute_has_texts')

    @api.depends('step_ids.delay', 'step_ids.action_type')
    def _compute_summary(self):
        field = self.env['dso.scenario.step']._fields['action_type']
        types = dict(field._description_selection(self.env))
        for scenario in self:
            scenario.summary = " · ".join(
                f"{step.delay:+d} {types.get(step.action_type, '')}"
                for step in scenario.step_ids.sorted('delay')
            )

    @api.depends(
        'step_ids.action_type',
        'step_ids.mode',
        'step_ids.undone_rule',
        'step_ids.undone_type',
        *(f'step_ids.{field}' for field in FURTHER_FIELDS),
    )
    def _compute_has_texts(self):
        for scenario in self:
            kinds = set(scenario.step_ids.mapped('action_type'))
            kinds.update(step._get_undone_type() for step in scenario.step_ids)
            kinds.update(*(step._get_further_types() for step in scenario.step_ids))
            scenario.has_sms = 'sms' in kinds
            scenario.has_letter = not kinds.isdisjoint(LETTER_TYPES)

    # === ACTION METHODS === #

    def action_preview(self):
        """Open the preview of the steps of a scenario, on the first that writes to the customer."""
        self.ensure_one()
        steps = self.step_ids.sorted('delay')
        written = steps.filtered(lambda step: step.action_type in MESSAGE_TYPES)
        if not steps:
            raise UserError(self.env._("The scenario has no step: add one to see its message."))
        return (written or steps)[0].action_preview()

    def try_changes(self, vals):
        """Return the window that tells what values would change that are not saved.

        :param dict vals: values of this scenario and its steps, as for ``write``
        """
        self.ensure_one()
        self.check_access('write')
        return self.env['dso.scenario.trial']._try(self, vals)

    def action_open_customers(self):
        """Open the customer accounts that use a scenario."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('dso_collection.dso_customer_action')
        return {**action, 'domain': [('scenario_id', '=', self.id)], 'context': {}}
