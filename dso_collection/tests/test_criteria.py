"""What people may say of customer accounts in the editor of criteria, and what it finds."""

import ast

from odoo.tests import tagged

from .common import CollectionCase, jan

#: What the editor offers by type of a field: operators with a value (``web/core/domain_selector``).
OFFERED = {
    'boolean': [('=', True), ('!=', True)],
    'char': [('=', 'a'), ('!=', 'a'), ('ilike', 'a'), ('not ilike', 'a'), ('=ilike', 'a%')],
    'date': [('>=', 'today -30d'), ('<', 'today'), ('=', '2027-01-05'), ('>', '2027-01-05')],
    'monetary': [('=', 1), ('!=', 1), ('<', 1), ('>', 1), ('>=', 1), ('<=', 2)],
    'many2one': [('in', [1]), ('not in', [1])],
}
OFFERED |= {
    'text': OFFERED['char'],
    'html': OFFERED['char'],
    'datetime': OFFERED['date'],
    'integer': OFFERED['monetary'],
    'float': OFFERED['monetary'],
    'many2many': OFFERED['many2one'],
    'one2many': OFFERED['many2one'],
}

#: What the seed page and the specification name (spec 7.1), as paths of fields.
NAMED = [
    # data of the customer
    'code',
    'country_id',
    'partner_id.category_id',
    'collector_id',
    'scenario_id',
    # status of items
    'open_line_ids.dso_status_id',
    'open_line_ids.dso_status_category',
    'in_litigation',
    'promise_ids.state',
    # amounts
    'balance',
    'overdue',
    'not_due',
    'bucket_older',
    'unallocated',
    'open_line_ids.amount_residual',
    # due dates and last action, relative to today
    'oldest_due_date',
    'days_overdue',
    'days_since_contact',
    'days_since_action',
    'last_contact_date',
    'last_booking_date',
    'plan_date',
    # limits, guarantees and credit insurance
    'credit_limit',
    'limit_exceeded',
    'exposure',
    'available_credit',
    'unsecured',
    'insurer',
    'policy_number',
    'guarantee_amount',
    'guarantee_permanent',
    'guarantee_temporary',
    'guarantee_temporary_until',
    'guarantee_other',
    'guarantee_expired',
]


@tagged('post_install', '-at_install')
class TestCriteriaFields(CollectionCase):
    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls.create_user('collector')
        cls.one, cls.other = cls.customers = cls.create_customers(2)
        cls.create_invoice(cls.one, jan(5), 1500, posted=jan(1))
        cls.plan()

    def find(self, *leaves):
        found = self.env['dso.customer'].with_user(self.collector).search(list(leaves))
        return found.with_env(self.env) & self.customers

    def test_all_that_is_named_can_be_said(self):
        for path in NAMED:
            model = self.env['dso.customer'].with_user(self.collector)
            *before, name = path.split('.')
            for each in before:
                model = model[each]
            info = model.fields_get([name])[name]
            with self.subTest(path):
                self.assertTrue(info['searchable'])
                values = OFFERED.get(info['type'])
                if info['type'] == 'selection':
                    values = [('=', info['selection'][0][0]), ('in', [info['selection'][-1][0]])]
                for operator, value in values:
                    self.find((path, operator, value))
                found, others = self.find((path, '!=', False)), self.find((path, '=', False))
                if info['type'] != 'monetary' and not before:
                    self.assertEqual(found | others, self.customers)
                    self.assertFalse(found & others)

    def test_open_items_or_none(self):
        self.assertEqual(self.find(('open_line_ids', '!=', False)), self.one)
        self.assertEqual(self.find(('open_line_ids', '=', False)), self.other)
        items = self.one.open_line_ids
        self.assertEqual(self.find(('open_line_ids', 'in', items.ids)), self.one)
        self.assertEqual(self.find(('open_line_ids', 'in', [False, *items.ids])), self.customers)
        self.assertEqual(self.find(('open_line_ids', 'not in', items.ids)), self.other)

    def assertDays(self, customer, days):
        self.env.invalidate_all()
        self.assertEqual(customer.days_since_action, days)
        self.assertEqual(self.find(('days_since_action', '=', days)) & customer, customer)

    def test_days_since_action(self):
        self.assertDays(self.one, 15)  # nothing was done since the item was due
        self.assertDays(self.other, 0)
        self.complete(self.one)
        self.assertDays(self.one, 0)
        self.go_to(jan(27))
        self.assertDays(self.one, 7)
        self.assertEqual(self.find(('days_since_action', '>', 6)), self.one)
        self.assertFalse(self.find(('days_since_action', '>', 7)))

    def test_action_of_the_group_account(self):
        self.create_invoice(self.other, jan(10), 1500, posted=jan(1))
        self.plan()
        self.one.group_account_id = self.other
        self.assertDays(self.one, 15)
        self.complete(self.other)
        self.go_to(jan(22))
        self.assertDays(self.one, 2)
        self.assertDays(self.other, 2)
        [total] = self.env['dso.customer']._read_group(
            [('id', 'in', self.customers.ids)], ['days_since_action'], ['__count']
        )
        self.assertEqual(total, (2, 2))

    def test_statements_do_not_depend_on_the_number(self):
        counts = []
        for count in (2, 4):
            customers = self.create_customers(count)
            self.env.flush_all()
            counts.append(self.queries(customers.web_read, {'days_since_action': {}}))
        self.assertEqual(*counts)

    def test_ready_alerts_are_what_the_editor_can_edit(self):
        """It refuses criteria that have to be computed."""
        for alert in self.env['dso.alert'].search(
            [('user_id', '=', self.env.ref('base.user_root').id)]
        ):
            with self.subTest(alert.name):
                self.assertTrue(ast.literal_eval(alert.domain.strip()))
