from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ..const import PROMISE_STATES


class DsoPromise(models.Model):
    """Promise of a customer to pay items, or an amount, by a day (docs/promises.md)."""

    _name = 'dso.promise'
    _description = "Promise to Pay"
    _inherit = ['dso.record.mixin', 'dso.mine.mixin']
    _order = 'date desc, id desc'

    currency_id = fields.Many2one('res.currency', required=True, readonly=True)
    amount = fields.Monetary(
        string="Promised", required=True, readonly=True, help="Promised amount."
    )
    date = fields.Date(
        string="Promised For", required=True, readonly=True, help="Day by which is paid."
    )
    grace_days = fields.Integer(
        readonly=True, help="Days after the promised day before the promise counts as broken."
    )
    tolerance = fields.Monetary(
        readonly=True, help="Amount that may be missing from a promise that was kept."
    )
    pauses = fields.Boolean(
        string="Pauses the Scenario",
        default=True,
        readonly=True,
        help="The items are out of the scenario until the day and its grace have passed.",
    )
    taken_on = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    taken_by_id = fields.Many2one('res.users', readonly=True, default=lambda self: self.env.user)
    collector_id = fields.Many2one(related='customer_id.collector_id')
    state = fields.Selection(PROMISE_STATES, required=True, readonly=True, default='open')
    amount_paid = fields.Monetary(
        string="Paid",
        readonly=True,
        help="What was paid for the promise until its day and grace, up to the promised amount.",
    )
    settled_on = fields.Date(
        readonly=True, help="Day on which the promise was kept, broken or cancelled."
    )
    plan_id = fields.Many2one(
        'dso.promise',
        string="Instalment Plan",
        readonly=True,
        index='btree_not_null',
        ondelete='restrict',
        help="First instalment of the plan.",
    )
    instalment_ids = fields.One2many('dso.promise', 'plan_id', string="Instalments", readonly=True)
    instalment = fields.Integer(readonly=True, help="Number of the instalment in its plan.")
    plan_instalment_ids = fields.One2many(
        related='plan_id.instalment_ids', string="Instalments of the Plan"
    )
    item_ids = fields.One2many('dso.promise.item', 'promise_id', string="Items", readonly=True)
    told_state = fields.Selection(
        PROMISE_STATES, readonly=True, default='open', help="State that the chatter has told."
    )
    cancel_reason = fields.Char(readonly=True, help="Why somebody cancelled the promise.")
    replaced_by_id = fields.Many2one(
        'dso.promise',
        readonly=True,
        index='btree_not_null',
        ondelete='set null',
        help="Newer promise on the same items, for which this one was cancelled.",
    )

    # Plans look for promises that wait and for those that were broken, a small part of the history.
    _waiting = models.Index("(customer_id, date) WHERE state = 'open'")
    _broken = models.Index("(customer_id) WHERE state = 'broken'")

    _check_amount = models.Constraint(
        'CHECK (amount > 0)', "A promise needs an amount: enter more than 0."
    )
    _check_tolerance = models.Constraint(
        'CHECK (tolerance >= 0 AND grace_days >= 0)',
        "Grace days and tolerance of a promise cannot be negative: enter 0 or more.",
    )
    _check_enough = models.Constraint(
        'CHECK (tolerance < amount)',
        "The tolerance of a promise must be less than its amount: lower it.",
    )

    # === COMPUTE METHODS === #

    @api.depends('partner_id.display_name', 'amount', 'currency_id', 'date')
    def _compute_display_name(self):
        for promise in self:
            promise.display_name = self.env._(
                "%(customer)s: %(amount)s by %(date)s",
                customer=promise.partner_id.display_name,
                amount=format_amount(self.env, promise.amount, promise.currency_id),
                date=format_date(self.env, promise.date),
            )

    # === ACTION METHODS === #

    def action_cancel(self, reason=None):
        """Cancel promises that wait; of a plan the later instalments too.

        :param str reason: why, for the history
        """
        self.check_access('write')
        self.env['dso.customer']._check_collect_access()
        if not reason:
            raise UserError(self.env._("Give a reason to cancel a promise."))
        if any(promise.state != 'open' for promise in self):
            raise UserError(
                self.env._(
                    "Only open promises can be cancelled: what was kept or broken follows from "
                    "the payments."
                )
            )
        cancelled = self._with_later_instalments()
        cancelled._cancel(reason)
        self.env['dso.item.status']._take_back(cancelled)
        return True

    def action_open_customer(self):
        """Open the customer account of a promise."""
        self.ensure_one()
        return self.customer_id.action_open()

    # === BUSINESS METHODS === #

    def _with_later_instalments(self):
        """Return promises with the instalments that wait behind them in their plans."""
        waiting = self.search([('plan_id', 'in', self.plan_id.ids), ('state', '=', 'open')])
        first = {}
        for promise in self.filtered('plan_id'):
            number = promise.instalment
            first[promise.plan_id] = min(number, first.get(promise.plan_id, number))
        return self | waiting.filtered(lambda p: p.instalment > first[p.plan_id])

    def _cancel(self, reason):
        """Cancel promises, the only place that does."""
        promises = self.sudo()  # nobody's to write by hand
        for company, cancelled in promises.grouped('company_id').items():
            today = company._dso_today()
            cancelled.write(
                {
                    'state': 'cancelled',
                    'cancelled_on': today,
                    'settled_on': today,
                    'cancel_reason': reason,
                }
            )
        self._tell(
            lambda promise: self.env._(
                "%(promise)s cancelled: %(reason)s", promise=promise._phrase(), reason=reason
            )
        )

    def _tell(self, get_sentence):
        """Log a sentence for each promise on its customer account; the number of queries is fixed.

        :param get_sentence: called with a promise
        """
        customers = self.customer_id.sudo()  # who may not write there hears of promises too
        customers._message_log_batch(
            {
                customer.id: Markup("<br/>").join(map(get_sentence, promises))
                for customer, promises in self.grouped('customer_id').items()
            }
        )
        for state, promises in self.sudo().grouped('state').items():
            promises.told_state = state

    def _phrase(self):
        """Return a promise in words."""
        values = {
            'amount': format_amount(self.env, self.amount, self.currency_id),
            'date': format_date(self.env, self.date),
            'number': self.instalment,
        }
        if self.plan_id:
            return self.env._("Instalment %(number)s: %(amount)s by %(date)s", **values)
        return self.env._("Promise to pay %(amount)s by %(date)s", **values)
