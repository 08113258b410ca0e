from datetime import timedelta

from odoo import models

from ..engine import day_sql, scope_sql
from .dso_planner import FEW
from .dso_planner_marks import MARKS_KEY


class DsoPlanner(models.AbstractModel):
    """Plans the days of a rehearsal, one after the other in one transaction (docs/start.md).

    Nothing happens there but what the rehearsal does itself, so that only a part of the accounts
    can be planned otherwise than the day before. The scheduled action plans everybody every night,
    whatever may have happened without anybody telling.
    """

    _inherit = 'dso.planner'

    def _plan_next_day(self, company):
        """Plan a company that was planned for the day before as :meth:`_plan_company` would.

        :param res.company company: a root company
        """
        since = company._dso_today() - timedelta(days=1)
        if self._changes_for_everybody(company, since):
            self._plan_company(company)
        else:
            self._begin_day(company)
            self.env.flush_all()
            rows = self.env.execute_query(day_sql.changing(company.id, since, company._dso_today()))
            self._plan_part(company, scope_sql.scope_of_ids([row[0] for row in rows]), len(rows))
            self._end_day(company)
        self.env.invalidate_all()

    def _plan_marked(self, company):
        """Plan what the running transaction has marked in a company, and what was marked before.

        In one piece, however much it is, and without locks: of those the server has a few thousand.

        :param res.company company: a root company
        """
        self.env.flush_all()
        planner = self.sudo()
        if marks := self.env.cr.precommit.data.pop(MARKS_KEY, None):
            rows = self.env.execute_query(scope_sql.resolve(marks, 0))
            pairs = [row[:2] for row in rows]
            planner._execute(scope_sql.defer(pairs, planner._booked_days(rows)))
        partner_ids = [row[0] for row in self.env.execute_query(day_sql.marked(company.id))]
        if not partner_ids:
            return
        if None in partner_ids:
            scope = scope_sql.scope_of_companies(company.ids)
        else:
            scope = scope_sql.scope_of_pairs([(id_, company.id) for id_ in partner_ids])
        planner._plan_part(company, scope, len(partner_ids) if all(partner_ids) else FEW + 1)
        planner._execute(day_sql.forget_marks(company.id))
        self.env.invalidate_all(flush=False)

    def _plan_part(self, company, scope, count):
        """Plan a scope of one company.

        :param int count: number of its customer accounts, more or less
        """
        if count > FEW:
            self._run(scope, company.ids, {}, bulk=True)
        elif count:
            with self._patience(reset=True) as prepared:
                self._run(scope, company.ids, {}, bulk=False, prepared=prepared)

    def _changes_for_everybody(self, company, since):
        """Tell whether since a day something has changed that concerns all customer accounts."""
        today = company._dso_today()
        careful_until = company.dso_careful_until
        if careful_until and since < careful_until <= today:
            return True
        if not company.dso_hold_books:
            return False
        return company._dso_with_stale_books(since) != company._dso_with_stale_books(today)
