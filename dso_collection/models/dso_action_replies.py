from odoo import api, models
from odoo.fields import Domain

from ..const import AUTOMATIC_MODES, OPEN_STATES


class DsoAction(models.Model):
    """A customer who has written is heard before he is reminded again (spec 3.9)."""

    _inherit = 'dso.action'

    @api.model
    def _domain_sendable(self, company, today):
        # One condition for each: together, the server would look at all customer accounts.
        heard = Domain.AND(
            Domain('customer_id', 'not any', unheard)
            for unheard in self.env['dso.customer']._domains_unheard()
        )
        return super()._domain_sendable(company, today) & heard

    def _waits_for_reply(self):
        """Tell whether an automatic action does not go because nobody has dealt with a reply.

        :rtype: bool
        """
        return (
            self.mode in AUTOMATIC_MODES
            and self.state in OPEN_STATES
            and self.customer_id.waiting_reply_count > 0
        )
