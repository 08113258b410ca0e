from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import jan
from .common_dispatch import DispatchCase

#: The steps of the customers below: a call, then an email to confirm.
STEPS = ((3, 'call', 'manual'), (10, 'call', 'manual'))
EMAILS = ((3, 'email', 'automatic_confirm'), (20, 'email', 'automatic_confirm'))

#: Dialogs on many actions.
KINDS = ('complete', 'skip', 'reschedule', 'give', 'confirm', 'unconfirm', 'send', 'retry')


@tagged('post_install', '-at_install')
class TestMassActions(DispatchCase):
    """Many actions at once: a count first, what is possible, and a report of the rest."""

    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calls = cls.create_scenario("Calls", STEPS)
        cls.emails = cls.create_scenario("Emails", EMAILS)
        cls.other = cls.create_user('collector', login='other', name="Jonas Other")
        cls.reader = cls.create_user('reader')

    def create_actions(self, count, scenario=None, due=None):
        """The scenario actions of new customers with an overdue item each."""
        customers = self.create_customers(count)
        customers.write(
            {'scenario_id': (scenario or self.calls).id, 'collector_id': self.collector.id}
        )
        self.create_opening_entry(customers, due or jan(10))
        self.plan(*customers)
        return self.env['dso.action'].search([('customer_id', 'in', customers.ids)])

    def open(self, kind, actions, user=None):
        context = {'active_model': 'dso.action', 'active_ids': actions.ids}
        wizards = self.env[f'dso.action.{kind}'].with_user(user or self.collector)
        return wizards.with_context(**context)

    # --- counts and reports ----------------------------------------------------------------

    def test_dialog_counts_before_it_acts(self):
        actions = self.create_actions(4)
        actions[0].action_complete()
        actions[1]._set_sending()
        with Form(self.open('skip', actions)) as form:
            self.assertIn("2 of 4 actions", form.summary)
            self.assertIn("1 part of the history", form.summary)
            self.assertIn("1 being sent", form.summary)
            self.assertIn(actions[1].customer_id.display_name, form.left_out)
            form.reason = "All paid by cheque"
        self.assertEqual(set(actions.mapped('state')), {'done', 'sending', 'planned'})
        result = form.record.action_apply()
        self.assertEqual(result['res_id'], form.record.id)
        self.assertEqual(actions.mapped('outcome'), ['done', False, 'skipped', 'skipped'])
        self.assertIn("2 of 4 actions", form.record.report)
        self.assertIn(actions[0].customer_id.display_name, form.record.report)
        self.assertNotIn(actions[2].customer_id.display_name, form.record.report)

    def test_all_done_closes_with_the_number(self):
        actions = self.create_actions(3)
        form = Form(self.open('complete', actions))
        self.assertEqual(form.summary, "3 of 3 actions")
        result = form.save().action_apply()
        self.assertEqual(result['params']['message'], "3 of 3 actions")
        self.assertEqual(set(actions.mapped('outcome')), {'done'})

    def test_what_has_gone_is_counted(self):
        actions = self.create_actions(3)
        wizard = Form(self.open('complete', actions)).save()
        actions[0].unlink()
        result = wizard.action_apply()
        self.assertEqual(result['params']['message'], "2 of 3 actions; 1 have gone")

    def test_names_are_text_in_the_report(self):
        action = self.create_actions(1)
        action.customer_id.partner_id.name = "<b>Bold</b> & Co"
        action.action_complete()
        wizard = self.open('skip', action).create({'reason': "Why not"})
        wizard.action_apply()
        self.assertIn("&lt;b&gt;Bold&lt;/b&gt; &amp; Co", wizard.report)

    def test_what_somebody_else_changes_is_left_out(self):
        actions = self.create_actions(3)
        self.patch(
            self.registry['dso.action'], 'try_lock_for_update', lambda self, **kwargs: self[1:]
        )
        done, obstacles = actions._apply_where_possible('complete')
        self.assertEqual((done, list(obstacles)), (2, [actions[0]]))
        self.assertEqual(actions.mapped('state'), ['planned', 'done', 'done'])

    # --- each kind -------------------------------------------------------------------------

    def test_automatic_ones_are_not_completed(self):
        call, email = self.create_actions(1), self.create_actions(1, self.emails)
        done, obstacles = (call | email)._apply_where_possible('complete')
        self.assertEqual((done, obstacles), (1, {email: "sent by itself, not completed"}))

    def test_confirm_what_waits(self):
        call, emails = self.create_actions(1), self.create_actions(3, self.emails)
        emails[0].action_confirm()
        emails[1]._set_error('refused')
        wizard = self.open('confirm', call | emails).create({})
        self.assertIn("1 of 4 actions", wizard.summary)
        wizard.action_apply()
        self.assertFalse(emails[2].to_confirm)
        self.assertEqual(emails[2].confirmed_by_id, self.collector)
        self.assertEqual(emails[2].confirmed_amount, 1000)

    def test_unconfirm_what_is_confirmed(self):
        call, emails = self.create_actions(1), self.create_actions(2, self.emails)
        emails[0].action_confirm()
        wizard = self.open('unconfirm', call | emails).create({})
        self.assertIn("1 of 3 actions; left out: 2 not confirmed", wizard.summary)
        wizard.action_apply()
        self.assertTrue(emails[0].to_confirm)

    def test_send_what_can_be_sent(self):
        self.company.write({'dso_started_on': fields.Datetime.now(), 'dso_paused': False})
        call, emails = self.create_actions(1), self.create_actions(2, self.emails)
        emails[0]._set_sending()
        self.create_credit_note(emails[1].customer_id, 600)
        good = self.create_actions(1, self.emails)
        wizard = self.open('send', call | emails | good).create({})
        self.assertIn("2 of 4 actions", wizard.summary)
        self.assertIn("1 no message", wizard.summary)
        wizard.action_apply()
        self.assertEqual(good.state, 'sending')
        self.assertEqual(emails[1].state, 'planned')
        self.assertIn("1 of 4 actions", wizard.report)
        self.assertIn("unallocated credits", wizard.report)
        self.assertIn(emails[1].customer_id.display_name, wizard.report)

    def test_nothing_is_sent_before_the_start(self):
        self.company.dso_started_on = False
        wizard = self.open('send', self.create_actions(2, self.emails)).create({})
        self.assertIn("0 of 2 actions", wizard.summary)
        wizard.action_apply()
        self.assertIn("has not started", wizard.report)

    def test_retry_what_is_in_error(self):
        emails = self.create_actions(3, self.emails)
        emails[:2]._set_error('refused', "no such user")
        wizard = self.open('retry', emails).create({})
        self.assertIn("2 of 3 actions; left out: 1 not in error", wizard.summary)
        wizard.action_apply()
        self.assertEqual(set(emails.mapped('state')), {'planned'})

    def test_reschedule_to_a_date(self):
        actions = self.create_actions(2)
        with Form(self.open('reschedule', actions)) as form:
            form.date = jan(25)
        form.record.action_apply()
        self.plan(*actions.customer_id)
        self.assertEqual(set(actions.mapped('date_planned')), {jan(25)})

    def test_postpone_by_days_from_the_date_or_today(self):
        late, upcoming = self.create_actions(1), self.create_actions(1, due=jan(19))
        self.assertEqual((late.date_planned, upcoming.date_planned), (jan(13), jan(22)))
        with Form(self.open('reschedule', late | upcoming)) as form:
            form.how = 'days'
            form.days = 3
        form.record.action_apply()
        self.plan(late.customer_id, upcoming.customer_id)
        self.assertEqual((late.date_planned, upcoming.date_planned), (jan(23), jan(25)))

    def test_postpone_by_nothing_is_refused(self):
        with self.assertRaisesRegex(UserError, "one day or more"):
            self.create_actions(1).action_postpone(0)

    # --- another collector -----------------------------------------------------------------

    def give(self, actions, user=None):
        wizard = self.open('give', actions).create({'collector_id': (user or self.other).id})
        wizard.action_apply()

    def test_given_action_stays_given_when_it_is_planned_again(self):
        action = self.create_actions(1)
        self.give(action)
        self.create_invoice(action.customer_id, jan(12), posted=jan(1))
        self.plan(action.customer_id)
        self.assertEqual(action.collector_id, self.other)
        self.assertEqual(action.customer_id.collector_id, self.collector)
        before = self.dump()
        self.plan(action.customer_id)
        self.assertNothingWritten(before, "a given action is written at every plan")

    def test_next_action_returns_to_the_collector_of_the_account(self):
        action = self.create_actions(1)
        self.give(action)
        action.action_complete()
        self.assertEqual(self.next_action(action.customer_id).collector_id, self.collector)

    def test_new_collector_of_the_account_takes_the_action_over(self):
        action = self.create_actions(1)
        self.give(action)
        third = self.create_user('collector', login='third')
        action.customer_id.collector_id = third
        self.plan(action.customer_id)
        self.assertEqual(action.collector_id, third)

    def test_given_back(self):
        action = self.create_actions(1)
        self.give(action)
        self.give(action, self.collector)
        self.assertFalse(action.given_to_id)
        self.assertEqual(action.collector_id, self.collector)

    def test_given_action_that_falls_away_goes_to_the_history(self):
        action = self.create_actions(1)
        self.give(action)
        customer = action.customer_id
        self.pay(customer, 1000, customer.open_line_ids)
        self.plan(customer)
        self.assertEqual(action.state, 'cancelled')

    def test_specific_action_changes_hands(self):
        customer = self.create_actions(1).customer_id
        task = self.env['dso.action'].create({'customer_id': customer.id, 'name': "Visit"})
        self.give(task)
        self.plan(customer)
        self.assertEqual(task.collector_id, self.other)

    def test_who_takes_over_gets_what_was_given(self):
        action = self.create_actions(1)
        self.give(action)
        self.other._hand_over_collection(self.collector)
        self.plan(action.customer_id)
        self.assertEqual(action.collector_id, self.collector)

    def test_collectors_of_other_companies_get_nothing(self):
        company = self.create_company()
        stranger = self.create_user(
            'collector', login='stranger', company_id=company.id, company_ids=company.ids
        )
        with self.assertRaisesRegex(ValidationError, "may not work in"):
            self.give(self.create_actions(1), stranger)

    # --- what goes out next ----------------------------------------------------------------

    def test_next_sending_day(self):
        self.assertEqual(self.company._dso_next_sending_day(), jan(21))
        self.go_to(jan(22))
        self.assertEqual(self.company._dso_next_sending_day(), jan(25), "not on a weekend")
        self.go_to(jan(24))
        self.assertEqual(self.company._dso_next_sending_day(), jan(25))

    def test_what_goes_out_on_the_next_sending_day(self):
        late = self.create_actions(1, self.emails)
        tomorrow = self.create_actions(2, self.emails, due=jan(18))
        later = self.create_actions(1, self.emails, due=jan(19))
        call = self.create_actions(1, due=jan(18))
        tomorrow[1].action_confirm()
        actions = late | tomorrow | later | call
        self.assertEqual(actions.filtered('goes_next'), tomorrow)
        found = self.env['dso.action'].with_user(self.collector)
        own = [('id', 'in', actions.ids)]
        self.assertEqual(found.search([('goes_next', '=', True), *own]), tomorrow)
        rest = actions - tomorrow
        self.assertEqual(found.search([('goes_next', '=', False), *own], order='id'), rest)

    # --- cost and rights -------------------------------------------------------------------

    def test_cost_does_not_depend_on_the_number(self):
        arguments = {
            'complete': {'note': "Done"},
            'skip': {'reason': "Paid"},
            'reschedule': {'date': jan(25)},
            'postpone': {'days': 3},
            'give': {'collector_id': self.other.id},
            'confirm': {},
            'unconfirm': {},
            'send': {},
            'retry': {},
        }
        self.company.write({'dso_started_on': fields.Datetime.now(), 'dso_paused': False})
        sizes = (2, 2, 4)
        for kind, values in arguments.items():
            counts = []
            for size in sizes:
                with self.rolled_back():
                    is_email = kind in ('confirm', 'unconfirm', 'send', 'retry')
                    scenario = self.emails if is_email else self.calls
                    actions = self.create_actions(size, scenario)
                    if kind == 'retry':
                        actions._set_error('refused')
                    self.plan(*actions.customer_id)
                    for number, action in enumerate(actions):
                        action.amount += number
                        if kind == 'postpone':
                            action.date_planned = jan(25 + number)
                        if kind == 'unconfirm':
                            action.action_confirm()
                    mine = actions.with_user(self.collector)
                    counts.append(self.queries(self.apply_and_plan, mine, kind, values))
            with self.subTest(kind=kind):
                self.assertEqual(counts[1], counts[2])

    def apply_and_plan(self, actions, kind, values):
        done, _obstacles = actions._apply_where_possible(kind, **values)
        self.assertEqual(done, len(actions))
        self.env['dso.planner']._plan_pending()

    def test_cost_of_the_count_does_not_depend_on_the_number(self):
        counts = []
        for size in (2, 2, 4):
            wizard = self.open('skip', self.create_actions(size)).create({'reason': "Paid"})
            counts.append(self.queries(wizard.read, ['summary', 'left_out']))
        self.assertEqual(counts[1], counts[2])

    def test_readers_change_nothing(self):
        actions = self.create_actions(2)
        for kind in KINDS:
            with self.subTest(kind=kind), self.assertRaises(AccessError):
                self.open(kind, actions, self.reader).create({})
        for kind, values in (('postpone', {'days': 1}), ('give', {'collector_id': self.other.id})):
            with self.subTest(kind=kind), self.assertRaises(AccessError):
                actions.with_user(self.reader)._apply_where_possible(kind, **values)

    def test_nobody_writes_to_whom_an_action_was_given(self):
        action = self.create_actions(1).with_user(self.collector)
        with self.assertRaises(AccessError):
            action.write({'given_to_id': self.other.id})
