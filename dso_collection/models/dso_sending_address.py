from datetime import timedelta

from odoo import api, fields, models

#: Days for which it is kept who was written to; the belts ask for today alone.
KEPT_DAYS = 30


class DsoSendingAddress(models.Model):
    """An address to which the scenario has written on a day: it gets one such message (spec 3.22).

    Written by `dso.belt` with the message itself; a message that fails later keeps its address for
    the day, so that nothing is ever sent twice for being in doubt.
    """

    _name = 'dso.sending.address'
    _description = "Address Reached on a Day"
    _log_access = False

    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='cascade')
    day = fields.Date(required=True, readonly=True, help="In the time zone of the company.")
    address = fields.Char(required=True, readonly=True, help="Normalized email or phone number.")
    action_id = fields.Many2one(
        'dso.action', required=True, readonly=True, index=True, ondelete='restrict'
    )

    # What no two workers, nor a person beside them, can get around.
    _unique_address = models.UniqueIndex(
        '(company_id, day, address)', "An address gets one message of the scenarios a day."
    )

    @api.autovacuum
    def _gc_addresses(self):
        """Forget who was written to long ago."""
        before = fields.Date.today() - timedelta(days=KEPT_DAYS)
        self.sudo().search([('day', '<', before)]).unlink()
