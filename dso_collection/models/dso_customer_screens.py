from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..const import ACTION_TYPES, RECIPIENT_ERRORS
from ..engine import belt_sql, group_sql
from ..tools.search import search_flag

#: Decision that a customer account may miss → ready filter of those that miss it (spec 2.8).
ORPHANS = {'collector_id': 'no_collector', 'scenario_id': 'no_scenario'}


class DsoCustomer(models.Model):
    """What the cockpit of a customer account shows and opens."""

    _name = 'dso.customer'
    _inherit = ['dso.customer', 'dso.paste.mixin']

    # A code of the books, else the VAT number, else the exact name (spec 2.3).
    _dso_paste_paths = ('partner_id.ref', 'partner_id.vat', 'partner_id.name')

    partner_phone = fields.Char(related='partner_id.phone', string="Phone")
    partner_email = fields.Char(related='partner_id.email', string="Email")
    country_id = fields.Many2one(related='partner_id.country_id')
    next_action_type = fields.Selection(ACTION_TYPES, compute='_compute_next_action_type')
    recipient_problem = fields.Char(
        compute='_compute_recipient_problem',
        help="What is wrong with the contact to whom the next action goes, and what to do.",
    )
    shares_address = fields.Boolean(
        compute='_compute_shares_address',
        search='_search_shares_address',
        help="The next messages of several customer accounts go to the same address.",
    )
    history_ids = fields.Many2many(
        'dso.action',
        compute='_compute_history',
        help="What was done or dropped here, for grouped customer accounts, and through a group.",
    )
    history_count = fields.Integer(compute='_compute_history')

    @api.depends('next_action_id')
    def _compute_next_action_type(self):
        for customer in self:
            customer.next_action_type = customer.next_action_id.action_type

    @api.depends('next_action_id')
    def _compute_recipient_problem(self):
        for customer in self:
            customer.recipient_problem = (
                customer.plan_error and customer.next_action_id.error_message
            )

    @api.depends('plan_recipient')
    def _compute_shares_address(self):
        found = self.search(Domain('id', 'in', self.ids) & Domain('shares_address', '=', True))
        for customer in self:
            customer.shares_address = customer._origin in found

    @api.depends('action_ids.state', 'grouped_account_ids')
    def _compute_history(self):
        self.env.flush_all()
        found = dict(self.env.execute_query(group_sql.histories(self.ids)))
        for customer in self:
            customer.history_ids = found.get(customer._origin.id, [])
            customer.history_count = len(customer.history_ids)

    # === SEARCH METHODS === #

    @api.model
    def _search_shares_address(self, operator, value):
        return search_flag(operator, value, self._domain_sharing_address)

    # === DOMAINS === #

    @api.model
    def _domain_sharing_address(self):
        """Customer accounts whose next message goes to an address of another one's, too.

        :rtype: Domain
        """
        shared = SQL(
            """(WITH reached AS MATERIALIZED (
                    SELECT p.id, p.company_id, one.address FROM dso_position p
                    CROSS JOIN LATERAL unnest(CASE WHEN p.plan_recipient LIKE '%%@%%'
                        THEN %s ELSE ARRAY[p.plan_recipient] END) AS one(address)
                    WHERE p.plan_recipient <> ''
                )
                SELECT id FROM reached WHERE (company_id, address) IN (
                    SELECT company_id, address FROM reached
                    GROUP BY 1, 2 HAVING COUNT(DISTINCT id) > 1
                ))""",
            belt_sql.addresses(SQL("p.plan_recipient")),  # a postal one has commas, too
        )
        return Domain('position_id', 'in', shared)

    @api.model
    def _domain_without(self, field):
        """Customer accounts with a balance that miss a decision (spec 2.8).

        :param str field: ``collector_id`` or ``scenario_id``
        :rtype: Domain
        """
        return Domain('balance', '!=', 0) & Domain(field, '=', False)

    @api.model
    def _domain_without_recipient(self):
        """Customer accounts whose next action reaches nobody, or came back the last time.

        :rtype: Domain
        """
        return Domain('plan_error', 'in', [*RECIPIENT_ERRORS, 'bounced'])

    @api.model
    @api.readonly
    def get_orphans(self):
        """Count the customer accounts that miss something, in two queries.

        :return: for collectors and managers, per decision that accounts with a balance miss, and
            for those whose next action has no valid recipient: the ready filter that lists them
            (``filter``), their number (``count``) and a ``sentence``
        :rtype: list[dict]
        """
        if not self.env.user.has_group('dso_collection.group_dso_collector'):
            return []
        groups = self._read_group(
            Domain.OR(self._domain_without(field) for field in ORPHANS),
            list(ORPHANS),
            ['__count'],
        )
        orphans = []
        for position, (field, name) in enumerate(ORPHANS.items()):
            count = sum(group[-1] for group in groups if not group[position])
            if count:
                sentence = self._orphan_sentence(field, count)
                orphans.append({'filter': name, 'count': count, 'sentence': sentence})
        if count := self.search_count(self._domain_without_recipient()):
            sentence = self.env._(
                "Customers whose next action has no valid recipient: %(count)s", count=count
            )
            orphans.append({'filter': 'no_recipient', 'count': count, 'sentence': sentence})
        return orphans

    def _orphan_sentence(self, field, count):
        if field == 'collector_id':
            return self.env._("Customers with a balance and no collector: %(count)s", count=count)
        return self.env._("Customers with a balance and no scenario: %(count)s", count=count)

    # === PASTED CODES === #

    @api.model
    def _dso_paste_words(self, found, missing):
        return (
            self.env._("Customer codes: %(count)s", count=found),
            self.env._("Pasted values without a customer account: %(count)s", count=missing),
        )

    # === ACTION METHODS === #

    def action_open_items(self):
        """Open the open items of a customer account."""
        self.ensure_one()
        return self._open_window(
            'dso_collection.account_move_line_action_items',
            [('id', 'in', self.unit_line_ids.ids)],
        )

    def action_open_history(self):
        """Open what was done or dropped for a customer account."""
        self.ensure_one()
        return self._open_window(
            'dso_collection.dso_action_action_history',
            [('id', 'in', self.history_ids.ids)],
        )

    def action_open_partner(self):
        """Open the contact of a customer account."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'res.partner',
            'res_id': self.partner_id.id,
            'views': [(False, 'form')],
        }

    def action_open_recipient(self):
        """Open the contact to whom the next action goes."""
        self.ensure_one()
        return self.next_action_id.action_open_recipient()

    def action_litigation_file(self):
        """Open the litigation file of a customer account."""
        self.ensure_one()
        files = self.env['dso.litigation.file']
        return files._get_url(files._get_claimable(self))

    def action_lift_hold(self):
        """Lift the dunning hold: the scenario goes on at once."""
        self._check_collect_access()
        self.write({'hold_reason': False, 'hold_from': False, 'hold_until': False})
        return True

    @api.model
    def _get_start_figures(self, company):
        """Return what a manager looks at before starting the collection of a company.

        :rtype: dict
        """
        root = company._dso_root()
        own = Domain('company_id', '=', root.id)
        actions = self.env['dso.action']
        sendable = actions._domain_sendable(root, root._dso_today())
        [(count, overdue)] = self._read_group(own, [], ['__count', 'overdue:sum'])
        return {
            'customer_count': count,
            'overdue': overdue,
            'no_collector_count': self.search_count(own & self._domain_without('collector_id')),
            'no_scenario_count': self.search_count(own & self._domain_without('scenario_id')),
            'to_confirm_count': actions.search_count(own & Domain('to_confirm', '=', True)),
            'automatic_count': actions.search_count(sendable),
        }

    def _open_window(self, xml_id, domain):
        """Return an action on a domain of this customer account, without default filters."""
        action = self.env['ir.actions.act_window']._for_xml_id(xml_id)
        return {**action, 'domain': domain, 'context': {}, 'display_name': self.display_name}
