import contextlib
import time as timer
from datetime import date, datetime, time, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import Callbacks

from ..const import AUTOMATIC_MODES, MESSAGE_TYPES
from ..tools import clock, server
from .dso_scenario_step import FURTHER_FIELDS

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
    further: tuple = ()  # types of the messages that go out beside its own


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
            # Compiling statements costs the server more than they do: run, 150 ms of 200.
            server.set_local(self.env, server.INTERPRETED)
            if prepare:
                prepare()
            rehearsal._deliver_queued(company)
            for number, moment in enumerate(moments):
                clock.move(rehearsal.env.cr, moment)
                rehearsal._plan(company, is_first=not number)
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

    def _plan(self, company, is_first):
        """Plan a day as the night before it would: rules, plan, what nobody did in time.

        :param bool is_first: whether the customer accounts may not have been planned before
        """
        self.env['dso.assignment.rule']._run_company(company)
        planner = self.env['dso.planner']
        if is_first:
            planner._plan_company(company)
            self.env.invalidate_all()
        else:
            planner._plan_next_day(company)
        planner._plan_marked(company)

    def _live(self, company, by_hand, events):
        """Live through one day: what goes out or is done, and what follows from it the same day.

        After the first round only the customer accounts of which something went out or was done can
        have more to do, and what had no room because of messages that could not go.

        :param dict events: id of an action → :class:`Event`, to be added to
        """
        self._note_due(company, events)
        customers = None  # everybody
        for _round in range(MAX_ROUNDS):
            settled, left = self._send(company, by_hand, customers, events)
            if by_hand:
                settled |= self._complete(company, customers)
            if not settled:
                return
            self.env['dso.planner']._plan_marked(company)
            self._note_due(company, events)
            customers = None if left else settled.customer_id

    # === WHAT GOES OUT === #

    def _send(self, company, by_hand, customers, events):
        """Let the messages of the day leave.

        :param dso.customer customers: accounts of which something may go out; none: of all
        :return: the actions that were sent or put in error, and whether others could not go that
            had been given room
        :rtype: tuple[dso.action, bool]
        """
        actions = self.env['dso.action']
        if by_hand:
            self._confirm(company, customers)
        sendable = actions._domain_sendable(company, company._dso_today())
        if not self._is_sending(company) or not actions.search_count(
            sendable & self._domain_of(customers), limit=1
        ):
            return actions, False
        going = self._admit(company)
        sent, parcels, refused = self._choose(company, going)
        self._note_sent(company, sent, parcels, events)
        leaving = sent if by_hand else sent.filtered(self._leaves_by_itself)
        self._create_messages(company, parcels, leaving)
        self.env['dso.belt']._count(company)
        waiting = sent - leaving
        self.env['dso.planner']._snapshot_items(waiting)
        waiting._set_sending()
        leaving._set_sent()
        return sent | refused, sent != going

    def _admit(self, company):
        """Return the actions that have room today, as the dispatch admits its batches.

        :rtype: dso.action
        """
        belt, today = self.env['dso.belt'], company._dso_today()
        belt._catch_up(company, today)
        if not belt._get_day(company, today):  # somebody sends at this moment
            return self.env['dso.action']
        return belt._get_going(company)

    def _choose(self, company, actions):
        """Return those of these actions that go out, their messages, and those put in error.

        :rtype: tuple[dso.action, list, dso.action]
        """
        dispatch = self.env['dso.dispatch']
        chosen, parcels = dispatch._choose(actions)
        chosen -= self._refuse_textless(chosen)
        parcels = [parcel for parcel in parcels if parcel.action in chosen]
        parcels = dispatch._put_off(parcels, self.env['dso.belt']._claim(company, parcels))
        sent = actions.browse(dict.fromkeys(parcel.action.id for parcel in parcels))
        return sent, parcels, (actions - sent).filtered(lambda action: action.state == 'error')

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

    def _domain_of(self, customers):
        """Actions of customer accounts, of everybody without any."""
        if customers is None:
            return Domain.TRUE
        return Domain('customer_id', 'in', customers.ids)

    def _domain_due(self, company, customers):
        return (
            Domain('company_id', '=', company.id)
            & Domain('state', 'in', ('planned', 'error'))
            & Domain('date_planned', '<=', company._dso_today())
            & self._domain_of(customers)
        )

    def _confirm(self, company, customers):
        """Confirm the automatic actions of the day that wait for it."""
        actions = self.env['dso.action']
        waiting = actions.search(
            self._domain_due(company, customers)
            & Domain('state', '=', 'planned')
            & actions._domain_unconfirmed()
        )
        if not waiting:
            return
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

    def _complete(self, company, customers):
        """Do the manual actions of the day; return them."""
        actions = self.env['dso.action'].search(
            self._domain_due(company, customers)
            & Domain('mode', '=', 'manual')
            & Domain('origin', 'in', PLANNED_ORIGINS)
        )
        if actions:
            actions._set_done('done')
        return actions

    # === WHAT COMES UP === #

    def _note_due(self, company, events):
        """Note what is due and was not before, with what it waits for at the end of the day."""
        today = company._dso_today()
        due = SQL("a.state IN ('planned', 'error') AND a.date_planned <= %s", today)
        for action_id, event in self._read_events(company, due).items():
            if action_id not in events or events[action_id].day == today:
                events[action_id] = event

    def _note_sent(self, company, actions, parcels, events):
        """Note what goes out; a message beside that of the action's own type may have no address.

        :param list parcels: the messages of the actions
        """
        further = {action.id: () for action in actions}
        for parcel in parcels:
            if not parcel.code and parcel.kind != parcel.action.action_type:
                further[parcel.action.id] += (parcel.kind,)
        read = self._read_events(company, SQL("a.id = ANY(%s)", actions.ids), 'sent')
        for action_id, event in read.items():
            events[action_id] = event._replace(further=further[action_id])

    def _read_events(self, company, condition, kind=None):
        """Return actions as what comes up today, in one statement.

        :param SQL condition: on the action ``a``
        :param str kind: what becomes of them; default: what they wait for
        :return: id of the action → event
        :rtype: dict[int, Event]
        """
        unheard = Domain.OR(self.env['dso.customer']._domains_unheard())
        further = [
            SQL(
                "CASE WHEN st.%s AND a.action_type <> %s THEN %s END",
                SQL.identifier(field),
                message_type,
                message_type,
            )
            for field, message_type in FURTHER_FIELDS.items()
        ]
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT a.id, c.partner_id, a.collector_id, a.action_type, a.origin,
                    CASE WHEN a.step_id IS NOT NULL THEN a.step_delay END,
                    COALESCE(%(kind)s, CASE
                        WHEN a.mode <> ALL(%(automatic)s) THEN 'manual'
                        WHEN a.state = 'error' THEN 'error'
                        WHEN a.held IS NOT NULL OR c.id IN (%(unheard)s) THEN 'held'
                        WHEN a.confirm_reason IS NOT NULL THEN 'waits' ELSE 'later' END),
                    %(today)s::date, COALESCE(a.amount, 0)::float,
                    CASE WHEN a.action_type = ANY(%(messages)s)
                        THEN ARRAY_REMOVE(ARRAY[%(further)s], NULL) ELSE ARRAY[]::text[] END
                FROM dso_action a
                JOIN dso_customer c ON c.id = a.customer_id
                LEFT JOIN dso_scenario_step st ON st.id = a.step_id
                WHERE a.company_id = %(company)s AND %(condition)s""",
                kind=kind,
                automatic=list(AUTOMATIC_MODES),
                unheard=self.env['dso.customer']._search(unheard).subselect(),
                today=company._dso_today(),
                messages=list(MESSAGE_TYPES),
                further=SQL(", ").join(further),
                company=company.id,
                condition=condition,
            )
        )
        return {action_id: Event(*row) for action_id, *row in rows}
