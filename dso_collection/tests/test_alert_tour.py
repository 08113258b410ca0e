"""From an alert to its customers and back, in a browser."""

from odoo.tests import tagged

from .common_tours import TourCase


@tagged('post_install', '-at_install')
class TestAlertTour(TourCase):
    def test_alerts(self):
        alerts = self.env['dso.alert']
        alerts.search([]).unlink()
        collector = self.create_person('collector', "Carl Collector")
        customers = self.create_late_customer("Azure Interior")
        customers |= self.create_late_customer("Ready Mat", 500)
        customers._plan()
        domain = [('overdue', '>', 0), ('id', 'in', customers.ids)]
        late = alerts.create(
            {'name': "Very late", 'level': 'red', 'is_shared': True, 'domain': repr(domain)}
        )
        self.start_tour('/odoo', 'dso_collection_alerts', login=collector.login)
        told = self.env['dso.alert.subscription'].search([('user_id', '=', collector.id)])
        self.assertEqual((told.alert_id, told.in_app, told.by_mail), (late, True, False))
        made = alerts.search([('user_id', '=', collector.id)])
        self.assertEqual((made.name, made.is_shared, made.domain), ("Everybody", False, '[]'))
        self.assertIn(customers[0], made.member_ids.customer_id)
