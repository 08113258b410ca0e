"""What goes along with emails: seen from the inbox, under a size cap, and in the history."""

from unittest.mock import patch

import psycopg2
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.dso_channel import Parcel
from .common import jan
from .common_dispatch import PDF, DispatchCase
from .test_letters import ADDRESS
from .test_statement_documents import text_of


class AttachmentCase(DispatchCase):
    """The reminder of day 3 carries a statement and the invoices; one invoice was sent before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        step = cls.scenario.step_ids.filtered(lambda step: step.delay == 3)
        step.write({'attach_statement': True, 'attach_invoices': True})
        cls.legal = cls.create_legal_pdf(cls.invoice)

    def second_customer(self):
        customer = self.create_customer("Ready Mat", lang='en_US', ref='R2')
        customer.collector_id = self.collector
        invoice = self.create_invoice(customer, jan(1), 700, posted=jan(0))
        self.create_legal_pdf(invoice)
        return customer, invoice

    def files(self, message):
        """Attached files of a received message by name."""
        return {part.get_filename(): part.get_content() for part in message.iter_attachments()}

    def without_printing(self):
        """Let statements be made without the printing program."""
        return patch.object(
            self.registry['dso.statement'],
            '_render_pdfs',
            lambda self, documents: {key: PDF + str(key).encode() for key in documents},
        )


@tagged('post_install', '-at_install')
class TestAttachments(AttachmentCase):
    # --- what is received ------------------------------------------------------------------

    def test_received(self):
        later = self.create_invoice(self.customer, jan(30), 500, posted=jan(0))
        self.create_legal_pdf(later)
        self.create_credit_note(self.customer, 100)
        self.company.dso_payment_grace = 0
        action = self.send(self.due_action())
        [message] = self.server.messages
        files = self.files(message)
        legal = f"{self.invoice.name.replace('/', '_')}.pdf"
        statement = "Statement Azure Interior 2027-01-04.pdf"
        self.assertEqual(set(files), {legal, statement})  # no item that the action does not list
        self.assertEqual(files[legal], self.legal.raw)
        text = text_of(files[statement])
        for move in (self.invoice, later):
            self.assertIn(move.name, text)
        self.assertIn("Total $ 1,400.00", text)
        self.assertEqual(action.state, 'done')
        kinds = [part.get_content_type() for part in message.iter_attachments()]
        self.assertEqual(kinds, ['application/pdf'] * 2)

    def test_each_customer_gets_his_own(self):
        """One batch, one start of the printing program, no file in the wrong message."""
        other, invoice = self.second_customer()
        self.send(self.due_action() | self.due_action(other))
        self.assertEqual(len(self.server.messages), 2)
        for message in self.server.messages:
            is_other = 'ready.mat' in message['X-Rcpt']
            own, foreign = (invoice, self.invoice) if is_other else (self.invoice, invoice)
            files = self.files(message)
            self.assertEqual(len(files), 2)
            everything = " ".join(files) + "".join(
                text_of(content) if name.startswith("Statement") else content.decode()
                for name, content in files.items()
            )
            self.assertIn(own.name, everything)
            self.assertNotIn(foreign.name, everything)
            self.assertNotIn(foreign.name.replace('/', '_'), everything)
            self.assertNotIn(foreign.partner_id.name, everything)

    def test_in_the_language_of_the_recipient(self):
        self.speak_french(self.customer.partner_id)
        self.send(self.due_action())
        [statement] = [name for name in self.files(self.server.messages[0]) if 'Relevé' in name]
        self.assertIn("Relevé de compte", text_of(self.files(self.server.messages[0])[statement]))

    def test_group_gets_one_statement_with_codes(self):
        other, invoice = self.second_customer()
        other.group_account_id = self.customer
        self.plan()
        action = self.next_action(self.customer)
        action.action_confirm()
        self.go_to(action.date_planned)
        self.send(action)
        files = self.files(self.server.messages[0])
        [statement] = [content for name, content in files.items() if "Statement" in name]
        self.assertIn(f"R2 {invoice.name}", text_of(statement))
        self.assertEqual(len(files), 3)

    def test_nothing_when_the_step_does_not_ask(self):
        self.step(3).write({'attach_statement': False, 'attach_invoices': False})
        with patch.object(self.registry['dso.statement'], '_print', side_effect=AssertionError):
            self.send(self.due_action())
        self.assertFalse(self.files(self.server.messages[0]))

    def test_what_the_template_attaches_goes_along(self):
        terms = self.env['ir.attachment'].create({'name': "terms.txt", 'raw': b'Terms'})
        self.mail_template.attachment_ids = terms
        with self.without_printing():
            self.send(self.due_action())
        self.assertEqual(len(self.files(self.server.messages[0])), 3)

    # --- several messages at once ----------------------------------------------------------

    def letter_step(self, **vals):
        """The step of day 3 becomes a letter."""
        text = self.create_mail_template(
            name="Letter", subject="Notice", body_html="<p>Pay at once</p>"
        )
        self.customer.partner_id.write(ADDRESS)
        step = self.step(3)
        step.write({'action_type': 'letter', 'letter_template_id': text.id, **vals})
        self.go_to(jan(4))
        return self.next_action(self.customer)

    def write_sms_with_email(self):
        """Let the reminder of day 3 be an SMS with an email beside it."""
        self.customer.partner_id.phone = '+1 650 555 0111'
        self.step(3).write(
            {
                'action_type': 'sms',
                'also_email': True,
                'sms_template_id': self.create_sms_template().id,
            }
        )

    def speak_french(self, partner):
        self.env['res.lang']._activate_lang('fr_FR')
        self.env['ir.module.module']._load_module_terms(['dso_collection'], ['fr_FR'])
        partner.lang = 'fr_FR'

    def test_email_beside_another_message(self):
        """It carries what its step attaches, in the language of its own recipient."""
        contact = self.env['res.partner'].create(
            {
                'name': "Paul",
                'email': 'paul@example.com',
                'parent_id': self.customer.partner_id.id,
                'is_collection_contact': True,
                'collection_by_sms': False,
            }
        )
        self.speak_french(contact)
        self.write_sms_with_email()
        self.go_to(jan(4))
        action = self.next_action(self.customer)
        drafts = {draft['kind']: draft for draft in action.get_panel()['messages']}
        self.send(action)
        [message] = self.server.messages
        files = self.files(message)
        name = "Relevé Azure Interior 2027-01-04.pdf"
        self.assertEqual(set(files), {name, self.legal.name})
        self.assertIn("Relevé de compte", text_of(files[name]))
        self.assertEqual(drafts['email']['attachments'], [name, self.legal.name])
        self.assertNotIn('attachments', drafts['sms'])

    def test_email_that_cannot_carry_its_statement(self):
        """Beside another message it fails alone, and its row says why."""
        self.write_sms_with_email()
        self.go_to(jan(4))
        action = self.next_action(self.customer)
        with patch.object(
            self.registry['dso.statement'], '_print', side_effect=UserError("Out of paper")
        ):
            self.dispatch(action)
        rows = {row.kind: row for row in action.sent_message_ids}
        self.assertEqual((rows['email'].delivery, rows['sms'].delivery), ('failed', 'queued'))
        self.assertIn("Out of paper", rows['email'].failure)

    def test_letter_has_the_statement_as_further_pages(self):
        action = self.letter_step()
        [draft] = action.get_panel()['messages']
        self.assertEqual(draft['attachments'], ["Statement Azure Interior 2027-01-04.pdf"])
        self.dispatch(action)
        document = action.sent_message_ids.document_id.raw
        text = text_of(document)
        self.assertLess(text.index("Pay at once"), text.index("Statement of Account"))
        self.assertIn(self.invoice.name, text)
        self.assertEqual(len(action.sent_message_ids.mail_message_id.attachment_ids), 1)

    def test_letter_without_statement(self):
        action = self.letter_step(attach_statement=False)
        self.dispatch(action)
        text = text_of(action.sent_message_ids.document_id.raw)
        self.assertNotIn("Statement of Account", text)

    def test_letter_whose_statement_cannot_be_printed(self):
        action = self.letter_step()
        with patch.object(
            self.registry['dso.statement'], '_print', side_effect=UserError("Out of paper")
        ):
            self.dispatch(action)
        self.assertError(action, 'render', "Out of paper")
        self.assertFalse(action.sent_message_ids)

    def test_name_of_the_file_is_one_line(self):
        """A second line would be a header of the message; core would refuse to send it."""
        self.customer.partner_id.ref = 'A/1\r\nX-Header: 1'
        action = self.send(self.due_action())
        self.assertEqual(action.state, 'done')
        [message] = self.server.messages
        self.assertIn("Statement A 1 X-Header 1 2027-01-04.pdf", self.files(message))

    # --- what is left out ------------------------------------------------------------------

    def test_size_cap(self):
        """The statement first, then what is due longest, each that still fits."""
        self.company.dso_attachment_limit = 1
        invoices = [
            self.create_invoice(self.customer, jan(-day), 10, posted=jan(-20)) for day in (3, 2, 1)
        ]
        large, small, huge = invoices
        for invoice, size in ((large, 300_000), (small, 10_000), (huge, 900_000)):
            self.create_legal_pdf(invoice, size)
        self.go_to(jan(4))
        action = self.next_action(self.customer)
        action.action_confirm()
        foretold = action.get_panel()['messages'][0]
        self.send(action)
        [message] = self.server.messages
        names = set(self.files(message))
        self.assertEqual(len(names), 4)
        self.assertNotIn(f"{huge.name.replace('/', '_')}.pdf", names)
        self.assertLess(len(message.as_bytes()), 1024 * 1024)
        row = action.sent_message_ids
        self.assertEqual(row.left_out, f"{huge.name.replace('/', '_')}.pdf")
        self.assertIn("Too large for the message", row.attachment_note)
        self.assertEqual(set(foretold['attachments']), names)
        self.assertEqual(foretold['attachment_note'], row.attachment_note)

    def test_limit_of_the_mail_server(self):
        """Of a larger message the mail module would send links that anybody can follow."""
        self.mail_server.max_email_size = 1
        self.legal.raw = PDF.ljust(900_000)
        with self.without_printing():
            action = self.send(self.due_action())
        self.assertNotIn('access_token', self.body_of(self.server.messages[0]))
        self.assertEqual(action.sent_message_ids.left_out, self.legal.name)

    def test_invoice_without_pdf_is_named(self):
        """A PDF that accounting has not made is not made here."""
        self.legal.unlink()
        reports = self.registry['ir.actions.report']
        with (
            self.without_printing(),
            patch.object(reports, '_render_qweb_pdf', side_effect=AssertionError),
        ):
            action = self.send(self.due_action())
        self.assertEqual(len(self.files(self.server.messages[0])), 1)
        self.assertEqual(action.sent_message_ids.missing, self.invoice.name)
        self.assertIn(self.invoice.name, action.sent_message_ids.attachment_note)

    def test_files_of_the_chatter_stay_inside(self):
        """The main attachment of an invoice may be an internal note's."""
        self.legal.unlink()
        self.invoice.message_main_attachment_id = self.env['ir.attachment'].create(
            {
                'name': "secret.pdf",
                'raw': PDF,
                'res_model': 'account.move',
                'res_id': self.invoice.id,
            }
        )
        with self.without_printing():
            self.send(self.due_action())
        self.assertNotIn("secret.pdf", self.files(self.server.messages[0]))

    @mute_logger('odoo.sql_db')
    def test_limit_must_be_positive(self):
        with self.assertRaises(psycopg2.errors.CheckViolation), self.env.cr.savepoint():
            self.company.dso_attachment_limit = 0
            self.env.flush_all()

    # --- failures --------------------------------------------------------------------------

    def test_statement_that_cannot_be_printed(self):
        """Its action is in error, nobody else waits."""
        other, _invoice = self.second_customer()
        other.partner_id.name = "Unprintable"
        printing = self.registry['dso.statement']._print

        def fail(self, body):
            if "Unprintable" in body:
                raise UserError("Out of paper")
            return printing(self, body)

        good, bad = self.due_action(), self.due_action(other)
        with patch.object(self.registry['dso.statement'], '_print', fail):
            self.send(good | bad)
        self.assertEqual(good.state, 'done')
        self.assertError(bad, 'render', "Out of paper")
        self.assertEqual(len(self.server.messages), 1)
        self.assertFalse(bad.sent_message_ids)

    def test_printing_program_is_missing(self):
        reports = self.registry['ir.actions.report']
        action = self.due_action()
        with patch.object(reports, 'get_wkhtmltopdf_state', lambda self: 'install'):
            self.dispatch(action)
        self.assertError(action, 'render', "wkhtmltopdf")

    # --- evidence --------------------------------------------------------------------------

    def test_statement_that_was_sent_stays(self):
        with self.without_printing():
            action = self.send(self.due_action())
        files = action.sent_message_ids.attachment_ids
        statement = files.filtered(lambda file: file.res_model == 'dso.customer')
        self.assertEqual(statement.res_id, self.customer.id)
        for change in (
            lambda: statement.write({'raw': b'forged'}),
            lambda: statement.write({'name': "forged.pdf"}),
            statement.unlink,
            lambda: statement.sudo().unlink(),
        ):
            with self.assertRaisesRegex(UserError, "part of the history"):
                change()
        with self.assertRaisesRegex(UserError, "part of the history"):
            action.sent_message_ids.mail_message_id.attachment_ids = [Command.clear()]
        statement.generate_access_token()

    def test_file_of_the_template_that_was_sent_stays(self):
        file = self.env['ir.attachment'].create({'name': "Terms.pdf", 'raw': PDF})
        self.mail_template.attachment_ids = file
        with self.without_printing():
            action = self.send(self.due_action())
        self.assertIn(file, action.sent_message_ids.attachment_ids)
        for change in (lambda: file.write({'raw': b'forged'}), file.unlink):
            with self.assertRaisesRegex(UserError, "part of the history"):
                change()
        self.mail_template.subject = "Another"  # core writes its files again
        self.mail_template.attachment_ids = False
        self.assertIn(file, action.sent_message_ids.attachment_ids)

    def test_accounting_is_not_stopped(self):
        with self.without_printing():
            action = self.send(self.due_action())
        self.invoice.button_draft()  # renames its PDF
        self.assertEqual(len(action.sent_message_ids.attachment_ids), 2)
        self.legal.unlink()
        self.assertEqual(len(action.sent_message_ids.attachment_ids), 1)

    def test_who_reads_the_evidence(self):
        with self.without_printing():
            action = self.send(self.due_action())
        reader = self.create_user('reader')
        files = action.with_user(reader).sent_message_ids.attachment_ids
        self.assertTrue(all(file.raw.startswith(PDF) for file in files))
        other = self.create_company()
        stranger = self.create_user(
            'manager', login='stranger', company_id=other.id, company_ids=other.ids
        )
        self.env.invalidate_all()
        for file in files.with_user(stranger):
            with self.assertRaises(AccessError):
                file.read(['raw'])

    # --- settings and panel ----------------------------------------------------------------

    def test_panel_tells_before_sending(self):
        self.step(3).mode = 'manual'
        second = self.create_invoice(self.customer, jan(0), 50, posted=jan(-1))
        action = self.next_action(self.customer)
        self.go_to(jan(4))
        email = action.with_user(self.collector).get_panel()['messages'][0]
        self.assertEqual(
            email['attachments'], ["Statement Azure Interior 2027-01-04.pdf", self.legal.name]
        )
        self.assertIn(second.name, email['attachment_note'])

    def test_queries_do_not_depend_on_the_number(self):
        customers = self.create_customers(12)
        customers.collector_id = self.collector
        for customer in customers:
            self.create_legal_pdf(self.create_invoice(customer, jan(1), 100, posted=jan(0)))
        self.go_to(jan(4))
        self.plan(*customers)
        actions = customers.next_action_id
        attach = self.env['dso.attachment'].sudo()._attach
        parcels = [
            Parcel(action, 'email', action.recipient_id, action.recipient, {'body_html': ""})
            for action in actions
        ]
        with self.without_printing():
            self.queries(attach, parcels[:2])  # fill the caches of code
            four = self.queries(attach, parcels[:4])
            eight = self.queries(attach, parcels[4:12])
        # Files are stored one by one by the core: what is read must not grow.
        per_file = (eight - four) / 4
        self.assertLessEqual(per_file, 2)
