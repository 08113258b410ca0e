from odoo import fields, models


class DsoLateCompensation(models.Model):
    _name = 'dso.late.compensation'
    _description = "Compensation per Invoice of a Late Payment Policy"
    _order = 'policy_id, from_amount'

    policy_id = fields.Many2one('dso.late.policy', required=True, index=True, ondelete='cascade')
    currency_id = fields.Many2one(related='policy_id.currency_id')
    from_amount = fields.Monetary(
        string="Debt From",
        required=True,
        default=0.0,
        help="Open amount of an invoice, on the day on which it became late, from which this "
        "compensation holds.",
    )
    amount = fields.Monetary(string="Compensation", required=True)

    _unique_from_amount = models.UniqueIndex(
        '(policy_id, from_amount)',
        "Two compensations of a policy cannot begin at the same debt: change one of them.",
    )
    _check_amounts = models.Constraint(
        'CHECK (from_amount >= 0 AND amount >= 0)',
        "A compensation and its debt cannot be negative: enter 0 or more.",
    )
