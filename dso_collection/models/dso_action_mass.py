from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import CLOSED_STATES, MESSAGE_TYPES

#: What people do with many actions at once → the method that does it.
MASS_METHODS = {
    'complete': 'action_complete',
    'confirm': 'action_confirm',
    'unconfirm': 'action_unconfirm',
    'retry': 'action_retry',
    'send': 'action_send_now',
    'reschedule': 'action_reschedule',
    'postpone': 'action_postpone',
    'skip': 'action_skip',
    'give': 'action_give',
}

#: One action that is left out: customer account, its name, action, reason.
ROW = Markup(
    "<tr><td><a href='/odoo/collection-customers/%s'>%s</a></td><td>%s</td><td>%s</td></tr>"
)

#: Origins whose collector the plan decides.
PLANNED_ORIGINS = ('scenario', 'control')


class DsoAction(models.Model):
    """What is done with many actions at once: where it is possible, with a report of the rest."""

    _name = 'dso.action'
    _inherit = ['dso.action', 'dso.selection.mixin']

    given_to_id = fields.Many2one(
        'res.users',
        readonly=True,
        index='btree_not_null',
        ondelete='set null',
        help="Collector to whom this one action was given, as long as the customer account keeps "
        "the collector that it had then.",
    )
    given_from_id = fields.Many2one('res.users', readonly=True, ondelete='set null')

    # === ACTION METHODS === #

    def action_postpone(self, days):
        """Move open actions by a number of days, from their date or from today when it is past.

        :param int days: one or more
        """
        self._check_collector()
        self._check_all_open()
        if days < 1:
            raise UserError(self.env._("Actions are moved by one day or more."))
        today = {company: company._dso_today() for company in self.company_id}
        self.customer_id.sudo().fetch(['partner_id', 'company_id'])  # once, not per date
        starts = self.grouped(lambda a: max(filter(None, (a.date_planned, today[a.company_id]))))
        for date, actions in starts.items():
            actions._set_date(date + timedelta(days=days))
        return True

    def action_give(self, collector_id):
        """Give open actions, and not their customer accounts, to a collector.

        The next action of the scenario goes to the collector of the customer account again, and so
        does this one when the customer account gets another collector (spec 2.9).

        :param int collector_id: user who may collect in the companies of the actions
        """
        self._check_collector()
        self._check_all_open()
        if not collector_id:
            raise UserError(self.env._("Choose who does it: what belongs to nobody stays undone."))
        customers = self.env['dso.customer']
        customers._check_assigned_collector(collector_id, self.company_id)
        self.sudo().write({'collector_id': collector_id})
        planned = self.sudo().filtered(lambda a: a.origin in PLANNED_ORIGINS)
        for owner, actions in planned.grouped(lambda a: a.customer_id.collector_id).items():
            given = owner.id != collector_id
            actions.write(
                {
                    'given_to_id': given and collector_id,
                    'given_from_id': given and owner.id,
                }
            )
        return True

    # === BUSINESS METHODS === #

    def _sort_out(self, kind):
        """Tell with which actions something can be done, and why not with the others.

        :param str kind: key of ``MASS_METHODS``
        :return: actions, and reasons by action of the others
        :rtype: tuple[dso.action, dict]
        """
        obstacles = {action: action._get_obstacle(kind) for action in self}
        obstacles = {action: reason for action, reason in obstacles.items() if reason}
        return self.browse([a.id for a in self if a not in obstacles]), obstacles

    def _get_obstacle(self, kind):
        """Return why something cannot be done with an action, nothing when it can."""
        if self.state == 'sending':
            return self.env._("being sent")
        if self.state in CLOSED_STATES:
            return self.env._("part of the history")
        method = getattr(self, f'_get_obstacle_to_{kind}', None)
        return method() if method else ""

    def _get_obstacle_to_complete(self):
        if self.mode != 'manual' and self.state == 'planned':
            return self.env._("sent by itself, not completed")
        return ""

    def _get_obstacle_to_confirm(self):
        if self.state == 'error':
            return self.env._("in error")
        return "" if self.to_confirm else self.env._("waiting for no confirmation")

    def _get_obstacle_to_unconfirm(self):
        return "" if self.confirmed_on else self.env._("not confirmed")

    def _get_obstacle_to_send(self):
        company = self.company_id.sudo()  # a branch user may not read its root
        if self.action_type not in MESSAGE_TYPES:
            return self.env._("no message")
        if not company.dso_started_on:
            return self.env._("of a company that has not started collection")
        if company.dso_paused:
            return self.env._("of a company that has paused sending")
        return ""

    def _get_obstacle_to_retry(self):
        return "" if self.state == 'error' else self.env._("not in error")

    def _apply_where_possible(self, kind, *args, **kwargs):
        """Do something with many actions, as far as it is possible.

        What somebody else works on at this moment is left out like what cannot be done.

        :param str kind: key of ``MASS_METHODS``
        :return: number of actions done, and reasons by action of those left out
        :rtype: tuple[int, dict]
        """
        present = self.exists()
        present._check_collector()
        free = present.sudo().try_lock_for_update().sudo(False)
        possible, obstacles = free._sort_out(kind)
        busy = self.env._("changed by somebody else at this moment")
        obstacles.update((action, busy) for action in present - free)
        if not possible:
            return 0, obstacles
        getattr(possible, MASS_METHODS[kind])(*args, **kwargs)
        standing = possible.exists()  # what the books no longer justify falls away when it is sent
        failures = standing._get_unsent() if kind == 'send' else {}
        return len(standing) - len(failures), {**obstacles, **failures}

    @api.model
    def _explain_obstacles(self, obstacles):
        """Return reasons with the number of actions of each, as one phrase."""
        counts = {}
        for reason in obstacles.values():
            counts[reason] = counts.get(reason, 0) + 1
        return ", ".join(
            self.env._("%(count)s %(reason)s", count=count, reason=reason)
            for reason, count in counts.items()
        )

    @api.model
    def _tabulate_obstacles(self, obstacles):
        """Return the actions that are left out as a table: customer, action, reason.

        :rtype: Markup
        """
        rows = Markup("").join(
            ROW
            % (action.customer_id.id, action.customer_id.display_name, action.display_name, reason)
            for action, reason in obstacles.items()
        )
        return rows and Markup("<table class='table table-sm mt-3'>%s</table>") % rows
