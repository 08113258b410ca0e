from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..const import BROKEN_PROMISE_RULES


class DsoScenario(models.Model):
    _name = 'dso.scenario'
    _description = "Collection Scenario"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        'res.company',
        help="Company that uses the scenario; empty for all companies.",
        index='btree_not_null',
    )
    currency_id = fields.Many2one('res.currency', compute='_compute_currency_id')
    description = fields.Text(translate=True)
    step_ids = fields.One2many('dso.scenario.step', 'scenario_id', string="Steps", copy=True)
    minimum_amount = fields.Monetary(
        default=50.0,
        help="Below this amount, in company currency and net of unallocated credits, the "
        "scenario proposes nothing.",
    )
    after_last = fields.Selection(
        [
            ('decide', "Ask the collector to decide, go on with the next oldest invoice"),
            ('repeat', "Repeat the last step"),
            ('stop', "Stop"),
        ],
        string="After the Last Step",
        required=True,
        default='decide',
    )
    repeat_days = fields.Integer(
        string="Repeat Every", default=15, help="Days between two repetitions of the last step."
    )
    broken_promise = fields.Selection(
        BROKEN_PROMISE_RULES,
        string="After a Broken Promise",
        required=True,
        default='continue',
        help="What follows on the items of a promise that was not kept; the last step is always "
        "done.",
    )
    start_again = fields.Boolean(
        help="A new leader invoice begins at the first step, even when earlier messages listed it."
    )
    customer_ids = fields.One2many('dso.customer', 'scenario_id', string="Customer Accounts")
    customer_count = fields.Integer(compute='_compute_customer_count')

    _check_minimum_amount = models.Constraint(
        'CHECK (minimum_amount >= 0)',
        "The minimum amount of a scenario cannot be negative: enter 0 or more.",
    )
    _check_repeat_days = models.Constraint(
        "CHECK (after_last != 'repeat' OR repeat_days > 0)",
        "To repeat the last step, enter after how many days: 1 or more.",
    )

    @api.depends('company_id')
    @api.depends_context('company')
    def _compute_currency_id(self):
        for scenario in self:
            scenario.currency_id = (scenario.company_id or self.env.company).currency_id

    def _compute_customer_count(self):
        counts = dict(
            self.env['dso.customer']._read_group(
                [('scenario_id', 'in', self.ids)], ['scenario_id'], ['__count']
            )
        )
        for scenario in self:
            scenario.customer_count = counts.get(scenario, 0)

    @api.constrains('company_id')
    def _check_company(self):
        foreign = (
            self.env['dso.customer']
            .sudo()
            .search(
                [
                    ('scenario_id', 'in', self.filtered('company_id').ids),
                ]
            )
            .filtered(lambda c: c.company_id != c.scenario_id.company_id.root_id)
        )
        if foreign:
            raise ValidationError(
                self.env._(
                    "Scenario %(scenario)s is used by customer accounts of another company, such "
                    "as %(customer)s: give them another scenario first.",
                    scenario=foreign[0].scenario_id.name,
                    customer=foreign[0].display_name,
                )
            )

    @api.constrains('active')
    def _check_no_default(self):
        """Refuse to archive what new customer accounts would go on to be given."""
        archived = self.filtered(lambda s: not s.active)
        companies = self.env['res.company'].sudo()  # other companies may be nobody's business
        for company in companies.search([('dso_scenario_id', 'in', archived.ids)], limit=1):
            raise ValidationError(
                self.env._(
                    "Scenario %(scenario)s is the default of %(company)s: choose another default "
                    "in the settings first.",
                    scenario=company.dso_scenario_id.name,
                    company=company.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.env['dso.customer'].sudo().search([('scenario_id', 'in', self.ids)], limit=1)
        if used:
            raise UserError(
                self.env._(
                    "Scenario %(scenario)s is used by customer accounts, such as %(customer)s, and "
                    "cannot be deleted: archive it instead.",
                    scenario=used.scenario_id.name,
                    customer=used.display_name,
                )
            )

    def write(self, vals):
        result = super().write(vals)
        self._plan_customers()
        return result

    def _plan_customers(self):
        """Replan the customer accounts that use these scenarios."""
        self.env['dso.planner']._mark_domain([('scenario_id', 'in', self.ids)])
