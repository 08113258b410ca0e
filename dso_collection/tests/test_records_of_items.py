"""Which items of the books a record speaks of, when one entry has items of several customers, when
invoices change, and when several records are about one item."""

from odoo.tests import tagged

from .common import jan
from .common_disputes import DisputeCase


@tagged('post_install', '-at_install')
class TestRecordsOfItems(DisputeCase):
    def qualify(self, category, lines=None, **values):
        lines = (self.line if lines is None else lines).with_user(self.collector)
        lines._dso_qualify(self.status(category), values)
        self.plan()

    def reissue(self, due):
        """Reset the invoice to draft and post it with another due date."""
        self.invoice.button_draft()
        self.invoice.write({'invoice_payment_term_id': False, 'invoice_date_due': due})
        self.invoice.action_post()
        self.plan()

    def opening_items(self):
        """Items of two customers, due on one day, in one entry of opening balances."""
        other = self.create_customer("Deco Addict")
        entry = self.create_opening_entry(self.customer | other, jan(5))
        self.plan()
        lines = self.receivables(entry)
        return lines.sorted(lambda line: line.partner_id != self.customer.partner_id)

    # --- entries of several customers ------------------------------------------------------

    def test_dispute_leaves_other_customers_of_the_entry_alone(self):
        mine, other = self.opening_items()
        dispute = self.dispute(mine)
        dispute.action_settle('open', date=jan(20))
        self.assertEqual(dispute.action_id.item_ids.line_id, mine)
        self.pay(self.customer, 1000, mine)
        dispute.invalidate_recordset()
        self.assertEqual(dispute.proposal, 'cleared')
        dispute.action_settle('due')
        self.assertFalse(self.current_status(other))

    def test_promise_leaves_other_customers_of_the_entry_alone(self):
        mine, other = self.opening_items()
        self.qualify('promise', mine, promise={'date': jan(14)})
        promise = mine.dso_promise_id
        self.go_to(jan(15))
        self.run_cron_plan()
        self.assertEqual(promise.action_id.item_ids.line_id, mine)
        self.assertFalse(other.dso_exclusion)

    def test_broken_promise_leaves_disputed_items_alone(self):
        mine = self.line
        self.qualify('promise', mine, promise={'date': jan(14)})
        promise = mine.dso_promise_id
        self.dispute(mine)
        promise.invalidate_recordset()
        self.assertEqual(promise.state, 'open')
        self.go_to(jan(15))
        self.run_cron_plan()
        self.assertEqual(promise.state, 'broken')
        self.assertFalse(promise.action_id, "the dispute has a follow-up of its own")

    # --- changed invoices ------------------------------------------------------------------

    def test_status_replaces_the_one_of_an_invoice_that_has_changed(self):
        self.qualify('litigation')
        self.reissue(jan(8))
        line = self.receivables(self.invoice)
        self.assertEqual(line.dso_exclusion, 'litigation')
        self.qualify('in_progress', line)
        line.invalidate_recordset()
        self.assertFalse(line.dso_exclusion)
        self.assertEqual(self.customer.leader_move_id, self.invoice)

    def test_dispute_goes_on_when_the_item_has_gone(self):
        dispute = self.dispute()
        self.reissue(jan(8))
        dispute.item_ids.sudo().line_id = False  # as after a deletion
        line = self.receivables(self.invoice)
        self.assertEqual(line.dso_exclusion, 'dispute')
        dispute.invalidate_recordset()
        self.assertFalse(dispute.proposal)
        dispute.action_settle('due')
        self.plan()
        self.assertEqual(self.current_status(line), 'dispute_resolved')
        self.assertEqual(self.customer.leader_move_id, self.invoice)

    # --- several records -------------------------------------------------------------------

    def test_litigation_outlasts_a_dispute(self):
        for settle in ('action_settle', 'action_cancel'):
            with self.subTest(settle=settle), self.rolled_back():
                dispute = self.dispute()
                self.qualify('litigation')
                args = ['due'] if settle == 'action_settle' else []
                getattr(dispute, settle)(*args)
                self.plan()
                self.assertEqual(self.current_status(), 'litigation')
                self.assertFalse(self.customer.leader_move_id)
                if settle == 'action_settle':
                    dispute.action_reopen()
                    self.assertEqual(self.current_status(), 'litigation')
