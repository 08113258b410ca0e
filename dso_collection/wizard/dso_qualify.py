from datetime import timedelta

from odoo import Command, api, fields, models

from ..const import ACTION_TYPES, MODES

#: Models from which items are qualified; each tells which (``_dso_items_to_qualify``).
SOURCES = ('account.move.line', 'account.move', 'dso.customer', 'dso.reply')

#: Instalments that a plan may have: ten years of months.
MAX_INSTALMENTS = 120


class DsoQualify(models.TransientModel):
    _name = 'dso.qualify'
    _inherit = ['dso.selection.mixin', 'dso.text.mixin']
    _description = "Qualify Open Items"

    # === What === #
    line_ids = fields.Many2many(
        'account.move.line',
        'dso_qualify_line_rel',
        string="Open Items",
        default=lambda self: self._default_line_ids(),
    )
    choice_ids = fields.Many2many(
        'account.move.line',
        'dso_qualify_choice_rel',
        default=lambda self: self._default_line_ids()._dso_choice(),
        help="Open items among which people choose.",
    )
    reply_ids = fields.Many2many('dso.reply', default=lambda self: self._default_reply_ids())
    summary = fields.Char(compute='_compute_summary')
    currency_id = fields.Many2one('res.currency', compute='_compute_summary')
    company_id = fields.Many2one('res.company', compute='_compute_summary')
    amount_residual = fields.Monetary(string="Open Amount", compute='_compute_summary')

    # === Status === #
    status_id = fields.Many2one(
        'dso.status',
        required=True,
        domain="[('company_id', 'in', [False, company_id])]",
        default=lambda self: self._default_status_id(),
        ondelete='cascade',
    )
    category = fields.Selection(related='status_id.category')
    day = fields.Date(string="Date", required=True, default=lambda self: self._get_today())
    owner_id = fields.Many2one(
        'res.users',
        domain="[('share', '=', False)]",
        compute='_compute_owner_id',
        store=True,
        readonly=False,
        help="Who takes care of the items.",
    )
    comment = fields.Text(default=lambda self: self._default_reply_ids()[:1].excerpt)

    # === Promise === #
    promise_kind = fields.Selection(
        [('once', "At once"), ('plan', "In instalments")],
        string="Payment",
        required=True,
        default='once',
    )
    promise_date = fields.Date(string="Pays By")
    promise_amount = fields.Monetary(
        compute='_compute_promise_amount', store=True, readonly=False, string="Promised Amount"
    )
    promise_of_amount = fields.Boolean(
        string="Any Payment Counts",
        help="A promise of an amount, whatever it is paid on; it pauses nothing.",
    )
    grace_days = fields.Integer(help="Days after the promised day before it counts as broken.")
    tolerance = fields.Monetary(help="Amount that may be missing from a promise that was kept.")
    pauses = fields.Boolean(string="Pause the Scenario", default=True)
    instalment_count = fields.Integer(string="Instalments", default=3)
    instalment_unit = fields.Selection(
        [('week', "Weeks"), ('month', "Months")], required=True, default='month'
    )
    instalment_ids = fields.One2many(
        'dso.qualify.instalment',
        'qualify_id',
        string="Plan",
        compute='_compute_instalment_ids',
        store=True,
        readonly=False,
    )

    # === Dispute === #
    reason_id = fields.Many2one('dso.dispute.reason', ondelete='cascade')
    department = fields.Char(compute='_compute_dispute', store=True, readonly=False)
    dispute_amount = fields.Monetary(
        string="Disputed Amount", compute='_compute_promise_amount', store=True, readonly=False
    )
    target_date = fields.Date(
        compute='_compute_dispute',
        store=True,
        readonly=False,
        help="Day by which the dispute should be resolved.",
    )

    # === Follow-up === #
    then = fields.Selection(
        [('scenario', "Let the scenario go on"), ('action', "Plan a specific action")],
        required=True,
        compute='_compute_follow_up',
        store=True,
        readonly=False,
        help="The items of a specific action are out of the scenario until it is done.",
    )
    action_type = fields.Selection(
        ACTION_TYPES, compute='_compute_follow_up', store=True, readonly=False
    )
    mode = fields.Selection(MODES, compute='_compute_follow_up', store=True, readonly=False)
    action_date = fields.Date(
        string="On", compute='_compute_action_date', store=True, readonly=False
    )
    action_name = fields.Char(
        string="Action", compute='_compute_follow_up', store=True, readonly=False
    )
    mail_template_id = fields.Many2one(
        compute='_compute_follow_up', store=True, readonly=False, ondelete='cascade'
    )
    sms_template_id = fields.Many2one(
        compute='_compute_follow_up', store=True, readonly=False, ondelete='cascade'
    )
    letter_template_id = fields.Many2one(
        compute='_compute_follow_up', store=True, readonly=False, ondelete='cascade'
    )

    # === DEFAULTS === #

    @api.model
    def _default_line_ids(self):
        records = self._get_selected_records()
        if records._name not in SOURCES:
            return self.env['account.move.line']
        return records._dso_items_to_qualify()

    @api.model
    def _default_reply_ids(self):
        records = self._get_selected_records()
        return records if records._name == 'dso.reply' else self.env['dso.reply']

    @api.model
    def _default_status_id(self):
        category = self.env.context.get('dso_status_category') or 'in_progress'
        return self.env['dso.status']._get_first(category, self._get_company())

    @api.model
    def _get_company(self):
        return self._default_line_ids().company_id[:1].root_id or self.env.company.root_id

    def _get_today(self):
        return self._get_company()._dso_today()

    # === COMPUTE METHODS === #

    @api.depends('line_ids')
    def _compute_summary(self):
        for wizard in self:
            lines = wizard.line_ids._origin
            currency = lines.currency_id
            wizard.summary = lines._dso_summarize()
            wizard.currency_id = currency if len(currency) == 1 else False
            wizard.company_id = lines.company_id.root_id[:1]
            wizard.amount_residual = len(currency) == 1 and sum(
                lines.mapped('amount_residual_currency')
            )

    @api.depends('line_ids')
    def _compute_promise_amount(self):
        for wizard in self:
            wizard.promise_amount = wizard.dispute_amount = wizard.amount_residual

    @api.depends('reason_id', 'category')
    def _compute_owner_id(self):
        for wizard in self:
            disputed = wizard.category == 'dispute'
            wizard.owner_id = (disputed and wizard.reason_id.owner_id) or wizard.owner_id

    @api.depends('reason_id')
    def _compute_dispute(self):
        for wizard in self:
            reason = wizard.reason_id
            wizard.department = reason.department
            wizard.target_date = reason and self._get_today() + timedelta(days=reason.delay)

    @api.depends('status_id')
    def _compute_follow_up(self):
        for wizard in self:
            status = wizard.status_id
            # A promise has its follow-up when it is broken, a dispute has one in any case.
            proposes = status.follow_up_type and status.category != 'promise'
            wizard.then = 'action' if proposes or status.category == 'dispute' else 'scenario'
            wizard.action_type = status.follow_up_type or 'task'
            wizard.mode = status.follow_up_mode or 'manual'
            wizard.action_name = status.follow_up_name
            wizard.mail_template_id = status.mail_template_id
            wizard.sms_template_id = status.sms_template_id
            wizard.letter_template_id = status.letter_template_id

    @api.depends('status_id', 'target_date')
    def _compute_action_date(self):
        for wizard in self:
            due = self._get_today() + timedelta(days=wizard.status_id.delay)
            target = wizard.category == 'dispute' and wizard.target_date
            wizard.action_date = target or due

    @api.depends(
        'promise_kind', 'promise_amount', 'promise_date', 'instalment_count', 'instalment_unit'
    )
    def _compute_instalment_ids(self):
        for wizard in self:
            wizard.instalment_ids = [Command.clear()]
            if wizard.promise_kind == 'plan' and wizard.promise_date and wizard.currency_id:
                parts = self.env['dso.promise']._split(
                    wizard.promise_amount,
                    wizard.currency_id,
                    wizard.promise_date,
                    min(max(wizard.instalment_count, 1), MAX_INSTALMENTS),
                    wizard.instalment_unit,
                )
                wizard.instalment_ids = [
                    Command.create({'date': day, 'amount': amount}) for day, amount in parts
                ]

    # === ACTION METHODS === #

    def action_apply(self):
        values = self._get_values()
        if self.reply_ids:
            self.reply_ids._qualify(self.line_ids, self.status_id, values)
        else:
            self.line_ids._dso_qualify(self.status_id, values)
        return {'type': 'ir.actions.act_window_close'}

    # === BUSINESS METHODS === #

    def _get_values(self):
        """Return what :meth:`account.move.line._dso_qualify` takes.

        :rtype: dict
        """
        return {
            'comment': self.comment,
            'owner_id': self.owner_id.id,
            'day': self.day,
            'promise': self.category == 'promise' and self._get_promise(),
            'dispute': self.category == 'dispute' and self._get_dispute(),
            'follow_up': self.then == 'action' and self._get_follow_up(),
        }

    def _get_promise(self):
        values = {
            'date': self.promise_date,
            'amount': self.promise_amount,
            'grace_days': self.grace_days,
            'tolerance': self.tolerance,
            'pauses': self.pauses,
            'of_amount': self.promise_of_amount,
        }
        if self.promise_kind == 'plan':
            values['instalments'] = [(part.date, part.amount) for part in self.instalment_ids]
        return values

    def _get_dispute(self):
        return {
            'reason_id': self.reason_id.id,
            'owner_id': self.owner_id.id,
            'department': self.department,
            'amount': self.dispute_amount,
            'target_date': self.target_date,
        }

    def _get_follow_up(self):
        return {
            'action_type': self.action_type,
            'mode': self.mode,
            'date': self.action_date,
            'name': self.action_name,
            'note': self.comment,
            'mail_template_id': self.mail_template_id.id,
            'sms_template_id': self.sms_template_id.id,
            'letter_template_id': self.letter_template_id.id,
        }


class DsoQualifyInstalment(models.TransientModel):
    _name = 'dso.qualify.instalment'
    _description = "Instalment of a Promise"
    _order = 'date, id'

    qualify_id = fields.Many2one('dso.qualify', required=True, ondelete='cascade')
    currency_id = fields.Many2one(related='qualify_id.currency_id')
    date = fields.Date(required=True)
    amount = fields.Monetary(required=True)
