from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import get_lang

from ..const import CONTACT_FIELDS
from .dso_facade_mixin import FACADES

#: Columns of a contact from which a plan is derived: to whom items belong, who gets messages.
PLAN_COLUMNS = frozenset(
    [
        'commercial_partner_id',
        'email',
        'email_normalized',
        'phone',
        'phone_sanitized',
        'street',
        'street2',
        'zip',
        'city',
        'country_id',
        'type',
        'active',
        'is_collection_contact',
        *CONTACT_FIELDS.values(),
    ]
)


class ResPartner(models.Model):
    _name = 'res.partner'
    _inherit = ['res.partner', 'dso.plan.mixin', 'dso.facade.mixin', 'dso.import.mixin']

    _dso_code_column = 'ref'

    is_collection_contact = fields.Boolean(
        string="Collection Contact",
        help="Receives the messages of collection, instead of the invoice address.",
    )
    collection_by_email = fields.Boolean(
        string="Collection by Email",
        default=True,
        help="As a collection contact: receives the emails, all such contacts the same one.",
    )
    collection_by_sms = fields.Boolean(
        string="Collection by SMS",
        default=True,
        help="As a collection contact: receives the SMS. They go to the first with a number.",
    )
    collection_by_letter = fields.Boolean(
        string="Collection by Letter",
        default=True,
        help="As a collection contact: receives the letters. They go to the first with an address.",
    )
    collection_by_call = fields.Boolean(
        string="Collection by Call",
        default=True,
        help="As a collection contact: is called. The first with a number is.",
    )

    dso_contact_ids = fields.One2many(
        'res.partner',
        'parent_id',
        string="Contacts of Collection",
        domain=[('active', '=', True), ('is_company', '=', False)],
        help="Contacts of the customer, to choose those who receive the messages of collection.",
    )

    # === Values of the customer account in the current company === #
    dso_collector_id = fields.Many2one(
        inverse='_inverse_dso_collector_id',
        domain="[('share', '=', False)]",
    )
    dso_scenario_id = fields.Many2one(inverse='_inverse_dso_scenario_id')
    dso_group_account_id = fields.Many2one(inverse='_inverse_dso_group_account_id')
    dso_customer_id = fields.Many2one(
        'dso.customer',
        string="Customer Account",
        compute='_compute_dso_customer_id',
        compute_sudo=True,
        groups='dso_collection.group_dso_reader',
    )
    dso_currency_id = fields.Many2one(
        'res.currency',
        string="Collection Currency",
        compute='_compute_dso_position',
        compute_sudo=True,
        groups='dso_collection.group_dso_reader',
    )
    dso_balance = fields.Monetary(
        compute='_compute_dso_position',
        compute_sudo=True,
        currency_field='dso_currency_id',
        string="Open Balance",
        groups='dso_collection.group_dso_reader',
    )
    dso_overdue = fields.Monetary(
        compute='_compute_dso_position',
        compute_sudo=True,
        currency_field='dso_currency_id',
        string="Overdue",
        groups='dso_collection.group_dso_reader',
    )
    dso_explanation = fields.Html(
        compute='_compute_dso_position',
        compute_sudo=True,
        string="Collection Plan",
        groups='dso_collection.group_dso_reader',
    )

    # === COMPUTE METHODS === #

    @api.depends_context('company')
    def _compute_dso_customer_id(self):
        customers = self._dso_customers()
        for partner in self:
            partner.dso_customer_id = customers[partner]

    @api.depends('dso_customer_id')
    def _compute_dso_position(self):
        for partner in self:
            customer = partner.dso_customer_id
            partner.dso_currency_id = customer.currency_id or self.env.company.currency_id
            partner.dso_balance = customer.balance
            partner.dso_overdue = customer.overdue
            partner.dso_explanation = customer.explanation

    # === INVERSE METHODS === #

    def _inverse_dso_collector_id(self):
        self._dso_write_facade('dso_collector_id')

    def _inverse_dso_scenario_id(self):
        self._dso_write_facade('dso_scenario_id')

    def _inverse_dso_group_account_id(self):
        self._dso_write_facade('dso_group_account_id')

    def _dso_write_facade(self, facade):
        for value, partners in self.grouped(facade).items():
            partners._dso_decide(facade, value.id)

    def _dso_decide(self, facade, value):
        """Write a value on the customer accounts, creating those that are missing.

        :param str facade: name of a field of :data:`FACADES`
        :param value: id of the field's model, or ``False``
        """
        customers, company = self.env['dso.customer'], self.env.company
        field = FACADES[facade].partition('.')[0]
        accounts = self.sudo()._dso_customers()  # as the facades show them
        if value and facade == 'dso_group_account_id':
            # Born in sudo: collectors decide on customer accounts, but do not create them.
            value = customers.sudo()._get_or_create(self.browse(value), company).id
        contacts = self.filtered(lambda p: p != p.commercial_partner_id)
        if value:
            contacts.filtered(lambda p: accounts[p][field].id != value)._dso_check_commercial()
        decided = (self - contacts).filtered(lambda p: value or accounts[p])
        if decided:
            customers._check_collect_access()
            born = customers.sudo()._get_or_create(decided, company)  # as above
            imported = self.env.context.get('import_file') and 'import'
            source = self.env.context.get('dso_source') or imported or 'person'
            customers.browse(born.ids)._assign({field: value}, source=source)

    def _dso_check_commercial(self):
        contact = self.filtered(lambda p: p != p.commercial_partner_id)[:1]
        if contact:
            raise UserError(
                self.env._(
                    "%(contact)s is a contact of %(customer)s: collector, scenario and group "
                    "account are set on %(customer)s.",
                    contact=contact.display_name,
                    customer=contact.commercial_partner_id.display_name,
                )
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        contacts = partners.filtered('parent_id')
        if contacts:
            # A new contact may be the one to whom messages go.
            self.env['dso.planner']._mark_partners(contacts.commercial_partner_id.ids)
        return partners

    def _write_multi(self, vals_list):
        columns = set().union(*vals_list)
        if not PLAN_COLUMNS.isdisjoint(columns):
            planner = self.env['dso.planner']
            before = self._dso_commercial_ids() if 'commercial_partner_id' in columns else set()
            after = {partner.commercial_partner_id.id for partner in self}
            planner._mark_partners(before | after | set(self._ids))
        return super()._write_multi(vals_list)

    def unlink(self):
        # Without the contact, messages go to somebody else.
        self.env['dso.planner']._mark_partners(self.commercial_partner_id.ids)
        return super().unlink()

    # === BUSINESS METHODS === #

    def _dso_commercial_ids(self):
        """Ids of the commercial partners as the database has them, before a change is written."""
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT commercial_partner_id FROM res_partner WHERE id = ANY(%s)",
                [partner_id for partner_id in self._ids if partner_id],
            )
        )
        return {row[0] for row in rows if row[0]}

    @api.model
    def _dso_choose_lang(self, *partners):
        """Return the first installed language of some partners, else the user's.

        :param partners: one each, as they were read: put together, each would be read by itself
        :rtype: str
        """
        installed = (self.env['res.lang']._get_code(partner.lang) for partner in partners)
        return next(filter(None, installed), None) or get_lang(self.env).code

    # === FACADE HOOKS === #

    def _dso_owner(self):
        return self.commercial_partner_id._origin, self.env.company.root_id

    @api.model
    def _dso_ids_of_customers(self, query):
        return Domain(
            'commercial_partner_id',
            'in',
            SQL(
                "(SELECT partner_id FROM dso_customer WHERE company_id = %s AND id IN %s)",
                self.env.company.root_id.id,
                query.subselect(),
            ),
        )

    def _dso_join_customer(self, alias, query):
        return self._dso_join(
            query,
            alias,
            self._field_to_sql(alias, 'commercial_partner_id', query),
            SQL("%s", self.env.company.root_id.id),
        )
