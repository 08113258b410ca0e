from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..tools.late_payment import Rate, Terms, first_missing


class DsoLatePolicy(models.Model):
    """Interest and compensation that a company asks for late payment (docs/late_payment.md)."""

    _name = 'dso.late.policy'
    _description = "Late Payment Policy"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        'res.company',
        help="Company that uses the policy; empty for all companies.",
        index='btree_not_null',
    )
    description = fields.Text(string="Legal Basis", translate=True)
    margin = fields.Float(
        digits=(7, 4), help="Percentage points added to the reference rate of a day."
    )
    day_count = fields.Selection(
        [('365', "365 days"), ('360', "360 days")],
        string="Year of",
        required=True,
        default='365',
        help="Interest of a day = open amount × yearly rate ÷ 100 ÷ days of the year.",
    )
    grace_days = fields.Integer(
        help="Days after the due date without interest; interest begins on the day after them."
    )
    rate_rule = fields.Selection(
        [
            ('day', "Rate of each day of the delay"),
            ('start', "Rate of the first day, for the whole delay"),
        ],
        string="Rate Used",
        required=True,
        default='day',
    )
    rate_ids = fields.One2many('dso.late.rate', 'policy_id', string="Reference Rates", copy=True)
    currency_id = fields.Many2one(
        'res.currency',
        string="Compensation Currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    compensation_ids = fields.One2many(
        'dso.late.compensation', 'policy_id', string="Compensation per Invoice", copy=True
    )
    warning = fields.Char(compute='_compute_warning')

    _check_grace_days = models.Constraint(
        'CHECK (grace_days >= 0)',
        "The grace days of a late payment policy cannot be negative: enter 0 or more.",
    )

    # === COMPUTE METHODS === #

    @api.depends('rate_ids.date_from', 'rate_ids.date_to', 'rate_ids.percent')
    @api.depends_context('lang')
    def _compute_warning(self):
        for policy in self:
            dated = policy.rate_ids.filtered('date_from')
            terms, today = policy._get_terms(), self.env.company.root_id._dso_today()
            start = min(dated.mapped('date_from'), default=today)
            day = first_missing(terms, start, today)
            policy.warning = day and policy._get_missing_sentence(day)

    # === CONSTRAINT METHODS === #

    @api.constrains('company_id', 'currency_id', 'compensation_ids')
    def _check_users(self):
        companies = self.env['res.company'].sudo()  # other companies may be nobody's business
        for company in companies.search([('dso_late_policy_id', 'in', self.ids)]):
            company.dso_late_policy_id._check_company_uses(company)
        groups = (
            self.env['dso.customer']
            .sudo()
            ._read_group([('late_policy_id', 'in', self.ids)], ['late_policy_id', 'company_id'])
        )
        for policy, company in groups:
            policy._check_company_uses(company)

    def _check_company_uses(self, company):
        """Refuse a policy of another company, or a compensation that its books cannot take."""
        self.ensure_one()
        if self.company_id and self.company_id.root_id != company.root_id:
            raise ValidationError(
                self.env._(
                    "The late payment policy %(policy)s belongs to %(owner)s: choose one of "
                    "%(company)s.",
                    policy=self.name,
                    owner=self.company_id.name,
                    company=company.name,
                )
            )
        if self.compensation_ids and self.currency_id != company.root_id.currency_id:
            raise ValidationError(
                self.env._(
                    "The compensation of %(policy)s is in %(currency)s, the books of %(company)s "
                    "are in %(books)s: duplicate the policy and enter the compensation in "
                    "%(books)s.",
                    policy=self.name,
                    currency=self.currency_id.name,
                    company=company.name,
                    books=company.root_id.currency_id.name,
                )
            )

    # === CRUD METHODS === #

    def copy_data(self, default=None):
        return [
            {**vals, 'name': self.env._("%(name)s (copy)", name=policy.name), **(default or {})}
            for policy, vals in zip(self, super().copy_data(default), strict=True)
        ]

    # === BUSINESS METHODS === #

    def _get_terms(self):
        """Return what the policy says about interest, for pure calculation.

        :rtype: Terms
        """
        self.ensure_one()
        rates = self.rate_ids.filtered('date_from').sorted('date_from')
        return Terms(
            tuple(
                Rate(rate.date_from, rate.date_to or None, Decimal(str(rate.percent)))
                for rate in rates
            ),
            margin=Decimal(str(self.margin)),
            day_count=int(self.day_count),
            grace_days=self.grace_days,
            fixed_at_start=self.rate_rule == 'start',
        )

    def _get_tiers(self):
        """Return the compensation per invoice as pairs of a least debt and an amount.

        :rtype: list[tuple]
        """
        return [
            (Decimal(str(tier.from_amount)), Decimal(str(tier.amount)))
            for tier in self.compensation_ids
        ]

    def _get_missing_sentence(self, day):
        """Tell that no reference rate is known for a day.

        :rtype: str
        """
        return self.env._(
            "%(policy)s has no reference rate for %(day)s: enter it in the policy. Until then, "
            "late payment amounts that need it are not shown.",
            policy=self.name or "",
            day=format_date(self.env, day),
        )
