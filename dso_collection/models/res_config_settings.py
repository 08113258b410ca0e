from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    # Collection is managed on the root company, whose settings hold for its branches.
    dso_company_id = fields.Many2one(related='company_id.root_id', string="Collection Company")
    dso_currency_id = fields.Many2one(
        related='company_id.root_id.currency_id', string="Collection Currency"
    )
    dso_collector_id = fields.Many2one(
        related='company_id.root_id.dso_collector_id', readonly=False
    )
    dso_scenario_id = fields.Many2one(related='company_id.root_id.dso_scenario_id', readonly=False)
    dso_sender_id = fields.Many2one(related='company_id.root_id.dso_sender_id', readonly=False)
    dso_letter_window = fields.Selection(
        related='company_id.root_id.dso_letter_window', readonly=False, required=True
    )
    dso_cc_salesperson = fields.Boolean(
        related='company_id.root_id.dso_cc_salesperson', readonly=False
    )
    dso_cc_partner_ids = fields.Many2many(
        related='company_id.root_id.dso_cc_partner_ids', readonly=False
    )
    dso_contact_interval = fields.Integer(
        related='company_id.root_id.dso_contact_interval', readonly=False
    )
    dso_payment_grace = fields.Integer(
        related='company_id.root_id.dso_payment_grace', readonly=False
    )
    dso_dispute_grace = fields.Integer(
        related='company_id.root_id.dso_dispute_grace', readonly=False
    )
    dso_dispute_partial = fields.Boolean(
        related='company_id.root_id.dso_dispute_partial', readonly=False
    )
    dso_ignore_below = fields.Monetary(
        related='company_id.root_id.dso_ignore_below',
        readonly=False,
        currency_field='dso_currency_id',
    )
    dso_hold_credits = fields.Boolean(related='company_id.root_id.dso_hold_credits', readonly=False)
    dso_hold_books = fields.Boolean(related='company_id.root_id.dso_hold_books', readonly=False)
    dso_books_days = fields.Integer(related='company_id.root_id.dso_books_days', readonly=False)
    dso_daily_cap = fields.Integer(related='company_id.root_id.dso_daily_cap', readonly=False)
    dso_jump_stop = fields.Boolean(related='company_id.root_id.dso_jump_stop', readonly=False)
    dso_sending_status = fields.Char(related='company_id.root_id.dso_sending_status')
    dso_can_release = fields.Boolean(related='company_id.root_id.dso_can_release')
    dso_idle_days = fields.Integer(related='company_id.root_id.dso_idle_days', readonly=False)
    dso_hold_unsent = fields.Boolean(related='company_id.root_id.dso_hold_unsent', readonly=False)
    dso_started_on = fields.Datetime(related='company_id.root_id.dso_started_on')
    dso_paused = fields.Boolean(related='company_id.root_id.dso_paused')
    dso_tz = fields.Selection(related='company_id.root_id.dso_tz', readonly=False, required=True)
    dso_window_mon = fields.Boolean(related='company_id.root_id.dso_window_mon', readonly=False)
    dso_window_tue = fields.Boolean(related='company_id.root_id.dso_window_tue', readonly=False)
    dso_window_wed = fields.Boolean(related='company_id.root_id.dso_window_wed', readonly=False)
    dso_window_thu = fields.Boolean(related='company_id.root_id.dso_window_thu', readonly=False)
    dso_window_fri = fields.Boolean(related='company_id.root_id.dso_window_fri', readonly=False)
    dso_window_sat = fields.Boolean(related='company_id.root_id.dso_window_sat', readonly=False)
    dso_window_sun = fields.Boolean(related='company_id.root_id.dso_window_sun', readonly=False)
    dso_window_start = fields.Float(related='company_id.root_id.dso_window_start', readonly=False)
    dso_window_end = fields.Float(related='company_id.root_id.dso_window_end', readonly=False)

    dso_attachment_limit = fields.Integer(
        related='company_id.root_id.dso_attachment_limit', readonly=False
    )
    dso_late_policy_id = fields.Many2one(
        related='company_id.root_id.dso_late_policy_id', readonly=False
    )
    dso_late_warning = fields.Char(related='dso_late_policy_id.warning')
    dso_late_product_id = fields.Many2one(
        related='company_id.root_id.dso_late_product_id', readonly=False
    )

    # === ACTION METHODS === #

    def action_dso_start(self):
        """Start collection in the company of these settings."""
        return self.company_id.action_dso_start()

    def action_dso_release(self):
        """Let out what waits today over the limit in the company of these settings."""
        return self.company_id.action_dso_release()

    def action_dso_ask_pause(self):
        """Ask why all sending in the company of these settings is to be paused."""
        return self.company_id.action_dso_ask_pause()

    def action_dso_resume(self):
        """Resume sending in the company of these settings."""
        return self.company_id.action_dso_resume()
