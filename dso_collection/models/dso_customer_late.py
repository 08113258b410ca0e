from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..engine.late import totals
from .dso_late_payment import DRAFTED


class DsoCustomer(models.Model):
    """Late payment of a customer account: what it costs today, and the debit note for it."""

    _inherit = 'dso.customer'

    late_exempt = fields.Boolean(
        string="No Late Payment Charges",
        tracking=True,
        help="Neither interest nor compensation is asked for, whatever the company's policy.",
    )
    late_policy_id = fields.Many2one(
        'dso.late.policy',
        string="Late Payment Policy",
        index='btree_not_null',
        tracking=True,
        ondelete='restrict',
        help="Policy of this customer account; empty: the one of the company.",
    )
    late_charged_on = fields.Datetime(
        string="Late Payment Charged On",
        readonly=True,
        help="When the last debit note for late payment was drafted.",
    )
    late_text = fields.Char(string="Late Payment Up to Today", compute='_compute_late')
    late_warning = fields.Char(compute='_compute_late')

    # === COMPUTE METHODS === #

    @api.depends('late_exempt', 'late_policy_id')
    @api.depends_context('lang')
    def _compute_late(self):
        late_payment = self.env['dso.late.payment']
        found = late_payment._load(self) if self.ids else {}
        for customer in self:
            late = found.get(customer._origin.id)
            customer.late_warning = late and late_payment._get_missing_sentence(
                {customer._origin.id: late}
            )
            customer.late_text = late and customer._get_late_text(late)

    def _get_late_text(self, late):
        """Return interest and compensation in words; empty when there is neither."""
        phrase = self.env['dso.late.payment']._phrase
        interest = late.interests and phrase(totals(late.interests))
        compensation = late.compensations and phrase(totals(late.compensations))
        if interest and compensation:
            return self.env._(
                "%(interest)s interest and %(compensation)s compensation",
                interest=interest,
                compensation=compensation,
            )
        if interest:
            return self.env._("%(interest)s interest", interest=interest)
        if compensation:
            return self.env._("%(compensation)s compensation", compensation=compensation)
        return ""

    # === CONSTRAINT METHODS === #

    @api.constrains('late_policy_id', 'company_id')
    def _check_late_policy(self):
        for customer in self.filtered('late_policy_id'):
            customer.late_policy_id.sudo()._check_company_uses(customer.company_id.sudo())

    # === ACTION METHODS === #

    def action_charge_late(self):
        """Draft debit notes for the late payment of a customer account, one per currency."""
        self.ensure_one()
        self._check_charge_access()
        late = self._get_late_to_charge()
        # Somebody who charges the same account at this moment fails here, and Odoo repeats the
        # request, which then sees the charges of the first.
        self.sudo().late_charged_on = fields.Datetime.now()  # nobody's to write by hand
        self.flush_recordset(['late_charged_on'])
        invoices = self.env['dso.late.invoice']._create(self, late)
        for invoice in invoices:
            self.message_post(
                body=self.env._(
                    "Debit note for late payment drafted: %(link)s", link=invoice._get_html_link()
                )
            )
        return self._open_late_invoices(invoices)

    def _open_late_invoices(self, invoices):
        is_one = len(invoices) == 1
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'account.move',
            'domain': [('id', 'in', invoices.ids)],
            'res_id': invoices.id if is_one else False,
            'views': [(False, 'form')] if is_one else [(False, 'list'), (False, 'form')],
            'context': {'default_move_type': 'out_invoice'},
            'name': self.env._("Debit Notes for Late Payment"),
        }

    # === BUSINESS METHODS === #

    def _get_late_policy(self):
        """Return the policy of a customer account: none, its own, or the one of its company.

        :rtype: dso.late.policy
        """
        if self.late_exempt:
            return self.env['dso.late.policy']
        return self.late_policy_id or self.company_id.dso_late_policy_id

    def _check_charge_access(self):
        """Refuse people who may not collect, or not invoice."""
        self._check_collect_access()
        self.check_access('write')
        if not (self.env.su or self.env.user.has_group('account.group_account_invoice')):
            raise AccessError(
                self.env._(
                    "A debit note is an invoice: ask for the right to create invoices, or somebody "
                    "who has it."
                )
            )
        company = self.sudo().company_id  # a user of a branch may not read its root
        if not self.env.su and company not in self.env.user.company_ids:
            raise AccessError(
                self.env._(
                    "The debit note belongs to the books of %(company)s, which you may not use: "
                    "ask somebody who may.",
                    company=company.name,
                )
            )

    def _get_late_to_charge(self):
        """Return what can be charged, or tell why nothing can.

        :rtype: engine.late.Late
        """
        late_payment = self.env['dso.late.payment']
        found = late_payment._load(self, DRAFTED)
        late = found.get(self.id)
        if late and late.missing:
            raise UserError(late_payment._get_missing_sentence({self.id: late}))
        if not late or not (late.interests or late.compensations):
            raise UserError(
                self.env._(
                    "There is nothing to charge to %(customer)s: no item that may be chased is "
                    "late by its policy, or all was charged up to today.",
                    customer=self.display_name,
                )
            )
        return late
