"""The pure half of the demo portfolio: the same in every build, and a company that looks alive."""

import unittest

from odoo.addons.dso_collection.demo import customers
from odoo.addons.dso_collection.demo.documents import DEPOSITS, STORIES, TERMS, documents


class TestDemoDocuments(unittest.TestCase):
    def setUp(self):
        shared = [c for c in customers.EUROPE if c.code in customers.SHARED_CODES]
        self.documents = [
            *documents('europe', customers.EUROPE),
            *documents('america', customers.AMERICA + shared),
        ]
        self.invoices = [document for document in self.documents if document.amount > 0]

    def test_every_build_makes_the_same_documents(self):
        first, second = (documents('europe', customers.EUROPE) for _build in range(2))
        self.assertEqual(first, second)

    def test_nothing_lies_in_the_future(self):
        days = [document.day for document in self.documents]
        days += [payment.day for document in self.documents for payment in document.payments]
        days += [deposit.day for deposits in DEPOSITS.values() for deposit in deposits]
        self.assertLess(max(days), 0)

    def test_nothing_is_paid_before_it_is_bought(self):
        for document in self.documents:
            for payment in document.payments:
                self.assertGreaterEqual(payment.day, document.day)

    def test_a_quarter_of_the_invoices_is_open(self):
        self.assertTrue(540 <= len(self.invoices) <= 660, len(self.invoices))
        open_invoices = [invoice for invoice in self.invoices if not self.is_paid(invoice)]
        self.assertTrue(0.22 <= len(open_invoices) / len(self.invoices) <= 0.35)

    def test_all_ages_are_there(self):
        days_overdue = [
            -invoice.due_days[0] for invoice in self.invoices if not self.is_paid(invoice)
        ]
        for first, last in ((-90, 0), (1, 30), (31, 60), (61, 90), (91, 365)):
            self.assertTrue(any(first <= days <= last for days in days_overdue), (first, last))

    @staticmethod
    def is_paid(invoice):
        paid = {payment.instalment for payment in invoice.payments if payment.share == 1}
        return len(paid) == len(TERMS[invoice.terms])


class TestDemoCustomers(unittest.TestCase):
    def setUp(self):
        self.customers = customers.EUROPE + customers.AMERICA
        self.codes = {customer.code for customer in self.customers}

    def test_codes_and_domains_are_unique(self):
        self.assertEqual(len(self.codes), len(self.customers))
        self.assertEqual(len({c.domain for c in self.customers}), len(self.customers))

    def test_addresses_end_in_a_domain_that_nobody_owns(self):
        for customer in self.customers:
            email = customers.partner_values(customer)['email']
            if customer.code not in customers.EMAILS:
                self.assertRegex(email, r'^[a-z]+@[a-z0-9-]+\.example$')

    def test_everybody_who_is_named_exists(self):
        named = {
            *customers.SHARED_CODES,
            *customers.SCENARIOS,
            *customers.WITHOUT_COLLECTOR,
            *customers.EMAILS,
            *(contact[0] for contact in customers.CONTACTS),
            *(story.code for stories in STORIES.values() for story in stories),
            *(deposit.code for deposits in DEPOSITS.values() for deposit in deposits),
        }
        self.assertEqual(named - self.codes, set())
