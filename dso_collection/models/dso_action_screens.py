from odoo import api, fields, models
from odoo.fields import Domain

from ..const import AUTOMATIC_MODES, OPEN_STATES, OUTCOMES


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

    @api.model
    @api.readonly
    def get_agenda_counters(self, domain):
        """Count the open actions behind each tab of the agenda (spec 6.3).

        :param list domain: what people search for, without the tab
        :return: ``manual`` and ``automatic`` → numbers ``open`` and ``red``, the red ones counted
            among the open
        :rtype: dict
        """
        domain = Domain(domain) & Domain('state', 'in', OPEN_STATES)
        counters = {tab: {'open': 0, 'red': 0} for tab in ('manual', 'automatic')}
        for color, found in (('open', domain), ('red', domain & self._domain_to_do())):
            for mode, count in self._read_group(found, ['mode'], ['__count']):
                tab = 'automatic' if mode in AUTOMATIC_MODES else 'manual'
                counters[tab][color] += count
        return counters

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
