from odoo import models


class DsoCustomer(models.Model):
    """Qualifying what a customer account owes."""

    _inherit = 'dso.customer'

    # === ACTION METHODS === #

    def action_promise(self, days=7):
        """Record that the customer pays what is overdue in some days.

        :param int days: days from today
        """
        self.ensure_one()
        return self._dso_items_to_qualify().action_dso_promise(days)

    def action_open_statuses(self):
        """Open the history of the statuses of the items of a customer account and its group."""
        self.ensure_one()
        unit = self | self.grouped_account_ids
        return self._open_window(
            'dso_collection.dso_item_status_action', [('customer_id', 'in', unit.ids)]
        )

    # === BUSINESS METHODS === #

    def _dso_items_to_qualify(self):
        """Return the items of customer accounts of which people speak with them.

        :rtype: account.move.line
        """
        return self.unit_line_ids._dso_due_to_qualify()
