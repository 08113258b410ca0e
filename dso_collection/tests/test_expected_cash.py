"""Expected cash: every open amount stands on one day, for one reason."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import jan
from .common_promises import PromiseCase


class TestExpectedCash(PromiseCase):
    """An invoice of 1000 due on 12 December, one of 500 due on 22 December."""

    def parts(self, *invoices):
        """Kind, day of January and amount of each part of invoices, all when none are given."""
        self.plan()
        self.env.flush_all()
        self.env.invalidate_all()
        domain = [('customer_id', '=', self.customer.id)]
        if invoices:
            domain.append(('move_id', 'in', [invoice.id for invoice in invoices]))
        return [
            (part.kind, part.date and (part.date - jan(0)).days, part.amount)
            for part in self.env['dso.expected.cash'].search(domain)
        ]

    def delay(self, days):
        """Let the customer have paid an earlier invoice so many days late."""
        paid = self.create_invoice(self.customer, jan(3) - timedelta(days=days), 800)
        self.pay(self.customer, 800, paid, day=jan(3))
        self.night(4)

    def dispute(self, invoice, **values):
        reason = self.env.ref('dso_collection.dso_dispute_reason_price')
        status = self.env.ref('dso_collection.dso_status_dispute')
        self.receivables(invoice)._dso_qualify(
            status, {'dispute': {'reason_id': reason.id, **values}}
        )

    def test_promised(self):
        self.promise(self.invoice, day=10, amount=600)
        self.assertEqual(self.parts(self.invoice), [('late', 4, 400), ('promised', 10, 600)])
        part = self.env['dso.expected.cash'].search([('kind', '=', 'promised')])
        name = self.customer.partner_id.name
        self.assertEqual(part.display_name, f"$\N{NO-BREAK SPACE}600.00, {name}")

    def test_promised_and_partly_paid(self):
        self.promise(self.invoice, day=10)
        self.pay(self.customer, 250, self.invoice)
        self.assertEqual(self.parts(self.invoice), [('promised', 10, 750)])

    def test_instalments(self):
        self.promise(self.invoice, self.other, day=10, instalment_count=3)
        parts = self.parts()
        self.assertEqual([part[0] for part in parts], ['instalment'] * 3)
        self.assertEqual([part[2] for part in parts], [500, 500, 500])

    def test_promise_in_its_grace(self):
        self.promise(self.other, day=10, grace_days=5)
        self.plan()
        self.go_to(jan(12))
        self.assertEqual(self.parts(self.other), [('promised', 12, 500)])

    def test_broken_promise_is_expected_as_any_item(self):
        self.promise(self.other, day=10)
        self.night(11)
        self.assertEqual(self.parts(self.other), [('late', 11, 500)])

    def test_promise_of_an_amount_covers_the_oldest_items(self):
        self.promise(amount=1200, day=10)
        self.promise(amount=100, day=12)
        self.assertEqual(
            self.parts(),
            [
                ('late', 4, 200),
                ('promised', 10, 1000),
                ('promised', 10, 200),
                ('promised', 12, 100),
            ],
        )

    def test_disputed(self):
        self.dispute(self.invoice, amount=300, target_date=jan(25))
        self.assertEqual(self.parts(self.invoice), [('late', 4, 700), ('disputed', 25, 300)])

    def test_litigation_has_no_day(self):
        status = self.env.ref('dso_collection.dso_status_litigation')
        self.receivables(self.invoice)._dso_qualify(status, {})
        self.assertEqual(self.parts(self.invoice), [('litigation', False, 1000)])

    def test_usual_delay(self):
        self.delay(12)
        coming = self.create_invoice(self.customer, jan(20), 300)
        self.assertEqual(self.parts(coming), [('due', 32, 300)])
        self.assertEqual(self.parts(self.other), [('late', 4, 500)])

    def test_credits(self):
        self.create_credit_note(self.customer, 80)
        self.assertIn(('credit', 4, -80), self.parts())

    def test_members_keep_their_own(self):
        self.customer._group_through(self.create_customer("Head Office"))
        self.assertEqual(sum(part[2] for part in self.parts()), 1500)

    def test_opens_where_the_day_comes_from(self):
        promise = self.promise(self.invoice, day=10)
        self.plan()
        part = self.env['dso.expected.cash'].search([('promise_id', '=', promise.id)])
        self.assertEqual(part.action_open_record()['res_id'], promise.id)

    # --- rights ------------------------------------------------------------------------------

    def test_reader(self):
        self.plan()
        cash = self.env['dso.expected.cash'].with_user(self.create_user('reader'))
        self.assertEqual(len(cash.search([('customer_id', '=', self.customer.id)])), 2)

    def test_strangers(self):
        self.plan()
        other = self.create_company()
        stranger = self.create_user(
            'manager', company_id=other.id, company_ids=[Command.set(other.ids)]
        )
        cash = self.env['dso.expected.cash']
        self.assertFalse(cash.with_user(stranger).search([('customer_id', '=', self.customer.id)]))
        portal = new_test_user(self.env, 'portal@example.com', groups='base.group_portal')
        with self.assertRaises(AccessError):
            cash.with_user(portal).search([])


class TestAverageDelay(PromiseCase):
    def paid(self, due, amount, day):
        invoice = self.create_invoice(self.customer, due, amount)
        return self.pay(self.customer, amount, invoice, day=day)

    def assertDelay(self, days):
        self.night(5)
        self.assertEqual(self.customer.average_delay, days)

    def test_weighted_by_amount(self):
        self.paid(jan(-20), 100, jan(0))
        self.paid(jan(-10), 300, jan(2))
        self.assertDelay(14)  # (100 × 20 + 300 × 12) / 400

    def test_early(self):
        self.paid(jan(20), 100, jan(3))
        self.assertDelay(-17)

    def test_parts_of_an_invoice(self):
        self.pay(self.customer, 900, self.other, self.invoice, day=jan(2))
        # 500 × 12 days + 400 × 22 days, by 900
        self.assertDelay(16)

    def test_credit_notes_are_no_payments(self):
        credit = self.create_credit_note(self.customer, 100)
        (self.receivables(credit) | self.receivables(self.invoice)).reconcile()
        self.assertDelay(0)

    def test_only_the_last_year(self):
        self.paid(jan(-600), 100, jan(-400))
        self.paid(jan(-10), 100, jan(0))
        self.assertDelay(10)

    def test_forgotten_when_the_payment_is_reversed(self):
        payment = self.paid(jan(-10), 100, jan(0))
        self.assertDelay(10)
        payment.remove_move_reconcile()
        self.night(6)
        self.assertEqual(self.customer.average_delay, 0)


class TestAgreesWithTheLedger(PromiseCase):
    """Whatever was recorded, the parts of the open items add up to them."""

    amounts = st.integers(min_value=1, max_value=90000).map(lambda cents: cents / 100)
    steps = st.lists(
        st.tuples(
            st.sampled_from(['invoice', 'pay', 'credit', 'promise', 'amount', 'plan', 'dispute']),
            amounts,
            st.booleans(),
            st.integers(min_value=0, max_value=20),
        ),
        min_size=1,
        max_size=10,
    )

    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @given(steps)
    def test_open_amounts(self, steps):
        with self.rolled_back():
            for kind, amount, is_foreign, number in steps:
                self.step(kind, amount, self.eur if is_foreign else self.usd, number)
                self.plan()
            self.assertEqual(self.totals('dso.expected.cash'), self.totals('account.move.line'))

    def step(self, kind, amount, currency, number):
        lines = self.customer.open_line_ids.filtered(
            lambda line: line.currency_id == currency and line.amount_residual_currency > 0
        )
        line = lines[number % len(lines)] if lines else lines
        day = jan(5 + number)
        if kind == 'invoice':
            self.create_invoice(self.customer, day, amount, currency_id=currency.id)
        elif kind == 'pay':
            self.pay(self.customer, amount, *line, currency=currency)
        elif kind == 'credit':
            self.create_credit_note(self.customer, amount, currency_id=currency.id)
        elif kind == 'amount':
            values = {'customer_id': self.customer.id, 'currency_id': currency.id}
            self.env['dso.promise']._take(lines.browse(), {**values, 'amount': amount, 'date': day})
        elif kind in ('promise', 'plan') and lines:
            count = 3 if kind == 'plan' else 1
            amount = max(0.03, min(amount, sum(lines.mapped('amount_residual_currency'))))
            values = {'amount': amount, 'date': day, 'instalment_count': count}
            if sum(lines.mapped('amount_residual_currency')) >= amount:
                self.env['dso.promise']._take(lines, values)
        elif kind == 'dispute' and line and not line.dso_dispute_id:
            status = self.env.ref('dso_collection.dso_status_dispute')
            reason = self.env.ref('dso_collection.dso_dispute_reason_price')
            amount = min(amount, line.amount_residual_currency)
            line._dso_qualify(status, {'dispute': {'reason_id': reason.id, 'amount': amount}})

    def totals(self, model):
        """Open amounts per currency, and in company currency, to the cent."""
        fields = {
            'dso.expected.cash': ('customer_id', self.customer.id, 'amount', 'amount_company'),
            'account.move.line': (
                'id',
                self.customer.open_line_ids.ids,
                'amount_residual_currency',
                'amount_residual',
            ),
        }[model]
        name, value, amount, booked = fields
        groups = self.env[model]._read_group(
            [(name, 'in', value if isinstance(value, list) else [value]), (amount, '!=', 0)],
            ['currency_id'],
            [f'{amount}:sum', f'{booked}:sum'],
        )
        return {
            currency: (round(total, 2), round(total_booked, 2))
            for currency, total, total_booked in groups
        }
