import ast
from collections import Counter

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize, email_normalize_all


class DsoCustomer(models.Model):
    """What customers answer comes back to their customer account (docs/dispatch.md)."""

    _inherit = 'dso.customer'

    reply_ids = fields.One2many('dso.reply', 'customer_id', string="Replies", readonly=True)
    reply_count = fields.Integer(string="Replies Received", compute='_compute_reply_count')
    waiting_reply_count = fields.Integer(
        string="Waiting Replies",
        compute='_compute_waiting_reply_count',
        help="Replies here and on the customer accounts collected through this one that nobody has "
        "dealt with yet: no automatic message goes before.",
    )

    @api.depends('reply_ids')
    def _compute_reply_count(self):
        counts = dict(
            self.env['dso.reply']._read_group(
                [('customer_id', 'in', self.ids)], ['customer_id'], ['__count']
            )
        )
        for customer in self:
            customer.reply_count = counts.get(customer, 0)

    @api.depends('reply_ids.state', 'grouped_account_ids')
    def _compute_waiting_reply_count(self):
        waiting = Domain('state', '=', 'new') & (
            Domain('customer_id', 'in', self.ids)
            | Domain('customer_id.group_account_id', 'in', self.ids)
        )
        # A customer account may be collected through one whose members are hidden from people.
        groups = self.env['dso.reply'].sudo()._read_group(waiting, ['customer_id'], ['__count'])
        counts = Counter()
        for account, count in groups:
            counts[account.id] += count
            counts[account.group_account_id.id] += count
        for customer in self:
            customer.waiting_reply_count = counts[customer.id]

    # === DOMAINS === #

    @api.model
    def _domains_unheard(self):
        """Customer accounts with a reply that nobody has dealt with, and those with a member that
        has one.

        :rtype: tuple[Domain, Domain]
        """
        waiting = Domain('reply_ids', 'any', [('state', '=', 'new')])
        return waiting, Domain('grouped_account_ids', 'any', waiting)

    # === ACTION METHODS === #

    def action_open_replies(self):
        """Open what a customer answered."""
        self.ensure_one()
        return self._open_window('dso_collection.dso_reply_action', [('customer_id', '=', self.id)])

    # === MAIL GATEWAY === #

    @api.private
    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Override of `mail`: an email opens no customer account.

        It finds the one of its sender, or waits on a reply until somebody assigns it.

        :return: the record in whose chatter the email is posted
        """
        companies = self._companies_written_to(msg_dict, custom_values or {})
        accounts = self._find_by_sender(msg_dict.get('email_from'), companies)
        if len(accounts) == 1:
            return accounts
        if len(companies) != 1:
            owners = accounts.company_id or self.env['res.company'].sudo()._dso_search_roots()
            companies = owners if len(owners) == 1 else companies.browse()
        is_automatic = self.env.context.get('dso_inbound', {}).get('is_automatic', False)
        return self.env['dso.reply']._receive_unassigned(msg_dict, companies, is_automatic)

    @api.model
    def _companies_written_to(self, msg_dict, custom_values):
        """Return the root companies whose address an email was sent to, none when it tells nothing.

        :param dict custom_values: defaults of the alias that was written to
        :rtype: res.company
        """
        companies = self.env['res.company'].sudo()  # whoever runs the gateway
        if company_id := custom_values.get('company_id'):
            return companies.browse(company_id).exists().root_id
        addresses = email_normalize_all(msg_dict.get('recipients') or '')
        names = {address.rpartition('@')[2] for address in addresses}
        return companies.search([('alias_domain_id.name', 'in', list(names))]).root_id

    @api.model
    def _find_by_sender(self, email_from, companies):
        """Return the customer accounts that the sender of an email may speak for.

        Accounts that are collected together count as their group account.

        :param str email_from: address as in the email
        :param res.company companies: companies that may be meant, all when empty
        :rtype: dso.customer
        """
        email = email_normalize(email_from or '')
        if not email:
            return self.browse()
        partners = self.env['res.partner'].sudo().search([('email_normalized', '=', email)])
        domain = Domain('partner_id', 'in', partners.commercial_partner_id.ids)
        if companies:
            domain &= Domain('company_id', 'in', companies.ids)
        accounts = self.sudo().search(domain)
        leads = accounts._get_units()
        return leads if len(leads) == 1 and len(accounts) > 1 else accounts

    def _message_post_after_hook(self, message, msg_values):
        """Override of `mail`: what comes from outside waits for a collector, what he answers is
        noted."""
        result = super()._message_post_after_hook(message, msg_values)
        replies = self.env['dso.reply']
        if self._is_from_outside(message):
            replies._receive(message, self)
        elif self.env.context.get('dso_reply_ids'):
            replies._get_being_answered(self)._take_answer(message)
        return result

    def _is_from_outside(self, message):
        """Tell whether a person who is no user of the company wrote a message.

        :rtype: bool
        """
        author = message.author_id.sudo()  # users of another company
        if author and not author.partner_share:
            return False
        if message.message_type == 'email':
            return not self.env.context.get('dso_inbound', {}).get('is_automatic')
        return message.message_type == 'comment' and bool(author)

    def _notify_get_reply_to_batch(self, defaults=None, author_ids=None):
        """Override of `mail`: customers answer to the address of collection, if there is one."""
        reply_tos = super()._notify_get_reply_to_batch(defaults=defaults, author_ids=author_ids)
        aliases = (
            self.env['mail.alias']
            .sudo()
            .search(
                [
                    ('alias_model_id.model', '=', 'dso.customer'),
                    ('alias_name', '!=', False),
                    ('alias_domain_id', '!=', False),
                ]
            )
        )
        for customer in self if aliases else ():
            if alias := customer._pick_alias(aliases):
                reply_tos[customer.id] = self._notify_get_reply_to_formatted_email(
                    alias.alias_full_name, author_id=(author_ids or {}).get(customer.id, False)
                )
        return reply_tos

    def _pick_alias(self, aliases):
        """Return the address of collection of the company, the one made for it first."""
        company = self.company_id.sudo()
        own = {company.id: aliases.browse(), None: aliases.browse()}
        for alias in aliases.filtered(lambda a: a.alias_domain_id == company.alias_domain_id):
            owner = ast.literal_eval(alias.alias_defaults or '{}').get('company_id')
            if owner in own:
                own[owner] |= alias
        return (own[company.id] or own[None])[:1]
