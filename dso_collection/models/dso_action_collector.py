from odoo import fields, models
from odoo.exceptions import UserError

from ..const import AUTOMATIC_MODES
from ..tools.screens import open_form


class DsoAction(models.Model):
    """What collectors decide on open actions; what cannot be is refused in a sentence."""

    _inherit = 'dso.action'

    # === ACTION METHODS === #

    def action_complete(self, note=None, outcome='done'):
        """Mark manual actions as done.

        :param str note: what came of it; added to the action
        :param str outcome: ``done`` or, for a call, ``no_answer``
        """
        self._check_collector()
        self._check_all_open()
        if outcome not in ('done', 'no_answer'):
            raise UserError(self.env._("An action is completed as done, or as a call unanswered."))
        if any(action.mode != 'manual' and action.state == 'planned' for action in self):
            raise UserError(
                self.env._("Automatic actions are sent, not completed: use Send Now or Skip.")
            )
        self._set_done(outcome, note=note)
        return True

    def action_skip(self, reason=None):
        """Skip actions: the scenario goes on as if they were done, without a contact."""
        self._check_collector()
        self._check_all_open()
        if not reason:
            raise UserError(self.env._("Give a reason to skip an action."))
        self._set_done('skipped', reason=reason)
        return True

    def action_reschedule(self, date):
        """Move open actions to a date; scenario actions will not come before it (spec 3.10).

        :param date: a date or its ISO string, not in the past; empty gives the date back to the
            scenario
        """
        self._check_collector()
        self._check_all_open()
        date = fields.Date.to_date(date)
        for company in self.company_id:
            if date and date < company._dso_today():
                raise UserError(
                    self.env._("An action cannot be moved to the past: choose today or later.")
                )
        self._set_date(date)
        return True

    def action_confirm(self):
        """Let automatic actions go out on their date."""
        self._check_collector()
        self._check_all_open()
        if any(action.mode not in AUTOMATIC_MODES for action in self):
            raise UserError(self.env._("Only automatic actions are confirmed."))
        now = fields.Datetime.now()
        for amount, actions in self.grouped('amount').items():
            actions.sudo().write(
                {
                    'confirmed_on': now,
                    'confirmed_by_id': self.env.uid,
                    'confirmed_amount': amount,
                    'confirm_reason': False,
                }
            )
        self.env['dso.planner']._mark_customers(self.customer_id)
        return True

    def action_unconfirm(self):
        """Take a confirmation back; the action waits again."""
        self._check_collector()
        self._check_all_open()
        self._wait_again('unconfirmed')
        return True

    def action_open_customer(self):
        """Open the customer account of an action."""
        self.ensure_one()
        return self.customer_id.action_open()

    def action_open_recipient(self):
        """Open the contact to whom an action goes, to mend what is wrong with it."""
        self.ensure_one()
        return open_form(self.recipient_id or self.partner_id)

    # === BUSINESS METHODS === #

    def _check_collector(self):
        self.check_access('write')
        self.env['dso.customer']._check_collect_access()

    def _check_all_open(self):
        if any(action.state not in ('planned', 'error') for action in self):
            raise UserError(
                self.env._(
                    "Some of these actions are being sent or are part of the history: take them "
                    "out of the selection."
                )
            )

    def _set_date(self, date):
        """Write the date that a person chose; none gives it back to the scenario."""
        now = date and fields.Datetime.now()
        self.sudo().write({'date_user': date, 'date_user_on': now})
        # Somebody has taken care of what waited.
        waited = self.filtered(lambda a: a.undone_on and not a.former_type)
        waited.sudo().write({'undone_on': False})
        scenario = self.filtered(lambda a: a.origin == 'scenario')
        (self - scenario).filtered('date_user').sudo().write({'date_planned': date})
        scenario.customer_id.sudo().write({'not_before': date, 'not_before_on': now})
