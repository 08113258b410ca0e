from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import split_every

from ..const import CLOSED_STATES
from ..tools.spreadsheet import TABLES

#: Actions read at once: what the memory holds does not depend on the length of the history.
SLICE = 1000

#: What is read of the actions of a slice, and of the records beside them.
ACTION_FIELDS = [
    'action_type',
    'amount',
    'collector_id',
    'company_id',
    'customer_id',
    'date_done',
    'date_planned',
    'day_done',
    'delivery',
    'done_by_id',
    'leader_due',
    'leader_number',
    'member_id',
    'mode',
    'name',
    'note',
    'outcome',
    'reason',
    'reason_code',
    'recipient',
    'scenario_id',
    'state',
    'task_kind',
    'write_date',
    'write_uid',
]


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
        actions = self.env['dso.action']
        closed = Domain(domain) & Domain('state', 'in', CLOSED_STATES)
        ids = actions.search(closed, order=order or 'write_date desc, id desc').ids
        columns = self._get_columns()
        table = TABLES[extension](file, [(label, kind) for label, kind, _read in columns])
        for batch in split_every(SLICE, ids, actions.browse):
            for action in self._fetch(batch):
                table.write_row([read(action) for _label, _kind, read in columns])
            self.env.invalidate_all()
        table.close()
        return len(ids)

    def _fetch(self, actions):
        """Read a slice with what stands beside it, in a number of queries that is always the same.

        :return: the actions in sudo: they are the user's to read, and their lists show him the
            names beside them too, whatever he may read of those records
        """
        actions = actions.sudo()
        actions.fetch(ACTION_FIELDS)
        customers = actions.customer_id | actions.member_id
        customers.fetch(['partner_id'])
        customers.partner_id.fetch(['name', 'ref', 'vat'])
        (actions.done_by_id | actions.write_uid | actions.collector_id).fetch(['partner_id'])
        return actions

    # === COLUMNS === #

    def _get_columns(self):
        """Return the columns as triples: label, type, and function of an action.

        Types are those of :class:`~..tools.spreadsheet.CsvTable`.
        """
        selection = self._selection_reader
        return [
            (self.env._("Customer Code"), 'text', lambda a: self._code(a.customer_id)),
            (self.env._("Customer"), 'text', lambda a: a.customer_id.partner_id.name),
            (self.env._("For Grouped Customer"), 'text', lambda a: self._code(a.member_id)),
            (self.env._("Company"), 'text', lambda a: a.company_id.name),
            (self.env._("Step"), 'text', lambda a: a.display_name),
            (self.env._("Type"), 'text', selection('action_type')),
            (self.env._("Mode"), 'text', selection('mode')),
            (self.env._("Planned On"), 'date', lambda a: a.date_planned),
            (self.env._("Closed On"), 'date', self._day_closed),
            (self.env._("Closed At (UTC)"), 'datetime', lambda a: a.closed_on),
            (self.env._("By"), 'text', lambda a: self._closed_by(a).name),
            (self.env._("Outcome"), 'text', selection('result')),
            (self.env._("Delivery"), 'text', selection('delivery')),
            (self.env._("Recipients"), 'text', lambda a: a.recipient),
            (self.env._("Leader Invoice"), 'text', lambda a: a.leader_number),
            (self.env._("Leader Due"), 'date', lambda a: a.leader_due),
            (self.env._("Amount"), 'number', lambda a: a.amount),
            (self.env._("Currency"), 'text', lambda a: a.currency_id.name),
            (self.env._("Remark"), 'text', lambda a: a.remark),
            (self.env._("Scenario"), 'text', lambda a: a.scenario_id.name),
            (self.env._("Collector"), 'text', lambda a: a.collector_id.name),
        ]

    def _selection_reader(self, name):
        labels = dict(self.env['dso.action']._fields[name]._description_selection(self.env))
        return lambda action: labels.get(action[name])

    def _code(self, customer):
        partner = customer.partner_id
        return partner.ref or partner.vat or partner.name

    def _day_closed(self, action):
        """Return the day in the time zone of the company on which an action was closed."""
        if action.day_done or not action.closed_on:
            return action.day_done
        zone = ZoneInfo(action.company_id.dso_tz or 'UTC')
        return action.closed_on.replace(tzinfo=ZoneInfo('UTC')).astimezone(zone).date()

    def _closed_by(self, action):
        """Return who did an action or dropped it; nobody when it fell away by itself."""
        dropped_by_person = action.state == 'cancelled' and action.reason_code == 'person'
        return action.write_uid if dropped_by_person else action.done_by_id
