from odoo import fields, models


class DsoPlanMark(models.Model):
    """Append-only notes "plan this again": what could not be planned at once is never lost.

    Plain integers instead of foreign keys, because a mark must never wait for, or fail with, the
    rows it names.
    """

    _name = 'dso.plan.mark'
    _description = "Customer Account to Plan Again"
    _log_access = False

    company_id = fields.Integer(required=True, index=True)
    partner_id = fields.Integer(help="Commercial partner; empty for the whole company.")
    booked_on = fields.Date(
        help="Day on which a payment, credit note or allocation was booked; starts the grace."
    )
