"""Credit limits and guarantees: figures, searches, imports, and who may change what."""

from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import jan
from .common_credit import CreditCase
from .common_queries import QueryCase
from .test_import import ImportCase

FIGURES = (
    'credit_limit',
    'exposure',
    'available_credit',
    'limit_exceeded',
    'guarantee_amount',
    'guarantee_expired',
    'unsecured',
)


@tagged('post_install', '-at_install')
class TestCredit(CreditCase):
    def figures(self, *names):
        return tuple(self.customer[name] for name in names)

    def assertFoundByFigures(self, *customers):
        """A search by each figure finds the accounts that show it, and sums are sums of them."""
        customers = self.env['dso.customer'].union(*customers)
        own = [('id', 'in', customers.ids)]
        for name in FIGURES:
            for customer in customers:
                value = customer[name]
                with self.subTest(name=name, value=value):
                    found = customers.search([*own, (name, '=', value)])
                    self.assertEqual(
                        found, customers.filtered(lambda c, n=name, v=value: c[n] == v)
                    )
        sums = ('exposure', 'guarantee_amount', 'unsecured')
        [totals] = customers._read_group(own, [], [f'{name}:sum' for name in sums])
        self.assertEqual(totals, tuple(sum(customers.mapped(name)) for name in sums))

    # --- limit -----------------------------------------------------------------------------

    def test_without_a_limit(self):
        self.assertEqual(
            self.figures('exposure', 'credit_limit', 'available_credit', 'limit_exceeded'),
            (1000, 0, 0, False),
        )
        self.assertFoundByFigures(self.customer)

    def test_limit_of_the_contact(self):
        self.set_limit(1500)
        self.assertEqual(
            self.figures('credit_limit', 'available_credit', 'limit_exceeded'), (1500, 500, False)
        )
        self.set_limit(999)
        self.assertEqual(
            self.figures('credit_limit', 'available_credit', 'limit_exceeded'), (999, -1, True)
        )
        self.assertFoundByFigures(self.customer)

    def test_limit_by_default(self):
        self.env['ir.default'].set('res.partner', 'credit_limit', 700, company_id=self.company.id)
        other = self.create_customer("Other", company=self.create_company())
        own = self.create_customer("Own")
        self.set_limit(50, own)
        self.env.invalidate_all()
        self.assertEqual(self.figures('credit_limit', 'limit_exceeded'), (700, True))
        self.assertEqual((own.credit_limit, other.credit_limit), (50, 0))
        self.assertFoundByFigures(self.customer, own, other)

    def test_limit_by_company(self):
        other = self.create_company(account_use_credit_limit=True)
        theirs = self.env['dso.customer']._get_or_create(self.customer.partner_id, other)
        self.set_limit(1500)
        self.set_limit(200, theirs)
        self.assertEqual((self.customer.credit_limit, theirs.credit_limit), (1500, 200))
        self.assertFoundByFigures(self.customer, theirs)

    def test_company_that_uses_no_limits(self):
        self.set_limit(10)
        self.company.account_use_credit_limit = False
        self.assertEqual(self.figures('credit_limit', 'limit_exceeded'), (0, False))
        self.assertFoundByFigures(self.customer)
        with self.assertRaisesRegex(UserError, "uses no credit limits: turn on"):
            self.customer.credit_limit = 500
        self.company.account_use_credit_limit = True
        self.env.invalidate_all()
        self.assertEqual(self.customer.credit_limit, 10)

    def test_credits_lower_the_exposure(self):
        self.pay(self.customer, 400)
        self.plan()
        self.assertEqual(self.figures('exposure'), (600,))
        self.pay(self.customer, 900)
        self.plan()
        self.assertEqual(self.figures('balance', 'exposure', 'unsecured'), (-300, 0, 0))
        self.assertFoundByFigures(self.customer)

    # --- guarantees ------------------------------------------------------------------------

    def test_guarantees_of_a_time(self):
        self.customer.write(
            {
                'guarantee_permanent': 300,
                'guarantee_temporary': 200,
                'guarantee_temporary_from': jan(20),
                'guarantee_temporary_until': jan(22),
                'guarantee_other': 100,
                'guarantee_other_until': jan(21),
            }
        )
        expected = {19: (400, False), 20: (600, False), 22: (500, True), 23: (300, True)}
        for day, (amount, expired) in expected.items():
            with self.subTest(day=day):
                self.go_to(jan(day))
                self.env.invalidate_all()
                self.assertEqual(
                    self.figures('guarantee_amount', 'guarantee_expired', 'unsecured'),
                    (amount, expired, 1000 - amount),
                )
                self.assertFoundByFigures(self.customer, self.create_customer("Nothing"))

    def test_today_is_that_of_the_company(self):
        other = self.create_company(dso_tz='Pacific/Kiritimati')
        theirs = self.create_customer("Theirs", company=other)
        (self.customer | theirs).write({'guarantee_other': 10, 'guarantee_other_until': jan(20)})
        self.assertEqual((self.customer.guarantee_amount, theirs.guarantee_amount), (10, 0))
        self.assertFoundByFigures(self.customer, theirs)

    def test_senseless_guarantees(self):
        for vals in (
            {'guarantee_permanent': -1},
            {'guarantee_temporary_from': jan(3), 'guarantee_temporary_until': jan(2)},
        ):
            with (
                self.subTest(vals=vals),
                mute_logger('odoo.sql_db'),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.customer.write(vals)
                self.env.flush_all()
        with self.assertRaisesRegex(ValidationError, "cannot be negative"):
            self.customer.credit_limit = -1

    def test_chatter_tells_who_changed_a_guarantee(self):
        collector = self.create_user('collector')
        customer = self.customer.with_user(collector).with_context(tracking_disable=False)
        customer.write({'insurer': "Safe & Sound", 'guarantee_permanent': 300})
        self.env.flush_all()
        self.env.cr.precommit.run()
        message = self.customer.message_ids[0]
        self.assertEqual(message.author_id, collector.partner_id)
        fields = message.sudo().tracking_value_ids.field_id.mapped('name')
        self.assertEqual(sorted(fields), ['guarantee_permanent', 'insurer'])

    def test_group_shows_its_sum(self):
        member = self.create_customer("Member")
        self.create_invoice(member, jan(10), 500, posted=jan(1))
        member.write({'group_account_id': self.customer.id, 'guarantee_permanent': 200})
        self.plan()
        self.assertEqual(
            self.figures('exposure', 'unsecured', 'group_exposure', 'group_unsecured'),
            (1000, 1000, 1500, 1300),
        )

    def test_merged_contacts_keep_guarantees(self):
        gone = self.create_customer("Gone", email='azure.interior@example.com')
        gone.write({'insurer': "Safe", 'policy_number': "P1", 'guarantee_other': 5})
        gone.guarantee_other_until = jan(31)
        self.env['base.partner.merge.automatic.wizard'].create({})._merge(
            (gone | self.customer).partner_id.ids, self.customer.partner_id
        )
        self.assertEqual(
            self.figures('insurer', 'policy_number', 'guarantee_other', 'guarantee_other_until'),
            ("Safe", "P1", 5, jan(31)),
        )

    # --- rights ----------------------------------------------------------------------------

    def test_rights(self):
        reader, collector = self.create_user('reader'), self.create_user('collector')
        self.set_limit(700)
        self.assertTrue(self.customer.with_user(reader).limit_exceeded)
        found = self.env['dso.customer'].with_user(reader).search([('limit_exceeded', '=', True)])
        self.assertEqual(found, self.customer)
        for vals in ({'credit_limit': 900}, {'guarantee_permanent': 1}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                self.customer.with_user(reader).write(vals)
        self.customer.with_user(collector).write({'credit_limit': 900, 'guarantee_permanent': 1})
        self.assertEqual(self.figures('credit_limit', 'guarantee_amount'), (900, 1))
        self.assertEqual(self.customer.partner_id.credit_limit, 900)
        with self.assertRaises(AccessError):
            self.customer.with_user(collector).write({'exposure': 0})

    # --- insights and rules ----------------------------------------------------------------

    def test_insights(self):
        self.set_limit(700)
        self.customer.write({'guarantee_other': 10, 'guarantee_other_until': jan(19)})
        rows = self.env['dso.insight'].with_user(self.create_user('reader')).search([])
        for kind in ('limit_exceeded', 'guarantee_expired'):
            row = rows.filtered(lambda row, kind=kind: row.kind == kind)
            self.assertEqual((row.number, row.amount), (1, 1000))
            self.assertEqual(
                self.env['dso.customer'].search(row.action_open()['domain']), self.customer
            )

    def test_rule_by_credit(self):
        collector = self.create_user('collector')
        rule = self.env['dso.assignment.rule'].create(
            {
                'name': "At risk",
                'kind': 'collector',
                'collector_id': collector.id,
                'domain': "[('unsecured', '>', 800), ('insurer', '=', False)]",
            }
        )
        rule._run_company(self.company)
        self.env.invalidate_all()
        self.assertEqual(self.customer.collector_id, collector)


@tagged('post_install', '-at_install')
class TestImportCredit(ImportCase):
    model = 'dso.customer'

    def test_import(self):
        self.company.account_use_credit_limit = True
        columns = (
            'code',
            'credit_limit',
            'insurer',
            'guarantee_temporary',
            'guarantee_temporary_until',
        )
        result = self.import_csv(
            columns,
            ["C001", "5000", "Safe", "100", "2027-03-31"],
            ["1002", "", "", "", ""],
        )
        self.assertFalse(result['messages'])
        self.assertEqual((self.customer.credit_limit, self.customer.insurer), (5000, "Safe"))
        self.assertEqual(
            (self.customer.guarantee_temporary, self.customer.guarantee_temporary_until),
            (100, date(2027, 3, 31)),
        )
        self.assertFalse(self.second.insurer)

    def test_refused_value_writes_nothing(self):
        result = self.import_csv(('code', 'guarantee_permanent'), ["C001", "10"], ["1002", "much"])
        self.assertTrue(result['messages'])
        self.customer.invalidate_recordset()
        self.assertFalse(self.customer.guarantee_permanent)

    def test_senseless_values(self):
        """One sentence each that tells what is wrong; nothing of the file is written."""
        for columns, values, sentence in (
            (('guarantee_permanent',), ("-5",), "A guarantee cannot be negative"),
            (
                ('guarantee_temporary_from', 'guarantee_temporary_until'),
                ("2027-03-02", "2027-03-01"),
                "cannot end before it begins",
            ),
            (('guarantee_other_until',), ("2027-02-30",), "out of range"),
            (('credit_limit',), ("5000",), "uses no credit limits: turn on"),
        ):
            with self.subTest(columns), mute_logger('odoo.sql_db'):
                result = self.import_csv(('code', 'insurer', *columns), ["C001", "Safe", *values])
                [message] = result['messages']
                self.assertIn(sentence, message['message'])
                self.customer.invalidate_recordset()
                self.assertFalse(self.customer.insurer)


class TestCreditQueries(QueryCase):
    def test_cost_does_not_depend_on_the_number(self):
        self.company.account_use_credit_limit = True

        def read(customers):
            customers.web_read({name: {} for name in FIGURES})

        self.assertSame(lambda customers: customers, read)
