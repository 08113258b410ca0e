import io

from odoo import api, models
from odoo.exceptions import UserError

#: Margins of every page in mm, above and below. Without a header on the page, the space that the
#: paper format keeps for it stays empty.
MARGIN = 15

STATEMENT_REPORT = 'dso_collection.report_statement'


class IrActionsReport(models.Model):
    _inherit = 'ir.actions.report'

    @api.model
    def _dso_print(self, html, report_ref=False):
        """Return a page of ours as PDF; it is complete in itself and has no scripts.

        :param str html: the page, with its styles and pictures
        :param str report_ref: report whose paper is used; default: the paper of the company
        :rtype: bytes
        """
        if self.get_wkhtmltopdf_state() in ('install', 'broken'):
            raise UserError(
                self.env._("The program wkhtmltopdf, which prints PDFs, is missing: install it.")
            )
        margins = {
            'data-report-margin-top': MARGIN,
            'data-report-margin-bottom': MARGIN,
            'data-report-header-spacing': 0,
        }
        return self.with_context(dso_without_scripts=True)._run_wkhtmltopdf(
            [html], report_ref=report_ref, specific_paperformat_args=margins
        )

    def _build_wkhtmltopdf_args(self, *args, **kwargs):
        """Override of `base` to print pages without scripts, nor the pause left for them."""
        command = super()._build_wkhtmltopdf_args(*args, **kwargs)
        if self.env.context.get('dso_without_scripts'):
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
