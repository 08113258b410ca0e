"""Statements that go along with texts which ask for interest for late payment."""

from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from ..models import dso_attachment
from .common import jan
from .common_dispatch import DispatchCase
from .common_late import ONE_A_DAY
from .test_letters import ADDRESS

LATE_TEXT = "<p>With #items_amount_late_penalties of interest: #items_list</p>"


@tagged('post_install', '-at_install')
class TestLateDocuments(DispatchCase):
    """An invoice of 1 000 that was due on the first day of January costs one a day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rate = {'date_from': date(2020, 1, 1), 'percent': ONE_A_DAY}
        cls.company.dso_late_policy_id = cls.env['dso.late.policy'].create(
            {
                'name': "Terms of sale",
                'currency_id': cls.company.currency_id.id,
                'rate_ids': [Command.create(rate)],
            }
        )
        cls.reminder = cls.scenario.step_ids.filtered(lambda step: step.delay == 3)
        cls.reminder.attach_statement = True
        cls.printed = []
        cls.startClassPatcher(
            patch.object(
                cls.registry['dso.statement'],
                '_render_pdfs',
                lambda self, documents: {
                    key: cls.printed.append(html) or b'%PDF' for key, html in documents.items()
                },
            )
        )

    def setUp(self):
        super().setUp()
        self.printed.clear()

    def send_statements(self, customers):
        """The statements of the reminders of customer accounts, as they were printed."""
        self.go_to(jan(4))
        actions = self.next_action(customers[0])
        for customer in customers[1:]:
            actions |= self.next_action(customer)
        self.assertEqual(self.dispatch(actions), actions)
        return list(self.printed)

    def test_email_that_speaks_of_interest(self):
        self.mail_template.body_html = LATE_TEXT
        [statement] = self.send_statements(self.customer)
        self.assertIn("Late Interest", statement)
        self.assertIn("$\N{NBSP}3.00", statement)

    def test_email_that_does_not(self):
        [statement] = self.send_statements(self.customer)
        self.assertNotIn("Late Interest", statement)
        self.assertNotIn("$\N{NBSP}3.00", statement)

    def test_translation_that_speaks_of_interest(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.customer.partner_id.lang = 'fr_FR'
        self.mail_template.with_context(lang='fr_FR').body_html = LATE_TEXT
        self.mail_template.with_context(lang='en_US').body_html = "<p>#items_list</p>"
        [statement] = self.send_statements(self.customer)
        self.assertIn("3,00", statement)

    def test_letter_that_speaks_of_interest(self):
        self.customer.partner_id.write(ADDRESS)
        self.reminder.write(
            {
                'action_type': 'letter',
                'letter_template_id': self.create_mail_template(body_html=LATE_TEXT).id,
            }
        )
        with (
            patch.object(self.registry['dso.letter'], '_to_pdf', lambda self, parcel: b'%PDF'),
            patch.object(dso_attachment, 'merge_pdf', b''.join),
        ):
            [statement] = self.send_statements(self.customer)
        self.assertIn("Late Interest", statement)

    def test_each_customer_gets_his_own(self):
        self.mail_template.body_html = LATE_TEXT
        other = self.create_customer("Ready Mat", lang='en_US')
        other.collector_id = self.collector
        self.create_invoice(other, jan(1), 2000, posted=jan(0))
        statements = self.send_statements(self.customer | other)
        own, theirs = sorted(statements, key=lambda statement: "Ready Mat" in statement)
        self.assertIn("$\N{NBSP}3.00", own)
        self.assertNotIn("$\N{NBSP}6.00", own)
        self.assertIn("$\N{NBSP}6.00", theirs)
