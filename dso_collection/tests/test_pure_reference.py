"""The worked cases of the specification, and single rules, against the reference engine."""

import itertools
import unittest
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from odoo.addons.dso_collection.tests.reference import listed, plan
from odoo.addons.dso_collection.tests.reference_objects import (
    Account,
    Action,
    Company,
    Contact,
    Item,
    Listed,
    Portfolio,
    Scenario,
    Step,
)
from odoo.addons.dso_collection.tests.reference_settle import settle


def jan(day):
    """A day of January 2027, whose 23rd is a Saturday; 0 and less reach back before it."""
    return date(2027, 1, 1) + timedelta(days=day - 1)


def noon(day):
    return datetime.combine(jan(day), time(12))


def standard_steps():
    return [
        Step(1, -5),
        Step(2, 3),
        Step(3, 10, 'call', 'manual'),
        Step(4, 20),
        Step(5, 35, 'registered_letter', 'manual'),
    ]


class ReferenceCase(unittest.TestCase):
    def setUp(self):
        self.ids = itertools.count(1)
        self.company = Company()
        self.scenario = Scenario(standard_steps())
        self.account = self.new_account()
        self.accounts = [self.account]
        self.actions = []

    def new_account(self, **values):
        number = next(self.ids)
        partner = Contact(number, 'pay@example.com', 'pay@example.com')
        values = {'scenario': self.scenario, 'partner': partner, **values}
        return Account(number, self.company, **values)

    def invoice(self, due, amount=1000, account=None, **values):
        number = next(self.ids)
        item = Item(number, number, due, Decimal(amount), **values)
        (account or self.account).items.append(item)
        return item

    def credit(self, amount, **values):
        return self.invoice(jan(1), -amount, **values)

    def done(self, offset, day, items, account=None, **values):
        """A scenario action done on a day, counting ``offset`` for its first item.

        :param items: pairs of item and offset counted, or items that count the step's
        """
        pairs = [item if isinstance(item, tuple) else (item, offset) for item in items]
        action = Action(
            next(self.ids),
            account or self.account,
            state='done',
            step=next(step.id for step in self.scenario.steps if step.offset == offset),
            leader=pairs[0][0].key,
            done_on=noon(day),
            done_day=jan(day),
            is_contact=True,
            listed=[Listed(item.key, counted) for item, counted in pairs],
        )
        for name, value in values.items():
            setattr(action, name, value)
        self.actions.append(action)
        return action

    def propose(self, item, offset, **values):
        """The open scenario action as an earlier plan left it."""
        step = next(step for step in self.scenario.steps if step.offset == offset)
        action = Action(next(self.ids), self.account, step=step.id, leader=item.key)
        action.offset, action.mode, action.recipient = offset, step.mode, 'pay@example.com'
        action.amount = action.confirmed_amount = item.residual
        for name, value in values.items():
            setattr(action, name, value)
        self.actions.append(action)
        return action

    def portfolio(self):
        return Portfolio(self.accounts, self.actions)

    def plan(self, day, account=None):
        return plan(self.portfolio(), jan(day))[(account or self.account).id]

    def settle(self, day):
        portfolio = self.portfolio()
        return settle(portfolio, plan(portfolio, jan(day)), jan(day))

    def assertPlanned(self, day, offset, on, rule=None, leader=None):
        its_plan = self.plan(day)
        self.assertEqual(its_plan.reason, 'planned')
        self.assertEqual((its_plan.step.offset, its_plan.date), (offset, jan(on)))
        if rule:
            self.assertEqual(its_plan.rule, rule)
        if leader:
            self.assertIs(its_plan.leader, leader)
        return its_plan


class TestWorkedCases(ReferenceCase):
    """Section 10 of the specification, in its order."""

    def test_01_new_invoice(self):
        item = self.invoice(jan(20), posted=jan(4))
        self.assertPlanned(4, -5, on=15, rule='due')
        self.done(-5, 15, [item])
        self.assertPlanned(15, 3, on=25, rule='due')  # the 23rd is a Saturday

    def test_02_payment_leaves_a_rest_below_the_threshold(self):
        self.company.ignore_below = Decimal(10)
        self.invoice(jan(1), 5)
        following = self.invoice(jan(16), posted=jan(2))
        self.account.bookings.append(jan(13))
        self.assertPlanned(13, 3, on=19, rule='due', leader=following)

    def test_03_message_counts_for_every_item_it_listed(self):
        leader, second = self.invoice(jan(-14)), self.invoice(jan(-11))
        self.assertEqual((jan(14) - second.due).days, 25)
        action = self.propose(leader, 3)
        action.listed = listed(self.portfolio(), action, self.scenario, Step(2, 3), jan(8))
        self.assertEqual(action.listed, [Listed(leader.key, 3), Listed(second.key, 3)])
        action.state, action.done_on, action.done_day = 'done', noon(8), jan(8)
        action.is_contact = True
        self.account.items.remove(leader)
        self.account.bookings.append(jan(14))
        self.assertPlanned(14, 10, on=15, rule='spacing', leader=second)

    def test_04_dispute_is_a_contact(self):
        disputed = self.invoice(jan(-10), payment_state='blocked')
        second = self.invoice(jan(2), 300)
        self.done(3, 12, [disputed], origin='direct')
        self.assertPlanned(12, 3, on=18, rule='interval', leader=second)

    def test_05_credit_covers_half(self):
        self.invoice(jan(1), 1000)
        self.credit(500)
        its_plan = self.assertPlanned(10, 3, on=4)
        self.assertEqual((its_plan.held, its_plan.amount), ('credits', 500))
        self.assertEqual(its_plan.tasks, {'allocate': '50000'})

    def test_06_credit_leaves_less_than_the_minimum(self):
        self.invoice(jan(1), 1000)
        self.credit(960)
        its_plan = self.plan(10)
        self.assertEqual((its_plan.reason, its_plan.step), ('below_minimum', None))
        self.assertEqual(its_plan.tasks, {'allocate': '96000'})

    def test_07_posted_too_late_for_the_step_before_the_due_date(self):
        self.invoice(jan(15), posted=jan(13))
        self.assertPlanned(13, 3, on=18, rule='due')

    def test_08_group_is_cancelled(self):
        members = [self.new_account(group=self.account) for _index in range(2)]
        self.accounts += members
        old = self.invoice(jan(-40))
        recent = self.invoice(jan(-5), account=members[0])
        new = self.invoice(jan(12), account=members[1])
        self.scenario.steps[4] = Step(5, 35, 'letter', 'manual')
        action = self.propose(old, 35)
        action.listed = listed(self.portfolio(), action, self.scenario, Step(5, 35), jan(13))
        self.assertEqual([entry.offset for entry in action.listed], [35, 10, -5])
        action.state, action.done_on, action.done_day = 'done', noon(13), jan(13)
        self.assertEqual(self.plan(13, members[0]).reason, 'grouped')
        for member in members:
            member.group = None
        self.assertEqual(self.plan(19).reason, 'decide')
        self.assertEqual(self.plan(19, members[0]).step.offset, 20)
        self.assertEqual(self.plan(19, members[1]).step.offset, 3)
        self.assertIs(self.plan(19, members[1]).leader, new)
        self.assertIs(self.plan(19, members[0]).leader, recent)

    def test_09_scenario_changed_after_the_call(self):
        item = self.invoice(jan(1))
        self.done(10, 11, [item])
        self.account.scenario = Scenario([Step(11, 5), Step(12, 10), Step(13, 12), Step(14, 30)])
        self.assertPlanned(11, 12, on=18, rule='interval')  # 16th is a Saturday

    def test_10_old_items_at_installation(self):
        for _index in range(200):
            account = self.new_account()
            self.accounts.append(account)
            self.invoice(date(2025, 1, 10), account=account)
        actions = self.settle(4)
        self.assertEqual(len(actions), 200)
        self.assertEqual({action.confirm_reason for action in actions}, {'stale'})

    def test_11_credit_in_another_currency(self):
        self.invoice(jan(1), 1000, booked=Decimal(900), currency='USD')
        self.credit(5000)
        its_plan = self.assertPlanned(2, 3, on=4)
        self.assertEqual((its_plan.amount, its_plan.held, its_plan.tasks), (900, None, {}))

    def test_12_agreed_date_survives_the_leader(self):
        leader, second = self.invoice(jan(1)), self.invoice(jan(6))
        self.propose(leader, 3, date_user=jan(22), date_user_on=noon(7))
        self.account.not_before = jan(22)
        self.assertPlanned(7, 3, on=22, rule='user', leader=leader)
        self.account.items.remove(leader)
        self.account.bookings.append(jan(14))
        self.assertPlanned(14, 3, on=22, rule='user', leader=second)
        dropped, inserted = self.settle(14)
        self.assertEqual((dropped.state, dropped.reason_code), ('cancelled', 'replaced'))
        self.assertEqual((inserted.state, inserted.confirm_reason), ('planned', 'moved'))

    def test_13_bookings_every_day(self):
        for day in range(4, 12):
            self.account.bookings = [jan(day)]
            amount = Decimal(100 if day % 2 else 10)
            self.account.items = []
            self.invoice(jan(1), amount)
            its_plan = self.plan(day)
            self.assertEqual(its_plan.reason, 'planned' if day % 2 else 'below_minimum')
            self.assertTrue(its_plan.date is None or its_plan.date >= jan(day + 3))

    def test_14_newer_items_lead_after_the_last_step(self):
        old, new = self.invoice(jan(-40), 400), self.invoice(jan(7), 5000)
        self.done(35, 0, [old])
        its_plan = self.assertPlanned(10, 3, on=11, rule='due', leader=new)
        self.assertEqual(its_plan.tasks, {'decide': str(old.move)})


class TestEligible(ReferenceCase):
    def assertReason(self, reason, day=10):
        self.assertEqual(self.plan(day).reason, reason)

    def test_closed_payment_state(self):
        self.invoice(jan(1), payment_state='in_payment')
        self.assertReason('not_eligible')

    def test_no_followup(self):
        self.invoice(jan(1), no_followup=True)
        self.assertReason('not_eligible')

    def test_threshold_compares_the_document(self):
        self.company.ignore_below = Decimal(100)
        first, second = self.invoice(jan(1), 60), self.invoice(jan(5), 60)
        self.assertReason('not_eligible')
        second.move = first.move
        self.assertReason('planned')

    def test_hold_ends(self):
        self.invoice(jan(1))
        self.account.hold_reason, self.account.hold_until = 'legal', jan(10)
        self.assertReason('hold')
        self.assertReason('planned', day=11)
        self.assertEqual(self.plan(11).tasks, {'hold_end': '2027-01-10'})

    def test_member_on_hold_leaves_the_group(self):
        member = self.new_account(group=self.account, hold_reason='legal')
        self.accounts.append(member)
        self.invoice(jan(1), account=member)
        self.assertReason('not_eligible')

    def test_reasons_without_a_leader(self):
        self.assertReason('clear')
        self.credit(100)
        self.assertReason('clear')
        self.invoice(jan(1))
        self.assertReason('planned')
        self.account.scenario = Scenario([])
        self.assertReason('empty_scenario')
        self.account.scenario = None
        self.assertReason('no_scenario')


class TestLeaderAndLevel(ReferenceCase):
    def test_ties(self):
        self.invoice(jan(1), 100)
        large = self.invoice(jan(1), 200)
        self.invoice(jan(1), 200)
        self.assertIs(self.plan(1).leader, large)

    def test_bounced_counts_as_nothing(self):
        item = self.invoice(jan(1))
        action = self.done(3, 4, [item], recipient='pay@example.com')
        self.assertPlanned(5, 10, on=11)
        action.delivery = 'bounced'
        self.assertEqual(self.assertPlanned(5, 3, on=4).error, 'bounced')
        self.account.partner.email = self.account.partner.address = 'new@example.com'
        self.assertIsNone(self.plan(5).error)

    def test_start_again(self):
        leader, item = self.invoice(jan(-20)), self.invoice(jan(1))
        self.done(20, 5, [leader, (item, 3)])
        self.account.items.remove(leader)
        self.assertPlanned(5, 10, on=12, rule='spacing')
        self.scenario.start_again = True
        self.assertPlanned(5, 3, on=11, rule='interval')  # the 10th is a Sunday

    def test_repeat(self):
        item = self.invoice(jan(-34))
        self.done(35, 1, [item])
        self.scenario.after_last, self.scenario.repeat_days = 'repeat', 4
        self.assertPlanned(2, 35, on=6, rule='interval')
        self.scenario.repeat_days = 7
        self.assertPlanned(2, 35, on=8, rule='repeat')

    def test_stop(self):
        old = self.invoice(jan(-40))
        self.invoice(jan(1))
        self.done(35, 0, [old])
        self.scenario.after_last = 'stop'
        its_plan = self.plan(10)
        self.assertEqual((its_plan.reason, its_plan.leader), ('stopped', old))

    def test_no_step_left(self):
        self.scenario.steps = [Step(1, -5)]
        self.invoice(jan(1))
        self.assertEqual(self.plan(2).reason, 'stopped')

    def test_listed_by_a_step_before_the_due_date(self):
        first, second = self.invoice(jan(10)), self.invoice(jan(20))
        action = self.propose(first, -5)
        entries = listed(self.portfolio(), action, self.scenario, Step(1, -5), jan(4))
        self.assertEqual(entries, [Listed(first.key, -5), Listed(second.key, None)])

    def test_step_before_the_due_date_does_not_postpone(self):
        item = self.invoice(jan(4))
        self.company.interval = 0
        self.done(-5, 1, [item])
        self.assertPlanned(3, 3, on=7, rule='due')


class TestDate(ReferenceCase):
    def test_order_of_rules(self):
        self.invoice(jan(1))
        self.account.bookings.append(jan(1))
        self.assertPlanned(1, 3, on=4, rule='due')
        self.account.bookings.append(jan(2))
        self.assertPlanned(2, 3, on=5, rule='grace')

    def test_interval_spares_tasks(self):
        item = self.invoice(jan(1))
        self.done(3, 12, [item], origin='direct')
        self.assertPlanned(12, 3, on=18)
        self.scenario.steps[1].action_type = 'task'
        self.assertPlanned(12, 3, on=4)

    def test_grace_spares_manual_steps(self):
        self.invoice(jan(1))
        self.account.bookings.append(jan(12))
        self.assertPlanned(12, 3, on=15, rule='grace')
        self.scenario.steps[1].mode = 'manual'
        self.assertPlanned(12, 3, on=4)

    def test_holidays(self):
        self.company.holidays = frozenset([jan(4), jan(5)])
        self.invoice(jan(1))
        self.assertPlanned(1, 3, on=6, rule='due')

    def test_contact_day_in_the_time_zone(self):
        self.company.tz = 'Pacific/Auckland'
        item = self.invoice(jan(1))
        self.done(3, 11, [item], origin='direct', done_on=datetime.combine(jan(11), time(20)))
        self.assertPlanned(12, 3, on=18, rule='interval')  # the 17th is a Sunday

    def test_own_date_comes_forward(self):
        item = self.invoice(jan(1))
        other = self.done(3, 4, [item], origin='direct')
        self.propose(item, 3, date_user=jan(5), date_user_on=noon(5))
        self.account.not_before = jan(5)
        self.assertPlanned(5, 3, on=5, rule='user')
        other.done_on = noon(6)
        self.assertPlanned(6, 3, on=11, rule='interval')

    def test_own_date_moves_the_action_not_the_amount(self):
        item = self.invoice(jan(20), 400)
        self.invoice(jan(23), 100)
        self.propose(item, 3, date_user=jan(19), date_user_on=noon(18))
        self.account.not_before = jan(19)
        self.done(-5, 15, [item], is_contact=False)
        self.assertEqual(self.assertPlanned(18, 3, on=19, rule='user').amount, 500)

    def test_own_date_past_the_due_date_skips(self):
        item = self.invoice(jan(20))
        self.propose(item, -5, date_user=jan(21), date_user_on=noon(14))
        self.account.not_before = jan(21)
        self.assertPlanned(14, 3, on=25)


class TestRecipient(ReferenceCase):
    def plan_email(self):
        if not self.account.items:
            self.invoice(jan(1))
        return self.plan(5)

    def test_collection_contacts_win(self):
        self.account.invoice_address = Contact(50, 'bill@example.com', 'bill@example.com')
        self.assertEqual(self.plan_email().recipient, 'bill@example.com')
        self.account.collection_contacts = [Contact(51)]
        self.assertEqual(self.plan_email().error, 'no_recipient')
        self.account.collection_contacts.append(Contact(52, 'nonsense'))
        self.assertEqual(self.plan_email().error, 'invalid_recipient')
        self.account.collection_contacts[1] = Contact(53, 'ap@example.com', 'ap@example.com')
        self.assertEqual(
            (self.plan_email().error, self.plan_email().recipient), (None, 'ap@example.com')
        )

    def test_emails_go_to_all_contacts_and_to_nobody_twice(self):
        self.account.collection_contacts = [
            Contact(51, 'b@example.com', 'b@example.com'),
            Contact(52, 'a@example.com', 'a@example.com'),
            Contact(53, 'B@example.com', 'b@example.com'),
            Contact(54),
        ]
        plan = self.plan_email()
        self.assertEqual((plan.error, plan.recipient_id), (None, 51))
        self.assertEqual(plan.recipient, 'a@example.com, b@example.com')

    def test_contacts_are_for_chosen_types(self):
        for number, medium in enumerate(('letter', 'email')):
            contact = Contact(51 + number, 'ap@example.com', 'ap@example.com', **self.HOME)
            contact.media = frozenset([medium])
            self.account.collection_contacts.append(contact)
        self.assertEqual(self.plan_email().recipient_id, 52)
        self.assertEqual(self.plan_type('letter').recipient_id, 51)
        self.assertEqual(self.plan_type('sms').recipient_id, self.account.partner.id)

    # --- other types than email ------------------------------------------------------------

    HOME = {'street': '1 Main Street', 'zip': '02139', 'city': 'Cambridge', 'country': 'US'}

    def plan_type(self, action_type, *contacts):
        self.scenario.steps = [Step(3, 10, action_type, 'manual')]
        self.account.collection_contacts = list(contacts) or self.account.collection_contacts
        return self.plan_email()

    def assertGoesTo(self, action_type, contacts, expected):
        plan = self.plan_type(action_type, *contacts)
        self.assertEqual((plan.recipient_id, plan.recipient, plan.error), expected)

    def test_sms_go_to_the_first_number(self):
        nobody, wrong = Contact(51), Contact(52, phone='12', number='12')
        typed = Contact(53, phone='+1 (617) 555-0100', number='+1 (617) 555-0100')
        self.assertGoesTo('sms', [nobody, wrong, typed], (53, '+16175550100', None))
        self.assertGoesTo('sms', [nobody, wrong], (52, None, 'invalid_phone'))
        self.assertGoesTo('sms', [nobody], (51, None, 'no_phone'))
        blocked = Contact(54, phone='+1617', number='+16175550100')
        blocked.blocked = frozenset([('sms', '+16175550100')])
        self.assertGoesTo('sms', [wrong, blocked], (54, '+16175550100', 'blacklisted'))

    def test_letters_need_a_complete_address(self):
        line = '1 Main Street, 02139 Cambridge, US'
        for action_type in ('letter', 'registered_letter'):
            self.assertGoesTo(
                action_type, [Contact(51), Contact(52, **self.HOME)], (52, line, None)
            )
        for missing in ('street', 'zip', 'city'):
            contact = Contact(51, **{**self.HOME, missing: ''})
            self.assertGoesTo('letter', [contact], (51, None, 'no_address'))
        abroad = Contact(51, **{**self.HOME, 'zip': '', 'country': 'HK'}, needs_zip=False)
        self.assertGoesTo('letter', [abroad], (51, '1 Main Street, Cambridge, HK', None))

    def test_calls_need_no_number(self):
        self.assertGoesTo('call', [Contact(51)], (51, None, None))
        self.assertGoesTo(
            'call', [Contact(51), Contact(52, phone='ask Ann')], (52, 'ask Ann', None)
        )

    def test_blacklisted_address(self):
        contact = Contact(51, 'ap@example.com', 'ap@example.com')
        contact.blocked = frozenset([('email', 'ap@example.com')])
        self.account.collection_contacts = [Contact(50, 'a@example.com', 'a@example.com'), contact]
        self.assertEqual(
            (self.plan_email().recipient_id, self.plan_email().error), (51, 'blacklisted')
        )

    def test_tasks_go_to_nobody(self):
        self.assertGoesTo('task', [Contact(51, **self.HOME)], (None, None, None))


class TestSettle(ReferenceCase):
    def setUp(self):
        super().setUp()
        self.item = self.invoice(jan(4))

    def test_untouched_is_replaced_silently(self):
        self.propose(self.item, 10)
        (action,) = self.settle(10)
        self.assertEqual((action.id, action.step), (None, 2))

    def test_step_before_the_due_date_lapses_on_it(self):
        self.propose(self.item, -5)
        (lapsed, action) = self.settle(4)
        self.assertEqual((lapsed.state, lapsed.reason_code), ('cancelled', 'lapsed'))
        self.assertEqual((action.id, action.step), (None, 2))

    def test_touched_goes_to_the_history(self):
        self.propose(self.item, 3, note="Rang Mr Hill")
        self.account.items.clear()
        (action,) = self.settle(10)
        self.assertEqual((action.state, action.reason_code), ('cancelled', 'clear'))

    def test_sending_is_never_changed(self):
        sending = self.propose(self.item, -5, state='sending')
        self.account.items.clear()
        self.assertEqual(self.settle(10), [sending])

    def assertLapsed(self, reason, **values):
        self.propose(self.item, 3, confirmed_on=noon(6), **values)
        (action,) = self.settle(8)
        self.assertEqual((action.confirm_reason, bool(action.confirmed_on)), (reason, not reason))

    def test_confirmation_stands(self):
        self.assertLapsed(None)

    def test_confirmation_lapses_with_a_contact(self):
        self.done(3, 7, [self.item], origin='direct')
        self.assertLapsed('contact')

    def test_confirmation_lapses_with_the_amount(self):
        self.assertLapsed('amount', confirmed_amount=Decimal(999))

    def test_confirmation_lapses_with_the_recipient(self):
        self.assertLapsed('recipient', recipient='old@example.com')

    def test_confirmation_lapses_with_the_text(self):
        self.scenario.steps[1].written_on = noon(7)
        self.assertLapsed('text')

    def test_errors_clear(self):
        action = self.propose(self.item, 3, state='error', error='no_recipient')
        self.assertEqual(self.settle(8)[0].state, 'planned')
        action.error = 'refused'
        self.assertEqual(self.settle(8)[0].error, 'refused')
        action.recipient = 'old@example.com'
        self.assertIsNone(self.settle(8)[0].error)

    def test_control_task_lives_as_long_as_its_cause(self):
        self.credit(1000)
        (proposal,) = self.settle(5)
        self.assertEqual((proposal.kind, proposal.date), ('allocate', jan(5)))
        proposal.id = next(self.ids)
        self.actions.append(proposal)
        self.assertEqual(self.settle(6)[0].id, proposal.id)
        proposal.state = 'done'
        self.assertEqual(self.settle(6), [])
        proposal.state, proposal.note = 'planned', "Bank told"
        self.account.items.pop()
        _scenario, task = self.settle(6)
        self.assertEqual((task.state, task.reason_code), ('cancelled', 'cause_gone'))
