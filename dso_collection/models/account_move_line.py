from odoo import api, models
from odoo.fields import Domain

#: Columns of a journal item from which a plan is derived.
PLAN_COLUMNS = frozenset(
    [
        'parent_state', 'amount_residual', 'amount_residual_currency', 'reconciled', 'account_id',
        'partner_id', 'company_id', 'date_maturity', 'date', 'no_followup', 'move_id',
    ]
)

#: Columns that decide to whom an item belongs: the account it leaves is planned again too.
OWNER_COLUMNS = frozenset(['partner_id', 'company_id', 'account_id', 'move_id'])


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        posted = lines.filtered(lambda line: line.parent_state == 'posted')
        if posted:
            self.env['dso.planner']._mark_lines(posted)
        return lines

    def _write_multi(self, vals_list):
        columns = set().union(*vals_list)
        if not PLAN_COLUMNS.isdisjoint(columns):
            planner = self.env['dso.planner']
            if not OWNER_COLUMNS.isdisjoint(columns):
                planner._mark_lines_as_stored(self)
            planner._mark_lines(self)
        return super()._write_multi(vals_list)

    def unlink(self):
        posted = self.filtered(lambda line: line.parent_state == 'posted')
        if posted:
            self.env['dso.planner']._mark_lines_as_stored(posted)
        return super().unlink()

    # === BUSINESS METHODS === #

    @api.model
    def _domain_open_items(self):
        """Open trade receivables (docs/engine.md, 1); uses the index on unreconciled items."""
        return Domain(
            [
                ('parent_state', '=', 'posted'),
                ('reconciled', '=', False),
                ('account_id.account_type', '=', 'asset_receivable'),
                ('account_id.non_trade', '=', False),
                ('partner_id', '!=', False),
            ]
        )
