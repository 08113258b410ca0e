from odoo import api, fields, models


class DsoPause(models.Model):
    """A time in which a company sent nothing: why, and who decided (spec 3.20).

    Written by the switch on the company alone, and never changed after.
    """

    _name = 'dso.pause'
    _description = "Pause of All Sending"
    _order = 'paused_on desc, id desc'
    _rec_name = 'reason'

    company_id = fields.Many2one(
        'res.company', required=True, readonly=True, index=True, ondelete='cascade'
    )
    reason = fields.Char(readonly=True)
    paused_on = fields.Datetime(required=True, readonly=True)
    paused_by_id = fields.Many2one('res.users', readonly=True, ondelete='restrict')
    resumed_on = fields.Datetime(readonly=True)
    resumed_by_id = fields.Many2one('res.users', readonly=True, ondelete='restrict')

    # Two pauses at once would end one after the other, and the company would send between.
    _unique_open = models.UniqueIndex("(company_id) WHERE resumed_on IS NULL")

    @api.model
    def _begin(self, companies):
        """Note that root companies were paused.

        :param res.company companies: the companies; the reason is in the context
        """
        return self.create(
            [
                {
                    'company_id': company.id,
                    'reason': self.env.context.get('dso_pause_reason'),
                    'paused_on': fields.Datetime.now(),
                    'paused_by_id': self.env.uid,
                }
                for company in companies
            ]
        )

    @api.model
    def _end(self, companies):
        """Note that root companies send again."""
        self._get_open(companies).write(
            {'resumed_on': fields.Datetime.now(), 'resumed_by_id': self.env.uid}
        )

    @api.model
    def _get_open(self, companies):
        """Return the pauses that have not ended.

        :rtype: dso.pause
        """
        return self.search([('company_id', 'in', companies.ids), ('resumed_on', '=', False)])
