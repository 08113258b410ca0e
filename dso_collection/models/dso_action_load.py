from odoo import api, fields, models


class DsoAction(models.Model):
    """The columns in which a manager shares out the actions of the collectors."""

    _inherit = 'dso.action'

    collector_id = fields.Many2one(group_expand='_group_expand_collectors')

    # === READ METHODS === #

    @api.model
    def _group_expand_collectors(self, collectors, _domain):
        """Show a column for every collector where a manager shares out the work."""
        if not self.env.context.get('dso_load'):
            return collectors
        group = self.env.ref('dso_collection.group_dso_collector')
        companies = self.env.companies.ids
        return collectors | self.env['res.users'].search(
            [
                ('all_group_ids', 'in', group.id),
                ('company_ids', 'in', companies),
                ('share', '=', False),
            ]
        )

    @api.model
    def _web_read_group_expand(self, domain, groups, groupby_spec, aggregates, order):
        """Override of `web` to show a column for the actions of nobody, even without any."""
        result = super()._web_read_group_expand(domain, groups, groupby_spec, aggregates, order)
        is_load = groupby_spec == 'collector_id' and self.env.context.get('dso_load')
        if is_load and all(collector for collector, *_values in result):
            empty = [self._read_group_empty_value(spec) for spec in aggregates]
            result.append((self.env['res.users'], *empty))
        return result
