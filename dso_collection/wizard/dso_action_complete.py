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

    # === Follow-up of a dispute, one at a time === #
    dispute_id = fields.Many2one('dso.dispute', compute='_compute_dispute_id')
    dispute_notice = fields.Char(related='dispute_id.notice')
    dispute_outcome = fields.Selection(
        [
            ('open', "Still open"),
            ('credit_note', "Resolved by a credit note"),
            ('due', "Resolved: due as invoiced"),
        ],
        string="Outcome of the Dispute",
        compute='_compute_dispute_outcome',
        readonly=False,
        store=True,
    )
    date = fields.Date(string="Look Again On")
    credit_note_id = fields.Many2one(
        'account.move',
        compute='_compute_dispute_outcome',
        readonly=False,
        store=True,
        domain="[('move_type', '=', 'out_refund'), ('state', '=', 'posted'), "
        "('commercial_partner_id', '=', partner_id)]",
    )
    partner_id = fields.Many2one(related='dispute_id.partner_id')

    # === COMPUTE METHODS === #

    @api.depends('action_ids')
    def _compute_is_call(self):
        for wizard in self:
            wizard.is_call = set(wizard.action_ids.mapped('action_type')) == {'call'}

    @api.depends('action_ids')
    def _compute_instructions(self):
        for wizard in self:
            steps = wizard.action_ids.step_id
            wizard.instructions = steps.instructions if len(steps) == 1 else False

    @api.depends('action_ids')
    def _compute_dispute_id(self):
        for wizard in self:
            actions = wizard.action_ids
            is_one = len(actions) == 1 and actions.is_settling
            wizard.dispute_id = is_one and actions.dispute_id

    @api.depends('dispute_id')
    def _compute_dispute_outcome(self):
        for wizard in self:
            credit_note = wizard.dispute_id.proposed_credit_note_id
            wizard.credit_note_id = credit_note
            wizard.dispute_outcome = 'credit_note' if credit_note else False

    # === ACTION METHODS === #

    def action_apply(self):
        """Override to settle a dispute."""
        if not self.dispute_id:
            return super().action_apply()
        self.dispute_id.action_settle(
            self.dispute_outcome, self.date, self.credit_note_id.id, self.note
        )
        return {'type': 'ir.actions.act_window_close'}

    # === BUSINESS METHODS === #

    def _get_arguments(self):
        return {'note': self.note, 'outcome': self.outcome}
