from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError


class DsoPromise(models.Model):
    """Taking back what was recorded by mistake, at once."""

    _inherit = 'dso.promise'

    # === ACTION METHODS === #

    def action_undo(self):
        """Cancel promises that the user has just recorded; their items have the status that they
        had before."""
        since = fields.Datetime.now() - timedelta(days=1)
        if any(p.taken_by_id != self.env.user or p.taken_on < since for p in self):
            raise UserError(
                self.env._(
                    "Only what you recorded today can be undone: cancel the promise instead."
                )
            )
        self.action_cancel(self.env._("taken back"))
        self.env['dso.item.status']._take_back(self)
        return True
