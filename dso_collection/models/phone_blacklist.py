from odoo import models


class PhoneBlacklist(models.Model):
    _name = 'phone.blacklist'
    _inherit = ['dso.blacklist.mixin', 'phone.blacklist']

    _dso_blocked_column = 'number'
    _dso_partner_column = 'phone_sanitized'
