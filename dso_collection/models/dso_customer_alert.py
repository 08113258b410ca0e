from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.search import search_unset


class DsoCustomer(models.Model):
    """The coloured squares of a customer account: the alerts in which it is."""

    _inherit = 'dso.customer'

    alert_ids = fields.Many2many(
        'dso.alert', compute='_compute_alerts', search='_search_alert_ids', string="Alerts"
    )
    alerts = fields.Json(
        compute='_compute_alerts',
        string="Squares of Alerts",
        exportable=False,
        help="Level and name of each alert, the gravest first.",
    )

    # === COMPUTE METHODS === #

    @api.depends_context('uid', 'allowed_company_ids', 'lang')
    def _compute_alerts(self):
        found = self.env['dso.alert']._get_alerts_of(self._origin)
        levels = self.env['dso.alert']._get_levels()
        for customer in self:
            alerts = found.get(customer._origin.id, self.env['dso.alert'])
            customer.alert_ids = alerts
            customer.alerts = [
                {'id': alert.id, 'name': alert.name, 'level': alert.level}
                for alert in alerts.sorted(lambda a: levels[a.level], reverse=True)
            ]

    # === SEARCH METHODS === #

    @api.model
    def _search_alert_ids(self, operator, value):
        if operator not in ('in', 'any'):
            return NotImplemented
        return search_unset(operator, value, self._domain_in_alerts)

    @api.model
    def _domain_in_alerts(self, operator, value):
        """Customer accounts in alerts that fulfil a condition.

        :rtype: Domain
        """
        shown = Domain('alert_id', operator, value) & Domain('alert_id.active', '=', True)
        found = self.env['dso.alert.account']._search(shown)
        return Domain('id', 'in', found.subselect('customer_id'))
