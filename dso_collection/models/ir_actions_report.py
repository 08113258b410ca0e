from odoo import models


class IrActionsReport(models.Model):
    _inherit = 'ir.actions.report'

    def _build_wkhtmltopdf_args(self, *args, **kwargs):
        """Override of `base` to print our letters without scripts, nor the pause left for them."""
        command = super()._build_wkhtmltopdf_args(*args, **kwargs)
        if self.env.context.get('dso_letter'):
            command += ['--disable-javascript', '--javascript-delay', '0']
        return command
