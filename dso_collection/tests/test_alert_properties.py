"""Members of alerts against a naive look at every account, on random alerts and portfolios."""

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from odoo.tests import tagged
from odoo.tools import SQL

from .common import jan
from .common_alerts import AlertCase
from .common_properties import examples

COUNT = 10
DAY = jan(20)

#: Criteria in two languages: a leaf of a domain, and what it means for an account in Python.
LEAVES = (
    (('overdue', '>', 500), lambda c: c.overdue > 500),
    (('balance', '<', 0), lambda c: c.balance < 0),
    (('exposure', '>=', 1000), lambda c: max(c.balance, 0) >= 1000),
    (
        ('oldest_due_date', '<', 'today -30d'),
        lambda c: c.oldest_due_date and c.oldest_due_date < DAY - timedelta(days=30),
    ),
    (
        ('days_overdue', '<=', 30),
        lambda c: not c.oldest_due_date or c.oldest_due_date >= DAY - timedelta(days=30),
    ),
    (
        ('days_since_contact', '>', 7),
        lambda c: c.last_contact_date and c.last_contact_date < DAY - timedelta(days=7),
    ),
    (('last_contact_date', '=', False), lambda c: not c.last_contact_date),
    (
        ('last_contact_date', '>=', 'today -1w'),
        lambda c: c.last_contact_date and c.last_contact_date >= DAY - timedelta(days=7),
    ),
    (
        ('limit_exceeded', '=', True),
        lambda c: c.partner_id.credit_limit and max(c.balance, 0) > c.partner_id.credit_limit,
    ),
    (
        ('unsecured', '>', 0),
        lambda c: (
            max(c.balance, 0)
            > c.guarantee_permanent
            + (
                c.guarantee_temporary
                if not c.guarantee_temporary_until or c.guarantee_temporary_until >= DAY
                else 0
            )
        ),
    ),
    (('collector_id', '=', False), lambda c: not c.collector_id),
    (('partner_id.name', '=like', '%1'), lambda c: c.partner_id.name.endswith('1')),
    (('group_account_id', '!=', False), lambda c: bool(c.group_account_id)),
    (
        ('action_ids', 'any', [('action_type', '=', 'call')]),
        lambda c: any(action.action_type == 'call' for action in c.action_ids),
    ),
    (
        ('action_ids.action_type', '=', 'task'),
        lambda c: any(action.action_type == 'task' for action in c.action_ids),
    ),
    (
        ('open_line_ids', 'any', [('amount_residual', '>', 250)]),
        lambda c: any(line.amount_residual > 250 for line in c.open_line_ids),
    ),
    (
        ('open_line_ids', 'not any', [('date_maturity', '<', 'today')]),
        lambda c: not any(line.date_maturity < DAY for line in c.open_line_ids),
    ),
    (('promise_ids', 'any', []), lambda c: bool(c.promise_ids)),
    (
        ('grouped_account_ids', 'any', [('collector_id', '!=', False)]),
        lambda c: bool(c.grouped_account_ids.collector_id),
    ),
)


@tagged('post_install', '-at_install')
class TestAlertProperties(AlertCase):
    FIRST_DAY = DAY

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.account_use_credit_limit = True
        cls.collector = cls.create_user('collector')
        cls.customers = cls.create_customers(COUNT)
        for number, customer in enumerate(cls.customers[: COUNT // 2]):
            cls.create_invoice(customer, jan(18 + number), amount=100 * number, posted=jan(2))
        cls.authors = cls.create_user('manager') | cls.env.user

    @examples(25, 200)
    @given(number=st.integers(0, 2**32 - 1))
    def test_members_are_who_meets_the_criteria(self, number):
        random = Random(number)
        with self.rolled_back():
            self.scatter(random)
            meanings = {}
            for _n in range(random.randrange(1, 6)):
                domain, meaning = self.random_criteria(random)
                author = random.choice(self.authors)
                meanings[self.create_alert(domain, author, is_shared=True)] = meaning
            alerts = self.env['dso.alert'].union(*meanings)
            before = self.assertMembers(meanings, number)
            since = {member: member.entered_on for member in alerts.member_ids}
            self.scatter(random)
            self.go_to(DAY, 13)
            news = self.refresh(alerts)
            after = self.assertMembers(meanings, number)
            for alert in alerts:
                entered = after[alert] - before[alert]
                self.assertEqual(news.get(alert, self.customers.browse()), entered)
                for member in alert.member_ids & self.env['dso.alert.account'].union(*since):
                    self.assertEqual(member.entered_on, since[member])

    def assertMembers(self, meanings, number):
        """Members are those whom each meaning meets; return them."""
        found = {}
        for alert, meaning in meanings.items():
            everybody = self.env['dso.customer'].search([('company_id', '=', self.company.id)])
            found[alert] = self.members(alert)
            expected = everybody.filtered(meaning)
            self.assertEqual(found[alert], expected, f'number={number} {alert.domain}')
            self.assertEqual(alert.customer_count, len(expected))
        return found

    def random_criteria(self, random):
        """A domain of one to three leaves, and its meaning."""
        domain, meaning = self.random_leaf(random)
        for _n in range(random.randrange(3)):
            leaf, other = self.random_leaf(random)
            operator = random.choice('&|')
            domain = [operator, *domain, *leaf]
            meaning = self.combine(operator, meaning, other)
        return domain, meaning

    def random_leaf(self, random):
        leaf, meaning = random.choice(LEAVES)
        if random.random() < 0.25:
            return ['!', leaf], lambda c: not meaning(c)
        return [leaf], meaning

    def combine(self, operator, one, other):
        if operator == '&':
            return lambda c: one(c) and other(c)
        return lambda c: one(c) or other(c)

    def scatter(self, random):
        """Give the accounts random figures and decisions."""
        self.customers.write({'group_account_id': False})
        lead = random.choice(self.customers)
        for customer in self.customers:
            customer.write(
                {
                    'collector_id': random.choice((False, self.collector.id)),
                    'guarantee_permanent': random.choice((0, 500)),
                    'guarantee_temporary': random.choice((0, 700)),
                    'guarantee_temporary_until': random.choice((False, jan(19), DAY)),
                }
            )
            customer.partner_id.credit_limit = random.choice((0, 800))
            if customer != lead:
                customer.group_account_id = random.choice((False, lead.id))
        self.plan()
        for customer in self.customers:
            self.set_figures(random, customer.position_id)
        self.env.invalidate_all()
        for customer in self.customers:
            if random.random() < 0.3:
                self.env['dso.action'].create(
                    {'customer_id': customer.id, 'action_type': random.choice(('call', 'task'))}
                )

    def set_figures(self, random, position):
        """Write what otherwise follows from the books, which have nothing to do with alerts."""
        values = (
            random.choice((-100, 0, 400, 900, 2000)),
            random.choice((0, 400, 600)),
            random.choice((None, DAY - timedelta(days=31), DAY - timedelta(days=30))),
            random.choice((None, DAY - timedelta(days=7), DAY - timedelta(days=8))),
        )
        self.env.cr.execute(
            SQL(
                "UPDATE dso_position SET balance = %s, overdue = %s, oldest_due_date = %s,"
                " last_contact_date = %s WHERE id = %s",
                *values,
                position.id,
            )
        )
