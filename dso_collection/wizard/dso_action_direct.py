from odoo import api, fields, models

from ..const import ACTION_TYPES


class DsoActionDirect(models.TransientModel):
    """Something done out of the scenario, at once: a letter that somebody asked for, a visit."""

    _name = 'dso.action.direct'
    _inherit = ['dso.selection.mixin', 'dso.text.mixin']
    _description = "Act Out of the Scenario"

    customer_id = fields.Many2one(
        'dso.customer',
        string="Customer Account",
        required=True,
        readonly=True,
        default=lambda self: self._default_customer_id(),
        ondelete='cascade',
    )
    line_ids = fields.Many2many(
        'account.move.line',
        string="Open Items",
        default=lambda self: self._default_line_ids(),
        domain="[('id', 'in', choice_ids)]",
        help="What it is about; it changes nothing in the scenario of these items.",
    )
    choice_ids = fields.Many2many('account.move.line', compute='_compute_choice_ids')
    action_type = fields.Selection(ACTION_TYPES, required=True, default='call')
    name = fields.Char(string="Action", help="Default: the name of the type.")
    note = fields.Text()
    mail_template_id = fields.Many2one(ondelete='cascade')
    sms_template_id = fields.Many2one(ondelete='cascade')
    letter_template_id = fields.Many2one(ondelete='cascade')

    # === DEFAULTS === #

    @api.model
    def _default_customer_id(self):
        records = self._get_selected_records()
        if records._name == 'dso.customer':
            return records[:1]
        lines = self._default_line_ids()
        lines._dso_check_chosen()
        lines._dso_check_one_customer()
        return lines._dso_customer()

    @api.model
    def _default_line_ids(self):
        records = self._get_selected_records()
        lines = self.env['account.move.line']
        return records._dso_items_to_qualify() if records._name == lines._name else lines

    # === COMPUTE METHODS === #

    @api.depends('customer_id')
    def _compute_choice_ids(self):
        for wizard in self:
            wizard.choice_ids = wizard.customer_id.open_line_ids

    # === ACTION METHODS === #

    def action_apply(self):
        self.ensure_one()
        names = ('action_type', 'name', 'note')
        texts = ('mail_template_id', 'sms_template_id', 'letter_template_id')
        values = {name: self[name] for name in names} | {name: self[name].id for name in texts}
        self.env['dso.action']._act_at_once(self.customer_id, self.line_ids, values)
        return {'type': 'ir.actions.act_window_close'}
