from odoo import api, models


class ReportStatement(models.AbstractModel):
    _name = 'report.dso_collection.report_statement'
    _description = "Statement of Account as a Web Page"

    @api.model
    def _get_report_values(self, docids, data=None):
        customers = self.env['dso.customer'].browse(docids)
        documents = self.env['dso.statement']._get_documents(customers)
        return {'doc_ids': docids, 'docs': customers, 'documents': documents.values()}
