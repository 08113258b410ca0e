from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import jan
from .common_calls import CallCase
from .common_dispatch import DispatchCase


@tagged('post_install', '-at_install')
class TestPanel(CallCase):
    """Everything that a call needs stands beside the list, read at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.create_user('reader')

    def panel(self, action, user=None):
        return action.with_user(user or self.collector).get_panel()

    # --- content ---------------------------------------------------------------------------

    def test_customer_and_contacts(self):
        partner = self.customer.partner_id
        contacts = self.env['res.partner'].create(
            [
                {'name': "Accounts", 'type': 'invoice', 'parent_id': partner.id},
                {'name': "Paula", 'phone': "555 0199", 'parent_id': partner.id},
                {'name': "Stranger", 'parent_id': partner.id},
            ]
        )
        contacts[1].is_collection_contact = True
        panel = self.panel(self.next_action(self.customer))
        self.assertEqual(panel['customer']['name'], "Azure Interior")
        self.assertEqual(panel['customer']['code'], "AZ1")
        found = [(contact['name'], contact['phone']) for contact in panel['contacts']]
        expected = [("Paula", "555 0199"), ("Accounts", ""), ("Azure Interior", "+1 555 0100")]
        self.assertEqual(found, expected)

    def test_items_overdue_first_and_credits_last(self):
        self.create_credit_note(self.customer, 100)
        late = self.create_invoice(self.customer, jan(12), amount=300, posted=jan(1))
        later = self.create_invoice(self.customer, jan(30), amount=70, posted=jan(1))
        panel = self.panel(self.next_action(self.customer))
        numbers = [item['number'] for item in panel['items']]
        self.assertEqual(numbers[:3], [self.invoice.name, late.name, later.name])
        self.assertEqual([item['days'] for item in panel['items'][:3]], [10, 8, -10])
        self.assertEqual([item['is_overdue'] for item in panel['items']], [1, 1, 0, 0])
        self.assertEqual([item['is_leader'] for item in panel['items']], [1, 0, 0, 0])
        self.assertEqual(panel['items'][3]['exclusion'], "Unallocated credit")
        self.assertEqual(panel['items'][3]['residual'], "$\xa0-100.00")

    def test_totals_are_never_summed_over_currencies(self):
        self.create_invoice(
            self.customer, jan(11), amount=500, posted=jan(1), currency_id=self.eur.id
        )
        totals = self.panel(self.next_action(self.customer))['totals']
        found = {total['currency']: (total['open'], total['overdue']) for total in totals}
        self.assertEqual(found['USD'], ("$\xa01,000.00", "$\xa01,000.00"))
        self.assertEqual(found['EUR'], ("500.00\xa0€", "500.00\xa0€"))

    def test_overdue_total_counts_an_item_without_due_date(self):
        """Such an item is due on the due date of its invoice, else on its accounting date."""
        undated = self.create_opening_entry(self.customer, jan(12), amount=50)
        self.receivables(undated).date_maturity = False
        undated.invoice_date_due = False
        later = self.create_invoice(self.customer, jan(30), amount=7, posted=jan(1))
        self.receivables(later).date_maturity = False
        [total] = self.panel(self.next_action(self.customer))['totals']
        self.assertEqual(total['open'], "$\xa01,057.00")
        self.assertEqual(total['overdue'], "$\xa01,050.00")

    def test_items_of_members_with_their_codes(self):
        member = self.create_customer("Azure Exterior", ref="AZ2")
        other = self.create_invoice(member, jan(12), amount=300, posted=jan(1))
        member.group_account_id = self.customer
        panel = self.panel(self.next_action(self.customer))
        found = [(item['number'], item['code']) for item in panel['items']]
        self.assertEqual(found, [(self.invoice.name, "AZ1"), (other.name, "AZ2")])
        self.assertEqual(panel['customer']['overdue'], "$\xa01,300.00")

    def test_no_item_of_another_company(self):
        other = self.create_company()
        elsewhere = self.create_customer("Elsewhere", company=other)
        elsewhere.partner_id = self.customer.partner_id
        self.create_invoice(
            self.env['dso.customer']._get_or_create(self.customer.partner_id, other), jan(5)
        )
        panel = self.panel(self.next_action(self.customer), self.env.user)
        self.assertEqual([item['number'] for item in panel['items']], [self.invoice.name])

    def test_what_was_done_and_said(self):
        action = self.next_action(self.customer)
        action.with_user(self.collector).action_complete(note="Promised Friday")
        self.go_to(jan(21))
        customer = self.customer.with_user(self.collector)
        for body in ("New phone", "x" * 500):
            customer.message_post(body=body, message_type='comment')
        events = self.panel(self.next_action(self.customer))['events']
        self.assertEqual(events[1]['text'], "New phone")
        self.assertEqual(len(events[0]['text']), 241)
        self.assertEqual((events[2]['result'], events[2]['text']), ("Done", "Promised Friday"))
        self.assertEqual({event['who'] for event in events}, {"Ann Clerk"})

    def test_what_else_is_to_do(self):
        action = self.next_action(self.customer)
        self.env['dso.action'].create({'customer_id': self.customer.id, 'name': "Visit"})
        self.assertEqual([other['name'] for other in self.panel(action)['others']], ["Visit"])

    def test_cost_does_not_depend_on_items_nor_messages(self):
        small, large = self.create_customers(2)
        counts = []
        for customer, size in ((small, 3), (small, 3), (large, 6)):
            if not customer.open_line_ids:
                for number in range(size):
                    self.create_invoice(customer, jan(10 + number), posted=jan(1))
                    customer.message_post(body="Note", message_type='comment')
                    contact = {'name': "Contact", 'is_collection_contact': True}
                    customer.partner_id.child_ids = [(0, 0, contact)]
            action = self.next_action(customer).with_user(self.collector)
            counts.append(self.queries(action.get_panel))
        self.assertEqual(counts[1], counts[2])

    # --- rights ----------------------------------------------------------------------------

    def test_outcomes_are_for_collectors(self):
        action = self.next_action(self.customer)
        self.assertEqual(self.panel(action)['can'], ['complete', 'no_answer', 'reschedule', 'skip'])
        self.assertEqual(self.panel(action, self.reader)['can'], [])

    def test_closed_action_shows_but_offers_nothing(self):
        action = self.next_action(self.customer)
        action.action_complete()
        self.assertEqual(self.panel(action)['can'], [])

    def test_portal_and_other_companies_are_refused(self):
        action = self.next_action(self.customer)
        portal = new_test_user(self.env, login='portal_panel', groups='base.group_portal')
        other = self.create_company()
        stranger = self.create_user(
            'manager', login='stranger', company_id=other.id, company_ids=other.ids
        )
        for user in (portal, stranger):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.panel(action, user)

    def test_action_that_has_gone(self):
        action = self.next_action(self.customer)
        action.unlink()
        self.assertFalse(self.panel(action))

    # --- no answer -------------------------------------------------------------------------

    def test_no_answer_with_a_date_plans_the_next_try(self):
        action = self.next_action(self.customer).with_user(self.collector)
        action.action_no_answer(retry_on=str(jan(22)), note="Voice mail")
        again = self.assertNext(self.customer, 3, jan(22), 'user')
        self.assertEqual(again, action)
        tried = self.customer.history_ids
        self.assertEqual((tried.outcome, tried.note), ('no_answer', "Voice mail"))
        self.assertEqual((tried.origin, tried.leader_number), ('direct', self.invoice.name))
        self.assertEqual(tried.done_by_id, self.collector)
        self.assertFalse(tried.is_contact)
        self.assertFalse(self.customer.last_contact_date)

    def test_no_answer_without_a_date_goes_on(self):
        self.next_action(self.customer).action_no_answer(note="Voice mail")
        self.assertNext(self.customer, 10, jan(27))

    def test_only_calls_are_tried_again(self):
        task = self.env['dso.action'].create({'customer_id': self.customer.id})
        for retry_on in (jan(22), None):
            with self.assertRaisesRegex(UserError, "Only calls"):
                task.action_no_answer(retry_on=retry_on)

    def test_nobody_says_that_a_call_was_sent(self):
        action = self.next_action(self.customer)
        for outcome in ('sent', 'skipped', 'nonsense'):
            with self.subTest(outcome=outcome), self.assertRaisesRegex(UserError, "completed as"):
                action.action_complete(outcome=outcome)

    def test_next_try_is_not_in_the_past(self):
        action = self.next_action(self.customer)
        with self.assertRaisesRegex(UserError, "past"):
            action.action_no_answer(retry_on=jan(19))
        self.assertFalse(self.customer.history_ids)

    def test_reader_records_no_try(self):
        action = self.next_action(self.customer).with_user(self.reader)
        with self.assertRaises(AccessError):
            action.action_no_answer(retry_on=jan(22))


@tagged('post_install', '-at_install')
class TestEditedText(DispatchCase):
    """What a person writes for one manual email is what is sent and kept (spec 4.4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scenario.step_ids.filtered(lambda step: step.delay == 3).mode = 'manual'

    def edit(self, action, subject="About your invoice", body="<p>Just for you</p>"):
        action.with_user(self.collector).action_edit_text(subject, body)

    def send_now(self, action):
        action.with_user(self.collector).action_send_now()
        return action

    def email(self, action):
        return action.with_user(self.collector).get_panel()['messages'][0]

    def test_panel_shows_the_text_as_it_would_leave(self):
        email = self.email(self.due_action())
        self.assertEqual(email['subject'], "Reminder of $\xa01,000.00")
        self.assertIn("Dear Azure Interior", email['body'])
        self.assertIn(self.invoice.name, email['body'])
        self.assertIn("Ann Clerk", email['body'])
        self.assertFalse(email['is_edited'] or email['problem'])

    def test_panel_writes_nothing(self):
        action = self.due_action()
        before = self.dump()
        self.email(action)
        self.assertNothingWritten(before, "the panel wrote")

    def test_text_that_cannot_be_made_says_why(self):
        action = self.due_action()
        templates = self.registry['mail.template']  # core tries a text when it is saved
        self.patch(templates, '_check_can_be_rendered', lambda self, fnames=None: None)
        self.mail_template.body_html = "<p t-out='1 / 0'/>"
        email = self.email(action)
        self.assertIn("division by zero", email['problem'])
        self.assertEqual(action.state, 'planned')

    def test_edited_text_is_sent_and_kept(self):
        action = self.due_action()
        self.edit(action)
        action.with_user(self.collector).action_send_now()
        self.run_queue()
        [message] = self.server.messages
        self.assertEqual(message['Subject'], "About your invoice")
        self.assertIn("Just for you", self.body_of(message))
        self.assertNotIn("Dear", self.body_of(message))
        self.assertEqual(action.state, 'done')
        self.assertEqual(action.sent_message_ids.mail_message_id.subject, "About your invoice")

    def test_edited_text_survives_a_plan(self):
        action = self.due_action()
        self.edit(action)
        self.plan(self.customer)
        email = self.email(action)
        self.assertTrue(email['is_edited'])
        self.assertFalse(email['is_outdated'])
        self.assertEqual(self.send_now(action).state, 'sending')

    def test_text_of_an_automatic_email_is_not_edited(self):
        for mode in ('automatic', 'automatic_confirm'):
            with self.subTest(mode=mode):
                self.step(3).mode = mode
                action = self.due_action()
                self.assertNotIn('edit', action.with_user(self.collector).get_panel()['can'])
                with self.assertRaisesRegex(UserError, "only the text of a manual message"):
                    self.edit(action)

    def test_step_that_becomes_automatic_sends_its_own_text(self):
        action = self.due_action()
        self.edit(action)
        self.step(3).mode = 'automatic'
        self.plan(self.customer)
        self.assertFalse(self.email(action)['is_edited'])
        self.send(action)
        self.assertEqual(self.server.messages[0]['Subject'], "Reminder of $\xa01,000.00")

    def test_edited_text_is_not_sent_when_an_item_was_paid(self):
        second = self.create_invoice(self.customer, jan(2), amount=400, posted=jan(0))
        action = self.due_action()
        self.edit(action)
        self.pay(self.customer, 400, self.receivables(second))
        # The amount is what it was, the items are others.
        self.create_invoice(self.customer, jan(2), amount=400, posted=jan(0))
        self.plan(self.customer)
        self.assertEqual(action.amount, 1400)
        note = action.with_user(self.collector).action_send_now()
        self.assertIn("open items have changed", note['params']['message'])
        self.assertEqual(action.state, 'planned')
        self.assertTrue(self.email(action)['is_outdated'])

    def test_what_was_paid_while_somebody_wrote_is_noticed(self):
        second = self.create_invoice(self.customer, jan(2), amount=400, posted=jan(0))
        action = self.due_action()
        seen = self.email(action)['items_key']
        self.pay(self.customer, 400, self.receivables(second))
        self.plan(self.customer)
        action.action_edit_text("Subject", "<p>Text</p>", seen)
        self.assertTrue(self.email(action)['is_outdated'])
        action.action_edit_text("Subject", "<p>Text</p>", self.email(action)['items_key'])
        self.assertFalse(self.email(action)['is_outdated'])
        self.assertEqual(self.send_now(action).state, 'sending')

    def test_item_that_becomes_overdue_is_noticed(self):
        self.create_invoice(self.customer, jan(4), amount=400, posted=jan(0))
        action = self.due_action()
        self.edit(action)
        self.go_to(jan(5))
        self.assertTrue(self.email(action)['is_outdated'])

    def test_cost_of_the_look_does_not_depend_on_the_number(self):
        counts = []
        for size in (2, 2, 4):
            customers = self.create_customers(size)
            for customer in customers:
                self.create_invoice(customer, jan(1), posted=jan(0))
            self.plan(*customers)
            actions = self.env['dso.action'].search([('customer_id', 'in', customers.ids)])
            for action in actions:
                action.action_edit_text("Subject", "<p>Text</p>")
            counts.append(self.queries(actions._get_outdated_edits))
        self.assertEqual(counts[1], counts[2])

    def test_new_step_has_its_own_text(self):
        action = self.due_action()
        self.edit(action)
        action.with_user(self.collector).action_skip(reason="Spoke to them")
        following = self.next_action(self.customer)
        self.assertFalse(following.edited_on)

    def test_edited_proposal_that_falls_away_goes_to_the_history(self):
        action = self.due_action()
        self.edit(action)
        self.pay(self.customer, 1000, self.receivables(self.invoice))
        self.plan(self.customer)
        self.assertEqual(action.state, 'cancelled')

    def test_restored_text_is_made_anew(self):
        action = self.due_action()
        self.edit(action)
        action.with_user(self.collector).action_restore_text()
        self.assertEqual(self.email(action)['subject'], "Reminder of $\xa01,000.00")

    def test_hashtags_are_replaced_when_the_text_is_kept(self):
        action = self.due_action()
        self.edit(action, "Open: #items_amount", "<p>#collector_name</p>")
        self.assertEqual(action.edited_subject, "Open: $\xa01,000.00")
        self.assertIn("Ann Clerk", action.edited_body)

    def test_scripts_fall_out_and_expressions_stay_words(self):
        action = self.due_action()
        self.edit(action, "{{ object.id }}", "<p t-out='1+1'>Hi<script>alert(1)</script></p>")
        self.send_now(action)
        texts = action._get_edited_texts()
        self.assertEqual(texts['subject'], "{{ object.id }}")
        self.assertNotIn('script', texts['body_html'])
        self.assertNotIn('t-out', texts['body_html'])

    def test_empty_texts_are_refused(self):
        action = self.due_action()
        for subject, body in (("", "<p>Text</p>"), ("Subject", "<p><br/></p>"), (" \n", "x")):
            with self.subTest(subject=subject), self.assertRaisesRegex(UserError, "needs a"):
                self.edit(action, subject, body)

    def test_who_may_edit_what(self):
        action = self.due_action()
        reader = self.create_user('reader')
        with self.assertRaises(AccessError):
            action.with_user(reader).action_edit_text("Subject", "<p>Text</p>")
        with self.assertRaises(AccessError):
            action.with_user(self.collector).write({'edited_subject': "Forged"})
        task = self.env['dso.action'].create({'customer_id': self.customer.id})
        with self.assertRaisesRegex(UserError, "Only the text of a message"):
            self.edit(task)
        self.go_to(jan(4) + timedelta(days=1))
        self.send_now(action)
        with self.assertRaises(UserError):
            self.edit(action)
