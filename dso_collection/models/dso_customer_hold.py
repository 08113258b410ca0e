from odoo import api, models
from odoo.fields import Domain

from ..const import LETTER_TYPES


class DsoCustomer(models.Model):
    """A dunning hold stops all that goes out, what waits in a queue too (spec 3.23)."""

    _inherit = 'dso.customer'

    def write(self, vals):
        result = super().write(vals)
        if not {'hold_reason', 'hold_from', 'hold_until'}.isdisjoint(vals):
            held = self.filtered('on_hold')
            self.env['dso.action.message']._withdraw_of_held(held)
            if held:  # for what is being written at this moment
                self.env['dso.dispatch']._dispatch_soon()
        return result


class DsoActionMessage(models.Model):
    _inherit = 'dso.action.message'

    @api.model
    def _withdraw_of_held(self, customers):
        """Take back what has not left yet and goes to customer accounts on hold, or asks for their
        items.

        A message that is being handed over in this moment is locked, and goes; a printed letter may
        have been posted.

        :param dso.customer customers: accounts on hold
        """
        if not customers:
            return
        asked = Domain('origin', '=', 'scenario') & Domain(
            'item_ids', 'any', [('customer_id', 'in', customers.ids)]
        )
        concerned = (
            Domain('customer_id', 'in', customers.ids)
            | Domain('member_id', 'in', customers.ids)
            | asked
        )
        queued = self.sudo().search(  # a collector has no access to the queue
            Domain('delivery', '=', 'queued')
            & Domain('printed_on', '=', False)
            & Domain('action_id', 'any', concerned)
        )
        queued._take_back()

    @api.model
    def _withdraw_held_since(self):
        """Take back what waits in a queue since before a hold began; of letters, printing asks."""
        queued = self.search([('delivery', '=', 'queued'), ('kind', 'not in', LETTER_TYPES)])
        queued.filtered(lambda message: message._is_on_hold())._take_back()

    def _is_on_hold(self):
        """Tell whether a message goes to a customer account on hold, or asks for its items."""
        action = self.action_id
        asked = action.item_ids.customer_id if action.origin == 'scenario' else ()
        return (
            action.customer_id.on_hold
            or action.member_id.on_hold
            or any(customer.on_hold for customer in asked)
        )
