"""What an email says without its quotes, and whether a person wrote it, without a database."""

import email
import email.policy
import time
from unittest import TestCase

from ..tools import inbound, quotes

REPORT = """\
From: mail@example.com
Content-Type: multipart/report; report-type={type}; boundary="B"

--B
Content-Type: text/plain

Report
--B
Content-Type: {part}

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; pay@example.com
Action: {action}
--B--
"""


def message(**headers):
    """An email with headers, whose names have underscores here."""
    lines = [f'{name.replace("_", "-")}: {value}' for name, value in headers.items()]
    return parse('\n'.join(['From: a@example.com', *lines, '', 'Hello']))


def parse(raw):
    return email.message_from_string(raw, policy=email.policy.SMTP)


class TestOwnWords(TestCase):
    def check(self, body, expected):
        self.assertEqual(quotes.own_words(body), expected)

    def test_nothing(self):
        for body in (None, False, '', '  ', '<!-- only a comment -->'):
            self.check(body, '')

    def test_lines_of_html(self):
        self.check('<div>Bonjour,</div><div>payé <b>hier</b>.<br/>A. Morel</div>',
                   "Bonjour,\n\npayé hier.\nA. Morel")  # fmt: skip

    def test_marked_quotes_are_left_out_with_what_follows_kept(self):
        self.check(
            '<p>Paid.</p><blockquote data-o-mail-quote="1">Please pay</blockquote><p>Bye.</p>',
            "Paid.\n\nBye.",
        )

    def test_lines_of_plain_text(self):
        self.check('<pre>One\ntwo\n\n\n\nthree</pre>', "One\ntwo\n\nthree")

    def test_introduction_and_quoted_lines(self):
        for introduction in (
            "On Mon, 4 Jan 2027 at 12:00, Ann Clerk wrote:",
            "On Mon, 4 Jan 2027 at 12:00, Ann Clerk\n&lt;ann@seller.example.com&gt; wrote:",
            "Le lun. 4 janv. 2027 à 12:00, Ann Clerk a écrit\N{NO-BREAK SPACE}:",
            "Am 04.01.27 um 12:00 schrieb Ann Clerk:",
            "El lun, 4 ene 2027 a las 12:00, Ann Clerk escribió:",
        ):
            with self.subTest(introduction=introduction):
                self.check(f"<pre>Paid.\n\n{introduction}\n</pre>", "Paid.")
                quoted = f"{introduction}\n\n&gt; Please pay\n&gt; Ann"
                self.check(f"<pre>Paid.\n\n{quoted}</pre>", "Paid.")

    def test_a_sentence_is_no_introduction(self):
        self.check(
            "<pre>On Monday my colleague wrote:\nthe goods are broken.</pre>",
            "On Monday my colleague wrote:\nthe goods are broken.",
        )

    def test_answers_between_quoted_lines(self):
        self.check(
            "<pre>&gt; Invoice 12?\nPaid on Monday.\n&gt; Invoice 13?\nWe never got it.</pre>",
            "Paid on Monday.\nWe never got it.",
        )

    def test_history_below_a_separator(self):
        for separator in (
            "-----Original Message-----",
            "-----Message d'origine-----",
            "________________________________\nDe\N{NO-BREAK SPACE}: Ann\nEnvoyé : lundi",
            "From: Ann Clerk\nSent: Monday\nTo: Us",
            "Von: Ann Clerk\n\nGesendet: Montag",
        ):
            with self.subTest(separator=separator):
                self.check(f"<pre>Paid.\n{separator}\nPlease pay</pre>", "Paid.")

    def test_a_line_with_a_colon_is_no_history(self):
        text = "De : notre banque\nVirement fait."
        self.check(f"<pre>{text}</pre>", text)

    def test_all_of_it_when_nothing_stands_outside_of_quotes(self):
        self.check('<blockquote data-o-mail-quote="1">I agree</blockquote>', "I agree")
        self.check("<pre>&gt; I agree</pre>", "> I agree")

    def test_what_is_no_text(self):
        self.check('<style>p {}</style><p>Paid.</p><script>alert(1)</script>', "Paid.")

    def test_deep_and_long_texts(self):
        deep = '<div>' * 200 + "Paid." + '</div>' * 200
        self.check(deep, "Paid.")
        long = "On " + "word " * 30000
        self.check(f"<p>{long}</p>", long.strip())

    def test_a_huge_mail_takes_no_time(self):
        lines = "On a sunny day Ann Clerk wrote:\n" * 40000
        start = time.process_time()
        quotes.own_words(f"<pre>{lines}</pre>")
        self.assertLess(time.process_time() - start, 3)


class TestAutomatic(TestCase):
    def test_people(self):
        for headers in (
            {},
            {'Auto_Submitted': 'no'},
            {'Precedence': 'list'},
            {'X_Auto_Response_Suppress': 'All'},
            {'Precedence': 'bulk', 'In_Reply_To': '<1@seller.example.com>'},
            {'Return_Path': '<a@example.com>'},
        ):
            with self.subTest(headers=headers):
                self.assertFalse(inbound.is_automatic(message(**headers)))

    def test_machines(self):
        for headers in (
            {'Auto_Submitted': 'auto-replied'},
            {'Auto_Submitted': 'auto-generated; owner-email="a@example.com"'},
            {'X_Autoreply': 'yes'},
            {'X_Autorespond': 'Away'},
            {'Precedence': 'auto_reply'},
            {'Precedence': 'Bulk'},
            {'Return_Path': '<>'},
        ):
            with self.subTest(headers=headers):
                self.assertTrue(inbound.is_automatic(message(**headers)))


class TestReports(TestCase):
    def report(self, action, kind='delivery-status'):
        part = 'message/delivery-status' if kind == 'delivery-status' else 'text/plain'
        return parse(REPORT.format(type=kind, part=part, action=action))

    def test_bounces_harm(self):
        self.assertFalse(inbound.is_harmless_report(self.report('failed')))
        self.assertFalse(inbound.is_harmless_report(message()))

    def test_delays_and_receipts_do_not(self):
        for action in ('delayed', 'Relayed', 'delivered'):
            self.assertTrue(inbound.is_harmless_report(self.report(action)))
        receipt = self.report('displayed', kind='disposition-notification')
        self.assertTrue(inbound.is_harmless_report(receipt))
        receipt = self.report('displayed', kind='Disposition-Notification')
        self.assertTrue(inbound.is_harmless_report(receipt))

    def test_a_report_that_says_nothing_is_a_bounce(self):
        self.assertFalse(inbound.is_harmless_report(self.report('')))
