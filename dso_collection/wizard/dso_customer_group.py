from odoo import api, fields, models


class DsoCustomerGroup(models.TransientModel):
    _name = 'dso.customer.group'
    _description = "Group the Collection of Customer Accounts"

    customer_ids = fields.Many2many(
        'dso.customer',
        string="Customer Accounts",
        default=lambda self: self.env.context.get('active_ids'),
        required=True,
    )
    group_account_id = fields.Many2one(
        'dso.customer',
        string="Collect Through",
        compute='_compute_group_account_id',
        store=True,
        readonly=False,
        help="Customer account on which the actions stand and from which messages go out.",
    )
    company_id = fields.Many2one('res.company', compute='_compute_company_id')
    account_count = fields.Integer(string="Customers", compute='_compute_grouping')
    item_count = fields.Integer(string="Open Items", compute='_compute_grouping')
    amounts = fields.Char(string="Open Amounts", compute='_compute_grouping')
    dropped_count = fields.Integer(
        string="Actions That Go",
        compute='_compute_grouping',
        help="Proposals of the scenarios and control tasks of the grouped customers; those that "
        "somebody touched stay in the history.",
    )
    moved_count = fields.Integer(
        string="Actions That Move",
        compute='_compute_grouping',
        help="Actions that people planned: they are done on the group account and return when "
        "the grouping is cancelled.",
    )
    differences = fields.Html(compute='_compute_grouping')

    @api.depends('customer_ids')
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.customer_ids.company_id[:1]

    @api.depends('customer_ids')
    def _compute_group_account_id(self):
        for wizard in self:
            wizard.group_account_id = wizard.customer_ids._origin._propose_group_account()

    @api.depends('customer_ids', 'group_account_id')
    def _compute_grouping(self):
        for wizard in self:
            account = wizard.group_account_id._origin
            figures = wizard.customer_ids._origin._get_grouping(account)
            for name in ('account_count', 'item_count', 'dropped_count', 'moved_count'):
                wizard[name] = figures.get(name, 0)
            wizard.amounts = figures.get('amounts')
            wizard.differences = figures.get('differences')

    def action_apply(self):
        self.customer_ids._group_through(self.group_account_id)
        return self.group_account_id.action_open()
