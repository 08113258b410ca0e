from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ResPartner(models.Model):
    """Contacts of grouped customer accounts."""

    _inherit = 'res.partner'

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
