"""What the reference engine reads and answers: plain objects, without Odoo."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

AUTOMATIC = ('automatic', 'automatic_confirm')
ZERO = Decimal(0)


class Key(NamedTuple):
    """Identity of an item: Odoo replaces journal items, invoice and due date stay."""

    move: int
    due: date


@dataclass(eq=False)
class Company:
    interval: int = 5
    grace: int = 3
    dispute_grace: int = 10
    dispute_partial: bool = False
    digits: int = 2
    ignore_below: Decimal = ZERO
    hold_credits: bool = True
    hold_books: bool = False
    books_days: int = 5
    newest_bank_entry: date | None = None
    hold_unsent: bool = False
    careful_until: date | None = None
    weekdays: frozenset = frozenset(range(5))
    holidays: frozenset = frozenset()
    tz: str = 'UTC'

    def day(self, moment):
        """Day of a naive UTC moment in the time zone of the company."""
        return moment.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(self.tz)).date()

    def open_day(self, day):
        """The next day on which the sending window opens, the day itself included."""
        while day.weekday() not in self.weekdays or day in self.holidays:
            day += timedelta(days=1)
        return day


@dataclass(eq=False)
class Step:
    id: int
    offset: int
    action_type: str = 'email'
    mode: str = 'automatic'
    written_on: datetime | None = None  # the later of step and text
    undone_type: str | None = None  # what it becomes when nobody does it in time
    undone_mode: str = 'manual'
    became_on: date | None = None

    @property
    def automatic(self):
        return self.mode in AUTOMATIC


@dataclass(eq=False)
class Scenario:
    steps: list[Step]
    minimum: Decimal = Decimal(50)
    after_last: str = 'decide'
    repeat_days: int = 15
    broken_promise: str = 'continue'
    start_again: bool = False

    @property
    def last(self):
        return max(self.steps, key=lambda step: step.offset)


@dataclass(eq=False)
class Contact:
    """An address book entry.

    ``address`` is its valid e-mail address and ``number`` its telephone number as Odoo brought it
    into its form, if it has them; ``blocked`` the addresses and numbers on the blacklists.
    """

    id: int
    email: str | None = None
    address: str | None = None
    phone: str | None = None
    number: str | None = None
    street: str = ''
    street2: str = ''
    zip: str = ''
    city: str = ''
    country: str | None = None
    needs_zip: bool = True
    media: frozenset = frozenset(('email', 'sms', 'letter', 'call'))
    blocked: frozenset = frozenset()

    def reach(self, medium):
        """Where the contact is reached, or nothing."""
        return {
            'email': self.address,
            'sms': self.mobile,
            'call': (self.phone or '').strip(' ') or None,
            'letter': self.postal_address,
        }[medium]

    @property
    def mobile(self):
        number = re.sub(r'[\s./()-]', '', self.number or '')
        return number if re.fullmatch(r'\+?[0-9]{6,15}', number) else None

    @property
    def postal_address(self):
        if not (self.street and self.city and (self.zip or not self.needs_zip)):
            return None
        place = f'{self.zip} {self.city}'.strip()
        return ', '.join(filter(None, (self.street, self.street2, place, self.country)))

    def fault(self, medium):
        """Why nothing can be sent to the contact; anybody may be called, or looked up first."""
        if medium == 'call':
            return None
        if self.reach(medium):
            return 'blacklisted' if (medium, self.reach(medium)) in self.blocked else None
        if medium == 'email':
            return 'invalid_recipient' if self.email else 'no_recipient'
        if medium == 'sms':
            return 'invalid_phone' if self.phone else 'no_phone'
        return 'no_address'


@dataclass(eq=False)
class Item:
    """Open item: debit with positive residual, credit with negative residual."""

    id: int
    move: int
    due: date
    residual: Decimal
    booked: Decimal = None  # in company currency; the residual itself when not given
    currency: str = 'EUR'
    posted: date = date(2020, 1, 1)
    no_followup: bool = False
    payment_state: str = 'not_paid'
    sent: bool = True

    def __post_init__(self):
        self.booked = self.residual if self.booked is None else self.booked

    @property
    def key(self):
        return Key(self.move, self.due)


@dataclass(eq=False)
class Account:
    id: int
    company: Company
    scenario: Scenario | None = None
    collector: int | None = None
    group: Account | None = None
    hold_reason: str | None = None
    hold_from: date | None = None
    hold_until: date | None = None
    not_before: date | None = None
    regrouped_on: datetime | None = None
    start_decision: str | None = None
    items: list[Item] = field(default_factory=list)
    bookings: list[date] = field(default_factory=list)
    replies: list[datetime] = field(default_factory=list)
    agreements: list[datetime] = field(default_factory=list)  # promises and disputes taken
    partner: Contact | None = None
    invoice_address: Contact | None = None
    collection_contacts: list[Contact] = field(default_factory=list)

    def on_hold(self, day):
        return bool(
            self.hold_reason
            and (not self.hold_from or self.hold_from <= day)
            and (not self.hold_until or day <= self.hold_until)
        )


@dataclass(eq=False)
class Record:
    """What people recorded about an item, or about an account when it names no invoice."""

    kind: str  # dispute, litigation, promise, specific, resolved or broken
    account: Account
    move: int | None = None
    due: date | None = None
    line: int | None = None
    amount: Decimal = ZERO  # that is disputed
    until: date | None = None  # last day of a promise
    day: date | None = None  # on which a dispute was resolved, or a promise broken
    action: int | None = None

    def holds(self, day):
        """Whether it takes its items out of the scenario on a day."""
        if self.kind == 'promise':
            return self.until >= day
        return self.kind in ('dispute', 'litigation', 'specific')


class Named(NamedTuple):
    """A receivable journal item of an invoice, open or not, by its name."""

    account: Account | None
    due: date
    line: int


class Listed(NamedTuple):
    """An item in the history of an action, with the step that the action counts for on it."""

    key: Key
    offset: int | None


@dataclass(eq=False)
class Action:
    id: int | None
    account: Account
    origin: str = 'scenario'
    state: str = 'planned'
    kind: str | None = None
    task_key: str | None = None
    undone_on: date | None = None
    step: int | None = None
    offset: int | None = None  # of the step
    leader: Key | None = None
    leader_item: int | None = None
    action_type: str = 'task'
    mode: str = 'manual'
    date: date | None = None
    rule: str | None = None
    amount: Decimal = ZERO
    held: str | None = None
    error: str | None = None
    recipient: str | None = None
    collector: int | None = None
    note: str | None = None
    date_user: date | None = None
    date_user_on: datetime | None = None
    confirmed_on: datetime | None = None
    confirmed_amount: Decimal = ZERO
    confirm_reason: str | None = None
    reason_code: str | None = None
    done_on: datetime | None = None
    done_day: date | None = None
    is_contact: bool = False
    member: Account | None = None
    dispute: int | None = None  # that it follows up
    delivery: str | None = None
    listed: list[Listed] = field(default_factory=list)

    @property
    def open(self):
        return self.state in ('planned', 'sending', 'error')

    @property
    def counts(self):
        return self.state == 'done' and self.delivery != 'bounced'

    @property
    def touched(self):
        return bool(self.date_user or self.confirmed_on or self.note or self.listed)


@dataclass(eq=False)
class Plan:
    account: Account
    reason: str = ''
    leader: Item | None = None
    level: int | None = None
    step: Step | None = None
    date: date | None = None
    rule: str | None = None
    amount: Decimal = ZERO
    held: str | None = None
    error: str | None = None
    recipient: str | None = None
    recipient_id: int | None = None
    tasks: dict[str, str] = field(default_factory=dict)
    last_contact_on: datetime | None = None
    last_booking: date | None = None
    figures: dict = field(default_factory=dict)
    coverage: str | None = None  # state of completeness


class Portfolio:
    """Customer accounts and their actions, with the look-ups that the rules need."""

    def __init__(self, accounts, actions=(), records=(), names=None):
        self.accounts = list(accounts)
        self.actions = list(actions)
        self.records = list(records)
        self.names = names or {}
        self.records_of = defaultdict(list)
        for record in self.records:
            self.records_of[record.move].append(record)
        self.members = defaultdict(list)
        self.actions_of = defaultdict(list)
        self.actions_listing = defaultdict(list)
        for account in self.accounts:
            self.members[account.group].append(account)
        for action in self.actions:
            self.actions_of[action.account].append(action)
            for key in {listed.key for listed in action.listed}:
                self.actions_listing[key].append(action)

    def speaks_of(self, record, account, item):
        """Whether a record speaks of an item of its invoice: by name, else by line or customer,
        else of all."""
        named = self.names.get(record.move, [])
        if any((name.account, name.due) == (record.account, record.due) for name in named):
            return (record.account, record.due) == (account, item.due)
        if any(name.line == record.line for name in named):
            return record.line == item.id or record.account is account
        return True
