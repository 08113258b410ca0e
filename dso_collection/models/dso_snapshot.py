from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.orm.models import parse_read_group_spec
from odoo.tools import SQL, date_utils, split_every

from ..engine import snapshot_sql
from ..tools import server
from .dso_money_mixin import SUMS

#: Months before the running one for which the portfolio is rebuilt when collection is new.
MONTHS = 12

#: Days that are rebuilt in one committed slice, fewer where many items are open: some seconds each.
SLICE = 31
SLICE_ITEMS = 1_000_000


class DsoSnapshot(models.Model):
    """The portfolio at the end of a day, by collector, scenario and country of the customers.

    A day is taken from the ledger when it is over in the time zone of the company, and stays as it
    was then, with the collectors and scenarios of that day. Days before the first night, and days
    on which the scheduled action did not run, are rebuilt from the ledger with the collectors and
    scenarios of today (docs/figures.md tells what the books remember).

    One row per customer account would be too much to keep: 100 000 of them are 36 million rows a
    year. The three are what a manager compares; a day has as many rows as they have combinations.
    """

    _name = 'dso.snapshot'
    _description = "Portfolio on a Day"
    _inherit = ['dso.money.mixin']
    _log_access = False
    _order = 'day desc, id'
    _rec_name = 'day'

    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='cascade')
    currency_id = fields.Many2one(related='company_id.currency_id')
    day = fields.Date(required=True, readonly=True, help="The figures are those of its end.")
    is_rebuilt = fields.Boolean(
        string="Rebuilt",
        readonly=True,
        help="Rebuilt from the ledger later on, with the collectors and scenarios of then.",
    )
    collector_id = fields.Many2one('res.users', readonly=True, ondelete='set null')
    scenario_id = fields.Many2one('dso.scenario', readonly=True, ondelete='set null')
    country_id = fields.Many2one('res.country', readonly=True, ondelete='set null')

    # === Figures, in company currency at booked residuals === #
    overdue = fields.Monetary(readonly=True, help="Open debit items due before the day.")
    not_due = fields.Monetary(readonly=True, help="Open debit items due on the day or later.")
    bucket_30 = fields.Monetary(string="1–30 Days", readonly=True)
    bucket_60 = fields.Monetary(string="31–60 Days", readonly=True)
    bucket_90 = fields.Monetary(string="61–90 Days", readonly=True)
    bucket_older = fields.Monetary(string="Over 90 Days", readonly=True)
    unallocated = fields.Monetary(
        string="Unallocated Credits",
        readonly=True,
        help="Open credit notes and payments not matched to an invoice, as a positive amount.",
    )
    balance = fields.Monetary(
        string="Receivables", readonly=True, help="Open items, debit less credit."
    )
    disputed = fields.Monetary(readonly=True, help="Disputed part of the open debit items.")
    account_count = fields.Integer(
        string="Customers Owing", readonly=True, help="Customers with an open debit item."
    )
    overdue_account_count = fields.Integer(string="Customers Overdue", readonly=True)
    item_count = fields.Integer(string="Number of Open Items", readonly=True)

    # Graphs read all rows of some days of a company.
    _day = models.Index('(company_id, day)')

    # === CRUD METHODS === #

    def write(self, vals):  # pylint: disable=method-required-super
        """Refuse writes: what was is read from the books alone."""
        raise AccessError(self.env._("The portfolio of a past day cannot be changed by hand."))

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Override of `base` to average over days what one cannot add up over them."""
        total = super()._read_group_select(aggregate_spec, query)
        if parse_read_group_spec(aggregate_spec)[2] not in SUMS:
            return total
        day = self._field_to_sql(self._table, 'day', query)
        return SQL("(%s)::numeric / NULLIF(COUNT(DISTINCT %s), 0)", total, day)

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_snapshot(self):
        """Take the day that has ended for each company, and what is missing of the days before."""
        commit_progress = self.env['ir.cron']._commit_progress
        for company in self.env['res.company']._dso_search_roots():
            for done in self._catch_up(company):
                if not commit_progress(done):
                    return

    # === BUSINESS METHODS === #

    @api.model
    def _get_last_day(self, company):
        """Return the day that has ended last in the time zone of a company.

        :rtype: date
        """
        return company._dso_today() - timedelta(days=1)

    @api.model
    def _get_missing_days(self, company):
        """Return the past days of a root company that have no rows, oldest first.

        The history begins a year before the running month, or with the books.

        :rtype: list[date]
        """
        last_day = self._get_last_day(company)
        [[since]] = self.env.execute_query(
            SQL("SELECT MIN(day) FROM dso_snapshot WHERE company_id = %s", company.id)
        )
        if not since:
            self.env.flush_all()
            [[since]] = self.env.execute_query(snapshot_sql.first_day(company.id))
            month = date_utils.start_of(last_day, 'month')
            since = since and max(since, date_utils.subtract(month, months=MONTHS))
        if not since:
            return []
        missing = snapshot_sql.missing_days(company.id, since, last_day)
        return [day for [day] in self.env.execute_query(missing)]

    @api.model
    def _catch_up(self, company):
        """Bring days and figures of a root company up to date, in slices.

        :return: iterator that does a slice at a time and tells how many days or months it had
        """
        missing = self._get_missing_days(company)
        size = self._get_slice(company) if len(missing) > 1 else 1
        for days in split_every(size, missing, list):
            self._take(company, days)
            yield len(days)
        if company.dso_figures_on != company._dso_today():
            self.env['dso.figure']._refresh(company)
            yield MONTHS + 1

    @api.model
    def _get_slice(self, company):
        """Return how many days are rebuilt at a time.

        :rtype: int
        """
        [(items,)] = self.env['dso.position']._read_group(
            [('company_id', '=', company.id)], [], ['open_item_count:sum']
        )
        return max(1, min(SLICE, SLICE_ITEMS // (items or 1)))

    @api.model
    def _take(self, company, days):
        """Read past days from the ledger, instead of what is on record of them.

        :param res.company company: a root company
        :param list days: days that have ended
        """
        self.env.flush_all()
        execute = self.env.cr.execute
        execute(
            SQL(
                "DELETE FROM dso_snapshot WHERE company_id = %s AND day = ANY(%s)", company.id, days
            )
        )
        last_day = self._get_last_day(company)
        with server.settings(self.env, server.BULK):
            execute(snapshot_sql.insert_snapshots(company, days, last_day))
        self.invalidate_model(flush=False)
