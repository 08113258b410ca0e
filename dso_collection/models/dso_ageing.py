from odoo import fields, models
from odoo.tools import SQL

from ..tools import server

BUCKETS = [
    ('0_not_due', "Not due"),
    ('1_30', "1–30 days"),
    ('31_60', "31–60 days"),
    ('61_90', "61–90 days"),
    ('91', "Over 90 days"),
    ('0_credit', "Unallocated credits"),
]

#: Bucket → figure of a position; what is left of its balance are credits, below zero, and
#: differences of exchange rates. So the buckets of a customer account add up to its balance.
AMOUNTS = {
    '0_not_due': SQL("p.not_due"),
    '1_30': SQL("p.bucket_30"),
    '31_60': SQL("p.bucket_60"),
    '61_90': SQL("p.bucket_90"),
    '91': SQL("p.bucket_older"),
    '0_credit': SQL("p.balance - p.overdue - p.not_due"),
}


class DsoAgeing(models.Model):
    """What customer accounts owe now, one row per bucket of age: as charts and pivots want it."""

    _name = 'dso.ageing'
    _description = "Ageing of Receivables"
    _inherit = ['dso.money.mixin']
    _auto = False
    _order = 'bucket desc, amount desc, id'
    _rec_name = 'customer_id'
    _depends = {
        'dso.customer': ['collector_id', 'scenario_id', 'partner_id', 'company_id'],
        'res.partner': ['country_id'],
    }

    customer_id = fields.Many2one('dso.customer', string="Customer Account", readonly=True)
    partner_id = fields.Many2one('res.partner', string="Customer", readonly=True)
    company_id = fields.Many2one('res.company', readonly=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    collector_id = fields.Many2one('res.users', readonly=True)
    scenario_id = fields.Many2one('dso.scenario', readonly=True)
    country_id = fields.Many2one('res.country', readonly=True)
    bucket = fields.Selection(BUCKETS, string="Age", readonly=True)
    amount = fields.Monetary(
        readonly=True,
        help="Open debit items by days overdue, and credits that are matched to no invoice, at the "
        "rates at which they were booked.",
    )

    @property
    def _table_query(self):
        server.set_local(self.env, server.INTERPRETED)
        buckets = [SQL("(%s, %s, %s)", n, *pair) for n, pair in enumerate(AMOUNTS.items())]
        return SQL(
            """SELECT c.id::bigint * %(number)s + aged.place AS id, c.id AS customer_id,
                c.partner_id, c.company_id, c.collector_id, c.scenario_id, partner.country_id,
                aged.bucket, aged.amount
            FROM dso_customer c
            JOIN dso_position p ON p.id = c.position_id
            JOIN res_partner partner ON partner.id = c.partner_id
            CROSS JOIN LATERAL (VALUES %(buckets)s) aged (place, bucket, amount)
            WHERE aged.amount <> 0""",
            number=len(AMOUNTS),
            buckets=SQL(", ").join(buckets),
        )

    # === ACTION METHODS === #

    def action_open(self):
        """Open the customer account."""
        return self.customer_id.action_open()
