from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import CollectionCase, jan


@tagged('post_install', '-at_install')
class TestLeavingUsers(CollectionCase):
    """Who still collects is not archived before somebody has taken over."""

    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dso_collector_id = cls.company.dso_sender_id = False
        cls.ann = cls.create_user('collector', login='ann', name="Ann")
        cls.bob = cls.create_user('collector', login='bob', name="Bob")
        cls.admin = new_test_user(
            cls.env, login='boss', groups='base.group_erp_manager,base.group_partner_manager'
        )
        cls.customers = cls.create_customers(2)
        cls.create_opening_entry(cls.customers, jan(10))
        cls.plan()

    def assertKept(self, words=""):
        """Every way to lose Ann is refused with the dialog that helps."""
        ann = self.ann.with_user(self.admin)
        for leave in (
            lambda: ann.write({'active': False}),
            ann.action_archive,
            (ann | self.bob.with_user(self.admin)).action_archive,
            ann.unlink,
        ):
            with self.assertRaisesRegex(RedirectWarning, words) as caught:
                leave()
            self.assertTrue(self.ann.active)
        action_id, context = caught.exception.args[1], caught.exception.args[3]
        self.assertEqual(self.env.ref('dso_collection.dso_handover_action').id, action_id)
        self.assertEqual(context['active_ids'], self.ann.ids)

    def test_customer_accounts(self):
        self.customers.collector_id = self.ann
        self.plan()
        self.assertKept("customer accounts: 2; open actions: 2")

    def test_customer_accounts_of_a_company_that_the_archiver_does_not_see(self):
        other = self.create_company()
        self.ann.company_ids += other
        self.create_customer("Theirs", company=other).collector_id = self.ann
        self.assertKept("customer accounts: 1")

    def test_open_actions(self):
        self.env['dso.action'].create(
            {'customer_id': self.customers[0].id, 'action_type': 'call', 'date_planned': jan(25)}
        ).collector_id = self.ann
        self.assertKept("open actions: 1")

    def test_defaults_of_companies(self):
        for field, label in (
            ('dso_collector_id', "Default Collector"),
            ('dso_sender_id', "Collection Sender"),
        ):
            with self.subTest(field=field):
                self.company[field] = self.ann
                self.assertKept(f"{label} of {self.company.name}")
                self.company[field] = False

    def test_assignment_rules(self):
        rule = self.env['dso.assignment.rule'].create(
            {'name': "All to Ann", 'kind': 'collector', 'collector_id': self.ann.id}
        )
        rule.active = False
        self.assertKept("Collector of All to Ann")
        self.take_over(self.bob)
        self.assertEqual(rule.collector_id, self.bob)

    def test_others_leave_as_ever(self):
        self.ann.with_user(self.admin).action_archive()
        self.assertFalse(self.ann.active)
        self.bob.with_user(self.admin).unlink()

    def take_over(self, successor, user=None):
        wizard = self.env['dso.handover'].with_user(user or self.admin)
        with Form(wizard.with_context(active_ids=self.ann.ids)) as form:
            form.successor_id = successor
        form.record.action_apply()

    def test_take_over_and_archive(self):
        first, second = self.customers
        first.collector_id = self.ann
        second.with_context(dso_source='rule').collector_id = self.ann
        task = self.env['dso.action'].create(
            {'customer_id': first.id, 'action_type': 'call', 'date_planned': jan(25)}
        )
        task.collector_id = self.ann
        self.company.dso_collector_id = self.company.dso_sender_id = self.ann
        self.plan()
        self.take_over(self.bob)
        self.plan()
        self.assertFalse(self.ann.active)
        self.assertEqual(self.customers.collector_id, self.bob)
        self.assertEqual(self.customers.mapped('collector_source'), ['person', 'rule'])
        self.assertEqual(self.customers.open_action_ids.collector_id, self.bob)
        self.assertEqual(self.company.dso_collector_id, self.bob)
        self.assertEqual(self.company.dso_sender_id, self.bob)

    def test_manager_takes_over_without_archiving(self):
        self.customers.collector_id = self.ann
        self.take_over(self.bob, user=self.create_user('manager'))
        self.assertTrue(self.ann.active)
        self.assertEqual(self.customers.collector_id, self.bob)

    def test_history_stays(self):
        self.customers.collector_id = self.ann
        done = self.complete(self.customers[0])
        self.take_over(self.bob)
        self.assertEqual(done.collector_id, self.ann)

    def test_successor_must_be_able_to_collect(self):
        self.customers.collector_id = self.ann
        other = self.create_company()
        self.ann.company_ids += other
        self.create_customer("Theirs", company=other).collector_id = self.ann
        with self.assertRaisesRegex(ValidationError, "Bob may not work in Second Company"):
            self.take_over(self.bob)
        self.assertTrue(self.ann.active)
        self.bob.company_ids = [Command.link(other.id)]
        self.take_over(self.bob)
        self.assertFalse(self.ann.active)

    def test_somebody_must_take_over(self):
        """The dialog asks for a successor; a call past it must not leave orphans either."""
        self.customers.collector_id = self.ann
        for successor in (self.bob.browse(), self.ann):
            wizard = self.env['dso.handover'].with_user(self.admin)
            wizard = wizard.create({'user_ids': self.ann.ids, 'successor_id': successor.id})
            with self.subTest(successor=successor), self.assertRaisesRegex(UserError, "Choose"):
                wizard.action_apply()
            self.assertEqual(self.customers.collector_id, self.ann)
            self.assertTrue(self.ann.active)

    def test_manager_decides_for_his_companies_alone(self):
        other = self.create_company()
        self.ann.company_ids = self.bob.company_ids = [Command.link(other.id)]
        theirs = self.create_customer("Theirs", company=other)
        (self.customers | theirs).collector_id = self.ann
        other.dso_sender_id = self.ann
        rule = self.env['dso.assignment.rule'].create(
            {'name': "To Ann", 'collector_id': self.ann.id, 'company_id': other.id}
        )
        manager = self.create_user('manager')
        self.assertNotIn("Second Company", self.ann.with_user(manager)._get_collection_summary())
        self.take_over(self.bob, user=manager)
        self.assertEqual(self.customers.collector_id, self.bob)
        self.assertEqual(theirs.collector_id, self.ann)
        self.assertEqual(other.dso_sender_id, self.ann)
        self.assertEqual(rule.collector_id, self.ann)

    def test_company_of_a_collector_is_not_taken_away(self):
        other = self.create_company()
        self.ann.company_ids += other
        theirs = self.create_customer("Theirs", company=other)
        theirs.collector_id = self.customers.collector_id = self.ann
        admin = self.admin.with_context(active_test=False)
        ann = self.ann.with_user(admin)
        words = "take over from Ann first.* customer accounts: 1"
        with self.assertRaisesRegex(RedirectWarning, words) as caught:
            ann.company_ids = self.company
        self.bob.company_ids += other
        wizard = self.env['dso.handover'].with_user(self.admin)
        with Form(wizard.with_context(**caught.exception.args[3])) as form:
            self.assertEqual(form.summary, "customer accounts: 1")
            form.successor_id = self.bob
        form.record.action_apply()
        self.assertEqual(theirs.collector_id, self.bob)
        self.assertEqual(self.customers.collector_id, self.ann)
        self.assertTrue(self.ann.active)
        ann.company_ids = self.company
        self.assertEqual(self.ann.company_ids, self.company)

    def test_collector_does_not_become_a_portal_user(self):
        portal = {'group_ids': [Command.set(self.env.ref('base.group_portal').ids)]}
        self.company.dso_sender_id = self.ann
        with self.assertRaisesRegex(RedirectWarning, "Collection Sender of"):
            self.ann.write(portal)
        self.company.dso_sender_id = False
        self.ann.write(portal)
        self.assertTrue(self.ann.share)

    def test_collectors_may_not_hand_over(self):
        with self.assertRaises(AccessError):
            self.env['dso.handover'].with_user(self.bob).create({'user_ids': self.ann.ids})
        with self.assertRaises(AccessError):
            self.ann.with_user(self.bob)._hand_over_collection(self.bob)
