"""Random books: a day that is rebuilt from the ledger is the day that was kept.

HYPOTHESIS_PROFILE=thorough plays more of them.
"""

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from .common import jan
from .common_figures import LEDGER, FigureCase
from .common_properties import examples

STEPS = (
    'invoice', 'invoice', 'instalments', 'pay', 'pay', 'deposit', 'credit', 'reverse', 'night',
    'night', 'nights',
)  # fmt: skip


class TestLedger(FigureCase):
    """Three customers of two companies in two currencies, whose rates change every five days."""

    steps = st.lists(
        st.tuples(
            st.sampled_from(STEPS),
            st.integers(0, 2**32),
        ),
        min_size=5,
        max_size=14,
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.go_to(cls.FIRST_DAY)
        cls.second = cls.create_company("Second")
        cls.customers = [
            cls.create_customer("One"),
            cls.create_customer("Two"),
            cls.create_customer("Three", company=cls.second),
        ]
        cls.env['res.currency.rate'].create(
            [
                {
                    'name': jan(day),
                    'currency_id': cls.eur.id,
                    'company_id': company.id,
                    'rate': 0.8 + (day % 7) / 50,
                }
                for day in range(-100, 90, 5)
                for company in (cls.company, cls.second)
            ]
        )

    def play(self, steps):
        """Play steps; return the companies' positions of each evening that was kept."""
        evenings = {}
        for name, number in steps:
            self.rng = Random(number)
            self.customer = self.rng.choice(self.customers)
            if not name.startswith('night'):
                getattr(self, f'do_{name}')()
                continue
            for company in (self.company, self.second):
                self.env['dso.customer'].search([('company_id', '=', company.id)])._plan()
                evenings[self.today, company] = self.positions(company)
            self.end_day()
            if name == 'nights':
                self.go_to(self.today + timedelta(days=self.rng.randint(2, 40)))
        return evenings

    def items(self, sign=1):
        lines = self.customer.open_line_ids.sorted('id')
        return lines.filtered(lambda line: line.amount_residual_currency * sign > 0)

    def do_invoice(self):
        due = self.today + timedelta(days=self.rng.randint(-20, 40))
        amount = self.rng.choice((40, 99.99, 1000))
        currency = self.rng.choice((self.usd, self.eur))
        self.create_invoice(self.customer, due, amount, currency_id=currency.id)

    def do_instalments(self):
        dues = [(50, self.today + timedelta(days=days)) for days in (1, 31)]
        self.create_invoice(self.customer, dues, 333.33)

    def do_pay(self):
        if items := self.items():
            item = self.rng.choice(items)
            part = item.amount_residual_currency * self.rng.choice((1, 1, 0.5))
            amount = item.currency_id.round(part)
            self.pay(self.customer, amount, item, currency=item.currency_id)

    def do_deposit(self):
        self.pay(self.customer, 70)

    def do_credit(self):
        credit = self.create_credit_note(self.customer, 25)
        items = self.items().filtered(lambda line: line.currency_id == self.usd)
        if items and self.rng.random() < 0.5:
            (self.receivables(credit) | self.rng.choice(items)).reconcile()

    def do_reverse(self):
        # Core takes payments off an invoice that it reverses: the books forget them.
        moves = self.items().move_id.filtered(
            lambda move: move.move_type == 'out_invoice' and move.payment_state == 'not_paid'
        )
        if moves:
            values = [{'date': self.today, 'invoice_date': self.today}]
            self.rng.choice(moves)._reverse_moves(values, cancel=True)

    def do_match(self):
        """Allocate late, or take an allocation back."""
        items = self.items()
        credits = self.items(-1)
        if items and credits:
            (items[0] | credits[0]).reconcile()

    def do_undo(self):
        lines = self.env['account.move.line'].search(
            [
                ('partner_id', '=', self.customer.partner_id.id),
                ('matched_credit_ids', '!=', False),
                ('currency_id', '=', self.usd.id),
            ]
        )
        lines[:1].remove_move_reconcile()

    def assertKept(self, evenings, names=LEDGER):
        """The days that were kept are those of the evenings; rebuilt, they are the same."""
        for turn in ('kept', 'rebuilt'):
            for (day, company), evening in evenings.items():
                found = self.totals(day, names, company)
                self.assertEqual(found, {name: evening[name] for name in names}, (turn, day))
            for company in (self.company, self.second):
                days = {day for day, _company in evenings}
                if turn == 'kept' and days:
                    self.rebuild(*days, company=company)

    @examples(6, 100)
    @given(steps)
    def test_rebuilt_is_kept(self, steps):
        with self.rolled_back():
            self.go_to(self.FIRST_DAY)
            for customer in self.customers:
                self.create_invoice(customer, jan(20), 50)
            self.assertKept(self.play([*steps, ('night', 1)]))

    @examples(3, 50)
    @given(steps, st.integers(0, 2**32))
    def test_balances_are_kept_whatever_is_matched_later(self, steps, number):
        """The books forget on which day something was matched, or that it was once."""
        steps = [
            (('match', 'undo')[n % 2], number + n) if n % 3 == 1 else step
            for n, step in enumerate(steps)
        ]
        with self.rolled_back():
            self.go_to(self.FIRST_DAY)
            for customer in self.customers:
                self.create_invoice(customer, jan(20), 50)
            self.assertKept(self.play([*steps, ('night', 1)]), ['balance'])
