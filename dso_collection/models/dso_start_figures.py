from collections import defaultdict
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_amount

from ..const import START_AGES, START_DEFAULTS
from ..engine import scope_sql, start_sql
from ..tools import server


class StartRow(NamedTuple):
    """A row of :func:`start_sql.figures`; without a currency it is of all currencies."""

    age: str
    currency_id: int | None
    step_id: int | None
    reason: str | None
    customer_count: int
    item_count: int
    amount: float
    booked: float


class DsoStartFigures(models.AbstractModel):
    """What a manager looks at before collection is started (docs/start.md)."""

    _name = 'dso.start.figures'
    _description = "Figures Before the Start of Collection"

    @api.model
    def _read(self, company):
        """Return what may be chased in a company, as rows of the two tables of the dialog.

        Of customer accounts that nobody has decided on. One statement, whatever their number.

        :param res.company company: a root company, in sudo
        :return: values by age, with the decision that is proposed; values by age, currency and
            first step
        :rtype: tuple[list[dict], list[dict]]
        """
        rows = self._load(company)
        by_age = {row.age: row for row in rows if not row.currency_id}
        nothing = StartRow('', None, None, None, 0, 0, 0, 0)
        ages = []
        for age, _label in START_AGES:
            row = by_age.get(age, nothing)
            ages.append(
                {
                    'age': age,
                    'customer_count': row.customer_count,
                    'item_count': row.item_count,
                    'amount': row.booked,
                    'currency_id': company.currency_id.id,
                    'decision': START_DEFAULTS[age],
                }
            )
        return ages, self._prepare_lines([row for row in rows if row.currency_id])

    def _load(self, company):
        planner = self.env['dso.planner'].sudo()  # items are counted, not shown
        self.env.flush_all()
        scope = scope_sql.scope_of_companies(company.ids)
        ctes = [planner._items(scope, [company._dso_calendar_row()], *planner._look_ahead())]
        with server.settings(self.env, server.BULK):
            found = self.env.execute_query(start_sql.figures(ctes, company.id))
        return [StartRow(*row) for row in found]

    def _prepare_lines(self, rows):
        """Return rows by age, currency and first step; those without a step tell why."""
        steps = self.env['dso.scenario.step'].browse({row.step_id for row in rows if row.step_id})
        names = {step.id: step.name for step in steps.sudo().exists()}
        field = self.env['dso.position']._fields['reason']
        reasons = dict(field._description_selection(self.env))
        sums = defaultdict(lambda: [0, 0, 0.0])
        for row in rows:
            step = names.get(row.step_id) or reasons.get(row.reason, "")
            total = sums[row.age, row.currency_id, step]
            for place, value in enumerate((row.customer_count, row.item_count, row.amount)):
                total[place] += value
        order = [age for age, _label in START_AGES]
        return [
            {
                'age': age,
                'currency_id': currency_id,
                'step': step,
                'customer_count': customer_count,
                'item_count': item_count,
                'amount': amount,
            }
            for (age, currency_id, step), (customer_count, item_count, amount) in sorted(
                sums.items(), key=lambda item: (item[0][1], order.index(item[0][0]), item[0][2])
            )
        ]

    @api.model
    def _read_excluded(self, company):
        """Return how many items of a company are excluded from follow-up, and their totals.

        :return: number of items, and one amount per currency in words
        :rtype: tuple[int, str]
        """
        groups = self.env['account.move.line']._read_group(
            self._domain_excluded(company),
            ['currency_id'],
            ['__count', 'amount_residual_currency:sum'],
        )
        amounts = (format_amount(self.env, amount, currency) for currency, _n, amount in groups)
        return sum(count for _currency, count, _amount in groups), " · ".join(amounts)

    @api.model
    def _domain_excluded(self, company):
        """Items that are excluded from follow-up, of a company and its branches."""
        excluded = self.env['dso.insight']._domain_no_followup()
        return excluded & Domain('company_id', 'child_of', company.id)
