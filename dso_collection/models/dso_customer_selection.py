from odoo import api, models

from ..engine import scope_sql


class DsoCustomer(models.Model):
    """Customer accounts that people select in a list, to change many at once (spec 2.2)."""

    _name = 'dso.customer'
    _inherit = ['dso.customer', 'dso.selection.mixin']

    @api.model
    def _get_selection(self):
        """Return what is selected in the list of customer accounts or of contacts.

        Contacts count for their company; the number of queries does not depend on theirs.

        :return: customer accounts, and the commercial partners that have none yet
        :rtype: tuple
        """
        records = self._get_selected_records()
        partners = self.env['res.partner']
        if records._name == self._name:
            return records, partners
        groups = partners.with_context(active_test=False)._read_group(
            [('id', 'in', records.ids)], ['commercial_partner_id']
        )
        partners = partners.union(*(partner for [partner] in groups))
        customers = self.search_fetch(
            [('partner_id', 'in', partners.ids), ('company_id', '=', self.env.company.root_id.id)],
            ['partner_id'],
        )
        return customers, partners - customers.partner_id

    @api.model
    def _count_selection(self, values):
        """Count the selected customers, and those that values would change.

        :param dict values: see :meth:`_assign`
        :rtype: tuple[int, int]
        """
        customers, partners = self._get_selection()
        changed = customers._count_assignable(values) + len(partners) if values else 0
        return len(customers) + len(partners), changed

    @api.model
    def _create_selection(self):
        """Return the customer accounts of all selected customers, creating those that are missing.

        :rtype: dso.customer
        """
        self._check_collect_access()
        customers, partners = self._get_selection()
        if partners:
            planner = self.env['dso.planner'].sudo()  # collectors do not create accounts
            pairs = [(partner_id, self.env.company.root_id.id) for partner_id in partners.ids]
            planner._bear(scope_sql.births_of_pairs(pairs, *planner._log_values()))
            customers, _partners = self._get_selection()
        return customers

    # === ACTION METHODS === #

    def action_assign(self, values):
        """Give a collector, a scenario or both to these customer accounts; see :meth:`_assign`.

        :param dict values: ids for ``collector_id``, ``scenario_id`` or both
        :return: number of customer accounts on which something changed
        :rtype: int
        """
        chosen = {name: values[name] for name in ('collector_id', 'scenario_id') if name in values}
        return self._assign(chosen, note=self.env._("Mass change"))
