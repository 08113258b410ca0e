"""Nothing that people do brings a disputed item, or one in litigation, into a reminder.

Random sequences through real accounting; after each operation everything that may leave leaves, and
what was sent is searched for what was out of the scenario at that moment.
HYPOTHESIS_PROFILE=thorough runs more and longer ones. A failure names its operations.
"""

from unittest.mock import patch

from hypothesis import example, given
from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import html2plaintext

from .common import jan
from .common_dispatch import DispatchCase
from .common_properties import examples, sequences
from .test_engine_sequences import BookPlay
from .test_letters import LetterCase

OPERATIONS = (
    'dispute', 'dispute', 'dispute', 'litigation', 'litigation', 'settle', 'keep_open', 'reopen',
    'cancel_dispute', 'status', 'follow_up', 'invoice', 'invoice', 'instalments', 'pay', 'credit',
    'unreconcile', 'reset', 'reset', 'move_due', 'move_due', 'block', 'exclude', 'scenario',
    'reschedule', 'skip', 'hold', 'release', 'group', 'ungroup', 'cancel_group', 'print', 'days',
    'days', 'days',
)  # fmt: skip

#: Everything that a text can list or add up.
BODY = """<p>#items_list</p><p>#items_list_overdue</p><p>#items_list_not_due</p>
<p>#items_list_selected</p><p>#items_list_collection_grouped_splitted</p>"""

#: Days and types of a scenario that sends as often as it can.
STEPS = (
    (-10, 'email', 'automatic'),
    (1, 'email', 'automatic'),
    (2, 'letter', 'automatic'),
    (3, 'email', 'automatic_confirm'),
    (5, 'email', 'manual'),
    (8, 'letter', 'manual'),
    (11, 'email', 'automatic'),
)


class DisputePlay(BookPlay):
    """What people do with disputes, and accounting with those very invoices meanwhile."""

    def invoice(self):
        """Mostly one that is out of the scenario, of whatever customer."""
        out = self.case.out_of_scenario()
        if not out or self.rng.random() < 0.2:
            return super().invoice()
        move = self.choose(out.filtered(lambda move: move.state == 'posted'))
        self.customer = move._dso_customers()[move] if move else self.customer
        return move

    def do_move_due(self):
        item = self.choose(self.case.receivables(self.invoice()))
        item.date_maturity = self.day(-20, 0)

    def open_lines(self, category=None):
        """The open debit items of one invoice of the customer, of a category when given."""
        lines = self.items()
        if category:
            lines = lines.filtered(lambda line: line.dso_status_category == category)
        move = self.choose(lines.move_id)
        return lines.filtered(lambda line: line.move_id == move)

    def qualify(self, category, values=None):
        lines = self.open_lines()
        if lines:
            self.attempt(lines._dso_qualify, self.case.status(category), values)

    def dispute(self, *states):
        disputes = self.env['dso.dispute'].search([('state', 'in', states)])
        return self.choose(disputes)

    def attempt(self, method, *args):
        """Do what may be refused."""
        try:
            with self.env.cr.savepoint():
                method(*args)
        except (UserError, ValidationError):
            self.env.invalidate_all()

    def do_dispute(self):
        reason = self.case.env.ref('dso_collection.dso_dispute_reason_quality')
        self.qualify('dispute', {'dispute': {'reason_id': reason.id}})

    def do_litigation(self):
        self.qualify('litigation')

    def do_status(self):
        self.qualify('in_progress')

    def do_follow_up(self):
        """A message about chosen items that goes out by itself."""
        mail_template_id = self.case.mail_template.id
        follow_up = {'action_type': 'email', 'mode': 'automatic', 'date': self.case.today}
        values = {'follow_up': {**follow_up, 'mail_template_id': mail_template_id}}
        self.qualify(self.rng.choice(('in_progress', 'litigation')), values)

    def do_settle(self):
        dispute = self.dispute('open')
        if dispute:
            dispute.action_settle('due')

    def do_keep_open(self):
        dispute = self.dispute('open')
        if dispute:
            dispute.action_settle('open', self.day(0, 5))

    def do_reopen(self):
        dispute = self.dispute('resolved', 'cancelled')
        if dispute:
            self.attempt(dispute.action_reopen)

    def do_cancel_dispute(self):
        dispute = self.dispute('open')
        if dispute:
            dispute.action_cancel()

    def do_print(self):
        letters = self.env['dso.action.message'].search([('is_waiting', '=', True)])
        if letters:
            letters.action_print()
            self.case.check(letters.filtered(lambda letter: letter.printed_on))
            self.case.plan()
            letters.filtered('is_waiting').action_mark_posted(anyway=True)

    def regroup(self, account):
        self.attempt(self.customer.write, {'group_account_id': account.id})


@tagged('post_install', '-at_install')
class TestDisputedNeverReminded(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        letters = cls.registry['dso.letter']
        cls.startClassPatcher(patch.object(letters, '_print', lambda self, html: html.encode()))
        cls.startClassPatcher(patch.object(letters, '_get_scale', lambda self, paper: 1))
        cls.invoice.button_draft()
        cls.invoice.unlink()
        always = {f'dso_window_{day}': True for day in ('mon', 'tue', 'wed', 'thu', 'fri')}
        never = ('dso_contact_interval', 'dso_payment_grace', 'dso_dispute_grace')
        cls.company.write(
            {
                **always,
                **dict.fromkeys(never, 0),
                'dso_window_sat': True,
                'dso_window_sun': True,
                'dso_hold_credits': False,
            }
        )
        cls.mail_template.body_html = BODY
        cls.letter_template = cls.create_mail_template(name="Letter", body_html=BODY)
        cls.scenario = cls.create_busy("Busy")
        cls.others = cls.create_busy("Other")
        cls.company.dso_scenario_id = cls.scenario
        names = ("Deco Addict", "Ready Mat", "Lumber Inc")
        cls.customers = [cls.customer, *(cls.create_customer(name, lang='en_US') for name in names)]
        for customer in cls.customers:
            customer.write({'scenario_id': cls.scenario.id, 'collector_id': cls.collector.id})
            cls.create_invoice(customer, jan(2), 400, posted=jan(-30))
            cls.create_invoice(customer, jan(3), 300, posted=jan(-30))
        cls.plan()

    @classmethod
    def create_busy(cls, name):
        steps = [
            {
                'name': f"{action_type} {delay:+d}",
                'delay': delay,
                'action_type': action_type,
                'mode': mode,
                'mail_template_id': cls.mail_template.id,
                'letter_template_id': cls.letter_template.id,
            }
            for delay, action_type, mode in STEPS
        ]
        return cls.env['dso.scenario'].create(
            {
                'name': name,
                'minimum_amount': 0,
                'after_last': 'repeat',
                'repeat_days': 1,
                'step_ids': [Command.create(step) for step in steps],
            }
        )

    def setUp(self):
        super().setUp()
        self.seen = 0

    def status(self, category):
        return self.env['dso.status'].search([('category', '=', category)], limit=1)

    @examples(15, 200)
    @given(sequences(OPERATIONS, 8, 12, 30))
    @example([('dispute', 0), ('days', 1), ('reset', 0), ('days', 2), ('move_due', 0), ('days', 3)])
    @example([('litigation', 0), ('days', 1), ('reset', 1), ('days', 2), ('group', 3), ('days', 4)])
    @example([('days', 1), ('dispute', 0), ('print', 0), ('dispute', 1), ('print', 1), ('days', 2)])
    def test_random_sequences(self, operations):
        with self.rolled_back():
            self.go_to(jan(4))
            play = DisputePlay(self)
            for operation, number in operations:
                play.do(operation, number)
                self.send_everything()
                self.check(self.env['dso.action.message'].search([('id', '>', self.seen)]))

    def test_the_search_would_find_them(self):
        """The same days without a dispute: messages leave, and tell the invoices."""
        self.go_to(jan(4))
        self.send_everything()
        messages = self.env['dso.action.message'].search([])
        self.assertGreaterEqual(len(messages), 4)
        for customer in self.customers:
            texts = " ".join(self.text_of(m) for m in messages if m.customer_id == customer)
            for line in customer.open_line_ids:
                self.assertIn(line.move_id.name, texts)

    def assertBooked(self, customer):
        self.plan()

    # --- sending ---------------------------------------------------------------------------

    def send_everything(self):
        """Let go whatever may go: by itself, confirmed, or by hand."""
        self.seen = max(self.env['dso.action.message'].search([]).ids, default=0)
        self.plan()
        self.run_cron_plan()
        actions = self.env['dso.action'].search([('state', '=', 'planned')])
        waiting = actions.filtered('to_confirm')
        if waiting:
            waiting.action_confirm()
        self.dispatch()
        by_hand = self.env['dso.action'].search(
            [
                *self.env['dso.action']._domain_sendable_by_hand(),
                ('mode', '=', 'manual'),
                ('date_planned', '<=', self.today),
                ('recipient', '!=', False),
            ]
        )
        if by_hand:
            by_hand.action_send_now()
        self.run_queue()
        self.plan()

    # --- what was sent ---------------------------------------------------------------------

    def out_of_scenario(self):
        """Invoices with an open dispute, or of which an item is in litigation."""
        disputes = self.env['dso.dispute'].search([('state', '=', 'open')])
        statuses = self.env['dso.item.status'].search(
            [('is_current', '=', True), ('category', '=', 'litigation')]
        )
        return disputes.item_ids.move_id | statuses.move_id

    def check(self, messages):
        """No reminder among messages speaks of what is out of the scenario now."""
        reminders = messages.filtered(lambda m: m.action_id.origin == 'scenario')
        out = self.out_of_scenario()
        self.assertFalse(reminders.action_id.item_ids.move_id & out)
        self.assertFalse(reminders.action_id.leader_move_id & out)
        for message in reminders:
            text = self.text_of(message)
            for move in out:
                self.assertNotIn(move.name, text)

    def text_of(self, message):
        if message.document_id:
            return message.document_id.raw.decode()
        return html2plaintext(message.body or "")


@tagged('post_install', '-at_install')
class TestDisputedPart(DispatchCase):
    """Where a company chases the undisputed rest, that is what messages ask for."""

    def test_rest_is_asked_for(self):
        self.company.dso_dispute_partial = True
        self.mail_template.body_html = BODY
        reason = self.env.ref('dso_collection.dso_dispute_reason_price')
        status = self.env.ref('dso_collection.dso_status_dispute')
        line = self.receivables(self.invoice)
        line._dso_qualify(status, {'dispute': {'reason_id': reason.id, 'amount': 300}})
        self.company.dso_contact_interval = 0
        self.plan()
        action = self.due_action()
        self.assertEqual(action.amount, 700)
        self.send(action)
        [message] = self.server.messages
        text = html2plaintext(self.body_of(message))
        self.assertIn("700.00", text)
        self.assertNotIn("300.00", text)
        [item] = action.item_ids
        self.assertEqual((item.move_id, item.amount_residual), (self.invoice, 700))


@tagged('post_install', '-at_install')
class TestWaitingLetters(LetterCase):
    """A letter that waits lists an item that was disputed, or handed over, meanwhile."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.create_invoice(cls.customer, jan(2), 500, posted=jan(0))
        cls.plan()

    def record(self, category):
        reason = self.env.ref('dso_collection.dso_dispute_reason_price')
        status = self.env['dso.status'].search([('category', '=', category)], limit=1)
        values = {'dispute': {'reason_id': reason.id}}
        self.receivables(self.other)._dso_qualify(status, values)
        self.plan()

    def test_not_printed(self):
        for category in ('dispute', 'litigation'):
            with self.subTest(category), self.rolled_back():
                letter = self.write_letter()
                self.assertEqual(letter.action_id.item_ids.move_id, self.invoice | self.other)
                self.record(category)
                self.by_collector(letter).action_print()
                self.assertEqual((letter.delivery, letter.failure_code), ('failed', 'withdrawn'))
                self.assertFalse(letter.printed_on)

    def test_asked_about_when_printed_before(self):
        letter = self.write_letter()
        self.by_collector(letter).action_print()
        self.record('dispute')
        self.assertIn(f"{self.other.name} in dispute", letter.caution)
        dialog = self.by_collector(letter).action_mark_posted()
        self.assertEqual(dialog['res_model'], 'dso.letter.post')
        self.assertEqual(letter.delivery, 'queued')


@tagged('post_install', '-at_install')
class TestQueuedReminder(DispatchCase):
    """What waits in the queue is taken back when people take its items out of the scenario."""

    def qualify(self, category, values):
        """Qualify the item of a reminder that waits in the queue, then let the queue run."""
        action = self.due_action()
        self.dispatch(action)
        self.assertEqual(action.state, 'sending')
        lines = self.receivables(self.invoice).with_user(self.collector)
        status = self.env['dso.status'].search([('category', '=', category)], limit=1)
        lines._dso_qualify(status, values)
        self.run_queue()
        self.plan()
        return action

    def test_taken_back(self):
        reason = self.env.ref('dso_collection.dso_dispute_reason_price')
        for category, values in (
            ('dispute', {'dispute': {'reason_id': reason.id}}),
            ('litigation', {}),
            ('promise', {'promise': {'date': jan(20)}}),
            ('in_progress', {'follow_up': {'action_type': 'call'}}),
        ):
            with self.subTest(category=category), self.rolled_back():
                action = self.qualify(category, values)
                self.assertFalse(self.server.messages)
                self.assertNotEqual(action.exists().state, 'sending')
                self.assertFalse(self.customer.next_action_id)

    def test_goes_when_the_scenario_goes_on(self):
        promise = {'promise': {'date': jan(20), 'pauses': False}}
        for category, values in (('in_progress', {}), ('promise', promise)):
            with self.subTest(category=category), self.rolled_back():
                sent = len(self.server.messages)
                action = self.qualify(category, values)
                self.assertEqual(action.state, 'done')
                self.assertEqual(len(self.server.messages), sent + 1)
