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
    amount = fields.Monetary(
        string="Promised",
        readonly=True,
        help="Promised part of the item; money for any item of the promise counts.",
    )
    amount_cleared = fields.Monetary(
        readonly=True, help="What of the item was cleared when the promise was taken."
    )

    @api.model
    def _prepare_commands(self, lines, amounts):
        """Return the commands that list items on the instalments of a plan, oldest item first.

        Every instalment lists every item: which of them a customer pays first is not ours to say.

        :param account.move.line lines: promised items, in the order in which they are paid
        :param amounts: amounts of the instalments, one for a promise without plan
        :return: for each instalment its commands
        :rtype: list[list[tuple]]
        """
        left = {line: line.amount_residual_currency for line in lines}
        found = []
        for amount in amounts:
            commands = []
            for line, copy in zip(lines, self._prepare_items(lines), strict=True):
                part = line.currency_id.round(min(amount, left[line]))
                amount, left[line] = amount - part, left[line] - part
                cleared = line.amount_currency - line.amount_residual_currency
                values = {**copy, 'amount': part, 'amount_cleared': cleared}
                commands.append(Command.create(values))
            found.append(commands)
        return found
