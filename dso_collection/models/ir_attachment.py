from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

#: What a stored document says, and where it stands.
CONTENT = frozenset(
    ['datas', 'raw', 'db_datas', 'store_fname', 'url', 'type', 'name', 'res_model', 'res_id']
)


class IrAttachment(models.Model):
    _inherit = 'ir.attachment'

    def write(self, vals):
        if not CONTENT.isdisjoint(vals):
            self._dso_check_no_evidence()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        self._dso_check_no_evidence()

    def _dso_check_no_evidence(self):
        """Refuse to change or delete what was sent or printed for an action: it is evidence.

        Superuser mode does not lift the guard, as with the actions.
        """
        self._dso_check_no_letter()
        self._dso_check_no_statement()

    def _dso_check_no_letter(self):
        letters = self.env['dso.action.message'].sudo()  # whoever works on attachments
        printed = letters.search(
            [('document_id', 'in', self.ids), ('printed_on', '!=', False)], limit=1
        )
        if printed:
            raise UserError(
                self.env._(
                    "%(name)s is a letter of collection that was printed: it can neither be "
                    "changed nor deleted.",
                    name=printed.document_id.name,
                )
            )

    def _dso_check_no_statement(self):
        """Refuse it for statements that were sent with a message.

        Legal PDFs of invoices, which go along too, belong to accounting: it may do with them what
        it likes, and the message keeps their names.
        """
        statements = self.sudo().filtered(lambda file: file.res_model == 'dso.customer')
        if statements:
            messages = self.env['dso.action.message']
            messages._refuse_if_sent(Domain('mail_message_id.attachment_ids', 'in', statements.ids))
