from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = 'base.partner.merge.automatic.wizard'

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Override of `base` to merge the customer accounts before their contacts.

        Core re-points foreign keys by raw SQL, row by row, and deletes what a unique index refuses:
        a second customer account would go with its whole history.
        """
        self.env['dso.customer'].sudo()._merge_partners(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)
