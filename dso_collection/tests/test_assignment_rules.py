"""Search & Assign: ordered rules, the automatic run, runs by hand with their preview."""

from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from ..models.dso_assignment_rule import KIND_FIELDS
from .common import CollectionCase, jan
from .common_queries import QueryCase


class RuleCase(CollectionCase):
    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['dso.assignment.rule'].search([]).active = False
        cls.alice = cls.create_user('collector', login='alice', name="Alice")
        cls.bob = cls.create_user('collector', login='bob', name="Bob")
        cls.manager = cls.create_user('manager')
        cls.calls = cls.create_scenario("Calls", [(3, 'call', 'manual'), (10, 'call', 'manual')])
        cls.small = cls.create_customer("Small", ref="S1")
        cls.large = cls.create_customer("Large", ref="L1")
        cls.idle = cls.create_customer("Idle")
        cls.all = cls.small | cls.large | cls.idle
        cls.create_opening_entry(cls.small, jan(10), 100)
        cls.create_opening_entry(cls.large, jan(10), 5000)
        cls.plan()

    @classmethod
    def create_rule(cls, value, domain=None, **vals):
        """A rule that gives a collector, a scenario or a group account."""
        kind = {'res.users': 'collector', 'dso.scenario': 'scenario'}.get(value._name, 'group')
        return cls.env['dso.assignment.rule'].create(
            {
                'name': f"To {value.display_name}",
                'kind': kind,
                KIND_FIELDS[kind]: value.id,
                'domain': repr(domain or []),
                'sequence': cls.env['dso.assignment.rule'].search_count([]) + 1,
                **vals,
            }
        )

    def run_cron(self):
        """What the scheduled action does, without its commits."""
        cron = self.registry['ir.cron']
        with patch.object(cron, '_commit_progress', return_value=float('inf')):
            self.env['dso.assignment.rule']._cron_assign()

    def preview(self, rule=None, user=None):
        """The preview of one rule run by hand, or of all rules."""
        rules = (rule or self.env['dso.assignment.rule']).with_user(user or self.manager)
        action = rules.action_run() if rule else rules.action_run_all()
        return rules.env['dso.assignment.run'].browse(action['res_id'])

    def lines(self, run):
        return {(line.customer_id, line.before, line.after, line.rule_id) for line in run.line_ids}


@tagged('post_install', '-at_install')
class TestAutomaticRun(RuleCase):
    def test_first_match_of_each_kind_wins(self):
        self.create_rule(self.bob, [('overdue', '>', 1000)])
        everybody = self.create_rule(self.alice)
        self.create_rule(self.calls, [('code', '=', 'S1')])
        self.run_cron()
        self.assertEqual(self.large.collector_id, self.bob)
        self.assertEqual(self.small.collector_id, self.alice)
        self.assertEqual(self.large.collector_source, 'rule')
        self.assertEqual(self.small.scenario_id, self.calls)
        self.assertEqual(self.large.scenario_id, self.scenario)
        self.assertEqual(everybody.last_count, 2)
        self.assertEqual(everybody.last_run, fields.Datetime.now())

    def test_order_is_that_of_the_list(self):
        self.create_rule(self.bob)
        self.create_rule(self.alice, sequence=-1)
        self.run_cron()
        self.assertEqual(self.all.collector_id, self.alice)

    def test_what_people_decided_is_left_alone(self):
        self.small.collector_id = self.bob
        self.large.with_context(dso_source='import').collector_id = self.bob
        rule = self.create_rule(self.alice)
        self.run_cron()
        self.assertEqual((self.small | self.large).collector_id, self.bob)
        self.assertEqual(self.idle.collector_id, self.alice)
        rule.overwrite_manual = True
        self.go_to(jan(21))
        self.run_cron()
        self.assertEqual(self.all.collector_id, self.alice)
        self.assertEqual(set(self.all.mapped('collector_source')), {'rule'})

    def test_first_match_settles_what_it_may_not_change(self):
        self.small.collector_id = self.bob
        self.create_rule(self.alice)
        self.create_rule(self.manager, overwrite_manual=True)
        self.run_cron()
        self.assertEqual(self.small.collector_id, self.bob)

    def test_defaults_and_earlier_rules_give_way(self):
        self.company.dso_collector_id = self.bob
        self.assertEqual(set(self.all.mapped('collector_source')), {'default'})
        rule = self.create_rule(self.alice)
        self.run_cron()
        self.assertEqual(self.all.collector_id, self.alice)
        rule.collector_id = self.manager
        self.go_to(jan(21))
        self.run_cron()
        self.assertEqual(self.all.collector_id, self.manager)

    def test_once_a_day_for_all_and_at_any_time_for_new_ones(self):
        self.run_cron()
        self.create_rule(self.alice)
        newcomer = self.create_customer("Newcomer")
        self.run_cron()
        self.assertEqual(newcomer.collector_id, self.alice)
        self.assertFalse(self.all.collector_id, "the known ones wait for the night")
        self.go_to(jan(21), hour=3)
        self.run_cron()
        self.assertEqual(self.all.collector_id, self.alice)

    def test_second_run_writes_nothing(self):
        self.create_rule(self.alice)
        self.create_rule(self.calls, [('overdue', '>', 1000)])
        self.run_cron()
        self.plan()
        before = self.dump()
        self.go_to(jan(21))
        self.run_cron()
        self.plan()
        self.assertNothingWritten(before, "A second run of the same rules changes something")

    def test_criteria_on_partner_items_and_dates(self):
        country = self.env.ref('base.fr')
        self.small.partner_id.country_id = country
        self.create_rule(self.alice, [('partner_id.country_id.code', '=', 'FR')])
        self.create_rule(self.bob, [('open_line_ids', 'any', [('amount_residual', '>', 4000)])])
        self.create_rule(self.manager, [('create_date', '>=', 'today -1d')])
        self.run_cron()
        self.assertEqual(self.small.collector_id, self.alice)
        self.assertEqual(self.large.collector_id, self.bob)
        self.assertEqual(self.idle.collector_id, self.manager)

    def test_rule_without_autorun_waits_for_a_hand(self):
        self.create_rule(self.alice, autorun=False)
        self.run_cron()
        self.assertFalse(self.all.collector_id)

    def test_changes_are_logged_with_the_name_of_the_rule(self):
        self.env = self.env(context={**self.env.context, 'tracking_disable': False})
        self.create_rule(self.alice, name="North & West")
        self.run_cron()
        message = self.small.message_ids[0]
        self.assertIn("Rule: North &amp; West", message.body)
        self.assertEqual(message.sudo().tracking_value_ids.new_value_char, "Alice")

    def test_groups_stay_flat(self):
        self.create_rule(self.large, [('code', '=', 'S1')])
        self.create_rule(self.idle, [('code', '=', 'L1')])
        self.run_cron()
        self.assertEqual(self.small.group_account_id, self.large)
        self.assertFalse(self.large.group_account_id, "others are collected through it")
        self.assertEqual(self.small.group_source, 'rule')
        self.plan()
        self.assertEqual(self.small.reason, 'grouped')

    def create_field_rule(self, name, **vals):
        values = {'name': "Chains", 'kind': 'group', 'group_field': name, **vals}
        return self.env['dso.assignment.rule'].create(values)

    def test_groups_by_the_value_of_a_field(self):
        """The largest account of each value; who is alone or has no value is left alone."""
        alone = self.create_customer("Alone", vat='BE0477472701')
        self.all.partner_id.vat = 'BE0411905847'
        other = self.create_customers(2)
        self.create_field_rule('vat')
        self.run_cron()
        self.assertEqual((self.small | self.idle).mapped('group_account_id'), self.large)
        self.assertFalse((self.large | alone | other).group_account_id)

    def test_groups_by_parent_company(self):
        holding = self.env['res.partner'].create({'name': "Holding", 'is_company': True})
        chain = (self.small | self.large).partner_id
        chain.write({'is_company': True, 'parent_id': holding.id})
        self.create_field_rule('parent_id')
        self.run_cron()
        self.assertEqual(self.small.group_account_id, self.large)
        self.assertFalse(self.idle.group_account_id)

    def test_group_by_value_stays_when_balances_move(self):
        self.all.partner_id.vat = 'BE0411905847'
        self.create_field_rule('vat')
        self.run_cron()
        self.create_opening_entry(self.small, jan(10), 90000)
        self.plan()
        self.go_to(jan(21))
        self.run_cron()
        self.assertEqual((self.small | self.idle).mapped('group_account_id'), self.large)

    def test_group_by_value_among_those_who_match(self):
        self.all.partner_id.vat = 'BE0411905847'
        self.create_field_rule('vat', domain="[('overdue', '<', 1000)]")
        self.run_cron()
        self.assertEqual(self.idle.group_account_id, self.small)
        self.assertFalse(self.large.group_account_id)

    def test_group_by_a_number_that_nobody_entered(self):
        (self.small | self.large).partner_id.color = 7
        self.create_customers(2).partner_id.color = 0
        self.create_field_rule('color')
        self.run_cron()
        grouped = self.env['dso.customer'].search([('group_account_id', '!=', False)])
        self.assertEqual(grouped, self.small)

    def test_group_account_without_receivable_side(self):
        """Refused when a rule names it, and when a rule finds it."""
        self.all.partner_id.vat = 'BE0411905847'
        rule = self.create_field_rule('vat')
        side = self.large.partner_id.property_account_receivable_id.copy({'code': 'NT1'})
        self.large.partner_id.property_account_receivable_id = side
        side.non_trade = True
        with self.assertLogs('odoo.addons.dso_collection', 'WARNING'):
            self.run_cron()
        self.assertIn("Large has no trade receivable account", rule.last_error)
        self.assertFalse(self.all.group_account_id)
        with self.assertRaisesRegex(ValidationError, "Large has no trade receivable account"):
            self.create_rule(self.large)

    def test_accounts_of_contacts_are_not_grouped(self):
        vals = {'name': "Holding", 'is_company': True, 'vat': 'BE0411905847'}
        holding = self.env['res.partner'].create(vals)
        self.all.partner_id.vat = holding.vat
        self.small.partner_id.parent_id = holding
        self.create_field_rule('vat')
        self.run_cron()
        self.assertEqual(self.idle.group_account_id, self.large)
        self.assertFalse(self.small.group_account_id)

    def test_group_by_a_field_that_cannot_be(self):
        for name in ('nothing', 'child_ids', 'display_name', 'property_account_receivable_id'):
            with self.assertRaisesRegex(ValidationError, f"cannot be grouped by {name}"):
                self.create_field_rule(name)
        with self.assertRaisesRegex(ValidationError, "gives nothing"):
            self.create_field_rule(False)

    def test_companies_have_rules_of_their_own(self):
        other = self.create_company()
        theirs = self.create_customer("Theirs", company=other)
        self.create_rule(self.alice)
        self.run_cron()
        self.assertFalse(theirs.collector_id)
        self.bob.company_ids += other
        self.create_rule(self.bob, company_id=other.id)
        self.go_to(jan(21))
        self.run_cron()
        self.assertEqual(theirs.collector_id, self.bob)
        self.assertEqual(self.all.collector_id, self.alice)


@tagged('post_install', '-at_install')
class TestNewCustomers(RuleCase):
    def triggers(self):
        cron = self.env.ref('dso_collection.ir_cron_assign')
        return self.env['ir.cron.trigger'].search_count([('cron_id', '=', cron.id)])

    def bear(self, *names):
        """Customer accounts born while an entry is posted."""
        partners = self.env['res.partner'].create([{'name': name} for name in names])
        accounts = self.env['dso.customer']
        for partner in partners:
            self.create_opening_entry(
                accounts.new({'partner_id': partner.id, 'company_id': self.company.id}), jan(10)
            )
        self.env.cr.precommit.run()
        return accounts.search([('partner_id', 'in', partners.ids)])

    def test_births_wake_the_rules_once(self):
        self.create_rule(self.alice)
        self.env.cr.precommit.run()
        before = self.triggers()
        born = self.bear("One", "Two")
        self.assertEqual(len(born), 2)
        self.assertEqual(self.triggers(), before + 1)
        self.assertFalse(born.collector_id, "never inside posting")
        self.run_cron()
        self.assertEqual(born.collector_id, self.alice)

    def test_births_without_rules_wake_nobody(self):
        self.create_rule(self.alice, autorun=False)
        self.env.cr.precommit.run()
        before = self.triggers()
        self.bear("One")
        self.create_invoice(self.small, jan(30))
        self.env.cr.precommit.run()
        self.assertEqual(self.triggers(), before)

    def test_new_only_leaves_the_known_ones_alone(self):
        self.go_to(jan(20), hour=13)
        self.create_rule(self.alice, new_only=True)
        self.go_to(jan(20), hour=14)
        newcomer = self.create_customer("Newcomer")
        self.run_cron()
        self.assertEqual(newcomer.collector_id, self.alice)
        self.assertFalse(self.all.collector_id)

    def test_new_only_applies_once(self):
        self.create_rule(self.alice, new_only=True)
        newcomer = self.create_customer("Newcomer")
        self.run_cron()
        newcomer.with_context(dso_source='rule').collector_id = self.bob
        self.go_to(jan(21))
        self.run_cron()
        self.assertEqual(newcomer.collector_id, self.bob)

    def test_rule_made_new_only_begins_then(self):
        rule = self.create_rule(self.alice, autorun=False)
        between = self.create_customer("Between")
        self.go_to(jan(20), hour=15)
        rule.write({'new_only': True, 'autorun': True})
        self.run_cron()
        self.assertFalse(between.collector_id)


@tagged('post_install', '-at_install')
class TestDefaults(RuleCase):
    def test_default_set_later_goes_to_all_who_have_none(self):
        self.small.collector_id = self.alice
        self.company.dso_collector_id = self.bob
        self.assertEqual(self.small.collector_id, self.alice)
        self.assertEqual((self.large | self.idle).collector_id, self.bob)
        self.assertEqual(self.idle.collector_source, 'default')

    def test_new_scenario_by_default_is_planned_at_once(self):
        self.company.dso_scenario_id = False
        self.all.scenario_id = False
        self.plan()
        self.assertEqual(self.large.reason, 'no_scenario')
        self.company.dso_scenario_id = self.calls
        self.plan()
        self.assertEqual(self.large.next_action_id.scenario_id, self.calls)

    def test_night_fills_what_was_emptied(self):
        self.company.dso_collector_id = self.bob
        self.small.collector_id = False
        self.run_cron()
        self.assertEqual(self.small.collector_id, self.bob)
        self.assertEqual(self.small.collector_source, 'default')

    def test_manager_sets_them_beside_the_rules(self):
        defaults = self.env['dso.assignment.default'].with_user(self.manager)
        with Form(defaults) as form:
            self.assertEqual(form.scenario_id, self.scenario)
            form.collector_id = self.bob
            form.scenario_id = self.calls
        self.assertEqual(self.company.dso_collector_id, self.bob)
        self.assertEqual(self.company.dso_scenario_id, self.calls)
        self.assertEqual(self.all.collector_id, self.bob)

    def test_nobody_else_sets_them(self):
        collector = self.company.with_user(self.alice)
        with self.assertRaises(AccessError):
            collector._dso_set_defaults({'dso_collector_id': self.bob.id})
        with self.assertRaises(AccessError):
            self.env['dso.assignment.default'].with_user(self.alice).create({})
        other = self.create_company()
        with self.assertRaises(AccessError):
            other.with_user(self.manager)._dso_set_defaults({'dso_collector_id': self.bob.id})

    def test_default_collector_must_be_allowed_in_the_company(self):
        other = self.create_company()
        self.bob.write({'company_id': other.id, 'company_ids': other.ids})
        with self.assertRaisesRegex(ValidationError, "Bob may not work in"):
            self.company.dso_collector_id = self.bob


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
