"""Promises to pay, from the dialog's values to the agenda, through real accounting."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import jan
from .common_promises import PromiseCase
from .common_queries import QueryCase


class TestTake(PromiseCase):
    def test_items(self):
        promise = self.promise(self.other, self.invoice, day=10, comment="Called back")
        self.assertEqual(promise.amount, 1500)
        self.assertEqual(promise.customer_id, self.customer)
        self.assertEqual(promise.item_ids.mapped('amount'), [1000, 500])
        self.assertTrue(promise.pauses)
        self.assertFalse(promise.plan_id)
        self.assertEqual(promise.comment, "Called back")
        self.assertIn("Promise to pay", self.customer.message_ids[0].body)

    def test_part_of_items_oldest_first(self):
        promise = self.promise(self.other, self.invoice, amount=1200)
        self.assertEqual(promise.item_ids.mapped('amount'), [1000, 200])

    def test_amount(self):
        promise = self.promise(amount=700)
        self.assertFalse(promise.item_ids)
        self.assertFalse(promise.pauses, "It names nothing that could pause")
        self.assertEqual(promise.currency_id, self.usd)

    def test_amount_of_whoever_owes_the_items(self):
        promise = self.promise(self.other, amount=700, of_amount=True)
        self.assertFalse(promise.item_ids)
        self.assertEqual(promise.customer_id, self.customer)

    def test_equal_instalments(self):
        plan = self.promise(self.invoice, day=31, instalment_count=3)
        self.assertEqual(plan.mapped('amount'), [333.33, 333.33, 333.34])
        self.assertEqual(plan.mapped('date'), [jan(31), jan(59), jan(90)])  # ends of months
        self.assertEqual(plan.mapped('instalment'), [1, 2, 3])
        self.assertEqual(plan.plan_id, plan[0])
        weekly = self.promise(self.other, instalment_count=2, instalment_unit='week')
        self.assertEqual(weekly.mapped('date'), [jan(10), jan(17)])

    def test_instalments_of_its_own(self):
        parts = [(jan(10), 600), ('2027-01-25', 400)]
        plan = self.promise(self.invoice, instalments=parts)
        self.assertEqual(plan.mapped('amount'), [600, 400])
        self.assertEqual(plan.mapped('date'), [jan(10), jan(25)])

    def test_instalments_list_every_item(self):
        plan = self.promise(self.invoice, self.other, instalment_count=3)
        self.assertEqual(
            [promise.item_ids.mapped('amount') for promise in plan], [[500, 0], [500, 0], [0, 500]]
        )

    def test_cancelling_gives_the_item_its_earlier_status(self):
        line = self.receivables(self.invoice)
        statuses = self.env['dso.status']
        sent, promised = (
            statuses.search([('category', '=', category)], limit=1)
            for category in ('in_progress', 'promise')
        )
        line._dso_qualify(sent)
        line._dso_qualify(promised, {'promise': {'date': jan(10)}})
        line.dso_promise_id.action_cancel("Cheque lost")
        line.invalidate_recordset()
        self.assertEqual(line.dso_status_id, sent)

    def test_new_promise_replaces_the_one_on_the_same_items(self):
        first = self.promise(self.invoice)
        wider = self.promise(self.other, self.invoice, day=20)
        self.assertEqual(first.state, 'cancelled')
        narrower = self.promise(self.other, day=25)
        self.assertEqual((wider | narrower).mapped('state'), ['open', 'open'])

    def assertRefused(self, words, *items, error=UserError, **values):
        with self.assertRaisesRegex(error, words), self.cr.savepoint():
            self.promise(*items, **values)
        self.assertFalse(self.customer.promise_ids)

    def test_refused(self):
        self.assertRefused("choose today or a later day", self.invoice, day=3)
        self.assertRefused("lower the amount", self.invoice, amount=1000.01)
        self.assertRefused("must be more than 0", amount=0)
        self.assertRefused("must be more than 0", self.invoice, amount=0.01, instalment_count=2)
        self.assertRefused("add up to", self.invoice, instalments=[(jan(10), 600), (jan(20), 399)])
        self.assertRefused(
            "a day of its own", self.invoice, instalments=[(jan(20), 600), (jan(20), 400)]
        )
        with self.assertRaisesRegex(UserError, "Give the promise a day"):
            self.env['dso.promise']._take(self.receivables(self.invoice), {})

    @mute_logger('odoo.sql_db')
    def test_refused_by_constraints(self):
        refusal = {'error': IntegrityError, 'amount': 50}
        self.assertRefused("check_enough", tolerance=50, **refusal)
        self.assertRefused("check_tolerance", grace_days=-1, **refusal)


class TestStates(PromiseCase):
    def test_kept(self):
        promise = self.promise(self.invoice, day=10)
        self.assertPromise(promise, 'open')
        self.go_to(jan(8))
        self.pay(self.customer, 1000, self.invoice)
        self.assertPromise(promise, 'kept', 1000, 8)

    def test_reversed_payment(self):
        promise = self.promise(self.invoice, day=10)
        self.go_to(jan(8))
        payment = self.pay(self.customer, 1000, self.invoice)
        self.assertPromise(promise, 'kept', 1000, 8)
        payment.remove_move_reconcile()
        self.assertPromise(promise, 'open')
        self.night(11)
        self.assertPromise(promise, 'broken', 0, 11)
        (payment | self.receivables(self.invoice)).reconcile()
        self.assertPromise(promise, 'kept', 1000, 8)

    def test_reversal_entry(self):
        """The payment is cleared by its reversal, which pays nothing."""
        promise = self.promise(amount=1000, day=10)
        payment = self.pay(self.customer, 1000, self.invoice)
        self.assertPromise(promise, 'kept', 1000, 4)
        payment.move_id._reverse_moves([{'date': jan(4)}], cancel=True)
        self.assertPromise(promise, 'open')

    def test_credit_note_counts(self):
        promise = self.promise(self.invoice, day=10)
        credit = self.create_credit_note(self.customer, 300)
        (self.receivables(credit) | self.receivables(self.invoice)).reconcile()
        self.assertPromise(promise, 'open', 300)
        self.night(11)
        self.assertPromise(promise, 'partial', 300, 11)

    def test_paid_before_it_was_taken(self):
        self.pay(self.customer, 400, self.invoice)
        promise = self.promise(self.invoice, day=10)
        self.assertEqual(promise.amount, 600)
        of_amount = self.promise(amount=100, day=20)
        self.assertPromise(promise, 'open')
        self.assertPromise(of_amount, 'open')
        self.pay(self.customer, 600, self.invoice)
        self.assertPromise(promise, 'kept', 600, 4)
        self.assertPromise(of_amount, 'open')

    def test_any_payment_keeps_an_amount(self):
        promise = self.promise(amount=700, day=10)
        self.pay(self.customer, 500, self.other, day=jan(6))
        self.pay(self.customer, 200, self.invoice, day=jan(7))
        self.assertPromise(promise, 'kept', 700, 7)

    def test_unallocated_payment_keeps_nothing_yet(self):
        promise = self.promise(amount=700, day=10)
        payment = self.pay(self.customer, 700)
        self.assertPromise(promise, 'open')
        (payment | self.receivables(self.invoice)).reconcile()
        self.assertPromise(promise, 'kept', 700, 4)

    def test_payment_of_another_customer_or_currency(self):
        promise = self.promise(amount=700, day=10)
        stranger = self.create_customer("Deco Addict")
        self.pay(stranger, 700, self.create_invoice(stranger, jan(-5), 700))
        foreign = self.create_invoice(self.customer, jan(-5), 700, currency_id=self.eur.id)
        self.pay(self.customer, 700, foreign, currency=self.eur)
        self.assertPromise(promise, 'open')

    def test_promise_in_another_currency(self):
        foreign = self.create_invoice(self.customer, jan(-5), 700, currency_id=self.eur.id)
        promise = self.promise(foreign, day=10)
        self.assertEqual((promise.amount, promise.currency_id), (700, self.eur))
        self.pay(self.customer, 700, foreign, currency=self.eur)
        self.assertPromise(promise, 'kept', 700, 4)

    def test_oldest_promise_first(self):
        plan = self.promise(self.invoice, self.other, day=10, instalment_count=3)
        self.pay(self.customer, 600, self.other, self.invoice, day=jan(9))
        self.assertPromise(plan[0], 'kept', 500, 9)
        self.assertPromise(plan[1], 'open', 100)
        self.night(11)
        self.assertFalse(plan[2].lapsed)
        self.night(42)  # the second was due on 10 February
        self.assertPromise(plan[1], 'partial', 100, 42)
        self.assertTrue(plan[2].lapsed)

    def test_invoice_comes_back_with_a_lower_amount(self):
        promise = self.promise(self.invoice, day=10)
        self.invoice.button_draft()
        self.assertPromise(promise, 'cancelled')
        self.invoice.invoice_line_ids.price_unit = 900
        self.invoice.action_post()
        self.assertPromise(promise, 'open')
        self.pay(self.customer, 900, self.invoice)
        self.assertPromise(promise, 'kept', 900, 4)

    def test_due_date_moved(self):
        promise = self.promise(self.invoice, day=10)
        self.receivables(self.invoice).date_maturity = jan(20)
        self.pay(self.customer, 1000, self.invoice)
        self.assertPromise(promise, 'kept', 1000, 4)

    def test_day_of_the_company(self):
        """Its day ends at midnight where the company is."""
        self.company.dso_tz = 'America/New_York'
        promise = self.promise(self.invoice, day=10)
        self.plan()
        self.go_to(jan(11), hour=3)
        self.plan(self.customer)
        self.assertPromise(promise, 'open')
        self.go_to(jan(11), hour=6)
        self.plan(self.customer)
        self.assertPromise(promise, 'broken', 0, 11)

    def test_merged_contacts(self):
        promise = self.promise(self.invoice, day=10)
        twin = self.create_customer("Azure Interior Ltd")
        wizard = self.env['base.partner.merge.automatic.wizard'].create({})
        wizard._merge((self.customer.partner_id | twin.partner_id).ids, twin.partner_id)
        self.assertEqual(promise.customer_id, twin)
        self.pay(twin, 1000, self.invoice)
        self.assertPromise(promise, 'kept', 1000, 4)


class TestCancel(PromiseCase):
    def test_cancel(self):
        promise = self.promise(self.invoice, day=10)
        with self.assertRaisesRegex(UserError, "Give a reason"):
            promise.action_cancel()
        promise.action_cancel("They have closed")
        self.assertPromise(promise, 'cancelled', 0, 4)
        self.assertEqual(promise.cancel_reason, "They have closed")
        self.assertIn("They have closed", self.customer.message_ids[0].body)
        self.pay(self.customer, 1000, self.invoice)
        self.assertPromise(promise, 'cancelled', 0, 4)
        with self.assertRaisesRegex(UserError, "Only open promises"):
            promise.action_cancel("Again")

    def test_rest_of_a_plan(self):
        plan = self.promise(self.invoice, day=10, instalment_count=4)
        self.pay(self.customer, 250, self.invoice)
        self.plan()
        plan[2].action_cancel("Bank has changed")
        self.assertEqual(plan.mapped('state'), ['kept', 'open', 'cancelled', 'cancelled'])


class TestFollowUp(PromiseCase):
    def follow_ups(self):
        return self.customer.open_action_ids.filtered(lambda a: a.origin == 'specific')

    def test_broken(self):
        promise = self.promise(self.invoice, day=10)
        self.night(10)
        self.assertFalse(self.follow_ups())
        self.night(11)
        self.assertPromise(promise, 'broken', 0, 11)
        action = self.follow_ups()
        self.assertEqual(promise.action_id, action)
        self.assertEqual((action.action_type, action.date_planned), ('call', jan(11)))
        self.assertEqual(action.item_ids.move_id, self.invoice)
        self.assertIn("broken", action.note)
        self.assertIn("broken", self.customer.message_ids[0].body)

    def test_once(self):
        self.promise(self.invoice, day=10)
        self.night(11)
        self.follow_ups().action_complete()
        for day in (12, 13):
            self.night(day)
        self.assertFalse(self.follow_ups())

    def test_as_its_status_says(self):
        status = self.env['dso.status'].create(
            {
                'name': "Promised in writing",
                'category': 'promise',
                'follow_up_type': 'task',
                'follow_up_name': "Ask the manager",
            }
        )
        lines = self.receivables(self.invoice)
        lines._dso_qualify(status, {'promise': {'date': jan(10)}})
        self.night(11)
        self.assertEqual(self.follow_ups().mapped('name'), ["Ask the manager"])

    def test_partly_kept(self):
        self.promise(self.invoice, day=10)
        self.pay(self.customer, 600, self.invoice)
        self.night(11)
        self.assertEqual(len(self.follow_ups()), 1)

    def test_paid_late_the_same_day(self):
        self.promise(self.invoice, day=10)
        self.plan()
        self.go_to(jan(11))
        self.pay(self.customer, 1000, self.invoice)
        self.night(11)
        self.assertFalse(self.follow_ups())

    def test_one_for_all_of_a_customer(self):
        promises = self.promise(self.invoice, day=10) | self.promise(self.other, day=10)
        self.night(11)
        action = self.follow_ups()
        self.assertEqual(len(action), 1)
        self.assertEqual(promises.action_id, action)
        self.assertEqual(len(action.note.splitlines()), 2)

    def test_amount_is_followed_up_on_what_is_overdue(self):
        self.create_invoice(self.customer, jan(30))
        self.promise(amount=100, day=10)
        self.night(11)
        self.assertEqual(self.follow_ups().item_ids.move_id, self.invoice | self.other)

    def test_member_of_a_group(self):
        head = self.create_customer("Head Office")
        self.customer._group_through(head)
        promise = self.promise(self.invoice, day=10)
        self.night(11)
        self.assertEqual(promise.action_id.item_ids.customer_id, self.customer)


class TestReliability(PromiseCase):
    def test_by_number_and_amount(self):
        kept = self.promise(self.other, day=6, tolerance=20)
        self.promise(self.invoice, day=7)
        waiting = self.promise(amount=50, day=20)
        self.pay(self.customer, 490, self.other)
        self.night(8)
        self.assertPromise(kept, 'kept', 490, 4)
        self.assertPromise(waiting, 'open')
        customer = self.customer
        figures = (customer.open_promise_count, customer.kept_promise_count)
        self.assertEqual(figures, (1, 1))
        self.assertEqual(customer.due_promise_count, 2)
        self.assertEqual(customer.promise_reliability, 0.5)
        self.assertAlmostEqual(customer.promise_reliability_amount, 500 / 1500)

    def test_without_promises(self):
        self.assertEqual(self.customer.promise_reliability, 0)
        self.assertEqual(self.customer.due_promise_count, 0)


class TestRights(PromiseCase):
    def test_nobody_writes_by_hand(self):
        promise = self.promise(self.invoice, day=10).with_user(self.create_user('manager'))
        for values in ({'state': 'kept'}, {'amount': 1}, {'date': jan(30)}, {'grace_days': 9}):
            with self.assertRaises(AccessError):
                promise.write(values)
        promise.comment = "Spoke to the owner"
        with self.assertRaises(AccessError):
            promise.create({'customer_id': self.customer.id, 'amount': 1, 'date': jan(9)})
        with self.assertRaises(AccessError):
            promise.unlink()

    def test_reader_cancels_nothing(self):
        promise = self.promise(self.invoice, day=10).with_user(self.create_user('reader'))
        self.assertEqual(promise.amount, 1000)
        with self.assertRaises(AccessError):
            promise.action_cancel("No")

    def test_collector_cancels(self):
        promise = self.promise(self.invoice, day=10).with_user(self.create_user('collector'))
        promise.action_cancel("Agreed")
        self.assertEqual(promise.state, 'cancelled')

    def test_other_company(self):
        other = self.create_company()
        stranger = self.create_user(
            'manager', company_id=other.id, company_ids=[Command.set(other.ids)]
        )
        promise = self.promise(self.invoice, day=10).with_user(stranger)
        self.assertFalse(promise.search([('customer_id', '=', self.customer.id)]))
        with self.assertRaises(AccessError):
            promise.read(['amount'])

    def test_portal(self):
        promise = self.promise(self.invoice, day=10)
        portal = new_test_user(self.env, 'portal@example.com', groups='base.group_portal')
        with self.assertRaises(AccessError):
            promise.with_user(portal).read(['amount'])


@tagged('post_install', '-at_install')
class TestQueries(QueryCase):
    """As many statements for the promises of many customer accounts as for those of few."""

    def promises(self, customers):
        self.go_to(self.FIRST_DAY)
        self.create_opening_entry(customers, jan(-20))
        self.plan()
        promises = self.env['dso.promise']
        for customer in customers:
            promises |= promises._take(customer.open_line_ids, {'date': jan(5)})
        self.plan()
        return promises

    def test_refresh(self):
        def broken(customers):
            self.promises(customers)
            self.go_to(jan(6))
            return customers

        self.assertSame(broken, lambda customers: customers._plan())

    def test_follow_up(self):
        def untold(customers):
            promises = self.promises(customers)
            self.go_to(jan(6))
            customers._plan()
            return promises

        self.assertSame(untold, lambda _promises: self.env['dso.promise']._follow_up(self.company))

    def test_reliability(self):
        def read(promises):
            promises.customer_id.mapped('promise_reliability_amount')

        self.assertSame(self.promises, read)
