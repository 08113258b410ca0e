"""Letters: written and printed on their date, posted by somebody, evidence afterwards."""

import base64
import io
from unittest.mock import patch

import psycopg2
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfFileReader

from .common import jan
from .common_dispatch import DispatchCase

ADDRESS = {'street': "1 Main Street", 'zip': '94105', 'city': "San Francisco"}


class LetterCase(DispatchCase):
    """The reminder of day 3 is a registered letter."""

    #: Making a PDF takes a third of a second; only those who look at it need a real one.
    is_printed = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.letter_template = cls.create_mail_template(
            name="Letter", subject="Notice of #items_amount_overdue", body_html="<p>Pay now</p>"
        )
        cls.customer.partner_id.write(ADDRESS)
        cls.scenario.step_ids.filtered(lambda step: step.delay == 3).write(
            {'action_type': 'registered_letter', 'letter_template_id': cls.letter_template.id}
        )
        if not cls.is_printed:
            cls.startClassPatcher(
                patch.object(cls.registry['dso.letter'], '_print', lambda self, html: html.encode())
            )
            cls.startClassPatcher(
                patch.object(cls.registry['dso.letter'], '_get_scale', lambda self, paper: 1)
            )

    def write_letter(self, customer=None):
        """The letter of a customer account, written on its day."""
        self.go_to(jan(4))
        action = self.next_action(customer or self.customer)
        self.assertEqual(self.dispatch(action), action)
        return action.sent_message_ids

    def by_collector(self, letters):
        return letters.with_user(self.collector).browse(letters.ids)  # as a call from outside

    def post(self, letters):
        self.by_collector(letters).action_print()
        return self.by_collector(letters).action_mark_posted()

    # --- documents -------------------------------------------------------------------------

    def read(self, document):
        reader = PdfFileReader(io.BytesIO(document))
        return [" ".join(page.extract_text().split()) for page in reader.pages]

    def places(self, document):
        """Place of each text on the first page, in mm from the left and from the top."""
        page = PdfFileReader(io.BytesIO(document)).pages[0]
        height, found = float(page.mediabox.height), {}

        def visit(text, cm, tm, *_font):
            x = cm[0] * tm[4] + cm[2] * tm[5] + cm[4]
            y = cm[1] * tm[4] + cm[3] * tm[5] + cm[5]
            if text.strip():
                found[" ".join(text.split())] = (x / 72 * 25.4, (height - y) / 72 * 25.4)

        page.extract_text(visitor_text=visit)
        return found


class TestLetters(LetterCase):
    def test_waits_to_be_printed(self):
        letter = self.write_letter()
        action = letter.action_id
        self.assertEqual((action.state, letter.delivery), ('sending', 'queued'))
        self.assertTrue(letter.is_waiting)
        self.assertIn("mark it as sent", action.explanation)
        self.assertIn("1 Main Street", letter.recipient)
        self.assertEqual(letter.subject, "Notice of $\N{NBSP}1,000.00")
        self.assertIn("Registered Letter", letter.document_id.raw.decode())
        self.assertEqual(
            (letter.document_id.res_model, letter.document_id.res_id),
            ('dso.customer', self.customer.id),
        )

    def test_right_to_left(self):
        self.env['res.lang']._activate_lang('ar_001')
        self.customer.partner_id.lang = 'ar_001'
        self.assertIn('dir="rtl"', self.write_letter().document_id.raw.decode())

    def test_posted_days_later_is_the_contact_of_that_day(self):
        letter = self.write_letter()
        self.go_to(jan(7))
        self.assertIs(self.post(letter), True)
        action = letter.action_id
        self.assertEqual((action.state, action.delivery), ('done', 'sent'))
        self.assertEqual((action.day_done, action.done_by_id), (jan(7), self.collector))
        self.assertEqual(letter.posted_by_id, self.collector)
        self.plan(self.customer)
        self.assertEqual(self.customer.last_contact_date, jan(7))
        self.assertEqual(action.item_ids.move_id, self.invoice)

    def test_waiting_for_long_is_not_lost(self):
        letter = self.write_letter()
        self.go_to(jan(20))
        self.run_cron()
        self.assertEqual((letter.action_id.state, letter.delivery), ('sending', 'queued'))

    def test_paid_before_it_is_printed(self):
        letter = self.write_letter()
        self.pay(self.customer, 1000, self.invoice)
        self.run_cron()
        self.assertEqual((letter.delivery, letter.failure_code), ('failed', 'withdrawn'))
        self.plan(self.customer)
        self.assertFalse(self.customer.next_action_id)
        self.assertEqual(letter.action_id.state, 'cancelled')

    def test_partly_paid_before_it_is_printed_is_written_anew(self):
        letter = self.write_letter()
        action = letter.action_id
        self.pay(self.customer, 400, self.invoice)
        result = self.by_collector(letter).action_print()
        self.assertIn("letter to Azure Interior", result['params']['message'])
        self.assertEqual((letter.delivery, action.state), ('failed', 'planned'))
        self.assertFalse(letter.printed_on)

    def test_the_others_are_printed(self):
        other = self.create_customer("Deco", lang='en_US', **ADDRESS)
        self.create_invoice(other, jan(1), posted=jan(0))
        paid, open_letter = self.write_letter(), self.write_letter(other)
        self.pay(self.customer, 1000, self.invoice)
        result = self.by_collector(paid | open_letter).action_print()
        self.assertEqual(
            result['params']['next']['url'], f'/dso_collection/letters/{open_letter.id}'
        )
        self.assertEqual((paid.delivery, open_letter.delivery), ('failed', 'queued'))

    def test_on_hold_before_it_is_printed(self):
        letter = self.write_letter()
        self.customer.hold_reason = 'legal'
        self.run_cron()
        self.assertEqual(letter.failure_code, 'withdrawn')

    def test_paid_after_it_was_printed_is_told(self):
        letter = self.write_letter()
        other = self.create_customer("Deco", lang='en_US', **ADDRESS)
        self.create_invoice(other, jan(1), posted=jan(0))
        letters = letter | self.write_letter(other)
        self.by_collector(letters).action_print()
        self.pay(self.customer, 400, self.invoice)
        self.run_cron()
        self.assertTrue(letter.is_waiting)  # the paper lies on a desk
        dialog = self.by_collector(letters).action_mark_posted()
        self.assertEqual(set(letters.mapped('delivery')), {'queued'})
        wizard = self.env['dso.letter.post'].with_user(self.collector)
        wizard = wizard.with_context(**dialog['context']).create({})
        self.assertIn(f"{self.invoice.name} paid but for", wizard.changes)
        self.assertNotIn("Deco", wizard.changes)
        wizard.action_post_others()
        self.assertEqual(letters.mapped('delivery'), ['failed', 'sent'])
        self.assertEqual(letters.action_id.mapped('state'), ['planned', 'done'])

    def test_posted_although_it_was_paid(self):
        letter = self.write_letter()
        self.by_collector(letter).action_print()
        self.pay(self.customer, 1000, self.invoice)
        dialog = self.by_collector(letter).action_mark_posted()
        wizard = self.env['dso.letter.post'].with_user(self.collector)
        wizard.with_context(**dialog['context']).create({}).action_post_all()
        self.assertEqual((letter.delivery, letter.action_id.state), ('sent', 'done'))

    def test_withdrawn_by_hand(self):
        letter = self.write_letter()
        self.by_collector(letter).action_withdraw()
        self.assertEqual((letter.delivery, letter.action_id.state), ('failed', 'planned'))
        with self.assertRaisesRegex(UserError, "Only letters that wait"):
            self.by_collector(letter).action_mark_posted()

    def test_withdrawn_by_hand_is_not_written_again_by_itself(self):
        letter = self.write_letter()
        action = letter.action_id
        self.by_collector(letter).action_withdraw()
        self.run_cron()
        self.assertEqual(action.sent_message_ids, letter)
        self.assertIn("its letter was withdrawn", action.explanation)
        action.with_user(self.collector).action_confirm()
        self.run_cron()
        self.assertEqual(action.sent_message_ids.mapped('delivery'), ['failed', 'queued'])

    def test_pausing_leaves_what_lies_on_a_desk(self):
        letter = self.write_letter()
        self.by_collector(letter).action_print()
        self.company.dso_paused = True
        self.assertTrue(letter.is_waiting)
        self.assertEqual(
            self.by_collector(letter).action_mark_posted()['res_model'], 'dso.letter.post'
        )
        self.assertEqual(letter.caution, "sending is paused")

    def test_somebody_who_works_on_letters_keeps_no_other_message_waiting(self):
        self.write_letter()
        other = self.create_customer("Deco", lang='en_US', **ADDRESS)
        self.create_invoice(other, jan(1), posted=jan(0))
        action = self.next_action(other)
        busy = psycopg2.OperationalError("somebody works on it")
        messages = self.registry['dso.action.message']
        with patch.object(messages, '_withdraw_outdated', side_effect=busy):
            self.run_cron()
        self.assertEqual(action.state, 'sending')

    def test_pausing_takes_it_back(self):
        letter = self.write_letter()
        self.company.dso_paused = True
        self.assertEqual((letter.delivery, letter.action_id.state), ('failed', 'planned'))

    def test_not_posted_before_it_is_printed(self):
        letter = self.write_letter()
        with self.assertRaisesRegex(UserError, "was not printed yet"):
            self.by_collector(letter).action_mark_posted()

    def test_incomplete_address(self):
        self.customer.partner_id.city = False
        self.go_to(jan(4))
        self.assertError(self.next_action(self.customer), 'no_address', "postal address")

    def test_cannot_be_laid_out(self):
        self.go_to(jan(4))
        action = self.next_action(self.customer)
        with patch.object(
            self.registry['dso.letter'], '_print', side_effect=UserError("no printer")
        ):
            self.assertFalse(self.dispatch(action))
        self.assertError(action, 'render', "no printer")
        self.assertFalse(action.sent_message_ids)

    def test_without_a_paper_format(self):
        self.company.paperformat_id = False
        self.go_to(jan(4))
        action = self.next_action(self.customer)
        self.assertFalse(self.dispatch(action))
        self.assertError(action, 'render', "has no paper format")

    def test_cost_does_not_depend_on_the_number(self):
        customers = [
            self.create_customer(f"Customer {n}", lang='en_US', **ADDRESS) for n in range(12)
        ]
        actions = self.env['dso.action']
        self.go_to(jan(4))
        for customer in customers:
            customer.collector_id = self.collector
            self.create_invoice(customer, jan(1), posted=jan(0))
            actions |= self.next_action(customer)
        parts = (actions[:2], actions[2:5], actions[5:11])
        counts = [self.queries(self.dispatch, part) for part in parts]
        self.assertEqual(counts[1], counts[2], counts)
        letters = [self.by_collector(part.sent_message_ids) for part in parts]
        counts = [self.queries(part.action_print) for part in letters]
        self.assertEqual(counts[1], counts[2], counts)
        counts = [self.queries(part.action_mark_posted) for part in letters]
        self.assertEqual(counts[1], counts[2], counts)


class TestLetterByHand(LetterCase):
    def setUp(self):
        super().setUp()
        self.step(3).mode = 'manual'
        self.go_to(jan(4))
        self.action = self.next_action(self.customer).with_user(self.collector)

    def test_written_and_printed_at_once(self):
        result = self.action.action_print_letter()
        letter = self.action.sent_message_ids
        self.assertEqual(result['url'], f'/dso_collection/letters/{letter.id}')
        self.assertTrue(letter.printed_on)
        self.assertTrue(self.action.has_letter_waiting)
        self.assertIs(self.action.action_mark_posted(), True)
        self.assertEqual((self.action.state, self.action.done_by_id), ('done', self.collector))

    def test_edited_text_is_printed(self):
        self.action.action_edit_text("A last word", "<p>About #items_amount_overdue</p>")
        self.action.action_print_letter()
        document = self.action.sudo().sent_message_ids.document_id.raw.decode()
        self.assertIn("A last word", document)
        self.assertRegex(document, r"About \$.*1,000\.00")

    def test_panel(self):
        panel = self.action.get_panel()
        self.assertIn('print', panel['can'])
        self.assertNotIn('send', panel['can'])
        self.assertEqual(panel['messages'][0]['kind'], 'registered_letter')

    def test_without_a_text_somebody_writes_it(self):
        self.step(3).letter_template_id = False
        self.plan(self.customer)
        [draft] = self.action.get_panel()['messages']
        self.assertIn("has no text", draft['problem'])
        self.action.action_edit_text("A last word", "<p>Pay at last</p>")
        [draft] = self.action.get_panel()['messages']
        self.assertFalse(draft['problem'])
        self.action.action_print_letter()
        self.assertEqual(self.action.state, 'sending')
        self.assertIn("Pay at last", self.action.sudo().sent_message_ids.document_id.raw.decode())

    def test_without_a_text_it_is_still_done_by_hand(self):
        self.step(3).letter_template_id = False
        self.plan(self.customer)
        self.action.action_complete()
        self.assertEqual(self.action.state, 'done')


class TestLetterBesideEmail(LetterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scenario.step_ids.filtered(lambda step: step.delay == 3).write(
            {'action_type': 'email', 'also_letter': True}
        )

    def test_email_completes_it_and_the_letter_still_waits(self):
        self.go_to(jan(4))
        action = self.send(self.next_action(self.customer))
        letter = action.sent_message_ids.filtered(lambda m: m.kind == 'letter')
        self.assertEqual((action.state, letter.is_waiting), ('done', True))
        self.go_to(jan(6))
        self.post(letter)
        self.assertEqual((letter.delivery, action.day_done), ('sent', jan(4)))

    def test_paid_after_the_email(self):
        self.go_to(jan(4))
        action = self.send(self.next_action(self.customer))
        letter = action.sent_message_ids.filtered(lambda m: m.kind == 'letter')
        self.pay(self.customer, 1000, self.invoice)
        self.run_cron()
        self.assertEqual((letter.failure_code, action.state), ('withdrawn', 'done'))

    def test_nothing_arrived_when_the_email_bounced_and_the_letter_stayed(self):
        self.go_to(jan(4))
        action = self.send(self.next_action(self.customer))
        letter = action.sent_message_ids.filtered(lambda m: m.kind == 'letter')
        email = action.sent_message_ids - letter
        email.mail_message_id.notification_ids.notification_status = 'bounce'
        self.assertEqual((email.delivery, action.delivery), ('bounced', 'sent'))
        self.by_collector(letter).action_withdraw()
        self.assertEqual((action.state, action.delivery), ('done', 'bounced'))


class TestLetterEvidence(LetterCase):
    def test_printed_letter_is_neither_changed_nor_deleted(self):
        letter = self.write_letter()
        document = letter.document_id
        self.by_collector(letter).action_print()
        for changes in ({'datas': base64.b64encode(b"forged")}, {'name': "Other"}, {'res_id': 0}):
            with self.subTest(changes), self.assertRaisesRegex(UserError, "part of the history"):
                document.write(changes)
        for record in (document, letter.mail_message_id):
            with self.assertRaisesRegex(UserError, "part of the history"):
                record.unlink()

    def test_what_waits_to_be_printed_stays_as_it_was_written(self):
        letter = self.write_letter()
        with self.assertRaisesRegex(UserError, "part of the history"):
            letter.document_id.unlink()
        self.by_collector(letter).action_withdraw()
        letter.document_id.unlink()

    def test_printed_again_as_it_was(self):
        letter = self.write_letter()
        self.post(letter)
        before = letter._get_document()
        self.letter_template.body_html = "<p>Changed</p>"
        self.customer.partner_id.street = "Elsewhere"
        self.by_collector(letter).action_print()
        self.assertEqual(letter._get_document(), before)

    def test_only_letters_are_printed(self):
        email = self.env['dso.action.message'].create(
            {'action_id': self.write_letter().action_id.id, 'kind': 'email'}
        )
        with self.assertRaisesRegex(UserError, "Only letters"):
            email.action_print()


class TestLetterRights(LetterCase):
    def test_reader(self):
        letter = self.write_letter()
        reader = self.create_user('reader')
        for method in ('action_print', 'action_mark_posted', 'action_withdraw'):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(letter.with_user(reader), method)()
        self.assertTrue(letter.is_waiting)
        self.post(letter)
        self.assertTrue(letter.with_user(reader).action_print())  # the history is his to read

    def test_collector_of_another_company(self):
        letter = self.write_letter()
        other = self.create_company()
        stranger = self.create_user(
            'collector', login='stranger', company_id=other.id, company_ids=[other.id]
        )
        for method in ('action_print', 'action_mark_posted', 'action_withdraw', '_get_document'):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(letter.with_user(stranger), method)()

    def test_nobody_writes_a_row(self):
        letter = self.write_letter()
        with self.assertRaises(AccessError):
            self.by_collector(letter).write({'delivery': 'sent'})


class TestLetterOnPaper(LetterCase):
    """Real documents."""

    is_printed = True

    def test_address_stands_in_the_window(self):
        self.customer.partner_id.name = "Azure"
        for side, left in (('left', 20), ('right', 110)):
            with self.subTest(side), self.rolled_back():
                self.company.dso_letter_window = side
                places = self.places(self.write_letter().document_id.raw)
                for text in ("Azure", "1 Main Street"):
                    x, y = places[text]
                    self.assertAlmostEqual(x, left, delta=1.5)
                    self.assertTrue(62 <= y <= 90, f'{text} at {y} mm')

    def test_long_address_stands_in_the_window(self):
        country, states = self.env.ref('base.us'), self.env['res.country.state']
        state = states.search([('country_id', '=', country.id)], limit=1)
        self.env['res.partner'].create(
            {
                'name': "Paula",
                'parent_id': self.customer.partner_id.id,
                'type': 'other',
                'is_collection_contact': True,
                **ADDRESS,
                'street2': "Building B",
                'state_id': state.id,
                'country_id': country.id,
            }
        )
        for street2, lines in (("Building B", 6), ("Building B\nSecond Floor", 7)):
            with self.subTest(lines), self.rolled_back():
                self.customer.partner_id.child_ids.street2 = street2
                letter = self.write_letter()
                self.assertEqual(len(self.env['dso.letter']._get_address(letter.partner_id)), lines)
                _x, y = self.places(letter.document_id.raw)["United States"]
                self.assertTrue(62 <= y <= 89, f'{y} mm')

    def test_text_and_order(self):
        other = self.create_customer("Deco", lang='en_US', **ADDRESS)
        self.create_invoice(other, jan(1), 700, posted=jan(0))
        first, second = self.write_letter(), self.write_letter(other)
        pages = self.read((second | first)._get_document())
        self.assertIn("Deco", pages[0])
        self.assertIn("700.00", pages[0])
        self.assertIn("Azure Interior", pages[1])
        self.assertIn("Pay now", pages[1])

    def test_one_letter_for_a_group(self):
        """The letter shows the codes of both, and the subtotals per customer and currency."""
        self.customer.partner_id.ref = 'H1'
        shop = self.create_customer("Shop One", ref='S1', lang='en_US')
        self.create_invoice(shop, jan(2), 400, posted=jan(0))
        self.create_invoice(shop, jan(3), 300, posted=jan(0), currency_id=self.eur.id)
        shop.group_account_id = self.customer
        self.letter_template.body_html = (
            "<div><p>Per line: #items_list_collection_grouped</p>"
            "<p>#items_list_collection_grouped_splitted</p></div>"
        )
        self.go_to(jan(4))
        action = self.next_action(self.customer)
        action.action_confirm()
        letter = self.write_letter()
        self.assertEqual(letter.action_id, action)
        text = " ".join(self.read(letter.document_id.raw))
        by_line, by_account = text.split("H1 · Azure Interior")
        for code in ('H1', 'S1'):
            self.assertRegex(by_line, rf'{code} INV/')
        self.assertEqual(by_line.count("S1 INV/"), 2)
        head, by_shop = by_account.split("S1 · Shop One", 1)
        self.assertIn("1,000.00", head)
        for subtotal in ("400.00", "300.00", "1,400.00"):
            self.assertIn(subtotal, by_shop)
        self.assertFalse(shop.open_action_ids)


class TestLetterDownload(LetterCase, HttpCase):
    def test_download(self):
        letter = self.write_letter()
        address = self.by_collector(letter).action_print()['url']
        self.authenticate('ann', 'ann')
        response = self.url_open(address)
        self.assertEqual(response.headers['Content-Type'], 'application/pdf')
        self.assertEqual(response.content, letter.document_id.raw)

    def test_no_letter(self):
        self.authenticate('ann', 'ann')
        self.assertEqual(self.url_open('/dso_collection/letters/none').status_code, 404)

    def test_strangers_get_nothing(self):
        address = f'/dso_collection/letters/{self.write_letter().id}'
        response = self.url_open(address, allow_redirects=False)
        self.assertEqual(response.status_code, 303)  # to the login
        new_test_user(self.env, login='customer', groups='base.group_portal')
        self.authenticate('customer', 'customer')
        with mute_logger('odoo.http'):
            response = self.url_open(address)
        self.assertEqual(response.status_code, 403)
