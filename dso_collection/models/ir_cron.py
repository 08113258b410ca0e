from odoo import models

from ..tools import clock


class IrCron(models.Model):
    _inherit = 'ir.cron'

    def _commit_progress(self, processed=0, *, remaining=None, deactivate=False):
        """Override of `base`: what a rehearsal does is never committed (docs/start.md)."""
        if clock.is_rehearsing(self.env.cr):
            return float('inf')
        return super()._commit_progress(processed, remaining=remaining, deactivate=deactivate)
