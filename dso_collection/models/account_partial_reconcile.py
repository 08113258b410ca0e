from odoo import api, models


class AccountPartialReconcile(models.Model):
    _inherit = 'account.partial.reconcile'

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        line_ids = {
            vals[name] for vals in vals_list for name in ('debit_move_id', 'credit_move_id')
        }
        self.env['dso.planner']._mark_bookings(line_ids)
        return partials
