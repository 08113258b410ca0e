import io

from odoo import models

STATEMENT_REPORT = 'dso_collection.report_statement'


class IrActionsReport(models.Model):
    _inherit = 'ir.actions.report'

    def _build_wkhtmltopdf_args(self, *args, **kwargs):
        """Override of `base` to print our letters without scripts, nor the pause left for them."""
        command = super()._build_wkhtmltopdf_args(*args, **kwargs)
        if self.env.context.get('dso_letter'):
            command += ['--disable-javascript', '--javascript-delay', '0']
        return command

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Override of `base` to print statements as they are attached to emails."""
        if self._get_report(report_ref).report_name != STATEMENT_REPORT:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        customers = self.env['dso.customer'].browse(res_ids)
        statements = self.env['dso.statement']
        files = statements._render_pdfs(statements._get_documents(customers))
        return {
            customer_id: {'stream': io.BytesIO(content), 'attachment': None}
            for customer_id, content in files.items()
        }
