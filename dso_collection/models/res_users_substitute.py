from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class ResUsers(models.Model):
    """Absences of collectors in the preferences and on the form of a user (spec 6.8)."""

    _inherit = 'res.users'

    dso_absence = fields.Char(
        string="Substitute",
        compute='_compute_dso_absence',
        help="Who does the actions of collection while the user is away.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, 'dso_absence']

    # Not stored, read where it is shown: the day alone decides.
    def _compute_dso_absence(self):
        periods = self.env['dso.substitute'].sudo()  # whoever reads a user may know who helps him
        periods = periods.search(
            [
                ('collector_id', 'in', self.ids),
                ('date_until', '>=', fields.Date.today() - timedelta(days=1)),
            ]
        )
        for user in self:
            user.dso_absence = ", ".join(
                self.env._(
                    "%(name)s, %(first)s to %(last)s",
                    name=period.substitute_id.name,
                    first=format_date(self.env, period.date_from),
                    last=format_date(self.env, period.date_until),
                )
                for period in periods.filtered(lambda p, user=user: p.collector_id == user).sorted(
                    'date_from'
                )
            )

    def write(self, vals):
        if 'active' in vals and not vals['active']:
            self._check_nobody_relies_on()
        return super().write(vals)

    def _check_nobody_relies_on(self):
        """Refuse to archive who stands in for a colleague, or will."""
        periods = self.env['dso.substitute'].sudo()  # of whatever company
        period = periods.search(
            [('substitute_id', 'in', self.ids), ('date_until', '>=', fields.Date.today())], limit=1
        )
        if period:
            raise UserError(
                self.env._(
                    "%(substitute)s stands in for %(collector)s until %(date)s: choose another "
                    "substitute first.",
                    substitute=period.substitute_id.name,
                    collector=period.collector_id.name,
                    date=format_date(self.env, period.date_until),
                )
            )

    def action_dso_substitutes(self):
        """Open the absences of a user, to enter who stands in for him."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'dso_collection.dso_substitute_action'
        )
        return {
            **action,
            'domain': [('collector_id', '=', self.id)],
            'context': {'default_collector_id': self.id},
        }
