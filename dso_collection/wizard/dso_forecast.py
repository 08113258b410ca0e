from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..const import ACTION_TYPES

#: Days that one preview may have.
MOST_DAYS = 92

#: What becomes of an action in the preview.
KINDS = [
    ('sent', "Goes out"),
    ('manual', "To be done by hand"),
    ('waits', "Waits for confirmation"),
    ('later', "Waits for another day"),
    ('held', "Held"),
    ('error', "In error"),
]


class DsoForecast(models.TransientModel):
    """What comes up in the next days, by the real engine and without writing anything."""

    _name = 'dso.forecast'
    _description = "Preview of Coming Days"

    company_id = fields.Many2one(
        'res.company',
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    days = fields.Integer(required=True, default=30, help="Days to look ahead, today included.")
    people = fields.Selection(
        [
            ('nobody', "Nobody does anything: what waits goes on waiting"),
            ('everybody', "People confirm and do everything on its day"),
        ],
        required=True,
        default='nobody',
        help="Specific actions stay open in both: nobody knows what will come of them.",
    )
    note = fields.Char(compute='_compute_note')
    line_ids = fields.One2many('dso.forecast.line', 'forecast_id', readonly=True)

    @api.depends('company_id')
    def _compute_note(self):
        for forecast in self:
            company = forecast.company_id._dso_root()
            forecast.note = ""
            if not company.dso_started_on:
                forecast.note = self.env._(
                    "Collection is not started in %(company)s: nothing goes out in this preview. "
                    "The dialog that starts it has a preview of the start.",
                    company=company.name,
                )
            elif company.dso_paused:
                forecast.note = self.env._(
                    "Sending is paused in %(company)s: nothing goes out in this preview.",
                    company=company.name,
                )

    # === ACTION METHODS === #

    def action_run(self):
        """Rehearse the days and list what comes up."""
        self.ensure_one()
        return self._run()

    # === BUSINESS METHODS === #

    def _run(self, prepare=None):
        """Rehearse the days and open what comes up.

        :param prepare: called before the first day, to rehearse a change
        """
        if not 1 <= self.days <= MOST_DAYS:
            raise UserError(
                self.env._("Choose between 1 and %(most)s days to look ahead.", most=MOST_DAYS)
            )
        company = self.company_id._dso_check_manager()
        events, reached = self.env['dso.rehearsal']._foresee(
            company, self.days, by_hand=self.people == 'everybody', prepare=prepare
        )
        self._keep(company, events)
        return self._open(company, reached)

    def _keep(self, company, events):
        """Add up events by day, collector, type and what becomes of them.

        A message that goes out beside that of the action's own type counts for its type.
        """
        sums = defaultdict(lambda: [0, 0.0])
        for event in events:
            total = sums[event.day, event.collector_id, event.action_type, event.kind]
            total[0] += 1
            total[1] += event.amount
            for message_type in event.further:
                sums[event.day, event.collector_id, message_type, event.kind][0] += 1
        self.line_ids.sudo().unlink()  # of an earlier run; nobody's to write
        self.env['dso.forecast.line'].sudo().create(
            [
                {
                    'forecast_id': self.id,
                    'company_id': company.id,
                    'day': day,
                    'collector_id': collector_id,
                    'action_type': action_type,
                    'kind': kind,
                    'number': number,
                    'amount': amount,
                }
                for (day, collector_id, action_type, kind), (number, amount) in sums.items()
            ]
        )

    def _open(self, company, reached):
        action = self.env['ir.actions.act_window']._for_xml_id(
            'dso_collection.dso_forecast_line_action'
        )
        until = format_date(self.env, reached)
        action = {
            **action,
            'domain': [('forecast_id', '=', self.id)],
            'display_name': self.env._("Preview until %(day)s", day=until),
        }
        if (reached - company._dso_today()).days + 1 >= self.days:
            return action
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'warning',
                'sticky': True,
                'message': self.env._(
                    "The preview ends on %(day)s: there are too many customer accounts to look "
                    "further ahead in the time of one answer. Choose fewer days.",
                    day=until,
                ),
                'next': action,
            },
        }


class DsoForecastLine(models.TransientModel):
    _name = 'dso.forecast.line'
    _description = "Actions of a Coming Day"
    _order = 'day, action_type, kind, id'
    _rec_name = 'day'

    forecast_id = fields.Many2one(
        'dso.forecast', required=True, readonly=True, index=True, ondelete='cascade'
    )
    company_id = fields.Many2one('res.company', readonly=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    day = fields.Date(required=True, readonly=True)
    collector_id = fields.Many2one('res.users', readonly=True)
    action_type = fields.Selection(ACTION_TYPES, string="Type", readonly=True)
    kind = fields.Selection(KINDS, string="What Becomes of It", readonly=True)
    number = fields.Integer(
        string="How Many",
        readonly=True,
        help="Messages, calls and tasks. What goes out beside a message counts by its own type.",
    )
    amount = fields.Monetary(
        string="Amount to Collect", readonly=True, help="In company currency, of these actions."
    )
