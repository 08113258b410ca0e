from odoo import models


class DsoExplanation(models.AbstractModel):
    _inherit = 'dso.explanation'

    def _explain_letter(self, action):
        """Override of `dso_collection` to say that nobody has to print the letter."""
        letters = action.sudo().sent_message_ids.filtered('snailmail_letter_id')
        if 'queued' in letters.mapped('delivery'):
            return self.env._("The letter is written and waits for the postal service to take it.")
        return super()._explain_letter(action)

    def _explain_failure(self, code, name, recipient, detail):
        """Override of `dso_collection` to add what the postal service refuses."""
        return self._post_failures(name).get(code) or super()._explain_failure(
            code, name, recipient, detail
        )

    def _post_failures(self, name):
        return {
            'post_credit': self.env._(
                "There is no credit left for postage: buy credit for Snailmail, then retry."
            ),
            'post_account': self.env._(
                "There is no account for postage: register for Snailmail, then retry."
            ),
            'post_country': self.env._(
                "The postal service does not serve the country of %(name)s: choose another "
                "contact or complete the action by hand.",
                name=name,
            ),
            'post_address': self.env._(
                "The postal service needs name, street, zip, city and country of %(name)s: "
                "complete the contact, then retry.",
                name=name,
            ),
            'post_format': self.env._(
                "The postal service refused the document of the letter to %(name)s: shorten the "
                "address on the contact or correct the text of the letter, then retry.",
                name=name,
            ),
            'post_unknown': self.env._(
                "The postal service gave no clear answer, and may have posted the letter to "
                "%(name)s all the same: ask there before you retry.",
                name=name,
            ),
        }
