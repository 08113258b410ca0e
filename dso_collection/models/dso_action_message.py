from odoo import fields, models

from ..const import DELIVERIES


class DsoActionMessage(models.Model):
    _name = 'dso.action.message'
    _description = "Message of a Collection Action"
    _order = 'id'

    action_id = fields.Many2one(
        'dso.action', required=True, readonly=True, index=True, ondelete='restrict'
    )
    company_id = fields.Many2one(related='action_id.company_id')
    kind = fields.Selection(
        [('email', "Email"), ('sms', "SMS"), ('letter', "Letter")], required=True, readonly=True
    )
    mail_message_id = fields.Many2one(
        'mail.message', readonly=True, index='btree_not_null', ondelete='set null'
    )
    partner_id = fields.Many2one('res.partner', readonly=True, ondelete='set null')
    recipient = fields.Char(readonly=True)
    delivery = fields.Selection(DELIVERIES, required=True, readonly=True, default='queued')
    failure_reason = fields.Char(readonly=True)
    retries = fields.Integer(readonly=True)
