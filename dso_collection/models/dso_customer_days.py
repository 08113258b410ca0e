from odoo import api, fields, models
from odoo.tools import SQL

#: Number of days until today → date from which they are counted.
DAYS = {'days_overdue': 'oldest_due_date', 'days_since_contact': 'last_contact_date'}


class DsoCustomer(models.Model):
    """Numbers of days until today, for criteria that go on being true: an editor of criteria takes
    numbers, but no dates relative to today."""

    _inherit = 'dso.customer'

    days_overdue = fields.Integer(search='_search_days_overdue', aggregator=None)
    days_since_contact = fields.Integer(
        compute='_compute_days_since_contact',
        search='_search_days_since_contact',
        aggregator=None,
        help="Days since the last contact; without any, since the customer account came to be.",
    )

    @api.depends('last_contact_date', 'create_date')
    def _compute_days_since_contact(self):
        for customer in self:
            since = customer.last_contact_date or fields.Date.to_date(customer.create_date)
            customer.days_since_contact = since and (customer.company_id._dso_today() - since).days

    @api.model
    def _search_days_overdue(self, operator, value):
        return self._search_credit_figure('days_overdue', operator, value)

    @api.model
    def _search_days_since_contact(self, operator, value):
        return self._search_credit_figure('days_since_contact', operator, value)

    def _field_to_sql(self, alias, field_expr, query=None):
        """Override of `base` to count days, which are stored nowhere."""
        if field_expr not in DAYS or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], 'read')
        since = super()._field_to_sql(alias, DAYS[field_expr], query)
        if field_expr == 'days_since_contact':
            born = super()._field_to_sql(alias, 'create_date', query)
            since = SQL("COALESCE(%s, %s::date)", since, born)
        return SQL("COALESCE(%s - %s, 0)", self._get_today_sql(alias, query), since)
