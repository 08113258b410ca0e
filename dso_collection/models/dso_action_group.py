from odoo import api, fields, models

from ..const import AUTOMATIC_MODES


class DsoAction(models.Model):
    """Actions of grouped customer accounts stand on their group account (spec 5.2)."""

    _inherit = 'dso.action'

    member_id = fields.Many2one(
        'dso.customer',
        string="Grouped Customer Account",
        readonly=True,
        index='btree_not_null',
        ondelete='restrict',
        help="Grouped customer account for which this specific action was planned; the action "
        "returns there when the grouping is cancelled.",
    )
    member_code = fields.Char(related='member_id.code', string="Code of the Grouped Customer")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        ids = [vals['customer_id'] for vals in vals_list if vals.get('customer_id')]
        customers = self.env['dso.customer'].sudo().browse(ids)  # its group account may be hidden
        accounts = {customer.id: customer.group_account_id.id for customer in customers}
        for vals in vals_list:
            if account_id := accounts.get(vals.get('customer_id')):
                vals.update(member_id=vals['customer_id'], customer_id=account_id)
        return super().create(vals_list)

    # === BUSINESS METHODS === #

    def _settle_regrouping(self):
        """Forget that groups have changed: a person let the next automatic action go, or skips it.

        An action that is being sent was let go before; what changed since then still counts.
        """
        decided = self.filtered(
            lambda a: a.origin == 'scenario' and a.mode in AUTOMATIC_MODES and a.state != 'sending'
        )
        regrouped = decided.customer_id.sudo().filtered('regrouped_on')
        regrouped.write({'regrouped_on': False})
