"""The engine again, on plain objects: docs/engine.md in Python, one function per rule.

Slow, literal and without Odoo, so that it can be read against the page and held against the SQL.
:func:`plan` computes what every customer account should come to, :func:`listed` what an action
counts for when it is done; ``reference_settle.py`` what becomes of the open actions.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from .reference_objects import ZERO, Listed, Plan
from .reference_settle import settle_specific

CONTACTS = ('call', 'email', 'sms', 'letter', 'registered_letter')
CLOSED_PAYMENT_STATES = ('blocked', 'in_payment', 'paid', 'reversed', 'invoicing_legacy')
MEDIA = {
    'email': 'email',
    'sms': 'sms',
    'call': 'call',
    'letter': 'letter',
    'registered_letter': 'letter',
}
NOTICE_DAYS = 2


class Unit:
    """A customer account with those grouped into it, on one day."""

    def __init__(self, portfolio, lead, today):
        self.portfolio, self.lead, self.today = portfolio, lead, today
        self.company, self.scenario = lead.company, lead.scenario
        self.accounts = [lead, *portfolio.members[lead]]
        self.items = [item for account in self.accounts for item in account.items]
        self.owners = {item: account for account in self.accounts for item in account.items}

    # --- 1. Open items ---------------------------------------------------------------------

    @cached_property
    def eligible(self):
        if self.lead.on_hold(self.today):
            return []
        return [
            item
            for account in self.accounts
            if not account.on_hold(self.today)
            for item in account.items
            if item.residual > 0
            and not item.no_followup
            and item.payment_state not in CLOSED_PAYMENT_STATES
            and not self.ignored(account, item)
            and not self.excluded(account, item)
            and self.chased(item) > 0
        ]

    def ignored(self, account, item):
        """Whether the document is smaller than those that the company chases; 0 means all."""
        limit = self.company.ignore_below
        return limit > 0 and document_total(account, item.move) < limit

    def excluded(self, account, item):
        """Whether what people recorded takes an item out of the scenario as a whole."""
        records = self.portfolio.records_of[item.move]
        return any(
            record.holds(self.today)
            and self.portfolio.speaks_of(record, account, item)
            and not self.leaves_rest(record, account, item)
            for record in records
        )

    def leaves_rest(self, record, account, item):
        """Whether only the disputed part of an item is out."""
        name = record.account, record.due
        partial = self.company.dispute_partial and record.kind == 'dispute'
        return partial and name == (account, item.due)

    def disputed(self, item):
        """Disputed part of an item, where the company chases the rest."""
        if item.residual < 0:
            return ZERO
        return sum(
            (
                record.amount
                for record in self.portfolio.records_of[item.move]
                if self.leaves_rest(record, self.owners[item], item)
            ),
            ZERO,
        )

    def chased(self, item):
        return item.residual - self.disputed(item)

    def chased_booked(self, item):
        """What is chased at booked residuals, in proportion."""
        if not self.disputed(item):
            return item.booked
        cent = Decimal(10) ** -self.company.digits
        part = item.booked * self.chased(item) / item.residual
        return part.quantize(cent, ROUND_HALF_UP)

    @property
    def credits(self):
        return [item for item in self.items if item.residual < 0]

    # --- 2. Levels -------------------------------------------------------------------------

    def level(self, item):
        """The latest step done for an item and the last day on which it was done."""
        counted = [
            (listed.offset, action.done_day)
            for action in self.portfolio.actions_listing[item.key]
            if action.counts and action.origin == 'scenario'
            if not self.start_again or action.leader == item.key
            for listed in action.listed
            if listed.key == item.key and listed.offset is not None
        ]
        return max(counted, default=(None, None))

    @property
    def start_again(self):
        return bool(self.scenario and self.scenario.start_again)

    # --- 3. Leader -------------------------------------------------------------------------

    @cached_property
    def exhausted(self):
        if not (self.scenario and self.scenario.steps):
            return []
        levels = ((item, self.level(item)[0]) for item in self.eligible)
        last = self.scenario.last.offset
        return [item for item, level in levels if level is not None and level >= last]

    @cached_property
    def leader(self):
        candidates = self.eligible
        if self.exhausted and self.scenario.after_last == 'decide':
            candidates = [item for item in candidates if item not in self.exhausted]
        return min(candidates, key=lambda i: (i.due, -self.chased_booked(i), i.id), default=None)

    # --- 4. Step and date ------------------------------------------------------------------

    def next_step(self):
        """The first step that is not skipped, with its date and the rule that gave the date."""
        level = self.counted_level()
        steps = sorted(self.scenario.steps, key=lambda step: step.offset)
        steps = [step for step in steps if level is None or step.offset > level]
        if self.leader in self.exhausted and self.scenario.after_last == 'repeat':
            steps = [self.scenario.last]
        for step in map(self.become, steps):
            day, rule = self.date(step)
            if not self.skipped(step, day):
                return step, day, rule
        return None, None, None

    def become(self, step):
        """The step as the open action has it: what was not done in time may be another one."""
        action = self.open_action
        is_this = action and (action.leader, action.step) == (self.leader.key, step.id)
        if not (is_this and action.undone_on and step.undone_type and step.mode == 'manual'):
            return step
        return replace(
            step,
            action_type=step.undone_type,
            mode=step.undone_mode,
            became_on=action.undone_on,
        )

    def counted_level(self):
        """The level of the leader, raised by a step after a broken promise (section 4)."""
        level, day = self.level(self.leader)
        broken = self.broken_on
        if self.scenario.broken_promise != 'raise' or not broken or (day and day >= broken):
            return level
        between = [
            step.offset
            for step in self.scenario.steps
            if 0 <= step.offset < self.scenario.last.offset
            and (level is None or step.offset > level)
        ]
        return min(between, default=level)

    @property
    def broken_on(self):
        """The last day on which a promise was broken that named the leader, or named no item and
        was given for a day on which the leader was due."""
        owner, key = self.owners[self.leader], self.leader.key
        days = [
            record.day
            for record in self.portfolio.records
            if record.kind == 'broken' and record.account is owner
            if (record.move, record.due) == key
            or (record.move is None and record.until >= self.leader.due)
        ]
        return max(days, default=None)

    def skipped(self, step, day):
        """Whether a step before the due date comes too soon after posting, or too late."""
        due = self.leader.due
        notice = self.leader.posted + timedelta(days=NOTICE_DAYS)
        return step.offset < 0 and (
            due + timedelta(days=step.offset) < notice or day >= due or self.today >= due
        )

    def date(self, step):
        """The date of a step: its own, when a person gave one to this very action."""
        own = self.own_date(step)
        graces = [self.grace(step), self.dispute_grace(step), ('undone', step.became_on)]
        return self.latest(step, [*graces, own]) if own else self.plain_date(step)

    def plain_date(self, step):
        """The date that the rules give, with the day before which a person wants nothing."""
        floors = [self.base(step), self.spacing(step), self.interval(step)]
        floors += [self.grace(step), self.dispute_grace(step), ('undone', step.became_on)]
        return self.latest(step, [*floors, ('user', self.lead.not_before)])

    def latest(self, step, floors):
        """The latest of pairs of rule and day, the first of equals, and inside the window."""
        rule, day = max(((r, d) for r, d in floors if d), key=lambda floor: floor[1])
        return (self.company.open_day(day) if step.automatic else day), rule

    def base(self, step):
        if self.leader in self.exhausted:
            _level, day = self.level(self.leader)
            return 'repeat', day + timedelta(days=self.scenario.repeat_days)
        return 'due', self.leader.due + timedelta(days=step.offset)

    def spacing(self, step):
        level, day = self.level(self.leader)
        if level is None or level < 0 or step.offset < 0 or self.leader in self.exhausted:
            return 'spacing', None
        return 'spacing', day + timedelta(days=step.offset - self.counted_level())

    def interval(self, step):
        if step.action_type not in CONTACTS or not self.last_contact_on:
            return 'interval', None
        contact = self.company.day(self.last_contact_on)
        return 'interval', contact + timedelta(days=self.company.interval)

    def grace(self, step):
        if not step.automatic or not self.last_booking:
            return 'grace', None
        return 'grace', self.last_booking + timedelta(days=self.company.grace)

    def dispute_grace(self, step):
        owner, key = self.owners[self.leader], self.leader.key
        days = [
            record.day
            for record in self.portfolio.records_of[self.leader.move]
            if record.kind == 'resolved' and record.account is owner
            if (record.move, record.due) == key
        ]
        if not step.automatic or not days:
            return 'dispute', None
        return 'dispute', max(days) + timedelta(days=self.company.dispute_grace)

    def own_date(self, step):
        """The date a person gave to this very action, unless a contact came after it."""
        action = self.open_action
        if not (action and action.date_user):
            return None
        if action.leader != self.leader.key or action.step != step.id:
            return None
        if self.last_contact_on and action.date_user_on < self.last_contact_on:
            return None
        return 'user', action.date_user

    @cached_property
    def open_action(self):
        mine = self.portfolio.actions_of[self.lead]
        return next((a for a in mine if a.open and a.origin == 'scenario'), None)

    @cached_property
    def last_contact_on(self):
        history = self.portfolio
        actions = [action for account in self.accounts for action in history.actions_of[account]]
        actions += [action for item in self.items for action in history.actions_listing[item.key]]
        contacts = [action.done_on for action in actions if action.counts and action.is_contact]
        contacts += [moment for account in self.accounts for moment in account.replies]
        contacts += [moment for account in self.accounts for moment in account.agreements]
        return max(contacts, default=None)

    @cached_property
    def last_booking(self):
        return max((day for account in self.accounts for day in account.bookings), default=None)

    # --- 5. Amounts ------------------------------------------------------------------------

    def amount(self, step):
        """What may be collected, in company currency; nothing when no currency has a net.

        A person's date moves the action, not what it is about.
        """
        plain_date, _rule = self.plain_date(step)
        cut = date.max if step.offset < 0 else max(self.today, plain_date)
        net, booked = defaultdict(Decimal), defaultdict(Decimal)
        for item in [i for i in self.eligible if i.due <= cut] + self.credits:
            net[item.currency] += self.chased(item)
            booked[item.currency] += self.chased_booked(item)
        positive = [currency for currency in net if net[currency] > 0]
        return sum(booked[currency] for currency in positive) if positive else None

    # --- 6. Credits and other holds --------------------------------------------------------

    @property
    def credits_cover(self):
        if not self.leader:
            return False
        same = [item for item in self.items if item.currency == self.leader.currency]
        credit = -sum(item.residual for item in same if item.residual < 0)
        gross = sum(i.residual for i in same if i.residual > 0 and i.due < self.today)
        return credit > 0 and (
            credit >= self.chased(self.leader) or (gross > 0 and 2 * credit >= gross)
        )

    def held(self, step):
        company = self.company
        if not step.automatic:
            return None
        if company.hold_credits and self.credits_cover:
            return 'credits'
        if company.hold_books and self.books_are_stale():
            return 'books'
        return 'unsent' if company.hold_unsent and not self.leader.sent else None

    def books_are_stale(self):
        newest = self.company.newest_bank_entry
        return not newest or (self.today - newest).days > self.company.books_days

    # --- 7. Recipient and errors when planning ---------------------------------------------

    def contacts(self, medium):
        """Those to whom a message may go, the first in the address book first."""
        lead = self.lead
        chosen = [contact for contact in lead.collection_contacts if medium in contact.media]
        return chosen or [lead.invoice_address or lead.partner]

    def addressee(self, medium):
        """The contact who speaks for the action: the first without a fault.

        Emails go to all contacts, so there the first who cannot get it does; one who has no
        address is left out as long as others have one.
        """
        order = [None, 'blacklisted', 'invalid_phone', 'no_phone', 'no_address']
        if medium == 'email':
            order = ['invalid_recipient', 'blacklisted', None, 'no_recipient']

        def turn(contact):
            return order.index(contact.fault(medium)), contact.reach(medium) is None

        return min(self.contacts(medium), key=turn)

    def recipient(self, step):
        """Contact and text of where a step goes: all addresses of an email, else one place."""
        medium = MEDIA.get(step.action_type)
        if not medium:
            return None, None
        contact = self.addressee(medium)
        if medium == 'email':
            addresses = {contact.address for contact in self.contacts(medium)} - {None}
            return contact.id, ', '.join(sorted(addresses)) or None
        return contact.id, contact.reach(medium)

    def error(self, step):
        medium = MEDIA.get(step.action_type)
        if medium in (None, 'call'):
            return None
        bounced = any(
            action.delivery == 'bounced'
            and (action.leader, action.step) == (self.leader.key, step.id)
            and action.recipient == self.recipient(step)[1]
            for action in self.portfolio.actions_of[self.lead]
        )
        return self.addressee(medium).fault(medium) or ('bounced' if bounced else None)

    # --- 8. Control tasks ------------------------------------------------------------------

    def tasks(self):
        """Kind → key of the tasks that the collector should have."""
        tasks = {}
        if self.exhausted and self.scenario.after_last == 'decide':
            tasks['decide'] = str(max(item.move for item in self.exhausted))
        if self.company.hold_credits and self.credits_cover:
            total = -sum(item.booked for item in self.credits)
            tasks['allocate'] = str(int((total * 100).to_integral_value()))
        holds = [a.hold_until for a in self.accounts if a.hold_reason and a.hold_until]
        if ended := [day for day in holds if day < self.today]:
            tasks['hold_end'] = max(ended).isoformat()
        return tasks

    # --- 9. Reason -------------------------------------------------------------------------

    def reason_without_leader(self):
        reasons = {
            'hold': self.lead.on_hold(self.today),
            'clear': not any(item.residual > 0 for item in self.items),
            'review': self.lead.start_decision == 'review',
            'no_scenario': not self.scenario,
            'empty_scenario': self.scenario and not self.scenario.steps,
            'not_eligible': not self.eligible,
            'decide': not self.leader,
            'stopped': self.leader in self.exhausted and self.scenario.after_last == 'stop',
        }
        return next((reason for reason, applies in reasons.items() if applies), None)

    def plan(self):
        result = Plan(self.lead, leader=self.leader, tasks=self.tasks())
        result.last_contact_on, result.last_booking = self.last_contact_on, self.last_booking
        result.level = self.level(self.leader)[0] if self.leader else None
        result.reason = self.reason_without_leader()
        if result.reason:
            return result
        step, day, rule = self.next_step()
        amount = step and self.amount(step)
        if not step:
            result.reason = 'stopped'
        elif amount is None:
            result.reason = 'covered'
        elif amount < self.scenario.minimum:
            result.reason = 'below_minimum'
        else:
            result.reason, result.amount = 'planned', amount
            result.step, result.date, result.rule = step, day, rule
            result.held, result.error = self.held(step), self.error(step)
            result.recipient_id, result.recipient = self.recipient(step)
        return result

    # --- Completeness ----------------------------------------------------------------------

    def coverage(self, its_plan):
        """What becomes of what the accounts of the unit have overdue (docs/belts.md)."""
        kinds = {
            record.kind
            for record in self.portfolio.records
            if record.account in self.accounts and record.holds(self.today)
        }
        if its_plan.reason == 'hold':
            return 'held'
        if self.has_specific():
            return 'planned'
        if its_plan.reason == 'planned':
            return 'held' if its_plan.held else 'planned'
        if its_plan.reason == 'not_eligible' and kinds & {'dispute', 'promise'}:
            return 'held'
        undecided = ('review', 'no_scenario', 'decide', 'stopped')
        return 'to_decide' if its_plan.reason in undecided else 'excluded'

    def has_specific(self):
        """Whether people have planned something for it, but for what follows up a dispute."""
        return any(
            action.open
            and action.origin == 'specific'
            and not action.dispute
            and settle_specific(self.portfolio, action, self.today).open
            for account in self.accounts
            for action in self.portfolio.actions_of[account]
        )

    def plan_of_member(self, account):
        """A grouped account has no plan of its own, only the contacts and bookings of its unit."""
        result = Plan(account, reason='grouped')
        result.last_contact_on, result.last_booking = self.last_contact_on, self.last_booking
        return result


def document_total(account, move):
    return sum(item.booked for item in account.items if item.move == move)


def figures(account, unit, today):
    """Figures of one customer account, in company currency at booked residuals."""
    debits = [item for item in account.items if item.residual > 0]

    def total(items, first=None, last=None):
        """Sum of the items whose days overdue lie between two ends."""
        late = [(item, (today - item.due).days) for item in items]
        late = [(item, days) for item, days in late if first is None or days >= first]
        return sum((item.booked for item, days in late if last is None or days <= last), ZERO)

    return {
        'balance': total(account.items),
        'overdue': total(debits, first=1),
        'not_due': total(debits, last=0),
        'bucket_30': total(debits, first=1, last=30),
        'bucket_60': total(debits, first=31, last=60),
        'bucket_90': total(debits, first=61, last=90),
        'bucket_older': total(debits, first=91),
        'unallocated': -total([item for item in account.items if item.residual < 0]),
        'eligible_overdue': sum(
            (unit.chased_booked(i) for i in account.items if i in unit.eligible and i.due < today),
            ZERO,
        ),
        'oldest_due_date': min((item.due for item in debits), default=None),
        'open_item_count': sum(item.residual != 0 for item in account.items),
    }


def plan(portfolio, today):
    """What every customer account comes to on a day: account id → :class:`Plan`."""
    plans = {}
    for lead in portfolio.members[None]:
        unit = Unit(portfolio, lead, today)
        plans[lead.id] = unit.plan()
        for account in unit.accounts:
            if account is not lead:
                plans[account.id] = unit.plan_of_member(account)
            plans[account.id].figures = figures(account, unit, today)
            if plans[account.id].figures['overdue']:
                plans[account.id].coverage = (
                    'held' if account.on_hold(today) else unit.coverage(plans[lead.id])
                )
    return plans


def listed(portfolio, action, scenario, step, day):
    """The items that an action counts for when its step is done on a day (section 2)."""
    unit = Unit(portfolio, action.account, day)
    result = []
    for item in unit.items:
        reached = (day - item.due).days
        offsets = [s.offset for s in scenario.steps if s.offset <= min(step.offset, reached)]
        if item.key == action.leader:
            result.append(Listed(item.key, step.offset))
        elif item in unit.eligible and (step.offset < 0 or item.due <= day):
            result.append(Listed(item.key, max(offsets, default=None)))
    return result
