from odoo import api, models
from odoo.fields import Domain

from ..engine import exclusion_sql, scope_sql

#: Facade field → kind of record (:data:`engine.exclusion_sql.RECORDS`), its model, its field.
RECORDS = {
    'dso_status_id': ('status', 'dso.item.status', 'status_id'),
    'dso_status_category': ('status', 'dso.item.status', 'category'),
    'dso_promise_id': ('promise', 'dso.promise', 'id'),
    'dso_dispute_id': ('dispute', 'dso.dispute', 'id'),
}


class AccountMoveLine(models.Model):
    """Shows on open items what people recorded, and what that keeps from being chased."""

    _name = 'account.move.line'
    _inherit = ['account.move.line', 'dso.record.facade.mixin']

    # === COMPUTE METHODS === #

    def _compute_dso_records(self):
        found = self._dso_read_records(('status', 'promise', 'dispute'))
        statuses = self.env['dso.item.status']
        for line in self:
            records = found.get(line._origin.id, {})
            status = statuses.browse(records.get('status')).status_id
            line.dso_status_id = status
            line.dso_status_category = status.category
            line.dso_promise_id = records.get('promise')
            line.dso_dispute_id = records.get('dispute')

    def _dso_read_records(self, kinds):
        """Return the latest record of each kind that speaks of an item.

        :param kinds: keys of :data:`engine.exclusion_sql.RECORDS`
        :return: id of the item → kind → id of the record
        :rtype: dict[int, dict]
        """
        if not self._origin:
            return {}
        self.env.flush_all()
        found = {}
        for kind in kinds:
            rows = self.env.execute_query(exclusion_sql.records_of(kind, self._origin.ids))
            for line_id, record_id in rows:  # by id: the latest wins
                found.setdefault(line_id, {})[kind] = record_id
        return found

    # === SEARCH METHODS === #

    @api.model
    def _dso_domain_of_records(self, name, operator, value):
        kind, model, path = RECORDS[name]
        if operator == '!=' and not value:
            path = 'id'  # whatever was recorded
        query = self.env[model]._search(Domain(path, operator, value))
        return Domain('id', 'in', exclusion_sql.lines_of(kind, query.subselect()))

    # === BUSINESS METHODS === #

    @api.model
    def _dso_items_of(self, records):
        """Return the items, open or not, of which records speak, whatever has become of these.

        :param records: promises or disputes
        :return: record → items
        :rtype: dict
        """
        self.env.flush_all()
        kind = {model: kind for kind, model, _path in RECORDS.values()}[records._name]
        rows = self.env.execute_query(exclusion_sql.items_of(kind, records.ids))
        found = dict.fromkeys(records, self.browse())
        for line_id, record_id in rows:
            found[records.browse(record_id)] |= self.browse(line_id)
        return found

    def _dso_get_recorded(self):
        """Return what keeps items from being chased for what people recorded on them.

        :return: id of the item → key of :data:`const.EXCLUSIONS`, id of the record
        :rtype: dict[int, tuple[str, int]]
        """
        if not self._origin:
            return {}
        self.env.flush_all()
        companies = self.company_id.root_id.sudo()  # a branch user's root
        rows = [company._dso_calendar_row() for company in companies]
        query = exclusion_sql.reasons_of(self._origin.ids, scope_sql.calendars(rows))
        return {line_id: found for line_id, *found in reversed(self.env.execute_query(query))}
