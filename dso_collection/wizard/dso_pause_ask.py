from odoo import api, fields, models


class DsoPauseAsk(models.TransientModel):
    _name = 'dso.pause.ask'
    _description = "Pause All Sending"

    company_id = fields.Many2one(
        'res.company', required=True, readonly=True, default=lambda self: self.env.company
    )
    branch_note = fields.Char(compute='_compute_branch_note')
    reason = fields.Char(required=True, help="Everybody who sees collection reads it.")

    @api.depends('company_id')
    def _compute_branch_note(self):
        for wizard in self:
            wizard.branch_note = wizard.company_id._dso_get_branch_note()

    def action_apply(self):
        self.company_id.action_dso_pause(self.reason)
        return {'type': 'ir.actions.client', 'tag': 'soft_reload'}
