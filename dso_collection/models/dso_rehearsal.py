import contextlib
import time as timer
from datetime import date, datetime, time, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import Callbacks

from ..const import AUTOMATIC_MODES
from ..tools import clock

#: Messages that leave without a person; a letter waits until somebody has posted it.
LEAVING_TYPES = ('email', 'sms')

#: What people do by hand in a rehearsal in which they do everything on its day. Specific actions
#: are theirs: nobody knows what will come of them.
PLANNED_ORIGINS = ('scenario', 'control')

#: What one day sets free on the same day, such as the step after one without a contact interval.
MAX_ROUNDS = 20

#: Seconds after which a rehearsal ends with the day it has reached: an answer to a browser is cut
#: off after two minutes.
TIME_LIMIT = 60


class Event(NamedTuple):
    """An action that comes up, on the day on which it is sent, or first to be done."""

    partner_id: int
    collector_id: int | None
    action_type: str
    origin: str
    step_delay: int | None
    kind: str
    day: date
    amount: float


class DsoRehearsal(models.AbstractModel):
    """Lives through coming days with the real engine, and undoes all of it (docs/start.md).

    Planner, assignment rules and dispatch do what they would do, on a clock of this transaction
    alone; only the messages are not written. The end is a rollback, whatever happens: no row, no
    message, no woken cron is left, and nothing was ever visible to anybody else.
    """

    _name = 'dso.rehearsal'
    _description = "Rehearsal of Coming Days"

    # === ROLLBACK === #

    @api.model
    @contextlib.contextmanager
    def _rolled_back(self):
        """Undo at the end whatever is done inside, with the hooks that wait for the commit."""
        cr = self.env.cr
        cr.flush()  # hooks of what was done before are no part of it
        kept, cr.postcommit = cr.postcommit, Callbacks()
        try:
            with clock.rehearsal(cr), contextlib.closing(cr.savepoint()):
                yield
        finally:
            cr.postcommit = kept

    # === A CHANGE === #

    @api.model
    def _compare(self, customers, read, change):
        """Return what a change does to the plans of customer accounts today.

        :param dso.customer customers: accounts that lead their groups
        :param read: called with them, returns what is to be compared
        :param change: makes the change, with the rights of whoever tries it
        :return: what was read before and after the change
        :rtype: tuple
        """
        planner = self.env['dso.planner'].sudo()  # as :meth:`dso.customer._plan`
        with self._rolled_back():
            planner._plan(customers.sudo())
            before = read(customers)
            change()
            planner._plan(customers.sudo())
            return before, read(customers)

    # === DAYS === #

    @api.model
    def _foresee(self, company, days, *, by_hand=False, prepare=None, seconds=TIME_LIMIT):
        """Return what comes up in a company in the next days, today included.

        :param res.company company: a root company
        :param int days: number of days
        :param bool by_hand: whether people confirm what waits, do their actions and post their
            letters, each on its day; else nobody does anything
        :param prepare: called before the first day, to rehearse a change
        :param int seconds: time after which the rehearsal ends with the day it has reached
        :return: events, and the last day that was reached
        :rtype: tuple[list[Event], date]
        """
        deadline = timer.monotonic() + seconds
        rehearsal = self.sudo().with_company(company)  # the engine knows no users
        company = company.with_env(rehearsal.env)
        moments = [rehearsal._get_moment(company, number) for number in range(max(days, 1))]
        events, reached = {}, company._dso_today()
        with rehearsal._rolled_back():
            if prepare:
                prepare()
            rehearsal._deliver_queued(company)
            for moment in moments:
                clock.move(rehearsal.env.cr, moment)
                rehearsal._live(company, by_hand, events)
                reached = company._dso_today()
                if timer.monotonic() > deadline:
                    break
        return list(events.values()), reached

    def _get_moment(self, company, number):
        """Return when a company sends on a day, else its noon.

        :param int number: days from today; what is left of today is what counts
        :return: naive UTC
        :rtype: datetime
        """
        zone = ZoneInfo(company.dso_tz or 'UTC')
        day = company._dso_today() + timedelta(days=number)
        midnight = datetime.combine(day, time(0), zone)
        now = clock.now(self.env.cr)
        earliest = max(now, midnight.astimezone(timezone.utc).replace(tzinfo=None))
        opening = company._dso_next_opening(earliest)
        if company._dso_local(opening).date() == day:
            return opening
        noon = datetime.combine(day, time(12), zone).astimezone(timezone.utc)
        return now if not number else noon.replace(tzinfo=None)

    def _deliver_queued(self, company):
        """What is on its way out when the rehearsal begins will have left."""
        sending = self.env['dso.action'].search(
            [('company_id', '=', company.id), ('state', '=', 'sending')]
        )
        leaving = sending.filtered(self._leaves_by_itself)
        queued = leaving.sent_message_ids.filtered(lambda message: message.delivery == 'queued')
        queued.write({'delivery': 'sent'})
        leaving._set_sent()

    def _live(self, company, by_hand, events):
        """Live through one day: rules, plan, then what goes out or is done.

        :param dict events: id of an action → :class:`Event`, to be added to
        """
        self.env['dso.assignment.rule']._run_company(company)
        self.env['dso.planner']._plan_company(company)
        self._plan_touched()
        self._note_due(company, events)
        for _round in range(MAX_ROUNDS):
            touched = self._send(company, by_hand, events)
            if by_hand:
                touched |= self._complete(company)
            self._plan_touched(touched)
            self._note_due(company, events)
            if not touched:
                return

    def _plan_touched(self, customers=None):
        """Plan what was marked, however much it is."""
        planner = self.env['dso.planner']
        planner._plan_pending()
        if customers:
            planner._plan_for_screen(customers)

    # === WHAT GOES OUT === #

    def _send(self, company, by_hand, events):
        """Let the messages of the day leave; return the customer accounts concerned."""
        actions = self.env['dso.action']
        if by_hand:
            self._confirm(company)
        if not self._is_sending(company):
            return actions.customer_id
        belt, dispatch = self.env['dso.belt'], self.env['dso.dispatch']
        going = belt._admit(company, belt._get_going(company), automatic=True)
        chosen, parcels = dispatch._choose(going)
        chosen -= self._refuse_textless(chosen)
        parcels = [parcel for parcel in parcels if parcel.action in chosen]
        parcels = dispatch._put_off(parcels, belt._claim(company, parcels))
        sent = actions.union(*(parcel.action for parcel in parcels))
        events.update((action.id, self._make_event(action, 'sent')) for action in sent)
        leaving = sent if by_hand else sent.filtered(self._leaves_by_itself)
        self._create_messages(company, parcels, leaving)
        belt._count(company)
        waiting = sent - leaving
        self.env['dso.planner']._snapshot_items(waiting)
        waiting._set_sending()
        leaving._set_sent()
        return sent.customer_id

    def _refuse_textless(self, actions):
        """Put actions in error that have no text; return them. Other faults of texts show when they
        are written."""
        channel = self.env['dso.channel']
        textless = actions.filtered(
            lambda action: (
                not channel._of(action.action_type)._get_template(action)
                and not action._get_edited_texts(action.action_type)
            )
        )
        textless._set_error('render')
        return textless

    def _create_messages(self, company, parcels, leaving):
        """Create the rows that count for the belts, without the messages behind them."""
        self.env['dso.action.message'].create(
            [
                {
                    'action_id': parcel.action.id,
                    'kind': parcel.kind,
                    'recipient': parcel.recipient,
                    'automatic': True,
                    'day': company._dso_today(),
                    'delivery': 'sent' if parcel.action in leaving else 'queued',
                }
                for parcel in parcels
                if not parcel.code
            ]
        )

    def _is_sending(self, company):
        """Tell whether a company sends at this moment."""
        running = company.dso_started_on and not company.dso_paused
        return bool(running) and company._dso_next_opening() <= clock.now(self.env.cr)

    @api.model
    def _leaves_by_itself(self, action):
        """Tell whether a message of an action reaches the customer without a person."""
        return not set(LEAVING_TYPES).isdisjoint(action._get_message_types())

    # === WHAT PEOPLE DO === #

    def _domain_due(self, company):
        return (
            Domain('company_id', '=', company.id)
            & Domain('state', 'in', ('planned', 'error'))
            & Domain('date_planned', '<=', company._dso_today())
        )

    def _confirm(self, company):
        """Confirm the automatic actions of the day that wait for it."""
        actions = self.env['dso.action']
        waiting = actions.search(
            self._domain_due(company)
            & Domain('state', '=', 'planned')
            & actions._domain_unconfirmed()
        )
        # One statement: confirming by method would be one for each amount.
        self.env.cr.execute(
            SQL(
                "UPDATE dso_action SET confirmed_on = %s, confirmed_by_id = %s,"
                " confirmed_amount = amount, confirm_reason = NULL WHERE id = ANY(%s)",
                clock.now(self.env.cr),
                self.env.uid,
                waiting.ids,
            )
        )
        waiting.invalidate_recordset(flush=False)

    def _complete(self, company):
        """Do the manual actions of the day; return the customer accounts concerned."""
        actions = self.env['dso.action'].search(
            self._domain_due(company)
            & Domain('mode', '=', 'manual')
            & Domain('origin', 'in', PLANNED_ORIGINS)
        )
        actions._set_done('done')
        return actions.customer_id

    # === WHAT COMES UP === #

    def _note_due(self, company, events):
        """Note what is due and was not before, with what it waits for at the end of the day."""
        today = company._dso_today()
        earlier = {id_ for id_, event in events.items() if event.day < today}
        due = self.env['dso.action'].search(self._domain_due(company))
        for action in due.filtered(lambda action: action.id not in earlier):
            events[action.id] = self._make_event(action, self._get_kind(action))

    def _get_kind(self, action):
        """Return what an action waits for; the preview has the words."""
        if action.mode not in AUTOMATIC_MODES:
            return 'manual'
        if action.state == 'error':
            return 'error'
        if action.held or action._waits_for_reply():
            return 'held'
        return 'waits' if action.to_confirm else 'later'

    def _make_event(self, action, kind):
        return Event(
            action.partner_id.id,
            action.collector_id.id or None,
            action.action_type,
            action.origin,
            action.step_delay if action.step_id else None,
            kind,
            action.company_id._dso_today(),
            action.amount,
        )
