from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date, format_list
from odoo.tools.misc import formatLang

from ..engine import exclusion_sql, scope_sql
from ..tools.search import search_flag

#: Columns of the current status of an item by which items are grouped.
STATUS_COLUMNS = {'dso_status_id': 'status_id', 'dso_status_category': 'category'}


class AccountMoveLine(models.Model):
    """What lists and dialogs show of the statuses of open items, and where people set them."""

    _inherit = 'account.move.line'

    dso_promise_date = fields.Date(
        string="Promised For",
        related='dso_promise_id.date',
        related_sudo=True,
        groups='dso_collection.group_dso_reader',
        help="Day by which the customer has promised to pay the item.",
    )
    dso_dispute_reason_id = fields.Many2one(
        string="Reason of the Dispute",
        related='dso_dispute_id.reason_id',
        related_sudo=True,
        groups='dso_collection.group_dso_reader',
    )

    dso_is_mine = fields.Boolean(
        string="Mine",
        compute='_compute_dso_is_mine',
        search='_search_dso_is_mine',
        groups='dso_collection.group_dso_reader',
        help="Mine, or of a collector who is away and for whom I stand in today.",
    )

    # === COMPUTE METHODS === #

    @api.depends('dso_collector_id')
    @api.depends_context('uid')
    def _compute_dso_is_mine(self):
        collectors = self.env['dso.customer']._get_mine()
        for line in self:
            line.dso_is_mine = line.dso_collector_id in collectors

    @api.model
    def _search_dso_is_mine(self, operator, value):
        return search_flag(operator, value, self._dso_domain_mine)

    @api.model
    def _dso_domain_mine(self):
        return Domain('dso_collector_id', 'in', self.env['dso.customer']._get_mine().ids)

    # === GROUPING === #

    def _field_to_sql(self, alias, field_expr, query=None):
        column = STATUS_COLUMNS.get(field_expr)
        if not column or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], 'read')
        status = self._dso_join_status(alias, query)
        return SQL.identifier(status, column)

    def _dso_join_status(self, alias, query):
        """Join the current status of the items of a query; return its alias.

        :rtype: str
        """
        self.env['dso.item.status'].flush_model()
        customer = self._dso_join_customer(alias, query)
        status = query.make_alias(alias, 'dso_status')
        found = SQL(
            """LATERAL (
                SELECT x.status_id, x.category FROM dso_item_status x
                JOIN account_move_line l ON l.id = %(item)s.id
                WHERE x.is_current AND x.move_id = %(item)s.move_id
                    AND x.customer_id = %(customer)s AND %(speaks)s
                ORDER BY x.id DESC LIMIT 1
            )""",
            item=SQL.identifier(alias),
            customer=SQL.identifier(customer, 'id'),
            speaks=exclusion_sql.speaks_of(
                SQL("x.customer_id"), SQL.identifier(customer, 'id'), scope_sql.due_of('l')
            ),
        )
        query.add_join('LEFT JOIN', status, found, SQL("TRUE"))
        return status

    # === ACTION METHODS === #

    def action_dso_open_statuses(self):
        """Open the history of the statuses of open items."""
        action = self.env['ir.actions.act_window']._for_xml_id(
            'dso_collection.dso_item_status_action'
        )
        return {**action, 'domain': [('move_id', 'in', self.move_id.ids)], 'context': {}}

    def action_dso_promise(self, days=7):
        """Record that the customer pays these items in some days, the quick way.

        :param int days: days from today
        :return: what the web client tells, with a way back
        :rtype: dict
        """
        self._dso_check_chosen()
        if not isinstance(days, int) or not 0 <= days <= 365:
            raise UserError(self.env._("Say in how many days the customer pays: 0 to 365."))
        company = self.company_id.root_id
        day = company._dso_today() + timedelta(days=days)
        status = self.env['dso.status']._get_first('promise', company)
        for lines in self._dso_split_promises():
            lines._dso_qualify(status, {'promise': {'date': day}})
        return {
            'type': 'ir.actions.client',
            'tag': 'dso_collection.promise_taken',
            'params': {
                'message': self.env._(
                    "Promise recorded until %(date)s: %(items)s",
                    date=format_date(self.env, day),
                    items=self._dso_summarize(),
                ),
                'promise_ids': self.dso_promise_id.ids,
            },
        }

    # === BUSINESS METHODS === #

    def _dso_items_to_qualify(self):
        """Return the open items of a selection of journal items.

        :rtype: account.move.line
        """
        return self.filtered_domain(self._domain_open_items())

    def _dso_due_to_qualify(self):
        """Return what people speak of with a customer: what is overdue and neither disputed nor in
        litigation; when nothing is, all other open debits.

        :rtype: account.move.line
        """
        debits = self.filtered(
            lambda line: (
                line.amount_residual_currency > 0
                and line.dso_status_category != 'litigation'
                and not line.dso_dispute_id
            )
        )
        return debits.filtered(lambda line: line.dso_days_overdue > 0) or debits

    def _dso_choice(self):
        """Return the open items among which people choose when these are proposed: all of those
        who owe them as long as they are collected together, else these.

        :rtype: account.move.line
        """
        units = self._dso_units()
        return self | units.unit_line_ids if len(units) == 1 else self

    def _dso_units(self):
        """Return the accounts through which those who owe these items are collected.

        :rtype: dso.customer
        """
        return self.env['dso.customer'].union(*self._dso_customers().values())._get_units()

    def _dso_split_promises(self):
        """Return these items by what one promise can speak of; those of strangers are refused.

        :rtype: list[account.move.line]
        """
        if len(self._dso_units()) > 1:
            self._dso_check_one_account()
        customers = self._dso_customers()
        found = {}
        for line in self:
            key = (customers[line], line.currency_id)
            found[key] = found.get(key, self.browse()) | line
        return list(found.values())

    def _dso_summarize(self):
        """Return in words how many items these are, whose, and what is open, per currency."""
        if not self:
            return self.env._("No open item")
        partners = self.partner_id.commercial_partner_id
        amounts = [
            formatLang(
                self.env, sum(lines.mapped('amount_residual_currency')), currency_obj=currency
            )
            for currency, lines in self.grouped('currency_id').items()
        ]
        return self.env._(
            "%(owner)s, items: %(count)s, open: %(amounts)s",
            owner=(
                partners.display_name
                if len(partners) == 1
                else self.env._("%(count)s customers", count=len(partners))
            ),
            count=len(self),
            amounts=format_list(self.env, amounts),
        )
