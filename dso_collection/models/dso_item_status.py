from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import exclusion_sql


class DsoItemStatus(models.Model):
    """History of the statuses of items: who said what about which item, and when (spec 8.5).

    Rows are written by :meth:`_record` and never change, but for which one is the current.
    """

    _name = 'dso.item.status'
    _description = "Status of an Item"
    _inherit = ['dso.record.mixin', 'dso.item.mixin']
    _order = 'date desc, id desc'

    comment = fields.Text(readonly=True)
    amount_residual = fields.Monetary(
        string="Open Amount", readonly=True, help="Open amount of the item on that day."
    )
    status_id = fields.Many2one('dso.status', required=True, readonly=True, ondelete='restrict')
    category = fields.Selection(related='status_id.category', store=True)
    date = fields.Date(required=True, readonly=True)
    author_id = fields.Many2one('res.users', readonly=True)
    owner_id = fields.Many2one('res.users', readonly=True, help="Who takes care of the item.")
    promise_id = fields.Many2one(
        'dso.promise', readonly=True, index='btree_not_null', ondelete='restrict'
    )
    dispute_id = fields.Many2one(
        'dso.dispute', readonly=True, index='btree_not_null', ondelete='restrict'
    )
    is_current = fields.Boolean(
        readonly=True, default=True, help="Latest status of the item, which holds."
    )

    # Two current statuses would tell two stories about one item.
    _unique_current = models.UniqueIndex(
        '(customer_id, move_id, due_date) WHERE is_current',
        "Somebody else has just given this item a status: look at it again.",
    )
    # Litigation takes items out of the scenario: looked for by every plan.
    _litigation = models.Index("(move_id, due_date) WHERE is_current AND category = 'litigation'")

    # === CRUD METHODS === #

    def write(self, vals):
        if set(vals) - {'is_current'}:
            raise UserError(
                self.env._(
                    "The status of an item is part of its history and cannot be changed: give it "
                    "another one."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "The status of an item is part of its history and cannot be deleted: give it "
                "another one."
            )
        )

    # === BUSINESS METHODS === #

    @api.model
    def _record(
        self, lines, status, *, comment=None, owner=None, day=None, promise=None, dispute=None
    ):
        """Give items a status, the only place that does; the number of queries is fixed.

        :param account.move.line lines: items of one company, whose customers have accounts
        :param dso.status status: the new status
        :param str comment: what was said
        :param res.users owner: who takes care of the items
        :param date day: day of the status; default: today in the time zone of the company
        :param dso.promise promise: promise that was taken on the items
        :param dso.dispute dispute: dispute on the items
        :rtype: dso.item.status
        """
        entries = self.sudo()  # the history is nobody's to write; the caller checks the right
        lines = lines.sudo()
        customers = lines._dso_customers()
        rows = {}
        for line, copy in zip(lines, self._prepare_items(lines), strict=True):
            key = (customers[line].id, copy['move_id'], copy['due_date'])
            row = rows.setdefault(key, {**copy, 'amount_residual': 0.0})
            row['amount_residual'] += line.amount_residual_currency
        entries._current_of(lines).write({'is_current': False})
        entries.flush_model()  # before the index sees the new ones
        common = {
            'status_id': status.id,
            'comment': comment,
            'date': day or lines.company_id.root_id._dso_today(),
            'author_id': self.env.uid,
            'owner_id': owner and owner.id,
            'promise_id': promise and promise[:1].id,
            'dispute_id': dispute and dispute.id,
        }
        return entries.create(
            [
                {**row, **common, 'customer_id': customer_id}
                for (customer_id, _move_id, _due), row in rows.items()
            ]
        ).sudo(self.env.su)

    @api.model
    def _take_back(self, promises):
        """Let items have the status again that they had before a promise; both stay on record.

        :param dso.promise promises: cancelled promises
        """
        entries = self.sudo()  # the history is nobody's to write; the caller checks the right
        gone = entries.search([('promise_id', 'in', promises.ids), ('is_current', '=', True)])
        keys = {(e.customer_id.id, e.move_id.id, e.due_date) for e in gone}
        gone.write({'is_current': False})
        entries.flush_model()  # before the index sees the others
        older = {}
        for entry in entries.search([('move_id', 'in', gone.move_id.ids)], order='id'):
            key = (entry.customer_id.id, entry.move_id.id, entry.due_date)
            if key in keys and entry not in gone:
                older[key] = entry
        entries.union(*older.values()).write({'is_current': True})

    @api.model
    def _current_of(self, lines):
        """Return the current statuses that speak of items, under whatever name.

        :param account.move.line lines: items
        :rtype: dso.item.status
        """
        self.env.flush_all()
        rows = self.env.execute_query(exclusion_sql.records_of('status', lines.ids))
        return self.browse({status_id for _line_id, status_id in rows})
