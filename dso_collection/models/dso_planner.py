import contextlib
import functools
import hashlib
import itertools
import re

from odoo import api, models
from odoo.tools import SQL

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

#: Whether one transaction has asked for the rules for new customer accounts.
ASSIGN_KEY = 'dso_collection.assign'

#: Accounts up to which nested loops over indexes beat hash joins over tables.
FEW = 100

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


class DsoPlanner(models.AbstractModel):
    """Runs the statements of the engine for customer accounts."""

    _name = 'dso.planner'
    _description = "Collection Planner"

    # === PLANNING === #

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
