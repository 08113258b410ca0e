from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ..wizard import dso_customer_assign
from .common import jan
from .common_queries import QueryCase


@tagged('post_install', '-at_install')
class TestMassChange(QueryCase):
    """Select many, assign in one dialog (spec 2.2)."""

    FIRST_DAY = jan(20)
    COUNT = 4

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calls = cls.create_scenario("Calls", [(3, 'call', 'manual')])
        cls.create_opening_entry(cls.customers, jan(10))
        cls.plan()
        cls.bob = cls.create_user('collector', login='bob', name="Bob")

    def dialog(self, records, domain=None, user=None):
        """The dialog as the web client opens it on selected records."""
        return (
            self.env['dso.customer.assign']
            .with_user(user or self.bob)
            .with_context(
                active_model=records._name, active_ids=records.ids, active_domain=domain or []
            )
        )

    def apply(self, dialog, **values):
        with Form(dialog) as form:
            for name, value in values.items():
                form[name] = value
            summary = form.summary
        return summary, form.record.action_apply()['params']['message']

    def test_says_how_many_change_and_changes_them(self):
        self.few[0].collector_id = self.bob
        said, done = self.apply(self.dialog(self.few), collector_id=self.bob)
        self.assertEqual(said, "3 of 4 selected customers change.")
        self.assertEqual(done, "Customer accounts changed: 3")
        self.assertEqual(self.few.collector_id, self.bob)
        self.assertEqual(set(self.few.mapped('collector_source')), {'person'})
        self.assertFalse((self.customers - self.few).collector_id)

    def test_actions_follow(self):
        self.apply(self.dialog(self.few), collector_id=self.bob, scenario_id=self.calls)
        self.plan()
        actions = self.few.next_action_id
        self.assertEqual(len(actions), self.COUNT)
        self.assertEqual(actions.collector_id, self.bob)
        self.assertEqual(actions.scenario_id, self.calls)
        others = (self.customers - self.few).next_action_id
        self.assertEqual(others.scenario_id, self.scenario)

    def test_unchanged_stays(self):
        self.few.collector_id = self.bob
        self.apply(self.dialog(self.few), scenario_id=self.calls)
        self.assertEqual(self.few.collector_id, self.bob)
        self.assertEqual(self.few.scenario_id, self.calls)

    def test_all_beyond_what_the_client_hands_over(self):
        """The client cuts the ids of "select all" off at its limit; the domain has them all."""
        self.env['ir.config_parameter'].set_param('web.active_ids_limit', self.COUNT)
        domain = [('id', 'in', self.customers.ids)]
        said, _done = self.apply(self.dialog(self.few, domain), collector_id=self.bob)
        self.assertEqual(said, "8 of 8 selected customers change.")
        self.assertEqual(self.customers.collector_id, self.bob)
        self.env['ir.config_parameter'].set_param('web.active_ids_limit', self.COUNT + 1)
        said, _done = self.apply(self.dialog(self.few, domain), scenario_id=self.calls)
        self.assertEqual(said, "4 of 4 selected customers change.")

    def test_very_many_go_slice_by_slice(self):
        """The client calls for each slice and shows how far it is."""
        with (
            patch.object(dso_customer_assign, 'SLICE', self.COUNT - 1),
            Form(self.dialog(self.few)) as form,
        ):
            form.collector_id = self.bob
            action = form.save().action_apply()
        self.assertEqual(action['tag'], 'dso_collection.assign_progress')
        self.assertEqual(action['params']['ids'], self.few.ids)
        self.assertFalse(self.few.collector_id, "the client has not begun")
        part = self.few[:2].with_user(self.bob)
        self.assertEqual(part.action_assign(action['params']['values']), 2)
        self.assertEqual(self.few.mapped('collector_id'), self.bob)
        self.assertEqual(len(self.few.filtered('collector_id')), 2)
        self.assertEqual(part.action_assign(action['params']['values']), 0, "told once is enough")

    def test_a_slice_gives_nothing_but_collector_and_scenario(self):
        customer = self.few[0].with_user(self.bob)
        self.assertEqual(customer.action_assign({'group_account_id': self.few[1].id}), 0)
        self.assertFalse(customer.group_account_id)

    def test_contacts_count_for_their_company(self):
        company = self.few[0].partner_id
        child = self.env['res.partner'].create({'name': "Zoe", 'parent_id': company.id})
        new = self.env['res.partner'].create({'name': "Without account"})
        said, _done = self.apply(self.dialog(child | company | new), collector_id=self.bob)
        self.assertEqual(said, "2 of 2 selected customers change.")
        self.assertEqual(self.few[0].collector_id, self.bob)
        self.assertEqual(new.dso_collector_id, self.bob)
        self.assertEqual(new.dso_scenario_id, self.scenario, "the default, as for every new one")
        self.assertEqual(child.dso_collector_id, self.bob)

    def test_new_accounts_wake_the_rules(self):
        """Who gets a collector by hand may still get his scenario from a rule."""
        vals = {'name': "Calls", 'kind': 'scenario', 'scenario_id': self.calls.id}
        self.env['dso.assignment.rule'].create(vals)
        self.env.cr.precommit.run()  # what came to be before
        self.env.cr.precommit.clear()
        partner = self.env['res.partner'].create({'name': "Without account"})
        cron = self.env.ref('dso_collection.ir_cron_assign')
        triggers = self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)])
        self.apply(self.dialog(partner), collector_id=self.bob)
        self.assertTrue(self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]) - triggers)

    def test_contacts_of_the_current_company_alone(self):
        other = self.create_company()
        theirs = self.create_customer("Shared", company=other)
        self.apply(self.dialog(theirs.partner_id), collector_id=self.bob)
        self.assertFalse(theirs.collector_id)
        self.assertEqual(theirs.partner_id.dso_collector_id, self.bob)

    def test_refusals(self):
        reader = self.create_user('reader')
        with self.assertRaises(AccessError):
            self.dialog(self.few, user=reader).create({'collector_id': self.bob.id})
        with self.assertRaises(AccessError):
            self.few.with_user(reader).action_assign({'collector_id': self.bob.id})
        other = self.create_company()
        theirs = self.create_customer("Theirs", company=other)
        dialog = self.dialog(self.few | theirs).create({'collector_id': self.bob.id})
        with self.assertRaisesRegex(AccessError, "not yours to change"):
            dialog.action_apply()
        self.bob.active = False
        dialog = self.dialog(self.few, user=self.env.user).create({'collector_id': self.bob.id})
        with self.assertRaisesRegex(ValidationError, "Bob cannot collect"):
            dialog.action_apply()
        self.assertFalse(self.few.collector_id)

    def test_as_many_statements_for_many_as_for_few(self):
        values = {'collector_id': self.bob.id, 'scenario_id': self.calls.id}

        def assign(dialog):
            dialog.create(values).action_apply()

        self.assertSame(self.dialog, assign)
        self.assertSame(lambda customers: self.dialog(customers.partner_id), assign)

    def test_new_accounts_with_as_many_statements(self):
        def prepare(customers):
            count = len(customers)
            partners = self.env['res.partner'].create([{'name': f"N{n}"} for n in range(count)])
            return self.dialog(partners)

        self.assertSame(
            prepare, lambda dialog: dialog.create({'collector_id': self.bob.id}).action_apply()
        )
