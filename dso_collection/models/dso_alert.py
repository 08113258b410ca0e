from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..const import ALERT_LEVELS, ALERT_TYPES
from ..engine import alert_sql
from ..tools import server
from .dso_criteria_mixin import LONG, SHORT


class DsoAlert(models.Model):
    """Criteria that mark customer accounts with a coloured square (spec 7.1, docs/alerts.md).

    Which accounts are in an alert is found with the rights of who wrote its criteria, company by
    company, and is the same for everybody who may see the account.
    """

    _name = 'dso.alert'
    _description = "Alert"
    _inherit = 'dso.criteria.mixin'
    _order = 'sequence, id'

    _dso_authored = frozenset(['domain', 'company_id'])

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    alert_type = fields.Selection(ALERT_TYPES, string="Type", required=True, default='collection')
    level = fields.Selection(
        ALERT_LEVELS, required=True, default='orange', help="Colour of the square."
    )
    is_shared = fields.Boolean(
        string="Shared", copy=False, help="Everybody sees the alert; otherwise its owner alone."
    )
    user_id = fields.Many2one(
        'res.users',
        string="Owner",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        ondelete='cascade',
        default=lambda self: self.env.user,
    )
    company_id = fields.Many2one(
        'res.company',
        index='btree_not_null',
        ondelete='cascade',
        domain="[('parent_id', '=', False)]",
        help="Empty: all companies of who wrote the criteria.",
    )
    baseline_on = fields.Datetime(
        readonly=True,
        copy=False,
        help="When the criteria were first looked at; who entered later is new.",
    )
    member_ids = fields.One2many('dso.alert.account', 'alert_id', string="Customer Accounts")
    customer_count = fields.Integer(
        string="Count", compute='_compute_customer_count', help="Counted now."
    )
    count_error = fields.Char(compute='_compute_customer_count')
    can_change = fields.Boolean(compute='_compute_can_change', help="The user may write it.")

    # === COMPUTE METHODS === #

    @api.depends('domain', 'company_id', 'criteria_user_id')
    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_customer_count(self):
        counts, errors = self._count_in(self.env.companies._dso_root())
        for alert in self:
            alert.customer_count = counts[alert]
            alert.count_error = errors.get(alert, False)

    @api.depends('is_shared', 'user_id')
    @api.depends_context('uid')
    def _compute_can_change(self):
        writable = self._origin._filtered_access('write')
        for alert in self:
            alert.can_change = not alert._origin or alert._origin in writable

    # === CONSTRAINT METHODS === #

    @api.constrains('domain', 'company_id')
    def _check_domain(self):
        self.env.flush_all()
        for alert in self:
            _counts, errors = alert._count_in(alert._get_companies())
            if errors:
                raise ValidationError(errors[alert])

    @api.constrains('company_id')
    def _check_company_is_root(self):
        self.company_id._dso_check_root(
            lambda **names: self.env._(
                "%(branch)s is a branch: give the alert to its main company %(company)s.", **names
            )
        )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        alerts = super().create(vals_list)
        alerts._check_sharing()
        alerts.sudo()._refresh(SHORT)  # members belong to the engine, not to users
        return alerts

    def write(self, vals):
        if not vals.get('is_shared', True):
            self._check_owner()
        result = super().write(vals)
        self._check_sharing()
        if not (self._dso_authored | {'active'}).isdisjoint(vals):
            alerts = self.sudo()  # as above
            alerts.baseline_on = False
            if 'company_id' in vals:
                alerts.member_ids.unlink()
            alerts._refresh(SHORT)
        return result

    def _check_sharing(self):
        if any(alert.is_shared for alert in self):
            self.env['res.company']._dso_check_manager(
                self.env._(
                    "Only collection managers share alerts: keep yours for yourself, or ask one."
                )
            )

    def _check_owner(self):
        """Refuse to take back what others share: nobody else could see or change it any more."""
        for alert in self:
            if alert.is_shared and alert.user_id != self.env.user and not self.env.su:
                raise UserError(
                    self.env._(
                        "%(alert)s is shared by %(owner)s: archive it, or duplicate it for "
                        "yourself.",
                        alert=alert.name,
                        owner=alert.user_id.sudo().name,  # of whatever company
                    )
                )

    # === ACTION METHODS === #

    def action_open(self):
        """List the customer accounts of an alert, as they are now."""
        self.ensure_one()
        self.check_access('read')
        alert = self.sudo()  # members are the engine's; the list shows what the user may see
        if alert.try_lock_for_update():  # otherwise somebody brings them up to date right now
            alert._refresh(SHORT)
        if self.last_error:
            raise UserError(self.last_error)
        action = self.env['ir.actions.act_window']._for_xml_id('dso_collection.dso_customer_action')
        return {**action, 'context': {'search_default_alert_ids': self.ids}}

    def action_open_form(self):
        """Open an alert with its criteria."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'res_model': self._name,
            'res_id': self.id,
            'views': [(False, 'form')],
        }

    # === BUSINESS METHODS === #

    def _get_companies(self):
        """Return the root companies in which the criteria are looked at."""
        company = self.sudo().company_id
        return company or self.env['res.company'].sudo()._dso_search_roots()

    def _refresh(self, timeout=None):
        """Bring the members of these alerts up to date, in sudo.

        Alerts whose authors see the same customer accounts are one statement for each company.

        :param str timeout: see :meth:`_try`; default: that of scheduled actions
        :return: alert → ids of the customer accounts that are new, but those of a first look
        :rtype: dict
        """
        self.env.flush_all()
        now = fields.Datetime.now()
        entered, errors = defaultdict(list), {}

        def look(alerts, company):
            for alert_id, customer_id in alerts._write_members(company, now):
                entered[alert_id].append(customer_id)

        with server.settings(self.env, server.BULK):
            for company, alerts in self._by_scan():
                errors |= alerts._try_each(look, company, timeout or LONG)
        self.env['dso.alert.account'].invalidate_model(flush=False)
        self.env['dso.customer'].invalidate_model(['alerts', 'alert_ids'], flush=False)
        for alert in self:
            error = errors.get(alert, False)
            if alert.last_error != error:
                alert.last_error = error
        first = self.filtered(lambda alert: not alert.baseline_on and alert not in errors)
        first.baseline_on = now
        return {a: entered[a.id] for a in self if a.id in entered and a not in first}

    def _count_in(self, companies):
        """Count the customer accounts of the user that meet the criteria of these alerts now.

        :param res.company companies: root companies, in sudo
        :return: alert → number, and alert → why it cannot be counted
        :rtype: tuple[dict, dict]
        """
        self.env['dso.customer'].flush_model()
        counts, errors = defaultdict(int), {}

        def look(alerts, company):
            conditions, query = alerts._get_conditions(company)
            visible = self.env['dso.customer']._search([('company_id', '=', company.id)])
            query.add_where(SQL("%s IN %s", SQL.identifier(query.table, 'id'), visible.subselect()))
            [row] = self.env.execute_query(alert_sql.counts(query, conditions))
            for alert, count in zip(alerts, row, strict=True):
                counts[alert] += count

        with server.settings(self.env, server.BULK):
            for company, alerts in self._by_scan():
                if company in companies:
                    errors |= alerts._try_each(look, company, SHORT)
        return counts, errors

    def _try_each(self, function, company, timeout):
        """Call a function with these alerts and a company; if it cannot, with each alert alone.

        :return: alert → why not
        :rtype: dict
        """
        error = self[:1]._try(lambda: function(self, company), timeout)
        if not error or len(self) == 1:
            return {self: error} if error else {}
        errors = {alert: alert._try_each(function, company, timeout).get(alert) for alert in self}
        return {alert: error for alert, error in errors.items() if error}

    @api.model
    @api.readonly
    def get_agenda_counter(self, domain=None):
        """Count the customer accounts in the alerts of the user, for the tab of the agenda.

        :param list domain: what people search for in the tab; default: all alerts
        :rtype: int
        """
        members = self.env['dso.alert.account']
        shown = Domain('alert_id', 'any', Domain(domain or []) & Domain('active', '=', True))
        [[count]] = members._read_group(shown, [], ['customer_id:count_distinct'])
        return count

    @api.model
    def _get_alerts_of(self, customers):
        """Return the alerts in which customer accounts are, as the user sees them, in two queries.

        :return: id of the customer account → alerts
        :rtype: dict
        """
        members = self.env['dso.alert.account'].search_fetch(
            [('customer_id', 'in', customers.ids), ('alert_id.active', '=', True)],
            ['alert_id', 'customer_id'],
        )
        members.alert_id.fetch(['name', 'level'])
        found = members.grouped(lambda member: member.customer_id.id)
        return {customer_id: rows.alert_id for customer_id, rows in found.items()}

    @api.model
    def _get_levels(self):
        """Return how grave each level is."""
        return {level: number for number, (level, _label) in enumerate(ALERT_LEVELS)}

    # === HOOKS === #

    def _get_criteria_error(self, cause):
        return self.env._(
            "Alert %(alert)s cannot be looked at: %(cause)s. Correct its criteria.",
            alert=self.name,
            cause=cause,
        )

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_alerts(self):
        """Bring all alerts up to date, tell who wants to know, and send the mails of the day."""
        seen = Domain('is_shared', '=', True) | Domain('user_id.active', '=', True)
        for alerts in self.search(seen).grouped('criteria_user_id').values():
            locked = alerts.try_lock_for_update()  # one that is being saved is looked at there
            locked._notify(locked._refresh())
            if not self.env['ir.cron']._commit_progress(len(alerts)):
                return
        self.env['dso.alert.subscription']._send_mails_of_the_day()
