import logging

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..const import COLLECTOR_DOMAIN, SCENARIO_DOMAIN
from ..engine import assign_sql
from ..tools import server
from .dso_criteria_mixin import SHORT

_logger = logging.getLogger(__name__)

#: Kind of a rule → field of the customer account that it sets.
KIND_FIELDS = {
    'collector': 'collector_id',
    'scenario': 'scenario_id',
    'group': 'group_account_id',
}


class DsoAssignmentRule(models.Model):
    """Search & Assign: criteria and what the customer accounts that meet them are given."""

    _name = 'dso.assignment.rule'
    _description = "Assignment Rule"
    _inherit = 'dso.criteria.mixin'
    _order = 'sequence, id'
    _check_company_auto = True

    _dso_authored = frozenset(['domain', 'company_id', 'group_field'])

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10, help="The first rule of a kind that matches wins.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        'res.company',
        required=True,
        index=True,
        ondelete='cascade',
        default=lambda self: self.env.company.root_id,
        domain="[('parent_id', '=', False)]",
    )
    kind = fields.Selection(
        [('collector', "Collector"), ('scenario', "Scenario"), ('group', "Group")],
        required=True,
        default='collector',
    )

    # === What is given === #
    collector_id = fields.Many2one(
        'res.users',
        ondelete='restrict',
        index='btree_not_null',
        domain=COLLECTOR_DOMAIN,
    )
    scenario_id = fields.Many2one(
        'dso.scenario',
        ondelete='restrict',
        index='btree_not_null',
        domain=SCENARIO_DOMAIN,
    )
    group_account_id = fields.Many2one(
        'dso.customer',
        ondelete='cascade',
        index='btree_not_null',
        domain="[('company_id', '=', company_id), ('group_account_id', '=', False)]",
        help="Customer account through which the matching ones are collected.",
    )

    # === To whom === #
    customer_count = fields.Integer(
        string="Matching Customer Accounts", compute='_compute_customer_count'
    )

    # === When === #
    autorun = fields.Boolean(
        string="Run Automatically",
        default=True,
        help="Every night, and for new customer accounts as soon as they come to be.",
    )
    new_only = fields.Boolean(
        string="New Customers Only",
        help="The automatic run applies the rule once to each customer account that comes to be "
        "from now on, and leaves the others alone.",
    )
    new_since = fields.Datetime(
        readonly=True, copy=False, help="New accounts are those born since then."
    )
    overwrite_manual = fields.Boolean(
        string="Also Overwrite Manual Values",
        help="The automatic run also replaces what a person or an import has set.",
    )

    # === What came of it === #
    last_run = fields.Datetime(readonly=True, copy=False)
    last_count = fields.Integer(
        string="Last Changed",
        readonly=True,
        copy=False,
        help="Customer accounts that the last run changed by this rule.",
    )

    # === COMPUTE METHODS === #

    @api.depends('domain', 'company_id', 'criteria_user_id')
    def _compute_customer_count(self):
        for rule in self:
            counts = [0]
            rule._try(
                lambda: counts.append(len(rule._matching_customers())),  # noqa: B023
                SHORT,
            )
            rule.customer_count = counts[-1]

    # === CONSTRAINT METHODS === #

    @api.constrains('domain', 'company_id')
    def _check_domain(self):
        self.env.flush_all()
        for rule in self:
            if error := rule._try(lambda: len(rule._matching_customers()), SHORT):  # noqa: B023
                raise ValidationError(error)

    @api.constrains('company_id')
    def _check_company_is_root(self):
        self.company_id._dso_check_root(
            lambda **names: self.env._(
                "%(branch)s is a branch: give the rule to its main company %(company)s.", **names
            )
        )

    @api.constrains('kind', 'company_id', *KIND_FIELDS.values())
    def _check_value(self):
        for rule in self:
            rule._check_value_now()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        now = fields.Datetime.now()
        for vals in vals_list:
            vals['new_since'] = now
        return super().create(vals_list)

    def write(self, vals):
        if vals.get('new_only') or vals.get('autorun') or vals.get('active'):
            vals = {**vals, 'new_since': fields.Datetime.now()}
        return super().write(vals)

    # === ACTION METHODS === #

    def action_open_customers(self):
        """Open the customer accounts that match the criteria of a rule."""
        self.ensure_one()
        if error := self._try(self._matching_customers):
            raise UserError(error)
        action = self.env['ir.actions.act_window']._for_xml_id('dso_collection.dso_customer_action')
        company = self.sudo().company_id  # users of a branch may not read its root
        domain = Domain('company_id', '=', company.id) & Domain(self._criteria(company))
        return {**action, 'domain': list(domain), 'context': {}, 'display_name': self.name}

    def action_run(self):
        """Preview what one rule would change, whoever set it before (spec 2.6)."""
        self.ensure_one()
        return self.env['dso.assignment.run']._open(self)

    @api.model
    def action_run_all(self):
        """Preview what all rules of the company would change, the first match of each kind."""
        rules = self.search([('company_id', '=', self.env.company.root_id.id)])
        if not rules:
            raise UserError(self.env._("There is no rule to run yet: create one first."))
        return self.env['dso.assignment.run']._open(rules, by_hand=False)

    # === BUSINESS METHODS === #

    def _value_sql(self):
        """Return what the rule gives to a customer account, as SQL on its alias ``c``.

        Hook for rules whose value depends on the customer account.

        :rtype: SQL
        """
        return SQL("%s", self[KIND_FIELDS[self.kind]].id or None)

    def _check_value_now(self):
        """Refuse a value that the company of the rule cannot use, now or any longer."""
        field = KIND_FIELDS[self.kind]
        if not self[field]:
            raise ValidationError(
                self.env._(
                    "Rule %(rule)s gives nothing: choose its %(kind)s.",
                    rule=self.name,
                    kind=self._fields[field]._description_string(self.env),
                )
            )
        self.env['dso.customer']._check_assigned_values({field: self[field].id}, self.company_id)

    def _matching_customers(self, company=None):
        """Override to find customer accounts of the company of the rule."""
        company = company or self.sudo().company_id  # users of a branch may not read its root
        return super()._matching_customers(company)

    def _get_criteria_error(self, cause):
        return self.env._(
            "Rule %(rule)s cannot be applied: %(cause)s. Correct its criteria or its value.",
            rule=self.name,
            cause=cause,
        )

    def _collect(self, *, by_hand=False, new_accounts=False, writable=None):
        """Note which of these rules is the first to match which customer account.

        :param bool by_hand: whether the rule is run alone: it overwrites all of its matches
        :param bool new_accounts: whether only customer accounts that no run has seen count
        :param SQL writable: subquery of the customer accounts that count; default: all
        :return: rule → why it could not be evaluated
        :rtype: dict
        """
        self.env.flush_all()
        self.env.cr.execute(assign_sql.create_matches())
        errors = {}
        for rule in self:
            conditions = [SQL("c.id IN %s", writable)] if writable else []
            if new_accounts:
                conditions.append(SQL("c.assigned_on IS NULL"))
            if rule.new_only and not by_hand:
                conditions.append(
                    SQL("c.assigned_on IS NULL AND c.create_date >= %s", rule.new_since)
                )
            if error := rule._try(lambda: rule._collect_matches(conditions, by_hand)):  # noqa: B023
                _logger.warning("%s", error)
                errors[rule] = error
        return errors

    def _collect_matches(self, conditions, by_hand):
        self._check_value_now()
        query = assign_sql.match(
            KIND_FIELDS[self.kind],
            self.id,
            self._value_sql(),
            self._matching_customers().subselect(),
            conditions,
            overwrite=by_hand or self.overwrite_manual,
        )
        self.env.cr.execute(query, log_exceptions=False)

    def _assign(self, source):
        """Write what a source of each field gives, in the name of these rules.

        :param source: called with a field, returns SQL of ``engine/assign_sql.py``
        :return: rule id → number of changes
        :rtype: dict
        """
        customers = self.env['dso.customer']
        notes = {rule.id: self.env._("Rule: %(rule)s", rule=rule.name) for rule in self}
        sources = {field: source(field) for field in KIND_FIELDS.values()}
        return customers._assign_rows(sources, 'rule', notes)

    def _note_run(self, counts, errors):
        """Keep on the rules what came of a run."""
        now = fields.Datetime.now()
        for rule in self.sudo():  # figures, not settings: nobody needs a right to leave them
            rule.write(
                {
                    'last_run': now,
                    'last_count': counts.get(rule.id, 0),
                    'last_error': errors.get(rule, False),
                }
            )

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_assign(self):
        """Run the automatic rules: every night for all customer accounts, else for new ones."""
        for company in self.env['res.company']._dso_search_roots():
            today = company._dso_today()
            self._run_company(company, new_accounts=company.dso_assigned_on == today)
            company.dso_assigned_on = today
            if not self.env['ir.cron']._commit_progress(1):
                return

    def _run_company(self, company, new_accounts=False):
        """Run the automatic rules of a company, then give its defaults to those left without.

        :param res.company company: a root company
        :param bool new_accounts: whether only customer accounts that no run has seen count
        """
        customers = self.env['dso.customer']
        unseen = [('company_id', '=', company.id), ('assigned_on', '=', False)]
        if new_accounts and not customers.search_count(unseen, limit=1):
            return
        rules = self.search([('company_id', '=', company.id), ('autorun', '=', True)])
        with server.settings(self.env, server.BULK):
            errors = rules._collect(new_accounts=new_accounts)
            counts = rules._assign(assign_sql.matched)
            if not new_accounts:  # they were born with the defaults
                customers._assign_defaults(company)
            self.env.cr.execute(assign_sql.mark_seen(company.id, fields.Datetime.now()))
        rules._note_run(counts, errors)
