from odoo import models


class SmsSms(models.Model):
    _inherit = 'sms.sms'

    def _send(self, *args, **kwargs):
        """Override of `sms` to look at the books before messages of collection leave, and to send
        what waits company by company.

        Core's queue hands over everything at once and fails when it is of several companies.
        """
        going = self.env['dso.action.message']._let_go(self)
        if not going:
            return None
        if self.env.context.get('sms_api'):
            return super(SmsSms, going)._send(*args, **kwargs)
        for group in going.grouped(lambda sms: sms._get_sms_company()).values():
            super(SmsSms, group)._send(*args, **kwargs)
        return None
