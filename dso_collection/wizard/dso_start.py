from odoo import Command, api, fields, models
from odoo.fields import Domain

from ..const import START_AGES, START_DECISIONS, START_DEFAULTS


class DsoStart(models.TransientModel):
    _name = 'dso.start'
    _description = "Start or Pause Collection"

    company_id = fields.Many2one(
        'res.company', required=True, readonly=True, default=lambda self: self.env.company
    )
    started_on = fields.Datetime(compute='_compute_state')
    is_paused = fields.Boolean(compute='_compute_state')
    scenario_id = fields.Many2one('dso.scenario', compute='_compute_state')
    collector_id = fields.Many2one('res.users', compute='_compute_state')
    currency_id = fields.Many2one('res.currency', compute='_compute_state')
    branch_note = fields.Char(compute='_compute_state')
    pause_ids = fields.Many2many('dso.pause', string="Pauses", compute='_compute_state')
    customer_count = fields.Integer(string="Customer Accounts", compute='_compute_figures')
    overdue = fields.Monetary(compute='_compute_figures')
    no_collector_count = fields.Integer(string="Without Collector", compute='_compute_figures')
    no_scenario_count = fields.Integer(string="Without Scenario", compute='_compute_figures')
    to_confirm_count = fields.Integer(string="Emails to Confirm", compute='_compute_figures')
    automatic_count = fields.Integer(string="Emails That May Go Today", compute='_compute_figures')

    # === The start === #
    age_ids = fields.One2many('dso.start.age', 'start_id')
    line_ids = fields.One2many('dso.start.line', 'start_id', readonly=True)
    undecided_count = fields.Integer(
        string="Not Decided",
        compute='_compute_left',
        help="Customer accounts with old invoices on which nobody has decided.",
    )
    excluded_count = fields.Integer(string="Items Excluded", compute='_compute_left')
    excluded_total = fields.Char(compute='_compute_left')
    no_recipient_count = fields.Integer(string="Without Valid Recipient", compute='_compute_left')
    review_count = fields.Integer(string="To Review", compute='_compute_left')
    log_ids = fields.Many2many('dso.start.log', compute='_compute_left')

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if {'age_ids', 'line_ids'}.isdisjoint(fields_list):
            return values
        company = self.env['res.company'].browse(values.get('company_id')) or self.env.company
        ages, lines = self.env['dso.start.figures']._read(company._dso_check_manager())
        tables = {'age_ids': ages, 'line_ids': lines}
        for name, rows in tables.items():
            if name in fields_list:
                values[name] = [Command.create(row) for row in rows]
        return values

    @api.depends('company_id')
    def _compute_left(self):
        figures, customers = self.env['dso.start.figures'], self.env['dso.customer']
        for wizard in self:
            company = wizard.company_id._dso_root()
            own = Domain('company_id', '=', company.id)
            excluded = figures._read_excluded(company)
            wizard.excluded_count, wizard.excluded_total = excluded
            old = wizard.age_ids.filtered(lambda row: START_DEFAULTS[row.age] != 'planned')
            wizard.undecided_count = sum(old.mapped('customer_count'))
            wizard.no_recipient_count = customers.search_count(
                own & customers._domain_without_recipient()
            )
            wizard.review_count = customers.search_count(own & customers._domain_to_review())
            wizard.log_ids = self.env['dso.start.log'].search(own, limit=20)

    @api.depends('company_id')
    def _compute_state(self):
        for wizard in self:
            company = wizard.company_id._dso_root()
            wizard.started_on = company.dso_started_on
            wizard.is_paused = company.dso_paused
            wizard.scenario_id = company.dso_scenario_id
            wizard.collector_id = company.dso_collector_id
            wizard.currency_id = company.currency_id
            wizard.branch_note = wizard.company_id._dso_get_branch_note()
            wizard.pause_ids = self.env['dso.pause'].search([('company_id', '=', company.id)])

    @api.depends('company_id')
    def _compute_figures(self):
        for wizard in self:
            wizard.update(self.env['dso.customer']._get_start_figures(wizard.company_id))

    def action_start(self):
        return self.company_id.action_dso_start(self._get_decisions())

    def action_decide(self):
        return self.company_id.action_dso_decide_start(self._get_decisions())

    def action_preview(self):
        """Rehearse the first days as if what is chosen were decided now."""
        forecast = self.env['dso.forecast'].create(
            {'company_id': self.company_id.id, 'people': 'everybody'}
        )
        return forecast._run(prepare=self.action_decide if self.started_on else self.action_start)

    def action_open_excluded(self):
        company = self.company_id._dso_root()
        domain = self.env['dso.start.figures']._domain_excluded(company)
        window = self._open('dso_collection.account_move_line_action_items', domain)
        return {**window, 'context': {'dso_insight': 'no_followup'}}

    def action_open_no_recipient(self):
        customers = self.env['dso.customer']
        return self._open(
            'dso_collection.dso_customer_action', customers._domain_without_recipient()
        )

    def action_open_review(self):
        return self.env['ir.actions.act_window']._for_xml_id(
            'dso_collection.dso_customer_action_review'
        )

    def _open(self, xml_id, domain):
        window = self.env['ir.actions.act_window']._for_xml_id(xml_id)
        return {**window, 'domain': list(domain), 'context': {}, 'target': 'current'}

    def _get_decisions(self):
        return {row.age: row.decision for row in self.age_ids}

    def action_pause(self):
        return self.company_id.action_dso_ask_pause()

    def action_resume(self):
        return self.company_id.action_dso_resume()


class DsoStartAge(models.TransientModel):
    _name = 'dso.start.age'
    _description = "Decision by Age"
    _order = 'id'

    start_id = fields.Many2one('dso.start', required=True, index=True, ondelete='cascade')
    age = fields.Selection(START_AGES, string="Leader Invoice", required=True)
    customer_count = fields.Integer(string="Customer Accounts")
    item_count = fields.Integer(string="Items")
    currency_id = fields.Many2one('res.currency')
    amount = fields.Monetary(help="Open items that may be chased, in company currency.")
    decision = fields.Selection(START_DECISIONS, required=True)


class DsoStartLine(models.TransientModel):
    _name = 'dso.start.line'
    _description = "What Collection Begins With"
    _order = 'id'

    start_id = fields.Many2one('dso.start', required=True, index=True, ondelete='cascade')
    age = fields.Selection(START_AGES, string="Leader Invoice")
    step = fields.Char(string="First Step")
    customer_count = fields.Integer(string="Customer Accounts")
    item_count = fields.Integer(string="Items")
    currency_id = fields.Many2one('res.currency')
    amount = fields.Monetary(help="Open items that may be chased, in their currency.")
