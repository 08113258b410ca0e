import base64

from odoo import Command, models
from odoo.exceptions import UserError


class DsoChannelLetter(models.AbstractModel):
    """Letters: written and printed to PDF on their date, then posted by somebody.

    The document is made once and kept; what is printed again is that very document.
    """

    _name = 'dso.channel.letter'
    _description = "Collection by Letter"
    _inherit = ['dso.channel']

    _template_field = 'letter_template_id'
    _text_fields = ('subject', 'body_html')

    def _get_obstacle(self, action, recipient):
        return '' if recipient else 'no_address'

    # === TEXTS === #

    def _render_texts(self, template, lang, actions):
        printed = self.with_context(dso_print=True)  # pictures stand in the text itself
        template = template.with_context(dso_print=True)
        return super(DsoChannelLetter, printed)._render_texts(template, lang, actions)

    def _write(self, parcels):
        """Return the parcels with their texts and documents; one that cannot be laid out fails."""
        written = []
        for parcel in super()._write(parcels):
            if not parcel.code:
                try:
                    document = self.env['dso.letter']._to_pdf(parcel)
                    parcel.texts['document'] = document
                except UserError as error:
                    parcel = parcel._replace(code='render', cause=self._get_cause(error))
            written.append(parcel)
        return self.env['dso.attachment']._enclose(written)

    # === MESSAGES === #

    def _create_messages(self, parcels):
        documents = self.env['ir.attachment'].create(
            [self._prepare_document(parcel) for parcel in parcels]
        )
        messages = self.env['mail.message'].create(
            [
                {
                    **self._prepare_message(parcel),
                    'attachment_ids': [Command.link(document.id)],
                }
                for parcel, document in zip(parcels, documents, strict=True)
            ]
        )
        vals_list = [{'document_id': document.id} for document in documents]
        return self._create_rows(parcels, messages, vals_list)

    def _prepare_message(self, parcel):
        return {
            **super()._prepare_message(parcel),
            'message_type': 'notification',
            'subtype_id': self.env['ir.model.data']._xmlid_to_res_id('mail.mt_note'),
            'subject': self._as_line(parcel.texts['subject']),
            'body': parcel.texts['body_html'],
        }

    def _prepare_document(self, parcel):
        action = parcel.action
        name = self.env['dso.letter']._get_file_name(action, parcel.texts['subject'])
        return {
            'name': name,
            'type': 'binary',
            'datas': base64.b64encode(parcel.texts['document']),
            'mimetype': 'application/pdf',
            'res_model': 'dso.customer',
            'res_id': action.customer_id.id,
        }

    def _withdraw(self, messages):
        """Letters that nobody has posted do not leave any more; what is locked is being posted."""
        waiting = messages.filtered(lambda message: message.delivery == 'queued')
        free = waiting.try_lock_for_update(allow_referencing=True)
        free.write({'delivery': 'failed', 'failure_code': 'withdrawn'})
        return waiting - free

    # === RESULTS === #

    def _read_fates(self, messages):
        """People say what became of a letter: :meth:`dso.action.message.action_mark_posted`."""
        return {}
