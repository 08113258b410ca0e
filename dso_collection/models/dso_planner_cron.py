from odoo import models
from odoo.tools import SQL, split_every

from ..engine import scope_sql
from ..tools import clock
from .dso_planner import FEW

#: Accounts per committed slice of the scheduled action.
SLICE = 20000


class DsoPlanner(models.AbstractModel):
    """Plans what transactions have left to it, and everybody once a day, in committed slices."""

    _inherit = 'dso.planner'

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
