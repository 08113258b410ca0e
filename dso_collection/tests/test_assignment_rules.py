"""Search & Assign: ordered rules, the automatic run, new customer accounts, defaults."""

from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ..models.dso_assignment_rule import KIND_FIELDS
from .common import CollectionCase, jan


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

    def test_copy(self):
        rule = self.create_rule(self.alice, [('overdue', '>', 1000)])
        copy = rule.with_user(self.manager).copy()
        self.assertEqual((copy.domain, copy.criteria_user_id), (rule.domain, self.manager))

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
