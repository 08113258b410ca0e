from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..const import COVERAGE_STATES, DATE_RULES, ERROR_CODES, HELD_REASONS, REASONS
from ..engine import cash_sql


class DsoPosition(models.Model):
    """Derived figures and the plan of one customer account, written by the planner alone.

    A table of its own, so that a plan rewrites only what it derived and never the row that carries
    people's decisions. Every column can be rebuilt by a plan; docs/engine.md gives the formulas.
    """

    _name = 'dso.position'
    _description = "Position of a Customer Account"
    _log_access = False

    partner_id = fields.Many2one('res.partner', required=True, readonly=True, ondelete='cascade')
    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='cascade')
    currency_id = fields.Many2one(related='company_id.currency_id')

    # === Figures, in company currency at booked residuals === #
    balance = fields.Monetary(
        readonly=True, help="Open items, debit less credit, in company currency."
    )
    overdue = fields.Monetary(readonly=True, help="Open debit items due before today.")
    not_due = fields.Monetary(readonly=True, help="Open debit items due today or later.")
    bucket_30 = fields.Monetary(string="1–30 Days", readonly=True)
    bucket_60 = fields.Monetary(string="31–60 Days", readonly=True)
    bucket_90 = fields.Monetary(string="61–90 Days", readonly=True)
    bucket_older = fields.Monetary(string="Over 90 Days", readonly=True)
    unallocated = fields.Monetary(
        string="Unallocated Credits",
        readonly=True,
        help="Open credit notes and payments not matched to an invoice, as a positive amount.",
    )
    eligible_overdue = fields.Monetary(
        string="Overdue to Chase",
        readonly=True,
        help="Part of the overdue amount that may be chased today.",
    )
    oldest_due_date = fields.Date(readonly=True, help="Due date of the oldest open debit item.")
    open_item_count = fields.Integer(string="Number of Open Items", readonly=True)
    average_delay = fields.Integer(
        readonly=True,
        help="Days from due date to payment over the last year, weighted by the amounts paid; "
        "negative when the customer pays early.",
    )

    # === Leader and contacts === #
    leader_line_id = fields.Many2one(
        'account.move.line',
        string="Leader Item",
        readonly=True,
        index='btree_not_null',
        ondelete='set null',
    )
    leader_move_id = fields.Many2one(
        'account.move',
        string="Leader Invoice",
        readonly=True,
        index='btree_not_null',
        ondelete='set null',
    )
    leader_due = fields.Date(string="Leader Due Date", readonly=True)
    leader_level = fields.Integer(
        readonly=True, help="Highest offset done for the leader invoice, in days from its due date."
    )
    last_contact_on = fields.Datetime(readonly=True)
    last_contact_date = fields.Date(string="Last Contact", readonly=True)
    last_booking_date = fields.Date(
        string="Last Payment Booked",
        readonly=True,
        help="Last day on which a payment, credit note or allocation was booked.",
    )

    # === Plan === #
    reason = fields.Selection(
        REASONS,
        readonly=True,
        help="Why the customer account has, or has not, a scenario action.",
    )
    coverage_state = fields.Selection(
        COVERAGE_STATES,
        string="What Becomes of It",
        readonly=True,
        help="What is overdue is planned, held, excluded or waits for a decision; empty when "
        "nothing is overdue. Grouped customer accounts are where their group account is.",
    )
    plan_step_id = fields.Many2one('dso.scenario.step', readonly=True, ondelete='set null')
    plan_date = fields.Date(string="Next Action Date", readonly=True)
    plan_rule = fields.Selection(DATE_RULES, readonly=True)
    plan_amount = fields.Monetary(
        string="Amount to Collect",
        readonly=True,
        help="Eligible items due by the date of the action, less the unallocated credits.",
    )
    plan_held = fields.Selection(HELD_REASONS, readonly=True)
    plan_error = fields.Selection(ERROR_CODES, readonly=True)
    plan_recipient = fields.Char(string="Next Recipients", readonly=True)
    plan_recipient_id = fields.Many2one(
        'res.partner', string="Next Recipient Contact", readonly=True, ondelete='set null'
    )
    task_decide_key = fields.Char(readonly=True)
    task_allocate_key = fields.Char(readonly=True)
    task_hold_end_key = fields.Char(readonly=True)

    _unique_account = models.UniqueIndex(
        '(partner_id, company_id)', "A customer account has one position."
    )

    # Accounts whose next action reaches nobody are few, and counted above every list of accounts.
    _plan_error = models.Index("(plan_error) WHERE plan_error IS NOT NULL")

    def write(self, vals):  # pylint: disable=method-required-super
        """Refuse writes: figures come from the books, through the planner's statements alone."""
        raise AccessError(
            self.env._("Figures of a customer account are computed and cannot be changed by hand.")
        )

    @api.model
    def _refresh_delays(self, company):
        """Compute how late the customers of a company usually pay; what no plan needs at once.

        :param res.company company: a root company
        """
        self.env.flush_all()
        self.env.cr.execute(cash_sql.update_delays(company.id, company._dso_today()))
        self.invalidate_model(['average_delay'], flush=False)
