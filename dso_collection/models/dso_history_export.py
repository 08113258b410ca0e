from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..const import CLOSED_STATES
from ..engine.scope_sql import customer_code
from ..tools.spreadsheet import TABLES

#: Actions read at once: what the memory holds does not depend on the length of the history.
SLICE = 1000


class DsoHistoryExport(models.AbstractModel):
    """The history as a table for an auditor, as people have filtered and sorted it (spec 6.6)."""

    _name = 'dso.history.export'
    _description = "Export of the Collection History"

    # === BUSINESS METHODS === #

    @api.model
    def _write_file(self, file, extension, domain, order=None):
        """Write the history to a file.

        :param file: binary file to write to
        :param str extension: ``csv`` or ``xlsx``
        :param list domain: what people search for; of what it finds only closed actions that the
            user may read are written
        :param str order: as for a search; default: what was closed last comes first
        :return: number of rows
        :rtype: int
        """
        closed = Domain(domain) & Domain('state', 'in', CLOSED_STATES)
        order = order or 'write_date desc, id desc'
        ids = self.env['dso.action'].search(closed, order=order).ids
        columns = self._get_columns()
        table = TABLES[extension](file, [(label, kind) for label, kind, _name in columns])
        names = [name for _label, _kind, name in columns]
        for batch in split_every(SLICE, ids):
            for row in self._read_rows(batch, names):
                table.write_row(row)
        table.close()
        return len(ids)

    def _read_rows(self, ids, names):
        """Read a slice with what stands beside it in one statement, without a record of each row.

        In sudo: the actions are the user's to read, and their lists show him the names beside them
        too, whatever he may read of those records.

        :param ids: ids of actions that the user may read
        :param list names: keys of :meth:`_get_expressions`
        :return: values in the order of ``ids`` and ``names``
        :rtype: list[tuple]
        """
        query = self.env['dso.action'].sudo().browse(ids)._as_query()
        expressions = self._get_expressions(query)
        return self.env.execute_query(query.select(*[expressions[name] for name in names]))

    # === COLUMNS === #

    def _get_columns(self):
        """Return the columns as triples: label, type, and key of :meth:`_get_expressions`.

        Types are those of :class:`~..tools.spreadsheet.CsvTable`.
        """
        return [
            (self.env._("Customer Code"), 'text', 'code'),
            (self.env._("Customer"), 'text', 'customer'),
            (self.env._("For Grouped Customer"), 'text', 'member_code'),
            (self.env._("Company"), 'text', 'company'),
            (self.env._("Step"), 'text', 'step'),
            (self.env._("Type"), 'text', 'action_type'),
            (self.env._("Mode"), 'text', 'mode'),
            (self.env._("Planned On"), 'date', 'date_planned'),
            (self.env._("Closed On"), 'date', 'day'),
            (self.env._("Closed At (UTC)"), 'datetime', 'closed_on'),
            (self.env._("By"), 'text', 'closed_by'),
            (self.env._("Outcome"), 'text', 'result'),
            (self.env._("Delivery"), 'text', 'delivery'),
            (self.env._("Recipients"), 'text', 'recipient'),
            (self.env._("Leader Invoice"), 'text', 'leader_number'),
            (self.env._("Leader Due"), 'date', 'leader_due'),
            (self.env._("Amount"), 'number', 'amount'),
            (self.env._("Currency"), 'text', 'currency'),
            (self.env._("Remark"), 'text', 'remark'),
            (self.env._("Scenario"), 'text', 'scenario'),
            (self.env._("Collector"), 'text', 'collector'),
        ]

    def _get_expressions(self, query):
        """Return the SQL of what a column may tell; what it needs is joined to the query.

        :param Query query: of actions
        :rtype: dict[str, SQL]
        """
        table = HistoryTable(self.env, query)
        field, name, label = table.field, table.name, table.label
        plain = ('date_planned', 'day', 'recipient', 'leader_number', 'leader_due', 'amount')
        return {
            **{column: field(column) for column in plain},
            **{column: label(column) for column in ('action_type', 'mode', 'delivery')},
            'code': table.code('customer_id'),
            'member_code': table.code('member_id'),
            'customer': name('customer_id', 'partner_id'),
            'company': name('company_id'),
            'currency': name('company_id', 'currency_id'),
            'scenario': name('scenario_id'),
            'collector': name('collector_id'),
            'step': table.step(),
            'closed_on': table.closed_on(),
            'closed_by': table.closed_by(),
            'result': table.result(),
            'remark': table.remark(),
        }


class HistoryTable:
    """Expressions of a query of actions, as the user's language shows them."""

    def __init__(self, env, query):
        self._actions = env['dso.action'].sudo()
        self._query = query

    def field(self, name):
        """Return a column of the actions."""
        return self._actions._field_to_sql(self._query.table, name, self._query)

    def labels(self, name):
        """Return the labels of a selection by key."""
        return dict(self._actions._fields[name]._description_selection(self._actions.env))

    def label(self, name):
        """Return the label of a selection."""
        cases = SQL(" ").join(
            SQL("WHEN %s THEN %s", key, text) for key, text in self.labels(name).items()
        )
        return SQL("CASE %s %s END", self.field(name), cases)

    def beside(self, path, name):
        """Return a column of the record to which a path of many2one fields leads."""
        model, alias = self._actions, self._query.table
        for step in path:
            model, alias = model._fields[step].join(model, alias, self._query)
        return model._field_to_sql(alias, name, self._query)

    def name(self, *path):
        """Return the name of the record to which a path leads."""
        return self.beside(path, 'name')

    def code(self, field):
        """Return the code of a customer account."""
        path = (field, 'partner_id')
        return customer_code(*(self.beside(path, name) for name in ('ref', 'vat', 'name')))

    # --- what fields of the actions compute for the lists ------------------------------------

    @property
    def _is_dropped(self):
        return SQL("%s = 'cancelled'", self.field('state'))

    def step(self):
        """Return the name of the step, as :attr:`dso.action.display_name`."""
        return SQL(
            "COALESCE(NULLIF(%s, ''), %s, %s)",
            self.field('name'),
            self.label('task_kind'),
            self.label('action_type'),
        )

    def closed_on(self):
        """Return when an action was done or dropped."""
        return SQL(
            "DATE_TRUNC('second', COALESCE(%s, CASE WHEN %s THEN %s END))",
            self.field('date_done'),
            self._is_dropped,
            self.field('write_date'),
        )

    def closed_by(self):
        """Return who did an action or dropped it; nobody when it fell away by itself."""
        return SQL(
            "CASE WHEN %s AND %s = 'person' THEN %s ELSE %s END",
            self._is_dropped,
            self.field('reason_code'),
            self.name('write_uid'),
            self.name('done_by_id'),
        )

    def result(self):
        """Return the outcome, which what was dropped has not."""
        return SQL(
            "CASE WHEN %s THEN %s ELSE %s END",
            self._is_dropped,
            self.labels('result')['dropped'],
            self.label('outcome'),
        )

    def remark(self):
        """Return why it was skipped or dropped, and what people noted."""
        return SQL(
            "CONCAT_WS(' · ', %s, NULLIF(%s, ''), NULLIF(%s, ''))",
            self.label('reason_code'),
            self.field('reason'),
            self.field('note'),
        )
