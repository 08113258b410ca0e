from odoo import api, fields, models

from .dso_record_facade_mixin import RECORD_FACADES

#: Fields that show what was recorded, by model.
FACADES = {
    'account.move': RECORD_FACADES,
    'account.move.line': (*RECORD_FACADES, 'dso_exclusion'),
}


class DsoRecordMixin(models.AbstractModel):
    """What people recorded about items of a customer account: statuses, promises, disputes.

    It decides what may be chased, so whatever changes in it plans the customer account again.
    """

    _name = 'dso.record.mixin'
    _description = "Record about Items of a Customer Account"
    _inherit = ['dso.money.mixin', 'dso.plan.mixin']

    customer_id = fields.Many2one(
        'dso.customer',
        string="Customer Account",
        required=True,
        readonly=True,
        index=True,
        ondelete='restrict',
    )
    partner_id = fields.Many2one(related='customer_id.partner_id', string="Customer")
    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='restrict')
    comment = fields.Text()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        ids = [vals['customer_id'] for vals in vals_list if vals.get('customer_id')]
        customers = {customer.id: customer for customer in self.env['dso.customer'].browse(ids)}
        for vals in vals_list:
            if customer := customers.get(vals.get('customer_id')):
                vals['company_id'] = customer.company_id.id
        records = super().create(vals_list)
        records._plan_customers()
        return records

    def write(self, vals):
        result = super().write(vals)
        self._plan_customers()
        return result

    # === BUSINESS METHODS === #

    def _plan_customers(self):
        """Plan the customer accounts again, at commit at latest, and show what was recorded."""
        self.env['dso.planner']._mark_customers(self.customer_id)
        for model, names in FACADES.items():
            self.env[model].invalidate_model(names)
