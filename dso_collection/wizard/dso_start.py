from odoo import api, fields, models


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

    @api.depends('company_id')
    def _compute_state(self):
        for wizard in self:
            company = wizard.company_id.sudo().root_id  # a branch user may not read its root
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
        return self.company_id.action_dso_start()

    def action_pause(self):
        return self.company_id.action_dso_ask_pause()

    def action_resume(self):
        return self.company_id.action_dso_resume()
