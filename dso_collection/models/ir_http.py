from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = 'ir.http'

    def session_info(self):
        """Override of `web` to tell the client what each of its screens shows of collection."""
        info = super().session_info()
        if self.env.user.has_group('dso_collection.group_dso_reader'):
            info['dso_sending'] = self.env['res.company'].get_dso_sending()
            info['dso_stands_in'] = bool(self.env['dso.substitute']._get_absent())
        return info
