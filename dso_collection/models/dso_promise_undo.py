from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError


class DsoPromise(models.Model):
    """Taking back what was recorded by mistake, at once."""

    _inherit = 'dso.promise'

    # === ACTION METHODS === #

    def action_undo(self):
        """Cancel promises that the user has just recorded; their items have the status that they
        had before, and promises that were replaced hold again."""
        since = fields.Datetime.now() - timedelta(days=1)
        if any(p.taken_by_id != self.env.user or p.taken_on < since for p in self):
            raise UserError(
                self.env._(
                    "Only what you recorded today can be undone: cancel the promise instead."
                )
            )
        self.action_cancel(self.env._("taken back"))
        replaced = self.sudo().search([('replaced_by_id', 'in', self.ids)])  # as any cancelling
        replaced._restore()
        return True

    # === BUSINESS METHODS === #

    def _restore(self):
        """Let cancelled promises hold again; what became of them follows from the payments."""
        if not self:
            return
        self.write(
            {
                'state': 'open',
                'cancelled_on': False,
                'settled_on': False,
                'cancel_reason': False,
                'replaced_by_id': False,
            }
        )
        self._tell(lambda promise: self.env._("%(promise)s holds again", promise=promise._phrase()))
