from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import group_sql


class DsoCustomer(models.Model):
    """Grouped collection: several customer accounts chased through one of them (spec 5)."""

    _inherit = 'dso.customer'

    regrouped_on = fields.Datetime(
        readonly=True,
        help="When customer accounts were last grouped or taken out of the group; the next "
        "automatic action then waits for confirmation. Empty once it has gone or was skipped.",
    )

    # The database's own word on what a raw statement could do most easily.
    _check_not_through_itself = models.Constraint(
        'CHECK (group_account_id <> id)',
        "A customer account cannot be collected through itself: choose another one.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains('group_account_id', 'company_id')
    def _check_group_account(self):
        """Refuse groups that cannot be (spec 5.7), in as many queries for many accounts as for one.

        For every path: a statement that writes groups past the ORM calls it afterwards.
        """
        customers = self.sudo()  # whoever groups, a group account of another company must be seen
        itself = customers.filtered(lambda c: c.group_account_id == c)[:1]
        if itself:
            raise ValidationError(itself._explain_group_refusal(itself, 'itself'))
        self.env['dso.customer'].flush_model(['partner_id', 'group_account_id', 'company_id'])
        self.env['res.partner'].flush_model(['commercial_partner_id'])
        for customer_id, account_id, reason in self.env.execute_query(group_sql.refusals(self.ids)):
            customer, account = customers.browse(customer_id), customers.browse(account_id)
            raise ValidationError(customer._explain_group_refusal(account, reason))
        customers.group_account_id._check_receivable_side()

    def _explain_group_refusal(self, account, reason):
        """Return why a customer account cannot be collected through another, and what to do.

        :param dso.customer account: the refused group account
        :param str reason: ``itself`` or one of :func:`group_sql.refusals`
        """
        names = {
            'customer': self.display_name,
            'company': self.company_id.name,
            'account': account.display_name,
            'group': account.group_account_id.display_name,
        }
        texts = {
            'itself': self.env._(
                "%(customer)s cannot be collected through itself: choose another group account.",
                **names,
            ),
            # Without the name: who groups may have no business in the other company.
            'company': self.env._(
                "%(customer)s is a customer account of %(company)s, the chosen group account is "
                "not: choose a group account of %(company)s.",
                **names,
            ),
            'contact': self.env._(
                "%(customer)s cannot be collected through %(account)s: one of them has become the "
                "contact of a company, which is collected instead. Choose the company.",
                **names,
            ),
            'grouped': self.env._(
                "%(account)s is itself collected through %(group)s: choose %(group)s as the group "
                "account.",
                **names,
            ),
            'members': self.env._(
                "%(customer)s is the group account of other customer accounts and cannot be "
                "collected through %(account)s: cancel its grouping first.",
                **names,
            ),
        }
        return texts[reason]

    def _check_receivable_side(self):
        """Refuse group accounts in which nothing could be booked, hence nothing collected."""
        for company, accounts in self.grouped('company_id').items():
            for account in accounts:
                side = account.partner_id.with_company(company).property_account_receivable_id
                if side.account_type != 'asset_receivable' or side.non_trade:
                    raise ValidationError(
                        self.env._(
                            "%(account)s has no trade receivable account in %(company)s and "
                            "cannot be a group account: set one on the contact or choose another "
                            "group account.",
                            account=account.display_name,
                            company=company.name,
                        )
                    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        customers = super().create(vals_list)
        customers._follow_regrouping({})
        return customers

    def write(self, vals):
        if 'group_account_id' not in vals:
            return super().write(vals)
        before = {customer.id: customer.sudo().group_account_id.id for customer in self}
        result = super().write(vals)
        self._follow_regrouping(before)
        return result

    # === ACTION METHODS === #

    def action_cancel_grouping(self):
        """Take members out of their groups; both sides are planned again at once."""
        self._check_collect_access()
        members = self.filtered('group_account_id')
        leads = members.sudo().group_account_id  # may be another collector's
        members._assign({'group_account_id': False})
        self.env['dso.planner']._plan_for_screen(members.sudo() | leads)
        return True

    def action_cancel_group(self):
        """Take all members out of the groups of these group accounts."""
        return self.grouped_account_ids.action_cancel_grouping()

    # === BUSINESS METHODS === #

    def _follow_regrouping(self, before):
        """Do what follows from a change of group accounts (spec 5.2).

        Specific actions go along, both sides are planned again, and their next automatic action
        waits for confirmation. A statement that writes groups past the ORM calls it afterwards.

        :param dict before: id of the group account that each customer account had, by id
        """
        customers = self.sudo()  # the other side of a group may be another collector's
        moved = customers.filtered(lambda c: c.group_account_id.id != before.get(c.id, False))
        if not moved:
            return
        left = customers.browse(
            {before[customer.id] for customer in moved if before.get(customer.id)}
        )
        leads = left | moved.group_account_id | moved.filtered(lambda c: not c.group_account_id)
        self.env.flush_all()
        self.env.execute_query(group_sql.note_regrouping(leads.ids, fields.Datetime.now()))
        leads.invalidate_recordset(['regrouped_on'])
        moved._move_specific_actions()
        self.env['dso.planner']._mark_customers(moved | leads)

    def _leave_groups(self):
        """Cancel every group of these customer accounts, as members and as group accounts."""
        customers = self.sudo()  # as above
        members = customers.filtered('group_account_id') | customers.grouped_account_ids
        members.write({'group_account_id': False})

    def _get_unit(self):
        """Return the account through which a customer account is collected, its group or itself.

        :rtype: dso.customer
        """
        self.ensure_one()
        return self.group_account_id or self

    def _get_units(self):
        """Return the accounts through which customer accounts are collected.

        :rtype: dso.customer
        """
        return self.filtered(lambda customer: not customer.group_account_id) | self.group_account_id

    def _move_specific_actions(self):
        """Take open specific actions to where these customer accounts are collected now."""
        self.env.flush_all()
        if self.env.execute_query(group_sql.move_specific_actions(self.ids)):
            self.env.invalidate_all()
