from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import scope_sql, window
from ..tools import clock
from .dso_customer_assign import DEFAULT_FIELDS

WINDOW_DAYS = tuple(
    f'dso_window_{day}' for day in ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')
)

#: Settings from which plans are derived.
PLAN_SETTINGS = frozenset(
    [
        *WINDOW_DAYS,
        'dso_contact_interval',
        'dso_payment_grace',
        'dso_dispute_grace',
        'dso_dispute_partial',
        'dso_ignore_below',
        'dso_hold_credits',
        'dso_hold_books',
        'dso_books_days',
        'dso_hold_unsent',
        'dso_careful_until',
        'dso_tz',
        'resource_calendar_id',
    ]
)


class ResCompany(models.Model):
    _inherit = 'res.company'

    # === Who collects === #
    dso_collector_id = fields.Many2one(
        'res.users',
        string="Default Collector",
        help="Collector of every customer account that has none.",
    )
    dso_scenario_id = fields.Many2one(
        'dso.scenario',
        string="Default Scenario",
        ondelete='restrict',
        help="Scenario of every customer account that has none.",
    )
    dso_sender_id = fields.Many2one(
        'res.users',
        string="Collection Sender",
        help="Sender of the messages of customer accounts without collector.",
    )

    dso_letter_window = fields.Selection(
        [('left', "Left (DIN 5008, most countries)"), ('right', "Right (France)")],
        string="Address in the Window",
        compute='_compute_dso_letter_window',
        store=True,
        readonly=False,
        help="Where the window of the envelopes for letters is.",
    )

    # === Engine === #
    dso_contact_interval = fields.Integer(
        string="Minimum Contact Interval",
        default=5,
        help="Days that must pass between two contacts with a customer account.",
    )
    dso_payment_grace = fields.Integer(
        string="Grace After a Payment",
        default=3,
        help="Days without automatic messages after a payment, credit note or allocation.",
    )
    dso_dispute_grace = fields.Integer(
        string="Grace After a Dispute",
        default=10,
        help="Days without automatic messages after a dispute on the leader invoice was resolved.",
    )
    dso_dispute_partial = fields.Boolean(
        string="Chase the Undisputed Rest",
        help="Only the disputed part of an item is out of the scenario, not the whole item.",
    )
    dso_ignore_below = fields.Monetary(
        string="Ignore Documents Below",
        currency_field='currency_id',
        help="Documents whose open total, in company currency, is lower are never chased.",
    )
    dso_hold_credits = fields.Boolean(
        string="Hold on Unallocated Credits",
        default=True,
        help="Hold automatic actions while unallocated credits cover the leader invoice or half "
        "of the overdue amount, and ask the collector to allocate or refund them.",
    )
    dso_hold_books = fields.Boolean(
        string="Hold on Stale Books",
        help="Hold automatic actions while the newest bank entry is too old.",
    )
    dso_books_days = fields.Integer(
        string="Books Are Stale After", default=5, help="Days since the newest bank entry."
    )
    dso_idle_days = fields.Integer(
        string="Idle After",
        default=30,
        help="Days without a completed action after which an overdue customer stands in Insights.",
    )
    dso_hold_unsent = fields.Boolean(
        string="Hold on Invoices Never Sent",
        help="Hold automatic actions whose leader invoice was never sent to the customer.",
    )

    # === Sending === #
    dso_cc_salesperson = fields.Boolean(
        string="Copy of Collection Emails to the Salesperson",
        help="The salesperson of the customer, else of the leader invoice, gets a copy, unless the "
        "step says otherwise.",
    )
    dso_cc_partner_ids = fields.Many2many(
        'res.partner',
        'dso_company_cc_rel',
        string="Copy of Collection Emails to",
        help="Colleagues who get a copy of every email, unless the step says otherwise.",
    )
    dso_attachment_limit = fields.Integer(
        string="Largest Email",
        default=10,
        help="Megabytes that an email of collection may have with everything attached: the "
        "statement goes along first, then the invoice that is due longest, and so on; what does "
        "not fit is left out.",
    )
    dso_started_on = fields.Datetime(
        string="Collection Started On",
        help="Nothing is sent for the company before collection is started.",
    )
    dso_careful_until = fields.Date(
        string="Confirm Everything Before",
        readonly=True,
        help="Automatic actions dated before this day wait for a confirmation: collection has just "
        "been started.",
    )
    dso_paused = fields.Boolean(string="Pause All Sending")
    dso_tz = fields.Selection(
        _tz_get,
        string="Collection Time Zone",
        required=True,
        default=lambda self: self.env.user.tz or 'UTC',
        help="Time zone of due dates and of the sending window.",
    )
    dso_window_mon = fields.Boolean(string="Monday", default=True)
    dso_window_tue = fields.Boolean(string="Tuesday", default=True)
    dso_window_wed = fields.Boolean(string="Wednesday", default=True)
    dso_window_thu = fields.Boolean(string="Thursday", default=True)
    dso_window_fri = fields.Boolean(string="Friday", default=True)
    dso_window_sat = fields.Boolean(string="Saturday")
    dso_window_sun = fields.Boolean(string="Sunday")
    dso_window_start = fields.Float(
        string="Send From", default=8.0, help="Hour of the day in the company's time zone."
    )
    dso_window_end = fields.Float(
        string="Send Until", default=18.0, help="Hour of the day in the company's time zone."
    )

    dso_closed_days = fields.Json(
        compute='_compute_dso_closed_days',
        store=True,
        help="Public holidays and the closed days before them, with the day that opens next.",
    )
    dso_assigned_on = fields.Date(
        readonly=True, help="Last day on which the assignment rules ran for all customer accounts."
    )
    dso_planned_on = fields.Date(readonly=True, help="Last day for which everything was planned.")
    dso_figures_on = fields.Date(readonly=True, help="Last day on which figures were computed.")

    _check_dso_days = models.Constraint(
        'CHECK (dso_contact_interval >= 0 AND dso_payment_grace >= 0'
        ' AND dso_dispute_grace >= 0 AND dso_books_days >= 0 AND dso_idle_days >= 0)',
        "Collection settings: a number of days cannot be negative, enter 0 or more.",
    )
    _check_dso_attachment_limit = models.Constraint(
        'CHECK (dso_attachment_limit > 0)',
        "Collection settings: the largest email must have at least 1 megabyte.",
    )
    _check_dso_ignore_below = models.Constraint(
        'CHECK (dso_ignore_below >= 0)',
        "Collection settings: the amount below which documents are ignored cannot be negative.",
    )

    # === COMPUTE METHODS === #

    @api.depends('country_id')
    def _compute_dso_letter_window(self):
        for company in self:
            company.dso_letter_window = 'right' if company.country_id.code == 'FR' else 'left'

    @api.depends('dso_tz', 'resource_calendar_id', *WINDOW_DAYS)
    def _compute_dso_closed_days(self):
        for company in self:
            reopenings = window.reopenings(
                company._dso_open_weekdays(), company._dso_public_holidays()
            )
            company.dso_closed_days = {
                day.isoformat(): reopening.isoformat() for day, reopening in reopenings.items()
            }

    # === CONSTRAINT METHODS === #

    @api.constrains('dso_window_start', 'dso_window_end', *WINDOW_DAYS)
    def _check_dso_window(self):
        for company in self:
            if not 0 <= company.dso_window_start < company.dso_window_end <= 24:
                raise ValidationError(
                    self.env._(
                        "The sending window must end after it begins, within one day: correct "
                        "its hours."
                    )
                )
            if not any(company[day] for day in WINDOW_DAYS):
                raise ValidationError(
                    self.env._("The sending window needs at least one day of the week.")
                )

    @api.constrains(*DEFAULT_FIELDS.values())
    def _check_dso_defaults(self):
        for company in self:
            values = {name: company[default].id for name, default in DEFAULT_FIELDS.items()}
            self.env['dso.customer']._check_assigned_values(values, company.root_id)

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if not PLAN_SETTINGS.isdisjoint(vals):
            self.env['dso.planner']._mark_companies(self.root_id)
        if any(vals.get(name) for name in DEFAULT_FIELDS.values()):
            # Whoever may set a default sets it for all: nobody is asked account by account.
            self.env['dso.customer'].sudo()._assign_defaults(self.root_id)
        return result

    # === BUSINESS METHODS === #

    def _dso_set_defaults(self, vals):
        """Let a collection manager set the defaults of a company.

        :param dict vals: values of ``dso_collector_id`` and ``dso_scenario_id``
        """
        companies = self._dso_check_manager()
        companies.write({name: vals[name] for name in DEFAULT_FIELDS.values() if name in vals})

    def _dso_now(self):
        """Return the naive local time of collection of the company.

        :rtype: datetime
        """
        return self._dso_local(clock.now(self.env.cr))

    def _dso_local(self, moment):
        """Return the naive local time of collection of the company at a moment in UTC.

        :rtype: datetime
        """
        zone = self.sudo().dso_tz  # users of a branch may not read its root company
        moment = moment.replace(tzinfo=ZoneInfo('UTC'))
        return moment.astimezone(ZoneInfo(zone or 'UTC')).replace(tzinfo=None)

    def _dso_today(self):
        """Return today in the time zone of collection of the company.

        :rtype: date
        """
        return self._dso_now().date()

    def _dso_with_stale_books(self, today=None):
        """Return those of these root companies whose newest bank entry is too old (spec 3.16).

        :param date today: day to look from; default: today in the time zone of each company
        :rtype: res.company
        """
        if not self:
            return self
        self.env.flush_all()
        companies = self.sudo()  # a branch user's root
        rows = [company._dso_calendar_row(today) for company in companies]
        stale = self.env.execute_query(
            SQL(
                "SELECT cal.company_id FROM %s WHERE %s",
                scope_sql.calendars(rows),
                scope_sql.books_are_stale(),
            )
        )
        return self & self.browse(company_id for [company_id] in stale)

    def _dso_open_weekdays(self):
        """Return the weekdays of the sending window, 0 for Monday.

        :rtype: set[int]
        """
        return {weekday for weekday, name in enumerate(WINDOW_DAYS) if self[name]}

    def _dso_public_holidays(self):
        """Return the days of the public holidays in the calendar of the company.

        :rtype: set[date]
        """
        leaves = self.env['resource.calendar.leaves'].sudo()  # holidays are no secret
        calendars = Domain('calendar_id', '=', False)
        if self.resource_calendar_id:
            calendars |= Domain('calendar_id', '=', self.resource_calendar_id.id)
        holidays = leaves.search(
            calendars
            & Domain('resource_id', '=', False)
            & Domain('company_id', 'in', [False, self._origin.id])
        )
        zone = ZoneInfo(self.dso_tz or 'UTC')
        days = set()
        for leave in holidays:
            first, last = (
                moment.replace(tzinfo=ZoneInfo('UTC')).astimezone(zone).date()
                for moment in (leave.date_from, leave.date_to)
            )
            days.update(first + timedelta(days=n) for n in range((last - first).days + 1))
        return days

    def _dso_recompute_closed_days(self):
        """Bring the closed days up to date after a change of public holidays."""
        before = {company: company.dso_closed_days for company in self}
        self._compute_dso_closed_days()
        changed = self.filtered(lambda company: company.dso_closed_days != before[company])
        self.env['dso.planner']._mark_companies(changed.root_id)

    def _dso_calendar_row(self, today=None):
        """Return the settings and the day from which the planner's statements work.

        :param date today: day to plan for; default: today in the time zone of the company
        :rtype: dict
        """
        return {
            'company_id': self.id,
            'today': today or self._dso_today(),
            'tz': self.dso_tz or 'UTC',
            'shift': window.weekday_shifts(self._dso_open_weekdays()),
            'closed': self.dso_closed_days or {},
            'contact_interval': self.dso_contact_interval,
            'payment_grace': self.dso_payment_grace,
            'dispute_grace': self.dso_dispute_grace,
            'dispute_partial': self.dso_dispute_partial,
            'digits': self.currency_id.decimal_places,
            'ignore_below': self.dso_ignore_below,
            'hold_credits': self.dso_hold_credits,
            'hold_books': self.dso_hold_books,
            'hold_unsent': self.dso_hold_unsent,
            'books_days': self.dso_books_days,
            'careful_until': self.dso_careful_until or None,
        }
