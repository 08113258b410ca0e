"""Insights: each anomaly is counted with the rights of whoever looks, and leads to its records."""

import json

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import json_default

from .common import jan
from .common_dispatch import DispatchCase
from .common_queries import QueryCase


@tagged('post_install', '-at_install')
class TestInsights(DispatchCase):
    def plan_on(self, day):
        self.go_to(day)
        self.plan()

    def rows(self, user=None):
        return self.env['dso.insight'].with_user(user or self.collector).search([])

    def row(self, kind, user=None):
        return self.rows(user).filtered(lambda row: row.kind == kind)

    def records(self, kind, user=None):
        """What the list shows to which an anomaly leads."""
        window = self.row(kind, user).action_open()
        window = json.loads(json.dumps(window, default=json_default))  # as a browser gets it
        records = self.env[window['res_model']].with_user(user or self.collector)
        return records.search(window['domain'])

    def assertFound(self, kind, records, amount):
        row = self.row(kind)
        self.assertEqual((row.number, row.amount), (len(records), amount))
        self.assertEqual(self.records(kind), records)
        self.assertTrue(row.explanation)

    # --- anomalies -------------------------------------------------------------------------

    def test_nothing_is_wrong(self):
        self.plan_on(jan(4))
        self.assertFalse(self.rows())

    def test_no_collector_and_no_scenario(self):
        self.plan_on(jan(4))
        self.customer.collector_id = False
        self.assertFound('no_collector', self.customer, 1000)
        self.company.dso_scenario_id = False
        self.customer.scenario_id = False
        self.assertFound('no_scenario', self.customer, 1000)

    def test_no_valid_recipient(self):
        self.plan_on(jan(2))
        self.customer.partner_id.email = False
        self.plan()
        self.assertFound('no_recipient', self.customer, 1000)

    def test_action_in_error(self):
        action = self.due_action()
        action._set_error('refused', "Mailbox unavailable")
        self.assertFound('action_error', action, 1000)
        self.row('action_error').action_mend()
        self.assertEqual(action.state, 'planned')
        self.assertFalse(self.row('action_error'))

    def test_idle(self):
        self.plan_on(jan(31))
        self.assertFalse(self.row('idle'), "30 days overdue are not more than 30")
        self.company.dso_idle_days = 29
        self.assertFound('idle', self.customer, 1000)
        self.complete(self.customer)
        self.assertFalse(self.row('idle'))

    def test_idle_member_of_a_group(self):
        """What is done on the group account is done for its members."""
        self.plan_on(jan(20))
        self.company.dso_idle_days = 10
        lead = self.create_customer("Lead")
        lead.collector_id = self.collector
        self.create_invoice(lead, jan(1), posted=jan(0))
        self.customer.group_account_id = lead
        self.plan()
        self.assertFound('idle', self.customer | lead, 2000)
        self.complete(lead)
        self.assertFalse(self.row('idle'))

    def test_last_step_reached(self):
        self.customer.scenario_id = self.create_scenario("One", [(3, 'call', 'manual')])
        self.plan_on(jan(4))
        self.complete(self.customer)
        self.plan()
        self.assertFound('last_step', self.customer, 1000)

    def test_credits(self):
        self.plan_on(jan(4))
        self.pay(self.customer, 400)
        self.plan()
        self.assertFound('credits', self.customer, 400)
        self.assertFalse(self.row('credit_balance'))
        self.pay(self.customer, 700)
        self.plan()
        self.assertFound('credit_balance', self.customer, -100)

    def test_shared_address(self):
        self.plan_on(jan(2))
        twin = self.create_customer("Twin", lang='en_US')
        twin.collector_id = self.collector
        twin.partner_id.email = self.customer.partner_id.email
        self.create_invoice(twin, jan(1), posted=jan(0))
        self.plan()
        self.assertFound('shared_address', self.customer | twin, 2000)
        twin.group_account_id = self.customer
        self.plan()
        self.assertFalse(self.row('shared_address'))

    def test_one_of_several_addresses_is_shared(self):
        """Whoever gets the copy of another customer's reminder waits for his own."""
        self.plan_on(jan(2))
        twin = self.create_customer("Twin", lang='en_US')
        twin.collector_id = self.collector
        for email in (self.customer.partner_id.email, 'cfo@example.com'):
            self.env['res.partner'].create(
                {
                    'name': email,
                    'email': email,
                    'parent_id': twin.partner_id.id,
                    'is_collection_contact': True,
                }
            )
        self.create_invoice(twin, jan(1), posted=jan(0))
        self.plan()
        self.assertFound('shared_address', self.customer | twin, 2000)

    def test_items_excluded_from_follow_up(self):
        self.plan_on(jan(4))
        item = self.receivables(self.invoice)
        item.no_followup = True
        self.assertFound('no_followup', item, 1000)

    # --- mending ---------------------------------------------------------------------------

    def test_mend_gives_a_collector(self):
        self.plan_on(jan(4))
        self.customer.collector_id = False
        action = self.row('no_collector').action_mend()
        wizard = self.env[action['res_model']].with_user(self.collector)
        wizard = wizard.with_context(**action['context'])
        wizard.create({'collector_id': self.collector.id}).action_apply()
        self.assertEqual(self.customer.collector_id, self.collector)
        self.assertFalse(self.row('no_collector'))

    def test_only_what_a_button_mends_has_one(self):
        self.plan_on(jan(4))
        self.customer.collector_id = False
        self.pay(self.customer, 400)
        self.plan()
        self.assertTrue(self.row('no_collector').can_mend)
        self.assertFalse(self.row('credits').can_mend)

    # --- rights ----------------------------------------------------------------------------

    def test_reader_looks_and_mends_nothing(self):
        self.plan_on(jan(4))
        self.customer.collector_id = False
        reader = self.create_user('reader')
        row = self.row('no_collector', reader)
        self.assertEqual((row.number, row.can_mend), (1, False))
        self.due_action()._set_error('refused', "Mailbox unavailable")
        with self.assertRaises(AccessError):
            self.row('action_error', reader).action_mend()

    def test_others_see_nothing(self):
        portal = new_test_user(self.env, login='portal_user', groups='base.group_portal')
        for user in (portal, self.env.ref('base.public_user')):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.rows(user)

    def test_each_company_by_itself(self):
        other = self.create_company()
        stranger = self.create_user(
            'collector', login='stranger', company_id=other.id, company_ids=[other.id]
        )
        theirs = self.create_customer("Theirs", company=other)
        self.create_invoice(theirs, jan(1), posted=jan(0))
        self.plan_on(jan(4))
        (self.customer | theirs).collector_id = False
        self.assertEqual(self.row('no_collector', stranger).company_id, other)
        self.assertEqual(self.records('no_collector', stranger), theirs)
        self.assertEqual(self.records('no_collector'), self.customer)
        both = self.create_user('manager', login='both', company_ids=[self.company.id, other.id])
        rows = self.rows(both).with_context(allowed_company_ids=[self.company.id, other.id])
        rows = rows.search([('kind', '=', 'no_collector')])
        self.assertEqual(rows.company_id, self.company | other, "amounts of two are never added")
        for row in rows:
            domain = row.action_open()['domain']
            found = self.env['dso.customer'].with_user(both).search(domain)
            self.assertEqual(found.company_id, row.company_id)

    def test_items_of_a_branch_are_those_of_its_root(self):
        branch = self.create_company("Branch", parent_id=self.company.id)
        self.env.cr.precommit.run()  # where core loads the chart of accounts of a branch
        invoice = self.create_invoice(self.customer, jan(1), posted=jan(0), company_id=branch.id)
        self.plan_on(jan(4))
        items = self.receivables(invoice)
        items.no_followup = True
        self.collector.company_ids |= branch
        rows = self.rows().with_context(allowed_company_ids=[self.company.id, branch.id])
        row = rows.search([('kind', '=', 'no_followup')])
        self.assertEqual((row.company_id, row.number), (self.company, 1))
        window = row.action_open()
        self.assertEqual(self.env['account.move.line'].search(window['domain']), items)


class TestInsightQueries(QueryCase):
    def test_cost_does_not_depend_on_the_number(self):
        self.go_to(jan(4))

        def without_collector(customers):
            customers.collector_id = False
            self.env.flush_all()
            self.env.invalidate_all()
            return self.env['dso.insight']

        def look(insights):
            insights.web_search_read(
                [], {name: {} for name in ('kind', 'number', 'amount', 'explanation', 'can_mend')}
            )

        self.assertSame(without_collector, look)
