"""Vocabulary of the tests that send: a real mail server, the queue, and results."""

from unittest.mock import patch

from odoo import fields
from odoo.addons.sms.tools.sms_api import SmsApi
from odoo.tools import mute_logger

from .common import CollectionCase, jan
from .sms_provider import SmsProvider
from .smtp import mail_server

#: Core reports each failed mail as an error, with our overrides in the trace.
QUEUE_LOG = 'odoo.addons.mail.models.mail_mail'

BOUNCE = """\
From: MAILER-DAEMON@mx.example.com
To: bounce@seller.example.com
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-{number}@mx.example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain

The mailbox of {address} is full.

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.2.2

--part
Content-Type: message/rfc822

Message-ID: {message_id}
Subject: Reminder
To: {address}

Text
--part--
"""

PDF = b'%PDF-1.4 legal document of '


class DispatchCase(CollectionCase):
    """A company that has started, a collector who signs, a customer with an overdue invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['res.lang']._activate_lang('en_US')
        cls.server = cls.enterClassContext(mail_server())
        cls.startClassPatcher(
            patch.object(cls.registry['ir.mail_server'], '_disable_send', lambda self: False)
        )
        cls.mail_server = cls.env['ir.mail_server'].create(
            {'name': "Test", 'smtp_host': '127.0.0.1', 'smtp_port': cls.server.port}
        )
        cls.provider = SmsProvider()
        cls.startClassPatcher(
            patch.object(
                SmsApi,
                '_contact_iap',
                lambda self, endpoint, params, timeout=15: cls.provider.contact(endpoint, params),
            )
        )
        cls.company.write({'dso_started_on': fields.Datetime.now(), 'dso_paused': False})
        cls.collector = cls.create_user(
            'collector', name="Ann Clerk", login='ann', email='ann@seller.example.com'
        )
        cls.mail_template.write(
            {
                'subject': "Reminder of #items_amount_overdue",
                'body_html': "<p>Dear <t t-out='object.partner_id.name'/></p>"
                "<p>#items_list_overdue</p><p>#collector_name</p>",
            }
        )
        cls.customer = cls.create_customer(lang='en_US')
        cls.customer.collector_id = cls.collector
        cls.invoice = cls.create_invoice(cls.customer, jan(1), posted=jan(0))

    def setUp(self):
        super().setUp()
        self.server.messages.clear()
        self.server.offered = 0
        self.server.accept()
        self.provider.messages.clear()
        self.provider.accept()

    # --- configuration ---------------------------------------------------------------------

    @classmethod
    def create_sms_template(cls, body="Overdue: #items_amount_overdue"):
        return cls.env['sms.template'].create(
            {'name': "SMS", 'model_id': cls.env['ir.model']._get_id('dso.action'), 'body': body}
        )

    @classmethod
    def create_legal_pdf(cls, invoice, size=0):
        """What accounting keeps of an invoice that was sent."""
        return cls.env['ir.attachment'].create(
            {
                'name': f"{invoice.name.replace('/', '_')}.pdf",
                'raw': (PDF + invoice.name.encode()).ljust(size, b' '),
                'mimetype': 'application/pdf',
                'res_model': 'account.move',
                'res_field': 'invoice_pdf_report_file',
                'res_id': invoice.id,
            }
        )

    # --- acting ----------------------------------------------------------------------------

    def due_action(self, customer=None):
        """The reminder of day 3, on its day."""
        self.go_to(jan(4))
        action = self.next_action(customer or self.customer)
        self.assertEqual((action.action_type, action.date_planned), ('email', jan(4)))
        return action

    def dispatch(self, actions=None):
        """Queue what is due, as the scheduled action does for one batch."""
        domain = self.env['dso.action']._domain_sendable(self.company, self.company._dso_today())
        if actions is None:
            actions = self.env['dso.action'].search(domain)
        return self.env['dso.dispatch']._dispatch(actions, domain)

    def dispatch_of_group(self, lead):
        """The reminder of a group that asks for items of the customer, queued on its day."""
        self.create_invoice(lead, jan(1), posted=jan(0))
        lead.collector_id = self.collector
        self.customer.group_account_id = lead
        self.go_to(jan(4))
        self.plan()
        action = self.next_action(lead)
        action.action_confirm()
        self.dispatch(action)
        return action

    def run_cron(self):
        """Run the scheduled action itself."""
        with self.enter_registry_test_mode():
            self.env.ref('dso_collection.ir_cron_dispatch').method_direct_trigger()

    def run_queue(self):
        """Let the mail module send what is queued for now."""
        with mute_logger(QUEUE_LOG):
            self.env['mail.mail'].process_email_queue()
        self.env.flush_all()

    def run_sms_queue(self):
        """Let the sms module send what is queued."""
        with patch.object(self.registry['ir.cron'], '_commit_progress', return_value=1):
            self.env['sms.sms']._process_queue()
        self.env.flush_all()

    def send(self, action):
        """Queue and send one action."""
        self.dispatch(action)
        self.run_queue()
        return action

    def bounce(self, address='azure.interior@example.com'):
        """Let the mailbox of an address report that it does not take the last message."""
        raw = BOUNCE.format(
            number=len(self.server.messages),
            address=address,
            message_id=self.server.messages[-1]['Message-ID'],
        )
        self.env['mail.thread'].message_process(False, raw)
        self.plan(self.customer)

    def mail_of(self, action):
        message = action.sent_message_ids[-1].mail_message_id
        return self.env['mail.mail'].search([('mail_message_id', '=', message.id)])

    def triggers(self, xmlid):
        """Moments for which a scheduled action is woken."""
        triggers = self.env['ir.cron.trigger'].search([('cron_id', '=', self.env.ref(xmlid).id)])
        return triggers.mapped('call_at')

    # --- asserting -------------------------------------------------------------------------

    def assertError(self, action, code, words=''):
        self.assertEqual((action.state, action.error_code), ('error', code))
        self.assertIn(words, action.error_message)

    def body_of(self, message, kind='html'):
        return message.get_body((kind,)).get_content()
