from odoo import fields, models


class DsoWriteOff(models.TransientModel):
    _name = 'dso.write.off'
    _description = "Propose to Write Off"

    customer_ids = fields.Many2many(
        'dso.customer', default=lambda self: self.env.context.get('active_ids'), required=True
    )
    user_id = fields.Many2one(
        'res.users',
        string="Accountant",
        required=True,
        domain=lambda self: [
            ('all_group_ids', 'in', self.env.ref('account.group_account_invoice').ids),
            ('company_ids', 'in', self.env.companies.ids),
        ],
    )
    note = fields.Text(string="Why", required=True)

    def action_apply(self):
        self.customer_ids._propose_write_off(self.user_id, self.note)
        return {'type': 'ir.actions.act_window_close'}
