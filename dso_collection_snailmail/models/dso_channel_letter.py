from odoo import models


class DsoChannelLetter(models.AbstractModel):
    _inherit = 'dso.channel.letter'

    _queue = 'snailmail.snailmail_print'

    def _create_messages(self, parcels):
        """Override of `dso_collection` to have the letters posted of companies that chose so."""
        rows = super()._create_messages(parcels)
        rows.filtered(lambda row: row._is_posted())._hand_over()
        return rows

    def _withdraw(self, messages):
        """Override of `dso_collection`: the service does not get what nobody has posted yet.

        The rows come first: the report of the cancelled letters then finds none that waits.
        """
        queued = messages.snailmail_letter_id.filtered(lambda letter: letter.state == 'pending')
        free = queued.try_lock_for_update(allow_referencing=True)
        leaving = messages.filtered(lambda m: m.snailmail_letter_id in queued - free)
        busy = leaving | super()._withdraw(messages - leaving)
        (free - busy.snailmail_letter_id)._dso_cancel()
        return busy

    def _read_fates(self, messages):
        """Override of `dso_collection` to read what the service says of what it posts."""
        posted = messages.filtered('snailmail_letter_id')
        fates = {message: message.snailmail_letter_id._dso_get_fate() for message in posted}
        return {**super()._read_fates(messages - posted), **fates}
