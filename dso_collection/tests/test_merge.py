"""Merging contacts: two customer accounts with history become one, and nothing is lost."""

from itertools import product

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import CollectionCase, jan


@tagged('post_install', '-at_install')
class TestMerge(CollectionCase):
    def setUp(self):
        super().setUp()
        self.kept = self.create_customer("Kept")
        self.gone = self.create_customer("Gone", email='kept@example.com')
        self.kept_invoice = self.create_invoice(self.kept, jan(-20), posted=jan(-50))
        self.gone_invoice = self.create_invoice(self.gone, jan(-30), posted=jan(-60))
        self.plan()

    def merge(self):
        wizard = self.env['base.partner.merge.automatic.wizard'].create({})
        partners = self.kept.partner_id | self.gone.partner_id
        wizard._merge(partners.ids, self.kept.partner_id)
        self.plan()

    def test_both_have_history(self):
        first = self.next_action(self.kept)
        first.action_skip("Known")
        second = self.next_action(self.gone)
        second.action_skip("Known too")
        self.plan()
        self.gone.collector_id = self.create_user('collector')
        self.gone.message_post(body="A word on the account that goes")
        collector = self.gone.collector_id
        self.merge()
        self.assertFalse(self.gone.exists())
        self.assertEqual(self.kept.balance, 2000)
        self.assertEqual(first.customer_id | second.customer_id, self.kept)
        self.assertEqual(self.kept.collector_id, collector)
        self.assertEqual(self.kept.leader_move_id, self.gone_invoice)
        self.assertEqual(self.kept.leader_level, 3)
        texts = " ".join(self.kept.message_ids.mapped('body'))
        self.assertIn("A word on the account that goes", texts)
        self.assertIn("Merged with the customer account of Gone", texts)
        scenario_actions = self.kept.open_action_ids.filtered(lambda a: a.origin == 'scenario')
        self.assertEqual(len(scenario_actions), 1)

    def test_choices_of_the_destination_win(self):
        mine, other = self.create_user('collector'), self.create_user('manager')
        self.kept.collector_id, self.gone.collector_id = mine, other
        self.merge()
        self.assertEqual(self.kept.collector_id, mine)

    def test_hold_in_force_wins_over_one_that_has_ended(self):
        """A customer of whom one half is insolvent gets no letter."""
        self.kept.write({'hold_reason': 'management', 'hold_until': jan(-3)})
        self.gone.write({'hold_reason': 'insolvency', 'hold_from': jan(-2)})
        self.merge()
        self.assertEqual((self.kept.hold_reason, self.kept.hold_until), ('insolvency', False))
        self.assertEqual(self.kept.reason, 'hold')

    def test_hold_of_the_destination_wins_while_it_is_in_force(self):
        self.kept.write({'hold_reason': 'management', 'hold_until': jan(10)})
        self.gone.hold_reason = 'insolvency'
        self.merge()
        self.assertEqual((self.kept.hold_reason, self.kept.hold_until), ('management', jan(10)))

    def test_hold_to_come(self):
        self.kept.write({'hold_reason': 'management', 'hold_until': jan(-3)})
        self.gone.write({'hold_reason': 'insolvency', 'hold_from': jan(10)})
        self.merge()
        self.assertEqual((self.kept.hold_reason, self.kept.hold_from), ('insolvency', jan(10)))

    def test_destination_without_account(self):
        partner = self.env['res.partner'].create({'name': "Third", 'email': 'kept@example.com'})
        account = self.gone
        self.env['base.partner.merge.automatic.wizard'].create({})._merge(
            (self.gone.partner_id | partner).ids, partner
        )
        self.plan()
        self.assertEqual(account.partner_id, partner)
        self.assertEqual(account.balance, 1000)

    def test_not_while_sending(self):
        self.next_action(self.gone)._set_sending()
        with self.assertRaisesRegex(UserError, "marked as sent or withdrawn"):
            self.merge()
        self.assertTrue(self.gone.exists())


@tagged('post_install', '-at_install')
class TestMergeGroups(CollectionCase):
    """Whatever the groups, after merging two contacts there is no group that could not be."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kept, cls.gone, cls.third, cls.fourth = cls.everybody = [
            cls.create_customer(name, email='chain@example.com')
            for name in ("Kept", "Gone", "Third", "Fourth")
        ]
        for customer in cls.everybody:
            cls.create_invoice(customer, jan(-20), posted=jan(-50))
        cls.plan()

    def merge(self):
        wizard = self.env['base.partner.merge.automatic.wizard'].create({})
        partners = self.kept.partner_id | self.gone.partner_id
        wizard._merge(partners.ids, self.kept.partner_id)
        self.plan()

    def group(self, *pairs):
        for customer, account in pairs:
            customer.group_account_id = account
        self.plan()

    def test_every_constellation(self):
        """Each of four accounts alone or under another: all the groups that can be."""
        nobody = self.env['dso.customer']
        tried = 0
        for leads in product([nobody, *self.everybody], repeat=4):
            pairs = list(zip(self.everybody, leads, strict=True))
            members = [customer for customer, lead in pairs if lead]
            if any(customer == lead or lead in members for customer, lead in pairs):
                continue
            tried += 1
            with self.subTest(groups=[lead.display_name for lead in leads]), self.rolled_back():
                self.group(*pairs)
                self.merge()
                self.assertConsistent()
        self.assertEqual(tried, 41)

    def assertConsistent(self):
        left = self.kept | self.third | self.fourth
        left._check_group_account()
        self.assertEqual(sum(left.mapped('balance')), 4000)
        for customer in left:
            grouped = bool(customer.group_account_id)
            self.assertEqual(customer.reason, 'grouped' if grouped else 'planned')
            self.assertEqual(bool(customer.next_action_id), not grouped)

    def test_members_of_the_account_that_goes(self):
        self.group((self.third, self.gone), (self.fourth, self.gone))
        self.third.group_source = 'rule'
        self.merge()
        self.assertEqual(self.kept.grouped_account_ids, self.third | self.fourth)
        self.assertEqual(self.third.group_source, 'rule')
        self.assertEqual(self.kept.next_action_id.confirm_reason, 'group')

    def test_group_of_the_destination_wins(self):
        self.group((self.kept, self.third), (self.gone, self.fourth))
        self.merge()
        self.assertEqual(self.kept.group_account_id, self.third)
        self.assertEqual(self.fourth.balance, 1000)

    def test_destination_takes_the_group_over(self):
        self.group((self.gone, self.third))
        self.merge()
        self.assertEqual(self.kept.group_account_id, self.third)

    def test_member_merged_into_its_group_account(self):
        self.gone.collector_id = self.create_user('collector')
        self.group((self.gone, self.kept))
        self.merge()
        self.assertFalse(self.kept.group_account_id)
        self.assertEqual(self.kept.collector_id.login, 'collector@example.com')

    def test_group_account_merged_into_its_member(self):
        self.group((self.kept, self.gone), (self.third, self.gone))
        self.merge()
        self.assertEqual(self.third.group_account_id, self.kept)

    def test_specific_actions_stand_where_they_are_done(self):
        values = {'action_type': 'call', 'date_planned': jan(6)}
        action = self.env['dso.action'].create({'customer_id': self.gone.id, **values})
        self.group((self.kept, self.third))
        self.merge()
        self.assertEqual((action.customer_id, action.member_id), (self.third, self.kept))
        self.kept.group_account_id = False
        self.assertEqual(action.customer_id, self.kept)

    def test_rules_that_group_through_the_account_that_goes(self):
        rule = self.env['dso.assignment.rule'].create(
            {'name': "Chain", 'kind': 'group', 'group_account_id': self.gone.id}
        )
        self.merge()
        self.assertEqual(rule.exists().group_account_id, self.kept)

    def test_destination_is_a_contact_of_a_company(self):
        """The items go to the company, which is in no group."""
        holding = self.env['res.partner'].create({'name': "Holding", 'is_company': True})
        contact = self.env['res.partner'].create({'name': "Desk", 'parent_id': holding.id})
        self.group((self.gone, self.third), (self.fourth, self.kept))
        wizard = self.env['base.partner.merge.automatic.wizard'].create({})
        wizard._merge(((self.kept | self.gone).partner_id | contact).ids, contact)
        self.plan()
        self.assertFalse((self.third | self.fourth).grouped_account_ids)
        self.assertEqual(self.fourth.reason, 'planned')
        account = self.env['dso.customer'].search([('partner_id', '=', holding.id)])
        self.assertEqual((account.balance, account.reason), (2000, 'planned'))
