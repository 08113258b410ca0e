"""Why an automatic action waits for a confirmation: one answer for planner, agenda and dispatch."""

from odoo.exceptions import UserError

from ..const import CONFIRM_REASONS, PASSING_REASONS
from .common import CollectionCase, jan


class TestConfirmReasons(CollectionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dso_started_on = jan(1)
        cls.customer = cls.create_customer()
        cls.invoice = cls.create_invoice(cls.customer, jan(1), posted=jan(0))

    def action_on(self, day, **step):
        """The email of day 3, planned for 4 January, as it is on a day."""
        self.step(3).write(step)
        self.go_to(day)
        action = self.next_action(self.customer)
        self.assertEqual(action.step_delay, 3)
        return action

    def assertWaits(self, action, reason):
        """An action waits for a reason, or for none; what sends and what shows it agree."""
        self.assertEqual(action.confirm_reason, reason)
        self.assertEqual(action.to_confirm, bool(reason))
        self.env.flush_all()
        shown = action.search([('id', '=', action.id), ('to_confirm', '=', True)])
        self.assertEqual(bool(shown), bool(reason))
        going = action.search(action._domain_sendable(self.company, self.today))
        self.assertEqual(action in going, not reason)

    def test_automatic_step_waits_for_nobody(self):
        self.assertWaits(self.action_on(jan(4)), False)

    def test_step_asks_for_it(self):
        action = self.action_on(jan(4), mode='automatic_confirm')
        self.assertWaits(action, 'mode')
        self.step(3).mode = 'automatic'
        self.plan(self.customer)
        self.assertWaits(action, False)

    def test_manual_actions_never_wait(self):
        action = self.action_on(jan(11), mode='manual')
        self.assertFalse(action.confirm_reason)
        self.assertFalse(action.to_confirm)

    def test_five_days_back_is_not_long_past(self):
        self.assertWaits(self.action_on(jan(9)), False)
        self.go_to(jan(10))
        self.plan(self.customer)
        self.assertWaits(self.customer.next_action_id, 'stale')

    def test_long_past_when_first_planned(self):
        """Nothing of an old portfolio leaves by itself on the day of the installation."""
        self.go_to(jan(10))
        late = self.create_customer("Late Bloomer")
        self.create_invoice(late, jan(-300), posted=jan(-330))
        action = self.next_action(late)
        self.assertEqual(action.date_planned, jan(-297))  # a past date stays past
        self.assertWaits(action, 'stale')

    def test_confirmed_stays_confirmed(self):
        action = self.action_on(jan(10), mode='automatic_confirm')
        self.assertWaits(action, 'stale')
        action.action_confirm()
        self.assertWaits(action, False)
        self.go_to(jan(20))
        self.plan(self.customer)
        self.assertWaits(action, False)

    def test_postponed_by_a_person_is_not_long_past(self):
        action = self.action_on(jan(10))
        action.action_reschedule(jan(12))
        self.go_to(jan(17))
        self.plan(self.customer)
        self.assertWaits(action, False)
        self.go_to(jan(18))
        self.plan(self.customer)
        self.assertWaits(action, 'stale')

    def test_confirmation_taken_back(self):
        for mode in ('automatic', 'automatic_confirm'):
            with self.subTest(mode), self.rolled_back():
                action = self.action_on(jan(4), mode=mode)
                action.action_confirm()
                action.action_unconfirm()
                self.assertWaits(action, 'unconfirmed')
                self.plan(self.customer)
                self.assertWaits(action, 'unconfirmed')
                action.action_confirm()
                self.plan(self.customer)
                self.assertWaits(action, False)

    def test_chosen_items(self):
        """What people plan for chosen items waits by the same rules."""
        line = self.receivables(self.invoice)
        for mode, reason in (('automatic', False), ('automatic_confirm', 'mode')):
            with self.subTest(mode), self.rolled_back():
                self.go_to(jan(4))
                values = {'action_type': 'email', 'mode': mode, 'date': jan(4)}
                action = self.env['dso.action']._plan_specific(line, values)
                self.plan(self.customer)
                self.assertWaits(action, reason)
                self.go_to(jan(10))
                self.plan(self.customer)
                self.assertWaits(action, 'stale')
                action.action_confirm()
                self.plan(self.customer)
                self.assertWaits(action, False)

    def test_what_happened_outlasts_what_passes(self):
        action = self.action_on(jan(4), mode='automatic_confirm')
        action._wait_again('withdrawn')
        self.go_to(jan(10))
        self.plan(self.customer)
        self.assertWaits(action, 'withdrawn')

    def test_every_reason_has_a_sentence(self):
        action = self.action_on(jan(4))
        sentences = set()
        for reason, _label in CONFIRM_REASONS:
            action._wait_again(reason)
            sentences.add(action.explanation.rsplit("Waits for confirmation", 1)[1])
        self.assertEqual(len(sentences), len(CONFIRM_REASONS))
        self.assertLess(set(PASSING_REASONS), set(dict(CONFIRM_REASONS)))

    def test_reason_is_nobodys_to_write(self):
        action = self.action_on(jan(4), mode='automatic_confirm')
        manager = self.create_user('manager')
        with self.assertRaises(UserError):
            action.with_user(manager).write({'confirm_reason': False})
