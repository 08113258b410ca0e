from odoo import Command, api, fields, models


class DsoPromiseItem(models.Model):
    """Copy of an item that a customer promised to pay."""

    _name = 'dso.promise.item'
    _description = "Item of a Promise to Pay"
    _inherit = ['dso.item.mixin']
    _order = 'due_date, id'

    promise_id = fields.Many2one(
        'dso.promise', required=True, readonly=True, index=True, ondelete='cascade'
    )
    company_id = fields.Many2one(related='promise_id.company_id')
    amount = fields.Monetary(readonly=True, help="Promised part of the item.")

    @api.model
    def _prepare_commands(self, lines):
        """Return the commands that list items on a promise, with their open amounts.

        :param account.move.line lines: promised items
        :rtype: list[tuple]
        """
        return [
            Command.create({**copy, 'amount': line.amount_residual_currency})
            for line, copy in zip(lines, self._prepare_items(lines), strict=True)
        ]
