from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import scope_sql
from ..tools.search import search_unset

#: Facade field → path to its value from the customer account.
FACADES = {
    'dso_collector_id': 'collector_id',
    'dso_scenario_id': 'scenario_id',
    'dso_group_account_id': 'group_account_id.partner_id',
}


class DsoFacadeMixin(models.AbstractModel):
    """Shows on a document what people decided on the customer account of its customer.

    Nothing is stored on the document: values are read from the customer account, searched through
    it and grouped by a join. A model tells where its customer account is in three methods:
    :meth:`_dso_owner`, :meth:`_dso_ids_of_customers` and :meth:`_dso_join_customer`.
    """

    _name = 'dso.facade.mixin'
    _description = "Shows Values of the Customer Account"

    dso_collector_id = fields.Many2one(
        'res.users',
        string="Collector",
        compute='_compute_dso_facades',
        compute_sudo=True,
        search='_search_dso_collector_id',
        groups='dso_collection.group_dso_reader',
        help="User in charge of the collection of this customer.",
    )
    dso_scenario_id = fields.Many2one(
        'dso.scenario',
        string="Collection Scenario",
        compute='_compute_dso_facades',
        compute_sudo=True,
        search='_search_dso_scenario_id',
        groups='dso_collection.group_dso_reader',
    )
    dso_group_account_id = fields.Many2one(
        'res.partner',
        string="Collected Through",
        compute='_compute_dso_facades',
        compute_sudo=True,
        search='_search_dso_group_account_id',
        groups='dso_collection.group_dso_reader',
        help="Customer through whose account this one is collected.",
    )

    # === COMPUTE METHODS === #

    @api.depends_context('company')
    def _compute_dso_facades(self):
        customers = self._dso_customers()
        for record in self:
            customer = customers[record]
            record.dso_collector_id = customer.collector_id
            record.dso_scenario_id = customer.scenario_id
            record.dso_group_account_id = customer.group_account_id.partner_id

    # === SEARCH METHODS === #

    @api.model
    def _search_dso_collector_id(self, operator, value):
        return self._dso_search('dso_collector_id', operator, value)

    @api.model
    def _search_dso_scenario_id(self, operator, value):
        return self._dso_search('dso_scenario_id', operator, value)

    @api.model
    def _search_dso_group_account_id(self, operator, value):
        return self._dso_search('dso_group_account_id', operator, value)

    @api.model
    def _dso_search(self, facade, operator, value):
        """Search through the customer account; a record without one counts as "not set"."""
        path = FACADES[facade]
        return search_unset(
            operator, value, lambda *condition: self._dso_domain_of(Domain(path, *condition))
        )

    @api.model
    def _dso_domain_of(self, domain):
        """Return the domain of the records whose customer account matches a domain.

        :param Domain domain: domain on ``dso.customer``, applied with the rights of the user
        :rtype: Domain
        """
        customers = self.env['dso.customer'].with_context(active_test=False)
        return self._dso_ids_of_customers(customers._search(domain))

    def _field_to_sql(self, alias, field_expr, query=None):
        path = FACADES.get(field_expr)
        if not path or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], 'read')
        customers = self.env['dso.customer']
        customer = self._dso_join_customer(alias, query)
        column, _dot, target_column = path.partition('.')
        value = customers._field_to_sql(customer, column, query)
        if not target_column:
            return value
        target = query.make_alias(customer, column)
        condition = SQL("%s = %s", customers._field_to_sql(target, 'id', query), value)
        query.add_join('LEFT JOIN', target, customers._table, condition)
        return customers._field_to_sql(target, target_column, query)

    # === ACTION METHODS === #

    def action_dso_open_customer(self):
        """Open the customer account to which a record belongs."""
        self.ensure_one()
        return self._dso_customers()[self].action_open()

    # === BUSINESS METHODS === #

    def _dso_customers(self):
        """Return the customer account of each record, an empty one when there is none.

        :rtype: dict
        """
        owners = {record: record._dso_owner() for record in self}
        accounts = self._dso_accounts_by_owner(
            self.env['res.partner'].union(*(partner for partner, _company in owners.values())),
            self.env['res.company'].union(*(company for _partner, company in owners.values())),
        )
        nothing = self.env['dso.customer']
        return {record: accounts.get(owner, nothing) for record, owner in owners.items()}

    # === HOOKS === #

    def _dso_owner(self):
        """Return the commercial partner and the root company whose customer account a record shows.

        :rtype: tuple
        """
        raise NotImplementedError

    @api.model
    def _dso_ids_of_customers(self, query):
        """Return the domain of the records that belong to customer accounts.

        :param Query query: customer accounts
        :rtype: Domain
        """
        raise NotImplementedError

    def _dso_join_customer(self, alias, query):
        """Join the customer account of the records of a query; return its alias.

        :rtype: str
        """
        raise NotImplementedError

    # === TOOLS === #

    @api.model
    def _dso_join(self, query, alias, partner_sql, company_sql):
        """Join to a query the customer account of a commercial partner in a root company.

        :param str alias: alias of the table from which the join starts
        :return: alias of the customer account
        :rtype: str
        """
        customers = self.env['dso.customer']
        customer = query.make_alias(alias, 'dso_customer')
        condition = SQL(
            "%s = %s AND %s = %s",
            customers._field_to_sql(customer, 'partner_id', query),
            partner_sql,
            customers._field_to_sql(customer, 'company_id', query),
            company_sql,
        )
        query.add_join('LEFT JOIN', customer, customers._table, condition)
        return customer

    @api.model
    def _dso_accounts_by_owner(self, partners, companies):
        """Return the customer accounts of commercial partners in root companies.

        :return: ``(commercial partner, root company)`` → customer account
        :rtype: dict
        """
        customers = (
            self.env['dso.customer']
            .with_context(active_test=False)
            .search([('partner_id', 'in', partners.ids), ('company_id', 'in', companies.ids)])
        )
        return {(customer.partner_id, customer.company_id): customer for customer in customers}

    @api.model
    def _dso_root_company_sql(self, company_sql):
        """Return the root of a company as SQL."""
        return SQL(
            "(SELECT %s FROM res_company rc WHERE rc.id = %s)", scope_sql.ROOT_COMPANY, company_sql
        )
