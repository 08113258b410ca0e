"""Days that are rehearsed against the same days lived through, on random portfolios."""

from contextlib import contextmanager
from datetime import date, datetime, time, timedelta, timezone
from unittest.mock import patch
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st
from odoo import fields
from odoo.tests import tagged

from .common_portfolio import PortfolioCase
from .common_properties import examples
from .portfolio_maker import PortfolioMaker

DAYS = 7
NIGHT, MORNING = time(0, 30), time(9)

#: What both sides are asked about an action: its identity, its amount and what becomes of it.
FIELDS = ('partner_id', 'action_type', 'origin', 'step_delay', 'kind', 'day', 'amount')


class Life:
    """Days of a company on the machine's clock: its scheduled actions, its mail server, people.

    :param case: a :class:`PortfolioCase`
    :param bool by_hand: whether people confirm and do everything on its day
    """

    def __init__(self, case, company, by_hand):
        self.case, self.env, self.company, self.by_hand = case, case.env, company, by_hand
        self.zone = ZoneInfo(company.dso_tz)
        self.start = fields.Datetime.now()
        self.seen = {}

    def live(self, days):
        first = self.company._dso_today()
        underway = self.find(('state', '=', 'sending'))
        self.deliver(underway.filtered(self.env['dso.rehearsal']._leaves_by_itself))
        for number in range(days):
            self.day = first + timedelta(days=number)
            self.go_to(NIGHT)
            self.env['dso.assignment.rule']._cron_assign()
            self.env['dso.planner']._cron_plan()
            self.look()
            self.go_to(MORNING)
            again = True
            while again:
                again = self.act()
                self.look()

    def go_to(self, hour):
        moment = datetime.combine(self.day, hour, self.zone).astimezone(timezone.utc)
        # What is left of the first day is what counts.
        self.case.clock.move_to(max(moment.replace(tzinfo=None), self.start))

    def find(self, *domain):
        self.case.plan()
        self.env.invalidate_all()
        return self.env['dso.action'].search([('company_id', '=', self.company.id), *domain])

    def look(self):
        """Note what is due."""
        due = [('state', 'in', ('planned', 'error')), ('date_planned', '<=', self.day)]
        for action in self.find(*due):
            kind = 'manual' if action.mode == 'manual' else 'waits'
            if kind == 'waits' and not action.to_confirm:
                kind = 'later'
            if kind != 'manual' and action.state == 'error':
                kind = 'error'
            elif kind != 'manual' and (action.held or action._waits_for_reply()):
                kind = 'held'
            if self.seen.get(action.id, (self.day, None))[-2] == self.day:
                self.seen[action.id] = self.row(action, kind)

    def row(self, action, kind):
        delay = action.step_delay if action.step_id else None
        values = (action.action_type, action.origin, delay, kind, self.day, action.amount)
        return (action.partner_id.id, *values)

    def act(self):
        """Send and do what can be; tell whether there was anything."""
        settled = [('state', 'in', ('done', 'sending', 'error'))]
        before = self.find(*settled)
        if self.by_hand:
            self.work()
        self.env['dso.dispatch']._cron_dispatch()
        sending = self.find(('state', '=', 'sending'), ('id', 'not in', before.ids))
        self.deliver(sending)
        for action in sending:
            self.seen[action.id] = self.row(action, 'sent')
        return self.find(*settled) - before

    def deliver(self, actions):
        """Let the messages of actions leave; until then they take the place of others every day."""
        actions.sent_message_ids.filtered(lambda m: m.delivery == 'queued')._report_sent()
        actions._set_sent()  # of random portfolios, which have no messages

    def work(self):
        today = [('date_planned', '<=', self.day), ('state', '=', 'planned')]
        for action in self.find(*today, ('to_confirm', '=', True)):
            action.action_confirm()
        # In error, a message by hand can be marked as done all the same.
        planned = [('origin', 'in', ('scenario', 'control')), ('mode', '=', 'manual')]
        for action in self.find(*planned, *today[:1], ('state', 'in', ('planned', 'error'))):
            action.action_complete()


@tagged('post_install', '-at_install')
class TestRehearsalProperties(PortfolioCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['res.users'].search([('share', '=', False)]).write({'email': 'us@example.com'})
        cls.startClassPatcher(
            patch.object(cls.registry['ir.cron'], '_commit_progress', return_value=float('inf'))
        )

    @examples(3, 60)
    @given(
        number=st.integers(0, 2**32 - 1),
        size=st.sampled_from((10, 60, 120)),
        day=st.dates(date(2027, 1, 4), date(2027, 1, 20)),
        by_hand=st.booleans(),
        books=st.sampled_from((0, 0, 1)),
    )
    @example(number=10000000, size=120, day=date(2027, 1, 15), by_hand=False, books=1)  # a cap
    @example(number=12694, size=120, day=date(2027, 1, 8), by_hand=False, books=0)  # on its way
    def test_rehearsed_as_lived(self, number, size, day, by_hand, books):
        with self.prepared(number, size, day):
            self.assertRehearsed(self.books[books].company, by_hand)

    @contextmanager
    def prepared(self, number, size, day):
        """A random portfolio of companies that have started."""
        with self.rolled_back():
            self.go_to(day, hour=10)
            PortfolioMaker(self.env, self.books, number, size, day).make()
            for books in self.books:
                books.company.dso_daily_cap = (0, 2, 100)[number % 3]
                books.company.dso_started_on = datetime.combine(day, time()) - timedelta(days=90)
            self.env['dso.customer']._plan_all()
            # Otherwise whatever is old would wait all the time when nobody does anything.
            waiting = self.env['dso.action'].search([('to_confirm', '=', True)])
            waiting.filtered(lambda action: action.state == 'planned').action_confirm()
            self.plan()
            yield

    def assertRehearsed(self, company, by_hand):
        start = datetime.combine(self.today, time(10))
        self.env.flush_all()
        before = self.dump()
        events, reached = self.env['dso.rehearsal']._foresee(company, DAYS, by_hand=by_hand)
        self.assertNothingWritten(before, "A rehearsal leaves something behind")
        self.assertEqual(reached, company._dso_today() + timedelta(days=DAYS - 1))
        with self.rolled_back():
            life = Life(self, company, by_hand)
            life.live(DAYS)
        self.clock.move_to(start)
        found = [tuple(getattr(event, name) for name in FIELDS) for event in events]
        self.assertEqual(self.written(found), self.written(life.seen.values()))

    @staticmethod
    def written(rows):
        return "\n".join(sorted(", ".join(map(str, row)) for row in rows))
