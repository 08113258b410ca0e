"""Screens of grouped collection: the dialog, the group account, members, filters, and a tour."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..models import dso_customer_assign, dso_planner, dso_planner_marks
from .common import CollectionCase, jan
from .common_tours import TourCase
from .test_groups import GroupCase


@tagged('post_install', '-at_install')
class TestGroupDialog(GroupCase):
    def dialog(self, customers):
        return self.env['dso.customer.group'].create({'customer_ids': customers.ids})

    def test_proposes_the_largest_balance(self):
        everybody = self.shops | self.head
        self.assertEqual(self.dialog(everybody).group_account_id, self.head)
        self.create_invoice(self.shop, jan(20), 5000)
        self.plan()
        self.assertEqual(self.dialog(everybody).group_account_id, self.shop)

    def test_proposes_the_group_account_that_exists(self):
        self.shop.group_account_id = self.other_shop
        self.plan()
        everybody = self.shops | self.head
        self.assertEqual(self.dialog(everybody).group_account_id, self.other_shop)

    def test_one_customer_account_has_to_be_given_another(self):
        dialog = self.dialog(self.shop)
        self.assertFalse(dialog.group_account_id)
        self.assertFalse(dialog.account_count)
        with self.assertRaisesRegex(UserError, "Choose the account in which"):
            dialog.action_apply()
        dialog.group_account_id = self.shop
        with self.assertRaisesRegex(UserError, "at least one customer account besides"):
            dialog.action_apply()
        dialog.group_account_id = self.head
        dialog.action_apply()
        self.assertEqual(self.shop.group_account_id, self.head)

    def test_says_what_will_happen(self):
        self.create_invoice(self.shop, jan(20), 250, currency_id=self.eur.id)
        self.plan()
        self.env['dso.action'].create(
            {'customer_id': self.shop.id, 'action_type': 'call', 'date_planned': jan(6)}
        )
        dialog = self.dialog(self.shops | self.head)
        self.assertEqual((dialog.account_count, dialog.item_count), (3, 4))
        self.assertIn("1,700.00", dialog.amounts)
        self.assertIn("250.00", dialog.amounts)
        self.assertEqual((dialog.dropped_count, dialog.moved_count), (2, 1))
        dialog.action_apply()
        self.plan()
        self.assertFalse(self.shops.open_action_ids)

    def test_what_is_being_sent_goes_nowhere(self):
        self.next_action(self.shop)._set_sending()
        self.assertEqual(self.dialog(self.shop | self.head).dropped_count, 0)

    def test_offers_the_largest_balance_first(self):
        """Those that are being grouped first, then the others."""
        larger = self.create_customer("Larger Head")
        self.create_invoice(larger, jan(20), 9000)
        self.plan()
        accounts = self.env['dso.customer'].with_context(dso_grouped_ids=self.shops.ids)
        ours = [('id', 'in', (self.shops | self.head | larger).ids)]

        def offered(**search):
            return [id_ for id_, _name in accounts.name_search(domain=ours, **search)]

        expected = [*self.shops.ids, larger.id, self.head.id]
        self.assertEqual(offered(), expected)
        self.assertEqual(offered(limit=3), expected[:3])
        self.assertEqual(offered(name="Head"), expected[2:])

    def differences(self):
        self.env.invalidate_all()  # as each request begins
        return self.dialog(self.shops | self.head).differences or ""

    def test_each_difference(self):
        (self.shops | self.head).partner_id.email = 'chain@example.com'
        self.assertFalse(self.differences())
        collector = self.create_user('collector', name="Ann Clerk")
        self.head.collector_id = collector
        self.assertIn("Another collector: Shop", self.differences())
        self.assertIn("Actions go to Ann Clerk", self.differences())
        self.shops.collector_id = collector
        self.shop.scenario_id = self.create_scenario("Gentle", ())
        text = "Another scenario: Shop One. The scenario will be Standard"
        self.assertIn(text, self.differences())
        self.shop.scenario_id = self.scenario
        self.env['res.lang']._activate_lang('fr_FR')
        self.other_shop.partner_id.lang = 'fr_FR'
        self.assertIn("Another language: Shop Two", self.differences())
        self.other_shop.partner_id.lang = self.head.partner_id.lang
        self.create_invoice(self.shop, jan(20), 250, currency_id=self.eur.id)
        self.assertIn("Another currency: Shop One", self.differences())
        desk = {'name': "Desk", 'email': 'd@example.com', 'is_collection_contact': True}
        self.other_shop.partner_id.child_ids = [Command.create(desk)]
        text = "Another contact: Shop Two. Messages go to chain@example.com"
        self.assertIn(text, self.differences())

    def test_messages_go_where_it_says(self):
        """The dialog and the planner choose contacts alike, whoever there is."""
        people = {
            'own': [],
            'invoice': [('invoice', False), ('invoice', False)],
            'chosen': [('invoice', False), ('contact', True), ('other', True)],
            'without': [('contact', True)],
        }
        customers = self.env['dso.customer']
        for name, contacts in people.items():
            customer = self.create_customer(name.title())
            customer.partner_id.child_ids = [
                Command.create(
                    {
                        'name': f"{name} {number}",
                        'type': contact_type,
                        'email': name != 'without' and f'{name}{number}@example.com',
                        'is_collection_contact': chosen,
                    }
                )
                for number, (contact_type, chosen) in enumerate(contacts)
            ]
            self.create_invoice(customer, jan(1), posted=jan(-20))
            customers |= customer
        self.plan()
        self.assertEqual(set(customers.next_action_id.mapped('action_type')), {'email'})
        emails = customers._get_collection_emails()
        self.assertEqual(
            [emails[customer] for customer in customers],
            [
                'own@example.com',
                'invoice0@example.com',
                'chosen1@example.com, chosen2@example.com',
                '',
            ],
        )
        for customer in customers:
            self.assertEqual(emails[customer], customer.plan_recipient or '')

    def test_who_leaves_another_group(self):
        self.shop.group_account_id = self.other_shop
        dialog = self.dialog(self.shop | self.head)
        self.assertEqual(dialog.group_account_id, self.head)
        self.assertIn("Taken out of another group: Shop One", dialog.differences)

    def test_names_are_text_and_not_too_many(self):
        customers = self.create_customers(9)
        customers[0].partner_id.name = "<b>Bold</b>"
        currencies = {customer: set() for customer in customers | self.head}
        text = str(customers._explain_differences(self.head, currencies))
        self.assertIn("&lt;b&gt;Bold", text)
        self.assertIn("4 more", text)

    def test_in_the_form(self):
        context = {'active_model': 'dso.customer', 'active_ids': (self.shops | self.head).ids}
        form = Form(self.env['dso.customer.group'].with_context(**context))
        self.assertEqual(form.group_account_id, self.head)
        form.group_account_id = self.shop
        self.assertEqual(form.account_count, 3)
        action = form.save().action_apply()
        self.assertEqual(action['res_id'], self.shop.id)
        self.assertEqual(self.head.group_account_id, self.shop)

    def test_from_contacts(self):
        new = self.env['res.partner'].create({'name': "New Shop"})
        collector = self.create_user('collector')
        contacts = (self.head.partner_id | new).with_user(collector)
        action = contacts.action_dso_group_collection()
        dialog = (
            self.env['dso.customer.group']
            .with_user(collector)
            .with_context(**action['context'])
            .create({})
        )
        self.assertEqual(dialog.group_account_id, self.head)
        dialog.action_apply()
        self.assertEqual(new.dso_group_account_id, self.head.partner_id)

    def test_readers_may_not(self):
        reader = self.create_user('reader')
        with self.assertRaises(AccessError):
            self.head.partner_id.with_user(reader).action_dso_group_collection()
        with self.assertRaises(AccessError):
            self.env['dso.customer.group'].with_user(reader).create(
                {'customer_ids': self.shops.ids}
            )
        with self.assertRaises(AccessError):
            self.shops.with_user(reader)._group_through(self.head)


@tagged('post_install', '-at_install')
class TestGroupScreens(GroupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shops.group_account_id = cls.head
        cls.plan()

    def test_figures_and_items_of_the_group(self):
        self.assertEqual(self.head.member_count, 2)
        self.assertEqual((self.head.balance, self.head.group_balance), (1000, 1700))
        self.assertEqual((self.head.overdue, self.head.group_overdue), (1000, 1400))
        self.assertEqual((self.head.open_item_count, self.head.group_item_count), (1, 3))
        self.assertEqual(
            set(self.head.unit_line_ids.mapped('dso_customer_code')), {'H1', 'S1', 'S2'}
        )
        self.assertEqual(self.shop.unit_line_ids, self.shop.open_line_ids)
        self.assertFalse(self.shop.member_count)

    def test_code_of_an_item_without_reference(self):
        """Its VAT number, else its name: found, sorted and grouped by like the reference."""
        lines = self.head.unit_line_ids
        self.shop.partner_id.write({'ref': False, 'vat': 'BE0477472701'})
        self.shops[1].partner_id.write({'ref': False, 'vat': False})
        name = self.shops[1].partner_id.name
        codes = {'H1', 'BE0477472701', name}
        self.assertEqual(set(lines.mapped('dso_customer_code')), codes)
        mine = [('id', 'in', lines.ids)]
        for code in codes:
            found = lines.search([*mine, ('dso_customer_code', '=', code)])
            self.assertEqual(set(found.mapped('dso_customer_code')), {code})
            others = lines.search([*mine, ('dso_customer_code', '!=', code)])
            self.assertEqual(found | others, lines)
            self.assertFalse(found & others)
        self.assertFalse(lines.search([*mine, ('dso_customer_code', '=', False)]))
        ordered = lines.search(mine, order='dso_customer_code, id').mapped('dso_customer_code')
        self.assertEqual(list(dict.fromkeys(ordered)), sorted(codes))
        groups = lines._read_group(mine, ['dso_customer_code'], ['__count'])
        self.assertEqual({code for code, _count in groups}, codes)

    def test_open_items_and_history_of_the_group(self):
        self.assertEqual(
            self.head.action_open_items()['domain'], [('id', 'in', self.head.unit_line_ids.ids)]
        )

    def test_history_stays_and_is_shown_on_both(self):
        self.shop.group_account_id = False
        self.plan()
        before = self.next_action(self.shop)
        before.action_skip("Known")
        self.shop.group_account_id = self.head
        self.go_to(jan(6))
        through = self.next_action(self.head)
        self.assertEqual(through.leader_move_id.partner_id, self.shop.partner_id)
        through._set_done('sent')
        self.plan()
        self.assertEqual(before.customer_id, self.shop)
        self.assertEqual(self.shop.history_ids, before | through)
        self.assertEqual(self.head.history_ids, before | through)
        self.assertEqual(self.head.history_count, 2)
        self.shop.group_account_id = False
        self.env.invalidate_all()
        self.assertEqual(self.shop.history_ids, before | through)
        self.assertEqual(self.head.history_ids, through)
        domain = self.head.action_open_history()['domain']
        self.assertEqual(self.env['dso.action'].search(domain), through)

    def test_criteria_in_the_agenda(self):
        actions, alone = self.env['dso.action'], self.create_customer("Alone")
        self.create_invoice(alone, jan(-3), posted=jan(-30))
        self.plan()
        ours = [('customer_id', 'in', (self.head | self.shops | alone).ids)]
        grouped = actions.search([*ours, ('group_account_id', '!=', False)])
        self.assertEqual(grouped.customer_id, self.head)
        self.assertEqual(
            actions.search([*ours, ('group_account_id', '=', False)]).customer_id, alone
        )
        for value in (self.head.id, "Head"):
            operator = '=' if isinstance(value, int) else 'ilike'
            found = actions.search([*ours, ('group_account_id', operator, value)])
            self.assertEqual(found, grouped)
        groups = actions._read_group(ours, ['group_account_id'], ['__count'])
        self.assertEqual({account for account, _count in groups}, {self.head, self.head.browse()})
        self.assertEqual(grouped.mapped('group_account_id'), self.head)
        groups = actions._read_group(ours, ['group_account_id', 'partner_id'], ['__count'])
        self.assertIn((self.head, self.head.partner_id, 1), groups)
        description = actions.fields_get(['group_account_id'])['group_account_id']
        self.assertTrue(description['groupable'] and description['searchable'])

    def test_criteria_of_customers_and_items(self):
        ours = [('id', 'in', (self.head | self.shops).ids)]
        customers = self.env['dso.customer']
        self.assertEqual(customers.search([*ours, ('group_account_id', '!=', False)]), self.shops)
        self.assertEqual(customers.search([*ours, ('grouped_account_ids', '!=', False)]), self.head)
        lines = self.head.unit_line_ids
        found = lines.search(
            [('id', 'in', lines.ids), ('dso_group_account_id', '=', self.head.partner_id.id)]
        )
        self.assertEqual(found, self.shops.open_line_ids)
        groups = lines._read_group(
            [('id', 'in', lines.ids)], ['dso_group_account_id'], ['amount_residual:sum']
        )
        self.assertEqual(
            dict(groups), {self.head.partner_id: 700, self.head.partner_id.browse(): 1000}
        )

    def test_filters_are_in_every_search(self):
        for model, view in (
            ('dso.customer', False),
            ('dso.action', False),
            ('account.move.line', 'account_move_line_view_search_items'),
        ):
            view_id = view and self.env.ref(f'dso_collection.{view}').id
            arch = self.env[model].get_view(view_id, 'search')['arch']
            self.assertIn('name="grouped"', arch)
            self.assertIn('name="group_by_group_account"', arch)


@tagged('post_install', '-at_install')
class TestGroupQueries(CollectionCase):
    """What a group costs: as many statements with 200 members as with 2."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # People leave a trace in the chatter; that must not cost more for more either.
        cls.env = cls.env(context={**cls.env.context, 'tracking_disable': False})
        cls.heads = cls.create_customers(2)
        cls.shops = cls.create_customers(202)
        cls.create_opening_entry(cls.heads | cls.shops, jan(-30))
        cls.plan()
        # More accounts at once are written and planned with other settings, a few statements more.
        for module in (dso_planner, dso_planner_marks, dso_customer_assign):
            cls.startClassPatcher(patch.object(module, 'FEW', 1000))

    def groups(self):
        return (self.heads[0], self.shops[:2]), (self.heads[1], self.shops[2:])

    def assertEqualCounts(self, prepare, function):
        counts = []
        for _round in range(2):  # the first one fills caches
            for account, members in self.groups():
                with self.rolled_back():
                    prepare(account, members)
                    counts.append(self.queries(function, account, members))
        self.assertEqual(counts[2], counts[3])

    def group(self, account, members):
        members._group_through(account)
        self.env['dso.planner']._plan_pending()

    def nothing(self, account, members):
        pass

    def test_group(self):
        self.assertEqualCounts(self.nothing, self.group)

    def test_cancel(self):
        def cancel(account, members):
            account.action_cancel_group()
            self.env['dso.planner']._plan_pending()

        self.assertEqualCounts(self.group, cancel)

    def test_plan(self):
        self.assertEqualCounts(self.group, lambda account, members: account._plan())

    def test_complete(self):
        def complete(account, members):
            account.next_action_id._set_done('sent')
            self.env['dso.planner']._plan_pending()

        self.assertEqualCounts(self.group, complete)

    def test_dialog(self):
        def look(account, members):
            dialog = self.env['dso.customer.group'].new({'customer_ids': (account | members).ids})
            self.assertEqual(dialog.account_count, len(members) + 1)

        self.assertEqualCounts(self.nothing, look)

    def test_cockpit(self):
        def look(account, members):
            account.read(
                ['group_balance', 'member_count', 'unit_line_ids', 'history_ids', 'explanation']
            )
            members.read(['code', 'display_name', 'balance', 'overdue', 'open_item_count'])

        self.assertEqualCounts(self.group, look)


@tagged('post_install', '-at_install')
class TestGroupTour(TourCase):
    """A collector groups a chain of shops in the browser and takes one shop out again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dso_scenario_id = cls.env.ref('dso_collection.dso_scenario_standard')
        collector = cls.create_person('collector', "Camille", 'camille')
        for name, code, amount in (
            ("Lindenhof Head Office", 'L0', 900),
            ("Lindenhof North", 'L1', 400),
            ("Lindenhof South", 'L2', 300),
            ("Azure Interior", 'A1', 5000),
        ):
            customer = cls.create_late_customer(name, amount, ref=code)
            customer.collector_id = collector
            customer._plan()

    def test_group_tour(self):
        self.start_tour('/odoo', 'dso_collection_group', login='camille')
