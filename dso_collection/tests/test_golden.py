"""What one customer receives, in four languages, against files that people have read."""

import io
from datetime import date

from odoo import Command
from odoo.tests import tagged

from .common import jan
from .common_dispatch import DispatchCase
from .common_golden import GoldenMixin, html_text, pdf_text, section, text_of_email, xlsx_text
from .common_payment import create_provider

LANGS = ('en_US', 'fr_FR', 'de_DE', 'ar_001')

#: The texts that come with the addon, beside those that the step sends.
TEXTS = ('pre_due', 'first_reminder', 'second_reminder', 'public_reminder', 'letter_formal')
TEXTS += ('public_second_reminder',)


@tagged('post_install', '-at_install')
class TestGolden(GoldenMixin, DispatchCase):
    """A group of two with instalments, credits and two currencies gets email, SMS and letter."""

    FIRST_DAY = jan(0)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in LANGS:
            cls.env['res.lang']._activate_lang(lang)
        cls.env['ir.module.module']._load_module_terms(['dso_collection'], LANGS[1:])
        cls.fill_company()
        cls.fill_step()
        cls.fill_books()

    @classmethod
    def fill_company(cls):
        colleague = {'name': "Sam Sales", 'email': 'sam@seller.example.com'}
        policy = {
            'name': "Terms of sale",
            'currency_id': cls.usd.id,
            'rate_ids': [Command.create({'date_from': date(2020, 1, 1), 'percent': 36.5})],
            'compensation_ids': [Command.create({'amount': 40})],
        }
        cls.company.write(
            {
                'name': "Seller & Sons",
                'street': "7 Market Square",
                'zip': '10115',
                'city': "Berlin",
                'country_id': False,
                'dso_payment_grace': 0,
                'dso_late_policy_id': cls.env['dso.late.policy'].create(policy).id,
                'dso_cc_partner_ids': [
                    Command.set(cls.env['res.partner'].create(colleague).ids),
                ],
            }
        )
        cls.collector.phone = '+49 30 1234567'
        create_provider(cls.env, cls.company)

    @classmethod
    def fill_step(cls):
        """An email with its attachments, an SMS and a letter at once."""
        cls.scenario.step_ids.filtered(lambda step: step.delay == 3).write(
            {
                'mail_template_id': cls.template('final_notice').id,
                'also_sms': True,
                'sms_template_id': cls.env.ref('dso_collection.sms_template_final_notice').id,
                'also_letter': True,
                'letter_template_id': cls.template('letter_public').id,
                'attach_statement': True,
                'attach_invoices': True,
            }
        )

    @classmethod
    def template(cls, name):
        return cls.env.ref(f'dso_collection.mail_template_{name}')

    @classmethod
    def fill_books(cls):
        cls.customer.partner_id.write(
            {
                'name': "Azure & Cie <Paris>",
                'ref': 'C100',
                'vat': 'FR12345',
                'street': "1 Rue de Rivoli",
                'zip': '75001',
                'city': "Paris",
                'phone': '+33 6 12 34 56 78',
            }
        )
        terms = [(50, jan(1)), (50, jan(40))]
        parts = cls.create_invoice(cls.customer, terms, 2469.12, posted=jan(-30))
        euros = cls.create_invoice(
            cls.customer, jan(-60), 300, posted=jan(-90), currency_id=cls.eur.id
        )
        cls.create_credit_note(cls.customer, 100.5)
        cls.pay(cls.customer, 50)
        shop = cls.create_customer("Azure Shop", ref='C101')
        shop_invoice = cls.create_invoice(shop, jan(2), 400, posted=jan(0))
        shop.group_account_id = cls.customer
        for invoice in (parts, euros, shop_invoice):
            cls.create_legal_pdf(invoice)

    # --- what is received ------------------------------------------------------------------

    def speak(self, lang):
        """The customer reads a language; his action of all channels is due and confirmed."""
        self.go_to(jan(6))
        partners = self.customer.partner_id | self.customer.grouped_account_ids.partner_id
        partners.lang = lang
        action = self.next_action(self.customer)
        action.with_user(self.collector).action_confirm()
        return action

    def test_messages_in_english(self):
        self.receive('en_US')

    def test_messages_in_french(self):
        self.receive('fr_FR')

    def test_messages_in_german(self):
        self.receive('de_DE')

    def test_messages_in_arabic(self):
        self.receive('ar_001')

    def receive(self, lang):
        """One action: an email with its attachments, an SMS and a letter."""
        action = self.send(self.speak(lang))
        self.run_sms_queue()
        [message], [(number, text)] = self.server.messages, self.provider.messages
        self.assertGolden(f'email.{lang}', text_of_email(message))
        self.assertGolden(f'sms.{lang}', f'{number}\n{text}')
        letter = action.sent_message_ids.filtered(lambda row: row.kind == 'letter')
        self.assertGolden(f'letter.{lang}', pdf_text(letter.document_id.raw))

    def test_statements(self):
        statements = self.env['dso.statement']
        for lang in LANGS:
            with self.subTest(lang), self.rolled_back():
                self.speak(lang)
                name = self.customer._get_statement_name()
                pdf = statements._print_pdf(self.customer, 'all', True, True)
                self.assertGolden(f'statement.{lang}', section("name", name) + pdf_text(pdf))
                file = io.BytesIO()
                statements._write_xlsx(file, self.customer, with_interest=True)
                self.assertGolden(f'spreadsheet.{lang}', xlsx_text(file.getvalue()))

    def test_texts(self):
        """All hashtags, and all texts that come with the addon."""
        names = self.env['dso.hashtag']._hashtags()
        self.mail_template.body_html = "".join(f"<p>{name}:</p><p>#{name}</p>" for name in names)
        templates = [self.mail_template, *(self.template(name) for name in TEXTS)]
        for lang in LANGS:
            with self.subTest(lang), self.rolled_back():
                action = self.speak(lang)
                self.env['dso.planner']._snapshot_items(action)
                channel = self.env['dso.channel.email']
                texts = [channel._render_texts(t, lang, action)[action.id] for t in templates]
                self.assertGolden(
                    f'texts.{lang}',
                    "\n".join(section(t['subject'], html_text(t['body_html'])) for t in texts),
                )
