"""Emails from customers through Odoo's own gateway: whose they are, and what is none of them."""

from unittest.mock import patch

from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .common import jan
from .common_replies import NUMBERS, ReplyCase, write_email

GMAIL = """\
<div dir="ltr">Bonjour,<div><br></div><div>c'est réglé <b>hier</b>.</div></div><br>
<div class="gmail_quote"><div dir="ltr" class="gmail_attr">Le lun. 4 janv. 2027 à 12:00, Ann Clerk
&lt;ann@seller.example.com&gt; a écrit :<br></div>
<blockquote class="gmail_quote"><p>Please pay</p></blockquote></div>
"""


class TestThreading(ReplyCase):
    """By message, else by sender; what fits no account waits unassigned."""

    def test_an_answer_finds_its_message(self):
        action = self.sent()
        reply = self.answer()
        self.assertEqual((reply.customer_id, reply.action_id), (self.customer, action))
        self.assertEqual((reply.state, reply.kind, reply.subject), ('new', 'email', "Re: Reminder"))
        self.assertEqual(reply.author_id, self.customer.partner_id)
        self.assertEqual((reply.excerpt, reply.collector_id), ("It is paid.", self.collector))
        self.assertEqual(reply.company_id, self.company)
        self.assertEqual(str(reply.date), '2027-01-04 10:00:00')
        self.assertIn(reply.mail_message_id, self.customer.message_ids)

    def test_by_references_alone_from_another_address(self):
        action = self.sent()
        other = f'<other@example.com> {self.reference()}'
        reply = self.answer(In_Reply_To='', References=other, From='boss@elsewhere.example.com')
        self.assertEqual((reply.customer_id, reply.action_id), (self.customer, action))
        self.assertFalse(reply.author_id)
        self.assertEqual(reply.email_from, 'boss@elsewhere.example.com')

    def test_an_answer_further_down_the_thread_keeps_its_action(self):
        action = self.sent()
        first = self.reference()
        self.answer(Message_ID='<one@customer.example.com>')
        references = f'{first} <one@customer.example.com>'
        reply = self.answer(In_Reply_To='<one@customer.example.com>', References=references)
        self.assertEqual(reply.action_id, action)

    def test_a_message_to_another_customer_is_not_what_was_answered(self):
        other = self.create_customer("Ready Mat")
        other.collector_id = self.collector
        self.create_invoice(other, jan(1), posted=jan(0))
        action = self.sent()
        own = self.reference()
        self.sent(other)
        theirs = self.reference()
        first = self.answer(In_Reply_To=own)
        references = f'{theirs} {first.message_ref}'
        reply = self.answer(In_Reply_To=first.message_ref, References=references)
        self.assertEqual((reply.customer_id, reply.action_id), (self.customer, action))

    def test_the_time_of_a_wrong_clock_is_not_believed(self):
        self.sent()
        reply = self.answer(Date='Mon, 04 Jan 2094 11:00:00 +0100')
        self.assertEqual(str(reply.date), '2027-01-04 12:00:00')

    def test_by_sender(self):
        reply = self.write_anew()
        self.assertEqual(reply.customer_id, self.customer)
        self.assertFalse(reply.action_id)
        self.assertIn(reply.mail_message_id, self.customer.message_ids)

    def test_a_contact_of_the_customer_speaks_for_it(self):
        self.env['res.partner'].create(
            {'name': "Eve", 'email': 'eve@example.com', 'parent_id': self.customer.partner_id.id}
        )
        self.assertEqual(self.write_anew(From='eve@example.com').customer_id, self.customer)

    def test_strangers_at_the_catchall_are_told_by_core(self):
        self.server.messages.clear()
        self.assertFalse(self.write_anew(From='stranger@example.com'))
        self.run_queue()
        self.assertEqual(self.server.messages[-1]['X-Rcpt'], 'stranger@example.com')

    def test_unknown_sender_waits_unassigned(self):
        self.create_alias(self.company)
        reply = self.write_anew(
            "Who are you?", From='x@example.com', to='collection@seller.example.com'
        )
        self.assertFalse(reply.customer_id)
        self.assertEqual((reply.state, reply.company_id), ('new', self.company))
        self.assertEqual((reply.excerpt, reply.sender_name), ("Who are you?", 'x@example.com'))
        self.assertEqual(reply.mail_message_id.res_id, reply.id)

    def test_what_follows_an_unassigned_email_waits_too(self):
        other = self.create_customer("Azure Exterior", email='azure.interior@example.com')
        first = self.write_anew("Whose am I?")
        second = self.answer("Here is the proof.", In_Reply_To=first.message_ref)
        self.assertEqual((second.state, second.excerpt), ('new', "Here is the proof."))
        self.assertEqual(second.company_id, self.company)
        self.assertEqual(second.mail_message_id.res_id, second.id)
        other.partner_id.email = False
        third = self.answer("Me again.", In_Reply_To=first.message_ref)
        self.assertEqual(third.customer_id, self.customer)

    def test_one_mailbox_without_a_domain(self):
        self.company.alias_domain_id = False
        action = self.sent()
        self.assertIn('ann@seller.example.com', str(self.server.messages[-1]['Reply-To']))
        to = 'ann@seller.example.com'
        email = write_email(to=to, In_Reply_To=self.reference())
        self.assertEqual(self.receive(email, model='dso.customer').action_id, action)
        reply = self.receive(write_email(to=to), model='dso.customer')
        self.assertEqual(reply.customer_id, self.customer)
        reply = self.receive(write_email(to=to, From='x@example.com'), model='dso.customer')
        self.assertFalse(reply.customer_id)

    def test_two_accounts_of_one_sender(self):
        other = self.create_customer("Azure Exterior", email='azure.interior@example.com')
        reply = self.write_anew()
        self.assertFalse(reply.customer_id)
        self.assertEqual(reply.company_id, self.company)
        # A message that was answered tells which of them it is.
        other.collector_id = self.collector
        self.create_invoice(other, jan(1), posted=jan(0))
        self.sent(other)
        self.assertEqual(self.answer().customer_id, other)

    def test_accounts_collected_together_are_one(self):
        shop = self.create_customer("Azure Shop", email='azure.interior@example.com')
        shop.group_account_id = self.customer
        self.assertEqual(self.write_anew().customer_id, self.customer)

    def test_the_answer_to_a_group_goes_to_its_account(self):
        shop = self.create_customer("Azure Shop")
        self.create_invoice(shop, jan(1), posted=jan(0))
        shop.group_account_id = self.customer
        self.customer.regrouped_on = False
        action = self.sent()
        reply = self.answer(From='azure.shop@example.com')
        self.assertEqual((reply.customer_id, reply.action_id), (self.customer, action))

    def test_each_company_at_its_own_address(self):
        other = self.create_company()
        other.alias_domain_id = self.create_domain('second.example.com')
        theirs = self.env['dso.customer']._get_or_create(self.customer.partner_id, other)
        self.assertEqual(self.write_anew().customer_id, self.customer)
        reply = self.write_anew(to='catchall@second.example.com')
        self.assertEqual((reply.customer_id, reply.company_id), (theirs, other))

    def test_two_companies_at_one_address(self):
        other = self.create_company()
        other.alias_domain_id = self.domain
        theirs = self.env['dso.customer']._get_or_create(self.customer.partner_id, other)
        reply = self.write_anew()
        self.assertFalse(reply.customer_id)
        self.assertFalse(reply.company_id)
        self.create_alias(other, 'second', company_id=other.id)
        reply = self.write_anew(to='second@seller.example.com')
        self.assertEqual(reply.customer_id, theirs)

    def test_the_address_of_collection_is_where_customers_answer(self):
        self.create_alias(self.company, 'elsewhere', company_id=self.create_company().id)
        self.create_alias(self.company)
        action = self.sent()
        self.assertIn('collection@seller.example.com', self.server.messages[-1]['Reply-To'])
        reply = self.answer(to='collection@seller.example.com')
        self.assertEqual((reply.customer_id, reply.action_id), (self.customer, action))

    def test_comment_on_the_page_of_the_customer(self):
        partner = self.customer.partner_id
        self.customer.message_post(
            body="We never got it", author_id=partner.id, message_type='comment',
            subtype_xmlid='mail.mt_comment',
        )  # fmt: skip
        reply = self.customer.reply_ids
        self.assertEqual((reply.kind, reply.excerpt), ('comment', "We never got it"))
        self.assertEqual(reply.author_id, partner)


class TestContent(ReplyCase):
    """The excerpt is what was written; the rest is kept with the message."""

    def setUp(self):
        super().setUp()
        self.sent()

    def test_html_with_quoted_history_and_accents(self):
        email = write_email("texte", In_Reply_To=self.reference())
        email.add_alternative(GMAIL, subtype='html', charset='iso-8859-1')
        reply = self.receive(email)
        self.assertEqual(reply.excerpt, "Bonjour,\n\nc'est réglé hier.")
        self.assertIn("Please pay", reply.body)

    def test_french_encodings(self):
        raw = (
            "From: =?iso-8859-15?Q?Am=E9lie_Lef=E8vre?= <azure.interior@example.com>\n"
            "To: catchall@seller.example.com\nMessage-ID: <fr@customer.example.com>\n"
            "Subject: =?utf-8?B?UsOpZ2zDqQ==?=\n"
            f"In-Reply-To: {self.reference()}\nMIME-Version: 1.0\n"
            "Content-Type: text/plain; charset=iso-8859-15\n"
            "Content-Transfer-Encoding: quoted-printable\n\n"
            "R=E9gl=E9 : 12 =A4\n\nLe 4 janvier 2027, Ann a =E9crit :\n> Payez\n"
        )
        reply = self.receive(raw)
        self.assertEqual((reply.subject, reply.excerpt), ("Réglé", "Réglé : 12 €"))
        self.assertEqual(reply.sender_name, "Amélie Lefèvre")

    def test_attachments_are_kept(self):
        email = write_email(In_Reply_To=self.reference())
        self.attach(email, "Avis.pdf")
        reply = self.receive(email)
        self.assertEqual(reply.attachment_ids.mapped('name'), ["Avis.pdf"])
        self.assertEqual(reply.attachment_ids.res_model, 'dso.customer')

    def test_without_any_text(self):
        reply = self.answer("", Subject='')
        self.assertEqual((reply.excerpt, reply.display_name), ('', "Azure Interior"))

    def test_long_texts_are_cut(self):
        self.assertEqual(len(self.answer("word " * 5000).excerpt), 4000)


class TestNoReplies(ReplyCase):
    """Machines, users and what was taken before."""

    def setUp(self):
        super().setUp()
        self.action = self.sent()

    def test_out_of_office_stands_in_the_chatter_and_waits_for_nobody(self):
        for number, headers in enumerate(
            (
                {'Auto_Submitted': 'auto-replied'},
                {'X_Autoreply': 'yes'},
                {'Precedence': 'auto_reply'},
                {'Return_Path': '<>'},
            )
        ):
            self.assertFalse(self.answer(f"Away {number}", **headers))
            self.assertIn(f"Away {number}", self.customer.message_ids[0].body)

    def test_automatic_mail_of_nobody_is_kept_without_waiting(self):
        self.create_alias(self.company)
        reply = self.write_anew(
            From='robot@example.com', to='collection@seller.example.com',
            Auto_Submitted='auto-generated',
        )  # fmt: skip
        self.assertEqual((reply.state, reply.reason), ('discarded', "Automatic answer"))

    def test_bounce(self):
        self.assertFalse(self.report('failed'))
        self.assertEqual(self.action.delivery, 'bounced')

    def test_a_late_delivery_and_a_receipt_are_no_bounce(self):
        self.assertFalse(self.report('delayed'))
        self.assertFalse(self.report('displayed', kind='disposition-notification'))
        self.assertEqual(self.action.delivery, 'sent')

    def report(self, action, kind='delivery-status'):
        part = 'message/delivery-status' if kind == 'delivery-status' else 'text/plain'
        number = next(NUMBERS)
        return self.receive(
            "From: MAILER-DAEMON@customer.example.com\nTo: bounce@seller.example.com\n"
            f"Message-ID: <report{number}@customer.example.com>\nMIME-Version: 1.0\n"
            f"Content-Type: multipart/report; report-type={kind}; boundary=B\n\n"
            f"--B\nContent-Type: text/plain\n\nReport\n\n--B\nContent-Type: {part}\n\n"
            "Reporting-MTA: dns; mx\n\n"
            f"Final-Recipient: rfc822; azure.interior@example.com\nAction: {action}\n\n"
            "--B\nContent-Type: message/rfc822\n\n"
            f"Message-ID: {self.reference()}\n\nPlease pay\n\n--B--\n"
        )

    def test_the_same_email_twice(self):
        email = write_email(In_Reply_To=self.reference())
        self.assertTrue(self.receive(email))
        self.assertFalse(self.receive(email))
        # Whoever deletes the message does not make it new.
        self.env['dso.reply'].search([]).mail_message_id.unlink()
        self.assertFalse(self.receive(email))
        self.assertEqual(len(self.customer.reply_ids), 1)

    def test_the_same_unassigned_email_twice(self):
        self.create_alias(self.company)
        email = write_email(From='x@example.com', to='collection@seller.example.com')
        self.assertTrue(self.receive(email))
        self.env['dso.reply'].search([]).mail_message_id.unlink()
        self.assertFalse(self.receive(email))

    def test_the_same_email_at_two_addresses_at_once(self):
        """What another worker has just committed is not seen yet."""
        self.create_alias(self.company)
        replies = type(self.env['dso.reply'])
        for headers, states in (
            ({'In_Reply_To': self.reference()}, []),
            ({'From': 'x@example.com', 'to': 'collection@seller.example.com'}, ['discarded']),
        ):
            email = write_email(**headers)
            self.receive(email).mail_message_id.unlink()
            with (
                self.subTest(headers=headers),
                patch.object(replies, '_is_known', lambda reply, *args: reply.browse()),
                mute_logger('odoo.sql_db'),
            ):
                twice = self.receive(email)
                self.assertEqual(twice.mapped('state'), states)

    def test_users_do_not_reply(self):
        reference = self.reference()
        self.assertFalse(self.answer(From=self.collector.email, In_Reply_To=reference))
        self.customer.with_user(self.collector).message_post(
            body="Called them", message_type='comment', subtype_xmlid='mail.mt_comment'
        )
        self.assertFalse(self.customer.reply_ids)
        new_test_user(self.env, 'portal_reply', 'base.group_portal', email='p@example.com')
        self.server.messages.clear()
        self.assertTrue(self.answer(From='p@example.com', In_Reply_To=reference))

    def test_what_others_than_collection_send_is_left_alone(self):
        partner = self.customer.partner_id
        posted = partner.message_post(body="Hello", message_type='comment')
        self.assertFalse(self.answer(In_Reply_To=posted.message_id))
