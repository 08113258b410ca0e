from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    _inherit = 'resource.calendar.leaves'

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._dso_refresh_windows()
        return leaves

    def write(self, vals):
        result = super().write(vals)
        self._dso_refresh_windows()
        return result

    def unlink(self):
        holidays = self.filtered(lambda leave: not leave.resource_id)
        result = super().unlink()
        if holidays:
            self._dso_recompute_windows()
        return result

    def _dso_refresh_windows(self):
        """Recompute the closed days of all companies when public holidays changed."""
        if any(not leave.resource_id for leave in self):
            self._dso_recompute_windows()

    @api.model
    def _dso_recompute_windows(self):
        # Holidays close everybody's window.
        companies = self.env['res.company'].sudo().search([])  # pylint: disable=no-search-all
        companies._dso_recompute_closed_days()
