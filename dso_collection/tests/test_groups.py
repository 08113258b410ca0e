"""Grouped collection: who may be grouped, what comes of it, and what comes back on cancel."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import CollectionCase, jan


class GroupCase(CollectionCase):
    """A chain with a head office and two shops, each with an open invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.head = cls.create_customer("Head Office", ref='H1')
        cls.shop = cls.create_customer("Shop One", ref='S1')
        cls.other_shop = cls.create_customer("Shop Two", ref='S2')
        cls.shops = cls.shop | cls.other_shop
        for customer, due, amount in (
            (cls.head, jan(2), 1000),
            (cls.shop, jan(-10), 400),
            (cls.other_shop, jan(12), 300),
        ):
            cls.create_invoice(customer, due, amount, posted=jan(-40))
        cls.plan()


@tagged('post_install', '-at_install')
class TestGroupRefusals(GroupCase):
    """Every refusal is one sentence, whatever the path, and nothing is half-written."""

    def assertRefused(self, sentence, customers, account):
        before = customers.mapped('group_account_id')
        with self.assertRaisesRegex(ValidationError, sentence), self.env.cr.savepoint():
            customers.group_account_id = account
        customers.invalidate_recordset()
        self.assertEqual(customers.mapped('group_account_id'), before)

    def test_itself(self):
        self.assertRefused("Shop One cannot be collected through itself", self.shop, self.shop)

    def test_one_of_many_is_the_group_account(self):
        everybody = self.shops | self.head
        self.assertRefused("Head Office cannot be collected through itself", everybody, self.head)

    def test_group_account_is_grouped(self):
        self.shop.group_account_id = self.head
        self.assertRefused(
            "Shop One is itself collected through Head Office: choose Head Office",
            self.other_shop,
            self.shop,
        )

    def test_group_in_a_group(self):
        self.shop.group_account_id = self.head
        self.assertRefused(
            "Head Office is the group account of other customer accounts and cannot be collected "
            "through Shop Two: cancel its grouping first",
            self.head,
            self.other_shop,
        )

    def test_two_companies(self):
        company = self.create_company()
        foreign = self.create_customer("Foreign Head", company)
        sentence = f"Shop One is a customer account of {self.company.name}.*choose a group account"
        self.assertRefused(sentence, self.shop, foreign)

    def test_two_companies_without_the_name_of_the_other(self):
        foreign = self.create_customer("Foreign Head", self.create_company())
        shop = self.shop.with_user(self.create_user('collector'))
        with self.assertRaises(ValidationError) as refusal:
            shop.group_account_id = foreign.id
        self.assertNotIn("Foreign", str(refusal.exception))

    def test_group_account_without_receivable_side(self):
        side = self.head.partner_id.property_account_receivable_id
        side.non_trade = True
        self.assertRefused("Head Office has no trade receivable account", self.shop, self.head)

    def test_new_customer_account(self):
        partner = self.env['res.partner'].create({'name': "New Shop"})
        self.shop.group_account_id = self.head
        with self.assertRaisesRegex(ValidationError, "itself collected through Head Office"):
            self.env['dso.customer'].create(
                {'partner_id': partner.id, 'group_account_id': self.shop.id}
            )

    def test_contact(self):
        with self.assertRaisesRegex(ValidationError, "cannot be collected through itself"):
            self.shop.partner_id.dso_group_account_id = self.shop.partner_id

    def test_checks_cost_the_same_for_many(self):
        customers = self.create_customers(40)
        few = self.queries(customers[:2])
        self.assertEqual(self.queries(customers), few)

    def queries(self, customers):
        customers.group_account_id = self.head
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        customers._check_group_account()
        return self.env.cr.sql_log_count - before
