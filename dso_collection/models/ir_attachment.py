from odoo import api, models
from odoo.exceptions import UserError

#: What a stored document says, and where it stands.
CONTENT = frozenset(
    ['datas', 'raw', 'db_datas', 'store_fname', 'url', 'type', 'res_model', 'res_id']
)


class IrAttachment(models.Model):
    _inherit = 'ir.attachment'

    def write(self, vals):
        if not CONTENT.isdisjoint(vals):
            self._dso_check_no_letter()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_letter(self):
        self._dso_check_no_letter()

    def _dso_check_no_letter(self):
        """Refuse to change or delete a letter that was printed: it is evidence.

        Superuser mode does not lift the guard, as with the actions (docs/engine.md, invariant 5).
        """
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
