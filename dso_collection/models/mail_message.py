from odoo import api, models
from odoo.exceptions import UserError

#: What a message told the customer, and when.
TOLD = frozenset(['subject', 'body', 'date'])

#: What became of messages that have left.
LEFT = ('sent', 'bounced')


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
        """Refuse to change or delete what was sent for a collection action: it is evidence.

        Superuser mode does not lift the guard, as with the actions.
        """
        sent = self.env['dso.action.message'].sudo()  # whoever writes in a chatter
        sent = sent.search([('mail_message_id', 'in', self.ids), ('delivery', 'in', LEFT)], limit=1)
        if sent:
            action = sent.action_id
            raise UserError(
                self.env._(
                    "The message of %(action)s to %(customer)s is part of the history of "
                    "collection and can neither be changed nor deleted.",
                    action=action.display_name,
                    customer=action.customer_id.display_name,
                )
            )
