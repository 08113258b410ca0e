from odoo import fields, models


class DsoAction(models.Model):
    """What the agenda shows of the customer account beside an action."""

    _inherit = 'dso.action'

    customer_code = fields.Char(related='customer_id.code')
    customer_phone = fields.Char(related='customer_id.partner_phone', string="Phone")
    customer_overdue = fields.Monetary(related='customer_id.overdue', string="Overdue")
    instructions = fields.Text(related='step_id.instructions')
