"""A run of the rules against a naive "first matching rule", on random rules and accounts."""

from dataclasses import dataclass
from random import Random

from hypothesis import example, given
from hypothesis import strategies as st
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..const import SOURCE_FIELDS
from ..models.dso_assignment_rule import KIND_FIELDS
from .common import jan
from .common_properties import examples
from .test_assignment_rules import RuleCase

COUNT = 12

#: Criteria in two languages: a domain, and what it means for an account in Python.
CRITERIA = (
    ([], lambda account: True),
    ([('overdue', '>', 1000)], lambda account: account.overdue > 1000),
    ([('overdue', '<=', 500)], lambda account: account.overdue <= 500),
    ([('code', 'in', ['A', 'B'])], lambda account: account.code in ('A', 'B')),
    ([('code', '!=', 'C')], lambda account: account.code != 'C'),
    (
        ['|', ('code', '=', 'C'), ('overdue', '=', 0)],
        lambda account: account.code == 'C' or account.overdue == 0,
    ),
    (
        [('open_line_ids', 'any', [('amount_residual', '>', 700)])],
        lambda account: account.overdue > 700,
    ),
    ([('collector_source', '=', 'person')], lambda account: account.source == 'person'),
)


@dataclass
class Account:
    code: str
    overdue: float
    source: str


@tagged('post_install', '-at_install')
class TestAssignmentProperties(RuleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        random = Random(7)
        cls.customers = cls.create_customers(COUNT)
        for number, customer in enumerate(cls.customers):
            customer.partner_id.ref = 'ABC'[number % 3]
            if number % 4:
                cls.create_opening_entry(customer, jan(10), random.choice((100, 600, 800, 5000)))
        cls.plan()
        cls.values = {
            'collector_id': cls.alice | cls.bob | cls.manager,
            'scenario_id': cls.scenario | cls.calls,
        }

    @examples(40, 300)
    @given(number=st.integers(0, 2**32 - 1), new_accounts=st.booleans())
    def test_run_is_the_first_matching_rule(self, number, new_accounts):
        random = Random(number)
        with self.rolled_back():
            rules = [self.random_rule(random) for _n in range(random.randrange(7))]
            self.scatter(random)
            rules = sorted(rules, key=lambda pair: (pair[0].sequence, pair[0].id))
            expected = self.expect(rules, new_accounts)
            self.env['dso.assignment.rule']._run_company(self.company, new_accounts)
            self.env.invalidate_all()
            self.assertEqual(self.stored(), expected, f'number={number}')

    @examples(30, 300)
    @given(number=st.integers(0, 2**32 - 1), new_accounts=st.booleans())
    @example(number=4017, new_accounts=False)  # accounts of the set-up are new
    @example(number=309482710, new_accounts=True)  # an account of the set-up joins a lead of ours
    def test_groups_are_flat_and_of_the_first_matching_rule(self, number, new_accounts):
        random = Random(number)
        with self.rolled_back():
            candidates = self.customers[: random.randrange(1, COUNT)]
            rules = [
                self.random_rule(random, random.choice(candidates))
                for _n in range(random.randrange(1, 5))
            ]
            self.scatter(random)
            self.scatter_groups(random)
            rules = sorted(rules, key=lambda pair: (pair[0].sequence, pair[0].id))
            expected = self.expect_groups(rules, new_accounts)
            with mute_logger('odoo.addons.dso_collection.models.dso_assignment_rule'):
                self.env['dso.assignment.rule']._run_company(self.company, new_accounts)
            self.env.invalidate_all()
            stored = {c: (c.group_account_id, c.group_source) for c in self.customers}
            self.assertEqual(stored, expected, f'number={number}')
            self.assertFalse(self.customers.group_account_id.group_account_id)

    def random_rule(self, random, value=None):
        """A random rule and what its criteria mean."""
        domain, meaning = random.choice(CRITERIA)
        rule = self.create_rule(
            value or random.choice(self.values[random.choice(list(self.values))]),
            domain,
            sequence=random.randrange(4),
            new_only=random.random() < 0.3,
            overwrite_manual=random.random() < 0.3,
            autorun=random.random() < 0.8,
        )
        return rule, meaning

    def scatter(self, random):
        """Random values and sources, and what was looked at before."""
        self.company.write(
            {
                'dso_collector_id': random.choice((False, self.bob.id)),
                'dso_scenario_id': random.choice((False, self.calls.id)),
            }
        )
        for customer in self.customers:
            for field, values in self.values.items():
                value = random.choice((False, *values.ids))
                source = random.choice(('person', 'import', 'rule', 'default'))
                customer.with_context(dso_source=source).write({field: value})
            seen = random.random() < 0.5
            customer.assigned_on = seen and jan(1)
            self.env.flush_all()
            created = random.choice((jan(5), jan(25)))  # before or after the rules were made
            self.env.cr.execute(
                "UPDATE dso_customer SET create_date = %s WHERE id = %s", [created, customer.id]
            )
        self.env.invalidate_all()

    def scatter_groups(self, random):
        """A random flat group of these customer accounts."""
        lead, *others = random.sample(list(self.customers), random.randrange(1, COUNT))
        for member in others:
            source = random.choice(('person', 'import', 'rule'))
            member.with_context(dso_source=source).group_account_id = lead

    def stored(self):
        return {
            (customer, field): (customer[field], customer[source])
            for customer in self.customers
            for field, source in SOURCE_FIELDS.items()
            if field in self.values
        }

    def expect(self, rules, new_accounts):
        """What the specification says, account by account and rule by rule."""
        expected = self.stored()
        for (customer, field), (value, source) in expected.items():
            first = self.first_match(rules, customer, field, new_accounts)
            default = self.company[f'dso_{field}']
            if first and (not value or source in ('rule', 'default') or first.overwrite_manual):
                if first[field] != value:
                    expected[customer, field] = (first[field], 'rule')
            elif not value and default and not new_accounts:
                expected[customer, field] = (default, 'default')
        return expected

    def expect_groups(self, rules, new_accounts):
        """What the rules give, without what would put a group into a group (spec 5.7)."""
        usable = [pair for pair in rules if not pair[0].group_account_id.group_account_id]
        proposed = {}
        for customer in self.customers | self.all:
            first = self.first_match(usable, customer, 'group_account_id', new_accounts)
            mine = not customer.group_account_id or customer.group_source == 'rule'
            if first and (mine or first.overwrite_manual):
                proposed[customer] = first.group_account_id
        leads = {lead for customer, lead in proposed.items() if lead != customer}
        expected = {c: (c.group_account_id, c.group_source) for c in self.customers}
        for customer in proposed.keys() & set(self.customers):
            lead = proposed[customer]
            stays_flat = customer not in leads and not customer.grouped_account_ids
            if stays_flat and lead not in (customer, customer.group_account_id):
                expected[customer] = (lead, 'rule')
        return expected

    def first_match(self, rules, customer, field, new_accounts):
        """The first rule that may run, sets a field and means a customer account."""
        unseen = not customer.assigned_on
        account = Account(
            customer.code,
            customer.overdue,
            customer.collector_source,
        )
        return next(
            (
                rule
                for rule, meaning in rules
                if rule.autorun
                and KIND_FIELDS[rule.kind] == field
                and meaning(account)
                and (unseen or not new_accounts)
                and (not rule.new_only or (unseen and customer.create_date >= rule.new_since))
            ),
            None,
        )
