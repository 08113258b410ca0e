from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .common_tours import AgendaTourCase


@tagged('post_install', '-at_install')
class TestQualifyTour(AgendaTourCase):
    """People qualify items where they work; the server has what they said."""

    def customer(self, name):
        return self.env['dso.customer'].search([('partner_id.name', '=', name)])

    def add_invoice(self, customer, amount):
        line = {'name': "Work", 'price_unit': amount, 'tax_ids': False}
        invoice = self.env['account.move'].create(
            {
                'move_type': 'out_invoice',
                'partner_id': customer.partner_id.id,
                'invoice_date': self.today - timedelta(days=20),
                'invoice_date_due': self.today - timedelta(days=9),
                'invoice_payment_term_id': False,
                'invoice_line_ids': [Command.create(line)],
            }
        )
        invoice.action_post()
        customer._plan()
        return invoice

    def test_quick_promise(self):
        customer = self.customer("Azure Interior")
        first = customer.open_line_ids
        second = self.add_invoice(customer, 300)
        self.start_tour('/odoo', 'dso_collection_quick_promise', login='collector')
        promises = self.env['dso.promise'].search(
            [('customer_id', '=', customer.id)], order='amount desc'
        )
        self.assertEqual(promises.mapped('state'), ['open', 'cancelled'])
        self.assertEqual(promises[0].date, self.today + timedelta(days=7))
        self.assertEqual((promises[0].amount, promises[0].taken_by_id), (1000, self.collector))
        self.assertEqual(promises[0].item_ids.move_id, first.move_id)
        self.assertEqual(customer.next_action_id.leader_move_id, second)

    def test_dispute_to_resolved(self):
        customer = self.customer("Ready Mat")
        self.start_tour('/odoo', 'dso_collection_qualify_dispute', login='collector')
        dispute = self.env['dso.dispute'].search([('customer_id', '=', customer.id)])
        self.assertEqual((dispute.state, dispute.outcome), ('resolved', 'due'))
        self.assertEqual(dispute.comment, "We agreed on less")
        self.assertEqual(customer.open_line_ids.dso_status_category, 'dispute_resolved')
        self.assertTrue(customer.next_action_id)

    def test_instalments(self):
        customer = self.customer("Ready Mat")
        self.start_tour(
            f'/odoo/collection-customers/{customer.id}',
            'dso_collection_instalments',
            login='collector',
        )
        promises = self.env['dso.promise'].search([('customer_id', '=', customer.id)], order='date')
        self.assertEqual(promises.mapped('amount'), [700, 300])
        self.assertEqual(promises[0].date, self.today + timedelta(days=7))
        self.assertEqual(set(promises.mapped('comment')), {"Agreed with Paula"})

    def test_items(self):
        customers = self.customer("Ready Mat") | self.customer("Azure Exterior")
        self.start_tour('/odoo/collection-items', 'dso_collection_qualify_items', login='collector')
        status = self.env.ref('dso_collection.dso_status_document_sent')
        self.assertEqual(customers.open_line_ids.dso_status_id, status)
        entries = self.env['dso.item.status'].search([('customer_id', 'in', customers.ids)])
        self.assertEqual(entries.mapped('comment'), ["Copies sent"] * 2)
        self.assertEqual(entries.author_id, self.collector)
        self.assertTrue(all(customer.next_action_id for customer in customers))


@tagged('post_install', '-at_install')
class TestQualifyOnPhone(AgendaTourCase):
    browser_size = '390x844'
    touch_enabled = True

    def test_phone(self):
        self.start_tour(
            '/odoo/collection-manual', 'dso_collection_qualify_phone', login='collector'
        )
        promise = self.env['dso.promise'].search([('partner_id.name', '=', "Ready Mat")])
        self.assertEqual(promise.date, self.today + timedelta(days=14))
