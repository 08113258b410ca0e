"""Letters that the postal service prints and posts: handed over once, and what came of it."""

import io
from unittest.mock import patch

from odoo.addons.iap.tools import iap_tools
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools.pdf import PdfFileReader

from odoo.addons.dso_collection.tests.common import jan
from odoo.addons.dso_collection.tests.test_letters import ADDRESS, LetterCase

from .postal_service import PostalService


class PostCase(LetterCase):
    """The reminder of day 3 is a letter, of a company that has its letters posted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = PostalService()
        cls.startClassPatcher(patch.object(iap_tools, 'iap_jsonrpc', cls.service.jsonrpc))
        cls.address = {**ADDRESS, 'country_id': cls.env.ref('base.us').id}
        cls.customer.partner_id.write(cls.address)
        cls.company.paperformat_id = cls.env.ref('base.paperformat_euro')
        cls.company.dso_post_letters = True
        cls.scenario.step_ids.filtered(lambda step: step.delay == 3).action_type = 'letter'

    def setUp(self):
        super().setUp()
        self.service.accept()

    def create_late_customers(self, count):
        customers = self.env['dso.customer']
        for n in range(count):
            customer = self.create_customer(f"Late {n}", lang='en_US', **self.address)
            self.create_invoice(customer, jan(1), posted=jan(0))
            customers |= customer
        return customers

    def run_post(self):
        """Let the snailmail module post what waits, as its scheduled action does."""
        with self.enter_registry_test_mode():
            self.env.ref('snailmail.snailmail_print').method_direct_trigger()

    def assertFailed(self, letter, code, words):
        self.assertEqual((letter.delivery, letter.failure_code), ('failed', code))
        self.assertError(letter.action_id, code, words)
        self.assertIn(words, letter.failure)


class TestPost(PostCase):
    def test_waits_for_the_service(self):
        letter = self.write_letter()
        action = letter.action_id
        self.assertEqual((action.state, letter.delivery), ('sending', 'queued'))
        self.assertFalse(letter.is_waiting)
        self.assertFalse(action.has_letter_waiting)
        self.assertIn("waits for the postal service", action.explanation)
        self.assertTrue(self.triggers('snailmail.snailmail_print'))
        self.assertNotIn(letter, letter.search([('is_waiting', '=', True)]))
        self.assertEqual(letter.mail_message_id.notification_ids.letter_id.state, 'pending')

    def test_accepted(self):
        letter = self.write_letter()
        self.go_to(jan(5))
        self.run_post()
        [posted] = self.service.letters
        self.assertEqual(posted['pdf_bin'], letter.document_id.raw)
        self.assertEqual(posted['address']['street'], "1 Main Street")
        action = letter.action_id
        self.assertEqual((action.state, action.delivery), ('done', 'sent'))
        self.assertEqual((letter.delivery, letter.posted_on.date()), ('sent', jan(5)))
        self.plan(self.customer)
        self.assertEqual(self.customer.last_contact_date, jan(5))

    def test_posted_once(self):
        letter = self.write_letter()
        self.run_post()
        self.run_post()
        letter.snailmail_letter_id._snailmail_print()
        self.assertEqual(len(self.service.letters), 1)

    def test_nothing_is_added_to_the_chatter(self):
        before = self.customer.message_ids
        letter = self.write_letter()
        self.run_post()
        self.assertEqual(self.customer.message_ids - before, letter.mail_message_id)

    def test_letter_is_evidence(self):
        letter = self.write_letter()
        for _moment in ("waiting", "posted"):
            with self.assertRaisesRegex(UserError, "part of the history"):
                letter.document_id.unlink()
            self.run_post()
        self.assertTrue(self.by_collector(letter).action_print())

    def test_copy_can_be_read_while_it_waits(self):
        letter = self.write_letter()
        self.by_collector(letter).action_print()
        self.assertFalse(letter.printed_on)
        with self.assertRaisesRegex(UserError, "Only letters that wait"):
            self.by_collector(letter).action_mark_posted()

    def test_registered_letters_are_printed(self):
        self.step(3).action_type = 'registered_letter'
        letter = self.write_letter()
        self.assertTrue(letter.is_waiting)
        self.assertFalse(letter.snailmail_letter_id)

    def test_company_that_prints_itself(self):
        self.company.dso_post_letters = False
        letter = self.write_letter()
        self.assertTrue(letter.is_waiting)
        self.run_post()
        self.assertFalse(self.service.letters)

    def test_off_by_default(self):
        self.assertFalse(self.create_company().dso_post_letters)

    def test_beside_an_email(self):
        self.step(3).write({'action_type': 'email', 'also_letter': True})
        self.go_to(jan(4))
        action = self.send(self.next_action(self.customer))
        letter = action.sent_message_ids.filtered(lambda m: m.kind == 'letter')
        self.service.refuse('NO_PRICE_AVAILABLE')
        self.run_post()
        self.assertEqual((action.state, letter.failure_code), ('done', 'post_country'))

    def test_side_of_the_address(self):
        for side, expected in (('left', 0), ('right', None)):
            with self.subTest(side), self.rolled_back():
                self.company.dso_letter_window = side
                letter = self.write_letter().snailmail_letter_id
                [document] = letter._snailmail_create('print')['documents']
                self.assertEqual(document.get('rightaddress'), expected)

    def test_cost_does_not_depend_on_the_number(self):
        customers = self.create_late_customers(11)
        self.go_to(jan(4))
        actions = self.env['dso.action'].union(*map(self.next_action, customers))
        parts = (actions[:2], actions[2:5], actions[5:11])
        counts = [self.queries(self.dispatch, part) for part in parts]
        self.assertEqual(counts[1], counts[2], counts)
        domain = self.env['dso.action.message']._domain_queued_letters()
        self.assertEqual(self.env['dso.action.message'].search_count(domain), 11)
        letters = [self.env['dso.action.message'].browse(p.sent_message_ids.ids) for p in parts]
        counts = [self.queries(part._take_back) for part in letters]
        self.assertEqual(counts[1], counts[2], counts)
        self.assertEqual(self.env['dso.action.message'].search_count(domain), 0)


class TestPostRefused(PostCase):
    def test_answers(self):
        letters = {
            'CREDIT_ERROR': ('post_credit', "buy credit"),
            'TRIAL_ERROR': ('post_account', "register for Snailmail"),
            'NO_PRICE_AVAILABLE': ('post_country', "does not serve the country"),
            'MISSING_REQUIRED_FIELDS': ('post_address', "complete the contact"),
            'FORMAT_ERROR': ('post_format', "refused the document"),
            'WHATEVER': ('post_unknown', "ask there before you retry"),
        }
        for answer, (code, words) in letters.items():
            with self.subTest(answer), self.rolled_back():
                letter = self.write_letter()
                self.service.refuse(answer)
                self.run_post()
                self.assertFailed(letter, code, words)
                self.service.accept()
                self.run_post()
                self.assertFalse(self.service.letters, "the action is retried, not the letter")

    def test_country_missing(self):
        self.customer.partner_id.country_id = False
        letter = self.write_letter()
        self.run_post()
        self.assertFailed(letter, 'post_address', "country of Azure Interior")

    def test_no_answer(self):
        letter = self.write_letter()
        self.service.be_silent()
        self.run_post()
        self.assertFailed(letter, 'post_unknown', "may have posted the letter")
        self.service.accept()
        self.run_post()
        self.assertFalse(self.service.letters)

    def test_without_credit_the_others_wait(self):
        letters = self.write_letter() | self.write_letter(self.create_late_customers(1))
        self.service.refuse('CREDIT_ERROR')
        self.run_post()
        self.assertEqual(sorted(letters.mapped('delivery')), ['failed', 'queued'])
        self.service.accept()
        self.run_post()
        self.assertEqual(sorted(letters.mapped('delivery')), ['failed', 'sent'])

    def test_written_anew(self):
        letter = self.write_letter()
        self.service.refuse('CREDIT_ERROR')
        self.run_post()
        self.service.accept()
        self.pay(self.customer, 400, self.invoice)
        action = letter.action_id
        with self.assertRaisesRegex(UserError, "Retry the action"):
            letter.snailmail_letter_id.snailmail_print()
        action.with_user(self.collector).action_send_now()
        self.run_post()
        self.assertEqual((action.state, len(self.service.letters)), ('done', 1))
        self.assertIn("600.00", self.service.letters[0]['pdf_bin'].decode())

    def test_result_that_nobody_has_read(self):
        letter = self.write_letter()
        with patch.object(self.registry['dso.action.message'], '_settle_or_later'):
            self.run_post()
        self.assertEqual(letter.delivery, 'queued')
        self.run_cron()
        self.assertEqual((letter.delivery, letter.action_id.state), ('sent', 'done'))


class TestPostWithdrawn(PostCase):
    def assertWithdrawn(self, letter):
        self.assertEqual((letter.delivery, letter.failure_code), ('failed', 'withdrawn'))
        self.run_post()
        self.assertFalse(self.service.letters)

    def test_paid_before_it_left(self):
        letter = self.write_letter()
        self.pay(self.customer, 1000, self.invoice)
        self.run_cron()
        self.assertWithdrawn(letter)
        self.plan(self.customer)
        self.assertEqual(letter.action_id.state, 'cancelled')

    def test_on_hold_before_it_left(self):
        letter = self.write_letter()
        self.customer.hold_reason = 'legal'
        self.run_cron()
        self.assertWithdrawn(letter)

    def test_pausing_takes_it_back(self):
        letter = self.write_letter()
        self.company.dso_paused = True
        self.assertWithdrawn(letter)
        self.assertEqual(letter.action_id.state, 'planned')

    def test_cancelled_in_the_queue(self):
        letter = self.write_letter()
        letter.snailmail_letter_id.cancel()
        self.assertWithdrawn(letter)
        self.assertError(letter.action_id, 'withdrawn')

    def test_paid_after_it_left(self):
        letter = self.write_letter()
        self.run_post()
        self.pay(self.customer, 1000, self.invoice)
        self.run_cron()
        self.assertEqual((letter.delivery, letter.action_id.state), ('sent', 'done'))

    def test_company_that_prints_again(self):
        letter = self.write_letter()
        self.company.dso_post_letters = False
        self.assertEqual((letter.delivery, letter.is_waiting), ('queued', True))
        self.run_post()
        self.assertFalse(self.service.letters)
        self.assertIs(self.post(letter), True)
        self.assertEqual(letter.action_id.state, 'done')


class TestPostSettings(PostCase):
    def test_only_a4(self):
        self.company.dso_post_letters = False
        self.company.paperformat_id = self.env.ref('base.paperformat_us')
        with self.assertRaisesRegex(ValidationError, "takes A4 only"):
            self.company.dso_post_letters = True

    def test_settings_of_a_branch_are_those_of_its_root(self):
        branch = self.create_company("Branch", parent_id=self.company.id)
        settings = self.env['res.config.settings'].with_company(branch).create({})
        self.assertTrue(settings.dso_post_letters)

    def test_nobody_changes_what_is_posted(self):
        letter = self.write_letter()
        for user in (self.collector, self.create_user('reader'), self.create_user('manager')):
            with self.subTest(user.login), self.assertRaises(AccessError):
                letter.with_user(user).write({'snailmail_letter_id': False})

    def test_of_another_company(self):
        letter = self.write_letter()
        self.create_company().dso_post_letters = False
        self.assertFalse(letter.is_waiting, "another company has nothing to give back")


class TestPostOnPaper(PostCase):
    """Real documents hold what the service checks: A4, free margins, an address in its place."""

    is_printed = True

    def test_page(self):
        self.customer.partner_id.name = "Azure"
        for side, left in (('left', 20), ('right', 118)):
            with self.subTest(side), self.rolled_back():
                self.company.dso_letter_window = side
                document = self.write_letter().document_id.raw
                box = PdfFileReader(io.BytesIO(document)).pages[0].mediabox
                self.assertAlmostEqual(float(box.width), 595, delta=2)
                self.assertAlmostEqual(float(box.height), 842, delta=2)
                places = self.places(document)
                for text in ("Azure", "1 Main Street"):
                    x, y = places[text]
                    self.assertAlmostEqual(x, left, delta=1.5)
                    self.assertTrue(60 <= y <= 85, f'{text} at {y} mm')
                for text, (x, y) in places.items():
                    self.assertTrue(5 < x < 205 and 5 < y < 282, f'{text} at {x} {y}')
