"""Debit notes for late payment: what they say, that none charges anything twice, and who may."""

import io
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import jan
from .common_late import LateCase


@tagged('post_install', '-at_install')
class TestLateCharges(LateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref('account.group_account_invoice')
        cls.invoice = cls.create_invoice(cls.customer, jan(10), 1000, posted=jan(1))

    def charge(self, customer=None, user=None):
        """The debit notes that the button drafts."""
        customer = customer or self.customer
        action = customer.with_user(user or self.env.user).action_charge_late()
        return self.env['account.move'].search(action['domain'])

    def lines(self, note):
        return [(line.name, line.price_subtotal) for line in note.invoice_line_ids]

    def test_draft_with_a_line_for_each_item(self):
        second = self.create_invoice(self.customer, jan(15), 2000, posted=jan(1))
        note = self.charge()
        self.assertEqual((note.state, note.move_type), ('draft', 'out_invoice'))
        self.assertEqual(note.partner_id, self.customer.partner_id)
        number, other = self.invoice.name, second.name
        self.assertEqual(
            self.lines(note),
            [
                (
                    f"{number}, due on 01/10/2027: interest from 01/11/2027 to 01/20/2027 at "
                    "36.50 % a year",
                    10,
                ),
                (
                    f"{other}, due on 01/15/2027: interest from 01/16/2027 to 01/20/2027 at "
                    "36.50 % a year",
                    10,
                ),
                (f"Compensation for late payment of {number} and {other}", 80),
            ],
        )
        self.assertFalse(note.invoice_line_ids.tax_ids)
        self.assertIn(note.display_name, self.customer.message_ids[0].body)

    def test_one_draft_for_each_currency(self):
        self.create_invoice(self.customer, jan(10), 3000, posted=jan(1), currency_id=self.eur.id)
        notes = self.charge()
        amounts = {note.currency_id: note.amount_total for note in notes}
        self.assertEqual(amounts, {self.usd: 90, self.eur: 30})

    def test_product_gives_account_and_taxes(self):
        account = self._account('income_other', self.company)
        tax = self.env['account.tax'].create({'name': "VAT 10", 'amount': 10})
        self.company.dso_late_product_id = self.env['product.product'].create(
            {
                'name': "Late payment",
                'type': 'service',
                'property_account_income_id': account.id,
                'taxes_id': [Command.set(tax.ids)],
            }
        )
        note = self.charge()
        self.assertEqual(note.invoice_line_ids.account_id, account)
        self.assertEqual((note.amount_untaxed, note.amount_total), (50, 55))

    def test_product_of_another_company_is_refused(self):
        foreign = self.env['product.product'].create(
            {'name': "Late payment", 'company_id': self.create_company().id}
        )
        with self.assertRaisesRegex(UserError, "Late payment"):
            self.company.dso_late_product_id = foreign

    def test_language_of_the_customer(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.customer.partner_id.lang = 'fr_FR'
        self.assertIn("10/01/2027", self.lines(self.charge())[0][0])

    def test_no_day_is_charged_twice(self):
        self.charge()
        with self.assertRaisesRegex(UserError, "nothing to charge to Azure Interior"):
            self.charge()
        self.go_to(jan(23))
        note = self.charge()
        self.assertEqual(note.amount_total, 3)
        self.assertIn("from 01/21/2027 to 01/23/2027", note.invoice_line_ids.name)

    def test_deleted_or_cancelled_draft_charges_nothing(self):
        self.charge().unlink()
        note = self.charge()
        self.assertEqual(note.amount_total, 50)
        note.button_cancel()
        self.assertEqual(self.charge().amount_total, 50)

    def test_posted_note_replaces_what_was_asked_for(self):
        note = self.charge()
        self.assertEqual(self.interests(), {self.invoice.name: 10})  # a draft asks for nothing
        note.invoice_date_due = jan(20)
        note.action_post()
        self.assertFalse(self.interests())
        self.assertFalse(self.compensations())

    def test_no_interest_on_interest(self):
        note = self.charge()
        note.invoice_payment_term_id = False
        note.invoice_date = note.invoice_date_due = jan(20)
        note.action_post()
        self.go_to(jan(25))
        self.assertEqual(self.interests(), {self.invoice.name: 5})
        self.assertEqual(self.compensations(), {})

    def test_charged_invoice_that_was_reset_to_draft(self):
        self.charge()
        self.invoice.button_draft()
        self.invoice.action_post()
        with self.assertRaisesRegex(UserError, "nothing to charge"):
            self.charge()

    def test_one_customer_of_an_entry_does_not_charge_another(self):
        customers = self.create_customers(2)
        self.create_opening_entry(customers, jan(10))
        for customer in customers:
            self.assertEqual(self.charge(customer).amount_total, 10)

    def test_merged_customer_is_not_charged_again(self):
        self.charge()
        other = self.create_customer("Other")
        partners = self.customer.partner_id | other.partner_id
        self.env['base.partner.merge.automatic.wizard']._merge(partners.ids, other.partner_id)
        with self.assertRaisesRegex(UserError, "nothing to charge to Other"):
            self.charge(other)

    def test_missing_rate_is_refused(self):
        self.policy.rate_ids.date_to = jan(15)
        with self.assertRaisesRegex(UserError, "no reference rate for 01/16/2027"):
            self.charge()
        self.assertFalse(self.env['dso.late.charge'].search([]))

    # --- rights ----------------------------------------------------------------------------

    def test_who_may_draft(self):
        collector = self.create_user('collector')
        with self.assertRaisesRegex(AccessError, "ask for the right to create invoices"):
            self.charge(user=collector)
        biller = self.create_user('reader', login='biller')
        biller.group_ids += self.env.ref('account.group_account_invoice')
        with self.assertRaisesRegex(AccessError, "Only collectors"):
            self.charge(user=biller)
        collector.group_ids += self.env.ref('account.group_account_invoice')
        self.assertEqual(self.charge(user=collector).amount_total, 50)

    def test_collector_of_another_company(self):
        user = self.create_user('collector', company_id=self.create_company().id)
        user.company_ids = user.company_id
        user.group_ids += self.env.ref('account.group_account_invoice')
        with self.assertRaises(AccessError):
            self.charge(user=user)
        self.charge()
        self.assertFalse(self.env['dso.late.charge'].with_user(user).search([]))

    def branch_user(self):
        """A collector who may use a branch alone; customer accounts stand at its root."""
        branch = self.create_company("Branch", parent_id=self.company.id)
        self.env.cr.precommit.run()  # where core loads the chart of accounts of a branch
        user = self.create_user('collector', company_id=branch.id, company_ids=branch.ids)
        user.group_ids += self.env.ref('account.group_account_invoice')
        self.env.invalidate_all()
        return user

    def test_collector_of_a_branch_reads_but_does_not_charge(self):
        user = self.branch_user()
        customer = self.customer.with_user(user).with_company(user.company_id)
        self.assertIn("10.00", customer.late_text)
        file = io.BytesIO()
        self.env['dso.statement'].with_env(customer.env)._write_xlsx(
            file, customer, with_interest=True
        )
        with self.assertRaisesRegex(AccessError, "belongs to the books of"):
            customer.action_charge_late()

    def test_charges_are_nobodys_to_write(self):
        self.charge()
        charge = self.env['dso.late.charge'].search([], limit=1)
        manager = self.create_user('manager')
        charge.with_user(manager).read()
        for call in (
            lambda: charge.with_user(manager).write({'date_to': jan(1)}),
            lambda: charge.with_user(manager).unlink(),
            lambda: charge.with_user(manager).copy(),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_account_is_written_before_anything_is_created(self):
        """So a second request at the same time fails there, and is repeated."""
        query = SQL("SELECT late_charged_on FROM dso_customer WHERE id = %s", self.customer.id)
        written = []

        def create(model, customer, late):
            written.extend(self.env.execute_query(query))
            return self.env['account.move']

        with patch.object(self.registry['dso.late.invoice'], '_create', create):
            self.charge()
        self.assertEqual(written, [(fields.Datetime.now(),)])
