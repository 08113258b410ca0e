import smtplib

from odoo import models
from odoo.tools import email_normalize_all


class MainAddresses:
    """An SMTP session for which a message that reaches copies alone has failed."""

    def __init__(self, session):
        self._session = session

    def __getattr__(self, name):
        return getattr(self._session, name)

    def send_message(self, message, *args, **kwargs):
        main = email_normalize_all(message['To'])
        refused = self._session.send_message(message, *args, **kwargs)
        answers = {address: refused[address] for address in main if address in refused}
        if len(answers) == len(set(main)):
            raise smtplib.SMTPRecipientsRefused(answers)
        return refused


class IrMailServer(models.Model):
    _inherit = 'ir.mail_server'

    def send_email(self, message, *args, smtp_session=None, **kwargs):
        """Override of `base` to report that a customer did not get what a colleague did.

        The protocol calls a message sent when any of its addresses takes it.
        """
        if smtp_session and message['Cc'] and 'dso.customer-' in (message['X-Odoo-Objects'] or ''):
            smtp_session = MainAddresses(smtp_session)
        return super().send_email(message, *args, smtp_session=smtp_session, **kwargs)
