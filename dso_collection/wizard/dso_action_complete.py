from odoo import api, fields, models


class DsoActionComplete(models.TransientModel):
    _name = 'dso.action.complete'
    _description = "Complete Collection Actions"

    action_ids = fields.Many2many(
        'dso.action', default=lambda self: self.env.context.get('active_ids'), required=True
    )
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

    def action_apply(self):
        self.action_ids.action_complete(note=self.note, outcome=self.outcome)
        return {'type': 'ir.actions.act_window_close'}
