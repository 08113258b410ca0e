from odoo import api, fields, models
from odoo.tools import format_amount

from ..engine import cash_sql
from ..tools import server
from ..tools.screens import open_form

#: Why a part of an open item is expected on its day.
KINDS = [
    ('promised', "Promised"),
    ('instalment', "Instalment"),
    ('disputed', "In dispute"),
    ('due', "By usual delay"),
    ('late', "Later than usual"),
    ('litigation', "In litigation"),
    ('credit', "Unallocated credit"),
]


class DsoExpectedCash(models.Model):
    """When open items are expected to be paid, each cut into its parts (docs/expected_cash.md)."""

    _name = 'dso.expected.cash'
    _description = "Expected Cash"
    _inherit = ['dso.money.mixin']
    _auto = False
    _order = 'date, id'
    _rec_name = 'move_id'

    customer_id = fields.Many2one('dso.customer', string="Customer Account", readonly=True)
    partner_id = fields.Many2one('res.partner', string="Customer", readonly=True)
    company_id = fields.Many2one('res.company', readonly=True)
    collector_id = fields.Many2one('res.users', readonly=True)
    line_id = fields.Many2one('account.move.line', string="Item", readonly=True)
    move_id = fields.Many2one('account.move', string="Invoice", readonly=True)
    due_date = fields.Date(readonly=True)
    kind = fields.Selection(KINDS, string="Expected Because", readonly=True)
    date = fields.Date(
        string="Expected On",
        readonly=True,
        help="Promised day, target date of the dispute, or due date + average delay of the "
        "customer; today when that day has passed. None in litigation.",
    )
    promise_id = fields.Many2one('dso.promise', readonly=True)
    dispute_id = fields.Many2one('dso.dispute', readonly=True)
    currency_id = fields.Many2one('res.currency', readonly=True)
    amount = fields.Monetary(readonly=True, help="Part of the open amount of the item.")
    company_currency_id = fields.Many2one(
        related='company_id.currency_id', string="Company Currency"
    )
    amount_company = fields.Monetary(
        string="In Company Currency",
        currency_field='company_currency_id',
        readonly=True,
        help="The same at the rate at which the item was booked.",
    )

    @api.depends('partner_id.display_name', 'amount', 'currency_id')
    def _compute_display_name(self):
        for part in self:
            part.display_name = self.env._(
                "%(amount)s, %(customer)s",
                amount=format_amount(self.env, part.amount, part.currency_id),
                customer=part.partner_id.display_name,
            )

    @property
    def _table_query(self):
        server.set_local(self.env, server.INTERPRETED)
        companies = self.env['res.company'].sudo()._dso_search_roots()
        return cash_sql.expected({company.id: company._dso_today() for company in companies})

    # === ACTION METHODS === #

    def action_open_record(self):
        """Open the promise or dispute from which the day comes, else the document."""
        self.ensure_one()
        return open_form(self.promise_id or self.dispute_id or self.move_id)
