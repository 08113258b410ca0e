from odoo import models

#: Columns of a move from which a plan is derived; what its items carry is marked there.
PLAN_COLUMNS = frozenset(['payment_state', 'invoice_date_due', 'date', 'is_move_sent'])


class AccountMove(models.Model):
    _name = 'account.move'
    _inherit = ['account.move', 'dso.plan.mixin']

    def _write_multi(self, vals_list):
        if not PLAN_COLUMNS.isdisjoint(set().union(*vals_list)):
            self.env['dso.planner']._mark_moves(self)
        return super()._write_multi(vals_list)
