"""Thirty days of a company: what its customers receive, against a list written from the rules."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .common import jan
from .common_dispatch import BOUNCE
from .common_replies import ReplyCase, write_email

FIRST, DAYS = jan(-1), 30  # a Wednesday; weekends are 2-3, 9-10, 16-17 and 23-24 January
POSTED = jan(-15)

#: Days, type, mode and further types; each has a text of its own.
STEPS = (
    (-5, 'email', 'automatic', {}),
    (2, 'email', 'automatic', {'also_sms': True}),
    (8, 'call', 'manual', {}),
    (13, 'sms', 'automatic', {}),
    (18, 'letter', 'automatic', {}),
    (19, 'task', 'manual', {}),
    (21, 'registered_letter', 'automatic_confirm', {}),
)
SUBJECTS = {
    -5: "Soon due: #items_amount",
    2: "Reminder of #items_amount_overdue",
    18: "Letter about #items_amount_overdue",
    21: "Notice of #items_amount_overdue",
}
SMS = {2: "Please pay #items_amount_overdue", 13: "Still unpaid: #items_amount_overdue"}

HOUSE = "1 Main Street, 02139 Cambridge, US"

#: Day of January, customer, type, recipient, subject or first line, result; with the rule.
EXPECTED = [
    # Azure never pays. 5 days before the 4th of January.
    (-1, "Azure", 'email', 'azure@example.com', "Soon due: $ 1,000.00", 'sent'),
    # 4 + 2, by both channels.
    (6, "Azure", 'email', 'azure@example.com', "Reminder of $ 1,000.00", 'sent'),
    (6, "Azure", 'sms', '+12025550101', "Please pay $ 1,000.00", 'sent'),
    # 4 + 8, and 6 days after the step of day 2.
    (12, "Azure", 'call', '+1 202 555 0101', "", 'done'),
    # 4 + 13 is a Sunday: Monday.
    (18, "Azure", 'sms', '+12025550101', "Still unpaid: $ 1,000.00", 'sent'),
    # 18 + 5 is a Saturday: Monday. Posted on the same day.
    (25, "Azure", 'letter', HOUSE, "Letter about $ 1,000.00", 'sent'),
    # One day after the letter; a task has no contact interval.
    (26, "Azure", 'task', "", "", 'done'),
    # 26 + 2, which is the contact interval after the letter as well; confirmed on the 27th.
    (28, "Azure", 'registered_letter', HOUSE, "Notice of $ 1,000.00", 'sent'),
    # Deco: both invoices are announced.
    (-1, "Deco", 'email', 'deco@example.com', "Soon due: $ 1,600.00", 'sent'),
    # The first is paid on the 5th. The other, due on the 8th, is not announced any more, as the
    # grace of 3 days ends when it falls due; 8 + 2 is a Sunday: Monday.
    (11, "Deco", 'email', 'deco@example.com', "Reminder of $ 600.00", 'sent'),
    (11, "Deco", 'sms', '+12025550102', "Please pay $ 600.00", 'sent'),
    # Due on the 17th, 6 days after the reminder; moved to the 22nd.
    (22, "Deco", 'call', '+1 202 555 0102', "", 'done'),
    # 5 days after the call.
    (27, "Deco", 'sms', '+12025550102', "Still unpaid: $ 600.00", 'sent'),
    # Gemini's first email bounces; it is repeated when the address is mended on the 1st.
    (-1, "Gemini", 'email', 'gemini@example.com', "Soon due: $ 300.00", 'bounced'),
    (1, "Gemini", 'email', 'new@example.com', "Soon due: $ 300.00", 'sent'),
    (6, "Gemini", 'email', 'new@example.com', "Reminder of $ 300.00", 'sent'),
    (6, "Gemini", 'sms', '+12025550103', "Please pay $ 300.00", 'sent'),
    # It pays on the 7th, and hears no more.
    # Harbor has no phone: the email goes alone. The call of the 28th is still to be made.
    (15, "Harbor", 'email', 'harbor@example.com', "Soon due: $ 80.00", 'sent'),
    (22, "Harbor", 'email', 'harbor@example.com', "Reminder of $ 80.00", 'sent'),
    (22, "Harbor", 'sms', "", "", 'failed'),
]


@tagged('post_install', '-at_install')
class TestThirtyDays(ReplyCase):
    """Scheduled actions run every morning, people work at eleven, letters are posted at four."""

    FIRST_DAY = POSTED

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice.button_draft()
        cls.invoice.unlink()
        letters = cls.registry['dso.letter']
        cls.startClassPatcher(patch.object(letters, '_print', lambda self, html: html.encode()))
        cls.startClassPatcher(patch.object(letters, '_get_scale', lambda self, paper: 1))
        cls.company.dso_contact_interval = 3
        cls.scenario = cls.create_thirty()
        cls.company.dso_scenario_id = cls.scenario
        cls.azure = cls.create_debtor("Azure", 1)
        cls.deco = cls.create_debtor("Deco", 2)
        cls.gemini = cls.create_debtor("Gemini", 3)
        cls.harbor = cls.create_debtor("Harbor", 4, phone=False)
        cls.create_invoice(cls.azure, jan(4), 1000)
        cls.deco_first = cls.create_invoice(cls.deco, jan(4), 1000)
        cls.create_invoice(cls.deco, jan(8), 600)
        cls.gemini_invoice = cls.create_invoice(cls.gemini, jan(4), 300)
        cls.create_invoice(cls.harbor, jan(20), 80)

    @classmethod
    def create_thirty(cls):
        steps = [Command.create(cls.prepare_step(*step)) for step in STEPS]
        return cls.env['dso.scenario'].create({'name': "Thirty days", 'step_ids': steps})

    @classmethod
    def prepare_step(cls, delay, action_type, mode, further):
        subject, sms = SUBJECTS.get(delay), SMS.get(delay)
        field = 'mail_template_id' if action_type == 'email' else 'letter_template_id'
        vals = {'name': f"{action_type} {delay:+d}", 'delay': delay, 'action_type': action_type}
        if subject:
            vals[field] = cls.create_mail_template(subject=subject).id
        if sms:
            vals['sms_template_id'] = cls.create_sms_template(sms).id
        return {**vals, 'mode': mode, **further}

    @classmethod
    def create_debtor(cls, name, number, **vals):
        country = cls.env.ref('base.us').id
        vals = {'phone': f'+1 202 555 010{number}', 'country_id': country, **vals}
        customer = cls.create_customer(name, lang='en_US', **vals)
        customer.collector_id = cls.collector
        return customer

    # --- what happens ----------------------------------------------------------------------

    def events(self):
        """What people do, by day."""
        return {
            jan(0): self.bounce,
            jan(1): lambda: self.gemini.partner_id.write({'email': 'new@example.com'}),
            jan(5): lambda: self.pay(self.deco, 1000, self.deco_first),
            jan(7): lambda: self.pay(self.gemini, 300, self.gemini_invoice),
            jan(12): lambda: self.work(self.azure).action_complete("Promised nothing"),
            jan(13): self.reply,
            jan(14): lambda: self.work(self.deco).action_reschedule(jan(22)),
            jan(15): lambda: self.replies.with_user(self.collector).action_validate(),
            jan(22): lambda: self.work(self.deco).action_complete("Wants to pay"),
            jan(26): lambda: self.work(self.azure).action_complete(),
            jan(27): lambda: self.work(self.azure).action_confirm(),
        }

    def work(self, customer):
        return customer.next_action_id.with_user(self.collector)

    def received_by(self, address):
        """Message-ID of the last email to an address."""
        received = [m for m in self.server.messages if m['X-Rcpt'] == address]
        return received[-1]['Message-ID']

    def bounce(self):
        address = 'gemini@example.com'
        raw = BOUNCE.format(number=1, address=address, message_id=self.received_by(address))
        self.env['mail.thread'].message_process(False, raw)

    def reply(self):
        reference = self.received_by('deco@example.com')
        sender = '"Deco" <deco@example.com>'
        self.replies = self.receive(write_email(From=sender, In_Reply_To=reference))
        self.assertEqual(self.replies.customer_id, self.deco)

    def post_letters(self):
        letters = self.env['dso.action.message'].search([('is_waiting', '=', True)])
        if letters:
            letters = letters.with_user(self.collector).browse(letters.ids)
            letters.action_print()
            letters.action_mark_posted()

    def live(self, day, event):
        """One day: plan, send, people, send again what they have set free, post."""
        self.go_to(day, 6)
        self.run_cron_plan()
        self.send_all(day, 9)
        if event:
            self.go_to(day, 11)
            event()
            self.plan()
            self.send_all(day, 14)
        self.go_to(day, 16)
        self.post_letters()
        self.plan()

    def send_all(self, day, hour):
        self.go_to(day, hour)
        self.run_cron()
        self.run_queue()
        self.run_sms_queue()
        self.plan()

    # --- what came of it -------------------------------------------------------------------

    def rows(self):
        """Messages, and what was done without one."""
        messages = self.env['dso.action.message'].search([])
        done = self.env['dso.action'].search(
            [('state', '=', 'done'), ('sent_message_ids', '=', False)]
        )
        rows = [
            (
                self.number(row.create_date.date()),
                row.action_id.customer_id.partner_id.name,
                row.kind,
                row.recipient or "",
                self.first_line(row),
                row.delivery,
            )
            for row in messages
        ]
        rows += [
            (
                self.number(action.day_done),
                action.customer_id.partner_id.name,
                action.action_type,
                action.recipient or "",
                "",
                action.outcome,
            )
            for action in done
        ]
        return sorted(rows, key=lambda row: (row[1], row[0], row[2]))

    def number(self, day):
        return (day - jan(0)).days

    def first_line(self, row):
        text = row.subject or row.mail_message_id.preview or ""
        return text.replace("\N{NBSP}", " ")

    def test_thirty_days(self):
        events = self.events()
        for number in range(DAYS):
            day = FIRST + timedelta(days=number)
            self.live(day, events.pop(day, None))
        self.assertFalse(events)
        expected = sorted(EXPECTED, key=lambda row: (row[1], row[0], row[2]))
        self.assertEqual("\n".join(map(str, self.rows())), "\n".join(map(str, expected)))
        self.assertReceived(expected)
        self.assertEqual(self.harbor.next_action_id.action_type, 'call')
        self.assertFalse(self.gemini.next_action_id)

    def assertReceived(self, expected):
        """The server and the provider took what the history tells, and nothing else."""
        emails = [
            (message['X-Rcpt'], message['Subject'].replace("\N{NBSP}", " "))
            for message in self.server.messages
        ]
        rows = [row for row in expected if row[5] != 'failed']
        sent = {kind: [row[3:5] for row in rows if row[2] == kind] for kind in ('email', 'sms')}
        self.assertEqual(sorted(emails), sorted(sent['email']))
        self.assertEqual(sorted(self.provider.messages), sorted(sent['sms']))
