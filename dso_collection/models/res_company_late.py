from odoo import api, fields, models


class ResCompany(models.Model):
    """What a company asks for late payment; nothing before somebody has chosen a policy."""

    _inherit = 'res.company'

    dso_late_policy_id = fields.Many2one(
        'dso.late.policy',
        string="Late Payment Policy",
        ondelete='restrict',
        help="Interest and compensation of customer accounts without a policy of their own.",
    )
    dso_late_product_id = fields.Many2one(
        'product.product',
        string="Late Payment Product",
        check_company=True,
        ondelete='restrict',
        help="Its income account and taxes are those of debit notes for late payment; without one, "
        "they take the account of the sales journal, without taxes.",
    )

    @api.constrains('dso_late_policy_id', 'currency_id')
    def _check_dso_late_policy(self):
        for company in self.filtered('dso_late_policy_id'):
            company.dso_late_policy_id._check_company_uses(company)

    @api.constrains('dso_late_product_id')
    def _check_dso_late_product(self):
        """Refuse a product of another company; core checks companies only with some modules."""
        self._check_company(['dso_late_product_id'])
