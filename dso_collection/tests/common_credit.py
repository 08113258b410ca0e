"""Vocabulary of the tests about credit limits and guarantees."""

from .common import CollectionCase, jan


class CreditCase(CollectionCase):
    """A company that uses credit limits, and a customer who owes 1 000."""

    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.account_use_credit_limit = True
        cls.customer = cls.create_customer(ref="C001")
        cls.invoice = cls.create_invoice(cls.customer, jan(10), posted=jan(1))
        cls.plan(cls.customer)

    def set_limit(self, amount, customer=None, company=None):
        customer = customer or self.customer
        customer.partner_id.with_company(company or customer.company_id).credit_limit = amount
