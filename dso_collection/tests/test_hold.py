"""A dunning hold stops all that goes out, whoever planned it, while it is in force (spec 3.23)."""

from odoo.tests import Form, tagged

from .common import jan
from .common_dispatch import DispatchCase
from .test_letters import LetterCase


@tagged('post_install', '-at_install')
class TestHold(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.text = cls.create_mail_template(subject="About #items_amount_selected")

    def hold(self, customers=None, user=None, **vals):
        """What the dialog does with the selected customer accounts."""
        customers = customers or self.customer
        wizard = self.env['dso.customer.hold'].with_user(user or self.collector)
        with Form(wizard.with_context(active_ids=customers.ids)) as form:
            form.hold_reason = vals.pop('hold_reason', 'legal')
            for name, value in vals.items():
                form[name] = value
        form.record.action_apply()
        self.plan()

    def specific(self, customer=None, invoice=None):
        line = self.receivables(invoice or self.invoice)
        values = {'action_type': 'email', 'date': jan(4), 'mail_template_id': self.text.id}
        return self.env['dso.action'].with_user(self.collector)._plan_specific(line, values)

    def test_many_at_once_with_author(self):
        customers = self.customer | self.create_customers(2)
        self.hold(customers, hold_until=jan(20))
        self.assertEqual(customers.mapped('hold_reason'), ['legal'] * 3)
        self.assertEqual(customers.hold_user_id, self.collector)
        self.assertEqual(self.customer.reason, 'hold')

    def test_email_in_the_queue_is_taken_back(self):
        action = self.due_action()
        self.dispatch(action)
        self.assertEqual(action.state, 'sending')
        self.hold()
        self.run_queue()
        self.assertFalse(self.server.messages)
        self.assertFalse(self.customer.open_action_ids.filtered(lambda a: a.state == 'sending'))
        self.customer.with_user(self.collector).action_lift_hold()
        self.go_to(jan(5))  # an address has one message a day, whatever becomes of it
        self.send(self.next_action(self.customer))
        self.assertEqual(len(self.server.messages), 1)

    def test_what_people_planned_does_not_go_either(self):
        self.go_to(jan(4))
        action = self.specific()
        self.hold()
        action.with_user(self.collector).action_send_now()
        self.run_queue()
        self.assertFalse(self.server.messages)
        self.assertEqual(action.state, 'planned')

    def test_specific_message_in_the_queue_is_taken_back(self):
        self.go_to(jan(4))
        action = self.specific()
        action.with_user(self.collector).action_send_now()
        self.assertEqual(action.state, 'sending')
        self.hold()
        self.run_queue()
        self.assertFalse(self.server.messages)
        self.assertEqual(action.state, 'planned')

    def test_member_of_a_group(self):
        lead = self.create_customer("Azure Group")
        lead.collector_id = self.collector
        self.go_to(jan(4))
        action = self.specific()
        self.customer.group_account_id = lead
        self.plan()
        self.assertEqual((action.customer_id, action.member_id), (lead, self.customer))
        self.hold()
        action.with_user(self.collector).action_send_now()
        self.assertEqual(action.state, 'planned')
        self.customer.with_user(self.collector).action_lift_hold()
        action.with_user(self.collector).action_send_now()
        self.assertEqual(action.state, 'sending')
        self.hold()
        self.assertEqual(action.state, 'planned')
        self.run_queue()
        self.assertFalse(self.server.messages)

    def test_reminder_of_a_group_that_asks_for_items_of_a_member(self):
        lead = self.create_customer("Azure Group")
        action = self.dispatch_of_group(lead)
        self.assertEqual(action.state, 'sending')
        self.hold()
        self.run_queue()
        self.assertFalse(self.server.messages)
        self.assertEqual(self.next_action(lead).amount, 1000, "without what the member owes")

    def test_start_in_the_future(self):
        self.hold(hold_from=jan(5), hold_until=jan(8))
        action = self.due_action()
        self.assertFalse(self.customer.on_hold)
        self.send(action)
        self.assertEqual(len(self.server.messages), 1)
        self.go_to(jan(5))
        self.run_cron_plan()
        self.env.invalidate_all()
        self.assertEqual(self.customer.reason, 'hold')
        self.go_to(jan(9))
        self.run_cron_plan()
        self.env.invalidate_all()
        self.assertEqual(self.customer.reason, 'planned')
        self.assertEqual(self.tasks(self.customer), {'hold_end'})

    def test_hold_that_begins_while_a_message_waits(self):
        """What a busy server left in the queue does not go on the first day of a hold."""
        self.hold(hold_from=jan(5))
        action = self.due_action()
        self.dispatch(action)
        self.server.be_busy()
        self.run_queue()
        self.server.accept()
        self.go_to(jan(5))
        self.run_cron_plan()
        self.run_cron()
        self.run_queue()
        self.assertFalse(self.server.messages)

    def test_end_of_the_hold_of_a_member(self):
        """The task stands where the group is collected, before its reminders ask for it again."""
        lead = self.create_customer("Azure Group")
        lead.collector_id = self.collector
        self.customer.group_account_id = lead
        self.hold(hold_from=jan(4), hold_until=jan(5))
        self.go_to(jan(5))
        self.run_cron_plan()
        self.assertFalse(self.tasks(lead))
        self.go_to(jan(6))
        self.run_cron_plan()
        self.env.invalidate_all()
        self.assertEqual(self.tasks(lead), {'hold_end'})
        task = lead.open_action_ids.filtered(lambda action: action.task_kind == 'hold_end')
        self.assertIn("hold of Azure Interior ended on 01/05/2027", task.explanation)
        self.customer.with_user(self.collector).action_lift_hold()
        self.plan()
        self.assertFalse(self.tasks(lead))

    def test_days_are_those_of_the_company(self):
        self.company.dso_tz = 'Pacific/Auckland'
        self.hold(hold_from=jan(5), hold_until=jan(5))
        on_hold = [('id', '=', self.customer.id), ('on_hold', '=', True)]
        for day, hour, found in ((4, 10, 0), (4, 12, 1), (5, 10, 1), (5, 12, 0)):
            with self.subTest(day=day, hour=hour):
                self.go_to(jan(day), hour=hour)
                self.env.invalidate_all()
                self.assertEqual(self.env['dso.customer'].search_count(on_hold), found)
                self.assertEqual(self.customer.on_hold, bool(found))

    def test_many_cost_as_much_as_few(self):
        counts = []
        for number in (5, 10):
            customers = self.create_customers(number)
            customers.collector_id = self.collector
            for partner in customers.partner_id:
                partner.email = f'{partner.id}@example.com'
            self.create_opening_entry(customers, jan(1))
            self.plan()
            self.go_to(jan(4))
            actions = customers.open_action_ids
            self.dispatch(actions)
            self.assertEqual(set(actions.mapped('state')), {'sending'})
            counts.append(self.queries(customers.write, {'hold_reason': 'legal'}))
            self.assertEqual(set(actions.exists().mapped('state')) - {'cancelled'}, {'planned'})
        self.assertLessEqual(abs(counts[1] - counts[0]), 2)


@tagged('post_install', '-at_install')
class TestHoldOfLetters(LetterCase):
    def test_letter_is_taken_back_at_once_and_told_when_printed(self):
        letter = self.write_letter()
        self.customer.hold_reason = 'legal'
        self.assertEqual(letter.delivery, 'failed')
        self.customer.hold_reason = False
        self.plan(self.customer)
        second = self.write_letter()[-1]
        self.by_collector(second).action_print()
        self.customer.hold_reason = 'legal'
        self.assertEqual(second.delivery, 'queued')
        self.assertIn("dunning hold", second.caution)

    def test_letter_of_a_group_that_asks_for_items_of_a_member(self):
        action = self.dispatch_of_group(self.create_customer("Azure Group"))
        letter = action.sent_message_ids
        self.by_collector(letter).action_print()
        self.customer.hold_reason = 'legal'
        self.assertEqual(letter.delivery, 'queued')
        self.assertIn("dunning hold", letter.caution)
