from odoo import api, models
from odoo.addons.mail.tools.discuss import Store
from odoo.fields import Domain

from ..const import LETTER_TYPES

#: What a message told the customer, and when.
TOLD = frozenset(['subject', 'body', 'date', 'attachment_ids'])


class MailMessage(models.Model):
    _inherit = 'mail.message'

    def write(self, vals):
        if not TOLD.isdisjoint(vals):
            self._dso_check_not_sent()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        self._dso_check_not_sent()

    def _to_store_defaults(self, target):
        """Override of `mail` to say in the chatter which letters nobody has posted.

        Emails and SMS say so by their notifications; the letter itself stays as it was written.
        """
        withdrawn = self._dso_get_withdrawn()
        subject = Store.Attr(
            'subject',
            lambda message: self.env._("Withdrawn: %(title)s", title=message.subject or ""),
            predicate=lambda message: message in withdrawn,
        )
        return [*super()._to_store_defaults(target), subject]

    def _dso_get_withdrawn(self):
        """Return the letters among messages that were taken back before they were posted."""
        notes = self.filtered(
            lambda message: (
                message.model == 'dso.customer' and message.message_type == 'notification'
            )
        )
        if not notes:
            return notes
        rows = self.env['dso.action.message'].sudo()  # who reads the chatter reads this, too
        rows = rows.search(
            [
                ('mail_message_id', 'in', notes.ids),
                ('kind', 'in', LETTER_TYPES),
                ('failure_code', 'in', ('withdrawn', 'paused')),
            ]
        )
        return notes.browse(rows.mail_message_id.ids)

    def _dso_check_not_sent(self):
        """Refuse to change or delete what was sent for a collection action."""
        messages = self.env['dso.action.message']  # whoever writes in a chatter
        messages._refuse_if_sent(Domain('mail_message_id', 'in', self.ids))
