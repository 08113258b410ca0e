import smtplib

from odoo import models
from odoo.tools import email_normalize_all


class MainAddresses:
    """An SMTP session for which a message that would reach copies alone has failed.

    It is broken off before its text is sent: nobody gets a copy of what no customer gets, nor the
    same copy again with every retry.
    """

    def __init__(self, session):
        self._session = session

    def __getattr__(self, name):
        return getattr(self._session, name)

    def send_message(self, message, *args, **kwargs):
        waiting, answers = set(email_normalize_all(message['To'])), {}
        rcpt, data = self._session.rcpt, self._session.data

        def note_answer(recipient, *options):
            code, answer = rcpt(recipient, *options)
            if code not in (250, 251) and recipient in waiting:
                answers[recipient] = (code, answer)
            return code, answer

        def send_text(text):
            if waiting == answers.keys():
                self._session.rset()
                raise smtplib.SMTPRecipientsRefused(answers)
            return data(text)

        # The library asks for each address and sends the text by these methods of its session.
        self._session.rcpt, self._session.data = note_answer, send_text
        try:
            return self._session.send_message(message, *args, **kwargs)
        finally:
            del self._session.rcpt, self._session.data


class IrMailServer(models.Model):
    _inherit = 'ir.mail_server'

    def send_email(self, message, *args, smtp_session=None, **kwargs):
        """Override of `base` to send nothing when a colleague alone would get it.

        The protocol calls a message sent when any of its addresses takes it.
        """
        if smtp_session and message['Cc'] and 'dso.customer-' in (message['X-Odoo-Objects'] or ''):
            smtp_session = MainAddresses(smtp_session)
        return super().send_email(message, *args, smtp_session=smtp_session, **kwargs)
