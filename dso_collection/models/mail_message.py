from odoo import api, models
from odoo.fields import Domain

#: What a message told the customer, and when.
TOLD = frozenset(['subject', 'body', 'date', 'attachment_ids'])


class MailMessage(models.Model):
    _inherit = 'mail.message'

    def write(self, vals):
        if not TOLD.isdisjoint(vals):
            self._dso_check_not_sent()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        self._dso_check_not_sent()

    def _dso_check_not_sent(self):
        """Refuse to change or delete what was sent for a collection action."""
        messages = self.env['dso.action.message']  # whoever writes in a chatter
        messages._refuse_if_sent(Domain('mail_message_id', 'in', self.ids))
