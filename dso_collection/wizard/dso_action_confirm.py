from odoo import models


class DsoActionConfirm(models.TransientModel):
    _name = 'dso.action.confirm'
    _inherit = ['dso.action.mass']
    _description = "Confirm Collection Actions"
    _kind = 'confirm'


class DsoActionRetry(models.TransientModel):
    _name = 'dso.action.retry'
    _inherit = ['dso.action.mass']
    _description = "Retry Collection Actions"
    _kind = 'retry'
