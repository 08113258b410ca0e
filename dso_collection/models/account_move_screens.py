from odoo import fields, models


class AccountMove(models.Model):
    """How people qualify an invoice, and read what was said about it."""

    _inherit = 'account.move'

    dso_status_count = fields.Integer(
        string="Statuses",
        compute='_compute_dso_status_count',
        compute_sudo=True,
        groups='dso_collection.group_dso_reader',
    )

    # === COMPUTE METHODS === #

    def _compute_dso_status_count(self):
        groups = self.env['dso.item.status']._read_group(
            [('move_id', 'in', self.ids)], ['move_id'], ['__count']
        )
        counts = {move.id: count for move, count in groups}
        for move in self:
            move.dso_status_count = counts.get(move._origin.id, 0)

    # === ACTION METHODS === #

    def action_dso_open_statuses(self):
        """Open the history of the statuses of the items of an invoice."""
        return self.line_ids.action_dso_open_statuses()

    # === BUSINESS METHODS === #

    def _dso_items_to_qualify(self):
        """Return the open items of documents.

        :rtype: account.move.line
        """
        return self.line_ids._dso_items_to_qualify()
