"""The worked cases of the specification (section 10) through real accounting."""

from datetime import date

from odoo.tests import tagged

from .common import CollectionCase, jan


@tagged('post_install', '-at_install')
class TestWorkedCases(CollectionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.create_customer()

    def test_01_new_invoice(self):
        self.create_invoice(self.customer, jan(20))
        self.assertNext(self.customer, -5, jan(15), 'due')
        self.go_to(jan(15))
        self.complete(self.customer)
        self.assertNext(self.customer, 3, jan(25), 'due')  # the 23rd is a Saturday

    def test_02_payment_leaves_a_rest_below_the_threshold(self):
        self.company.dso_ignore_below = 10
        leader = self.create_invoice(self.customer, jan(8))
        following = self.create_invoice(self.customer, jan(16))
        self.go_to(jan(13))
        self.pay(self.customer, 995, leader)
        self.assertEqual(leader.amount_residual, 5)
        action = self.assertNext(self.customer, 3, jan(19), 'due')
        self.assertEqual(action.leader_move_id, following)

    def test_03_message_counts_for_every_item_it_listed(self):
        leader = self.create_invoice(self.customer, jan(-14))
        second = self.create_invoice(self.customer, jan(-11))
        self.go_to(jan(8))
        action = self.complete(self.customer)
        self.assertEqual(action.step_delay, 3)
        self.assertEqual(action.item_ids.mapped('offset_counted'), [3, 3])
        self.go_to(jan(14))
        self.pay(self.customer, 1000, leader)
        call = self.assertNext(self.customer, 10, jan(15), 'spacing')
        self.assertEqual((call.action_type, call.leader_move_id), ('call', second))

    def test_04_dispute_on_the_leader(self):
        """Taking a dispute is a contact, and what is disputed leads no more."""
        disputed = self.create_invoice(self.customer, jan(-9))
        second = self.create_invoice(self.customer, jan(5), 300)
        self.go_to(jan(12))
        self.dispute(disputed)
        action = self.assertNext(self.customer, 3, jan(18), 'interval')  # the 17th is a Sunday
        self.assertEqual((action.leader_move_id, action.amount), (second, 300))

    def test_04_dispute_is_resolved(self):
        """Ten days of grace, then the invoice leads again from the level that it had reached."""
        disputed = self.create_invoice(self.customer, jan(-9))
        self.complete(self.customer)  # +3 on 4 Jan
        self.go_to(jan(11))
        self.complete(self.customer)  # +10
        self.go_to(jan(12))
        dispute = self.dispute(disputed)
        self.assertFalse(self.next_action(self.customer))
        self.assertEqual(self.customer.reason, 'not_eligible')
        self.assertIn("In dispute until it is resolved (Price", str(self.customer.explanation))
        self.go_to(jan(20))
        dispute.action_settle('due')
        self.assertNext(self.customer, 20, jan(32), 'dispute')  # the 30th is a Saturday

    def dispute(self, invoice):
        """Open a dispute on the items of an invoice."""
        reason = self.env.ref('dso_collection.dso_dispute_reason_price')
        status = self.env.ref('dso_collection.dso_status_dispute')
        lines = self.receivables(invoice)
        lines._dso_qualify(status, {'dispute': {'reason_id': reason.id}})
        return lines.dso_dispute_id

    def test_05_credit_covers_half(self):
        self.create_invoice(self.customer, jan(5))
        self.pay(self.customer, 500)
        self.plan()
        self.go_to(jan(12))
        action = self.assertNext(self.customer, 3, jan(8))
        self.assertEqual((action.held, action.amount), ('credits', 500))
        self.assertNotIn(action, self.sendable())
        self.assertEqual(self.tasks(self.customer), {'allocate'})

    def test_06_credit_leaves_less_than_the_minimum(self):
        self.create_invoice(self.customer, jan(5))
        self.create_credit_note(self.customer, 960)
        self.go_to(jan(12))
        self.assertFalse(self.next_action(self.customer))
        self.assertEqual(self.customer.reason, 'below_minimum')
        self.assertEqual(self.tasks(self.customer), {'allocate'})

    def test_07_posted_too_late_for_the_step_before_the_due_date(self):
        self.go_to(jan(13))
        self.create_invoice(self.customer, jan(15))
        self.assertNext(self.customer, 3, jan(18), 'due')

    def test_08_group_is_cancelled(self):
        """Members of a group that was cancelled go on from the level that their items reached."""
        members = self.customer
        for name in ("Deco Addict", "Ready Mat"):
            members |= self.create_customer(name)
        for member, due in zip(members, (jan(-30), jan(-5), jan(5)), strict=True):
            self.create_invoice(member, due)
        (members - self.customer).group_account_id = self.customer
        while self.next_action(self.customer).step_delay < 35:
            self.customer.next_action_id.action_skip("Final notice at once")
        self.go_to(jan(13))
        self.assertEqual(self.complete(self.customer).step_delay, 35)
        self.assertEqual(members[1:].mapped('reason'), ['grouped', 'grouped'])
        self.go_to(jan(19))
        members.group_account_id = False
        self.plan(members)
        self.assertEqual(members[0].reason, 'decide')
        self.assertNext(members[1], 20, jan(25))
        self.assertNext(members[2], 10, jan(20))

    def test_09_scenario_changed_after_the_call(self):
        self.create_invoice(self.customer, jan(1))
        for day in (4, 11):
            self.go_to(jan(day))
            self.complete(self.customer)
        risky = self.create_scenario(
            "Risky",
            [(2, 'email', 'automatic'), (9, 'call', 'manual'), (14, 'email', 'automatic')],
        )
        self.customer.scenario_id = risky
        self.assertNext(self.customer, 14, jan(18), 'interval')  # the 16th is a Saturday

    def test_10_old_items_at_installation(self):
        customers = self.create_customers(200)
        self.create_opening_entry(customers, due=date(2025, 1, 10))
        self.plan()
        actions = customers.next_action_id
        self.assertEqual(len(actions), 200)
        self.assertFalse(actions & self.sendable())
        self.assertTrue(all(action.to_confirm for action in actions))

    def test_11_credit_in_another_currency(self):
        self.env['res.currency.rate'].create(
            {'currency_id': self.eur.id, 'name': jan(1), 'rate': 0.5}
        )
        self.create_invoice(self.customer, jan(5))
        self.create_credit_note(self.customer, 2000, currency_id=self.eur.id)
        self.plan()
        self.go_to(jan(8))
        action = self.assertNext(self.customer, 3, jan(8))
        self.assertEqual(self.customer.balance, 1000 - 4000)
        self.assertEqual((action.amount, action.held), (1000, False))
        self.assertFalse(self.tasks(self.customer))

    def test_12_agreed_date_survives_the_leader(self):
        leader = self.create_invoice(self.customer, jan(1))
        second = self.create_invoice(self.customer, jan(6))
        self.go_to(jan(7))
        agreed = self.next_action(self.customer)
        agreed.action_reschedule(jan(22))
        self.assertNext(self.customer, 3, jan(22), 'user')
        self.go_to(jan(14))
        self.pay(self.customer, 1000, leader)
        action = self.assertNext(self.customer, 3, jan(22), 'user')
        self.assertEqual(action.leader_move_id, second)
        self.assertEqual((agreed.state, agreed.reason_code), ('cancelled', 'replaced'))
        self.go_to(jan(22))
        self.assertTrue(self.next_action(self.customer).to_confirm)
        self.assertFalse(self.customer.next_action_id & self.sendable())

    def test_13_bookings_every_day(self):
        """The overdue amount crosses the minimum up and down daily: three quiet days first."""
        self.create_invoice(self.customer, jan(1), 100)
        for day in range(4, 12):
            self.go_to(jan(day))
            payment = self.pay(self.customer, 90)
            self.assertFalse(self.next_action(self.customer))
            payment.move_id.button_draft()
            payment.move_id.button_cancel()
            credit = self.create_credit_note(self.customer, 1)
            action = self.next_action(self.customer)
            self.assertGreaterEqual(action.date_planned, jan(day + 3))
            self.assertFalse(action & self.sendable())
            self.pay_back(credit)

    def pay_back(self, credit):
        """Refund an open credit note."""
        (self.receivables(credit) | self.pay(self.customer, -1)).reconcile()

    def test_14_newer_items_lead_after_the_last_step(self):
        old = self.create_invoice(self.customer, jan(-40), 400)
        for day in (5, 11, 18, 33):  # +3, +10, +20, +35
            self.go_to(jan(day))
            self.complete(self.customer)
        self.assertEqual(self.customer.reason, 'decide')
        new = self.create_invoice(self.customer, jan(34), 5000)
        self.go_to(jan(40))
        action = self.assertNext(self.customer, 3, jan(39))
        self.assertEqual((action.leader_move_id, action.amount), (new, 5400))
        self.assertEqual(self.tasks(self.customer), {'decide'})
        self.assertEqual(old.payment_state, 'not_paid')

    def sendable(self):
        """Actions that would be sent by themselves today."""
        self.plan()
        actions = self.env['dso.action']
        return actions.search(actions._domain_sendable(self.company, self.today))
