from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine.scope_sql import ROOT_COMPANY
from ..tools.search import search_flag

#: Columns of a move from which a plan is derived; what its items carry is marked there.
PLAN_COLUMNS = frozenset(['payment_state', 'invoice_date_due', 'date', 'is_move_sent'])


class AccountMove(models.Model):
    _name = 'account.move'
    _inherit = ['account.move', 'dso.plan.mixin', 'dso.facade.mixin']

    is_leader_invoice = fields.Boolean(
        string="Leader Invoice",
        compute='_compute_is_leader_invoice',
        compute_sudo=True,
        search='_search_is_leader_invoice',
        groups='dso_collection.group_dso_reader',
        help="Oldest invoice that may be chased: it decides the next step of the scenario.",
    )
    dso_customer_id = fields.Many2one(
        'dso.customer',
        string="Customer Account",
        compute='_compute_dso_customer_id',
        compute_sudo=True,
        groups='dso_collection.group_dso_reader',
    )
    dso_next_action_id = fields.Many2one(
        'dso.action',
        string="Next Collection Action",
        compute='_compute_dso_customer_id',
        compute_sudo=True,
        groups='dso_collection.group_dso_reader',
    )
    dso_next_action_date = fields.Date(
        string="Next Collection Date",
        compute='_compute_dso_customer_id',
        compute_sudo=True,
        groups='dso_collection.group_dso_reader',
    )

    # === COMPUTE METHODS === #

    def _compute_is_leader_invoice(self):
        leaders = self.env['dso.position'].search([('leader_move_id', 'in', self.ids)])
        for move in self:
            move.is_leader_invoice = move._origin in leaders.leader_move_id

    @api.model
    def _search_is_leader_invoice(self, operator, value):
        return search_flag(operator, value, self._dso_domain_leaders)

    @api.model
    def _dso_domain_leaders(self):
        positions = self.env['dso.position']._search([('leader_move_id', '!=', False)])
        return Domain('id', 'in', positions.subselect('leader_move_id'))

    @api.depends('commercial_partner_id', 'company_id')
    def _compute_dso_customer_id(self):
        customers = self._dso_customers()
        for move in self:
            move.dso_customer_id = customers[move]
            move.dso_next_action_id = customers[move].next_action_id
            move.dso_next_action_date = customers[move].next_action_id.date_planned

    # === CRUD METHODS === #

    def _write_multi(self, vals_list):
        if not PLAN_COLUMNS.isdisjoint(set().union(*vals_list)):
            self.env['dso.planner']._mark_moves(self)
        return super()._write_multi(vals_list)

    # === BUSINESS METHODS === #

    def _dso_is_unsent(self):
        """Tell whether this is an invoice that the customer has never been sent."""
        return self.move_type == 'out_invoice' and not self.is_move_sent

    # === FACADE HOOKS === #

    def _dso_owner(self):
        return self.commercial_partner_id, self.company_id.root_id

    @api.model
    def _dso_ids_of_customers(self, query):
        return Domain(
            'id',
            'in',
            SQL(
                """(SELECT dso_m.id FROM account_move dso_m
                JOIN res_company rc ON rc.id = %s
                JOIN dso_customer dso_c ON dso_c.partner_id = %s AND dso_c.company_id = %s
                WHERE dso_c.id IN %s)""",
                self._field_to_sql('dso_m', 'company_id'),
                self._field_to_sql('dso_m', 'commercial_partner_id'),
                ROOT_COMPANY,
                query.subselect(),
            ),
        )

    def _dso_join_customer(self, alias, query):
        return self._dso_join(
            query,
            alias,
            self._field_to_sql(alias, 'commercial_partner_id', query),
            self._dso_root_company_sql(self._field_to_sql(alias, 'company_id', query)),
        )
