from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ResPartner(models.Model):
    """Contacts of grouped customer accounts."""

    _inherit = 'res.partner'

    # === CRUD METHODS === #

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
