from odoo import api, fields, models

from ..const import OUTCOMES


class DsoAction(models.Model):
    """What the agenda shows of the customer account beside an action."""

    _inherit = 'dso.action'

    customer_code = fields.Char(related='customer_id.code')
    customer_phone = fields.Char(related='customer_id.partner_phone', string="Phone")
    customer_overdue = fields.Monetary(related='customer_id.overdue', string="Overdue")
    instructions = fields.Text(related='step_id.instructions')
    remark = fields.Char(
        compute='_compute_remark', help="Why it was skipped or dropped, and what people noted."
    )

    closed_on = fields.Datetime(
        compute='_compute_closed_on', help="When the action was done or dropped."
    )
    result = fields.Selection([*OUTCOMES, ('dropped', "Dropped")], compute='_compute_result')

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
