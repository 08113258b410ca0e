"""Steps that nobody does in time: they wait, are left out or become another action (spec 6.8)."""

from datetime import timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .common import CollectionCase, jan
from .common_portfolio import PortfolioCase
from .portfolio_maker import PortfolioMaker


def without_commits(registry):
    """Let a scheduled action work inside the transaction of a test."""
    return patch.object(registry['ir.cron'], '_commit_progress', return_value=float('inf'))


class UndoneCase(CollectionCase):
    """A call three days after the due date, then an email; the customer is due on the 10th."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scenario = cls.create_scenario(
            "Calls", [(3, 'call', 'manual'), (13, 'email', 'automatic'), (30, 'task', 'manual')]
        )
        cls.company.write({'dso_scenario_id': cls.scenario.id, 'dso_started_on': jan(1)})
        cls.call = cls.scenario.step_ids[0]
        cls.collector = cls.create_user('collector', name="Ann")
        cls.manager = cls.create_user('manager', name="Mona")
        cls.customer = cls.create_customer()
        cls.customer.collector_id = cls.collector
        cls.invoice = cls.create_invoice(cls.customer, jan(10))

    def pass_to(self, day, hour=12):
        """Let the nights pass until a day."""
        day_now = self.today
        while day_now < jan(day):
            day_now += timedelta(days=1)
            self.go_to(day_now, hour=hour)
            self.run_cron_plan()
            self.plan()

    def digests(self, user=None):
        partner = (user or self.manager).partner_id
        return self.env['mail.message'].search([('partner_ids', 'in', partner.ids)], order='id')


@tagged('post_install', '-at_install')
class TestUndone(UndoneCase):
    # --- wait -------------------------------------------------------------------------------------

    def test_waits_and_managers_are_told_once(self):
        self.pass_to(17)
        action = self.customer.next_action_id
        self.assertEqual((action.date_planned, action.undone_on), (jan(13), False))
        self.assertFalse(self.digests())
        self.pass_to(21)
        self.assertEqual(action.undone_on, jan(18))
        self.assertEqual((action.state, action.step_id), ('planned', self.call))
        [digest] = self.digests()
        self.assertIn("Ann: 1 wait", digest.body)
        self.assertIn('/odoo/collection-undone', digest.body)
        self.assertIn("Not done in time: the managers know.", action.explanation)
        self.assertFalse(self.digests(self.collector))

    def test_one_message_for_many(self):
        others = self.create_customers(3)
        self.create_opening_entry(others, jan(10))
        others[:2].collector_id = self.collector
        self.plan()
        self.pass_to(18)
        [digest] = self.digests()
        self.assertIn("Ann: 3 wait", digest.body)
        self.assertIn("Without collector: 1 wait", digest.body)

    def test_moved_it_waits_no_longer(self):
        self.pass_to(18)
        action = self.customer.next_action_id
        action.with_user(self.collector).action_reschedule(jan(20))
        self.plan()
        self.assertFalse(action.undone_on)
        self.pass_to(24)
        self.assertFalse(action.undone_on)
        self.pass_to(25)
        self.assertEqual(action.undone_on, jan(25))
        self.assertEqual(len(self.digests()), 2)

    def test_moved_by_the_plan_it_waits_no_longer(self):
        self.pass_to(18)
        action = self.customer.next_action_id
        self.create_reply(jan(18))
        self.pass_to(19)
        self.assertEqual((action.date_planned, action.undone_on), (jan(23), False))

    def create_reply(self, day):
        return self.env['dso.reply'].create(
            {
                'customer_id': self.customer.id,
                'company_id': self.company.id,
                'kind': 'email',
                'date': fields.Datetime.to_datetime(day),
                'email_from': 'c@example.com',
            }
        )

    def test_days_count_from_when_it_could_be_done(self):
        """What is old when it comes on the agenda is not late at once."""
        self.go_to(jan(28))
        late = self.create_customer("Old Debts")
        self.create_invoice(late, jan(10), posted=jan(5))
        self.plan()
        self.pass_to(32)
        action = late.next_action_id
        self.assertEqual((action.date_planned, action.undone_on), (jan(13), False))
        self.pass_to(33)
        self.assertEqual(action.undone_on, jan(33))

    def test_not_before_the_start_nor_in_a_pause(self):
        action = self.next_action(self.customer)
        self.company.dso_started_on = False
        self.pass_to(20)
        self.company.dso_started_on = fields.Datetime.now()
        self.pass_to(24)
        self.assertFalse(action.undone_on)
        self.company.dso_paused = True
        self.pass_to(28)
        self.company.dso_paused = False
        self.pass_to(32)
        self.assertFalse(action.undone_on)
        self.pass_to(33)
        self.assertEqual(action.undone_on, jan(33))

    # --- go on ------------------------------------------------------------------------------------

    def test_goes_on_as_skipped_and_says_so(self):
        self.call.write({'undone_rule': 'go_on', 'undone_days': 3})
        action = self.next_action(self.customer)
        self.pass_to(15)
        self.assertEqual(action.state, 'planned')
        self.pass_to(16)
        self.assertEqual((action.state, action.outcome), ('done', 'skipped'))
        self.assertEqual((action.reason_code, action.done_by_id.id), ('undone', False))
        self.assertFalse(action.is_contact)
        self.assertIn("Not done in time", action.remark)
        self.assertIn("1 are left out", self.digests().body)
        self.assertNext(self.customer, 13, jan(26), 'spacing')

    def test_done_by_somebody_in_the_same_moment(self):
        """What people do while others go on is theirs, and keeps nobody else from going on."""
        self.call.write({'undone_rule': 'go_on', 'undone_days': 3})
        others = self.create_customers(2)
        self.create_opening_entry(others, jan(10))
        self.plan()
        first, second, third = actions = (self.customer | others).next_action_id

        def commit(_cron, *_args, **_kwargs):
            if second.state == 'planned':
                second.with_user(self.collector).action_complete()
            return float('inf')

        with (
            patch.object(self.registry['ir.cron'], '_commit_progress', commit),
            patch('odoo.addons.dso_collection.models.dso_action_undone.BATCH_SIZE', 1),
        ):
            actions._go_on()
        self.assertEqual(
            actions.mapped('outcome'), ['skipped', 'done', 'skipped'], (first, second, third)
        )

    # --- become -----------------------------------------------------------------------------------

    def become(self, kind='email', mode='automatic', **vals):
        self.call.write(
            {
                'undone_rule': 'become',
                'undone_days': 2,
                'undone_type': kind,
                'undone_mode': mode,
                'mail_template_id': self.mail_template.id,
                **vals,
            }
        )

    def test_becomes_an_email(self):
        self.become()
        action = self.next_action(self.customer)
        self.pass_to(14)
        self.assertEqual((action.action_type, action.mode), ('call', 'manual'))
        self.pass_to(15)
        self.assertEqual(self.customer.next_action_id, action)
        self.assertEqual(
            (action.action_type, action.mode, action.former_type), ('email', 'automatic', 'call')
        )
        self.assertEqual((action.date_planned, action.date_rule), (jan(15), 'undone'))
        self.assertEqual(action.recipient, 'azure.interior@example.com')
        self.assertFalse(action.to_confirm, "its date is new")
        self.assertIn("It was: Call", action.explanation)
        self.assertIn("1 become another action", self.digests().body)
        sendable = action._domain_sendable(self.company, jan(15))
        self.assertIn(action, action.search(sendable))

    def test_it_stays_what_it_has_become(self):
        self.become()
        self.pass_to(15)
        action = self.customer.next_action_id
        action.action_reschedule(jan(20))
        self.plan(self.customer)
        self.assertEqual((action.action_type, action.date_planned), ('email', jan(20)))
        self.pass_to(19)
        self.assertEqual(len(self.digests()), 1)
        before = self.dump()
        self.customer._plan()
        self.assertNothingWritten(before, "A second plan changes something")

    def test_grace_and_window_are_those_of_the_email(self):
        self.become()
        self.pass_to(14)
        self.create_credit_note(self.customer, 10)
        self.pass_to(15)
        action = self.customer.next_action_id
        self.assertEqual((action.date_planned, action.date_rule), (jan(18), 'grace'))

    def test_done_it_is_the_same_step(self):
        self.become()
        self.pass_to(15)
        self.complete(self.customer)
        self.assertNext(self.customer, 13, jan(25))

    def test_bounced_the_call_is_there_again(self):
        self.become()
        self.pass_to(15)
        action = self.complete(self.customer)
        action._set_bounced()
        again = self.next_action(self.customer)
        self.assertEqual((again.step_id, again.action_type), (self.call, 'call'))
        self.assertEqual(again.state, 'planned')

    def test_rule_changed_while_it_waits(self):
        self.pass_to(18)
        action = self.customer.next_action_id
        self.become('task', 'manual')
        self.plan()
        self.assertEqual((action.action_type, action.former_type), ('task', 'call'))
        self.call.undone_rule = 'go_on'
        self.plan()
        self.assertEqual((action.action_type, action.former_type), ('call', False))
        self.pass_to(19)
        self.assertEqual(action.outcome, 'skipped')

    # --- what a step may say -------------------------------------------------------------------

    def test_refusals(self):
        for words, vals in (
            ("choose which one", {'undone_rule': 'become'}),
            ("choose which one", {'undone_rule': 'become', 'undone_type': 'call'}),
            ("choose its text", {'undone_rule': 'become', 'undone_type': 'email'}),
            (
                "cannot be automatic",
                {'undone_rule': 'become', 'undone_type': 'task', 'undone_mode': 'automatic'},
            ),
        ):
            with self.subTest(**vals), self.assertRaisesRegex(ValidationError, words):
                self.call.write(vals)
        with mute_logger('odoo.sql_db'), self.assertRaises(CheckViolation), self.cr.savepoint():
            self.call.undone_days = 0
            self.env.flush_all()

    def test_texts_of_what_a_step_becomes_can_be_chosen(self):
        text = self.env['sms.template'].create(
            {'name': "SMS", 'model_id': self.env['ir.model']._get_id('dso.action'), 'body': "Pay"}
        )
        self.assertFalse(self.scenario.has_sms or self.scenario.has_letter)
        self.become('sms', sms_template_id=text.id)
        self.assertTrue(self.scenario.has_sms)
        self.become('letter', 'manual')
        self.assertTrue(self.scenario.has_letter)
        self.call.undone_rule = 'wait'
        self.assertFalse(self.scenario.has_sms or self.scenario.has_letter)

    # --- companies, people, many ---------------------------------------------------------------

    def test_managers_of_the_company_alone(self):
        other = self.create_company("Other Place", dso_started_on=jan(1))
        stranger = self.create_user(
            'manager', login='stranger', company_id=other.id, company_ids=[Command.set(other.ids)]
        )
        french = self.create_user('manager', login='marie')
        self.env['res.lang']._activate_lang('fr_FR')
        french.lang = 'fr_FR'
        self.pass_to(18)
        self.assertFalse(self.digests(stranger))
        self.assertEqual(len(self.digests(french)), 1)
        self.assertIn("collection-undone", self.digests(french).body)
        self.assertNotEqual(self.digests(french), self.digests())

    def test_number_of_queries(self):
        self.call.write({'undone_rule': 'go_on', 'undone_days': 1})
        counts = []
        for number in (10, 10, 20):
            customers = self.create_customers(number)
            self.create_opening_entry(customers, self.today - timedelta(days=3))
            self.plan()
            actions = customers.open_action_ids
            self.go_to(self.today + timedelta(days=1))
            with without_commits(self.registry):
                counts.append(self.queries(self.env['dso.action']._act_on_undone, self.company))
            self.assertEqual(set(actions.mapped('outcome')), {'skipped'})
            self.plan()
        self.assertEqual(counts[1], counts[2])


@tagged('post_install', '-at_install')
class TestUndoneOfMany(PortfolioCase):
    """The statement against the rule in plain words, on random books."""

    def test_random_portfolios(self):
        for number in range(3):
            with self.subTest(number=number), self.rolled_back():
                self.go_to(jan(20), hour=10)
                PortfolioMaker(self.env, self.books, number, 120, jan(20)).make()
                self.env['dso.customer']._plan_all()
                self.go_to(jan(23 + 2 * number), hour=10)
                found = 0
                for books in self.books:
                    books.company.dso_started_on = jan(10 + number)
                    self.env['dso.customer']._plan_all()
                    expected = self.expect(books.company)
                    found += len(expected)
                    with without_commits(self.registry):
                        undone, _ended = self.env['dso.action']._act_on_undone(books.company)
                    self.assertEqual(set(undone.ids), expected)
                self.assertTrue(found)

    def expect(self, company):
        """Actions of a company that are not done in time, one by one."""
        zone, found = ZoneInfo(company.dso_tz), set()
        today = company._dso_today()
        started = self.local(company.dso_started_on, zone)
        for action in self.env['dso.action'].search([('company_id', '=', company.id)]):
            step = action.step_id
            is_open = action.state in ('planned', 'error') and action.origin == 'scenario'
            if not is_open or action.mode != 'manual' or step.mode != 'manual':
                continue
            begin = max(action.date_planned, started, self.local(action.create_date, zone))
            if begin + timedelta(days=step.undone_days) <= today:
                found.add(action.id)
        return found

    @staticmethod
    def local(moment, zone):
        return moment.replace(tzinfo=ZoneInfo('UTC')).astimezone(zone).date()
