"""The litigation file: what it holds, in which order, on which page, and for whom."""

import io

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools.pdf import PdfFileReader

from .common import jan
from .common_replies import ReplyCase
from .test_pdf_bundle import make_pdf, pages_of


class LitigationCase(ReplyCase):
    """A customer who was reminded, has answered and has not paid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.files = cls.env['dso.litigation.file']

    def claim(self, customer=None):
        """The items that a user would choose."""
        return self.files._get_claimable(customer or self.customer)

    def pages(self, lines=None, user=None):
        files = self.files.with_user(user or self.collector).with_context(lang='en_US')
        return pages_of(files._print((lines or self.claim()).with_env(files.env)))

    def remind(self):
        self.sent()
        self.plan(self.customer)


@tagged('post_install', '-at_install')
class TestLitigationFile(LitigationCase):
    # --- what it holds ---------------------------------------------------------------------

    def test_parts_in_order_with_their_pages(self):
        self.remind()
        self.answer("The goods never arrived.", Date='Tue, 05 Jan 2027 11:00:00 +0000')
        self.create_legal_pdf(self.invoice).raw = make_pdf("Legal text", "Terms of sale")
        pages = self.pages()
        self.assertEqual(len(pages), 7)
        cover, statement, history, message, reply, legal, terms = pages
        for words in (
            "Litigation File",
            "Azure Interior",
            "Open amount $ 1,000.00",
            "Statement of Account 2 History 3",
            "Email · Reminder of $ 1,000.00 4",
            "Reply of the customer · Re: Reminder 5",
            f"{self.invoice.name} 6 1 / 7",
        ):
            self.assertIn(words, cover)
        self.assertNotIn("Not Included", cover)
        self.assertIn(f"{self.invoice.name} 12/31/2026 01/01/2027", statement)
        self.assertIn("email +3 Sent", history)
        self.assertIn("From", message)
        self.assertIn("azure.interior@example.com", message)
        self.assertIn("Dear Azure Interior", message)
        self.assertIn("The goods never arrived.", reply)
        self.assertEqual((legal, terms), ("Legal text 6 / 7", "Terms of sale 7 / 7"))

    def test_bookmarks(self):
        content = self.files.with_context(lang='en_US')._print(self.claim())
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        self.assertEqual(
            [mark.title for mark in reader.outline], ["Contents", "Statement of Account", "History"]
        )

    def test_cover_of_several_pages(self):
        """The numbers of the pages stay right when the index itself needs more than one."""
        titles = [f"Document {number}" for number in range(99)]
        files = self.files.with_context(lang='en_US')
        cover = files._print_cover(self.customer, self.claim(), titles, [1] * 99, [])
        pages = pages_of(cover)
        self.assertGreater(len(pages), 1)
        self.assertIn(f"Document 0 {len(pages) + 1} Document 1 ", pages[0])
        self.assertTrue(pages[-1].endswith(f"Document 98 {len(pages) + 99}"))

    def test_what_is_missing_is_said(self):
        self.assertIn(
            f"Not Included {self.invoice.name} Never sent, so that no PDF exists", self.pages()[0]
        )
        self.create_legal_pdf(self.invoice)  # no PDF but by its name
        cover = self.pages()[0]
        self.assertIn(f"Not Included {self.invoice.name} The file cannot be read", cover)

    def test_nothing_was_done(self):
        self.assertIn("Nothing was done so far.", self.pages()[2])

    def test_skipped_and_dropped_actions_are_no_history(self):
        self.due_action().with_user(self.collector).action_skip("Paid by cheque")
        self.assertIn("Nothing was done so far.", self.pages()[2])

    def test_chosen_items_alone(self):
        other = self.create_invoice(self.customer, jan(2), 70, posted=jan(0))
        pages = self.pages(self.receivables(other))
        self.assertIn("Open amount $ 70.00", pages[0])
        self.assertNotIn(self.invoice.name, " ".join(pages))

    def test_reminders_of_other_items_are_not_told(self):
        self.remind()
        other = self.create_invoice(self.customer, jan(20), 70, posted=jan(4))
        self.assertNotIn("Reminder", " ".join(self.pages(self.receivables(other))))
        self.assertIn("Reminder", self.pages(self.receivables(self.invoice))[0])

    def test_amounts_are_never_added_over_currencies(self):
        self.create_invoice(self.customer, jan(2), 70, currency_id=self.eur.id)
        self.assertIn("Open amount $ 1,000.00 Open amount 70.00 €", self.pages()[0])

    def test_sms_is_text(self):
        step = self.step(3)
        template = self.create_sms_template("Pay <now> & thanks")
        step.write({'action_type': 'sms', 'sms_template_id': template.id})
        self.customer.partner_id.phone = '+12025550123'
        self.plan(self.customer)
        self.go_to(jan(4))
        self.dispatch(self.next_action(self.customer))
        self.run_sms_queue()
        [message] = [page for page in self.pages() if "SMS" in page and "To" in page]
        self.assertIn("Pay <now> & thanks", message)

    def test_letter_is_as_it_was_posted(self):
        letter = self.create_mail_template(name="Letter", subject="Notice", body_html="<p>Pay</p>")
        self.step(3).write({'action_type': 'letter', 'letter_template_id': letter.id})
        self.plan(self.customer)
        self.go_to(jan(4))
        self.dispatch(self.next_action(self.customer))
        waiting = self.customer.action_ids.sent_message_ids
        self.assertNotIn("Letter", self.pages()[0])  # nobody has posted it
        waiting.action_print()
        self.go_to(jan(6))
        waiting.action_mark_posted()
        pages = self.pages()
        self.assertIn("01/06/2027 · Letter 4", pages[0])
        self.assertIn("Notice", pages[3])

    def test_discarded_reply_is_left_out(self):
        self.remind()
        reply = self.answer("Out of office.")
        reply.with_user(self.collector).action_discard("Automatic")
        self.assertNotIn("Out of office", " ".join(self.pages()))

    def test_group(self):
        shop = self.create_customer("Shop", ref='S1', lang='en_US')
        invoice = self.create_invoice(shop, jan(2), 400, posted=jan(0))
        shop.group_account_id = self.customer
        self.plan()
        pages = self.pages()
        self.assertIn("Open amount $ 1,400.00", pages[0])
        self.assertIn(f"S1 {invoice.name}", pages[1])
        alone = self.pages(self.receivables(invoice))
        self.assertIn("Azure Interior", alone[0])  # who is collected
        self.assertIn("Open amount $ 400.00", alone[0])

    def test_action_is_about_its_items(self):
        action = self.env['dso.action'].create(
            {'customer_id': self.customer.id, 'action_type': 'litigation', 'origin': 'specific'}
        )
        url = action.with_user(self.collector).action_litigation_file()['url']
        self.assertEqual(url.rpartition('/')[2], str(self.receivables(self.invoice).id))
        self.assertIn('litigation_file', action.with_user(self.collector)._get_possible_outcomes())

    # --- refusals and rights ---------------------------------------------------------------

    def test_two_customers_are_refused(self):
        other = self.create_customer("Ready Mat")
        invoice = self.create_invoice(other, jan(2), 400, posted=jan(0))
        lines = self.receivables(self.invoice) | self.receivables(invoice)
        with self.assertRaisesRegex(UserError, "items of one customer"):
            lines.action_dso_litigation_file()

    def test_nothing_open_is_refused(self):
        self.pay(self.customer, 1000, self.invoice)
        for lines in (self.receivables(self.invoice), self.env['account.move.line']):
            with self.assertRaisesRegex(UserError, "nothing to claim"):
                lines.action_dso_litigation_file()
        with self.assertRaisesRegex(UserError, "nothing to claim"):
            self.customer.action_litigation_file()

    def test_paid_item_is_not_claimed(self):
        other = self.create_invoice(self.customer, jan(2), 70, posted=jan(0))
        lines = self.claim()
        self.pay(self.customer, 70, other)
        self.assertIn("Open amount $ 1,000.00", self.pages(lines)[0])

    def test_rights(self):
        lines = self.claim()
        self.assertTrue(self.pages(lines, self.reader))
        for groups in ('base.group_portal', 'base.group_public', 'base.group_user'):
            user = new_test_user(self.env, login=groups, groups=groups)
            with self.assertRaises(AccessError):
                self.pages(lines, user)
        company = self.create_company()
        user = self.create_user(
            'manager', login='second', company_id=company.id, company_ids=company.ids
        )
        with self.assertRaises(AccessError):
            self.pages(lines, user)

    # --- statements ------------------------------------------------------------------------

    def test_queries_do_not_depend_on_the_number(self):
        """But for the files themselves, of which each is read by itself."""
        self.remind()
        for number in range(8):
            self.create_invoice(self.customer, jan(1), 10 + number)
        lines = self.claim()
        gather = self.files._get_history
        self.queries(gather, self.customer, lines[:4])
        four = self.queries(gather, self.customer, lines[:4])
        self.assertEqual(four, self.queries(gather, self.customer, lines[:8]))


@tagged('post_install', '-at_install')
class TestLitigationDownload(HttpCase):
    def test_download(self):
        partner = self.env['res.partner'].create({'name': "Azure Interior", 'ref': 'C/1'})
        customer = self.env['dso.customer']._get_or_create(partner, self.env.company)
        invoice = self.env['account.move'].create(
            {
                'move_type': 'out_invoice',
                'partner_id': partner.id,
                'invoice_line_ids': [(0, 0, {'name': "Work", 'price_unit': 9, 'tax_ids': False})],
            }
        )
        invoice.action_post()
        customer._plan()
        url = customer.action_litigation_file()['url']
        groups = 'dso_collection.group_dso_reader'
        new_test_user(self.env, login='reader_file', groups=groups)
        new_test_user(self.env, login='clerk', groups='base.group_user')
        self.authenticate('reader_file', 'reader_file')
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        self.assertTrue(response.content.startswith(b'%PDF'))
        self.assertIn('Litigation%20File%20C%201%20', response.headers['Content-Disposition'])
        response = self.url_open('/dso_collection/litigation_file/0,x,999999999')
        self.assertEqual((response.status_code, response.text[:7]), (422, "There i"))
        self.authenticate('clerk', 'clerk')
        self.assertEqual(self.url_open(url).status_code, 403)
