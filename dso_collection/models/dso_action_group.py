from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..const import AUTOMATIC_MODES


class DsoAction(models.Model):
    """Actions of grouped customer accounts stand on their group account (spec 5.2)."""

    _inherit = 'dso.action'

    member_id = fields.Many2one(
        'dso.customer',
        string="Grouped Customer Account",
        readonly=True,
        index='btree_not_null',
        ondelete='restrict',
        help="Grouped customer account for which this specific action was planned; the action "
        "returns there when the grouping is cancelled.",
    )
    member_code = fields.Char(
        string="Code of the Grouped Customer", compute='_compute_member_code', compute_sudo=True
    )

    group_account_id = fields.Many2one(
        'dso.customer',
        compute='_compute_group_account_id',
        search='_search_group_account_id',
        help="Customer account through which this one is collected: itself when others are "
        "collected through it.",
    )

    # === COMPUTE METHODS === #

    @api.depends(*(f'member_id.partner_id.{name}' for name in ('ref', 'vat', 'name')))
    def _compute_member_code(self):
        for action in self:
            partner = action.member_id.partner_id
            action.member_code = partner.ref or partner.vat or partner.name

    @api.depends('customer_id.group_account_id', 'customer_id.grouped_account_ids')
    def _compute_group_account_id(self):
        for action in self:
            customer = action.customer_id
            action.group_account_id = customer.group_account_id or (
                customer.grouped_account_ids and customer
            )

    @api.model
    def _search_group_account_id(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented  # the ORM asks again with the positive operator
        leads = Domain('customer_id.grouped_account_ids', '!=', False)
        unset = operator == 'in' and False in value
        if unset:
            value = [wanted for wanted in value if wanted]
        found = Domain('customer_id.group_account_id', operator, value)
        found |= leads & Domain('customer_id', operator, value)
        if unset:
            found |= ~leads & Domain('customer_id.group_account_id', '=', False)
        return found

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr != 'group_account_id' or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        # The join that the ORM makes too, for whatever else the query asks of the customer account.
        customers, customer = self._fields['customer_id'].join(self, alias, query)
        customer_id = self._field_to_sql(alias, 'customer_id', query)
        return SQL(
            """COALESCE(%s, CASE WHEN EXISTS (SELECT FROM dso_customer member
                WHERE member.group_account_id = %s) THEN %s END)""",
            customers._field_to_sql(customer, 'group_account_id', query),
            customer_id,
            customer_id,
        )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        ids = [vals['customer_id'] for vals in vals_list if vals.get('customer_id')]
        customers = self.env['dso.customer'].sudo().browse(ids)  # its group account may be hidden
        accounts = {customer.id: customer.group_account_id.id for customer in customers}
        for vals in vals_list:
            if account_id := accounts.get(vals.get('customer_id')):
                vals.update(member_id=vals['customer_id'], customer_id=account_id)
        return super().create(vals_list)

    # === BUSINESS METHODS === #

    def _settle_regrouping(self):
        """Forget that groups have changed: a person let the next automatic action go, or skips it.

        An action that is being sent was let go before; what changed since then still counts.
        """
        decided = self.filtered(
            lambda a: a.origin == 'scenario' and a.mode in AUTOMATIC_MODES and a.state != 'sending'
        )
        regrouped = decided.customer_id.sudo().filtered('regrouped_on')
        regrouped.write({'regrouped_on': False})
