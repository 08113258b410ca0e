"""Search & Assign: runs by hand with their preview, what rules refuse, whose rights they have."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from .common import jan
from .common_queries import QueryCase
from .test_assignment_rules import RuleCase


@tagged('post_install', '-at_install')
class TestRunByHand(RuleCase):
    def test_preview_writes_nothing(self):
        rule = self.create_rule(self.alice, [('overdue', '>', 0)])
        self.small.collector_id = self.bob
        self.env.flush_all()
        before = self.dump()
        run = self.preview(rule)
        self.assertEqual(
            self.lines(run),
            {(self.small, "Bob", "Alice", rule), (self.large, "", "Alice", rule)},
        )
        self.assertEqual(run.change_count, 2)
        self.assertEqual(run.rule_ids.change_count, 2)
        self.assertNothingWritten(before, "A preview changes something")

    def test_one_rule_overwrites_its_matches(self):
        self.create_rule(self.bob)
        rule = self.create_rule(self.alice, new_only=True)
        self.small.collector_id = self.bob
        run = self.preview(rule)
        run.action_apply()
        self.assertEqual(self.all.collector_id, self.alice)
        self.assertEqual(set(self.all.mapped('collector_source')), {'rule'})
        self.assertEqual(rule.last_count, 3)
        self.assertTrue(run.is_done)

    def test_all_rules_keep_what_people_decided(self):
        first = self.create_rule(self.bob, [('overdue', '>', 1000)], autorun=False)
        second = self.create_rule(self.alice)
        calls = self.create_rule(self.calls, [('code', '=', 'L1')])
        self.idle.collector_id = self.bob
        run = self.preview()
        self.assertEqual(
            self.lines(run),
            {
                (self.large, "", "Bob", first),
                (self.small, "", "Alice", second),
                (self.large, "Standard", "Calls", calls),
            },
        )
        run.action_apply()
        self.assertEqual((self.large | self.idle).collector_id, self.bob)
        self.assertEqual(self.small.collector_id, self.alice)
        self.assertEqual((first | second | calls).mapped('last_count'), [1, 1, 1])

    def test_what_changed_since_the_preview_is_left_alone(self):
        run = self.preview(self.create_rule(self.alice))
        self.small.collector_id = self.bob
        run.action_apply()
        self.assertEqual(self.small.collector_id, self.bob)
        self.assertEqual(self.idle.collector_id, self.alice)
        self.assertEqual(run.change_count, 2)

    def test_preview_is_applied_once(self):
        run = self.preview(self.create_rule(self.alice))
        run.action_apply()
        with self.assertRaisesRegex(UserError, "applied already"):
            run.action_apply()

    def test_nothing_to_run(self):
        with self.assertRaisesRegex(UserError, "no rule"):
            self.preview()

    def test_managers_alone(self):
        rule = self.create_rule(self.alice)
        for user in (self.alice, self.create_user('reader')):
            with self.assertRaises(AccessError):
                self.preview(rule, user)
            with self.assertRaises(AccessError):
                self.preview(user=user)
        run = self.preview(rule)
        other = self.create_user('manager', login='other_manager')
        with self.assertRaises(AccessError):
            run.with_user(other).action_apply()

    def test_lines_cannot_be_forged(self):
        run = self.preview(self.create_rule(self.alice))
        with self.assertRaises(AccessError):
            run.line_ids[0].after_id = self.bob.id
        with self.assertRaises(AccessError):
            run.line_ids.create({'run_id': run.id})


@tagged('post_install', '-at_install')
class TestRuleChecks(RuleCase):
    """Wrong rules are refused when they are saved; those that become wrong are skipped."""

    def test_rule_gives_something(self):
        with self.assertRaisesRegex(ValidationError, "gives nothing: choose its Collector"):
            self.env['dso.assignment.rule'].create({'name': "Empty"})

    def test_value_must_fit_the_company(self):
        other = self.create_company()
        theirs = self.create_scenario("Theirs", company_id=other.id)
        with self.assertRaisesRegex(ValidationError, "Theirs belongs to Second Company"):
            self.create_rule(theirs)
        elsewhere = self.create_customer("Elsewhere", company=other)
        with self.assertRaises(UserError):
            self.create_rule(elsewhere)
        self.bob.active = False
        with self.assertRaisesRegex(ValidationError, "Bob cannot collect"):
            self.create_rule(self.bob)

    def test_group_account_without_receivable_side(self):
        side = self.large.partner_id.property_account_receivable_id
        rule = self.create_rule(self.large, [('code', '=', 'S1')])
        side.non_trade = True
        with self.assertRaisesRegex(ValidationError, "Large has no trade receivable account"):
            self.create_rule(self.large)
        with self.assertLogs('odoo.addons.dso_collection.models.dso_assignment_rule'):
            self.run_cron()
        self.assertIn("Large has no trade receivable account", rule.last_error)
        self.assertFalse(self.small.group_account_id)

    def test_rules_belong_to_main_companies(self):
        branch = self.create_company("Branch", parent_id=self.company.id)
        with self.assertRaisesRegex(ValidationError, "is a branch"):
            self.create_rule(self.alice, company_id=branch.id)

    def test_criteria_must_evaluate(self):
        for domain in ("[('nothing', '=', 1)]", "[(", "nonsense()", "[('overdue', '>', 'x')]", "3"):
            with (
                self.subTest(domain=domain),
                self.assertRaisesRegex(ValidationError, "Rule To Alice cannot be applied"),
            ):
                self.create_rule(self.alice).domain = domain

    def test_rule_that_broke_is_reported_and_skipped(self):
        broken, good = self.create_rule(self.bob), self.create_rule(self.alice)
        self.env.cr.execute(
            SQL(
                "UPDATE dso_assignment_rule SET domain = %s WHERE id = %s",
                "[('partner_id.x_gone', '=', 1)]",
                broken.id,
            )
        )
        broken.invalidate_recordset()
        with self.assertLogs('odoo.addons.dso_collection.models.dso_assignment_rule') as logs:
            self.run_cron()
        self.assertIn("Rule To Bob cannot be applied", logs.output[0])
        self.assertIn("x_gone", broken.last_error)
        self.assertFalse(good.last_error)
        self.assertEqual(self.all.collector_id, self.alice)
        broken.domain = "[]"
        self.assertFalse(broken.last_error)

    def test_rule_whose_collector_left_is_skipped(self):
        rule = self.create_rule(self.bob)
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_users SET active = FALSE WHERE id = %s", [self.bob.id])
        self.env.invalidate_all()
        with self.assertLogs('odoo.addons.dso_collection.models.dso_assignment_rule'):
            self.run_cron()
        self.assertIn("Bob cannot collect", rule.last_error)
        self.assertFalse(self.all.collector_id)

    def test_criteria_come_from_a_saved_search(self):
        saved = self.env['ir.filters'].create(
            {
                'name': "Large ones",
                'model_id': 'dso.customer',
                'domain': "[('overdue', '>', 1000)]",
                'user_ids': False,
            }
        )
        with Form(self.env['dso.assignment.rule'].with_user(self.manager)) as form:
            form.filter_id = saved
            form.collector_id = self.alice
        rule = form.record
        self.assertEqual((rule.name, rule.domain), ("Large ones", saved.domain))
        self.assertEqual(rule.customer_count, 1)
        action = rule.action_open_customers()
        self.assertEqual(self.env['dso.customer'].search(action['domain']), self.large)


@tagged('post_install', '-at_install')
class TestRuleRights(RuleCase):
    def test_managers_write_others_read(self):
        rule = self.create_rule(self.alice)
        for user in (self.alice, self.create_user('reader')):
            self.assertEqual(rule.with_user(user).name, "To Alice")
            for operation in ('write', 'create', 'unlink'):
                self.assertFalse(rule.with_user(user).has_access(operation))
        rule.with_user(self.manager).name = "Everybody"
        self.assertEqual(rule.name, "Everybody")

    def test_other_companies_stay_hidden(self):
        other = self.create_company()
        self.bob.company_ids += other
        theirs = self.create_rule(self.bob, company_id=other.id)
        rules = self.env['dso.assignment.rule'].with_user(self.manager)
        self.assertNotIn(theirs, rules.search([]))
        with self.assertRaises(AccessError):
            theirs.with_user(self.manager).name = "Mine"

    def test_what_is_on_record_is_nobodys_to_write(self):
        rule = self.create_rule(self.alice).with_user(self.manager)
        for vals in (
            {'criteria_user_id': self.env.uid},
            {'last_count': 7},
            {'new_since': jan(1)},
            {'last_error': False},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                rule.write(vals)

    def test_what_is_on_record_is_no_default_either(self):
        context = {'default_last_error': "Never happened", 'default_last_count': 7}
        rules = self.env['dso.assignment.rule'].with_user(self.manager).with_context(**context)
        rule = rules.create({'name': "Everybody", 'collector_id': self.alice.id})
        self.assertEqual((rule.last_error, rule.last_count), (False, 0))

    def test_criteria_find_what_their_author_may_find(self):
        """A field that the author may not read stays closed to his criteria, run by whomever."""
        rule = self.create_rule(self.alice).with_user(self.manager)
        with self.assertRaises(ValidationError):
            rule.domain = "[('partner_id.user_ids.totp_secret', '!=', False)]"
        self.assertEqual(rule.criteria_user_id, self.env.user)
        rule.domain = "[('overdue', '>', 0)]"
        self.assertEqual(rule.criteria_user_id, self.manager)
        self.manager.group_ids = self.env.ref('base.group_user')
        with self.assertLogs('odoo.addons.dso_collection.models.dso_assignment_rule'):
            self.run_cron()
        self.assertTrue(rule.sudo().last_error)
        self.assertFalse(self.all.collector_id)

    def hide_small(self):
        self.env['ir.rule'].create(
            {
                'name': "Not the small ones",
                'model_id': self.env['ir.model']._get_id('dso.customer'),
                'domain_force': "[('partner_id.ref', '!=', 'S1')]",
            }
        )

    def test_what_is_typed_has_the_rights_of_who_types(self):
        """A form counts at every change; it must not answer with the rights of somebody else."""
        rule = self.create_rule(self.alice, [('overdue', '>', 1000)])
        self.hide_small()
        form = Form(rule.with_user(self.manager))
        form.domain = repr([('id', 'in', self.all.ids)])
        self.assertEqual(form.customer_count, 2)
        new = Form(rule.browse().with_user(self.manager))
        new.domain = repr([('id', 'in', self.all.ids)])
        self.assertEqual(new.customer_count, 2)

    def test_field_that_groups_is_part_of_the_criteria(self):
        values = {'name': "Chains", 'kind': 'group', 'group_field': 'vat'}
        rule = self.env['dso.assignment.rule'].create(values)
        rule.with_user(self.manager).group_field = 'ref'
        self.assertEqual(rule.criteria_user_id, self.manager)

    def test_preview_shows_the_runners_accounts_alone(self):
        rule = self.create_rule(self.alice)
        self.hide_small()
        run = self.preview(rule)
        self.assertEqual(run.line_ids.customer_id, self.large | self.idle)


@tagged('post_install', '-at_install')
class TestRuleQueries(QueryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls.create_user('collector')
        cls.create_opening_entry(cls.customers, jan(-30))
        cls.plan()

    def rules(self, customers):
        """Two rules that match given customer accounts, of which half have been seen."""
        self.env = self.env(context={**self.env.context, 'tracking_disable': False})
        domain = repr([('id', 'in', customers.ids), ('overdue', '>', 0)])
        vals = {'domain': domain, 'collector_id': self.collector.id, 'name': "All"}
        scenario = {'kind': 'scenario', 'scenario_id': self.create_scenario("Other").id}
        return self.env['dso.assignment.rule'].create([vals, {**vals, **scenario}])

    def test_automatic_run(self):
        self.assertSame(self.rules, lambda rules: rules._run_company(rules.company_id))

    def test_preview_and_application(self):
        def run(rules):
            action = rules.action_run_all()
            preview = self.env['dso.assignment.run'].browse(action['res_id'])
            preview.line_ids.read(['before', 'after', 'rule_id', 'customer_id'])
            preview.action_apply()

        self.assertSame(self.rules, run)
