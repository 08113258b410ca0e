"""How many statements alerts take."""

from .common_queries import QueryCase


class TestAlertQueries(QueryCase):
    """What squares and counts cost does not depend on how many accounts or alerts there are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        alerts = cls.env['dso.alert']
        alerts.search([]).unlink()
        cls.alerts = alerts.create(
            [{'name': f"Alert {n}", 'domain': '[]', 'is_shared': True} for n in range(4)]
        )

    def test_squares_of_accounts(self):
        self.assertSame(lambda customers: customers, lambda c: c.web_read({'alerts': {}}))

    def test_squares_of_the_agenda(self):
        def actions_of(customers):
            self.env['dso.action'].create(
                [{'customer_id': c.id, 'action_type': 'call', 'name': "Call"} for c in customers]
            )
            # Not as a field of the accounts, which would be read ahead from what is forgotten.
            return self.env['dso.action'].browse(customers.action_ids.ids)

        self.assertSame(actions_of, lambda actions: actions.web_read({'customer_alerts': {}}))

    def test_counts_and_refresh_of_many_alerts(self):
        for function in (
            lambda alerts: alerts.web_read({'customer_count': {}, 'tells_in_app': {}}),
            lambda alerts: alerts._refresh(),
        ):
            counts = [self.queries(function, self.alerts[:n]) for n in (2, 2, 4)]
            self.assertEqual(counts[1], counts[2])
