import logging

from odoo import models
from odoo.exceptions import AccessError, UserError

from odoo.addons.dso_collection.tools.delivery import Fate

from ..const import FAILURES, LETTER_MODEL

_logger = logging.getLogger(__name__)


class SnailmailLetter(models.Model):
    """Letters of collection in core's queue: posted once, with the document that was written."""

    _inherit = 'snailmail.letter'

    def _dso_letters(self):
        """Return those among these letters that collection has written."""
        return self.filtered(lambda letter: letter.model == LETTER_MODEL)

    def _dso_get_fate(self):
        """Return what became of a letter.

        :rtype: delivery.Fate
        """
        self.ensure_one()
        if self.state == 'pending':
            return Fate('queued')
        if self.state == 'sent':
            return Fate('sent')
        return Fate('failed', FAILURES.get(self.error_code, 'withdrawn'))

    # === QUEUE === #

    def _snailmail_print(self, immediate=True):
        """Override of `snailmail` to post a letter of collection only once, and only if the books
        still justify it.

        Core's queue locks nothing and offers failed letters again. Ours are locked; one that has
        failed or was withdrawn is written anew by its action, with the items as they are then.
        """
        ours, result = self._dso_letters(), None
        if self - ours:
            result = super(SnailmailLetter, self - ours)._snailmail_print(immediate)
        for letter in ours._dso_let_go():
            if letter.try_lock_for_update(allow_referencing=True).state == 'pending':
                super(SnailmailLetter, letter)._snailmail_print(immediate)
        return result

    def _dso_let_go(self):
        """Return those of these letters of collection that may be posted now."""
        waiting = self.filtered(lambda letter: letter.state == 'pending')
        messages = self.env['dso.action.message'].sudo()  # whoever runs the queue
        kept = messages.browse(waiting.mapped('res_id'))._look_again()
        return waiting.filtered(lambda letter: letter.res_id not in kept)

    def _snailmail_print_valid_address(self):
        """Override of `snailmail`: a service that does not answer may have posted the letter.

        Core fails, and offers it again.
        """
        result = None
        try:
            result = super()._snailmail_print_valid_address()
        except AccessError as error:
            if not self._dso_letters():
                raise
            _logger.info("No answer about letters %s: %s", self.ids, error)
            self.write({'state': 'error', 'error_code': 'UNKNOWN_ERROR'})
        self._dso_leave_queue()
        return result

    def _snailmail_print_invalid_address(self):
        result = super()._snailmail_print_invalid_address()
        self._dso_leave_queue()
        return result

    def _dso_leave_queue(self):
        """Take letters that have failed out of the queue, and report the failure."""
        failed = self._dso_letters().filtered(lambda letter: letter.state == 'error')
        untold = failed.notification_ids.sudo().filtered(
            lambda notification: notification.notification_status != 'exception'
        )
        untold.write({'notification_status': 'exception', 'failure_type': 'sn_error'})
        failed.write({'state': 'canceled'})  # the code stays, and tells core's queue to pause

    def _dso_cancel(self):
        """Take letters back; core would look at the rights on each to tell its author."""
        self.write({'state': 'canceled', 'error_code': False})
        self.notification_ids.sudo().write({'notification_status': 'canceled'})

    def snailmail_print(self):
        """Override of `snailmail`: letters that have failed are written anew, not repeated."""
        if self._dso_letters().filtered(lambda letter: letter.state != 'pending'):
            raise UserError(
                self.env._(
                    "Retry the action of collection instead: the letter is then written with the "
                    "items that are still open."
                )
            )
        return super().snailmail_print()

    # === DOCUMENT === #

    def _snailmail_create(self, route):
        """Override of `snailmail` to tell where the address stands on our page."""
        params = super()._snailmail_create(route)
        for document in params['documents']:
            letter = self.browse(document['letter_id'])._dso_letters()
            if letter:
                document.pop('rightaddress', None)  # of the layout of reports
                if letter.company_id.dso_letter_window == 'left':
                    document['rightaddress'] = 0
        return params
