from odoo import fields, models


class DsoLateRate(models.Model):
    _name = 'dso.late.rate'
    _description = "Reference Rate of a Late Payment Policy"
    _order = 'policy_id, date_from desc'

    policy_id = fields.Many2one('dso.late.policy', required=True, index=True, ondelete='cascade')
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(
        string="Until", help="Last day of the rate; empty: it holds until the next one begins."
    )
    percent = fields.Float(
        string="Reference Rate",
        digits=(7, 4),
        required=True,
        help="Yearly rate in percent, without the margin of the policy.",
    )
    source = fields.Char(help="Who published the rate, and for which day.")

    _unique_date_from = models.UniqueIndex(
        '(policy_id, date_from)',
        "Two reference rates of a policy cannot begin on the same day: change one of them.",
    )
    _check_dates = models.Constraint(
        'CHECK (date_to IS NULL OR date_from <= date_to)',
        "A reference rate cannot end before it begins: correct its dates.",
    )
