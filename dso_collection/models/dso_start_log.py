from odoo import api, fields, models

from ..const import START_AGES, START_DECISIONS, START_EVENTS


class DsoStartLog(models.Model):
    """Who started collection in a company, and what was decided then and about what it left.

    Written by the methods that do it, never changed: nobody has a right to.
    """

    _name = 'dso.start.log'
    _description = "Log of the Start of Collection"
    _order = 'date desc, id desc'
    _rec_name = 'event'
    _log_access = False

    company_id = fields.Many2one(
        'res.company', required=True, readonly=True, index=True, ondelete='cascade'
    )
    currency_id = fields.Many2one(related='company_id.currency_id')
    date = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one('res.users', required=True, readonly=True, ondelete='restrict')
    event = fields.Selection(START_EVENTS, required=True, readonly=True)
    age = fields.Selection(START_AGES, readonly=True)
    decision = fields.Selection(START_DECISIONS, readonly=True)
    customer_count = fields.Integer(string="Customer Accounts", readonly=True)
    item_count = fields.Integer(string="Items", readonly=True)
    amount = fields.Monetary(
        readonly=True,
        help="In company currency: what these customer accounts owe that is overdue, or what these "
        "items have open.",
    )

    @api.model
    def _note(self, company, event, rows=({},)):
        """Write what the user has just done in a company.

        :param res.company company: a root company
        :param str event: one of ``const.START_EVENTS``
        :param rows: values of the entries
        """
        now = fields.Datetime.now()
        common = {'company_id': company.id, 'date': now, 'user_id': self.env.uid, 'event': event}
        self.sudo().create([{**common, **row} for row in rows])  # nobody's to write
