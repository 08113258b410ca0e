from odoo import api, fields, models
from odoo.exceptions import UserError


class DsoDisputeReason(models.Model):
    """Why customers dispute invoices, and who in the company looks into it."""

    _name = 'dso.dispute.reason'
    _description = "Reason of a Dispute"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    owner_id = fields.Many2one(
        'res.users',
        domain=[('share', '=', False)],
        ondelete='set null',
        help="Who looks into disputes with this reason.",
    )
    department = fields.Char(
        translate=True, help="Department that looks into disputes with this reason."
    )
    delay = fields.Integer(
        string="Target", default=14, help="Days in which a dispute should be resolved."
    )

    _check_delay = models.Constraint(
        'CHECK (delay >= 0)',
        "The target of a dispute cannot lie in the past: enter 0 days or more.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.env['dso.dispute'].sudo()  # of companies that the user may not know
        used = used.search([('reason_id', 'in', self.ids)], limit=1)
        if used:
            raise UserError(
                self.env._(
                    "Reason %(reason)s is used by disputes and cannot be deleted: archive it "
                    "instead.",
                    reason=used.reason_id.name,
                )
            )
