from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.modules.module import get_module_icon
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from ..const import AUTOMATIC_MODES, OPEN_STATES, OUTCOMES

#: Comparison of a number of days overdue → the same of the due date.
DUE_OPERATORS = {'>': '<', '>=': '<=', '<': '>', '<=': '>=', 'in': 'in'}


class DsoAction(models.Model):
    """What the agenda shows of the customer account beside an action."""

    _inherit = 'dso.action'

    customer_code = fields.Char(related='customer_id.code')
    customer_phone = fields.Char(related='customer_id.partner_phone', string="Phone")
    customer_country_id = fields.Many2one(related='customer_id.country_id', string="Country")
    customer_balance = fields.Monetary(related='customer_id.group_balance', string="Balance")
    customer_overdue = fields.Monetary(related='customer_id.group_overdue', string="Overdue")
    customer_unallocated = fields.Monetary(
        related='customer_id.group_unallocated', string="Unallocated Credits"
    )
    last_contact_date = fields.Date(related='customer_id.last_contact_date', string="Last Contact")
    days_overdue = fields.Integer(
        compute='_compute_days_overdue',
        search='_search_days_overdue',
        help="Days since the leader invoice was due; negative before it.",
    )
    caution = fields.Char(
        compute='_compute_caution',
        help="What to look at before asking for money: credits, old books, an invoice never sent.",
    )
    customer_alerts = fields.Json(
        compute='_compute_customer_alerts', string="Alerts", exportable=False
    )
    instructions = fields.Text(related='step_id.instructions')
    raising_promise_date = fields.Date(
        compute='_compute_raising_promise_date',
        compute_sudo=True,  # why an action is there is no secret
        help="Day of the broken promise for which a step of the scenario is left out.",
    )
    remark = fields.Char(
        compute='_compute_remark', help="Why it was skipped or dropped, and what people noted."
    )

    closed_on = fields.Datetime(
        compute='_compute_closed_on', help="When the action was done or dropped."
    )
    result = fields.Selection([*OUTCOMES, ('dropped', "Dropped")], compute='_compute_result')

    @api.depends('origin', 'scenario_id.broken_promise', 'leader_move_id', 'leader_due')
    def _compute_raising_promise_date(self):
        raised = self.filtered(
            lambda action: (
                action.origin == 'scenario' and action.scenario_id.broken_promise == 'raise'
            )
        )
        found = raised and self.env['dso.promise']._find_raising(raised)
        for action in self:
            action.raising_promise_date = found.get(action.id) if found else False

    @api.depends_context('uid', 'allowed_company_ids', 'lang')
    def _compute_customer_alerts(self):
        # Not a related field: those are read in sudo, and alerts may be private.
        for action in self:
            action.customer_alerts = action.customer_id.alerts

    @api.depends('state', 'date_done')
    def _compute_closed_on(self):
        for action in self:
            dropped_on = action.state == 'cancelled' and action.write_date
            action.closed_on = action.date_done or dropped_on

    @api.depends('state', 'outcome')
    def _compute_result(self):
        for action in self:
            action.result = 'dropped' if action.state == 'cancelled' else action.outcome

    @api.depends('note', 'reason', 'reason_code')
    def _compute_remark(self):
        reasons = dict(self._fields['reason_code']._description_selection(self.env))
        for action in self:
            parts = (reasons.get(action.reason_code), action.reason, action.note)
            action.remark = " · ".join(part for part in parts if part)

    @api.depends('leader_due', 'company_id')
    def _compute_days_overdue(self):
        for company, actions in self.grouped('company_id').items():
            today = company._dso_today()
            for action in actions:
                action.days_overdue = action.leader_due and (today - action.leader_due).days

    @api.model
    def _search_days_overdue(self, operator, value):
        if operator not in DUE_OPERATORS:
            return NotImplemented
        companies = self.env.companies.root_id
        domains = []
        for today, roots in companies.grouped(lambda company: company._dso_today()).items():
            if operator == 'in':
                due = [today - timedelta(days=days) for days in value if days is not False]
            else:
                due = today - timedelta(days=value)
            domains.append(
                Domain('company_id', 'in', roots.ids)
                & Domain('leader_due', DUE_OPERATORS[operator], due)
            )
        return Domain.OR(domains)

    @api.depends('state', 'leader_move_id', 'customer_id')
    def _compute_caution(self):
        shown = self.filtered(lambda action: action.state in OPEN_STATES)
        stale = shown.company_id._dso_with_stale_books()
        for action in self:
            action.caution = action in shown and action._explain_caution(stale)

    def _explain_caution(self, stale):
        """Return what speaks against asking for money now, as one text.

        :param res.company stale: companies whose books are not up to date
        """
        leader = self.sudo().leader_move_id  # no more than the mark is told
        unallocated = self.customer_unallocated
        credit = formatLang(self.env, unallocated, currency_obj=self.currency_id)
        found = [
            unallocated > 0 and self.env._("Unallocated credits: %(amount)s", amount=credit),
            self.company_id in stale and self.env._("Books not up to date"),
            leader._dso_is_unsent() and self.env._("Invoice never sent"),
        ]
        return " · ".join(filter(None, found))

    # === ACTION METHODS === #

    def action_litigation_file(self):
        """Open the litigation file of what an action is about: its items, else its account's."""
        self.ensure_one()
        files = self.env['dso.litigation.file']
        lines = self.item_ids.line_id
        lines = lines.filtered_domain(lines._domain_open_items())
        return files._get_url(lines or files._get_claimable(self.customer_id))

    # === BUSINESS METHODS === #

    @api.model
    @api.readonly
    def get_agenda_counters(self, domain):
        """Count the open actions behind each tab of the agenda (spec 6.3).

        :param list domain: what people search for, without the tab
        :return: ``manual`` and ``automatic`` → numbers ``open`` and ``red``, the red ones counted
            among the open
        :rtype: dict
        """
        query = self._search(Domain(domain) & Domain('state', 'in', OPEN_STATES))
        to_do = self._domain_to_do().optimize_full(self)._to_sql(self, query.table, query)
        query.groupby = self._field_to_sql(query.table, 'mode', query)
        counts = query.select(query.groupby, "COUNT(*)", SQL("COUNT(*) FILTER (WHERE %s)", to_do))
        counters = {tab: {'open': 0, 'red': 0} for tab in ('manual', 'automatic')}
        for mode, count, red in self.env.execute_query(counts):
            tab = 'automatic' if mode in AUTOMATIC_MODES else 'manual'
            counters[tab]['open'] += count
            counters[tab]['red'] += red
        return counters

    @api.model
    def _get_activity_group(self):
        """Return the open manual actions that the user takes care of as a group of Odoo's activity
        menu, if any.

        :rtype: list[dict]
        """
        mine = self._domain_mine() & Domain('mode', '=', 'manual')
        days = self._read_group(
            mine & Domain('state', 'in', OPEN_STATES),
            ['company_id', 'date_planned:day'],
            ['__count'],
        )
        counts = {'overdue': 0, 'today': 0, 'planned': 0}
        for company, day, count in days:
            today = company._dso_today()
            when = 'planned' if not day or day > today else 'today' if day == today else 'overdue'
            counts[when] += count
        if not days:
            return []
        return [
            {
                'id': self.env['ir.model']._get_id(self._name),
                'name': self.env._("Collection"),
                'model': self._name,
                'type': 'activity',
                'icon': get_module_icon('dso_collection'),
                'domain': [],
                'total_count': counts['overdue'] + counts['today'],
                'overdue_count': counts['overdue'],
                'today_count': counts['today'],
                'planned_count': counts['planned'],
                'view_type': 'list',
            }
        ]

    @api.model
    def _domain_to_do(self):
        """What waits for a person today: manual actions of today or late, automatic ones that are
        overdue and not confirmed, and what is in error (spec 6.3)."""
        waiting = Domain('mode', '=', 'manual')
        roots = self.env.companies.root_id
        on_time = [
            Domain('company_id', 'in', companies.ids)
            & (
                (waiting & Domain('date_planned', '<=', today))
                | (self._domain_unconfirmed() & Domain('date_planned', '<', today))
            )
            for today, companies in roots.grouped(lambda company: company._dso_today()).items()
        ]
        return Domain('state', '=', 'error') | Domain.OR(on_time)
