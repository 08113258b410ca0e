from odoo import fields, models

from ..const import ERROR_CODES


class DsoAction(models.Model):
    _inherit = 'dso.action'

    error_code = fields.Selection(selection_add=ERROR_CODES)
