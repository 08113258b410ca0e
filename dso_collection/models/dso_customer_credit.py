from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import credit_sql

#: Figures that follow from the balance, the limit and the guarantees; searched and grouped by SQL.
CREDIT_FIGURES = frozenset(
    [
        'credit_limit',
        'exposure',
        'available_credit',
        'limit_exceeded',
        'guarantee_amount',
        'guarantee_expired',
        'unsecured',
    ]
)

#: What people enter about guarantees.
GUARANTEE_FIELDS = (
    'guarantee_permanent',
    'guarantee_temporary',
    'guarantee_temporary_from',
    'guarantee_temporary_until',
    'guarantee_other',
    'guarantee_other_until',
)


class DsoCustomer(models.Model):
    """Credit of a customer account: its limit, what covers it, and what is at risk today.

    The limit is the one of core, by company. Amounts are in company currency.
    """

    _inherit = 'dso.customer'

    credit_limit = fields.Monetary(
        compute='_compute_credit_limit',
        inverse='_inverse_credit_limit',
        search='_search_credit_limit',
        compute_sudo=True,
        help="Credit limit of the customer in this company; 0: none, or the company uses none.",
    )
    insurer = fields.Char(tracking=True, help="Who insures what the customer owes.")
    policy_number = fields.Char(tracking=True)
    guarantee_permanent = fields.Monetary(
        string="Permanent Guarantee",
        tracking=True,
        help="Amount that the insurer guarantees until further notice.",
    )
    guarantee_temporary = fields.Monetary(
        string="Temporary Guarantee", tracking=True, help="Guaranteed besides, for a time."
    )
    guarantee_temporary_from = fields.Date(
        string="Temporary From", tracking=True, help="First day; empty: already."
    )
    guarantee_temporary_until = fields.Date(
        string="Temporary Until", tracking=True, help="Last day; empty: without end."
    )
    guarantee_other = fields.Monetary(
        string="Other Guarantee", tracking=True, help="A deposit, a bank guarantee and the like."
    )
    guarantee_other_label = fields.Char(string="Kind of Other Guarantee", tracking=True)
    guarantee_other_until = fields.Date(
        string="Other Until", tracking=True, help="Last day; empty: without end."
    )

    # === Figures === #
    exposure = fields.Monetary(
        compute='_compute_credit_figures',
        search='_search_exposure',
        help="What the customer owes: open items less unallocated credits, never below 0.",
    )
    available_credit = fields.Monetary(
        compute='_compute_credit_figures',
        search='_search_available_credit',
        help="Credit limit less exposure, negative above the limit; 0 without a limit.",
    )
    limit_exceeded = fields.Boolean(
        compute='_compute_credit_figures',
        search='_search_limit_exceeded',
        help="The exposure is above the credit limit.",
    )
    guarantee_amount = fields.Monetary(
        string="Guarantees",
        compute='_compute_credit_figures',
        search='_search_guarantee_amount',
        help="Sum of the guarantees that are valid today.",
    )
    guarantee_expired = fields.Boolean(
        compute='_compute_credit_figures',
        search='_search_guarantee_expired',
        help="A temporary or other guarantee has come to its end.",
    )
    unsecured = fields.Monetary(
        compute='_compute_credit_figures',
        search='_search_unsecured',
        help="Exposure above the guarantees that are valid today.",
    )

    _check_guarantees = models.Constraint(
        'CHECK (COALESCE(guarantee_permanent, 0) >= 0 AND COALESCE(guarantee_temporary, 0) >= 0'
        ' AND COALESCE(guarantee_other, 0) >= 0)',
        "A guarantee cannot be negative: enter 0 or more.",
    )
    _check_guarantee_dates = models.Constraint(
        'CHECK (guarantee_temporary_from IS NULL OR guarantee_temporary_until IS NULL'
        ' OR guarantee_temporary_from <= guarantee_temporary_until)',
        "A temporary guarantee cannot end before it begins: correct its dates.",
    )

    # === COMPUTE METHODS === #

    @api.depends('partner_id.credit_limit', 'company_id.account_use_credit_limit')
    def _compute_credit_limit(self):
        for company, customers in self.grouped('company_id').items():
            for customer in customers:
                partner = customer.partner_id.with_company(company)
                customer.credit_limit = company.account_use_credit_limit and partner.credit_limit

    def _inverse_credit_limit(self):
        self._check_collect_access()
        self.partner_id.check_access('write')
        for customer in self.sudo():  # users of a branch may not use its root; rights are checked
            company = customer.company_id
            if not company.account_use_credit_limit:
                raise UserError(
                    self.env._(
                        "%(company)s uses no credit limits: turn on “Sales Credit Limit” in the "
                        "settings of accounting first.",
                        company=company.name,
                    )
                )
            customer.partner_id.with_company(company).credit_limit = customer.credit_limit

    @api.depends('balance', 'credit_limit', *GUARANTEE_FIELDS)
    def _compute_credit_figures(self):
        for customer in self:
            today = customer.company_id._dso_today()
            exposure, limit = max(customer.balance, 0), customer.credit_limit
            guaranteed = customer._get_guaranteed(today)
            customer.exposure = exposure
            customer.available_credit = limit and limit - exposure
            customer.limit_exceeded = bool(limit) and exposure > limit
            customer.guarantee_amount = guaranteed
            customer.guarantee_expired = customer._has_expired_guarantee(today)
            customer.unsecured = max(exposure - guaranteed, 0)

    def _get_guaranteed(self, day):
        """Return the sum of the guarantees of one account that are valid on a day."""
        start, end = self.guarantee_temporary_from, self.guarantee_temporary_until
        amount = self.guarantee_permanent
        if (not start or start <= day) and (not end or day <= end):
            amount += self.guarantee_temporary
        if not self.guarantee_other_until or day <= self.guarantee_other_until:
            amount += self.guarantee_other
        return amount

    def _has_expired_guarantee(self, day):
        """Tell whether a guarantee of one account has come to its end before a day."""
        ends = [
            (self.guarantee_temporary, self.guarantee_temporary_until),
            (self.guarantee_other, self.guarantee_other_until),
        ]
        return any(amount > 0 and end and end < day for amount, end in ends)

    # === CONSTRAINT METHODS === #

    @api.constrains('credit_limit')
    def _check_credit_limit(self):
        if any(customer.credit_limit < 0 for customer in self):
            raise ValidationError(
                self.env._("A credit limit cannot be negative: enter 0 for none.")
            )

    # === SEARCH METHODS === #

    @api.model
    def _search_credit_limit(self, operator, value):
        return self._search_credit_figure('credit_limit', operator, value)

    @api.model
    def _search_exposure(self, operator, value):
        return self._search_credit_figure('exposure', operator, value)

    @api.model
    def _search_available_credit(self, operator, value):
        return self._search_credit_figure('available_credit', operator, value)

    @api.model
    def _search_limit_exceeded(self, operator, value):
        return self._search_credit_figure('limit_exceeded', operator, value)

    @api.model
    def _search_guarantee_amount(self, operator, value):
        return self._search_credit_figure('guarantee_amount', operator, value)

    @api.model
    def _search_guarantee_expired(self, operator, value):
        return self._search_credit_figure('guarantee_expired', operator, value)

    @api.model
    def _search_unsecured(self, operator, value):
        return self._search_credit_figure('unsecured', operator, value)

    @api.model
    def _search_credit_figure(self, name, operator, value):
        """Compare a figure in the query of the accounts themselves."""

        def to_sql(model, alias, query):
            field = model._fields[name]
            return field.condition_to_sql(name, operator, value, model, alias, query)

        return Domain.custom(to_sql=to_sql)

    # === SQL === #

    def _field_to_sql(self, alias, field_expr, query=None):
        """Override of `base` to know the figures of credit, which are stored nowhere."""
        if field_expr not in CREDIT_FIGURES or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], 'read')
        return getattr(self, f'_get_{field_expr}_sql')(alias, query)

    def _get_credit_limit_sql(self, alias, query):
        partners, partner = self._fields['partner_id'].join(self, alias, query)
        field = partners._fields['credit_limit']
        fallbacks = {
            company.id: field.get_company_dependent_fallback(partners.with_company(company))
            for company in self._get_root_companies()
            if company.account_use_credit_limit
        }
        return credit_sql.limit(
            self._field_to_sql(alias, 'company_id', query),
            SQL.identifier(partner, 'credit_limit', to_flush=field),
            fallbacks,
        )

    def _get_exposure_sql(self, alias, query):
        return credit_sql.exposure(self._field_to_sql(alias, 'balance', query))

    def _get_available_credit_sql(self, alias, query):
        limit, exposure = self._get_credit_sql(alias, query, 'credit_limit', 'exposure')
        return SQL("(CASE WHEN %s <> 0 THEN %s - %s ELSE 0 END)", limit, limit, exposure)

    def _get_limit_exceeded_sql(self, alias, query):
        limit, exposure = self._get_credit_sql(alias, query, 'credit_limit', 'exposure')
        return SQL("(%s <> 0 AND %s > %s)", limit, exposure, limit)

    def _get_guarantee_amount_sql(self, alias, query):
        return credit_sql.guaranteed(*self._get_guarantee_columns(alias, query))

    def _get_guarantee_expired_sql(self, alias, query):
        return credit_sql.is_expired(*self._get_guarantee_columns(alias, query))

    def _get_unsecured_sql(self, alias, query):
        return SQL(
            "GREATEST(%s - %s, 0)",
            *self._get_credit_sql(alias, query, 'exposure', 'guarantee_amount'),
        )

    def _get_credit_sql(self, alias, query, *names):
        return [self._field_to_sql(alias, name, query) for name in names]

    def _get_guarantee_columns(self, alias, query):
        """Return the columns about guarantees, and today in the company of each account.

        :rtype: tuple[dict[str, SQL], SQL]
        """
        columns = {name: self._field_to_sql(alias, name, query) for name in GUARANTEE_FIELDS}
        return columns, self._get_today_sql(alias, query)

    def _get_today_sql(self, alias, query):
        """Return today in the company of each account."""
        days = {c.id: SQL("%s", c._dso_today()) for c in self._get_root_companies()}
        company = self._field_to_sql(alias, 'company_id', query)
        return SQL("(%s)::date", credit_sql.of_company(company, days, SQL("NULL")))

    @api.model
    def _get_root_companies(self):
        """Return the companies whose customer accounts a query may see, to read their settings."""
        companies = self.env['res.company'].sudo()  # users of a branch may not read its root
        if self.env.su:
            return companies._dso_search_roots()
        return self.env.companies._dso_root()
