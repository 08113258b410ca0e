from odoo import models


class DsoActionConfirm(models.TransientModel):
    _name = 'dso.action.confirm'
    _inherit = ['dso.action.mass']
    _description = "Confirm Collection Actions"
    _kind = 'confirm'


class DsoActionUnconfirm(models.TransientModel):
    _name = 'dso.action.unconfirm'
    _inherit = ['dso.action.mass']
    _description = "Take Confirmations of Collection Actions Back"
    _kind = 'unconfirm'


class DsoActionSend(models.TransientModel):
    _name = 'dso.action.send'
    _inherit = ['dso.action.mass']
    _description = "Send Collection Emails"
    _kind = 'send'


class DsoActionRetry(models.TransientModel):
    _name = 'dso.action.retry'
    _inherit = ['dso.action.mass']
    _description = "Retry Collection Actions"
    _kind = 'retry'
