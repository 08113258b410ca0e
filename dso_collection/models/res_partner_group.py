from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

#: Columns that decide whether a partner is its own commercial partner.
COMMERCIAL_COLUMNS = frozenset(['parent_id', 'is_company'])


class ResPartner(models.Model):
    """Contacts of grouped customer accounts."""

    _inherit = 'res.partner'

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if not COMMERCIAL_COLUMNS.isdisjoint(vals):
            self._dso_leave_groups()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_grouped(self):
        """Refuse to delete one side of a group: the other would no longer be collected."""
        customers = self.env['dso.customer'].sudo()  # of every company
        grouped = Domain('group_account_id', '!=', False)
        grouped |= Domain('grouped_account_ids', '!=', False)
        found = customers.search(Domain('partner_id', 'in', self.ids) & grouped, limit=1)
        if found:
            raise UserError(
                self.env._(
                    "The collection of %(customer)s is grouped with that of others: cancel the "
                    "grouping before you delete the contact.",
                    customer=found.partner_id.name,
                )
            )

    def _dso_leave_groups(self):
        """Cancel the groups of those who have become contacts of another company.

        Their items move on to that company, and nobody could receive a message of the group.
        """
        contacts = self.filtered(lambda p: p != p.commercial_partner_id)
        if not contacts:
            return
        customers = self.env['dso.customer'].sudo()  # of every company, whoever keeps contacts
        customers.search([('partner_id', 'in', contacts.ids)])._leave_groups()

    # === ACTION METHODS === #

    def action_dso_group_collection(self):
        """Open the dialog that groups the collection of customers."""
        customers = self.env['dso.customer']
        customers._check_collect_access()
        # Born in sudo: collectors decide on customer accounts, but do not create them.
        born = customers.sudo()._get_or_create(self, self.env.company)
        action = self.env['ir.actions.act_window']._for_xml_id(
            'dso_collection.dso_customer_group_action'
        )
        return {**action, 'context': {'default_customer_ids': born.ids}}
