from odoo import api, models

#: Statuses that tell what became of a message, for good or until somebody tries again.
SETTLED = ('sent', 'bounce', 'exception', 'canceled')

#: The same of SMS, which a provider takes before it sends them.
SMS_SETTLED = ('process', 'pending', *SETTLED)


class MailNotification(models.Model):
    _inherit = 'mail.notification'

    @api.model_create_multi
    def create(self, vals_list):
        notifications = super().create(vals_list)
        notifications._dso_report()
        return notifications

    def write(self, vals):
        result = super().write(vals)
        if vals.get('notification_status') in SMS_SETTLED:
            self._dso_report()
        return result

    def _dso_report(self):
        """Report to collection actions what became of their messages."""
        settled = self.filtered(lambda n: n._is_settled() and not n._is_provisional())
        if not settled:
            return
        messages = self.env['dso.action.message'].sudo()  # whoever runs the mail queue
        messages = messages.search([('mail_message_id', 'in', settled.mail_message_id.ids)])
        bounced = settled.filtered(lambda n: n.notification_status == 'bounce')
        if 'email' in bounced.mapped('notification_type'):
            messages._settle()  # nothing has left in this transaction: it may fail and be repeated
        else:
            messages._settle_or_later()

    def _is_settled(self):
        return self.notification_status in (
            SMS_SETTLED if self.notification_type == 'sms' else SETTLED
        )

    def _is_provisional(self):
        """Tell whether core may have written the status before it really sends.

        It marks emails as failed before each try; what remains failed is reported by
        :meth:`mail.mail._postprocess_sent_message`.
        """
        return self.notification_type == 'email' and self.notification_status == 'exception'
