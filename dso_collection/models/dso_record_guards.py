from odoo import models


class DsoPromise(models.Model):
    _name = 'dso.promise'
    _inherit = ['dso.guard', 'dso.promise']

    _dso_columns = frozenset(['comment'])


class DsoDispute(models.Model):
    _name = 'dso.dispute'
    _inherit = ['dso.guard', 'dso.dispute']

    _dso_columns = frozenset(['owner_id', 'department', 'target_date', 'comment'])
