from odoo import api, fields, models


class DsoHandover(models.TransientModel):
    _name = 'dso.handover'
    _description = "Take Over Collection"

    user_ids = fields.Many2many(
        'res.users',
        string="From",
        required=True,
        default=lambda self: self.env.context.get('active_ids'),
    )
    company_ids = fields.Many2many(
        'res.company', string="In", help="Companies in which somebody takes over; empty for all."
    )
    successor_id = fields.Many2one(
        'res.users', string="To", domain="[('share', '=', False), ('id', 'not in', user_ids)]"
    )
    archive = fields.Boolean(
        string="Archive Afterwards",
        default=lambda self: self.env['res.users'].has_access('write'),
    )
    may_archive = fields.Boolean(compute='_compute_may_archive')
    summary = fields.Char(compute='_compute_summary')

    @api.depends('user_ids')
    def _compute_may_archive(self):
        self.may_archive = self.env['res.users'].has_access('write')

    @api.depends('user_ids', 'company_ids')
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = wizard.user_ids._origin._get_collection_summary(
                wizard.company_ids._origin
            )

    def action_apply(self):
        self.user_ids._hand_over_collection(self.successor_id, self.company_ids)
        if self.archive:
            self.user_ids.action_archive()
        return {'type': 'ir.actions.client', 'tag': 'soft_reload'}
