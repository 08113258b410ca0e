"""What a server's answers and the statuses of core mean, without a database."""

from unittest import TestCase

from ..tools import delivery
from ..tools.delivery import Fate
from ..tools.sms_text import sms_size

REFUSED = (
    "Mail Delivery Failed\nMail delivery failed via SMTP server 'None'.\n"
    "SMTPRecipientsRefused: {'nobody@example.com': (550, b'5.1.1 No such user')}"
)
BUSY = "Mail Delivery Failed\nSMTPDataError: (451, b'4.3.2 Try again later')"
MIXED = "SMTPRecipientsRefused: {'a@b.c': (550, b'No'), 'd@e.f': (450, b\"Can't now\")}"
TIMEOUT = "Mail Delivery Failed\nTimeoutError: timed out"


class TestWords(TestCase):
    def test_the_answer_of_the_server(self):
        self.assertEqual(delivery.words(REFUSED), "550 5.1.1 No such user")

    def test_several_answers(self):
        self.assertEqual(delivery.words(MIXED), "550 No; 450 Can't now")

    def test_bytes_that_are_no_text(self):
        self.assertEqual(delivery.words("(554, b'caf\\xe9\\r\\nclosed')"), "554 caf� closed")

    def test_no_answer(self):
        self.assertEqual(delivery.words(TIMEOUT), "TimeoutError: timed out")
        self.assertEqual(delivery.words(False), "")

    def test_long_texts_are_cut(self):
        self.assertEqual(len(delivery.words("x" * 5000)), delivery.MAX_WORDS)


class TestFate(TestCase):
    def fate(self, *statuses, failure='unknown', text='', live=False, retries=0):
        return delivery.fate(set(statuses), failure, text, live, retries)

    def test_waiting(self):
        self.assertEqual(self.fate('ready', live=True), Fate('queued'))

    def test_removed_from_the_queue(self):
        self.assertEqual(self.fate('ready'), Fate('failed', 'lost'))
        self.assertEqual(self.fate(), Fate('failed', 'lost'))

    def test_sent(self):
        self.assertEqual(self.fate('sent'), Fate('sent'))

    def test_one_address_of_two_reached(self):
        self.assertEqual(self.fate('sent', 'bounce'), Fate('sent'))

    def test_bounced(self):
        self.assertEqual(self.fate('bounce', text="Box full").delivery, 'bounced')

    def test_refused_for_good(self):
        fate = self.fate('exception', text=REFUSED)
        self.assertEqual(fate, Fate('failed', 'refused', "550 5.1.1 No such user"))

    def test_refused_for_now(self):
        for text in (BUSY, MIXED, TIMEOUT, ''):
            self.assertTrue(self.fate('exception', text=text).is_retried, text)

    def test_no_connection_even_when_the_server_says_no(self):
        text = "(535, b'Authentication failed')"
        self.assertTrue(self.fate('exception', failure='mail_smtp', text=text).is_retried)

    def test_the_last_try(self):
        fate = self.fate('exception', text=BUSY, retries=len(delivery.RETRY_MINUTES))
        self.assertEqual(fate, Fate('failed', 'connection', "451 4.3.2 Try again later"))

    def test_failures_that_core_names(self):
        codes = {
            'mail_email_invalid': 'invalid_recipient',
            'mail_email_missing': 'no_recipient',
            'mail_from_missing': 'no_sender',
            'mail_bl': 'blacklisted',
        }
        for failure, code in codes.items():
            self.assertEqual(self.fate('exception', failure=failure).code, code)


class TestSmsSize(TestCase):
    def test_size(self):
        for text, expected in (
            ("", ('GSM-7', 0, 1)),
            ("a" * 160, ('GSM-7', 160, 1)),
            ("a" * 161, ('GSM-7', 161, 2)),
            ("a" * 153 * 2 + "a", ('GSM-7', 307, 3)),
            ("€" * 80, ('GSM-7', 160, 1)),
            ("ж" * 70, ('UCS-2', 70, 1)),
            ("ж" * 71, ('UCS-2', 71, 2)),
            ("\N{GRINNING FACE}", ('UCS-2', 2, 1)),
        ):
            with self.subTest(text[:3], length=len(text)):
                self.assertEqual(sms_size(text), expected)


class TestSmsFate(TestCase):
    def test_what_the_provider_has_taken_is_sent(self):
        for status in ('process', 'pending', 'sent'):
            self.assertEqual(delivery.sms_fate(status, '', '', False, False), Fate('sent'))

    def test_refused_before_and_after(self):
        fate = delivery.sms_fate('exception', 'sms_credit', '', False, False)
        self.assertEqual(fate, Fate('failed', 'sms_credit'))
        fate = delivery.sms_fate('exception', 'sms_expired', 'Phone off', False, True)
        self.assertEqual(fate, Fate('bounced', 'sms_refused', 'Phone off'))

    def test_waiting_or_gone(self):
        self.assertEqual(delivery.sms_fate('ready', '', '', True, False), Fate('queued'))
        self.assertEqual(delivery.sms_fate('ready', '', '', False, False), Fate('failed', 'lost'))
