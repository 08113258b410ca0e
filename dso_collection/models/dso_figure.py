from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import date_utils
from odoo.tools.misc import format_date, formatLang

from ..engine import figures, snapshot_sql
from ..engine.figures import Month
from ..tools import server
from .dso_snapshot import MONTHS

#: Whose figures a row has.
KINDS = [
    ('company', "Company"),
    ('collector', "Collector"),
    ('country', "Country"),
]

#: Months whose sales a count-back may reach.
REACH = 24

#: Months of the rolling DSO.
PERIOD = 12


def _exact(amount):
    """Return an amount of the database without what floats add to it: nothing may be left of
    receivables that are exactly as high as some sales."""
    return Decimal(str(amount))


class Owed(NamedTuple):
    """Receivables at the end of a day."""

    balance: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)
    not_due: Decimal = Decimal(0)
    unallocated: Decimal = Decimal(0)

    @property
    def current(self):
        return figures.current(self.balance, self.overdue, self.unallocated)


class DsoFigure(models.Model):
    """DSO, best possible DSO, average days delinquent and CEI of a month (``engine/figures.py``).

    Computed from the ledger every night for thirteen months, so that bookings that come late count
    in their month. Figures of a collector or a country are about the customers of today.
    """

    _name = 'dso.figure'
    _description = "Collection Figures of a Month"
    _inherit = ['dso.money.mixin']
    _log_access = False
    _order = 'month desc, kind, id'
    _rec_name = 'month'

    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='cascade')
    currency_id = fields.Many2one(related='company_id.currency_id')
    kind = fields.Selection(KINDS, string="Figures Of", required=True, readonly=True)
    collector_id = fields.Many2one('res.users', readonly=True, ondelete='cascade')
    country_id = fields.Many2one('res.country', readonly=True, ondelete='cascade')
    month = fields.Date(required=True, readonly=True, help="Its first day.")
    day = fields.Date(
        string="Until",
        readonly=True,
        help="Last day that counts: the end of the month, or yesterday in the running month.",
    )

    # === Amounts, in company currency === #
    receivables = fields.Monetary(
        readonly=True,
        aggregator=None,
        help="Open items at the end of the day, debit less credit, taxes included.",
    )
    current_receivables = fields.Monetary(
        string="Not Yet Due",
        readonly=True,
        aggregator=None,
        help="Receivables less what is overdue; unallocated credits count against the overdue.",
    )
    overdue = fields.Monetary(readonly=True, aggregator=None, help="Overdue open debit items.")
    sales = fields.Monetary(
        string="Credit Sales",
        readonly=True,
        help="Customer invoices less credit notes of the month by invoice date, taxes included.",
    )

    # === Figures === #
    dso = fields.Float(
        string="DSO (Count-Back)",
        readonly=True,
        aggregator='avg',
        digits=(16, 1),
        help="Days of sales that receivables are worth: whole months of sales are taken from them, "
        "newest first, and of the last month as many days as its share.",
    )
    is_at_least = fields.Boolean(
        string="At Least",
        readonly=True,
        help="Receivables are higher than all sales of the last 24 months: their days are counted, "
        "the true figure is higher.",
    )
    dso_rolling = fields.Float(
        string="DSO (Rolling)",
        readonly=True,
        aggregator='avg',
        digits=(16, 1),
        help="Receivables ÷ credit sales of the last 12 months × days of these months.",
    )
    dso_best = fields.Float(
        string="Best Possible DSO",
        readonly=True,
        aggregator='avg',
        digits=(16, 1),
        help="The count-back of the receivables that are not yet due: the DSO if all paid in time.",
    )
    delay = fields.Float(
        string="Average Days Delinquent",
        readonly=True,
        aggregator='avg',
        digits=(16, 1),
        help="DSO (Count-Back) − Best Possible DSO: days that customers take beyond their terms.",
    )
    cei = fields.Float(
        string="CEI %",
        readonly=True,
        aggregator='avg',
        digits=(16, 1),
        help="Collection effectiveness index: (opening receivables + sales − closing receivables) "
        "÷ (opening receivables + sales − closing receivables not yet due) × 100.",
    )
    remark = fields.Char(compute='_compute_remark')
    has_cei = fields.Boolean(readonly=True, help="Whether anything could be collected.")
    overdue_share = fields.Float(
        string="Overdue %",
        readonly=True,
        aggregator='avg',
        digits=(16, 1),
        help="Overdue part of the open debit items, in per cent.",
    )

    _unique_month = models.UniqueIndex(
        '(company_id, kind, month, COALESCE(collector_id, 0), COALESCE(country_id, 0))',
        "Figures of a month are computed once.",
    )

    # === COMPUTE METHODS === #

    @api.depends('is_at_least')
    @api.depends_context('lang')
    def _compute_remark(self):
        sentence = self.env._(
            "More days than shown: receivables exceed the known sales of %(count)s months.",
            count=REACH,
        )
        for figure in self:
            figure.remark = figure.is_at_least and sentence

    # === CRUD METHODS === #

    def write(self, vals):  # pylint: disable=method-required-super
        """Refuse writes: figures come from the books alone."""
        raise AccessError(self.env._("Figures of a month are computed and cannot be changed."))

    # === SCREENS === #

    @api.model
    @api.readonly
    def get_cards(self):
        """Return what stands above the charts: the newest figures of each company.

        The CEI is that of the last month that has ended: a few days collect next to nothing.

        :return: dicts of ``company`` and ``cards``, each with ``label``, ``value`` and ``help``
        :rtype: list[dict]
        """
        figures_of = self.search(
            [
                ('kind', '=', 'company'),
                ('company_id', 'in', self.env.companies.root_id.ids),
                ('month', '>=', 'today -2m'),
            ]
        ).grouped('company_id')
        return [
            # Users of a branch may not read its main company; its name stands above the figures.
            {'company': company.sudo().name, 'cards': rows._prepare_cards()}
            for company, rows in figures_of.items()
        ]

    def _prepare_cards(self):
        """Return the cards of one company.

        :rtype: list[dict]
        """
        newest, ended = self[0], self.filtered(lambda row: row.has_cei and row._has_ended())[:1]
        days, per_cent = self.env._("%s days"), self.env._("%s %%")
        values = {
            'dso': (days, "≥ " if newest.is_at_least else "", newest),
            'dso_best': (days, "", newest),
            'delay': (days, "", newest),
            'cei': (per_cent, "", ended),
            'overdue_share': (per_cent, "", newest),
        }
        return [
            {
                'name': name,
                'label': self._fields[name]._description_string(self.env),
                'value': unit % (prefix + formatLang(self.env, row[name], digits=1)),
                'until': format_date(self.env, row.day),
                'help': self._fields[name]._description_help(self.env),
            }
            for name, (unit, prefix, row) in values.items()
            if row
        ]

    def _has_ended(self):
        """Tell whether the month of a row has ended."""
        return (self.day + timedelta(days=1)).month != self.day.month

    # === BUSINESS METHODS === #

    @api.model
    def _refresh(self, company):
        """Compute the months of a root company up to the day that has ended last.

        :param res.company company: a root company
        """
        self.env.flush_all()
        last_day = self.env['dso.snapshot']._get_last_day(company)
        first_day = date_utils.subtract(date_utils.start_of(last_day, 'month'), months=MONTHS)
        days = self._get_days(first_day, last_day)
        since = date_utils.subtract(first_day, months=REACH - 1)
        with server.settings(self.env, server.BULK):
            owed = self.env.execute_query(snapshot_sql.receivables(company.id, days))
            sold = self.env.execute_query(snapshot_sql.sales(company.id, since, last_day))
        rows = self._prepare_rows(days, owed, sold)
        self.env.cr.execute(snapshot_sql.write_figures(company.id, rows))
        company.dso_figures_on = company._dso_today()
        self.invalidate_model(flush=False)

    @api.model
    def _get_days(self, first_day, last_day):
        """Return the day before the first month, then the last day of each month.

        :param date first_day: of the first month
        :param date last_day: of the last month, which may go on
        :rtype: list[date]
        """
        months = date_utils.date_range(first_day, last_day)
        return [*(month - timedelta(days=1) for month in months), last_day]

    @api.model
    def _prepare_rows(self, days, owed, sold):
        """Return the rows of all months of a company that something was sold in or before.

        :param list days: see :meth:`_get_days`
        :param owed: rows of :func:`snapshot_sql.receivables`
        :param sold: rows of :func:`snapshot_sql.sales`
        :rtype: list[dict]
        """
        owed = {(kind, record, day): Owed(*map(_exact, rest)) for day, kind, record, *rest in owed}
        sold = {(kind, record, month): _exact(amount) for month, kind, record, amount in sold}
        first_sale = min(
            (month for kind, _record, month in sold if kind == 'company'), default=None
        )
        whose = dict.fromkeys((*key[:2],) for key in (*owed, *sold))
        rows = []
        for kind, record in whose:
            for opening, day in pairwise(days):
                months = self._get_months((kind, record), day, first_sale, sold)
                states = (owed.get((kind, record, each), Owed()) for each in (opening, day))
                values = self._prepare_figures(*states, months)
                if values:
                    key = {'kind': kind, 'month': day.replace(day=1), 'day': day}
                    rows.append({**key, f'{kind}_id': record, **values})
        return rows

    @api.model
    def _get_months(self, whose, day, first_sale, sold):
        """Return the sales of the months up to a day, newest first, as far as they are known.

        :param tuple whose: kind of the row and its record
        :param date day: last day that counts
        :param date first_sale: month in which the company sold anything first
        :param dict sold: ``(kind, record, month)`` → sales
        :rtype: list[Month]
        """
        months = []
        end = day
        while first_sale and end >= first_sale and len(months) < REACH:
            start = end.replace(day=1)
            months.append(Month(sold.get((*whose, start), Decimal(0)), end.day))
            end = start - timedelta(days=1)
        return months

    @api.model
    def _prepare_figures(self, opening, closing, months):
        """Return the columns of a row; none when nothing was sold to compare receivables with.

        :param Owed opening, closing: receivables before the month and at its end
        :param list months: see :meth:`_get_months`
        """
        period = months[:PERIOD]
        rolling = period and figures.rolling_dso(
            closing.balance,
            sum(month.sales for month in period),
            sum(month.days for month in period),
        )
        if not period or rolling is None:
            return None
        dso = figures.count_back_dso(closing.balance, months)
        best = figures.best_possible_dso(closing.current, months)
        cei = figures.collection_effectiveness(
            opening.balance, months[0].sales, closing.balance, closing.current
        )
        return {
            'receivables': closing.balance,
            'current_receivables': closing.current,
            'overdue': closing.overdue,
            'sales': months[0].sales,
            'dso': dso.days,
            'is_at_least': not dso.is_exact,
            'dso_rolling': rolling,
            'dso_best': best.days,
            'delay': figures.average_days_delinquent(dso, best),
            'cei': cei,
            'has_cei': cei is not None,
            'overdue_share': figures.overdue_share(closing.overdue, closing.not_due),
        }
