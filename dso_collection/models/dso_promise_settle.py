from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import promise, promise_sql


class DsoPromise(models.Model):
    """What has become of promises: derived from the books (docs/promises.md)."""

    _inherit = 'dso.promise'

    amount_cleared = fields.Monetary(
        readonly=True,
        help="What the customer had paid on the day of the promise before it was taken.",
    )
    cancelled_on = fields.Date(readonly=True)
    lapsed = fields.Boolean(
        string="Plan Broken",
        readonly=True,
        help="An earlier instalment of the plan was not kept: this one pauses nothing any more.",
    )

    # === BUSINESS METHODS === #

    @api.model
    def _refresh(self, scope, today=None):
        """Derive the states of promises from the books, in three statements at most.

        The planner calls it before it plans: what is written here needs no mark.

        :param SQL scope: customer accounts, see ``engine/scope_sql.py``
        :param date today: default: today in the time zone of each company
        """
        rows = self.env.execute_query(promise_sql.promises(scope))
        if not rows:
            return
        groups = {}
        for record in map(promise.record_of_row, rows):
            groups.setdefault(record.key, []).append(record)
        payments = self._load_payments(groups)
        changes = {}
        for key, records in groups.items():
            company = self.env['res.company'].browse(records[0].company_id)
            derived = promise.derive(records, payments[key], today or company._dso_today())
            for record in records:
                if derived[record.promise.id] != record.derived:
                    changes[record.promise.id] = derived[record.promise.id]
        if changes:
            self._write_derived(changes)

    @api.model
    def _load_payments(self, groups):
        """Return the payments of which promises may take, in one query.

        :param dict groups: key → its :class:`engine.promise.Record` objects
        :return: key → list of :class:`engine.promise.Payment`
        :rtype: dict
        """
        keys_of_lines, since = {}, {}
        for key, records in groups.items():
            for record in records:
                for item in record.promise.items:
                    keys_of_lines.setdefault(item.key, set()).add(key)
                if not record.promise.items:
                    customer_id, day = key[0], record.promise.taken_on
                    since[customer_id] = min(day, since.get(customer_id, day))
        found = {key: {} for key in groups}
        query = promise_sql.payments(keys_of_lines, since)
        for id_, customer_id, currency_id, day, line_id, amount in self.env.execute_query(query):
            payment = promise.Payment(day, line_id, Decimal(amount))
            keys = [(customer_id, currency_id)] if customer_id else keys_of_lines[line_id]
            for key in keys:
                if key in found:
                    found[key][id_] = payment  # once, whoever asked for it
        return {key: list(payments.values()) for key, payments in found.items()}

    @api.model
    def _write_derived(self, changes):
        """Write what the books have changed.

        :param dict changes: id → :class:`engine.promise.Derived`
        """
        states, paid, settled, lapsed = zip(*changes.values(), strict=True)
        self.env.cr.execute(
            SQL(
                """UPDATE dso_promise o
                SET state = new.state, amount_paid = new.paid, settled_on = new.settled_on,
                    lapsed = new.lapsed
                FROM unnest(%s::int[], %s::text[], %s::numeric[], %s::date[], %s::bool[])
                    AS new(id, state, paid, settled_on, lapsed)
                WHERE o.id = new.id""",
                list(changes),
                list(states),
                list(paid),
                list(settled),
                list(lapsed),
            ),
            log_exceptions=False,  # a conflict leaves the account to the scheduled action
        )
        self.browse(changes).invalidate_recordset(flush=False)
