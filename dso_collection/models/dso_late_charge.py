from odoo import fields, models


class DsoLateCharge(models.Model):
    """What was put on a debit note: no day of an item and no compensation is charged twice.

    Deleting the draft deletes its rows, and a cancelled debit note does not count. An item is known
    by its document and its customer, because the id of a journal item is no identity.
    """

    _name = 'dso.late.charge'
    _description = "Late Payment Charge"
    _order = 'id desc'

    kind = fields.Selection(
        [('interest', "Interest"), ('compensation', "Compensation")], required=True, readonly=True
    )
    move_id = fields.Many2one(
        'account.move',
        string="Late Document",
        required=True,
        readonly=True,
        index=True,
        ondelete='cascade',
    )
    partner_id = fields.Many2one(
        'res.partner', string="Customer", required=True, readonly=True, index=True
    )
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="Until", readonly=True, help="Last day that was charged.")
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one('res.currency', required=True, readonly=True)
    invoice_id = fields.Many2one(
        'account.move',
        string="Debit Note",
        required=True,
        readonly=True,
        index=True,
        ondelete='cascade',
    )
    company_id = fields.Many2one(related='invoice_id.company_id')
