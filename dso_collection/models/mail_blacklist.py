from odoo import models


class MailBlacklist(models.Model):
    _name = 'mail.blacklist'
    _inherit = ['dso.blacklist.mixin', 'mail.blacklist']

    _dso_blocked_column = 'email'
    _dso_partner_column = 'email_normalized'
