from odoo import models


class AccountAccount(models.Model):
    _inherit = 'account.account'

    def write(self, vals):
        result = super().write(vals)
        if 'account_type' in vals or 'non_trade' in vals:
            self.env['dso.planner']._mark_companies(self.company_ids.root_id)
        return result
