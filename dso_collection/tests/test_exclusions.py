"""What people recorded keeps items out of the scenario, whatever happens to the invoice."""

from odoo import Command
from odoo.tests import tagged

from .common import CollectionCase, jan


@tagged('post_install', '-at_install')
class TestExclusions(CollectionCase):
    FIRST_DAY = jan(12)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.create_customer()
        cls.invoice = cls.create_invoice(cls.customer, jan(1), posted=jan(-20))
        cls.line = cls.receivables(cls.invoice)
        cls.plan()

    def qualify(self, name, lines=None, **values):
        (lines or self.line)._dso_qualify(self.env.ref(f'dso_collection.dso_status_{name}'), values)

    def dispute(self, lines=None, **values):
        reason = self.env.ref('dso_collection.dso_dispute_reason_price')
        self.qualify('dispute', lines, dispute={'reason_id': reason.id, **values})

    def assertOut(self):
        """Nothing is asked for, by the marks of the change and by a plan of everything."""
        for _plan in range(2):
            self.plan()
            self.assertFalse(self.customer.next_action_id)
            self.assertEqual(self.customer.reason, 'not_eligible')
            self.customer._plan_all()

    # --- the invoice changes ---------------------------------------------------------------

    def test_due_date_moves(self):
        self.dispute()
        self.line.date_maturity = jan(3)
        self.assertOut()
        self.assertTrue(self.line.dso_dispute_id)

    def test_items_are_written_anew(self):
        self.dispute()
        self.invoice.button_draft()
        terms = self._create_terms(jan(-20), [(50, jan(-5)), (50, jan(2))])
        self.invoice.write({'invoice_payment_term_id': terms.id})
        self.invoice.invoice_line_ids.price_unit = 700
        self.invoice.action_post()
        self.assertEqual(len(self.receivables(self.invoice)), 2)
        self.assertOut()

    def test_one_instalment_is_disputed(self):
        invoice = self.create_invoice(
            self.customer, [(50, jan(2)), (50, jan(4))], 300, posted=jan(-20)
        )
        first, second = self.receivables(invoice)
        self.dispute(self.line | first)
        self.plan(self.customer)
        self.assertEqual(self.customer.leader_line_id, second)
        self.assertEqual((first | second).mapped('dso_exclusion'), ['dispute', False])
        second.date_maturity = jan(5)
        self.plan(self.customer)
        self.assertEqual(self.customer.leader_line_id, second)

    def test_customer_comes_under_a_company(self):
        self.dispute()
        company = self.create_customer("Holding")
        self.customer.partner_id.write({'parent_id': company.partner_id.id, 'is_company': False})
        self.plan()
        self.plan(company)
        self.assertEqual(self.line.partner_id.commercial_partner_id, company.partner_id)
        self.assertEqual((company.reason, company.overdue), ('not_eligible', 1000))

    # --- kinds -----------------------------------------------------------------------------

    def test_undisputed_rest_is_chased_when_the_company_says_so(self):
        self.dispute(amount=400)
        self.assertOut()
        self.company.dso_dispute_partial = True
        self.run_cron_plan()
        action = self.next_action(self.customer)
        self.assertEqual((action.leader_move_id, action.amount), (self.invoice, 600))
        self.assertEqual((self.customer.overdue, self.customer.eligible_overdue), (1000, 600))
        self.pay(self.customer, 600, self.invoice)
        self.assertOut()
        self.assertEqual(self.line.dso_exclusion, 'dispute')

    def test_litigation_ends_with_another_status(self):
        self.qualify('litigation')
        self.assertOut()
        self.qualify('in_progress')
        self.assertEqual(self.next_action(self.customer).leader_move_id, self.invoice)

    def test_promise_pauses_until_its_grace_has_passed(self):
        self.qualify('promise', promise={'date': jan(14), 'grace_days': 2})
        self.assertOut()
        self.go_to(jan(16))
        self.run_cron_plan()
        self.assertFalse(self.customer.next_action_id)
        self.go_to(jan(17))
        self.run_cron_plan()
        promise = self.env['dso.promise'].search([])
        self.assertEqual((promise.state, self.line.dso_exclusion), ('broken', 'specific'))
        promise.action_id.sudo()._set_cancelled('person')  # its follow-up has the item
        self.plan()
        self.assertEqual(self.customer.leader_move_id, self.invoice)

    def test_broken_promise_leaves_a_step_out(self):
        self.scenario.broken_promise = 'raise'
        self.assertEqual(self.complete(self.customer).step_delay, 3)
        self.qualify('promise', promise={'date': jan(13), 'pauses': False})
        self.assertNext(self.customer, 10, jan(19), 'spacing')
        self.go_to(jan(20))
        self.run_cron_plan()
        promise = self.env['dso.promise'].search([])
        self.assertEqual(promise.state, 'broken')
        promise.action_id.sudo()._set_cancelled('person')  # its follow-up has the item
        action = self.assertNext(self.customer, 20, jan(22), 'spacing')
        self.assertIn("a step is left out", action.explanation)
        self.complete(self.customer)
        self.assertEqual(self.next_action(self.customer).step_delay, 35)

    def test_broken_promise_of_an_amount_leaves_a_step_out(self):
        self.scenario.broken_promise = 'raise'
        self.complete(self.customer)
        self.qualify('promise', promise={'date': jan(13), 'amount': 500, 'of_amount': True})
        self.go_to(jan(20))
        self.run_cron_plan()
        promise = self.env['dso.promise'].search([])
        self.assertFalse(promise.item_ids)
        promise.action_id.sudo()._set_cancelled('person')  # its follow-up has the items
        action = self.assertNext(self.customer, 20, jan(22), 'spacing')
        self.assertIn("01/13/2027 was not kept: a step is left out", action.explanation)

    # --- what stays ------------------------------------------------------------------------

    def test_records_are_kept_through_groups(self):
        self.dispute()
        lead = self.create_customer("Deco Addict")
        self.customer.group_account_id = lead
        self.plan(lead)
        self.assertEqual(lead.reason, 'not_eligible')
        self.assertIn(self.invoice.name, str(lead.explanation))
        self.customer.group_account_id = False
        self.assertOut()
        self.assertEqual(self.line.dso_status_category, 'dispute')

    def test_records_are_kept_through_merging(self):
        self.dispute()
        other = self.create_customer("Azure Interiors").partner_id
        self.env['base.partner.merge.automatic.wizard'].create(
            {'partner_ids': [Command.set((self.customer.partner_id | other).ids)]}
        )._merge((self.customer.partner_id | other).ids, other)
        self.plan()
        account = other._dso_customers()[other]
        self.assertEqual(self.line.dso_dispute_id.customer_id, account)
        self.assertEqual(self.line.dso_status_category, 'dispute')
        self.assertEqual(account.reason, 'not_eligible')
