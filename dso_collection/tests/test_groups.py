"""Grouped collection: who may be grouped, what comes of it, and what comes back on cancel."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..models import dso_planner_marks
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

    def test_mass_change_does_not_name_the_account_of_another_company(self):
        foreign = self.create_customer("Foreign Head", self.create_company())
        shop = self.shop.with_user(self.create_user('collector'))
        with self.assertRaisesRegex(ValidationError, f"of {self.company.name}") as refusal:
            shop._assign({'group_account_id': foreign.id})
        self.assertNotIn("Foreign", str(refusal.exception))

    def test_mass_change_says_which_account_to_choose(self):
        self.shop.group_account_id = self.head
        with self.assertRaisesRegex(ValidationError, "choose Head Office as the group account"):
            self.other_shop._assign({'group_account_id': self.shop.id})

    def test_contact_of_a_company(self):
        holding = self.env['res.partner'].create({'name': "Holding", 'is_company': True})
        self.head.partner_id.parent_id = holding
        sentence = "cannot be collected through .*one of them has become the contact of a company"
        self.assertRefused(sentence, self.shop, self.head)
        self.assertRefused(sentence, self.head, self.shop)

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
        customers.group_account_id = self.head
        few, many = (self.queries(part._check_group_account) for part in (customers[:2], customers))
        self.assertEqual(few, many)


@tagged('post_install', '-at_install')
class TestGroups(GroupCase):
    def specific(self, customer, **vals):
        """An open call that a person planned for a customer account."""
        vals = {'action_type': 'call', 'date_planned': jan(6), **vals}
        return self.env['dso.action'].create({'customer_id': customer.id, **vals})

    def test_one_action_for_all(self):
        """The oldest item of all leads, and everything due is asked for at once."""
        self.shops.group_account_id = self.head
        action = self.next_action(self.head)
        self.assertEqual(self.head.leader_move_id.partner_id, self.shop.partner_id)
        self.assertEqual(action.amount, 1400)
        self.assertEqual(self.shops.mapped('reason'), ['grouped', 'grouped'])
        self.assertFalse(self.shops.open_action_ids)
        self.assertIn("Collected through Head Office", self.shop.explanation)

    def test_next_automatic_action_waits(self):
        self.assertFalse(self.next_action(self.head).to_confirm)
        self.shops.group_account_id = self.head
        action = self.next_action(self.head)
        self.assertEqual(action.confirm_reason, 'group')
        self.assertIn("grouped or taken out", action.explanation)
        domain = action._domain_sendable(self.company, jan(31))
        self.assertNotIn(action, action.search(domain))
        action.action_confirm()
        self.plan()
        self.assertIn(action, action.search(domain))

    def test_confirmation_lapses_when_the_group_changes(self):
        self.shop.group_account_id = self.head
        action = self.next_action(self.head)
        action.action_confirm()
        self.go_to(self.FIRST_DAY, hour=13)
        self.other_shop.group_account_id = self.head
        self.plan()
        self.assertFalse(action.confirmed_on)
        self.assertEqual(action.confirm_reason, 'group')

    def test_only_the_next_automatic_action_waits(self):
        self.shop.group_account_id = self.head
        self.next_action(self.head).action_skip("Known")
        self.plan()
        self.assertFalse(self.head.regrouped_on)
        while self.head.next_action_id.mode == 'manual':
            self.head.next_action_id.action_skip("Known")
            self.plan()
        self.assertFalse(self.head.next_action_id.to_confirm)

    def test_manual_actions_do_not_use_it_up(self):
        self.complete(self.head)
        self.go_to(jan(12))
        self.shop.group_account_id = self.head
        self.shop.group_account_id = False
        self.assertEqual(self.next_action(self.head).mode, 'manual')
        self.complete(self.head)
        self.assertEqual(self.next_action(self.head).mode, 'automatic')
        self.assertEqual(self.head.next_action_id.confirm_reason, 'group')

    def test_cancel_plans_both_sides(self):
        self.shops.group_account_id = self.head
        self.plan()
        self.shop.action_cancel_grouping()
        self.plan()
        self.assertEqual(self.shop.reason, 'planned')
        self.assertEqual(self.shop.next_action_id.confirm_reason, 'group')
        self.assertEqual(self.head.leader_move_id.partner_id, self.head.partner_id)
        self.assertEqual(self.head.next_action_id.confirm_reason, 'group')
        self.assertEqual(self.head.grouped_account_ids, self.other_shop)

    def test_cancel_the_whole_group(self):
        self.shops.group_account_id = self.head
        self.head.action_cancel_group()
        self.plan()
        self.assertFalse(self.head.grouped_account_ids)
        self.assertEqual(set((self.shops | self.head).mapped('reason')), {'planned'})

    def test_both_sides_of_a_large_group_are_planned_at_once(self):
        """More accounts than a transaction plans by itself: the screen comes back planned."""
        self.patch(dso_planner_marks, 'MAX_INLINE', 1)
        everybody = self.shops | self.head
        everybody._group_through(self.head)
        self.assertEqual(set(self.shops.mapped('reason')), {'grouped'})
        self.assertEqual(self.head.next_action_id.leader_move_id.partner_id, self.shop.partner_id)
        self.head.action_cancel_group()
        self.assertEqual(set(everybody.mapped('reason')), {'planned'})
        for customer in everybody:
            leader = customer.next_action_id.leader_move_id
            self.assertEqual(leader.partner_id, customer.partner_id)

    def test_form_shows_the_new_plan_at_once(self):
        """The web client reads in the transaction that saved (spec 5.5)."""
        [shown] = self.shop.web_save(
            {'group_account_id': self.head.id}, {'reason': {}, 'plan_date': {}}
        )
        self.assertEqual((shown['reason'], shown['plan_date']), ('grouped', False))

    def test_specific_actions_go_along_and_return(self):
        mine, of_shop = self.specific(self.head), self.specific(self.shop, name="Ask for a plan")
        self.shops.group_account_id = self.head
        self.plan()
        self.assertEqual(of_shop.customer_id, self.head)
        self.assertEqual(of_shop.member_code, 'S1')
        self.assertFalse(mine.member_id)
        self.assertLessEqual(mine | of_shop, self.head.open_action_ids)
        self.shop.group_account_id = self.other_shop.group_account_id = False
        self.assertEqual(of_shop.customer_id, self.shop)
        self.assertFalse(of_shop.member_id)
        self.assertEqual(mine.customer_id, self.head)

    def test_specific_action_for_a_member(self):
        self.shop.group_account_id = self.head
        action = self.specific(self.shop)
        self.assertEqual((action.customer_id, action.member_id), (self.head, self.shop))

    def test_specific_actions_follow_to_another_group(self):
        action = self.specific(self.shop)
        self.shop.group_account_id = self.head
        self.shop.group_account_id = self.other_shop
        self.assertEqual((action.customer_id, action.member_id), (self.other_shop, self.shop))

    def test_specific_actions_are_for_the_collector_of_the_group(self):
        here, there = (self.create_user('collector', login=name) for name in ('here', 'there'))
        self.shop.collector_id, self.head.collector_id = here, there
        action = self.specific(self.shop)
        self.shop.group_account_id = self.head
        self.assertEqual(action.collector_id, there)
        self.shop.group_account_id = False
        self.assertEqual(action.collector_id, here)

    def test_code_of_a_member_without_a_code(self):
        """A code is the reference, else the VAT number, else the name (spec 2.3)."""
        self.shop.partner_id.write({'ref': False, 'vat': 'BE0477472701'})
        self.shop.group_account_id = self.head
        action = self.specific(self.shop)
        self.assertEqual(action.member_code, 'BE0477472701')
        self.shop.partner_id.vat = False
        self.assertEqual(action.member_code, "Shop One")

    def test_what_is_done_stays(self):
        action = self.specific(self.shop)
        action.action_complete()
        self.shop.group_account_id = self.head
        self.assertEqual(action.customer_id, self.shop)
        done = self.specific(self.shop)
        done.action_complete()
        self.shop.group_account_id = False
        self.assertEqual((done.customer_id, done.member_id), (self.head, self.shop))

    def test_touched_proposal_goes_to_the_history(self):
        action = self.next_action(self.shop)
        action.note = "Promised to look into it"
        self.shop.group_account_id = self.head
        self.plan()
        self.assertEqual((action.state, action.reason_code), ('cancelled', 'grouped'))
        self.assertEqual(action.customer_id, self.shop)

    def test_rights(self):
        reader = self.create_user('reader')
        for method in ('action_cancel_grouping', 'action_cancel_group'):
            with self.assertRaises(AccessError):
                getattr(self.shop.with_user(reader), method)()
        collector = self.create_user('collector')
        self.shop.with_user(collector).group_account_id = self.head
        self.shop.with_user(collector).action_cancel_grouping()
        self.assertFalse(self.shop.group_account_id)
        with self.assertRaises(AccessError):
            self.shop.with_user(collector).regrouped_on = False

    # --- contacts that change --------------------------------------------------------------

    def test_deleting_a_side_is_refused(self):
        self.shop.group_account_id = self.head
        for customer in (self.shop, self.head):
            with self.assertRaisesRegex(UserError, "is grouped with that of others"):
                customer.partner_id.unlink()

    def test_archiving_changes_nothing(self):
        """Who is archived owes all the same; the group goes on as it is."""
        self.shops.group_account_id = self.head
        before = self.next_action(self.head)
        (self.shop | self.head).partner_id.active = False
        self.assertEqual(self.next_action(self.head), before)
        self.assertEqual(self.head.grouped_account_ids, self.shops)
        self.assertEqual(self.shop.reason, 'grouped')

    def holding(self):
        return self.env['res.partner'].create({'name': "Holding", 'is_company': True})

    def test_member_becomes_a_contact_of_a_company(self):
        """Its items move on, and with them there is nothing left in the group."""
        self.shops.group_account_id = self.head
        self.shop.partner_id.with_user(self.create_partner_manager()).parent_id = self.holding()
        self.plan()
        self.assertEqual(self.head.grouped_account_ids, self.other_shop)
        self.assertEqual((self.shop.balance, self.shop.reason), (0, 'clear'))
        self.assertEqual(self.head.next_action_id.confirm_reason, 'group')

    def test_group_account_becomes_a_contact_of_a_company(self):
        """Nobody would receive the message: each is collected for itself again."""
        self.shops.group_account_id = self.head
        self.plan()
        self.head.partner_id.parent_id = self.holding()
        self.plan()
        self.assertFalse(self.head.grouped_account_ids)
        self.assertEqual(self.shops.mapped('reason'), ['planned', 'planned'])
        self.assertEqual(set(self.shops.next_action_id.mapped('state')), {'planned'})
        self.assertEqual(self.shop.next_action_id.confirm_reason, 'group')

    def test_company_under_a_company_stays_in_its_group(self):
        self.shops.group_account_id = self.head
        partners = (self.shop | self.head).partner_id
        partners.write({'is_company': True, 'parent_id': self.holding().id})
        self.assertEqual(self.head.grouped_account_ids, self.shops)
        self.shop.partner_id.is_company = False
        self.assertEqual(self.head.grouped_account_ids, self.other_shop)

    def create_partner_manager(self):
        """Somebody who keeps contacts and has nothing to do with collection."""
        return new_test_user(
            self.env, login='contacts', groups='base.group_user,base.group_partner_manager'
        )
