import math
from datetime import date
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..const import LETTER_TYPES
from ..engine import belt_sql
from ..tools import server


class Allowance(NamedTuple):
    """What a company may send by itself on a day, in messages."""

    company: models.Model
    day: date
    sent: int
    limit: int | None  # None: as many as are due
    rule: str  # what set the limit: cap or jump
    average: float
    released: int

    @property
    def most(self):
        return None if self.limit is None else self.limit + self.released

    @property
    def free(self):
        return None if self.limit is None else max(self.most - self.sent, 0)


class DsoBelt(models.AbstractModel):
    """Nobody is flooded: the daily cap, the stop on a jump, one message per address (spec 3.22).

    The dispatch asks :meth:`_admit` and :meth:`_claim` for each of its batches; screens ask the
    same statement what will happen. docs/belts.md gives the rules.
    """

    _name = 'dso.belt'
    _description = "Belts of Sending"

    # === HOW MUCH === #

    @api.model
    def _get_allowances(self, companies):
        """Return what root companies may send today, in one query.

        :rtype: list[Allowance]
        """
        companies = companies.sudo()  # a branch user may not read its root
        if not companies:
            return []
        self.env.flush_all()
        days = {company.id: company._dso_today() for company in companies}
        rows = {row[0]: row[1:] for row in self.env.execute_query(belt_sql.usage(days.items()))}
        return [
            self._prepare_allowance(company, days[company.id], *rows[company.id])
            for company in companies
        ]

    def _prepare_allowance(self, company, day, sent, number, average, released):
        average = float(average or 0)
        limits = {}
        if company.dso_daily_cap:
            limits['cap'] = company.dso_daily_cap
        if company.dso_jump_stop and number == belt_sql.AVERAGE_DAYS:
            limits['jump'] = math.ceil(belt_sql.JUMP_FACTOR * average)
        rule = min(limits, key=limits.get, default='')
        return Allowance(company, day, sent, limits.get(rule), rule, average, released)

    def _room(self, allowances):
        return [(one.company.id, one.day, one.free, one.most) for one in allowances]

    # === WHAT GOES TODAY === #

    @api.model
    def _get_going(self, company):
        """Return the actions of a company that leave today, those of the largest overdue first.

        :rtype: dso.action
        """
        rows = self._get_verdicts(company)
        return self.env['dso.action'].browse(row[0] for row in rows if not row[3])

    @api.model
    def _get_verdicts(self, companies):
        """Return rows (action id, company id, messages, belt) of what is due, in one statement.

        :param res.company companies: root companies; those that have not started send nothing
        """
        return self._ask(belt_sql.verdicts, self._get_allowances(self._started(companies)))

    @api.model
    def _get_numbers(self, allowances):
        """Return the number of messages that go and wait, by id of the company and belt.

        :rtype: dict[tuple[int, str | None], int]
        """
        rows = self._ask(belt_sql.numbers, allowances)
        return {(company_id, belt): number for company_id, belt, number in rows}

    @api.model
    def _get_belts(self, companies):
        """Return what stops actions that are due and do not leave today, by id of the action.

        :rtype: dict[int, str]
        """
        return {row[0]: row[3] for row in self._get_verdicts(companies) if row[3]}

    @api.model
    def _get_reached(self, actions):
        """Return those of these actions that wait because their address was written to today."""
        self.env.flush_all()
        companies = actions.company_id
        room = [(company.id, company._dso_today(), None, None) for company in companies]
        if not room:
            return actions
        rows = self.env.execute_query(belt_sql.verdicts(self._listed(actions), room))
        return actions.browse(action_id for action_id, *_row, belt in rows if belt)

    def _listed(self, actions):
        return SQL("SELECT unnest(%s::int[])", actions.ids)

    def _started(self, companies):
        return companies.sudo().filtered('dso_started_on')  # a branch user may not read its root

    def _ask(self, statement, allowances):
        """Return the rows of a statement over what is due in companies, none without companies."""
        if not allowances:
            return []
        actions = self.env['dso.action'].sudo()  # who goes first is decided over all of them
        due = Domain.OR(actions._domain_sendable(one.company, one.day) for one in allowances)
        query = statement(actions._search(due).subselect(), self._room(allowances))
        with server.settings(self.env, server.INTERPRETED):
            return self.env.execute_query(query)

    # === DISPATCH === #

    @api.model
    def _admit(self, company, actions, automatic):
        """Return those of these actions that may leave now; nobody else sends meanwhile.

        :param res.company company: a root company
        :param dso.action actions: actions that are about to be sent
        :param bool automatic: whether they leave by themselves; what people send is not capped
        :raise psycopg2.OperationalError: when another worker has sent for the company meanwhile
        """
        day = company._dso_today()
        self._catch_up(company, day)
        room = [(company.id, day, None, None)]
        if automatic:
            if not self._get_day(company, day):
                return actions.browse()
            room = self._room(self._get_allowances(company))
        self.env.flush_all()
        rows = self.env.execute_query(belt_sql.verdicts(self._listed(actions), room))
        return actions.browse(action_id for action_id, *_row, belt in rows if not belt)

    @api.model
    def _admit_messages(self, company, messages):
        """Return those of these messages that may be written anew today.

        :param dso.action.message messages: messages that a pause has taken back
        """
        automatic = messages.filtered('automatic')
        if not automatic:
            return messages
        if not self._get_day(company, company._dso_today()):
            return messages - automatic
        [allowance] = self._get_allowances(company)
        return (messages - automatic) + automatic[: allowance.free]  # None: all of them

    def _get_day(self, company, day):
        """Return the day of a company, locked until the end of the transaction.

        :return: nothing when another worker sends at this moment
        :rtype: dso.sending.day
        """
        days = self.env['dso.sending.day'].sudo()
        self._execute(belt_sql.try_lock(company.id))
        if not self.env.cr.fetchone()[0]:
            return days
        self._execute(belt_sql.find_day(company.id, day))
        if not self.env.cr.rowcount:
            self._execute(belt_sql.open_day(company.id, day))
        [[day_id]] = self.env.cr.fetchall()
        return days.browse(day_id)

    @api.model
    def _count(self, company):
        """Record what the running transaction has sent."""
        self.env.flush_all()
        self._execute(belt_sql.count_day(company.id, company._dso_today()))
        self.env['dso.sending.day'].invalidate_model(['sent'], flush=False)

    @api.model
    def _claim(self, company, parcels):
        """Take the addresses of messages for today, unless they have had one today.

        :param list parcels: written messages
        :return: what cannot go today, as tuples (id of the action, kind of message)
        :rtype: set[tuple[int, str]]
        """
        limited = [p for p in parcels if not p.code and self._is_limited(p)]
        limited.sort(key=lambda p: p.kind != p.action.action_type)  # own messages go first
        day, wanted = company._dso_today(), {a for p in limited for a in self._addresses(p)}
        stored = self._get_taken(company, day, wanted)
        taken, refused = dict(stored), set()
        for parcel in limited:
            action_id, addresses = parcel.action.id, self._addresses(parcel)
            if any(taken.get(address, action_id) != action_id for address in addresses):
                refused.add((action_id, parcel.kind))
            else:
                taken.update(dict.fromkeys(addresses, action_id))
        claims = [(address, taken[address]) for address in sorted(taken.keys() - stored.keys())]
        if claims:
            self._execute(belt_sql.claim(company.id, day, claims))
        return refused

    def _is_limited(self, parcel):
        """Tell whether an address gets one such message a day: scenarios, by email or SMS."""
        return parcel.action.origin == 'scenario' and parcel.kind in belt_sql.ADDRESSED_TYPES

    def _addresses(self, parcel):
        return (parcel.recipient or "").split(", ")

    def _get_taken(self, company, day, addresses):
        """Return which actions have written to addresses on a day.

        :rtype: dict[str, int]
        """
        if not addresses:
            return {}
        rows = self.env['dso.sending.address'].search_fetch(
            [
                ('company_id', '=', company.id),
                ('day', '=', day),
                ('address', 'in', list(addresses)),
            ],
            ['address', 'action_id'],
        )
        return {row.address: row.action_id.id for row in rows}

    # === MESSAGES THAT LEAVE LATER === #

    def _catch_up(self, company, day):
        """Let what still waits in the queue since an earlier day count for this one."""
        late = self.env['dso.action.message'].sudo()
        late = late.search(
            [
                ('delivery', '=', 'queued'),
                ('kind', 'not in', LETTER_TYPES),  # people post them
                ('day', '<', day),
                ('action_id.company_id', '=', company.id),
            ]
        )
        self._move(company, day, late)

    @api.model
    def _move_to_today(self, messages):
        """Let messages count for the day on which they have left."""
        messages = messages.filtered(lambda m: m.day and m.kind not in LETTER_TYPES)
        for company, group in messages.grouped('company_id').items():
            day = company._dso_today()
            self._move(company, day, group.filtered(lambda m, day=day: m.day < day))

    def _move(self, company, day, messages):
        if messages:
            self.env.flush_all()
            self._execute(belt_sql.move_to_day(company.id, day, messages.ids))
            messages.invalidate_recordset(['day'], flush=False)

    def _execute(self, query):
        """Execute a statement; conflicts are expected and handled, so they are not logged."""
        self.env.cr.execute(query, log_exceptions=False)
