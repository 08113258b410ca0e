from odoo import fields, models


class DsoAlertAccount(models.Model):
    """A customer account that is in an alert, written by ``dso.alert._refresh`` alone."""

    _name = 'dso.alert.account'
    _description = "Customer Account in an Alert"
    _order = 'entered_on desc, id desc'
    _log_access = False

    alert_id = fields.Many2one('dso.alert', required=True, readonly=True, ondelete='cascade')
    customer_id = fields.Many2one(
        'dso.customer', required=True, readonly=True, index=True, ondelete='cascade'
    )
    # That of the customer account, kept as members are compared company by company.
    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='cascade')
    entered_on = fields.Datetime(required=True, readonly=True)

    _unique_account = models.UniqueIndex(
        '(alert_id, customer_id)', "A customer account is in an alert once."
    )
