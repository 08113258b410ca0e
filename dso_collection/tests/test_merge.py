"""Merging contacts: two customer accounts with history become one, and nothing is lost."""

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
        with self.assertRaisesRegex(UserError, "in a few minutes"):
            self.merge()
        self.assertTrue(self.gone.exists())
