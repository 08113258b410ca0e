from odoo import api, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain


class ResCompany(models.Model):
    """Root companies: collection is managed on them, for themselves and their branches."""

    _inherit = 'res.company'

    def _dso_root(self):
        """Return the root companies in sudo: users of a branch may not read its root.

        :rtype: res.company
        """
        return self.sudo().root_id

    @api.model
    def _dso_search_roots(self, domain=Domain.TRUE):
        """Return all root companies that the caller may read.

        :param domain: further conditions
        :rtype: res.company
        """
        return self.search(Domain('parent_id', '=', False) & Domain(domain))

    def _dso_check_root(self, refusal):
        """Refuse branches where collection asks for their root companies.

        :param refusal: function of the names ``branch`` and ``company``; returns the sentence
        """
        for company in self.sudo():  # only to name it
            if company.parent_id:
                names = {'branch': company.name, 'company': company.root_id.name}
                raise ValidationError(refusal(**names))

    def _dso_check_manager(self, refusal=None):
        """Return the root companies in sudo: collection managers may not edit companies.

        :param str refusal: sentence for anybody but a collection manager of these companies
        :raise AccessError: for anybody but those
        :rtype: res.company
        """
        allowed = self.env.su or (
            self.env.user.has_group('dso_collection.group_dso_manager')
            and self <= self.env.companies
        )
        if not allowed:
            raise AccessError(
                refusal or self.env._("Only collection managers of the company may do this.")
            )
        return self._dso_root()
