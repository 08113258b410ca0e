import smtplib

from odoo import models
from odoo.tools import split_every

#: Mails of collection after which the books are looked at again, a minute of a slow server.
LOOK_SIZE = 50


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

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        """Override of `mail` to look at the books before messages of collection leave.

        Other mails go first and as ever. Ours go in parts, because a long queue takes its time.
        """
        options = (auto_commit, raise_exception, post_send_callback)
        found = self.env['dso.action.message']._find_queued(self)
        if not found:
            return super().send(*options)
        ours = self.filtered(lambda mail: mail.id in found)
        if others := self - ours:
            super(MailMail, others).send(*options)
        for part in split_every(LOOK_SIZE, ours.ids, self.browse):
            mails = self.env['dso.action.message']._let_go(part)
            if auto_commit:
                self.env['ir.cron']._commit_progress()  # nobody waits for what a server answers
            if mails:
                super(MailMail, mails).send(*options)
            if post_send_callback:
                post_send_callback(part.ids)
        return True

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
