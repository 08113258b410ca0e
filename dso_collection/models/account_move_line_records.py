from odoo import api, fields, models
from odoo.fields import Domain

from ..const import STATUS_CATEGORIES
from ..engine import exclusion_sql


class AccountMoveLine(models.Model):
    """Shows on open items what people recorded about them."""

    _inherit = 'account.move.line'

    dso_status_id = fields.Many2one(
        'dso.status',
        string="Item Status",
        compute='_compute_dso_records',
        compute_sudo=True,
        search='_search_dso_status_id',
        groups='dso_collection.group_dso_reader',
    )
    dso_status_category = fields.Selection(
        STATUS_CATEGORIES,
        string="Status Category",
        compute='_compute_dso_records',
        compute_sudo=True,
        search='_search_dso_status_category',
        groups='dso_collection.group_dso_reader',
    )
    dso_promise_id = fields.Many2one(
        'dso.promise',
        string="Promise to Pay",
        compute='_compute_dso_records',
        compute_sudo=True,
        search='_search_dso_promise_id',
        groups='dso_collection.group_dso_reader',
        help="Promise on the item that waits for its day.",
    )
    dso_dispute_id = fields.Many2one(
        'dso.dispute',
        string="Dispute",
        compute='_compute_dso_records',
        compute_sudo=True,
        search='_search_dso_dispute_id',
        groups='dso_collection.group_dso_reader',
        help="Open dispute on the item.",
    )

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
    def _search_dso_status_id(self, operator, value):
        return self._dso_search_records('status', 'status_id', operator, value)

    @api.model
    def _search_dso_status_category(self, operator, value):
        return self._dso_search_records('status', 'category', operator, value)

    @api.model
    def _search_dso_promise_id(self, operator, value):
        return self._dso_search_records('promise', 'id', operator, value)

    @api.model
    def _search_dso_dispute_id(self, operator, value):
        return self._dso_search_records('dispute', 'id', operator, value)

    @api.model
    def _dso_search_records(self, kind, path, operator, value):
        """Search items by what was recorded about them; without a record a value is "not set"."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented  # the ORM asks again with the positive operator
        unset = operator == 'in' and False in value
        if unset:
            value = [wanted for wanted in value if wanted]
        found = self._dso_domain_of_records(kind, Domain(path, operator, value))
        return found | ~self._dso_domain_of_records(kind, Domain.TRUE) if unset else found

    @api.model
    def _dso_domain_of_records(self, kind, domain):
        """Return the domain of the items of which records of a kind speak."""
        model = 'dso.item.status' if kind == 'status' else f'dso.{kind}'
        query = self.env[model]._search(domain)
        return Domain('id', 'in', exclusion_sql.lines_of(kind, query.subselect()))
