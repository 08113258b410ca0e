from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine.item_sql import CLOSED_PAYMENT_STATES
from ..engine.scope_sql import ROOT_COMPANY, customer_code
from ..tools.screens import open_form
from ..tools.search import search_flag

#: Columns of a journal item from which a plan is derived.
PLAN_COLUMNS = frozenset(
    [
        'parent_state',
        'amount_residual',
        'amount_residual_currency',
        'reconciled',
        'account_id',
        'partner_id',
        'company_id',
        'date_maturity',
        'date',
        'no_followup',
        'move_id',
    ]
)

#: Columns that decide to whom an item belongs: the account it leaves is planned again too.
OWNER_COLUMNS = frozenset(['partner_id', 'company_id', 'account_id', 'move_id'])


class AccountMoveLine(models.Model):
    _name = 'account.move.line'
    _inherit = ['account.move.line', 'dso.facade.mixin', 'dso.paste.mixin']

    _dso_paste_paths = ('move_name', 'ref')
    _dso_paste_key = 'move_id'  # a journal item's id is no identity (docs/engine.md, 1)

    is_leader_item = fields.Boolean(
        string="Leader",
        compute='_compute_is_leader_item',
        compute_sudo=True,
        search='_search_is_leader_item',
        groups='dso_collection.group_dso_reader',
        help="Oldest item that may be chased: it decides the next step of the scenario.",
    )
    dso_days_overdue = fields.Integer(
        string="Days Overdue",
        compute='_compute_dso_days_overdue',
        compute_sudo=True,
        groups='dso_collection.group_dso_reader',
        help="Days since the due date; negative before it.",
    )
    dso_exclusion = fields.Selection(
        [
            ('credit', "Unallocated credit"),
            ('no_followup', "Excluded from follow-up"),
            ('blocked', "Invoice blocked"),
            ('in_payment', "In payment"),
            ('small', "Below the minimum of a document"),
            ('hold', "Dunning hold"),
            ('dispute', "In dispute"),
            ('litigation', "Litigation"),
            ('promise', "Promised"),
            ('specific', "Specific action"),
        ],
        string="Not Chased",
        compute='_compute_dso_exclusion',
        compute_sudo=True,
        groups='dso_collection.group_dso_reader',
        help="Why an open item is not chased; empty when it is.",
    )

    dso_customer_code = fields.Char(
        string="Customer Code",
        compute='_compute_dso_customer_code',
        compute_sudo=True,
        search='_search_dso_customer_code',
        groups='dso_collection.group_dso_reader',
        help="Reference of the customer, else its VAT number, else its name.",
    )

    # === COMPUTE METHODS === #

    def _compute_is_leader_item(self):
        leaders = self.env['dso.position'].search([('leader_line_id', 'in', self.ids)])
        for line in self:
            line.is_leader_item = line._origin in leaders.leader_line_id

    @api.model
    def _search_is_leader_item(self, operator, value):
        return search_flag(operator, value, self._dso_domain_leaders)

    @api.model
    def _dso_domain_leaders(self):
        positions = self.env['dso.position']._search([('leader_line_id', '!=', False)])
        return Domain('id', 'in', positions.subselect('leader_line_id'))

    @api.depends('date_maturity')
    def _compute_dso_days_overdue(self):
        today = {company: company.root_id._dso_today() for company in self.company_id}
        for line in self:
            due = line._dso_due_date()
            line.dso_days_overdue = due and (today[line.company_id] - due).days

    def _compute_dso_exclusion(self):
        customers, recorded = self._dso_customers(), self._dso_get_recorded()
        for line in self:
            kind, _record_id = recorded.get(line._origin.id, (False, False))
            line.dso_exclusion = line._dso_get_exclusion(customers[line], kind)

    @api.depends('partner_id.commercial_partner_id')
    def _compute_dso_customer_code(self):
        for line in self:
            customer = line.partner_id.commercial_partner_id
            line.dso_customer_code = customer.ref or customer.vat or customer.name

    @api.model
    def _search_dso_customer_code(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented  # the ORM asks again with the positive operator
        found, others = Domain.FALSE, Domain.TRUE
        if operator == 'in' and False in value:  # a customer always has a name
            found = Domain('partner_id', '=', False)
            value = [code for code in value if code]
        for name in ('ref', 'vat', 'name'):
            path = f'partner_id.commercial_partner_id.{name}'
            found |= others & Domain(path, operator, value)
            others &= Domain(path, '=', False)
        return found

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr != 'dso_customer_code' or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], 'read')
        partners, partner = self._fields['partner_id'].join(self, alias, query)
        customers, customer = partners._fields['commercial_partner_id'].join(
            partners, partner, query
        )
        return customer_code(
            *(customers._field_to_sql(customer, name, query) for name in ('ref', 'vat', 'name'))
        )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        posted = lines.filtered(lambda line: line.parent_state == 'posted')
        if posted:
            self.env['dso.planner']._mark_lines(posted)
        return lines

    def _write_multi(self, vals_list):
        columns = set().union(*vals_list)
        if not PLAN_COLUMNS.isdisjoint(columns):
            planner = self.env['dso.planner']
            if not OWNER_COLUMNS.isdisjoint(columns):
                planner._mark_lines_as_stored(self)
            planner._mark_lines(self)
            if 'parent_state' in columns:
                planner._mark_bookings(self._dso_posted_credits(vals_list))
        return super()._write_multi(vals_list)

    def unlink(self):
        posted = self.filtered(lambda line: line.parent_state == 'posted')
        if posted:
            self.env['dso.planner']._mark_lines_as_stored(posted)
        return super().unlink()

    # === ACTION METHODS === #

    def action_dso_open_document(self):
        """Open the document of an open item."""
        self.ensure_one()
        return open_form(self.move_id)

    def action_dso_litigation_file(self):
        """Open the litigation file of open items of one customer."""
        return self.env['dso.litigation.file']._get_url(self)

    # === BUSINESS METHODS === #

    def _dso_posted_credits(self, vals_list):
        """Ids of the credits that are being posted: their drafts may be older than the booking."""
        return [
            line.id
            for line, vals in zip(self, vals_list, strict=True)
            if vals.get('parent_state') == 'posted' and line.balance < 0
        ]

    @api.model
    def _domain_open_items(self):
        """Open trade receivables (docs/engine.md, 1); uses the index on unreconciled items."""
        return Domain(
            [
                ('parent_state', '=', 'posted'),
                ('reconciled', '=', False),
                ('account_id.account_type', '=', 'asset_receivable'),
                ('account_id.non_trade', '=', False),
                ('partner_id', '!=', False),
            ]
        )

    def _dso_due_date(self):
        return self.date_maturity or self.move_id.invoice_date_due or self.move_id.date

    def _get_payable(self, today):
        """Return those of open items in one currency that are overdue, neither in dispute nor in
        litigation, and can be paid online, and what is due on them, less the unallocated credits.

        :param date today: day in the time zone of the company
        :rtype: tuple[account.move.line, float]
        """
        credits = self.filtered(lambda line: line.amount_residual_currency < 0)
        overdue = (self - credits).filtered(
            lambda line: (
                not line.no_followup
                and not line.dso_dispute_id
                and line.dso_status_category != 'litigation'
                and line._dso_due_date() < today
                and line.move_id.payment_state not in CLOSED_PAYMENT_STATES
            )
        )
        payable = overdue.filtered(lambda line: line.move_id._has_to_be_paid())
        # Credits cover first what cannot be paid here, such as what is being paid at this moment.
        amounts = [
            sum(lines.mapped('amount_residual_currency')) for lines in (payable, overdue | credits)
        ]
        return payable, self.currency_id.round(min(amounts))

    @api.model
    def _domain_due_before(self, day):
        """Items whose due date, as :meth:`_dso_due_date` tells it, is before a day.

        :rtype: Domain
        """
        paths = ('date_maturity', 'move_id.invoice_date_due', 'date')
        undated = Domain.TRUE
        found = Domain.FALSE
        for path in paths:
            found |= undated & Domain(path, '<', day)
            undated &= Domain(path, '=', False)
        return found

    def _dso_get_exclusion(self, customer, recorded=False):
        """Return why an open item is not eligible (docs/engine.md, 1), in words for people.

        :param dso.customer customer: its customer account
        :param str recorded: key of :data:`const.EXCLUSIONS`, what people recorded on the item

        The planner decides by the same conditions in SQL; a test holds the two together.
        """
        state = self.move_id.payment_state
        company = self.company_id.root_id
        if self.amount_residual_currency <= 0:
            return 'credit'
        if recorded:
            return recorded
        if self.no_followup:
            return 'no_followup'
        if state in CLOSED_PAYMENT_STATES:
            return 'blocked' if state == 'blocked' else 'in_payment'
        if company.dso_ignore_below and self._dso_document_residual() < company.dso_ignore_below:
            return 'small'
        if any(account.on_hold for account in customer | customer.group_account_id):
            return 'hold'
        return False

    def _dso_document_residual(self):
        """Open total of the document of an item, in company currency."""
        items = self.move_id.line_ids.filtered(
            lambda line: line.account_id == self.account_id and not line.reconciled
        )
        return sum(items.mapped('amount_residual'))

    # === PASTED NUMBERS === #

    @api.model
    def _dso_paste_domain(self):
        return self._domain_open_items()

    @api.model
    def _dso_paste_words(self, found, missing):
        return (
            self.env._("Invoice numbers: %(count)s", count=found),
            self.env._("Pasted values without an open item: %(count)s", count=missing),
        )

    # === FACADE HOOKS === #

    def _dso_owner(self):
        return self.partner_id.commercial_partner_id, self.company_id.root_id

    @api.model
    def _dso_ids_of_customers(self, query):
        return Domain(
            'id',
            'in',
            SQL(
                """(SELECT dso_l.id FROM account_move_line dso_l
                JOIN res_partner dso_p ON dso_p.id = %s
                JOIN res_company rc ON rc.id = %s
                JOIN dso_customer dso_c ON dso_c.partner_id = %s AND dso_c.company_id = %s
                WHERE dso_c.id IN %s)""",
                self._field_to_sql('dso_l', 'partner_id'),
                self._field_to_sql('dso_l', 'company_id'),
                self.env['res.partner']._field_to_sql('dso_p', 'commercial_partner_id'),
                ROOT_COMPANY,
                query.subselect(),
            ),
        )

    def _dso_join_customer(self, alias, query):
        partners = self.env['res.partner']
        partner = query.make_alias(alias, 'dso_partner')
        condition = SQL(
            "%s = %s",
            partners._field_to_sql(partner, 'id', query),
            self._field_to_sql(alias, 'partner_id', query),
        )
        query.add_join('LEFT JOIN', partner, partners._table, condition)
        return self._dso_join(
            query,
            alias,
            partners._field_to_sql(partner, 'commercial_partner_id', query),
            self._dso_root_company_sql(self._field_to_sql(alias, 'company_id', query)),
        )
