from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.screens import open_form

#: What a change of a scenario does to a customer account.
KINDS = [
    ('earlier', "Earlier"),
    ('later', "Later"),
    ('other', "Another action"),
    ('new', "Gets an action"),
    ('gone', "Gets none any more"),
]


class Proposal(NamedTuple):
    """What a customer account is proposed: a step, or the reason why it has none."""

    text: str
    action_type: str | None
    mode: str | None
    date: fields.Date | None


class DsoScenarioTrial(models.TransientModel):
    """What a scenario would change before it is saved: who gets another action, or when."""

    _name = 'dso.scenario.trial'
    _description = "Trial of a Scenario"
    _rec_name = 'scenario_id'

    scenario_id = fields.Many2one('dso.scenario', required=True, readonly=True, ondelete='cascade')
    customer_count = fields.Integer(readonly=True)
    change_count = fields.Integer(readonly=True)
    line_ids = fields.One2many('dso.scenario.trial.line', 'trial_id', readonly=True)
    summary = fields.Char(compute='_compute_summary')

    @api.depends('customer_count', 'change_count')
    def _compute_summary(self):
        for trial in self:
            trial.summary = trial._get_summary()

    @api.model
    def _try(self, scenario, vals):
        """Compare what customer accounts are proposed with what they would be.

        :param dso.scenario scenario: a scenario that the user may write
        :param dict vals: values that are not saved
        :return: the window that lists the differences
        :rtype: dict
        """
        self.browse().check_access('create')
        customers = self.env['dso.customer'].search(
            Domain('scenario_id', '=', scenario.id) & Domain('group_account_id', '=', False)
        )
        before, after = self.env['dso.rehearsal']._compare(
            customers, self._read_proposals, lambda: scenario.write(vals)
        )
        rows = [
            {'customer_id': id_, 'kind': kind, **self._prepare(before[id_], after[id_])}
            for id_ in before
            if (kind := self._get_kind(before[id_], after[id_]))
        ]
        order = [kind for kind, _label in KINDS]
        rows.sort(key=lambda row: (order.index(row['kind']), row['customer_id']))
        trial = self.sudo().create(  # what is shown is nobody's to write
            {
                'scenario_id': scenario.id,
                'customer_count': len(before),
                'change_count': len(rows),
            }
        )
        lines = self.env['dso.scenario.trial.line'].sudo()
        lines.create([{**row, 'trial_id': trial.id} for row in rows])
        return trial._reopen()

    def _get_summary(self):
        numbers = {'changes': self.change_count, 'total': self.customer_count}
        if not self.customer_count:
            return self.env._("No customer account has this scenario yet: nothing would change.")
        if not self.change_count:
            return self.env._(
                "Nothing would change today for the customer accounts of this scenario "
                "(%(total)s). Nothing is saved yet.",
                **numbers,
            )
        return self.env._(
            "Customer accounts whose next action would change today: %(changes)s of %(total)s. "
            "Nothing is saved yet.",
            **numbers,
        )

    def _reopen(self):
        return open_form(self, name=self.env._("What Would Change"), target='new')

    def _read_proposals(self, customers):
        """Return what each customer account is proposed now.

        :rtype: dict[int, Proposal]
        """
        field = self.env['dso.position']._fields['reason']
        reasons = dict(field._description_selection(self.env))
        customers = customers.sudo()  # as the list of customer accounts shows it
        customers.fetch(['reason', 'plan_step_id', 'plan_date'])
        return {
            customer.id: Proposal(
                step.name if (step := customer.plan_step_id) else reasons.get(customer.reason, ""),
                step.action_type or None,
                step.mode or None,
                customer.plan_date or None,
            )
            for customer in customers
        }

    def _get_kind(self, before, after):
        """Return what becomes of a proposal, nothing when it stays as it is."""
        if before == after:
            return None
        if not before.action_type or not after.action_type:
            return 'new' if after.action_type else 'gone' if before.action_type else 'other'
        if before[:3] != after[:3] or before.date == after.date:
            return 'other'
        return 'earlier' if after.date < before.date else 'later'

    def _prepare(self, before, after):
        return {
            'before': before.text,
            'before_date': before.date,
            'after': after.text,
            'after_date': after.date,
        }


class DsoScenarioTrialLine(models.TransientModel):
    _name = 'dso.scenario.trial.line'
    _description = "Change by a Scenario"
    _order = 'id'

    trial_id = fields.Many2one(
        'dso.scenario.trial', required=True, readonly=True, index=True, ondelete='cascade'
    )
    customer_id = fields.Many2one(
        'dso.customer',
        string="Customer Account",
        required=True,
        readonly=True,
        ondelete='cascade',
    )
    kind = fields.Selection(KINDS, string="Change", readonly=True)
    before = fields.Char(string="Now", readonly=True)
    before_date = fields.Date(string="Date Now", readonly=True)
    after = fields.Char(string="Then", readonly=True)
    after_date = fields.Date(string="Date Then", readonly=True)
