from odoo import api, fields, models
from odoo.fields import Domain

from ..const import AUTOMATIC_MODES, BELTS


class DsoAction(models.Model):
    """Why an automatic action does not leave today although nothing else keeps it (spec 3.22)."""

    _inherit = 'dso.action'

    belt = fields.Selection(
        BELTS,
        string="Not Today Because",
        compute='_compute_belt',
        search='_search_belt',
        help="An automatic message that is due and waits for the next day, or for a manager.",
    )

    # === COMPUTE METHODS === #

    @api.depends('state', 'mode', 'confirm_reason', 'held', 'date_planned')
    def _compute_belt(self):
        due = self.filtered(lambda action: action._could_leave())
        belts = self.env['dso.belt']._get_belts(due.company_id) if due else {}
        for action in self:
            action.belt = belts.get(action.id, False)

    @api.model
    def _search_belt(self, operator, value):
        if operator != 'in':
            return NotImplemented
        belts = self.env['dso.belt']._get_belts(self.env.companies.root_id)
        found = Domain('id', 'in', [key for key, belt in belts.items() if belt in value])
        return found | Domain('id', 'not in', list(belts)) if False in value else found

    def _get_reached(self):
        """Return those of these actions whose address has had a scenario message today.

        :rtype: dso.action
        """
        return self.env['dso.belt']._get_reached(self)

    def _could_leave(self):
        """Tell whether an action may be one of those that a belt stops; spares the others."""
        return (
            self.state == 'planned'
            and self.mode in AUTOMATIC_MODES
            and not self.confirm_reason
            and not self.held
            and bool(self.date_planned)
            and self.date_planned <= self.company_id._dso_today()
        )
