from lxml import etree
from odoo import Command
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import jan
from .common_calls import CallCase

#: What the lists of the agenda show beside the columns of an action.
ROW_FIELDS = [
    'customer_balance',
    'customer_overdue',
    'customer_unallocated',
    'days_overdue',
    'last_contact_date',
    'caution',
    'status_color',
    'explanation',
]


@tagged('post_install', '-at_install')
class TestAgendaRows(CallCase):
    """What a row of the agenda tells of the customer account, and what can be searched for."""

    def create_late(self, count):
        customers = self.create_customers(count)
        self.create_opening_entry(customers, jan(10))
        self.plan(*customers)
        return self.env['dso.action'].search([('customer_id', 'in', customers.ids)])

    # --- figures ---------------------------------------------------------------------------

    def test_figures_are_those_of_the_customer_account(self):
        action = self.next_action(self.customer).with_user(self.collector)
        self.assertEqual((action.customer_balance, action.customer_overdue), (1000, 1000))
        self.assertEqual((action.days_overdue, action.customer_unallocated), (10, 0))
        self.assertFalse(action.last_contact_date)
        action.action_complete()
        self.assertEqual(self.next_action(self.customer).last_contact_date, jan(20))

    def test_figures_of_a_group_account_are_those_of_all(self):
        member = self.create_customer("Azure Exterior")
        self.create_invoice(member, jan(12), amount=300, posted=jan(1))
        self.create_credit_note(member, 50)
        member.group_account_id = self.customer
        action = self.next_action(self.customer)
        self.assertEqual((action.customer_balance, action.customer_overdue), (1250, 1300))
        self.assertEqual(action.customer_unallocated, 50)

    # --- caution ---------------------------------------------------------------------------

    def test_caution_names_credits_books_and_unsent_invoices(self):
        self.create_credit_note(self.customer, 200)
        action = self.next_action(self.customer).with_user(self.collector)
        self.assertIn("$\xa0200.00", action.caution)
        self.assertIn("Books not up to date", action.caution)
        self.assertIn("Invoice never sent", action.caution)

    def test_nothing_to_mind(self):
        self.invoice.is_move_sent = True
        self.pay(self.create_customer("Somebody"), 10)
        self.assertFalse(self.next_action(self.customer).caution)

    def test_books_are_stale_after_the_days_of_the_settings(self):
        self.pay(self.create_customer("Somebody"), 10, day=jan(15))
        self.assertFalse(self.company._dso_with_stale_books())
        self.go_to(jan(21))
        self.assertEqual(self.company._dso_with_stale_books(), self.company)

    def test_entries_of_a_branch_keep_the_books_of_the_root_up_to_date(self):
        branch = self.create_company("Branch", parent_id=self.company.id)
        bank = self._journal('bank', self.company)
        lines = [
            Command.create({'account_id': bank.default_account_id.id, 'balance': balance})
            for balance in (10, -10)
        ]
        moves = self.env['account.move'].with_company(branch)
        moves.create({'journal_id': bank.id, 'date': jan(20), 'line_ids': lines}).action_post()
        self.assertFalse(self.company._dso_with_stale_books())

    def test_history_minds_nothing(self):
        action = self.next_action(self.customer)
        action.action_complete()
        self.assertFalse(action.caution)

    # --- search ----------------------------------------------------------------------------

    def test_days_overdue_are_searched_as_they_are_shown(self):
        self.create_invoice(self.create_customer("Later"), jan(15), posted=jan(1))
        self.create_invoice(self.create_customer("Soon"), jan(25), posted=jan(1))
        self.plan()
        actions = self.env['dso.action'].search([('leader_due', '!=', False)])
        self.assertEqual({10, 5, -5} - set(actions.mapped('days_overdue')), set())
        for operator in ('>', '>=', '<', '<=', '=', '!='):
            with self.subTest(operator=operator):
                domain = [('days_overdue', operator, 5), ('id', 'in', actions.ids)]
                shown = actions.filtered_domain(domain)
                self.assertEqual(self.env['dso.action'].search(domain), shown)

    def test_any_field_of_partner_or_account(self):
        self.customer.partner_id.write({'country_id': self.env.ref('base.be').id, 'city': "Liège"})
        action = self.next_action(self.customer)
        actions = self.env['dso.action'].with_user(self.collector)
        for domain in (
            [('customer_country_id.code', '=', 'BE')],
            [('partner_id.city', '=', "Liège")],
            [('customer_id.overdue', '>', 999), ('customer_id.partner_id.city', 'ilike', "lièg")],
            [('customer_id.open_line_ids', 'any', [('move_name', '=', self.invoice.name)])],
        ):
            with self.subTest(domain=domain):
                self.assertEqual(actions.search(domain), action)
        groups = actions._read_group([('id', '=', action.id)], ['customer_country_id'], ['__count'])
        self.assertEqual(groups, [(self.env.ref('base.be'), 1)])

    def test_every_filter_runs(self):
        view = self.env.ref('dso_collection.dso_action_view_search')
        for node in etree.fromstring(view.arch).iter('filter'):
            if node.get('domain'):
                with self.subTest(filter=node.get('name')):
                    domain = safe_eval(node.get('domain'), {'uid': self.env.uid})
                    self.env['dso.action'].search_count(domain)

    def test_rows_of_many_cost_the_same(self):
        counts = []
        for actions in (self.create_late(2), self.create_late(2), self.create_late(4)):
            rows = actions.with_user(self.collector)
            counts.append(self.queries(rows.read, ROW_FIELDS))
        self.assertEqual(counts[1], counts[2])
