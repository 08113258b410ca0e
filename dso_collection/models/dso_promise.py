from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import PROMISE_STATES


class DsoPromise(models.Model):
    """Promise of a customer to pay items, or an amount, by a day (spec 8.2)."""

    _name = 'dso.promise'
    _description = "Promise to Pay"
    _inherit = ['dso.record.mixin']
    _order = 'date desc, id desc'

    currency_id = fields.Many2one('res.currency', required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True, help="Promised amount.")
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
    state = fields.Selection(PROMISE_STATES, required=True, readonly=True, default='open')
    amount_paid = fields.Monetary(readonly=True, help="Part of the promised amount that was paid.")
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
    instalment = fields.Integer(readonly=True, help="Number of the instalment in its plan.")
    item_ids = fields.One2many('dso.promise.item', 'promise_id', string="Items", readonly=True)

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

    # === BUSINESS METHODS === #

    @api.model
    def _take(self, lines, values):
        """Take a promise on open items of one customer account and currency.

        :param account.move.line lines: promised items
        :param dict values: ``date`` and, where they differ from the defaults, ``amount``,
            ``grace_days``, ``tolerance``, ``pauses`` and ``comment``
        :rtype: dso.promise
        """
        promises = self.sudo()  # the caller checks the right
        lines = lines.sudo()
        if not values.get('date'):
            raise UserError(self.env._("Give the promise a day: by when does the customer pay?"))
        names = ('date', 'grace_days', 'tolerance', 'pauses', 'comment')
        return promises.create(
            {
                **{name: values[name] for name in names if name in values},
                'customer_id': lines._dso_customer().id,
                'currency_id': lines.currency_id.id,
                'amount': values.get('amount') or sum(lines.mapped('amount_residual_currency')),
                'item_ids': self.item_ids._prepare_commands(lines),
            }
        )
