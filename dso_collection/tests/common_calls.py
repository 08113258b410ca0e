"""Vocabulary of the tests in which a collector calls."""

from .common import CollectionCase, jan


class CallCase(CollectionCase):
    """A collector, and a customer account whose first call was due a week ago."""

    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calls = cls.create_scenario("Calls", [(3, 'call', 'manual'), (10, 'call', 'manual')])
        cls.company.dso_scenario_id = cls.calls
        cls.customer = cls.create_customer(ref="AZ1", phone="+1 555 0100")
        cls.invoice = cls.create_invoice(cls.customer, jan(10), posted=jan(1))
        cls.collector = cls.create_user('collector', name="Ann Clerk")
