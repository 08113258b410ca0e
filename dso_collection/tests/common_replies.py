"""Vocabulary of the tests of replies: a customer's emails, and the gateway that takes them."""

from email.message import EmailMessage
from itertools import count

from odoo.tools import mute_logger

from .common_dispatch import DispatchCase

GATEWAY_LOG = 'odoo.addons.mail.models.mail_thread'
NUMBERS = count(1)


def write_email(text="It is paid.", html=None, to='catchall@seller.example.com', **headers):
    """An email of a customer; header names have underscores here."""
    email = EmailMessage()
    headers = {
        'From': '"Azure Interior" <azure.interior@example.com>',
        'Message_ID': f'<{next(NUMBERS)}.test@customer.example.com>',
        'Subject': "Re: Reminder",
        'Date': 'Mon, 04 Jan 2027 11:00:00 +0100',
        'To': to,
        **headers,
    }
    for name, value in headers.items():
        email[name.replace('_', '-')] = value
    email.set_content(text)
    if html:
        email.add_alternative(html, subtype='html')
    return email


class ReplyCase(DispatchCase):
    """A company with a domain of its own, and an email that its customer has received."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = cls.create_domain('seller.example.com')
        cls.company.alias_domain_id = cls.domain
        cls.manager = cls.create_user('manager')
        cls.reader = cls.create_user('reader')

    @classmethod
    def create_domain(cls, name):
        vals = {'name': name, 'catchall_alias': 'catchall', 'bounce_alias': 'bounce'}
        return cls.env['mail.alias.domain'].create(vals)

    @classmethod
    def create_alias(cls, company, name='collection', **defaults):
        """An address of collection."""
        return cls.env['mail.alias'].create(
            {
                'alias_name': name,
                'alias_domain_id': company.alias_domain_id.id,
                'alias_model_id': cls.env['ir.model']._get_id('dso.customer'),
                'alias_contact': 'everyone',
                'alias_defaults': repr(defaults),
            }
        )

    def sent(self, customer=None):
        """A reminder that the customer has received."""
        return self.send(self.due_action(customer))

    @staticmethod
    def attach(email, name):
        email.add_attachment(b'%PDF-1.4', maintype='application', subtype='pdf', filename=name)

    def receive(self, email, model=False):
        """Let the gateway take an email; return the replies that it made."""
        before = self.env['dso.reply'].search([])
        raw = email if isinstance(email, (bytes, str)) else email.as_bytes()
        with mute_logger(GATEWAY_LOG):
            self.env['mail.thread'].message_process(model, raw)
        return self.env['dso.reply'].search([]) - before

    def reference(self, number=-1):
        """The Message-ID of a message that the customer received."""
        return self.server.messages[number]['Message-ID']

    def answer(self, text="It is paid.", html=None, **headers):
        """The customer answers the last message."""
        if 'In_Reply_To' not in headers:
            headers['In_Reply_To'] = self.reference()
        return self.receive(write_email(text, html, **headers))

    def write_anew(self, text="It is paid.", **headers):
        """The customer writes without answering a message."""
        return self.receive(write_email(text, **headers))
