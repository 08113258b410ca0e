from odoo import models


class SmsSms(models.Model):
    _inherit = 'sms.sms'

    def _send(self, *args, **kwargs):
        """Override of `sms` to send what waits company by company.

        Core's queue hands over everything at once and fails when it is of several companies.
        """
        if self.env.context.get('sms_api'):
            return super()._send(*args, **kwargs)
        for group in self.grouped(lambda sms: sms._get_sms_company()).values():
            super(SmsSms, group)._send(*args, **kwargs)
        return None
