from odoo import models

#: Where the service that Odoo uses looks for an address on the right, as on Odoo's cover pages: it
#: begins 60 mm below the top of the sheet, under 17 mm for the sender. On the left it is DIN 5008.
RIGHT = (118, 43)


class DsoLetter(models.AbstractModel):
    _inherit = 'dso.letter'

    def _get_window(self, parcel):
        """Override of `dso_collection`: the envelopes of the service are not ours."""
        company = parcel.action.company_id
        posted = parcel.kind == 'letter' and company.dso_post_letters
        if posted and company.dso_letter_window == 'right':
            return RIGHT
        return super()._get_window(parcel)
