from odoo import models


class MailComposeMessage(models.TransientModel):
    _inherit = 'mail.compose.message'

    def _prepare_mail_values(self, res_ids):
        """Override of `mail` to answer several replies at once: each to its own sender.

        Core gives all recipients to all documents.
        """
        values = super()._prepare_mail_values(res_ids)
        if self.composition_batch and self.model == 'dso.customer':
            customers = self.env['dso.customer'].browse(res_ids)
            replies = self.env['dso.reply']._get_being_answered(customers)
            for customer, own in replies.grouped('customer_id').items():
                latest = own.sorted('date')[-1]
                values[customer.id]['partner_ids'] = own.author_id.ids
                values[customer.id]['parent_id'] = latest.mail_message_id.id
                values[customer.id]['subject'] = self.subject or latest._get_answer_subject()
        return values
