import smtplib

from odoo import models


class MailMail(models.Model):
    _inherit = 'mail.mail'

    def write(self, vals):
        result = super().write(vals)
        if vals.get('state') == 'cancel':
            self._dso_messages()._settle()
        return result

    def unlink(self):
        messages = self._dso_messages()
        result = super().unlink()
        messages._settle()
        return result

    def _send(self, *args, **kwargs):
        """Override of `mail` to go on after a server that hangs up.

        Core gives up the whole queue then and leaves the mail in flight as failed for good.
        """
        try:
            return super()._send(*args, **kwargs)
        except smtplib.SMTPServerDisconnected:
            if self._dso_messages():
                self.env['dso.dispatch']._dispatch_soon()
                self.env['dso.dispatch']._send_soon()
            raise

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Override of `mail` to retry messages of collection, or to report their failure."""
        result = super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )
        if failure_type:
            self.exists()._dso_messages()._settle_or_later()
        return result

    def _dso_messages(self):
        """Return the messages of collection actions that these mails carry."""
        messages = self.env['dso.action.message'].sudo()  # whoever runs the mail queue
        return messages.search([('mail_message_id', 'in', self.sudo().mail_message_id.ids)])
