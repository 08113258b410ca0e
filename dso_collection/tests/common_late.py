"""Vocabulary of the tests on late payment."""

from datetime import date

from odoo import Command

from .common import CollectionCase, jan

#: A year of 365 days at 36.5 %: 1 000 cost 1 a day.
ONE_A_DAY = 36.5


class LateCase(CollectionCase):
    """A company whose policy asks for one a day for 1 000, and 40 for each invoice."""

    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['res.lang']._activate_lang('en_US')
        cls.policy = cls.create_policy()
        cls.company.dso_late_policy_id = cls.policy
        cls.customer = cls.create_customer()

    @classmethod
    def create_policy(cls, name="Terms of sale", rate=ONE_A_DAY, compensation=40, **vals):
        """A policy with one rate without end; rate or compensation 0 for none."""
        rates = [Command.create({'date_from': date(2020, 1, 1), 'percent': rate})] if rate else []
        tiers = [Command.create({'amount': compensation})] if compensation else []
        return cls.env['dso.late.policy'].create(
            {
                'name': name,
                'currency_id': cls.company.currency_id.id,
                'rate_ids': rates,
                'compensation_ids': tiers,
                **vals,
            }
        )

    def late(self, customer=None):
        """What a customer account owes for late payment today."""
        customer = customer or self.customer
        return self.env['dso.late.payment']._load(customer).get(customer.id)

    def interests(self, customer=None):
        """Interest by number of the document."""
        late = self.late(customer)
        return {entry.item.number: float(entry.amount) for entry in late.interests} if late else {}

    def compensations(self, customer=None):
        """Compensation by number of the document."""
        late = self.late(customer)
        entries = late.compensations if late else []
        return {entry.item.number: float(entry.amount) for entry in entries}
