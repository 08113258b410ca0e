from odoo import api, fields, models
from odoo.exceptions import UserError


class ResCompany(models.Model):
    """How much a company sends by itself on a day, and letting out the rest (spec 3.22)."""

    _inherit = 'res.company'

    dso_daily_cap = fields.Integer(
        string="Automatic Messages a Day",
        default=100,
        help="At most as many automatic messages go out on a day; 0: as many as are due.",
    )
    dso_jump_stop = fields.Boolean(
        string="Stop on a Jump",
        default=True,
        help="At most three times as many automatic messages go out on a day as on the average of "
        "the last 20 days on which some did.",
    )
    dso_sending_status = fields.Char(
        compute='_compute_dso_sending_status', string="Automatic Messages of Today"
    )
    dso_can_release = fields.Boolean(
        compute='_compute_dso_sending_status', string="Can Release Today's Rest"
    )

    _check_dso_daily_cap = models.Constraint(
        'CHECK (dso_daily_cap >= 0)',
        "Collection settings: the number of automatic messages a day cannot be negative; enter 0 "
        "for no limit.",
    )

    @api.depends_context('uid')
    def _compute_dso_sending_status(self):
        # Whoever may read a company, without rights on collection too, can read all of it.
        days = self.env['dso.sending.day'].sudo().with_context(allowed_company_ids=self.ids)
        found = {one['company_id']: one for one in days.get_status()}
        for company in self:
            status = found.get(company.id, {})
            company.dso_sending_status = " ".join(status.get('sentences', []))
            company.dso_can_release = status.get('can_release', False)

    def action_dso_release(self):
        """Let out what waits today over the limit; what comes to be due later waits again."""
        company = self._dso_check_manager().ensure_one()
        belt = self.env['dso.belt']
        allowances = belt._get_allowances(belt._started(company))
        waiting = belt._get_numbers(allowances).get((company.id, 'cap'), 0)
        if not waiting:
            raise UserError(self.env._("Nothing waits: there is no message to release today."))
        [allowance] = allowances
        day = belt._get_day(company, allowance.day)
        if not day:
            raise UserError(self.env._("Messages are being sent at this moment: try again."))
        day._release(waiting)
        company.partner_id.message_post(
            body=self.env._(
                "Collection: %(number)s automatic messages beyond the limit of %(limit)s were "
                "released for today.",
                number=waiting,
                limit=allowance.limit,
            )
        )
        self.env['dso.dispatch']._dispatch_soon()
        return True
