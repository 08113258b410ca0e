from collections import defaultdict

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_list
from odoo.tools.misc import formatLang

from ..const import MOVING_ORIGINS, MOVING_STATES

#: Figure of a customer account with its members → figure of each of them.
UNIT_FIGURES = {
    'group_balance': 'balance',
    'group_overdue': 'overdue',
    'group_unallocated': 'unallocated',
    'group_item_count': 'open_item_count',
}

#: The same for figures that few screens show, and that cost more than a sum.
UNIT_CREDIT_FIGURES = {'group_exposure': 'exposure', 'group_unsecured': 'unsecured'}

#: Names that a sentence about members lists before it counts the rest.
NAMES_SHOWN = 5


class DsoCustomer(models.Model):
    """What a group account shows of its members, and what the dialog tells before grouping."""

    _inherit = 'dso.customer'

    member_count = fields.Integer(string="Grouped Customers", compute='_compute_group_figures')
    group_balance = fields.Monetary(compute='_compute_group_figures')
    group_overdue = fields.Monetary(compute='_compute_group_figures')
    group_unallocated = fields.Monetary(compute='_compute_group_figures')
    group_item_count = fields.Integer(
        string="Open Items of the Group", compute='_compute_group_figures'
    )
    group_exposure = fields.Monetary(compute='_compute_group_credit_figures')
    group_unsecured = fields.Monetary(compute='_compute_group_credit_figures')
    unit_line_ids = fields.Many2many(
        'account.move.line',
        string="Open Items With Those of Grouped Customers",
        compute='_compute_unit_line_ids',
    )

    # === COMPUTE METHODS === #

    @api.depends('grouped_account_ids', *UNIT_FIGURES.values())
    def _compute_group_figures(self):
        counts = self._sum_of_units(UNIT_FIGURES)
        for customer in self:
            customer.member_count = counts.get(customer._origin.id, 0)

    @api.depends('grouped_account_ids', *UNIT_CREDIT_FIGURES.values())
    def _compute_group_credit_figures(self):
        self._sum_of_units(UNIT_CREDIT_FIGURES)

    def _sum_of_units(self, names):
        """Let each account show its figures with those of the accounts that it collects for.

        :param dict names: field to be set → figure of one account
        :return: id of a group account → number of its members
        :rtype: dict
        """
        groups = self._read_group(
            [('group_account_id', 'in', self.ids)],
            ['group_account_id'],
            ['__count', *(f'{name}:sum' for name in names.values())],
        )
        sums = {account.id: values for account, _count, *values in groups}
        nothing = [0] * len(names)
        for customer in self:
            added = sums.get(customer._origin.id, nothing)
            for (unit_name, name), amount in zip(names.items(), added, strict=True):
                customer[unit_name] = customer[name] + amount
        return {account.id: count for account, count, *_values in groups}

    @api.depends('open_line_ids', 'grouped_account_ids.open_line_ids')
    def _compute_unit_line_ids(self):
        (self | self.grouped_account_ids).mapped('open_line_ids')  # of all of them at once
        for customer in self:
            unit = customer | customer.grouped_account_ids
            customer.unit_line_ids = unit.open_line_ids

    # === SEARCH METHODS === #

    @api.model
    @api.readonly
    def name_search(self, name='', domain=None, operator='ilike', limit=100):
        """Override to offer group accounts by their balance, those that are being grouped first."""
        ids = self.env.context.get('dso_grouped_ids')
        if ids is None:
            return super().name_search(name, domain, operator, limit)
        domain = Domain('display_name', operator, name) & Domain(domain or Domain.TRUE)
        found = self.browse()
        for part in (Domain('id', 'in', ids), Domain('id', 'not in', ids)):
            found += self.search_fetch(
                domain & part, ['display_name'], limit=limit, order='balance desc, id'
            )
        return [(customer.id, customer.display_name) for customer in found[:limit].sudo()]

    # === BUSINESS METHODS === #

    def _propose_group_account(self):
        """Return the account in which these are best collected: a group account that exists, else
        the largest balance.

        :rtype: dso.customer
        """
        free = self.filtered(lambda c: not c.group_account_id)
        leads = free.filtered('grouped_account_ids') or (free if len(self) > 1 else free.browse())
        return leads.sorted('balance', reverse=True)[:1]

    def _group_through(self, account):
        """Collect these customer accounts through another one.

        :param dso.customer account: the group account; may be one of these
        """
        if not account:
            raise UserError(self.env._("Choose the account in which the collection is made."))
        if not self - account:
            raise UserError(
                self.env._("Choose at least one customer account besides the group account.")
            )
        (self - account)._assign({'group_account_id': account.id})
        self.env['dso.planner']._plan_for_screen(self | account)

    def _get_grouping(self, account):
        """Return what collecting these customer accounts through another one will change.

        :param dso.customer account: the group account, with the members that it has already
        :return: values of the fields of ``dso.customer.group``
        :rtype: dict
        """
        if not account:
            return {}
        members = self - account
        unit = account | account.grouped_account_ids | members
        amounts, currencies = unit._get_open_amounts()
        actions = self.env['dso.action']._read_group(
            [
                ('customer_id', 'in', (members - account.grouped_account_ids).ids),
                ('state', 'in', MOVING_STATES),
            ],
            ['origin'],
            ['__count'],
        )
        actions = dict(actions)
        moved_count = sum(actions.get(origin, 0) for origin in MOVING_ORIGINS)
        return {
            'account_count': len(unit),
            'item_count': sum(unit.mapped('open_item_count')),
            'amounts': format_list(self.env, amounts) if amounts else "",
            'dropped_count': sum(actions.values()) - moved_count,
            'moved_count': moved_count,
            'differences': (members - account.grouped_account_ids)._explain_differences(
                account, currencies
            ),
        }

    def _get_open_amounts(self):
        """Return the open amounts of these accounts, one phrase per currency, and who owes which.

        :return: (phrases, customer account → currencies)
        :rtype: tuple
        """
        lines = self.env['account.move.line']
        groups = lines._read_group(
            Domain('id', 'in', self.open_line_ids.ids),
            ['currency_id', 'partner_id'],
            ['amount_residual_currency:sum'],
        )
        totals, owed = defaultdict(float), defaultdict(set)
        accounts = {customer.partner_id: customer for customer in self}
        for currency, partner, amount in groups:
            totals[currency] += amount
            owed[accounts[partner.commercial_partner_id]].add(currency)
        phrases = [
            formatLang(self.env, amount, currency_obj=currency)
            for currency, amount in totals.items()
        ]
        return phrases, owed

    # === BUSINESS METHODS - DIFFERENCES === #

    def _explain_differences(self, account, currencies):
        """Return which of these accounts differ from their future group account, which decides.

        :param dict currencies: customer account → currencies in which it owes
        :rtype: Markup
        """
        emails = (self | account)._get_collection_emails()
        nothing = self.env._("none")
        tests = [
            (
                lambda c: c.group_account_id - account,
                self.env._("Taken out of another group: %(names)s."),
                "",
            ),
            (
                lambda c: c.collector_id != account.collector_id,
                self.env._("Another collector: %(names)s. Actions go to %(value)s."),
                account.collector_id.name or nothing,
            ),
            (
                lambda c: c.scenario_id != account.scenario_id,
                self.env._("Another scenario: %(names)s. The scenario will be %(value)s."),
                account.scenario_id.name or nothing,
            ),
            (
                lambda c: c.partner_id.lang != account.partner_id.lang,
                self.env._("Another language: %(names)s. Messages are written in %(value)s."),
                account._get_language_name() or nothing,
            ),
            (
                lambda c: currencies[c] - currencies[account],
                self.env._("Another currency: %(names)s. Each currency keeps its own total."),
                "",
            ),
            (
                lambda c: emails[c] != emails[account],
                self.env._("Another contact: %(names)s. Messages go to %(value)s."),
                emails[account] or nothing,
            ),
        ]
        found = [(self.filtered(test), text, value) for test, text, value in tests]
        items = [
            Markup("<li>%s</li>") % (text % {'names': members._list_names(), 'value': value})
            for members, text, value in found
            if members
        ]
        return Markup("<ul>%s</ul>") % Markup("").join(items) if items else Markup("")

    def _list_names(self):
        names = self[:NAMES_SHOWN].mapped('display_name')
        if left := len(self) - len(names):
            names.append(self.env._("%(count)s more", count=left))
        return format_list(self.env, names)

    def _get_language_name(self):
        langs = dict(self.env['res.lang'].get_installed())
        return langs.get(self.partner_id.lang)

    def _get_collection_emails(self):
        """Return the addresses to which messages about each customer account go (spec 4.2).

        :return: customer account → addresses as one text
        :rtype: dict
        """
        contacts = self.env['res.partner'].search(
            Domain('commercial_partner_id', 'in', self.partner_id.ids)
            & (Domain('is_collection_contact', '=', True) | Domain('type', '=', 'invoice')),
            order='id',
        )
        contacts = contacts.grouped('commercial_partner_id')
        emails = {}
        for customer in self:
            partner = customer.partner_id
            mine = contacts.get(partner, partner.browse())
            invoice = mine.filtered(lambda p, own=partner: p.type == 'invoice' and p != own)[:1]
            chosen = mine.filtered('is_collection_contact') or invoice or partner
            emails[customer] = ", ".join(filter(None, chosen.mapped('email_normalized')))
        return emails
