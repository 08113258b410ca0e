from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from ..const import (
    COLLECTOR_DOMAIN,
    HOLD_REASONS,
    OPEN_STATES,
    SCENARIO_DOMAIN,
    SOURCE_FIELDS,
    SOURCES,
)
from ..tools.screens import open_form
from ..tools.search import search_flag, search_unset

#: A write on one of these changes what the engine would plan.
PLAN_FIELDS = frozenset(
    [
        'collector_id',
        'scenario_id',
        'group_account_id',
        'hold_reason',
        'hold_from',
        'hold_until',
        'not_before',
        'not_before_on',
    ]
)


class DsoCustomer(models.Model):
    """Customer account: one commercial partner in one company, the unit that is chased.

    Holds what people decide. What the books say about it is on the delegated ``dso.position``.
    """

    _name = 'dso.customer'
    _description = "Customer Account"
    _inherit = ['mail.thread', 'dso.mine.mixin', 'dso.money.mixin', 'dso.plan.mixin']
    _inherits = {'dso.position': 'position_id'}
    _order = 'id'
    _rec_name = 'partner_id'
    _rec_names_search = ['partner_id.display_name', 'partner_id.ref', 'partner_id.vat']
    _check_company_auto = True

    position_id = fields.Many2one(
        'dso.position', required=True, readonly=True, index=True, ondelete='restrict'
    )
    partner_id = fields.Many2one(
        'res.partner',
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete='restrict',
    )
    company_id = fields.Many2one(
        'res.company', required=True, readonly=True, index=True, ondelete='cascade'
    )
    # Not readonly, or Odoo would not offer it as a column of an import; views show it alone.
    code = fields.Char(related='partner_id.ref', string="Customer Code", readonly=False)

    # === What people decide === #
    collector_id = fields.Many2one(
        'res.users',
        index='btree_not_null',
        tracking=True,
        ondelete='restrict',
        domain=COLLECTOR_DOMAIN,
        help="User in charge of the collection of this customer account.",
    )
    collector_source = fields.Selection(SOURCES, readonly=True)
    scenario_id = fields.Many2one(
        'dso.scenario',
        index='btree_not_null',
        tracking=True,
        ondelete='restrict',
        domain=SCENARIO_DOMAIN,
    )
    scenario_source = fields.Selection(SOURCES, readonly=True)
    group_account_id = fields.Many2one(
        'dso.customer',
        index='btree_not_null',
        tracking=True,
        ondelete='restrict',
        help="Customer account through which this one is collected.",
    )
    group_source = fields.Selection(SOURCES, readonly=True)
    grouped_account_ids = fields.One2many(
        'dso.customer', 'group_account_id', string="Grouped Customer Accounts"
    )
    hold_reason = fields.Selection(HOLD_REASONS, string="Dunning Hold", tracking=True)
    hold_from = fields.Date(tracking=True)
    hold_until = fields.Date(tracking=True, help="Last day of the hold; empty for an open end.")
    hold_user_id = fields.Many2one('res.users', string="Hold Set By", readonly=True)
    not_before = fields.Date(
        readonly=True, help="No scenario action before this date, as a person agreed."
    )
    not_before_on = fields.Datetime(readonly=True)

    # === Items and actions === #
    open_line_ids = fields.Many2many(
        'account.move.line',
        string="Open Items",
        compute='_compute_open_line_ids',
        search='_search_open_line_ids',
    )
    action_ids = fields.One2many('dso.action', 'customer_id', string="Actions")
    open_action_ids = fields.One2many(
        'dso.action', 'customer_id', string="Actions to Do", domain=[('state', 'in', OPEN_STATES)]
    )
    next_action_id = fields.Many2one('dso.action', compute='_compute_next_action_id')
    on_hold = fields.Boolean(compute='_compute_on_hold', search='_search_on_hold')
    days_overdue = fields.Integer(
        compute='_compute_days_overdue',
        help="Days since the due date of the oldest open item; negative before it.",
    )
    explanation = fields.Html(compute='_compute_explanation')

    _unique_account = models.UniqueIndex(
        '(partner_id, company_id)', "This customer has a customer account in this company already."
    )
    # A hold with an end before its beginning would never be in force, and nobody would notice.
    _check_hold = models.Constraint(
        'CHECK (hold_from IS NULL OR hold_until IS NULL OR hold_from <= hold_until)',
        "A dunning hold cannot end before it begins: correct its dates.",
    )

    # === COMPUTE METHODS === #

    @api.depends('partner_id.display_name')
    def _compute_display_name(self):
        for customer in self:
            customer.display_name = customer.partner_id.display_name

    @api.depends_context('company')
    def _compute_open_line_ids(self):
        groups = self.env['account.move.line']._read_group(
            Domain.AND(
                [
                    self.env['account.move.line']._domain_open_items(),
                    [('partner_id.commercial_partner_id', 'in', self.partner_id.ids)],
                ]
            ),
            ['partner_id', 'company_id'],
            ['id:recordset'],
        )
        lines = {}
        for partner, company, items in groups:
            key = (partner.commercial_partner_id, company.root_id)
            lines[key] = lines.get(key, items.browse()) | items
        for customer in self:
            customer.open_line_ids = lines.get((customer.partner_id, customer.company_id), False)

    def _search_open_line_ids(self, operator, value):
        if operator not in ('any', 'in', 'any!'):
            return NotImplemented
        return search_unset(operator, value, self._domain_of_lines)

    @api.model
    def _domain_of_lines(self, operator, value):
        """Customer accounts with open items that fulfil a condition.

        :rtype: Domain
        """
        lines = self.env['account.move.line']
        domain = value if isinstance(value, Domain) else Domain('id', operator, value)
        query = lines._search(Domain.AND([lines._domain_open_items(), domain]))
        return Domain('id', 'in', self.env['dso.planner']._customers_of_lines(query))

    @api.depends('action_ids.state', 'action_ids.origin')
    def _compute_next_action_id(self):
        actions = self.env['dso.action'].search(
            [
                ('customer_id', 'in', self.ids),
                ('origin', '=', 'scenario'),
                ('state', 'in', OPEN_STATES),
            ]
        )
        by_customer = {action.customer_id: action for action in actions}
        for customer in self:
            customer.next_action_id = by_customer.get(customer)

    @api.depends('hold_reason', 'hold_from', 'hold_until')
    def _compute_on_hold(self):
        for customer in self:
            customer.on_hold = customer._is_on_hold(customer.company_id._dso_today())

    @api.model
    def _search_on_hold(self, operator, value):
        return search_flag(operator, value, self._domain_on_hold)

    @api.model
    def _domain_on_hold(self):
        roots = self.env['res.company'].sudo()._dso_search_roots()
        return Domain('hold_reason', '!=', False) & Domain.OR(
            Domain('company_id', 'in', companies.ids)
            & (Domain('hold_from', '=', False) | Domain('hold_from', '<=', today))
            & (Domain('hold_until', '=', False) | Domain('hold_until', '>=', today))
            for today, companies in roots.grouped(lambda root: root._dso_today()).items()
        )

    def _is_on_hold(self, day):
        """Tell whether a dunning hold is in force on a day.

        :param date day: day in the time zone of the company
        :rtype: bool
        """
        return bool(
            self.hold_reason
            and (not self.hold_from or self.hold_from <= day)
            and (not self.hold_until or day <= self.hold_until)
        )

    @api.depends('oldest_due_date')
    def _compute_days_overdue(self):
        for customer in self:
            due = customer.oldest_due_date
            customer.days_overdue = due and (customer.company_id._dso_today() - due).days

    @api.depends('reason', 'plan_date', 'next_action_id', 'hold_until')
    def _compute_explanation(self):
        explain = self.env['dso.explanation']
        for customer in self:
            customer.explanation = explain._explain_customer(customer)

    # === CONSTRAINT METHODS === #

    @api.constrains('scenario_id', 'company_id')
    def _check_scenario_company(self):
        for customer in self:
            owner = customer.scenario_id.company_id
            if owner and owner.root_id != customer.company_id:
                raise ValidationError(
                    self.env._(
                        "Scenario %(scenario)s belongs to %(owner)s; %(customer)s is a customer "
                        "account of %(company)s: choose a scenario of that company.",
                        scenario=customer.scenario_id.name,
                        owner=owner.name,
                        customer=customer.display_name,
                        company=customer.company_id.name,
                    )
                )

    @api.constrains('partner_id', 'company_id')
    def _check_account(self):
        for customer in self:
            if customer.partner_id != customer.partner_id.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is a contact of %(company)s: collection is managed on "
                        "%(company)s.",
                        contact=customer.partner_id.name,
                        company=customer.partner_id.commercial_partner_id.name,
                    )
                )
        self.company_id._dso_check_root(
            lambda **names: self.env._(
                "%(branch)s is a branch: collection is managed on its main company %(company)s.",
                **names,
            )
        )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        positions = self.env['dso.position'].sudo()  # figures belong to the engine, not to users
        for vals in vals_list:
            vals.setdefault('company_id', self.env.company.root_id.id)
            self._add_sources(vals)
        born = positions.create(
            [{name: vals[name] for name in ('partner_id', 'company_id')} for vals in vals_list]
        )
        for vals, position in zip(vals_list, born, strict=True):
            vals['position_id'] = position.id
        customers = super().create(vals_list)
        self.env['dso.planner']._mark_customers(customers)
        return customers

    def write(self, vals):
        vals = dict(vals)
        self._add_sources(vals)
        if 'hold_reason' in vals:
            vals['hold_user_id'] = self.env.uid if vals['hold_reason'] else False
        result = super().write(vals)
        if not PLAN_FIELDS.isdisjoint(vals):
            self.env['dso.planner']._mark_customers(self)
        return result

    def unlink(self):
        positions = self.position_id.sudo()  # figures belong to the engine, not to users
        result = super().unlink()
        positions.unlink()
        return result

    def _add_sources(self, vals):
        source = self.env.context.get('dso_source') or 'person'
        for field, source_field in SOURCE_FIELDS.items():
            if field in vals:
                vals[source_field] = source if vals[field] else False

    # === ACTION METHODS === #

    def action_open(self):
        """Open the form of one customer account."""
        self.ensure_one()
        return open_form(self)

    def action_plan(self):
        """Plan again at once, for users who want to see that nothing is pending."""
        self.check_access('read')
        self._plan()
        return True

    # === BUSINESS METHODS === #

    @api.private
    def _plan(self, today=None):
        """Plan these customer accounts now; see :meth:`dso.planner._plan`."""
        # Figures follow the books whoever asks for them.
        self.env['dso.planner'].sudo()._plan(self.sudo(), today=today)

    @api.model
    def _plan_all(self, today=None):
        """Plan every customer account of every company, born ones included."""
        self.env['dso.planner'].sudo()._plan(today=today)  # as above

    def _default_values(self, company):
        """Collector and scenario of a customer account that is born in ``company``."""
        company = company.sudo()
        return {
            'collector_id': company.dso_collector_id.id,
            'collector_source': company.dso_collector_id and 'default',
            'scenario_id': company.dso_scenario_id.id,
            'scenario_source': company.dso_scenario_id and 'default',
        }

    @api.model
    def _get_or_create(self, partners, company):
        """Return the customer accounts of commercial partners in a company, creating missing ones.

        :param res.partner partners: any contacts; their commercial partners count
        :param res.company company: any company; its root counts
        """
        partners, company = partners.commercial_partner_id, company.root_id
        found = self.search([('partner_id', 'in', partners.ids), ('company_id', '=', company.id)])
        missing = partners - found.partner_id
        defaults = self._default_values(company)
        return found | self.with_context(dso_source='default').create(
            [
                {'partner_id': partner.id, 'company_id': company.id, **defaults}
                for partner in missing
            ]
        )

    def _check_collect_access(self):
        """Refuse people who may read but not collect, with one sentence."""
        if not (self.env.su or self.env.user.has_group('dso_collection.group_dso_collector')):
            raise AccessError(
                self.env._("Only collectors may do this: ask a collection manager for the right.")
            )
