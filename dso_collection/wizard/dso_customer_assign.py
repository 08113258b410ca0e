from odoo import api, fields, models

#: Customer accounts that are changed at once; the web client shows the progress of more.
SLICE = 5000


class DsoCustomerAssign(models.TransientModel):
    _name = 'dso.customer.assign'
    _description = "Assign Collector and Scenario"

    collector_id = fields.Many2one(
        'res.users', domain="[('share', '=', False), ('company_ids', 'in', allowed_company_ids)]"
    )
    scenario_id = fields.Many2one('dso.scenario')
    summary = fields.Char(compute='_compute_summary')

    @api.depends('collector_id', 'scenario_id')
    def _compute_summary(self):
        for wizard in self:
            count, changed = self.env['dso.customer']._count_selection(wizard._get_values())
            wizard.summary = self.env._(
                "%(changed)s of %(count)s selected customers change.", changed=changed, count=count
            )

    def _get_values(self):
        values = {'collector_id': self.collector_id.id, 'scenario_id': self.scenario_id.id}
        return {field: value for field, value in values.items() if value}

    def action_apply(self):
        values = self._get_values()
        customers = self.env['dso.customer']._create_selection()
        if len(customers) > SLICE:
            return {
                'type': 'ir.actions.client',
                'tag': 'dso_collection.assign_progress',
                'params': {'ids': customers.ids, 'values': values, 'slice': SLICE},
            }
        count = customers.action_assign(values)
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'success',
                'message': self.env._("Customer accounts changed: %(count)s", count=count),
                'next': {'type': 'ir.actions.act_window_close'},
            },
        }
