from odoo import api, models


class DsoBlacklistMixin(models.AbstractModel):
    """Plans the customers again whose address or number comes on a blacklist or leaves it."""

    _name = 'dso.blacklist.mixin'
    _description = "Blacklist That Collection Follows"

    #: Column of the blacklist, and the one of a contact that it blocks.
    _dso_blocked_column = None
    _dso_partner_column = None

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        entries._dso_mark_partners()
        return entries

    def write(self, vals):
        self._dso_mark_partners()
        result = super().write(vals)
        self._dso_mark_partners()
        return result

    def unlink(self):
        self._dso_mark_partners()
        return super().unlink()

    # === BUSINESS METHODS === #

    def _dso_mark_partners(self):
        blocked = self.mapped(self._dso_blocked_column)
        partners = self.env['res.partner'].sudo()  # whoever may block knows no customer accounts
        partners = partners.with_context(active_test=False).search(
            [(self._dso_partner_column, 'in', blocked)]
        )
        if partners:
            self.env['dso.planner']._mark_partners(partners.commercial_partner_id.ids)
