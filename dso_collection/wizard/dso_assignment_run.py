from odoo import api, fields, models

from ..models.dso_assignment_rule import KIND_FIELDS
from ..tools.screens import open_form


class DsoAssignmentRun(models.TransientModel):
    """What rules would change, shown before anything is written."""

    _name = 'dso.assignment.run'
    _description = "Preview of Assignment Rules"

    company_id = fields.Many2one('res.company', required=True, readonly=True)
    by_hand = fields.Boolean(readonly=True)
    is_done = fields.Boolean(readonly=True)
    line_ids = fields.One2many('dso.assignment.run.line', 'run_id', readonly=True)
    rule_ids = fields.One2many('dso.assignment.run.rule', 'run_id', readonly=True)
    change_count = fields.Integer(readonly=True)

    @api.depends('company_id')
    def _compute_display_name(self):
        for run in self:
            run.display_name = self.env._("Preview")

    @api.model
    def _open(self, rules, by_hand=True):
        """Preview rules and open the preview.

        :param dso.assignment.rule rules: rules of one company
        :param bool by_hand: whether one rule is run alone and overwrites all of its matches
        """
        self.browse().check_access('write')
        # Lines are nobody's to write: what is shown is what is applied.
        run = self.sudo().create({'company_id': rules.company_id.id, 'by_hand': by_hand})
        rules._preview(run)
        return run.sudo(False)._reopen()

    def _reopen(self):
        return open_form(self, name=self.env._("Preview"), target='new')

    def action_apply(self):
        """Write what the preview shows."""
        self.ensure_one()
        self.rule_ids.rule_id._apply_preview(self)
        return self._reopen()


class DsoAssignmentRunRule(models.TransientModel):
    _name = 'dso.assignment.run.rule'
    _description = "Rule in a Preview"
    _order = 'sequence, id'

    run_id = fields.Many2one(
        'dso.assignment.run', required=True, readonly=True, index=True, ondelete='cascade'
    )
    rule_id = fields.Many2one(
        'dso.assignment.rule', required=True, readonly=True, ondelete='cascade'
    )
    sequence = fields.Integer(readonly=True)
    kind = fields.Selection(related='rule_id.kind')
    change_count = fields.Integer(string="Changes", readonly=True)
    error = fields.Char(string="Skipped Because", readonly=True)


class DsoAssignmentRunLine(models.TransientModel):
    _name = 'dso.assignment.run.line'
    _description = "Change in a Preview"

    run_id = fields.Many2one(
        'dso.assignment.run', required=True, readonly=True, index=True, ondelete='cascade'
    )
    customer_id = fields.Many2one(
        'dso.customer',
        string="Customer Account",
        required=True,
        readonly=True,
        ondelete='cascade',
    )
    field = fields.Selection(
        [
            ('collector_id', "Collector"),
            ('scenario_id', "Scenario"),
            ('group_account_id', "Group Account"),
        ],
        string="What",
        required=True,
        readonly=True,
    )
    rule_id = fields.Many2one(
        'dso.assignment.rule', required=True, readonly=True, ondelete='cascade'
    )
    before_id = fields.Integer(string="Before (id)", readonly=True)
    after_id = fields.Integer(string="After (id)", readonly=True)
    before = fields.Char(compute='_compute_names')
    after = fields.Char(compute='_compute_names')

    @api.depends('field', 'before_id', 'after_id')
    def _compute_names(self):
        for field in KIND_FIELDS.values():
            lines = self.filtered(lambda line: line.field == field)  # noqa: B023
            values = self.env['dso.customer']._fields[field].comodel_name
            # In sudo: a line shows a name that the customer account shows to the same people.
            ids = {id_ for line in lines for id_ in (line.before_id, line.after_id) if id_}
            names = {value.id: value.display_name for value in self.env[values].sudo().browse(ids)}
            for line in lines:
                line.before = names.get(line.before_id, "")
                line.after = names.get(line.after_id, "")
