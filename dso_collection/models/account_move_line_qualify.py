from odoo import api, models
from odoo.exceptions import UserError


class AccountMoveLine(models.Model):
    """Qualifying open items: the one way to statuses, promises, disputes and follow-ups."""

    _inherit = 'account.move.line'

    # === BUSINESS METHODS === #

    def _dso_qualify(self, status, values=None):
        """Give open items a status, with what its category asks for and a follow-up (spec 8).

        :param dso.status status: the new status
        :param dict values: all optional

            * ``comment`` (str), ``owner_id`` (int), ``day`` (date of the status, default today)
            * ``promise``: what :meth:`dso.promise._take` takes, for that category
            * ``dispute``: what :meth:`dso.dispute._open` takes, for that category
            * ``follow_up``: what :meth:`dso.action._plan_specific` takes; a dispute always has one
        :return: the specific actions that were planned
        :rtype: dso.action
        """
        values = values or {}
        self._dso_check_qualify(status)
        owner = self.env['res.users'].browse(values.get('owner_id'))
        common = {'comment': values.get('comment')}
        promise, dispute = self.env['dso.promise'], self.env['dso.dispute']
        if status.category == 'promise':
            promise = promise._take(self, {**common, **(values.get('promise') or {})})
        elif status.category == 'dispute':
            given = {**common, 'owner_id': owner.id, **(values.get('dispute') or {})}
            follow_up = self._dso_follow_up_values(status, values.get('follow_up'))
            dispute = dispute._open(self, {**given, 'follow_up': follow_up})
        self.env['dso.item.status']._record(
            self,
            status,
            comment=values.get('comment'),
            owner=owner,
            day=values.get('day'),
            promise=promise,
            dispute=dispute,
        )
        action = dispute.action_id
        if not dispute and values.get('follow_up'):
            follow_up = self._dso_follow_up_values(status, values['follow_up'])
            action = self.env['dso.action']._plan_specific(self, follow_up)
        if action or status.category == 'litigation' or any(promise.mapped('pauses')):
            self.env['dso.action.message']._withdraw_reminders(self)
        return action

    @api.model
    def _dso_follow_up_values(self, status, values):
        """Return what a follow-up is planned with: what a person says, else what the status does.

        :param dso.status status: status whose template fills what is missing
        :param dict values: what :meth:`dso.action._plan_specific` takes
        :rtype: dict
        """
        return {
            'action_type': status.follow_up_type or 'task',
            'mode': status.follow_up_mode,
            'name': status.follow_up_name,
            'delay': status.delay,
            'mail_template_id': status.mail_template_id.id,
            'sms_template_id': status.sms_template_id.id,
            'letter_template_id': status.letter_template_id.id,
            **(values or {}),
        }

    # === CHECKS === #

    def _dso_check_qualify(self, status):
        """Refuse what cannot be qualified, with one sentence."""
        self._dso_check_chosen()
        companies = self.company_id.root_id
        if status.company_id and status.company_id.root_id != companies:
            raise UserError(
                self.env._(
                    "Status %(status)s is used by another company: choose one of this company.",
                    status=status.name,
                )
            )
        if status.category in ('promise', 'dispute'):
            self._dso_check_one_account()
        disputed = self.filtered('dso_dispute_id')
        if disputed and status.category in ('dispute', 'dispute_resolved'):
            raise UserError(
                self.env._(
                    "%(number)s is in dispute already: resolve that dispute through its follow-up "
                    "on the agenda.",
                    number=disputed[0].move_id.name,
                )
            )

    def _dso_check_chosen(self):
        """Refuse people who may not collect, and whatever is no open item of one company."""
        self.env['dso.customer']._check_collect_access()
        self.check_access('read')
        if not self:
            raise UserError(self.env._("Choose at least one open item."))
        if len(self.company_id.root_id) > 1:
            raise UserError(
                self.env._("These items belong to several companies: choose those of one.")
            )
        closed = self - self.filtered_domain(self._domain_open_items())
        if closed:
            raise UserError(
                self.env._(
                    "%(number)s is no open item of a customer: take it out of the selection.",
                    number=closed[0].move_id.name or closed[0].display_name,
                )
            )

    def _dso_check_one_account(self):
        """Refuse items of which no single promise or dispute can speak."""
        self._dso_check_one_customer()
        if len(self.currency_id) > 1:
            raise UserError(
                self.env._("These items are in several currencies: choose those in one.")
            )
        if any(line.amount_residual_currency <= 0 for line in self):
            raise UserError(
                self.env._(
                    "Credits can be neither promised nor disputed: take them out of the selection."
                )
            )

    def _dso_check_one_customer(self):
        if len(self.env['dso.customer'].union(*self._dso_customers().values())) > 1:
            raise UserError(
                self.env._("These items belong to several customers: choose those of one.")
            )

    def _dso_customer(self):
        """Return the customer account of items of one customer.

        :rtype: dso.customer
        """
        return self.env['dso.customer'].union(*self._dso_customers().values()).ensure_one()
