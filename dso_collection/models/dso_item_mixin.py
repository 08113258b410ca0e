from odoo import api, fields, models


class DsoItemMixin(models.AbstractModel):
    """Copy of an open item about which something was recorded; the item itself may change.

    A journal item's id is no identity (docs/engine.md, 1): invoice and due date say which it is.
    """

    _name = 'dso.item.mixin'
    _description = "Item about which Something Was Recorded"
    _inherit = ['dso.money.mixin']

    line_id = fields.Many2one(
        'account.move.line',
        string="Item",
        readonly=True,
        index='btree_not_null',
        ondelete='set null',
    )
    move_id = fields.Many2one('account.move', string="Invoice", readonly=True, ondelete='set null')
    number = fields.Char(readonly=True)
    due_date = fields.Date(readonly=True)
    currency_id = fields.Many2one('res.currency', readonly=True)

    _key = models.Index('(move_id, due_date)')

    @api.model
    def _prepare_items(self, lines):
        """Return the copies of open items, in their order.

        :param account.move.line lines: open items
        :rtype: list[dict]
        """
        return [
            {
                'line_id': line.id,
                'move_id': line.move_id.id,
                'number': line.move_id.name,
                'due_date': line._dso_due_date(),
                'currency_id': line.currency_id.id,
            }
            for line in lines
        ]
