from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: Number of days until today → date from which they are counted.
DAYS = {
    'days_overdue': 'oldest_due_date',
    'days_since_contact': 'last_contact_date',
    'days_since_action': 'oldest_due_date',
}


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
    days_since_action = fields.Integer(
        compute='_compute_days_since_action',
        search='_search_days_since_action',
        aggregator=None,
        help="Days since an action was last done, on the customer account or its group account; "
        "without any, since its oldest item was due.",
    )

    # === COMPUTE METHODS === #

    @api.depends('last_contact_date', 'create_date')
    def _compute_days_since_contact(self):
        for customer in self:
            since = customer.last_contact_date or fields.Date.to_date(customer.create_date)
            customer.days_since_contact = since and (customer.company_id._dso_today() - since).days

    @api.depends('oldest_due_date', 'action_ids.day_done', 'group_account_id.action_ids.day_done')
    def _compute_days_since_action(self):
        accounts = [*self._origin.ids, *self.group_account_id.ids]
        last_days = dict(
            self.env['dso.action']._read_group(
                [('customer_id', 'in', accounts), ('state', '=', 'done')],
                ['customer_id'],
                ['day_done:max'],
            )
        )
        for customer in self:
            days = (last_days.get(each) for each in (customer._origin, customer.group_account_id))
            since = max(filter(None, days), default=customer.oldest_due_date)
            customer.days_since_action = since and (customer.company_id._dso_today() - since).days

    # === SEARCH METHODS === #

    @api.model
    def _search_days_overdue(self, operator, value):
        return self._search_credit_figure('days_overdue', operator, value)

    @api.model
    def _search_days_since_contact(self, operator, value):
        return self._search_credit_figure('days_since_contact', operator, value)

    @api.model
    def _search_days_since_action(self, operator, value):
        return self._search_credit_figure('days_since_action', operator, value)

    # === SQL === #

    def _field_to_sql(self, alias, field_expr, query=None):
        """Override of `base` to count days, which are stored nowhere."""
        if field_expr not in DAYS or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], 'read')
        since = super()._field_to_sql(alias, DAYS[field_expr], query)
        if field_expr == 'days_since_contact':
            born = super()._field_to_sql(alias, 'create_date', query)
            since = SQL("COALESCE(%s, %s::date)", since, born)
        elif field_expr == 'days_since_action':
            since = SQL("COALESCE(%s, %s)", self._get_last_action_sql(alias, query), since)
        return SQL("COALESCE(%s - %s, 0)", self._get_today_sql(alias, query), since)

    def _get_last_action_sql(self, alias, query):
        """Return the day on which an action was last done; actions are read once per query."""
        actions = self.env['dso.action'].sudo()  # whoever sees the account may count its days
        done = actions._search(Domain('state', '=', 'done'))
        customer = actions._field_to_sql(done.table, 'customer_id', done)
        day = actions._field_to_sql(done.table, 'day_done', done)
        done.groupby = customer
        table = SQL(
            "(%s)",
            done.select(SQL("%s AS customer_id", customer), SQL("MAX(%s) AS day", day)),
        )
        own = query.left_join(alias, 'id', table, 'customer_id', 'last_action')
        group = query.left_join(
            alias, 'group_account_id', table, 'customer_id', 'last_action_of_group'
        )
        days = (SQL.identifier(each, 'day') for each in (own, group))
        return SQL("GREATEST(%s, %s)", *days)
