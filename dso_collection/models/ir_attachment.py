from odoo import api, models
from odoo.fields import Domain

#: What a stored document says.
CONTENT = frozenset(['datas', 'raw', 'db_datas', 'store_fname', 'url', 'type', 'name', 'mimetype'])

#: Where it stands.
PLACE = frozenset(['res_model', 'res_id'])

#: Where what is sent comes from: letters and statements, files of templates. Legal PDFs of
#: invoices, which go along too, belong to accounting: it may do with them what it likes, and the
#: message keeps their names.
SOURCES = frozenset(['dso.customer', 'mail.template'])


class IrAttachment(models.Model):
    _inherit = 'ir.attachment'

    def write(self, vals):
        self.sudo().filtered(lambda file: file._dso_is_changed(vals))._dso_check_not_sent()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        self._dso_check_not_sent()

    def _dso_is_changed(self, vals):
        """Tell whether values change a document; templates give theirs the same place each time."""
        return not CONTENT.isdisjoint(vals) or any(
            vals[name] != self[name] for name in PLACE.intersection(vals)
        )

    def _dso_check_not_sent(self):
        """Refuse to change or delete what was sent or printed for a collection action."""
        files = self.sudo().filtered(lambda file: file.res_model in SOURCES)
        if files:
            messages = self.env['dso.action.message']  # whoever works on attachments
            messages._refuse_if_sent(Domain('mail_message_id.attachment_ids', 'in', files.ids))
