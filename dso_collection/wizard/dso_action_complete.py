from odoo import api, fields, models


class DsoActionComplete(models.TransientModel):
    _name = 'dso.action.complete'
    _inherit = ['dso.action.mass']
    _description = "Complete Collection Actions"
    _kind = 'complete'

    is_call = fields.Boolean(compute='_compute_is_call')
    instructions = fields.Text(compute='_compute_instructions')
    outcome = fields.Selection(
        [('done', "Done"), ('no_answer', "No answer")],
        required=True,
        default='done',
        help="A call without an answer is no contact: the next step need not keep its distance.",
    )
    note = fields.Text()

    @api.depends('action_ids')
    def _compute_is_call(self):
        for wizard in self:
            wizard.is_call = set(wizard.action_ids.mapped('action_type')) == {'call'}

    @api.depends('action_ids')
    def _compute_instructions(self):
        for wizard in self:
            steps = wizard.action_ids.step_id
            wizard.instructions = steps.instructions if len(steps) == 1 else False

    def _get_arguments(self):
        return {'note': self.note, 'outcome': self.outcome}
