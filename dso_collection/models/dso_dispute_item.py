from odoo import Command, api, fields, models


class DsoDisputeItem(models.Model):
    """Copy of an item that a customer disputes, with the disputed part of it."""

    _name = 'dso.dispute.item'
    _description = "Item of a Dispute"
    _inherit = ['dso.item.mixin']
    _order = 'due_date, id'

    dispute_id = fields.Many2one(
        'dso.dispute', required=True, readonly=True, index=True, ondelete='cascade'
    )
    company_id = fields.Many2one(related='dispute_id.company_id')
    amount = fields.Monetary(
        string="Disputed Amount", readonly=True, help="Disputed part of the item."
    )

    @api.model
    def _prepare_commands(self, lines, amount=None):
        """Return the commands that list items on a dispute, with the disputed part of each.

        :param account.move.line lines: disputed items, the first of which are disputed first
        :param float amount: disputed amount of all; default: what is open
        :rtype: list[tuple]
        """
        left = amount or sum(lines.mapped('amount_residual_currency'))
        commands = []
        for line, copy in zip(lines, self._prepare_items(lines), strict=True):
            part = line.currency_id.round(min(left, line.amount_residual_currency))
            left -= part
            commands.append(Command.create({**copy, 'amount': part}))
        return commands
