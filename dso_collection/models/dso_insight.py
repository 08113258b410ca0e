from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..const import INSIGHTS
from ..tools import server

#: Ids of rows: that of the company and, below this, the place of the anomaly in the selection.
ROWS_OF_COMPANY = 1000

#: Anomalies that are mended by giving the customer accounts a collector or a scenario.
ASSIGNABLE = ('no_collector', 'no_scenario')

#: Anomalies that a button mends.
MENDABLE = (*ASSIGNABLE, 'action_error')


class Insight(NamedTuple):
    """Records that form one anomaly, and what about them is added up, in company currency."""

    model: str
    domain: Domain
    amount: str
    window: str


class DsoInsight(models.Model):
    """What is out of order in the portfolio: one row per anomaly found and company, counted live.

    An extension adds its anomaly to the selection of ``kind``, to :meth:`_insights` and to
    :meth:`_explanations`. All rows are one query, with the rights of whoever looks.
    """

    _name = 'dso.insight'
    _description = "Collection Insight"
    _auto = False
    _order = 'company_id, id'
    _rec_name = 'kind'

    kind = fields.Selection(INSIGHTS, string="Anomaly", readonly=True)
    company_id = fields.Many2one('res.company', readonly=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    number = fields.Integer(readonly=True, help="Records that are concerned.")
    amount = fields.Monetary(
        readonly=True,
        help="In company currency: what these customers owe that is overdue (about limits and "
        "guarantees: at all), their unallocated credits or their credit balance, what these items "
        "have open, or what these actions want to collect.",
    )
    explanation = fields.Char(compute='_compute_explanation')
    can_mend = fields.Boolean(compute='_compute_can_mend')

    # === COMPUTE METHODS === #

    @api.depends('kind')
    @api.depends_context('lang')
    def _compute_explanation(self):
        explanations = self._explanations()
        for row in self:
            row.explanation = explanations[row.kind]

    @api.depends('kind')
    @api.depends_context('uid')
    def _compute_can_mend(self):
        is_collector = self.env.user.has_group('dso_collection.group_dso_collector')
        for row in self:
            row.can_mend = is_collector and row.kind in MENDABLE

    # === REGISTRY === #

    @api.model
    def _insights(self):
        """Return the anomalies by kind.

        :rtype: dict[str, Insight]
        """
        customers = self.env['dso.customer']
        owing = Domain('overdue', '>', 0) | Domain('not_due', '>', 0)
        domains = {
            'no_collector': customers._domain_without('collector_id'),
            'no_scenario': customers._domain_without('scenario_id'),
            'no_recipient': customers._domain_without_recipient(),
            'last_step': Domain('task_decide_key', '!=', False) | Domain('reason', '=', 'stopped'),
            'idle': self._domain_idle(),
            'credits': Domain('unallocated', '>', 0) & owing,
            'credit_balance': Domain('balance', '<', 0) & owing,
            'shared_address': Domain('shares_address', '=', True),
            'limit_exceeded': Domain('limit_exceeded', '=', True),
            'guarantee_expired': Domain('guarantee_expired', '=', True)
            & Domain('exposure', '>', 0),
        }
        amounts = {
            'credits': 'unallocated',
            'credit_balance': 'balance',
            'limit_exceeded': 'exposure',
            'guarantee_expired': 'exposure',
        }
        return {
            **{
                kind: Insight(
                    'dso.customer', domain, amounts.get(kind, 'overdue'), 'dso_customer_action'
                )
                for kind, domain in domains.items()
            },
            'review': Insight(
                'dso.customer',
                customers._domain_to_review(),
                'overdue',
                'dso_customer_action_review',
            ),
            'action_error': Insight(
                'dso.action',
                Domain('state', '=', 'error'),
                'amount',
                'dso_action_action_automatic',
            ),
            'no_followup': Insight(
                'account.move.line',
                self._domain_no_followup(),
                'amount_residual',
                'account_move_line_action_items',
            ),
        }

    @api.model
    def _domain_idle(self):
        """Customer accounts that are overdue and for which nothing was done for long (spec 7.4).

        What was done on the group account counts for its members.
        """
        domain = Domain.FALSE
        for company in self.env.companies.root_id:
            day = company._dso_today() - timedelta(days=company.dso_idle_days)
            done = Domain('state', '=', 'done') & Domain('day_done', '>=', day)
            domain |= (
                Domain('company_id', '=', company.id)
                & Domain('overdue', '>', 0)
                & Domain('oldest_due_date', '<', day)
                & Domain('action_ids', 'not any', done)
                & Domain('group_account_id', 'not any', Domain('action_ids', 'any', done))
            )
        return domain

    @api.model
    def _domain_no_followup(self):
        """Open items that accounting took out of all reminders, one by one."""
        items = self.env['account.move.line']._domain_open_items()
        return items & Domain('no_followup', '=', True) & Domain('amount_residual', '>', 0)

    @api.model
    def _explanations(self):
        """Return what each anomaly means and what to do, by kind."""
        return {
            'no_collector': self.env._(
                "Customers with a balance that nobody collects: give them a collector."
            ),
            'no_scenario': self.env._(
                "Customers with a balance to whom nothing is ever sent: give them a scenario."
            ),
            'no_recipient': self.env._(
                "The next message reaches nobody: complete the contact, or choose another one."
            ),
            'last_step': self.env._(
                "The scenario is at its end: hand the customer over, agree on a plan, or write off."
            ),
            'idle': self.env._(
                "Overdue, and nothing was done for as long as the settings say: look why."
            ),
            'review': self.env._(
                "Old customers that collection began with: release them, put them on hold, group "
                "them or propose to write off."
            ),
            'credits': self.env._(
                "Payments or credit notes that are matched to no invoice: allocate or refund them."
            ),
            'credit_balance': self.env._(
                "Credits are larger than what is open, yet items stand open: allocate them."
            ),
            'shared_address': self.env._(
                "Several customers whose messages go to one address: group their collection."
            ),
            'limit_exceeded': self.env._(
                "Customers who owe more than their limit: stop deliveries, or raise the limit."
            ),
            'guarantee_expired': self.env._(
                "Customers who owe, and whose guarantee has come to its end: renew it."
            ),
            'action_error': self.env._(
                "Messages that could not leave or came back: mend the cause, then retry."
            ),
            'no_followup': self.env._(
                "Items that accounting has excluded from follow-up: nobody chases them."
            ),
        }

    # === SQL === #

    @property
    def _table_query(self):
        server.set_local(self.env, server.INTERPRETED)
        companies = self.env.companies | self.env.companies.root_id
        roots = SQL(", ").join(SQL("(%s, %s)", each.id, each.root_id.id) for each in companies)
        kinds = [kind for kind, _label in self._fields['kind'].selection]
        insights = self._insights()
        found = SQL(" UNION ALL ").join(
            self._select(kinds.index(kind), kind, insight) for kind, insight in insights.items()
        )
        return SQL(
            """SELECT root.id * %(rows)s + found.position AS id, found.kind,
                root.id AS company_id, SUM(found.number)::int AS number, SUM(found.amount) AS amount
            FROM (%(found)s) found
            JOIN (VALUES %(roots)s) company (id, root_id) ON company.id = found.company_id
            JOIN res_company root ON root.id = company.root_id
            GROUP BY root.id, found.position, found.kind""",
            rows=ROWS_OF_COMPANY,
            found=found,
            roots=roots,
        )

    def _select(self, position, kind, insight):
        """Return the query that counts the records of an anomaly by company."""
        records = self.env[insight.model]
        query = records._search(insight.domain)
        company, amount = (
            records._field_to_sql(query.table, name, query)
            for name in ('company_id', insight.amount)
        )
        return SQL(
            "SELECT %s AS position, %s AS kind, company_id, COUNT(*) AS number,"
            " COALESCE(SUM(amount), 0) AS amount FROM (%s) records GROUP BY company_id",
            position,
            kind,
            query.select(SQL("%s AS company_id", company), SQL("%s AS amount", amount)),
        )

    # === ACTION METHODS === #

    def action_open(self):
        """List the records of an anomaly."""
        self.ensure_one()
        insight = self._insights()[self.kind]
        xml_id = f'dso_collection.{insight.window}'
        window = self.env['dso.customer']._open_window(xml_id, list(self._get_domain(insight)))
        labels = dict(self._fields['kind']._description_selection(self.env))
        context = {'dso_insight': self.kind}
        return {**window, 'display_name': labels[self.kind], 'context': context}

    def _get_domain(self, insight):
        companies = self.company_id | self.env.companies.filtered(
            lambda company: company.root_id == self.company_id
        )
        return insight.domain & Domain('company_id', 'in', companies.ids)

    def action_mend(self):
        """Do what ends an anomaly, on all its records."""
        self.ensure_one()
        insight = self._insights()[self.kind]
        records = self.env[insight.model].search(self._get_domain(insight))
        if self.kind not in ASSIGNABLE:
            return records.action_retry()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'dso_collection.dso_customer_assign_action'
        )
        return {
            **action,
            'context': {'active_model': records._name, 'active_ids': records.ids},
        }
