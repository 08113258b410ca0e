from functools import partial

from odoo import api, fields, models

from ..const import STATUS_CATEGORIES
from ..tools.search import search_unset

#: Fields of the mixin.
RECORD_FACADES = ('dso_status_id', 'dso_status_category', 'dso_promise_id', 'dso_dispute_id')


class DsoRecordFacadeMixin(models.AbstractModel):
    """Shows on items and documents what people recorded; nothing is stored on either.

    A model reads the records in :meth:`_compute_dso_records` and finds by them in
    :meth:`_dso_domain_of_records`.
    """

    _name = 'dso.record.facade.mixin'
    _description = "Shows Statuses, Promises and Disputes"

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
        help="Promise that waits for its day.",
    )
    dso_dispute_id = fields.Many2one(
        'dso.dispute',
        string="Dispute",
        compute='_compute_dso_records',
        compute_sudo=True,
        search='_search_dso_dispute_id',
        groups='dso_collection.group_dso_reader',
        help="Dispute that is open.",
    )

    # === SEARCH METHODS === #

    @api.model
    def _search_dso_status_id(self, operator, value):
        return self._dso_search_records('dso_status_id', operator, value)

    @api.model
    def _search_dso_status_category(self, operator, value):
        return self._dso_search_records('dso_status_category', operator, value)

    @api.model
    def _search_dso_promise_id(self, operator, value):
        return self._dso_search_records('dso_promise_id', operator, value)

    @api.model
    def _search_dso_dispute_id(self, operator, value):
        return self._dso_search_records('dso_dispute_id', operator, value)

    @api.model
    def _dso_search_records(self, name, operator, value):
        """Search by what was recorded; without a record a value is "not set"."""
        return search_unset(operator, value, partial(self._dso_domain_of_records, name))

    # === HOOKS === #

    def _compute_dso_records(self):
        raise NotImplementedError

    @api.model
    def _dso_domain_of_records(self, name, operator, value):
        """Return the domain of the records of which what was recorded fulfils a condition.

        :param str name: one of the fields above
        :rtype: Domain
        """
        raise NotImplementedError
