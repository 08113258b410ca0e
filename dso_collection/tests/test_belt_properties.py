"""Whatever happens: nobody is flooded, nobody is forgotten, nothing leaves before the start.

What counts is what a mail server took, by the day of the clock. HYPOTHESIS_PROFILE=thorough runs
more and longer sequences; a failure names its operations.
"""

from collections import Counter
from datetime import timedelta

from hypothesis import given
from odoo import fields
from odoo.exceptions import UserError

from ..engine import coverage_sql
from .common import jan
from .common_dispatch import DispatchCase
from .common_properties import Play, examples, sequences

CAP = 3
ADDRESSES = ('billing@example.com', 'office@example.com', 'one@example.com', 'two@example.com')
OPERATIONS = (
    'days', 'days', 'cron', 'cron', 'cron', 'queue', 'queue', 'start', 'start', 'release', 'pause',
    'outage', 'refusal', 'invoice', 'pay', 'confirm', 'by_hand', 'group', 'hold', 'contact',
    'retry',
)  # fmt: skip


class BeltPlay(Play):
    """One sequence on customers who share addresses, in a company that may not have started."""

    def __init__(self, case):
        super().__init__(case)
        self.company = case.company
        self.taken = 0  # messages of the mail server that were looked at
        self.days = []  # (day, addresses) of what it took
        self.released = Counter()

    def do(self, operation, number):
        super().do(operation, number)
        messages = self.case.server.messages
        for message in messages[self.taken :]:
            self.days.append((self.case.today, message['X-Rcpt'].lower().split(', ')))
        self.taken = len(messages)

    def open_actions(self, *states):
        return self.env['dso.action'].search([('state', 'in', states)])

    def do_days(self):
        self.case.go_to(self.case.today + timedelta(days=self.rng.randint(1, 3)), hour=10)
        self.case.run_cron_plan()

    def do_cron(self):
        self.case.run_cron()

    def do_queue(self):
        self.case.server.accept()
        self.case.run_queue()

    def do_outage(self):
        """The mail server is busy when the queue runs, and may be so until another day."""
        self.case.server.be_busy()
        self.case.run_queue()

    def do_refusal(self):
        self.case.server.refuse_message()
        self.case.run_queue()
        self.case.server.accept()

    def do_start(self):
        self.company.dso_started_on = self.company.dso_started_on or fields.Datetime.now()

    def do_pause(self):
        self.company.dso_paused = not self.company.dso_paused

    def do_release(self):
        days = self.env['dso.sending.day']
        waiting = sum(status['waiting'] for status in days.get_status())
        try:
            self.company.action_dso_release()
        except UserError:
            self.case.assertFalse(waiting)
        else:
            self.released[self.case.today] += waiting

    def do_invoice(self):
        due = self.case.today - timedelta(days=self.rng.randint(0, 3))
        self.case.create_invoice(self.customer, due, self.rng.randint(60, 900), posted=due)

    def do_pay(self):
        items = self.customer.open_line_ids.filtered(lambda line: line.amount_residual > 0)
        if items:
            self.case.pay(self.customer, items[0].amount_residual, items[0])

    def do_confirm(self):
        self.open_actions('planned').filtered('to_confirm').action_confirm()

    def do_by_hand(self):
        actions = self.open_actions('planned').filtered(lambda a: a.action_type == 'email')
        if actions and self.company.dso_started_on and not self.company.dso_paused:
            actions[: self.rng.randint(1, 3)].action_send_now()

    def do_retry(self):
        self.open_actions('error').action_retry()

    def do_group(self):
        head = self.rng.choice(self.customers)
        if self.customer.group_account_id:
            self.customer.group_account_id = False
        elif head not in (self.customer, *self.customer.grouped_account_ids) and not (
            head.group_account_id or self.customer.grouped_account_ids
        ):
            self.customer.group_account_id = head

    def do_hold(self):
        self.customer.hold_reason = False if self.customer.hold_reason else 'management'

    def do_contact(self):
        self.customer.partner_id.email = self.rng.choice(ADDRESSES)


class TestBeltProperties(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        steps = [(delay, 'email', 'automatic') for delay in range(1, 9)]
        cls.scenario = cls.create_scenario("Daily", steps)
        cls.company.write(
            {
                'dso_scenario_id': cls.scenario.id,
                'dso_started_on': False,
                'dso_daily_cap': CAP,
                'dso_contact_interval': 0,
                'dso_payment_grace': 0,
                'dso_sender_id': cls.env.uid,
                'dso_window_sat': True,
                'dso_window_sun': True,
            }
        )
        cls.customers = cls.create_customers(6)
        cls.customers.scenario_id = cls.scenario
        for place, customer in enumerate(cls.customers):
            customer.partner_id.email = ADDRESSES[place % 3]
            cls.create_invoice(customer, jan(2), 100 * (place + 1), posted=jan(2))
        cls.plan()

    @examples(5, 60)
    @given(sequences(OPERATIONS, 8, 14, 40))
    def test_random_sequences(self, operations):
        with self.rolled_back():
            self.server.messages.clear()
            self.server.accept()
            self.go_to(jan(4), hour=10)
            self.run_cron_plan()
            play = BeltPlay(self)
            for operation, number in operations:
                play.do(operation, number)
                self.plan()
                self.assertHolds(play, [name for name, _number in operations])

    def test_a_day_like_any_other(self):
        """A sequence in which every belt has something to stop."""
        play = BeltPlay(self)
        self.go_to(jan(4), hour=10)
        self.run_cron_plan()
        for operation in (
            'cron', 'queue', 'start', 'cron', 'outage', 'cron', 'days', 'cron', 'queue', 'release',
            'cron', 'queue', 'days', 'confirm', 'cron', 'queue',
        ):  # fmt: skip
            play.do(operation, 7)
            self.plan()
            self.assertHolds(play, [operation])
        self.assertGreater(len(play.days), CAP)

    def assertHolds(self, play, operations):
        if not self.company.dso_started_on:
            self.assertFalse(play.days, operations)
        reached = Counter((day, rcpt) for day, rcpts in play.days for rcpt in rcpts)
        self.assertLessEqual(max(reached.values(), default=0), 1, (operations, reached))
        sent = self.env['dso.action.message'].search(
            [('automatic', '=', True), ('delivery', '=', 'sent')]
        )
        for day, messages in sent.grouped('day').items():
            self.assertLessEqual(len(messages), CAP + play.released[day], operations)
        arrived = self.env['dso.action.message'].search([('delivery', '=', 'sent')])
        self.assertEqual(
            Counter(message.day for message in arrived),
            Counter(day for day, _rcpts in play.days),
            "each message counts for the day on which the server took it",
        )
        day = self.company.dso_planned_on
        if day == self.today:
            [row] = self.env.execute_query(coverage_sql.proof([(self.company.id, day)]))
            self.assertFalse(row[-2], (operations, row))
