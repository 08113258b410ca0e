from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import OPEN_STATES


class DsoAction(models.Model):
    """Follow-ups of disputes: completing one asks for the outcome of the dispute (spec 8.3)."""

    _inherit = 'dso.action'

    dispute_id = fields.Many2one(
        'dso.dispute',
        readonly=True,
        index='btree_not_null',
        ondelete='restrict',
        help="Dispute that the action follows up: completing it asks for the outcome.",
    )
    is_settling = fields.Boolean(compute='_compute_is_settling')

    # === COMPUTE METHODS === #

    @api.depends('dispute_id.state', 'state')
    def _compute_is_settling(self):
        for action in self:
            is_open = action.state in OPEN_STATES and action.dispute_id.state == 'open'
            action.is_settling = is_open

    def _explain_caution(self, stale):
        """Override to tell first what the books suggest about the dispute."""
        caution = super()._explain_caution(stale)
        return " · ".join(filter(None, [self.is_settling and self.dispute_id.notice, caution]))

    # === ACTION METHODS === #

    def action_complete(self, note=None, outcome='done'):
        """Override to ask for the outcome of a dispute instead."""
        self._check_no_dispute()
        return super().action_complete(note=note, outcome=outcome)

    def action_skip(self, reason=None):
        """Override likewise."""
        self._check_no_dispute()
        return super().action_skip(reason=reason)

    # === BUSINESS METHODS === #

    def _check_no_dispute(self):
        for action in self.filtered('is_settling')[:1]:
            raise UserError(
                self.env._(
                    "%(action)s of %(customer)s follows up a dispute: complete it alone, with the "
                    "outcome of the dispute.",
                    action=action.display_name,
                    customer=action.customer_id.display_name,
                )
            )

    def _get_obstacle_to_complete(self):
        return self._get_obstacle_of_dispute() or super()._get_obstacle_to_complete()

    def _get_obstacle_to_skip(self):
        return self._get_obstacle_of_dispute()

    def _get_obstacle_of_dispute(self):
        if self.is_settling:
            return self.env._("following up a dispute, whose outcome is told one by one")
        return ""

    def _get_possible_outcomes(self):
        """Override to ask for the outcome of a dispute."""
        possible = super()._get_possible_outcomes()
        if not possible or not self.is_settling:
            return possible
        refused = ('complete', 'skip')
        return [*(name for name in possible if name not in refused), 'settle']

    def _set_done(self, outcome, **values):
        """Override to keep open disputes on the agenda, whatever their follow-up was: a message
        that has left does not resolve them."""
        result = super()._set_done(outcome, **values)
        self.sudo().dispute_id._plan_follow_up()
        return result
