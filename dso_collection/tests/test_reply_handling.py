"""What collectors do with replies, and who may."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tests import new_test_user

from .common import jan
from .common_replies import ReplyCase, write_email


class TestHandling(ReplyCase):
    """What collectors do with replies, one or many."""

    def setUp(self):
        super().setUp()
        self.sent()
        self.reply = self.answer()
        self.mine = self.reply.with_user(self.collector)

    def unassigned(self, **headers):
        headers = {'From': 'x@example.com', 'to': 'collection@seller.example.com', **headers}
        if not self.env['mail.alias'].search([('alias_name', '=', 'collection')]):
            self.create_alias(self.company)
        return self.write_anew(**headers)

    def compose(self, replies, **vals):
        """Answer in the mail composer."""
        action = replies.action_answer()
        composer = self.env['mail.compose.message'].with_user(self.collector)
        composer = composer.with_context(action['context'])
        composer = composer.create({'body': "<p>Thank you</p>", **vals})
        self.go_to(self.today, hour=13)
        composer._action_send_mail()
        return composer

    def test_validate(self):
        self.mine.action_validate()
        self.assertEqual(self.reply.state, 'validated')
        self.assertEqual(self.reply.handled_by_id, self.collector)
        self.assertTrue(self.reply.handled_on)
        with self.assertRaisesRegex(UserError, "dealt with already"):
            self.mine.action_validate()

    def test_discard_needs_a_reason(self):
        for reason in ("", "  ", False):
            with self.assertRaisesRegex(UserError, "reason"):
                self.mine.action_discard(reason)
        wizard = self.env['dso.reply.discard'].with_user(self.collector)
        wizard.with_context(active_ids=self.reply.ids).create({'reason': "Spam"}).action_apply()
        self.assertEqual((self.reply.state, self.reply.reason), ('discarded', "Spam"))

    def test_follow_up(self):
        wizard = self.env['dso.reply.follow.up'].with_user(self.collector)
        wizard = wizard.with_context(active_ids=self.reply.ids)
        wizard.create({'action_type': 'call', 'date': jan(11), 'note': "Ask again"}).action_apply()
        action = self.reply.follow_up_id
        self.assertEqual(self.reply.state, 'planned')
        self.assertEqual((action.customer_id, action.origin), (self.customer, 'specific'))
        self.assertEqual((action.action_type, action.mode), ('call', 'manual'))
        self.assertEqual((action.date_planned, action.note), (jan(11), "Ask again"))
        self.assertEqual((action.state, action.collector_id), ('planned', self.collector))

    def test_follow_up_of_a_member_stands_on_its_group(self):
        lead = self.create_customer("Azure Group")
        self.customer.group_account_id = lead
        self.mine.action_follow_up('task', jan(11))
        action = self.reply.follow_up_id
        self.assertEqual((action.customer_id, action.member_id), (lead, self.customer))

    def test_refused_follow_ups(self):
        for action_type, date, words in (
            ('email', jan(11), "a call or a task"),
            ('call', jan(3), "in the past"),
            ('call', False, "a date"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self.mine.action_follow_up(action_type, date)
        self.assertEqual(self.reply.state, 'new')
        self.assertFalse(self.reply.follow_up_id)

    def test_answer(self):
        self.server.messages.clear()
        self.compose(self.mine)
        self.run_queue()
        message = self.server.messages[-1]
        self.assertEqual(message['X-Rcpt'], 'azure.interior@example.com')
        self.assertEqual(message['Subject'], "Re: Reminder")
        self.assertIn(self.reply.message_ref, message['References'])
        self.assertEqual((self.reply.state, self.reply.handled_by_id), ('answered', self.collector))
        self.assertEqual(self.reply.answer_id, self.customer.message_ids[0])

    def test_a_closed_composer_answers_nothing(self):
        self.mine.action_answer()
        self.assertEqual(self.reply.state, 'new')

    def test_an_answer_to_somebody_else_is_none(self):
        other = self.env['res.partner'].create({'name': "Eve", 'email': 'eve@example.com'})
        self.compose(self.mine, partner_ids=[Command.set(other.ids)])
        self.assertEqual(self.reply.state, 'new')

    def test_an_unknown_sender_becomes_a_contact_to_be_answered(self):
        reply = self.answer(From='"Eve Boss" <boss@example.com>')
        self.compose(reply.with_user(self.collector))
        self.assertEqual((reply.state, reply.author_id.name), ('answered', "Eve Boss"))
        self.assertEqual(reply.author_id.parent_id, self.customer.partner_id)

    def test_a_sender_without_an_address_cannot_be_answered(self):
        reply = self.answer(From='nobody at all')
        with self.assertRaisesRegex(UserError, "no address"):
            reply.with_user(self.collector).action_answer()

    def test_answer_several_each_to_its_sender(self):
        other = self.create_customer("Ready Mat")
        self.create_invoice(other, jan(1), posted=jan(0))
        theirs = self.write_anew(From='ready.mat@example.com', Subject="Question")
        self.server.messages.clear()
        self.compose((self.reply | theirs).with_user(self.collector))
        self.run_queue()
        sent = {message['X-Rcpt']: message['Subject'] for message in self.server.messages}
        self.assertEqual(
            sent,
            {'azure.interior@example.com': "Re: Reminder", 'ready.mat@example.com': "Re: Question"},
        )
        self.assertEqual((self.reply | theirs).mapped('state'), ['answered', 'answered'])

    def test_answer_several_of_one_customer(self):
        later = self.answer(Subject="Question", From='"Eve Boss" <boss@example.com>')
        both = self.reply | later
        self.server.messages.clear()
        self.compose(both.with_user(self.collector))
        self.run_queue()
        sent = {message['X-Rcpt']: message['Subject'] for message in self.server.messages}
        self.assertEqual(set(sent), {'azure.interior@example.com', 'boss@example.com'})
        self.assertEqual(both.mapped('state'), ['answered', 'answered'])

    def test_a_follow_up_after_the_answer_and_the_answer_after_a_follow_up(self):
        self.compose(self.mine)
        self.mine.action_follow_up('task', jan(11))
        self.assertEqual(self.reply.state, 'planned')
        self.assertTrue(self.reply.answer_id)
        self.compose(self.mine)
        self.assertEqual(self.reply.state, 'answered')

    def test_assign(self):
        email = write_email(From='x@example.com', to='collection@seller.example.com')
        self.attach(email, "Avis.pdf")
        self.create_alias(self.company)
        reply = self.receive(email)
        wizard = self.env['dso.reply.assign'].with_user(self.collector)
        wizard = wizard.with_context(active_ids=reply.ids)
        wizard.create({'customer_id': self.customer.id}).action_apply()
        self.assertEqual((reply.customer_id, reply.state), (self.customer, 'new'))
        self.assertIn(reply.mail_message_id, self.customer.message_ids)
        self.assertEqual(reply.attachment_ids.res_model, 'dso.customer')
        self.assertEqual(reply.attachment_ids.res_id, self.customer.id)
        # What they answer now finds its way.
        again = self.answer(In_Reply_To=reply.message_ref, From='x@example.com')
        self.assertEqual(again.customer_id, self.customer)
        with self.assertRaisesRegex(UserError, "already"):
            reply.with_user(self.collector).action_assign(self.customer.id)

    def test_unassigned_replies_are_assigned_or_discarded(self):
        reply = self.unassigned().with_user(self.collector)
        for call in (
            reply.action_validate,
            reply.action_answer,
            reply.action_open_customer,
            lambda: reply.action_follow_up('call', jan(11)),
        ):
            with self.assertRaisesRegex(UserError, "assign them first"):
                call()
        reply.action_discard("Advertising")
        self.assertEqual(reply.state, 'discarded')

    def test_nothing_is_half_done(self):
        both = self.mine | self.unassigned().with_user(self.collector)
        with self.assertRaises(UserError):
            both.action_validate()
        self.assertEqual(self.reply.state, 'new')

    def test_counters(self):
        replies = self.env['dso.reply']
        self.unassigned()
        other = self.create_user('collector', login='bob', email='bob@seller.example.com')
        self.assertEqual(replies.with_user(self.collector).get_agenda_counter(), 2)
        self.assertEqual(replies.with_user(other).get_agenda_counter(), 1)
        self.assertEqual(replies.with_user(self.manager).get_agenda_counter(), 2)
        domain = [('customer_id', '!=', False)]
        self.assertEqual(replies.with_user(self.manager).get_agenda_counter(domain), 1)
        self.customer.collector_id = False
        self.assertEqual(replies.with_user(other).get_agenda_counter(), 2)
        self.mine.action_validate()
        self.assertEqual(replies.with_user(self.manager).get_agenda_counter(), 1)

    def test_replies_of_members_are_for_who_collects_the_group(self):
        """His actions wait for them."""
        lead = self.create_customer("Azure Group")
        lead.collector_id = self.create_user('collector', login='bob', email='bob@x.example.com')
        mine = self.env['dso.reply'].with_user(lead.collector_id)
        self.assertEqual(mine.get_agenda_counter(), 0)
        self.customer.group_account_id = lead
        self.assertEqual(mine.get_agenda_counter(), 1)
        self.assertEqual(mine.search(mine._domain_mine()), self.reply)

    def test_group_by_collector_and_type(self):
        groups = (
            self.env['dso.reply']
            .with_user(self.manager)
            ._read_group([('id', '=', self.reply.id)], ['collector_id', 'action_type'], ['__count'])
        )
        self.assertEqual(groups, [(self.collector, 'email', 1)])

    def test_many_cost_as_much_as_few(self):
        customers = self.create_customers(8)
        replies = self.env['dso.reply']
        for customer in customers:
            replies |= self.write_anew(From=customer.partner_id.email)
        self.assertEqual(replies.customer_id, customers)
        unassigned = replies.browse().union(
            *(self.unassigned(From=f'x{number}@example.com') for number in range(8))
        )
        for name, call in (
            ('validate', lambda some: some.action_validate()),
            ('discard', lambda some: some.action_discard("Spam")),
            ('follow up', lambda some: some.action_follow_up('call', jan(11))),
            ('answer', lambda some: some.action_answer()),
            ('assign', lambda some: some.action_assign(self.customer.id)),
            ('read', lambda some: some.web_read({'display_name': {}, 'body': {}, 'excerpt': {}})),
        ):
            records = unassigned if name == 'assign' else replies
            counts = []
            for some in (records[:4], records[:4], records):
                with self.rolled_back():
                    counts.append(self.queries(call, some.with_user(self.collector)))
            with self.subTest(call=name):
                self.assertEqual(counts[1], counts[2])

    def test_merging_contacts_keeps_their_replies(self):
        other = self.create_customer("Ready Mat")
        self.env['base.partner.merge.automatic.wizard']._merge(
            (self.customer.partner_id | other.partner_id).ids, other.partner_id
        )
        self.assertEqual(self.reply.customer_id, other)
        self.assertIn(self.reply.mail_message_id, other.message_ids)


class TestUnheard(ReplyCase):
    """Who has written is heard before he is reminded again (spec 3.9)."""

    def setUp(self):
        super().setUp()
        self.company.dso_contact_interval = 0  # the reply alone holds the message
        self.reply = self.write_anew()
        self.action = self.due_action()

    def test_nothing_goes_while_a_reply_waits(self):
        self.assertFalse(self.dispatch())
        self.assertEqual(self.action.state, 'planned')
        self.assertIn("a reply of the customer waits", self.action.explanation)
        self.reply.with_user(self.collector).action_validate()
        self.action.invalidate_recordset(['explanation'])
        self.assertNotIn("a reply", self.action.explanation)
        self.assertEqual(self.dispatch(), self.action)

    def test_a_reply_of_a_member_holds_its_group(self):
        lead = self.create_customer("Azure Group")
        lead.collector_id = self.collector
        self.customer.group_account_id = lead
        lead.regrouped_on = False
        action = self.next_action(lead)
        self.assertFalse(self.dispatch(action))
        self.reply.with_user(self.collector).action_discard("Spam")
        self.assertEqual(self.dispatch(action), action)

    def test_others_and_people_are_not_held(self):
        other = self.create_customer("Ready Mat")
        other.collector_id = self.collector
        self.create_invoice(other, jan(1), posted=jan(0))
        action = self.next_action(other)
        self.assertEqual(self.dispatch(), action)
        self.action.with_user(self.collector).action_send_now()
        self.assertEqual(self.action.state, 'sending')


class TestReplyIsContact(ReplyCase):
    """Who has written is not reminded again the next day (spec 3.6)."""

    def setUp(self):
        super().setUp()
        self.action = self.due_action()
        self.day = self.action.date_planned
        self.heard = jan(11)  # five days after it is a Saturday

    def test_reply_moves_the_next_message(self):
        reply = self.write_anew()
        self.plan()
        self.assertEqual(self.customer.last_contact_on, reply.date)
        self.assertEqual(self.action.date_planned, self.heard)
        self.assertEqual(self.action.date_rule, 'interval')
        reply.with_user(self.collector).action_validate()
        self.plan()
        self.assertEqual(self.action.date_planned, self.heard)

    def test_reply_of_a_member_is_a_contact_with_the_group(self):
        lead = self.create_customer("Azure Group")
        self.customer.group_account_id = lead
        self.write_anew()
        self.plan()
        self.assertEqual(self.next_action(lead).date_planned, self.heard)

    def test_assigned_reply_counts_from_the_day_it_came(self):
        self.create_alias(self.company)
        reply = self.write_anew(From='x@example.com', to='collection@seller.example.com')
        self.plan()
        self.assertEqual(self.action.date_planned, self.day)
        reply.with_user(self.collector).action_assign(self.customer)
        self.plan()
        self.assertEqual(self.action.date_planned, self.heard)

    def test_discarded_reply_is_no_contact(self):
        self.write_anew().with_user(self.collector).action_discard("Spam")
        self.plan()
        self.assertEqual(self.action.date_planned, self.day)
        self.assertFalse(self.customer.last_contact_on)


class TestRights(ReplyCase):
    """Readers read, collectors work, nobody changes what was written (invariant 7)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.create_company()
        cls.other.alias_domain_id = cls.create_domain('second.example.com')
        cls.theirs = cls.create_customer("Theirs", company=cls.other)

    def setUp(self):
        super().setUp()
        self.reply = self.write_anew()
        self.foreign = self.write_anew(From='theirs@example.com', to='catchall@second.example.com')

    def calls(self, reply):
        return (
            reply.action_validate,
            reply.action_answer,
            lambda: reply.action_discard("No"),
            lambda: reply.action_follow_up('call', jan(11)),
            lambda: reply.action_assign(self.customer.id),
        )

    def test_readers_read(self):
        reply = self.reply.with_user(self.reader)
        self.assertEqual(reply.excerpt, "It is paid.")
        self.assertIn("It is paid.", reply.body)
        for call in self.calls(reply):
            with self.assertRaises(AccessError):
                call()
        self.assertEqual(self.reply.state, 'new')

    def test_others_see_nothing(self):
        for user in (
            new_test_user(self.env, login='portal_user', groups='base.group_portal'),
            new_test_user(self.env, login='employee', groups='base.group_user'),
            self.env.ref('base.public_user'),
        ):
            reply = self.reply.with_user(user)
            for call in (*self.calls(reply), lambda reply=reply: reply.read(['excerpt'])):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    call()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                reply.get_agenda_counter()

    def test_nobody_works_in_another_company(self):
        replies = self.env['dso.reply'].with_user(self.manager)
        self.assertEqual(replies.search([]), self.reply)
        self.assertEqual(replies.get_agenda_counter([]), 1)
        for call in self.calls(self.foreign.with_user(self.manager)):
            with self.assertRaises(AccessError):
                call()
        self.create_alias(self.other)
        reply = self.write_anew(From='x@example.com', to='collection@second.example.com')
        with self.assertRaises(AccessError):
            reply.with_user(self.manager).action_assign(self.customer.id)

    def test_nothing_is_assigned_to_another_company(self):
        self.create_alias(self.company)
        reply = self.write_anew(From='x@example.com', to='collection@seller.example.com')
        with self.assertRaises(AccessError):
            reply.with_user(self.manager).action_assign(self.theirs.id)

    def test_emails_come_through_the_gateway_alone(self):
        """It works in sudo; a caller could write what he wants, and learn who has an account."""
        customers = self.env['dso.customer'].with_user(self.env.ref('base.public_user'))
        with self.assertRaisesRegex(AccessError, "Private"):
            get_public_method(customers, 'message_new')

    def test_what_was_written_is_evidence(self):
        for vals in ({'excerpt': "I owe you"}, {'email_from': 'x@example.com'}, {'date': jan(1)}):
            with self.assertRaisesRegex(UserError, "cannot be changed"):
                self.reply.sudo().write(vals)
            with self.assertRaises(UserError):
                self.reply.with_user(self.manager).write(vals)
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            self.reply.sudo().unlink()
        with self.assertRaises(AccessError):
            self.reply.with_user(self.manager).unlink()

    def test_what_came_of_it_is_written_by_methods_alone(self):
        replies = self.env['dso.reply'].with_user(self.manager)
        for vals in ({'state': 'validated'}, {'customer_id': self.theirs.id}, {'reason': "No"}):
            with self.assertRaises(AccessError):
                self.reply.with_user(self.manager).write(vals)
        with self.assertRaises(AccessError):
            replies.create({'date': jan(4), 'customer_id': self.customer.id})

    def test_a_context_alone_answers_nothing(self):
        """Who may not work on replies cannot close them by a message of his own."""
        employee = new_test_user(self.env, login='employee', groups='base.group_user')
        customer = (
            self.customer.with_user(employee).sudo().with_context(dso_reply_ids=self.reply.ids)
        )
        customer.message_post(
            body="Thanks", partner_ids=self.reply.author_id.ids, subtype_xmlid='mail.mt_comment'
        )
        self.assertEqual(self.reply.state, 'new')
