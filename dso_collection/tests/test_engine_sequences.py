"""Random sequences of what people do, through real accounting, with the invariants after each.

HYPOTHESIS_PROFILE=thorough runs more and longer ones. A failure names its operations.
"""

from datetime import datetime, timedelta

from hypothesis import given
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from ..engine import coverage_sql
from .common import CollectionCase, jan
from .common_properties import Play, examples, sequences
from .comparison import Comparison, expected_listing, stored_listing
from .reference_groups import grouping, refusal, regroup
from .reference_loader import reference_from_db

OPERATIONS = (
    'invoice', 'instalments', 'pay', 'pay_on_account', 'credit', 'draft_credit', 'post_draft',
    'unreconcile', 'reset', 'move_due', 'block', 'exclude', 'scenario', 'step', 'complete',
    'complete', 'skip', 'reschedule', 'give_date_back', 'confirm', 'hold', 'release', 'group',
    'group', 'group', 'ungroup', 'cancel_group', 'specific', 'close_specific', 'address',
    'threshold', 'days', 'days', 'dispute', 'dispute', 'partial', 'settle', 'promise', 'promise',
    'litigation', 'progress', 'chosen', 'broken_rule', 'contact',
)  # fmt: skip


class BookPlay(Play):
    """What people do with the customers of a company and with their documents."""

    # --- choices ---------------------------------------------------------------------------

    def day(self, first, last):
        return self.case.today + timedelta(days=self.rng.randint(first, last))

    def choose(self, records):
        return self.rng.choice(records) if records else records

    def moves(self, **conditions):
        """Documents of the customer, by state and type."""
        domain = [('partner_id', '=', self.customer.partner_id.id)]
        domain += [(name, '=', value) for name, value in conditions.items()]
        return self.env['account.move'].search(domain)

    def invoice(self):
        return self.choose(self.moves(state='posted', move_type='out_invoice'))

    def items(self):
        items = self.customer.open_line_ids.sorted('id')
        return items.filtered(lambda line: line.amount_residual > 0)

    def action(self):
        """The next scenario action, planned as a screen shows it."""
        self.case.plan()
        return self.customer.next_action_id.filtered(lambda a: a.state in ('planned', 'error'))

    # --- books -----------------------------------------------------------------------------

    def do_invoice(self):
        amount = self.rng.choice((5, 40, 100, 1000))
        posted = self.day(-60, 0)
        currency = self.rng.choice((self.case.usd, self.case.usd, self.case.eur))
        reached = self.rng.choice(self.case.scenario.step_ids.mapped('delay'))
        due = max(posted, self.rng.choice((self.day(-40, 20), self.day(-reached, -reached))))
        self.case.create_invoice(self.customer, due, amount, posted, currency_id=currency.id)

    def do_instalments(self):
        first = self.day(-20, 5)
        parts = [(50, first), (50, first + timedelta(days=15))]
        self.case.create_invoice(self.customer, parts, 300, posted=first - timedelta(days=10))

    def do_pay(self):
        item = self.choose(self.items())
        if item:
            part = self.rng.choice((1, 1, 0.5, 0.95))
            amount = item.currency_id.round(item.amount_residual_currency * part)
            self.case.pay(self.customer, amount, item, currency=item.currency_id)
            self.case.assertBooked(self.customer)

    def do_pay_on_account(self):
        self.case.pay(self.customer, self.rng.choice((5, 300, 1000)))
        self.case.assertBooked(self.customer)

    def do_credit(self):
        self.case.create_credit_note(self.customer, self.rng.choice((20, 400)))
        self.case.assertBooked(self.customer)

    def do_draft_credit(self):
        self.case.create_credit_note(self.customer, 100, post=False)

    def do_post_draft(self):
        drafts = self.moves(state='draft')
        if drafts:
            drafts[0].action_post()
            if drafts[0].move_type == 'out_refund':
                self.case.assertBooked(self.customer)

    def do_unreconcile(self):
        move = self.invoice()
        move.line_ids.remove_move_reconcile()

    def do_reset(self):
        """Back to draft, a line changed, posted again: Odoo replaces the journal items."""
        move = self.invoice()
        if move:
            move.button_draft()
            move.invoice_line_ids.price_unit = self.rng.choice((30, 100, 700))
            if self.rng.random() < 0.7:
                move.action_post()

    def do_move_due(self):
        item = self.choose(self.items())
        item.date_maturity = self.day(-20, 20)

    def do_block(self):
        move = self.invoice()
        if move.payment_state in ('not_paid', 'partial', 'blocked'):
            move.action_toggle_block_payment()

    def do_exclude(self):
        item = self.choose(self.items())
        item.no_followup = self.rng.random() < 0.6

    # --- people ----------------------------------------------------------------------------

    def do_scenario(self):
        self.customer.scenario_id = self.rng.choice((self.case.scenario, *self.case.others, False))

    def do_step(self):
        step = self.rng.choice(self.case.scenario.step_ids.sorted('delay'))
        step.delay += self.rng.choice((1, -1))

    def do_complete(self):
        action = self.action()
        if action:
            expected = expected_listing(self.env, action, self.case.today)
            action._set_done('sent' if action.action_type == 'email' else 'done')
            self.case.assertEqual(stored_listing(self.env, action), expected)

    def do_skip(self):
        action = self.action()
        if action:
            action.action_skip("Agreed by phone")

    def do_reschedule(self):
        action = self.action()
        if action:
            action.action_reschedule(self.day(0, 10))

    def do_give_date_back(self):
        action = self.action()
        if action:
            action.action_reschedule(False)

    def do_confirm(self):
        action = self.action().filtered(lambda a: a.mode != 'manual')
        if action:
            action.action_confirm()

    def do_hold(self):
        values = {'hold_reason': 'payment_plan', 'hold_until': self.day(0, 8), 'hold_from': False}
        self.customer.write(values)

    def do_release(self):
        self.customer.write({'hold_reason': False, 'hold_until': False})

    def do_group(self):
        self.regroup(self.rng.choice(self.customers))

    def do_ungroup(self):
        self.regroup(self.env['dso.customer'])

    def do_cancel_group(self):
        account = self.customer.group_account_id or self.customer
        account.action_cancel_group()
        self.case.assertFalse(account.grouped_account_ids)

    def regroup(self, account):
        """Collect the customer through an account, when the reference says that this can be."""
        before = reference_from_db(self.env)
        mine, lead = (by_customer(before, customer) for customer in (self.customer, account))
        if refusal(before, mine, lead):
            with self.case.assertRaises(ValidationError):
                self.customer.group_account_id = account
            self.customer.invalidate_recordset()
            return
        regroup(before, mine, lead, datetime.now())
        self.customer.group_account_id = account
        self.case.assertEqual(grouping(reference_from_db(self.env)), grouping(before))

    def do_specific(self):
        values = {'customer_id': self.customer.id, 'action_type': 'call', 'name': "Ask for a plan"}
        action = self.env['dso.action'].create({**values, 'date_planned': self.day(0, 5)})
        through = self.customer.group_account_id
        self.case.assertEqual(action.customer_id, through or self.customer)
        self.case.assertEqual(action.member_id, self.customer if through else through)

    def do_close_specific(self):
        actions = self.customer.open_action_ids.filtered(
            lambda a: a.origin == 'specific' and not a.is_settling
        )
        if actions:
            self.choose(actions).action_complete()

    # --- what people record ----------------------------------------------------------------

    def qualify(self, name, values=None):
        """Give an open item a status, unless it is disputed already."""
        item = self.choose(self.items())
        if item and not (name == 'dispute' and item.dso_dispute_id):
            item._dso_qualify(self.env.ref(f'dso_collection.dso_status_{name}'), values or {})

    def do_dispute(self):
        reason = self.env.ref('dso_collection.dso_dispute_reason_price')
        amount = self.rng.choice((None, 5, 30))
        self.qualify('dispute', {'dispute': {'reason_id': reason.id, 'amount': amount}})

    def do_partial(self):
        self.case.company.dso_dispute_partial = self.rng.random() < 0.5

    def do_settle(self):
        disputes = self.env['dso.dispute'].search([('state', '=', 'open')])
        if disputes:
            self.choose(disputes).action_settle('due')

    def do_promise(self):
        values = {'date': self.day(0, 5), 'grace_days': self.rng.choice((0, 2))}
        self.qualify('promise', {'promise': {**values, 'pauses': self.rng.random() < 0.8}})

    def do_litigation(self):
        self.qualify('litigation')

    def do_progress(self):
        self.qualify('in_progress')

    def do_chosen(self):
        """A specific action for some items, which leave the scenario."""
        items = self.items()[:2]
        if items:
            values = {'action_type': 'call', 'date': self.day(0, 5)}
            self.env['dso.action']._plan_specific(items, values)

    def do_broken_rule(self):
        self.case.scenario.broken_promise = self.rng.choice(('continue', 'raise'))

    def do_contact(self):
        """A call out of the scenario."""
        values = {'action_type': 'call'}
        self.env['dso.action']._act_at_once(self.customer, self.items()[:1], values)

    def do_address(self):
        self.customer.partner_id.email = self.rng.choice((False, 'nonsense', 'new@example.com'))

    def do_threshold(self):
        self.case.company.dso_ignore_below = self.rng.choice((0, 50))

    def do_days(self):
        self.case.go_to(self.day(1, 6))


def by_customer(portfolio, customer):
    """The account of the reference that is a customer account, nothing for none."""
    key = (customer.partner_id.id, customer.company_id.id)
    return next((account for account in portfolio.accounts if account.id == key), None)


@tagged('post_install', '-at_install')
class TestEngineSequences(CollectionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.others = cls.create_scenario(
            "Public sector",
            [(7, 'email', 'automatic_confirm'), (14, 'call', 'manual')],
            after_last='repeat',
            repeat_days=6,
        )
        cls.others |= cls.create_scenario("Nothing", ())
        names = ("Azure Interior", "Deco Addict", "Ready Mat", "Lumber Inc")
        cls.customers = [cls.create_customer(name) for name in names]
        for customer, amount in zip(cls.customers, (400, 40, 1000, 70), strict=True):
            cls.create_invoice(customer, jan(-20), amount, posted=jan(-40))
            cls.create_invoice(customer, jan(7), 300, posted=jan(-20))
        cls.plan()

    @examples(30, 200)
    @given(sequences(OPERATIONS, 6, 6, 30))
    def test_random_sequences(self, operations):
        with self.rolled_back():
            self.go_to(jan(4))
            play = BookPlay(self)
            for operation, number in operations:
                closed = self.closed_actions()
                play.do(operation, number)
                self.finish()
                self.assertAgrees(operation)
                self.assertComplete(operation)
                self.assertEqual(closed.items() - self.closed_actions().items(), set())

    def finish(self):
        """What commit and scheduled action do after an operation."""
        self.plan()
        self.run_cron_plan()

    # --- invariants ------------------------------------------------------------------------

    def assertAgrees(self, operation):
        """Incremental planning, full planning and the reference come to the same."""
        before = self.dump()
        run = self.env['dso.customer']._plan_all
        comparison = Comparison(self.env, self.today, lambda: run(today=self.today))
        if comparison.found:
            self.fail(f'after {operation}: {comparison.report()}')
        self.assertNothingWritten(before, f'after {operation}: a full plan changes something')
        self.assertFalse(
            self.env['dso.action'].search(
                [
                    ('customer_id.group_account_id', '!=', False),
                    ('state', 'in', ('planned', 'error')),
                ]
            ),
            "A grouped customer account has an open action",
        )

    def assertComplete(self, operation):
        """What is overdue is in one state each, and adds up to the ledger."""
        proof = coverage_sql.proof([(self.company.id, self.today)])
        [(*figures, wrong_count, wrong_ids)] = self.env.execute_query(proof)
        self.assertFalse(wrong_count, f'after {operation}: {wrong_ids} do not add up: {figures}')

    def assertBooked(self, customer):
        """A booking starts the grace of its customer account."""
        self.plan()
        self.assertEqual(customer.last_booking_date, self.today)

    def closed_actions(self):
        """The history as text, by action."""
        self.env.flush_all()
        query = "SELECT id, t::text FROM dso_action t WHERE state IN ('done', 'cancelled')"
        return dict(self.env.execute_query(SQL(query)))
