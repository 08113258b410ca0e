from odoo import fields, models

from ..tools.attachments import file_name


class DsoCustomer(models.Model):
    """Statements of a customer account."""

    _inherit = 'dso.customer'

    def _get_statement_lang(self):
        """Return the language of the customer, else of the company, else of the user.

        :rtype: str
        """
        customer = self.sudo()  # whoever may read the customer account
        partner, company = customer.partner_id, customer.company_id
        return partner._dso_choose_lang(partner, company.partner_id)

    def _get_statements_name(self):
        """Return the name of one file with the statements of these customer accounts.

        :rtype: str
        """
        if len(self) == 1:
            return self._get_statement_name()
        return self.env._("Statements %(date)s", date=fields.Date.context_today(self))

    def _get_statement_name(self, lang=None):
        """Return the name of the file of a statement, without its extension.

        :param str lang: code of its language; default: that of the customer
        :rtype: str
        """
        customer = self.with_context(lang=lang or self._get_statement_lang())
        owner = customer.code or customer.sudo().partner_id.name or ""
        return customer.env._(
            "Statement %(customer)s %(date)s",
            customer=file_name(owner),
            date=customer.sudo().company_id._dso_today(),
        )
