from odoo import api, models

#: What the web client hands over of a selection when nothing else is configured.
ACTIVE_IDS_LIMIT = 20000


class DsoSelectionMixin(models.AbstractModel):
    """Records that people select in a list, to change many at once."""

    _name = 'dso.selection.mixin'
    _description = "Selected in a List"

    @api.model
    def _get_selected_records(self):
        """Return the selected records; the domain counts when the client cut the ids off."""
        context = self.env.context
        records = self.env[context.get('active_model') or self._name]
        ids, domain = context.get('active_ids') or [], context.get('active_domain')
        parameters = self.env['ir.config_parameter'].sudo()  # the client reads it in its session
        limit = int(parameters.get_param('web.active_ids_limit', ACTIVE_IDS_LIMIT))
        if domain is not None and len(ids) >= limit:
            return records.search(domain, order='id')
        return records.browse(ids)
