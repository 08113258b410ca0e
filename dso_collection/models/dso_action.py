from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..const import (
    ACTION_STATES,
    ACTION_TYPES,
    AUTOMATIC_MODES,
    CANCEL_REASONS,
    CLOSED_STATES,
    CONFIRM_REASONS,
    CONTACT_TYPES,
    DATE_RULES,
    DELIVERIES,
    ERROR_CODES,
    HELD_REASONS,
    MODES,
    OPEN_STATES,
    ORIGINS,
    OUTCOMES,
    TASK_KINDS,
)
from ..tools import clock
from ..tools.search import search_flag

#: What may still change once an action is done: how its message fared.
MUTABLE_WHEN_CLOSED = frozenset(['delivery'])


class DsoAction(models.Model):
    """Proposal, outbox and history of collection in one life: planned → sending → done."""

    _name = 'dso.action'
    _description = "Collection Action"
    _inherit = ['dso.mine.mixin', 'dso.money.mixin', 'dso.plan.mixin']
    _order = 'date_planned, id'

    # === What and for whom === #
    customer_id = fields.Many2one(
        'dso.customer',
        string="Customer Account",
        required=True,
        readonly=True,
        index=True,
        ondelete='restrict',
    )
    partner_id = fields.Many2one(related='customer_id.partner_id', string="Customer")
    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='restrict')
    currency_id = fields.Many2one(related='company_id.currency_id')
    collector_id = fields.Many2one('res.users', readonly=True, index='btree_not_null')
    origin = fields.Selection(ORIGINS, required=True, readonly=True, default='specific')
    task_kind = fields.Selection(TASK_KINDS, readonly=True)
    task_key = fields.Char(readonly=True)
    scenario_id = fields.Many2one('dso.scenario', readonly=True, ondelete='set null')
    step_id = fields.Many2one('dso.scenario.step', readonly=True, ondelete='set null')
    name = fields.Char(string="Step Name", translate=True, readonly=True)
    step_delay = fields.Integer(
        string="Step Days", readonly=True, help="Days of the step from the leader's due date."
    )
    action_type = fields.Selection(ACTION_TYPES, required=True, readonly=True, default='task')
    mode = fields.Selection(MODES, required=True, readonly=True, default='manual')
    former_type = fields.Selection(
        ACTION_TYPES, readonly=True, help="What the action was before it was not done in time."
    )
    undone_on = fields.Date(
        string="Not Done in Time Since",
        readonly=True,
        help="Day on which so many days after its date had passed as its step says.",
    )
    state = fields.Selection(ACTION_STATES, required=True, readonly=True, default='planned')

    # === Leader === #
    leader_line_id = fields.Many2one(
        'account.move.line', readonly=True, index='btree_not_null', ondelete='set null'
    )
    leader_move_id = fields.Many2one(
        'account.move',
        string="Leader Invoice",
        readonly=True,
        index='btree_not_null',
        ondelete='set null',
    )
    leader_number = fields.Char(readonly=True)
    leader_due = fields.Date(string="Leader Due Date", readonly=True)
    amount = fields.Monetary(
        string="Amount to Collect",
        readonly=True,
        help="Eligible items due by the date of the action, less the unallocated credits, in "
        "company currency at booked residuals.",
    )

    # === When === #
    date_planned = fields.Date(string="Date", readonly=True)
    date_rule = fields.Selection(DATE_RULES, readonly=True)
    date_user = fields.Date(string="Date Set by a Person", readonly=True)
    date_user_on = fields.Datetime(readonly=True)
    date_done = fields.Datetime(string="Done On", readonly=True)
    day_done = fields.Date(readonly=True, help="Day of completion in the time zone of the company.")
    done_by_id = fields.Many2one('res.users', readonly=True)
    done_for_id = fields.Many2one(
        'res.users',
        string="Done In Place Of",
        readonly=True,
        help="Collector who was away when a substitute did the action.",
    )

    # === May it go? === #
    confirmed_on = fields.Datetime(readonly=True)
    confirmed_by_id = fields.Many2one('res.users', readonly=True)
    confirmed_amount = fields.Monetary(readonly=True)
    confirm_reason = fields.Selection(
        CONFIRM_REASONS,
        string="Waits for Confirmation Because",
        readonly=True,
        help="Empty when an automatic action goes out on its date by itself.",
    )
    to_confirm = fields.Boolean(compute='_compute_to_confirm', search='_search_to_confirm')
    held = fields.Selection(HELD_REASONS, readonly=True)
    recipient = fields.Char(readonly=True, help="Addresses to which the message goes.")
    recipient_id = fields.Many2one(
        'res.partner', string="Recipient Contact", readonly=True, ondelete='set null'
    )
    error_code = fields.Selection(ERROR_CODES, readonly=True)
    error_detail = fields.Char(readonly=True, help="Words of the mail server.")
    error_on = fields.Datetime(readonly=True)
    error_message = fields.Char(compute='_compute_error_message')

    # === What came of it === #
    outcome = fields.Selection(OUTCOMES, readonly=True)
    is_contact = fields.Boolean(readonly=True, help="Counts for the minimum contact interval.")
    delivery = fields.Selection(DELIVERIES, readonly=True)
    note = fields.Text()
    reason_code = fields.Selection(CANCEL_REASONS, string="Dropped Because", readonly=True)
    reason = fields.Char(readonly=True, help="Reason that a person gave.")
    item_ids = fields.One2many('dso.action.item', 'action_id', string="Items", readonly=True)
    sent_message_ids = fields.One2many(
        'dso.action.message', 'action_id', string="Messages", readonly=True
    )
    status_color = fields.Selection(
        [
            ('red', "To do"),
            ('blue', "Upcoming"),
            ('green', "Confirmed"),
            ('white', "To confirm"),
            ('yellow', "In error"),
        ],
        compute='_compute_status_color',
    )
    explanation = fields.Char(compute='_compute_explanation')

    # Two proposals at once for one customer account would send two reminders.
    _unique_open_scenario = models.UniqueIndex(
        "(customer_id) WHERE origin = 'scenario' AND state IN ('planned', 'sending', 'error')",
        "A customer account has one open scenario action at most.",
    )
    _unique_open_control = models.UniqueIndex(
        "(customer_id, task_kind) WHERE origin = 'control' AND state = 'planned'",
        "A customer account has one open control task of a kind at most.",
    )
    # The last contact is read for every planned customer account.
    _contact = models.Index("(customer_id, date_done) WHERE is_contact AND state = 'done'")
    # The agenda opens on what is open, a small part of a table that grows with the history.
    _open = models.Index(
        "(date_planned, customer_id) WHERE state IN ('planned', 'sending', 'error')"
    )

    # Their items are out of the scenario, so every plan looks for them too.
    _open_specific = models.Index(
        "(customer_id) WHERE origin = 'specific' AND state IN ('planned', 'sending', 'error')"
    )

    # Bounced messages are few; every plan looks for them.
    _bounced = models.Index("(customer_id) WHERE delivery = 'bounced'")

    # === COMPUTE METHODS === #

    @api.depends('name', 'task_kind', 'action_type')
    def _compute_display_name(self):
        kinds = dict(self._fields['task_kind']._description_selection(self.env))
        types = dict(self._fields['action_type']._description_selection(self.env))
        for action in self:
            action.display_name = (
                action.name or kinds.get(action.task_kind) or types.get(action.action_type)
            )

    @api.depends('state', 'mode', 'confirm_reason')
    def _compute_to_confirm(self):
        for action in self:
            action.to_confirm = (
                action.state in OPEN_STATES
                and action.mode in AUTOMATIC_MODES
                and bool(action.confirm_reason)
            )

    @api.model
    def _search_to_confirm(self, operator, value):
        is_open = Domain('state', 'in', OPEN_STATES)
        return search_flag(operator, value, lambda: is_open & self._domain_unconfirmed())

    @api.depends('state', 'mode', 'to_confirm', 'date_planned')
    def _compute_status_color(self):
        for action in self:
            action.status_color = action._get_status_color()

    def _get_status_color(self):
        """Colour of an open action in the agenda (spec 6.4), nothing for a closed one."""
        if self.state in CLOSED_STATES:
            return False
        if self.state == 'error':
            return 'yellow'
        today = self.company_id._dso_today()
        due = bool(self.date_planned) and self.date_planned <= today
        if self.mode == 'manual':
            return 'red' if due else 'blue'
        if not self.to_confirm:
            return 'green'
        return 'red' if self.date_planned and self.date_planned < today else 'white'

    @api.depends('error_code', 'error_detail')
    def _compute_error_message(self):
        explain = self.env['dso.explanation']
        for action in self:
            action.error_message = explain._explain_error(action)

    @api.depends('date_rule', 'date_planned', 'held', 'confirm_reason', 'reason_code')
    def _compute_explanation(self):
        explain = self.env['dso.explanation']
        for action in self:
            action.explanation = explain._explain_action(action)

    # === DOMAINS === #

    @api.model
    def _domain_unconfirmed(self):
        """Automatic actions that wait for a person, whatever their state."""
        return Domain('mode', 'in', AUTOMATIC_MODES) & Domain('confirm_reason', '!=', False)

    @api.model
    def _domain_sendable(self, company, today):
        """Actions of a company that may go out by themselves on a day (docs/engine.md, 7)."""
        return (
            Domain('company_id', '=', company.id)
            & Domain('state', '=', 'planned')
            & Domain('mode', 'in', AUTOMATIC_MODES)
            & Domain('held', '=', False)
            & Domain('date_planned', '<=', today)
            & ~self._domain_unconfirmed()
        )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        customers = self.env['dso.customer'].browse(vals.get('customer_id') for vals in vals_list)
        for customer, vals in zip(customers, vals_list, strict=True):
            if customer.id:
                vals['company_id'] = vals.get('company_id') or customer.company_id.id
                vals.setdefault('collector_id', customer.collector_id.id)
        actions = super().create(vals_list)
        actions._mark_chosen()
        return actions

    def write(self, vals):
        self._check_open(vals)
        return super().write(vals)

    def unlink(self):
        self._mark_chosen()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self._check_open({'state': False})

    def _mark_chosen(self):
        """Plan the accounts of what people plan, whose overdue amount is planned with it."""
        chosen = self.filtered(lambda action: action.origin == 'specific')
        if chosen:
            self.env['dso.planner']._mark_customers(chosen.customer_id)

    def _check_open(self, vals):
        """Refuse to change what was done or dropped: the history is evidence.

        Superuser mode does not lift the guard: no path of ours needs it.
        """
        if MUTABLE_WHEN_CLOSED.issuperset(vals):
            return
        closed = self.filtered(lambda a: a.state in CLOSED_STATES)
        if closed:
            raise UserError(
                self.env._(
                    "%(action)s of %(customer)s is part of the history and cannot be changed.",
                    action=closed[0].display_name,
                    customer=closed[0].customer_id.display_name,
                )
            )

    # === BUSINESS METHODS - STATE MACHINE === #

    def _set_done(self, outcome, note=None, reason=None, reason_code=None, delivery=None):
        """Complete actions by hand: items and levels are written first, then the state.

        :param str outcome: one of :data:`const.OUTCOMES`
        :param str note: what came of it
        :param str reason: reason that a person gave
        :param str reason_code: why it was done by nobody
        :param str delivery: how its message fared
        """
        self._settle_regrouping()
        self.env['dso.planner']._snapshot_items(self)
        contact = outcome in ('done', 'sent')
        for (is_contact, absent), actions in self.grouped(
            lambda a: (contact and a.action_type in CONTACT_TYPES, a.absent_id)
        ).items():
            for company, company_actions in actions.grouped('company_id').items():
                company_actions._update_state(
                    ('planned', 'error', 'sending'),
                    'done',
                    {
                        'outcome': outcome,
                        'is_contact': is_contact,
                        'reason': reason,
                        'reason_code': reason_code,
                        'day_done': company._dso_today(),
                        'date_done': clock.now(self.env.cr),
                        'done_by_id': not reason_code and self.env.uid,
                        'done_for_id': absent.id,
                        **({'note': note} if note else {}),
                        **({'delivery': delivery} if delivery else {}),
                    },
                )
        # The agreed date was for this action; the next one follows the scenario again.
        scenario = self.filtered(lambda a: a.origin == 'scenario')
        agreed = scenario.customer_id.sudo().filtered('not_before')
        agreed.write({'not_before': False, 'not_before_on': False})

    def _set_cancelled(self, reason_code, reason=None):
        self._update_state(
            ('planned', 'error', 'sending'),
            'cancelled',
            {'reason_code': reason_code, 'reason': reason},
        )

    def _set_error(self, code, detail=None):
        self._update_state(
            ('planned', 'sending', 'error'),
            'error',
            {'error_code': code, 'error_detail': detail, 'error_on': fields.Datetime.now()},
        )

    def _set_planned(self):
        """Put actions back on the agenda, for a retry."""
        self._update_state(
            ('error', 'sending'),
            'planned',
            {'error_code': False, 'error_detail': False, 'error_on': False},
        )

    def _set_sending(self):
        self._settle_regrouping()
        self._update_state(('planned',), 'sending', {'delivery': 'queued'})

    def _update_state(self, allowed, target, vals=None):
        """Write a new state, the only place that does.

        :param tuple allowed: states from which ``target`` may be reached
        :param str target: the new state
        :param dict vals: written with it
        """
        wrong = self.filtered(lambda a: a.state not in allowed)
        if wrong:
            raise ValidationError(
                self.env._(
                    "%(action)s of %(customer)s is in state %(state)s and cannot go on from there.",
                    action=wrong[0].display_name,
                    customer=wrong[0].customer_id.display_name,
                    state=wrong[0].state,
                )
            )
        self.sudo().write({**(vals or {}), 'state': target})
        self.env['dso.planner']._mark_customers(self.customer_id)
