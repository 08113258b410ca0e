import contextlib
import dataclasses
import functools
import hashlib
import itertools
import logging
import re

import psycopg2
from odoo import api, models
from odoo.tools import SQL, split_every

from ..engine import (
    action_sql,
    exclusion_sql,
    item_sql,
    plan_sql,
    position_sql,
    recipient_sql,
    scope_sql,
)
from ..tools import clock, server

_logger = logging.getLogger(__name__)

#: Where the hooks of one transaction note what they touched.
MARKS_KEY = 'dso_collection.marks'

#: Whether one transaction has asked for the rules for new customer accounts.
ASSIGN_KEY = 'dso_collection.assign'

#: Accounts planned inside somebody's transaction; more go to the scheduled action, because every
#: account takes an entry of the server's shared lock table until the commit.
MAX_INLINE = 1000

#: Accounts up to which nested loops over indexes beat hash joins over tables.
FEW = 100

#: Accounts per committed slice of the scheduled action.
SLICE = 20000

#: Planning inside accounting gives up after this wait and leaves the rest to the scheduled action.
LOCK_TIMEOUT = '100ms'


@functools.lru_cache(maxsize=64)
def _prepared_statement(code):
    """Return the name and the text of a statement in the server's own way of writing parameters.

    :param str code: a statement with ``%s`` for its parameters
    :rtype: tuple[str, str]
    """
    number = itertools.count(1)
    code = re.sub(r'%(s|%)', lambda m: f'${next(number)}' if m[1] == 's' else '%', code)
    return f'dso_{hashlib.sha256(code.encode()).hexdigest()[:16]}', code


@dataclasses.dataclass
class Marks:
    """What one transaction touched: ids alone, resolved in one query at its end."""

    line_ids: set = dataclasses.field(default_factory=set)
    move_ids: set = dataclasses.field(default_factory=set)
    booked_line_ids: set = dataclasses.field(default_factory=set)
    partner_ids: set = dataclasses.field(default_factory=set)
    pairs: set = dataclasses.field(default_factory=set)


class DsoPlanner(models.AbstractModel):
    """Runs the statements of the engine: when, for whom, and what if it cannot now.

    Planning never makes accounting fail or wait: inside a transaction of somebody else it works in
    a savepoint and under locks that it only tries to get; what it could not do becomes a mark that
    the scheduled action takes up right after the commit.
    """

    _name = 'dso.planner'
    _description = "Collection Planner"

    # === MARKS === #

    def _marks(self):
        """Return the marks of the running transaction, to be planned at its commit at latest."""
        precommit = self.env.cr.precommit
        marks = precommit.data.get(MARKS_KEY)
        if marks is None:
            marks = precommit.data[MARKS_KEY] = Marks()
            precommit.add(self.sudo()._plan_at_commit)
        return marks

    def _mark_lines(self, lines):
        self._marks().line_ids.update(lines._ids)

    def _mark_moves(self, moves):
        self._marks().move_ids.update(moves._ids)

    def _mark_bookings(self, line_ids):
        """Mark the items of new reconciliations; they start the grace of their accounts."""
        self._marks().booked_line_ids.update(line_ids)

    def _mark_partners(self, partner_ids):
        self._marks().partner_ids.update(partner_ids)

    def _mark_lines_as_stored(self, lines):
        """Mark the accounts to which journal items belong before a change reaches the database."""
        ids = [line_id for line_id in lines._ids if line_id]
        if ids:
            self._marks().pairs.update(self.env.execute_query(scope_sql.pairs_of_lines(ids)))

    def _mark_customers(self, customers):
        customers = customers.sudo()  # figures follow the books whoever changes them
        pairs = {(customer.partner_id.id, customer.company_id.id) for customer in customers}
        self._marks().pairs.update(pairs)

    def _mark_domain(self, domain):
        """Mark the customer accounts of a domain, or their companies when they are many."""
        customers = self.env['dso.customer'].sudo()  # a setting concerns everybody's accounts
        found = customers.search_fetch(domain, ['partner_id', 'company_id'], limit=MAX_INLINE + 1)
        if len(found) > MAX_INLINE:
            companies = customers._read_group(domain, ['company_id'])
            self._mark_companies(self.env['res.company'].union(*(row[0] for row in companies)))
        else:
            self._mark_customers(found)

    def _mark_companies(self, companies):
        """Leave whole companies to the scheduled action, which begins right after the commit."""
        if companies:
            self._defer([(0, company.id) for company in companies])

    # === PLANNING === #

    def _plan_at_commit(self):
        self._plan_marks_of_transaction(at_commit=True)

    def _plan_pending(self):
        """Plan what the running transaction has marked, to be read before the commit."""
        self.sudo()._plan_marks_of_transaction(at_commit=False)

    def _plan_for_screen(self, customers):
        """Plan customer accounts before the screen of whoever changed them comes back.

        What a transaction marks is planned before it is read, except many accounts: nobody should
        wait for those inside accounting. A person who has changed as many waits for them.

        :param dso.customer customers: accounts that the running transaction has marked
        """
        if len(customers) > MAX_INLINE:
            self.sudo()._plan(customers.sudo())

    def _defer_pending(self):
        """Leave the customer accounts that the running transaction has marked to the scheduled
        action.

        For transactions that must end quickly and surely, as when a mail server took a message.
        """
        marks = self.env.cr.precommit.data.get(MARKS_KEY)
        if marks and marks == Marks(pairs=marks.pairs):
            del self.env.cr.precommit.data[MARKS_KEY]
            self.sudo()._defer(list(marks.pairs))

    def _plan_marks_of_transaction(self, at_commit):
        self.env.flush_all()  # the hooks on what is still in the cache run now
        marks = self.env.cr.precommit.data.pop(MARKS_KEY, None)
        if marks is None:
            return
        rows = self.env.execute_query(scope_sql.resolve(marks, MAX_INLINE))
        if not rows:
            return
        booked = self._booked_days(rows)
        ready = [row for row in rows if row[4]]
        done = self._try_plan(ready, booked, reset=not at_commit) if ready else True
        kept = {row[:2] for row in ready} if done else set()
        deferred = [row[:2] for row in rows if row[:2] not in kept]
        if deferred:
            self._defer(deferred, booked)
        self.env.invalidate_all(flush=False)

    def _booked_days(self, rows):
        """Day of a booking per account, in the time zone of its company."""
        today = {
            company.id: company._dso_today()
            for company in self.env['res.company'].browse({row[1] for row in rows})
        }
        return {row[:2]: today[row[1]] for row in rows if row[3]}

    def _try_plan(self, rows, booked, reset):
        """Plan accounts whose lock is ours; tell whether it worked.

        :param rows: rows of :func:`scope_sql.resolve`
        :param bool reset: whether statements after this one must wait for locks as usual again
        """
        pairs = [row[:2] for row in rows]
        few = len(pairs) <= FEW
        try:
            with (
                self.env.cr.savepoint(flush=False),
                self._patience(reset) as prepared,
            ):
                missing = [row[:2] for row in rows if not row[2]]
                if missing:
                    self._bear(scope_sql.births_of_pairs(missing, *self._log_values()))
                company_ids = {pair[1] for pair in pairs}
                self._run(
                    scope_sql.scope_of_pairs(pairs),
                    company_ids,
                    booked,
                    bulk=not few,
                    prepared=prepared if few else None,
                    promised=any(row[5] for row in rows),
                )
        except (psycopg2.OperationalError, psycopg2.IntegrityError) as error:
            # Somebody plans the same accounts at this moment; the mark makes it happen after us.
            _logger.info("Planning left to the scheduled action: %s", str(error).strip())
            return False
        return True

    def _plan(self, customers=None, today=None):
        """Plan customer accounts, all of them when none are given.

        :param dso.customer customers: accounts to plan, with their groups
        :param date today: the day to plan for; default: today in the time zone of each company
        """
        if customers is None:
            companies = self.env['res.company']._dso_search_roots()
            self._plan_now(companies, today)
        elif customers:
            self.env.flush_all()
            scope = scope_sql.scope_of_ids(customers.ids)
            bulk = len(customers) > FEW
            self._run(scope, customers.company_id.ids, {}, bulk=bulk, today=today)
            self.env.invalidate_all(flush=False)

    def _plan_now(self, companies, today=None):
        """Plan every customer account of root companies in one piece, born ones included."""
        self.env.flush_all()
        self._give_birth(companies)
        scope = scope_sql.scope_of_companies(companies.ids)
        self._run(scope, companies.ids, {}, bulk=True, today=today)
        self.env.invalidate_all(flush=False)

    def _give_birth(self, companies):
        """Create the customer accounts that open items of root companies lack."""
        with server.settings(self.env, server.BULK):
            self._bear(scope_sql.births_of_companies(companies.ids, *self._log_values()))

    def _run(self, scope, company_ids, booked, *, bulk, today=None, prepared=None, promised=True):
        """Execute the plan of a scope: positions first, then the actions that follow from them.

        :param SQL scope: see ``engine/scope_sql.py``
        :param company_ids: root companies of the scope
        :param dict booked: ``(partner id, company id)`` → day of a booking of this transaction
        :param bool bulk: whether the scope has many accounts
        :param set prepared: names of the statements that the server's connection has prepared; use
            such statements; default: let the server plan each time, for these very accounts
        :param bool promised: whether accounts of the scope may have made promises to pay
        """
        if promised:
            self.env['dso.promise']._refresh(scope, today=today)
        execute = self._execute
        if prepared is not None:
            execute = functools.partial(self._execute_prepared, prepared)
        companies = self.env['res.company'].browse(company_ids)
        rows = [company._dso_calendar_row(today) for company in companies]
        calendars = scope_sql.calendars(rows)
        statements = [
            position_sql.update_positions(
                [
                    self._items(scope, rows, *(self._look_ahead() if bulk else ())),
                    item_sql.figures(any(row['dispute_partial'] for row in rows)),
                    plan_sql.levels(),
                    plan_sql.bookings(booked),
                    plan_sql.leaders(),
                    plan_sql.steps(),
                    plan_sql.amounts(),
                    plan_sql.recipients(),
                    position_sql.verdicts(self._books_limit(rows)),
                ]
            ),
            action_sql.sync_actions(scope, calendars, *self._log_values()),
            action_sql.insert_actions(scope, calendars, clock.now(self.env.cr)),
        ]
        with server.settings(self.env, server.BULK) if bulk else contextlib.nullcontext():
            for statement in statements:
                execute(statement)

    def _look_ahead(self):
        """Return the ids of the trade receivable accounts, and whether people have recorded
        anything that takes items out of the scenario.

        :rtype: tuple[list[int], bool]
        """
        [row] = self.env.execute_query(
            SQL("SELECT %s, %s", scope_sql.TRADE_RECEIVABLES, exclusion_sql.is_recorded())
        )
        return row

    def _items(self, scope, rows, receivables=None, recorded=True):
        return item_sql.items(
            scope,
            scope_sql.calendars(rows),
            ignore_small=any(row['ignore_below'] for row in rows),
            exclusion=self._get_exclusion(rows, bulk=receivables is not None)
            if recorded
            else exclusion_sql.NOTHING,
            receivables=receivables,
        )

    def _get_exclusion(self, rows, bulk=False):
        """Return what takes journal items out of the scenario: disputes, litigation, promises that
        pause, open specific actions.

        :param rows: settings of the companies, see :meth:`res.company._dso_calendar_row`
        :param bool bulk: whether many accounts are planned
        :rtype: exclusion_sql.Exclusion
        """
        return exclusion_sql.exclusion(bulk, any(row['dispute_partial'] for row in rows))

    def _books_limit(self, rows):
        """Condition on alias ``cal`` that tells that a company's books are stale."""
        if not any(row['hold_books'] for row in rows):
            return SQL("FALSE")  # spares the query to those who do not ask for it
        return scope_sql.books_are_stale()

    def _snapshot_items(self, actions):
        """Copy to scenario actions the items that they list now; replaces earlier copies. The items
        of other actions were chosen; what is open of them is brought up to date.

        Actions that are being sent keep the copies taken when their message was written.

        :param dso.action actions: open actions about to be sent or completed
        """
        pending = actions.filtered(lambda a: a.state != 'sending')
        actions = pending.filtered(lambda a: a.origin == 'scenario')
        if pending:
            self.env.flush_all()
        if chosen := pending - actions:
            self._execute(action_sql.refresh_items(chosen.ids))
            chosen.item_ids.invalidate_recordset()
        if not actions:
            return
        rows = [company._dso_calendar_row() for company in actions.company_id]
        scope = scope_sql.scope_of_ids(actions.customer_id.ids)
        self._execute(SQL("DELETE FROM dso_action_item WHERE action_id = ANY(%s)", actions.ids))
        self._execute(action_sql.snapshot_items([self._items(scope, rows)], actions.ids))
        actions.invalidate_recordset(['item_ids'])

    def _get_recipients(self, customers, action_type):
        """Return to whom messages of a type go, in one query, as the plan of a step would.

        :param dso.customer customers: the accounts that lead their groups
        :param str action_type: one of :data:`const.CONTACT_TYPES`
        :return: id of the customer account → id of the contact, address or number, error code; the
            last two may be missing
        :rtype: dict[int, tuple[int, str | None, str | None]]
        """
        self.env['res.partner'].flush_model()
        rows = self.env.execute_query(recipient_sql.recipients_of(customers.ids, action_type))
        return {customer_id: tuple(found) for customer_id, *found in rows}

    # === SCHEDULED ACTION === #

    def _cron_plan(self):
        """Plan what is marked, then every company whose day has changed."""
        if not self._plan_stored_marks():
            return
        for company in self.env['res.company']._dso_search_roots():
            today = company._dso_today()
            if company.dso_planned_on != today and not self._plan_company(company):
                return
        self.env['dso.coverage']._prove_missing()

    def _plan_stored_marks(self):
        """Plan all stored marks in slices; tell whether time is left."""
        commit_progress = self.env['ir.cron']._commit_progress
        rows = self.env.execute_query(SQL("SELECT id, partner_id, company_id FROM dso_plan_mark"))
        whole = {company_id for _id, partner_id, company_id in rows if not partner_id}
        for company in self.env['res.company'].browse(whole).exists():
            if not self._plan_company(company):
                return False
        self._delete_marks([row[0] for row in rows if row[2] in whole])
        left = [row for row in rows if row[2] not in whole]
        for part in split_every(SLICE, left):
            pairs = list({(row[1], row[2]) for row in part})
            self._bear(scope_sql.births_of_pairs(pairs, *self._log_values()))
            scope, company_ids = scope_sql.scope_of_pairs(pairs), {pair[1] for pair in pairs}
            self._run(scope, company_ids, {}, bulk=len(pairs) > FEW)
            self._delete_marks([row[0] for row in part])
            if not commit_progress(len(part)):
                return False
        return True

    def _delete_marks(self, ids):
        self._execute(SQL("DELETE FROM dso_plan_mark WHERE id = ANY(%s)", ids))

    def _plan_company(self, company):
        """Plan one company in committed slices; tell whether time is left."""
        commit_progress = self.env['ir.cron']._commit_progress
        self._begin_day(company)
        self._give_birth(company)
        last_id = 0
        while True:
            ids = [
                row[0]
                for row in self.env.execute_query(
                    SQL(
                        "SELECT id FROM dso_customer WHERE company_id = %s AND id > %s"
                        " AND group_account_id IS NULL ORDER BY id LIMIT %s",
                        company.id,
                        last_id,
                        SLICE,
                    )
                )
            ]
            if not ids:
                break
            self._run(scope_sql.scope_of_ids(ids), company.ids, {}, bulk=True)
            last_id = ids[-1]
            if not commit_progress(len(ids)):
                return False
        return self._end_day(company)

    def _begin_day(self, company):
        """Do what the plan of a company is made after."""
        self.env['dso.dispute']._restore_follow_ups(company)
        self.env['dso.dispute']._bring_forward(company)

    def _end_day(self, company):
        """Do what follows when all of a company is planned; tell whether time is left."""
        if company.dso_planned_on != company._dso_today():
            _undone, is_time_left = self.env['dso.action']._act_on_undone(company)
            if not is_time_left:
                return False
        self.env['dso.promise']._follow_up(company)
        self.env['dso.position']._refresh_delays(company)
        if not clock.is_rehearsing(self.env.cr):  # which would keep the row from who wants to pause
            company.dso_planned_on = company._dso_today()
        return bool(self.env['ir.cron']._commit_progress())

    # === NEW CUSTOMER ACCOUNTS === #

    def _bear(self, births):
        """Insert missing customer accounts; the rules for new ones run right after the commit."""
        self._execute(births)
        if self.env.cr.rowcount:
            self._trigger_assignment()

    def _trigger_assignment(self):
        """Wake the automatic rules, once in a transaction and only when there are any."""
        noted = self.env.cr.precommit.data
        if noted.get(ASSIGN_KEY):
            return
        noted[ASSIGN_KEY] = True
        rules = SQL("SELECT FROM dso_assignment_rule WHERE active AND autorun LIMIT 1")
        self._execute(rules)
        if self.env.cr.rowcount:
            self.env.ref('dso_collection.ir_cron_assign').sudo()._trigger()

    # === TOOLS === #

    def _defer(self, pairs, booked=None):
        self._execute(scope_sql.defer(pairs, booked or {}))
        self.env.ref('dso_collection.ir_cron_plan').sudo()._trigger()

    def _customers_of_lines(self, query):
        return scope_sql.owners_of_lines(query)

    @api.model
    def _log_values(self):
        return self.env.uid, clock.now(self.env.cr)

    def _execute(self, query):
        """Execute a statement; conflicts are expected and handled, so they are not logged."""
        self.env.cr.execute(query, log_exceptions=False)

    def _execute_prepared(self, prepared, query):
        """Execute a statement whose plan the server keeps for its connection.

        To plan these joins takes the server longer than to execute them for a few accounts: run,
        15 ms against 2 ms.

        :param set prepared: names of the statements that the connection has prepared
        """
        name, code = _prepared_statement(query.code)
        if name not in prepared:
            # No input: our own text and its hash.
            self.env.cr.execute(f'PREPARE {name} AS {code}')  # pylint: disable=sql-injection
        values = SQL(", ").join(SQL("%s", param) for param in query.params)
        self._execute(SQL("EXECUTE %s(%s)", SQL(name), values))

    @contextlib.contextmanager
    def _patience(self, reset):
        """Give up soon when somebody else holds a row: accounting must not wait for us.

        Yields the names of the statements that the connection has prepared; they are asked of the
        server, because a pooler may hand over another connection with any transaction.

        :param bool reset: whether statements after ours must find the usual settings again
        """
        [[names, jit, *_settings]] = self.env.execute_query(
            SQL(
                "SELECT (SELECT array_agg(name) FROM pg_prepared_statements WHERE name LIKE %s),"
                " current_setting('jit'), set_config('jit', 'off', true),"
                " set_config('lock_timeout', %s, true),"
                " set_config('plan_cache_mode', 'force_generic_plan', true)",
                'dso\\_%',
                LOCK_TIMEOUT,
            )
        )
        yield set(names or ())
        if reset:
            usual = {'jit': jit, 'lock_timeout': '0', 'plan_cache_mode': 'auto'}
            server.set_local(self.env, usual)
