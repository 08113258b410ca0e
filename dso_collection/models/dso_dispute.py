from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date
from odoo.tools.misc import formatLang

from ..const import DISPUTE_OUTCOMES, DISPUTE_STATES


class DsoDispute(models.Model):
    """Dispute of a customer about items, until somebody has resolved it (spec 8.3)."""

    _name = 'dso.dispute'
    _description = "Dispute"
    _inherit = ['dso.record.mixin']
    _order = 'opened_on desc, id desc'

    reason_id = fields.Many2one(
        'dso.dispute.reason', required=True, readonly=True, index=True, ondelete='restrict'
    )
    owner_id = fields.Many2one(
        'res.users', index='btree_not_null', help="Who looks into the dispute."
    )
    department = fields.Char()
    currency_id = fields.Many2one('res.currency', required=True, readonly=True)
    amount = fields.Monetary(string="Disputed Amount", required=True, readonly=True)
    opened_on = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    target_date = fields.Date(help="Day by which the dispute should be resolved.")
    state = fields.Selection(DISPUTE_STATES, required=True, readonly=True, default='open')
    outcome = fields.Selection(DISPUTE_OUTCOMES, readonly=True)
    resolved_on = fields.Date(readonly=True)
    resolution_days = fields.Integer(
        readonly=True, aggregator='avg', help="Days from the opening to the resolution."
    )
    credit_note_id = fields.Many2one(
        'account.move', readonly=True, index='btree_not_null', ondelete='set null'
    )
    action_id = fields.Many2one(
        'dso.action',
        string="Follow-up",
        readonly=True,
        index='btree_not_null',
        ondelete='restrict',
        help="Action on the agenda through which the dispute is resolved.",
    )
    follow_up_ids = fields.One2many('dso.action', 'dispute_id', string="Follow-ups", readonly=True)
    item_ids = fields.One2many('dso.dispute.item', 'dispute_id', string="Items", readonly=True)
    numbers = fields.Char(string="Invoices", compute='_compute_numbers')

    # Plans look for open disputes, a small part of the history.
    _waiting = models.Index("(customer_id) WHERE state = 'open'")

    _check_amount = models.Constraint(
        'CHECK (amount > 0)', "A dispute needs an amount: enter more than 0."
    )

    # === COMPUTE METHODS === #

    @api.depends('reason_id.name', 'customer_id.display_name')
    def _compute_display_name(self):
        for dispute in self:
            names = (dispute.reason_id.name, dispute.customer_id.display_name)
            dispute.display_name = " · ".join(filter(None, names))

    @api.depends('item_ids.number')
    def _compute_numbers(self):
        for dispute in self:
            numbers = dispute.item_ids.mapped('number')
            dispute.numbers = ", ".join(dict.fromkeys(filter(None, numbers)))

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Override to measure the time of resolution of what is resolved alone."""
        average = super()._read_group_select(aggregate_spec, query)
        if aggregate_spec != 'resolution_days:avg':
            return average
        state = self._field_to_sql(self._table, 'state', query)
        return SQL("%s FILTER (WHERE %s = 'resolved')", average, state)

    # === CRUD METHODS === #

    def write(self, vals):
        """Override to tell whoever becomes the owner."""
        changed = self.filtered(lambda d: 'owner_id' in vals and d.owner_id.id != vals['owner_id'])
        result = super().write(vals)
        changed._tell_owners()
        return result

    # === CONSTRAINT METHODS === #

    @api.constrains('owner_id', 'company_id')
    def _check_owner(self):
        for dispute in self.sudo():  # whoever opens a dispute may not read other users' companies
            owner, company = dispute.owner_id, dispute.company_id
            if owner and (owner.share or company not in owner.company_ids.root_id):
                raise ValidationError(
                    self.env._(
                        "%(owner)s does not work in %(company)s: choose who can look into the "
                        "dispute.",
                        owner=owner.name,
                        company=company.name,
                    )
                )

    # === ACTION METHODS === #

    def action_open_customer(self):
        """Open the customer account of a dispute."""
        self.ensure_one()
        return self.customer_id.action_open()

    # === BUSINESS METHODS === #

    @api.model
    def _open(self, lines, values):
        """Open a dispute on open items of one customer account and currency.

        :param account.move.line lines: disputed items
        :param dict values: ``reason_id`` and, where they differ from the defaults, ``owner_id``,
            ``department``, ``amount``, ``target_date``, ``comment`` and ``follow_up``
        :rtype: dso.dispute
        """
        disputes = self.sudo()  # the caller checks the right
        lines = lines.sudo()
        reason = self.env['dso.dispute.reason'].browse(values.get('reason_id')).exists()
        if not reason:
            raise UserError(self.env._("Give the dispute a reason: what does the customer say?"))
        today = lines.company_id.root_id._dso_today()
        self._check_amounts(lines, values.get('amount'))
        names = ('owner_id', 'department', 'target_date', 'comment')
        dispute = disputes.create(
            {
                'owner_id': reason.owner_id.id,
                'department': reason.department,
                'target_date': today + timedelta(days=reason.delay),
                **{name: values[name] for name in names if values.get(name)},
                'reason_id': reason.id,
                'customer_id': lines._dso_customer().id,
                'currency_id': lines.currency_id.id,
                'amount': values.get('amount') or sum(lines.mapped('amount_residual_currency')),
                'item_ids': self.item_ids._prepare_commands(lines, values.get('amount')),
            }
        )
        follow_up = dict(values.get('follow_up') or {})
        if not follow_up.get('date'):
            day = today + timedelta(days=follow_up.get('delay', reason.delay))
            follow_up['date'] = max(today, min(dispute.target_date, day))
        dispute._set_follow_up(self.env['dso.action']._plan_specific(lines, follow_up))
        dispute._tell_owners()
        return dispute

    def _tell_owners(self):
        """Notify who owns disputes that somebody else has given them, each owner once."""
        # An owner need not be a collector.
        for owner, disputes in self.sudo().grouped('owner_id').items():
            if not owner or owner == self.env.user:
                continue
            disputes = disputes.with_context(lang=owner.lang)
            sentences = [
                disputes.env._(
                    "%(author)s asks you to look into the dispute with %(customer)s about "
                    "%(numbers)s by %(date)s.",
                    author=self.env.user.name,
                    customer=dispute.customer_id.display_name,
                    numbers=dispute.numbers,
                    date=format_date(disputes.env, dispute.target_date),
                )
                for dispute in disputes
            ]
            disputes[0].customer_id.message_notify(
                partner_ids=owner.partner_id.ids,
                subject=disputes.env._("Disputes to look into"),
                body=Markup("<br/>").join(sentences),
            )

    @api.model
    def _check_amounts(self, lines, amount):
        """Refuse a disputed amount that is not positive, or more than what is open."""
        currency, total = lines.currency_id, sum(lines.mapped('amount_residual_currency'))
        if amount and (amount < 0 or currency.compare_amounts(amount, total) > 0):
            raise UserError(
                self.env._(
                    "The disputed amount must be positive and not more than the open amount of "
                    "%(total)s.",
                    total=formatLang(self.env, total, currency_obj=currency),
                )
            )

    def _set_follow_up(self, action):
        """Put an action on the agenda as the follow-up of a dispute, which nobody may forget.

        :param dso.action action: specific action on the items of the dispute
        """
        action.sudo().dispute_id = self
        self.action_id = action
