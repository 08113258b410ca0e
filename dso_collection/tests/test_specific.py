"""Specific actions: for chosen items, which are out of the scenario while they are open."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import jan
from .common_dispatch import DispatchCase


@tagged('post_install', '-at_install')
class TestSpecific(DispatchCase):
    FIRST_DAY = jan(12)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.create_invoice(cls.customer, jan(3), 300, posted=jan(1))
        cls.line, cls.other = cls.receivables(cls.invoice), cls.receivables(cls.second)
        cls.text = cls.create_mail_template(
            subject="About #items_amount_selected", body_html="<p>#items_list_selected</p>"
        )
        cls.plan()

    def specific(self, **values):
        values = {'action_type': 'call', 'date': jan(15), **values}
        lines = self.line.with_user(self.collector)
        return self.env['dso.action'].with_user(self.collector)._plan_specific(lines, values)

    def email(self, **values):
        values = {'mail_template_id': self.text.id, **values}
        return self.specific(action_type='email', **values)

    # --- out of the scenario ---------------------------------------------------------------

    def test_items_leave_the_scenario_until_it_is_done(self):
        action = self.specific()
        self.assertEqual(self.next_action(self.customer).leader_move_id, self.second)
        self.assertEqual(self.customer.next_action_id.amount, 300)
        self.assertEqual(self.line.dso_exclusion, 'specific')
        self.assertIn(self.invoice.name, str(self.customer.explanation))
        action.action_complete()
        self.assertEqual(self.next_action(self.customer).leader_move_id, self.invoice)
        self.assertEqual(action.item_ids.move_id, self.invoice)

    def test_minimum_does_not_bind(self):
        self.scenario.minimum_amount = 5000
        action = self.specific()
        self.plan(self.customer)
        self.assertEqual(self.customer.reason, 'below_minimum')
        self.assertEqual(action.state, 'planned')

    def test_cleared_items_cancel_it_on_its_date(self):
        action = self.specific()
        self.pay(self.customer, 1000, self.invoice)
        self.plan(self.customer)
        self.assertEqual(action.state, 'planned')
        self.go_to(jan(15))
        self.plan(self.customer)
        self.assertEqual((action.state, action.reason_code), ('cancelled', 'cleared'))

    def test_open_items_keep_it_due(self):
        action = self.specific()
        self.pay(self.customer, 999, self.invoice)
        self.go_to(jan(16))
        self.plan(self.customer)
        self.assertEqual((action.state, action.status_color), ('planned', 'red'))

    def test_member_is_done_on_the_group_account(self):
        lead = self.create_customer("Deco Addict", ref="D1")
        self.customer.group_account_id = lead
        action = self.specific()
        self.assertEqual((action.customer_id, action.member_id), (lead, self.customer))
        self.assertEqual(self.next_action(lead).leader_move_id, self.second)
        self.customer.group_account_id = False
        self.assertEqual((action.customer_id, action.member_id.id), (self.customer, False))
        self.assertEqual(self.next_action(self.customer).leader_move_id, self.second)

    # --- messages --------------------------------------------------------------------------

    def test_message_speaks_of_the_chosen_items(self):
        action = self.email(mode='automatic', date=jan(12))
        self.assertEqual(action.recipient, 'azure.interior@example.com')
        self.plan()
        self.dispatch(action)
        mail = self.mail_of(action)
        self.assertEqual(mail.subject, "About $\N{NO-BREAK SPACE}1,000.00")
        self.assertIn(self.invoice.name, mail.body_html)
        self.assertNotIn(self.second.name, mail.body_html)

    def test_sent_and_kept_open(self):
        action = self.email()
        self.pay(self.customer, 400, self.invoice)
        action.action_send_and_keep(jan(20))
        self.assertEqual((action.state, action.date_planned), ('planned', jan(20)))
        sent = self.env['dso.action'].search([('origin', '=', 'direct')])
        self.assertEqual((sent.state, sent.customer_id), ('sending', self.customer))
        self.assertEqual(sent.item_ids.mapped('amount_residual'), [600])
        self.run_queue()
        self.assertEqual((sent.state, sent.is_contact), ('done', True))
        self.assertEqual(self.next_action(self.customer).leader_move_id, self.second)
        self.assertEqual(self.customer.last_contact_date, jan(12))

    def test_nothing_is_kept_of_what_cannot_be_sent(self):
        action = self.email()
        self.customer.partner_id.email = False
        with self.assertRaisesRegex(UserError, "e-mail address"), self.env.cr.savepoint():
            action.action_send_and_keep(jan(20))
        self.assertEqual(action.date_planned, jan(15))
        self.assertFalse(self.env['dso.action'].search([('origin', '=', 'direct')]))

    # --- at once ---------------------------------------------------------------------------

    def test_call_at_once(self):
        actions = self.env['dso.action'].with_user(self.collector)
        values = {'action_type': 'call', 'note': "He will look"}
        done = actions._act_at_once(self.customer, self.line, values)
        self.assertEqual((done.origin, done.state), ('direct', 'done'))
        self.assertEqual(done.item_ids.move_id, self.invoice)
        self.plan(self.customer)
        self.assertEqual(self.customer.last_contact_date, jan(12))
        self.assertEqual(self.customer.leader_move_id, self.invoice)

    def test_email_at_once(self):
        values = {'action_type': 'email', 'mail_template_id': self.text.id}
        action = self.env['dso.action']._act_at_once(self.customer, self.line, values)
        self.assertEqual(action.state, 'sending')
        self.run_queue()
        self.assertEqual(action.state, 'done')

    def direct(self, records, **values):
        context = {'active_model': records._name, 'active_ids': records.ids}
        wizard = self.env['dso.action.direct'].with_user(self.collector).with_context(**context)
        return Form(wizard)

    def test_dialog(self):
        with self.direct(self.customer) as form:
            form.action_type = 'task'
            form.name = "Visit"
        form.record.action_apply()
        action = self.env['dso.action'].search([('origin', '=', 'direct')])
        self.assertEqual((action.name, action.state), ("Visit", 'done'))
        self.assertFalse(action.item_ids)
        form = self.direct(self.line | self.receivables(self.second))
        self.assertEqual(form.customer_id, self.customer)
        form.save().action_apply()
        action = self.env['dso.action'].search([('origin', '=', 'direct')], order='id desc')[0]
        self.assertEqual(action.item_ids.move_id, self.invoice | self.second)
        other = self.create_invoice(self.create_customer("Deco Addict"), jan(1))
        with self.assertRaisesRegex(UserError, "several customers"):
            self.direct(self.line | self.receivables(other))

    # --- refusals --------------------------------------------------------------------------

    def test_refusals(self):
        for values, words in (
            ({'date': jan(11)}, "in the past"),
            ({'mode': 'automatic'}, "manual mode"),
        ):
            with self.subTest(words=words), self.assertRaisesRegex(UserError, words):
                self.specific(**values)
        with self.assertRaisesRegex(UserError, "Only messages"):
            self.specific().action_send_and_keep(jan(20))
        with self.assertRaisesRegex(UserError, "next day"):
            self.email().action_send_and_keep(jan(2))
        with self.assertRaisesRegex(UserError, "Only specific"):
            self.next_action(self.customer).action_send_and_keep(jan(20))

    def test_readers_do_nothing(self):
        reader = self.create_user('reader')
        actions = self.env['dso.action'].with_user(reader)
        with self.assertRaises(AccessError):
            actions._act_at_once(self.customer, self.line, {'action_type': 'call'})
        with self.assertRaises(AccessError):
            self.email().with_user(reader).action_send_and_keep(jan(20))

    def test_number_of_queries(self):
        def qualify(count):
            customers = self.create_customers(count)
            entry = self.create_opening_entry(customers, jan(5))
            self.plan()
            lines = self.receivables(entry)
            status = self.env.ref('dso_collection.dso_status_in_progress')
            follow_up = {'action_type': 'email', 'mail_template_id': self.text.id}
            return self.queries(lines._dso_qualify, status, {'follow_up': follow_up})

        qualify(1)  # whatever is read once
        self.assertEqual(qualify(5), qualify(10))
