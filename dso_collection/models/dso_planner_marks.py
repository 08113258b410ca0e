import dataclasses
import logging

import psycopg2
from odoo import models

from ..engine import scope_sql
from .dso_planner import FEW

_logger = logging.getLogger(__name__)

#: Where the hooks of one transaction note what they touched.
MARKS_KEY = 'dso_collection.marks'

#: Accounts planned inside somebody's transaction; more go to the scheduled action, because every
#: account takes an entry of the server's shared lock table until the commit.
MAX_INLINE = 1000


@dataclasses.dataclass
class Marks:
    """What one transaction touched: ids alone, resolved in one query at its end."""

    line_ids: set = dataclasses.field(default_factory=set)
    move_ids: set = dataclasses.field(default_factory=set)
    booked_line_ids: set = dataclasses.field(default_factory=set)
    partner_ids: set = dataclasses.field(default_factory=set)
    pairs: set = dataclasses.field(default_factory=set)


class DsoPlanner(models.AbstractModel):
    """Notes what a transaction touches and plans it before the commit, if that can be now.

    Planning never makes accounting fail or wait: inside a transaction of somebody else it works in
    a savepoint and under locks that it only tries to get; what it could not do becomes a mark that
    the scheduled action takes up right after the commit.
    """

    _inherit = 'dso.planner'

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

    def _defer(self, pairs, booked=None):
        self._execute(scope_sql.defer(pairs, booked or {}))
        self.env.ref('dso_collection.ir_cron_plan').sudo()._trigger()
