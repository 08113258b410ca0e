from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_amount

from ..const import PROMISE_STATES
from ..engine import promise_sql
from ..engine.promise import BROKEN_STATES


class DsoPromise(models.Model):
    """What follows from a promise once it is decided: told in the chatter, followed up (spec 8.2).

    Once a day, not at once: a payment that is allocated anew leaves no trace.
    """

    _inherit = 'dso.promise'

    action_id = fields.Many2one(
        'dso.action',
        string="Follow-up",
        readonly=True,
        index='btree_not_null',
        ondelete='restrict',
        help="Action that was put on the agenda because the promise was not kept.",
    )

    # Promises of which the chatter does not tell the last state are few, and looked for every day.
    _untold = models.Index("(company_id) WHERE told_state <> state")

    # === BUSINESS METHODS === #

    @api.model
    def _follow_up(self, company):
        """Tell what has become of the promises of a company, and follow up those not kept.

        :param res.company company: a root company
        """
        self.env.flush_all()
        promises = self.sudo().search(  # runs for everybody
            Domain('company_id', '=', company.id)
            & Domain.OR(
                Domain('state', '=', state) & Domain('told_state', '!=', state)
                for state, _name in PROMISE_STATES
            )
        )
        if not promises:
            return
        promises._tell(lambda promise: promise._outcome_phrase())
        broken = promises.filtered(lambda p: p.state in BROKEN_STATES and not p.action_id)
        for status, together in broken.grouped(broken._get_statuses().get).items():
            together._plan_follow_up(status)

    def _outcome_phrase(self):
        values = {
            'promise': self._phrase(),
            'paid': format_amount(self.env, self.amount_paid, self.currency_id),
        }
        if self.state == 'kept':
            return self.env._("%(promise)s: kept", **values)
        if self.state == 'partial':
            return self.env._("%(promise)s: partly kept, %(paid)s was paid in time", **values)
        if self.state == 'broken':
            return self.env._("%(promise)s: broken", **values)
        if self.state == 'cancelled':
            return self.env._("%(promise)s: cancelled, its items have left the books", **values)
        return self.env._("%(promise)s: open again, its payment was taken back", **values)

    def _get_statuses(self):
        """Return the status with which each promise was taken, else the one that comes along.

        :return: promise → status
        :rtype: dict
        """
        entries = self.env['dso.item.status'].search(
            [('promise_id', 'in', (self | self.plan_id).ids)]
        )
        taken = {entry.promise_id: entry.status_id for entry in entries}
        default = self.env.ref('dso_collection.dso_status_promise', raise_if_not_found=False)
        default = default or self.env['dso.status']
        return {promise: taken.get(promise.plan_id or promise, default) for promise in self}

    def _plan_follow_up(self, status):
        """Put promises that were not kept on the agenda, as their status says.

        :param dso.status status: status with which all of them were taken
        """
        lines = self.env['account.move.line'].union(*self._get_open_lines().values())
        if not lines:
            return  # what is left to follow up has been paid since
        values = lines._dso_follow_up_values(status, {'delay': 0})
        actions = self.env['dso.action']._plan_specific(lines, values)
        by_customer = {action.item_ids.customer_id: action for action in actions}
        for customer, promises in self.grouped('customer_id').items():
            if action := by_customer.get(customer):
                promises.action_id = action
                action.note = "\n".join(promise._outcome_phrase() for promise in promises)

    def _get_open_lines(self):
        """Return the items of each promise that are still open; of an amount, all overdue ones.

        What is in dispute or litigation by now is left to whoever has that in hand.

        :return: promise → items
        :rtype: dict
        """
        lines = self.env['account.move.line']
        found = lines._dso_items_of(self.filtered('item_ids'))
        of_amounts = self.filtered(lambda promise: not promise.item_ids)
        of_amounts.customer_id.mapped('open_line_ids')  # of all of them at once
        for promise in of_amounts:
            found[promise] = promise._get_overdue_lines()
        is_open = lines._domain_open_items() & Domain('amount_residual_currency', '>', 0)
        still_open = lines.union(*found.values()).filtered_domain(is_open)
        recorded = still_open._dso_get_recorded()
        still_open = still_open.filtered(
            lambda line: recorded.get(line.id, ('',))[0] not in ('dispute', 'litigation')
        )
        return {promise: items & still_open for promise, items in found.items()}

    @api.model
    def _find_raising(self, actions):
        """Return the days of the broken promises for which scenario actions leave out a step.

        :param dso.action actions: open actions of scenarios that do so
        :return: id of the action → promised day
        :rtype: dict[int, date]
        """
        self.env['dso.action'].flush_model()
        self.flush_model()
        return dict(self.env.execute_query(promise_sql.raising(actions.ids)))

    def _get_overdue_lines(self):
        """Return what the customer owes and should have paid, in the currency of a promise."""
        today = self.company_id._dso_today()
        return self.customer_id.open_line_ids.filtered(
            lambda line: line.currency_id == self.currency_id and line._dso_due_date() < today
        )
