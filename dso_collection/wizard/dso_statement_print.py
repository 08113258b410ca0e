import base64
import io
from urllib.parse import quote

from odoo import fields, models


class DsoStatementPrint(models.TransientModel):
    _name = 'dso.statement.print'
    _description = "Print Statements of Account"

    customer_ids = fields.Many2many(
        'dso.customer', default=lambda self: self.env.context.get('active_ids'), required=True
    )
    has_groups = fields.Boolean(compute='_compute_has_groups')
    kind = fields.Selection(
        [('all', "All Open Items"), ('overdue', "Overdue Items")],
        string="Items",
        required=True,
        default='all',
        help="Unallocated credits are listed in both: they reduce what is asked for.",
    )
    split = fields.Boolean(
        string="One Table per Customer",
        help="Grouped customers get tables and subtotals of their own, instead of a column with "
        "their codes.",
    )
    with_interest = fields.Boolean(
        string="Interest for Late Payment",
        help="Shows the interest up to today of each overdue item that may be chased.",
    )
    file = fields.Binary(readonly=True)

    def _compute_has_groups(self):
        for wizard in self:
            wizard.has_groups = bool(wizard.customer_ids.grouped_account_ids)

    def action_print_pdf(self):
        """Print one statement for each customer account, in one file."""
        content = self.env['dso.statement']._print_pdf(
            self.customer_ids, self.kind, self.split, self.with_interest
        )
        return self._download(content, 'pdf')

    def action_print_xlsx(self):
        """Write the lines of the statements to a spreadsheet."""
        file = io.BytesIO()
        self.env['dso.statement']._write_xlsx(
            file, self.customer_ids, self.kind, self.with_interest
        )
        return self._download(file.getvalue(), 'xlsx')

    def _download(self, content, extension):
        """Keep a file until the dialog is forgotten, and let the browser fetch it."""
        self.file = base64.b64encode(content)
        name = quote(f'{self.customer_ids._get_statements_name()}.{extension}')
        return {
            'type': 'ir.actions.act_url',
            'url': f'/web/content/{self._name}/{self.id}/file/{name}?download=true',
            'target': 'download',
            'close': True,
        }
