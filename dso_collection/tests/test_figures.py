"""DSO and CEI of months: a portfolio worked out by hand, and what is written of it."""

from odoo.tools import SQL

from .common import jan
from .common_figures import FigureCase

OCTOBER, NOVEMBER, DECEMBER = (jan(1).replace(year=2026, month=month) for month in (10, 11, 12))


class TestFigures(FigureCase):
    """Sales of 300 in October, 400 in November, 500 in December; on 5 January."""

    FIRST_DAY = jan(5)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.go_to(cls.FIRST_DAY)
        cls.customer, cls.other = cls.create_customer("One"), cls.create_customer("Two")
        cls.oldest = cls.create_invoice(cls.customer, jan(-40), 300, posted=jan(-80))
        cls.old = cls.create_invoice(cls.customer, jan(-10), 400, posted=jan(-40))
        cls.recent = cls.create_invoice(cls.other, jan(20), 500, posted=jan(-20))

    def figure(self, month, kind='company', **whose):
        self.env['dso.figure']._refresh(self.company)
        domain = [('company_id', '=', self.company.id), ('month', '=', month), ('kind', '=', kind)]
        domain += [(name, '=', record.id) for name, record in whose.items()]
        return self.env['dso.figure'].search(domain)

    def assertFigures(self, figure, **expected):
        found = {name: round(figure[name], 2) for name in expected}
        self.assertEqual(found, expected)

    def test_december(self):
        """200 of November's sales and all of December's are open: 31 + 200 / 400 × 30 days."""
        self.pay(self.customer, 300, self.oldest, day=jan(-30))
        self.pay(self.customer, 200, self.old, day=jan(-2))
        self.assertFigures(
            self.figure(DECEMBER),
            receivables=700,
            current_receivables=500,
            overdue=200,
            sales=500,
            dso=46,
            dso_best=31,
            delay=15,
            dso_rolling=round(700 / 1200 * 92, 2),
            cei=71.43,  # 500 of 700: 700 of November and 500 sold, less 700, or what is not due
            overdue_share=round(200 / 7, 2),
        )

    def test_running_month(self):
        figure = self.figure(jan(1))
        self.assertEqual((figure.day, figure.sales), (jan(4), 0))
        self.assertFigures(figure, dso=4 + 31 + 30 + 31, cei=0)
        self.assertTrue(figure.has_cei)

    def test_months_before_the_first_invoice_have_none(self):
        self.figure(DECEMBER)
        months = self.env['dso.figure'].search([('kind', '=', 'company')]).mapped('month')
        self.assertEqual(months, [jan(1), DECEMBER, NOVEMBER, OCTOBER])

    def test_more_than_all_known_sales(self):
        self.create_opening_entry(self.other, jan(-100), 700)
        figure = self.figure(DECEMBER)
        self.assertEqual((figure.is_at_least, figure.dso), (True, 31 + 30 + 31))
        self.assertTrue(figure.remark)
        self.pay(self.other, 700, day=jan(-20))
        figure = self.figure(DECEMBER)
        self.assertEqual((figure.is_at_least, figure.dso), (False, 31 + 30 + 31))
        self.assertFalse(figure.remark)

    def test_credit_notes_are_no_sales(self):
        self.create_invoice(self.customer, jan(-15), 100, posted=jan(-15), move_type='out_refund')
        figure = self.figure(DECEMBER)
        self.assertEqual((figure.sales, figure.receivables), (400, 1100))
        self.assertEqual(figure.current_receivables, 500)

    def test_nothing_to_collect(self):
        november = self.figure(OCTOBER)
        self.assertEqual((november.has_cei, november.cei), (False, 0))
        self.assertEqual((november.dso, november.dso_best, november.delay), (31, 31, 0))

    def test_late_bookings_count_in_their_month(self):
        self.assertEqual(self.figure(DECEMBER).receivables, 1200)
        self.pay(self.customer, 300, self.oldest, day=jan(-5))
        self.assertEqual(self.figure(DECEMBER).receivables, 900)

    def test_by_collector_and_country(self):
        collector = self.create_user('collector')
        self.customer.collector_id = collector
        germany = self.env.ref('base.de')
        self.other.partner_id.country_id = germany
        theirs = self.figure(DECEMBER, 'collector', collector_id=collector)
        self.assertFigures(theirs, receivables=700, sales=0, dso=31 + 30 + 31, dso_best=0)
        german = self.figure(DECEMBER, 'country', country_id=germany)
        self.assertFigures(german, receivables=500, sales=500, dso=31)
        nobody = self.figure(DECEMBER, 'collector', collector_id=self.env['res.users'])
        self.assertFigures(nobody, receivables=500)

    def test_months_are_averaged(self):
        self.figure(DECEMBER)
        [(dso,)] = self.env['dso.figure']._read_group(
            [('kind', '=', 'company'), ('month', 'in', (OCTOBER, NOVEMBER))], [], ['dso:avg']
        )
        self.assertEqual(dso, (31 + 61) / 2)
        [(cei,)] = self.env['dso.figure']._read_group(
            [('kind', '=', 'company'), ('has_cei', '=', False)], [], ['cei:avg']
        )
        self.assertFalse(cei, "what nobody can say is no nought in an average")

    def test_written_when_it_changes(self):
        self.figure(DECEMBER)

        def rows():
            return set(self.env.execute_query(SQL("SELECT ctid::text, month FROM dso_figure")))

        before = rows()
        self.figure(DECEMBER)
        self.assertEqual(rows(), before)
        self.create_invoice(self.customer, jan(20), 80, posted=jan(-10))
        self.figure(DECEMBER)
        changed = {month for _place, month in rows() - before}
        self.assertEqual(changed, {jan(1), DECEMBER})

    def test_once_a_day(self):
        self.run_cron_snapshot()
        self.assertEqual(self.company.dso_figures_on, jan(5))
        self.create_invoice(self.customer, jan(20), 80, posted=jan(-10))
        self.run_cron_snapshot()
        december = [('kind', '=', 'company'), ('month', '=', DECEMBER)]
        self.assertEqual(self.env['dso.figure'].search(december).sales, 500)
        self.go_to(jan(6))
        self.run_cron_snapshot()
        self.assertEqual(self.env['dso.figure'].search(december).sales, 580)

    def test_statements_do_not_depend_on_the_number_of_records(self):
        refresh = self.env['dso.figure']._refresh
        refresh(self.company)
        few = self.queries(refresh, self.company)
        for customer in self.create_customers(6):
            customer.partner_id.country_id = self.env.ref('base.de')
            self.create_invoice(customer, jan(1), posted=jan(-50))
        self.assertEqual(self.queries(refresh, self.company), few)

    # --- cards ---------------------------------------------------------------------------------

    def cards(self, user):
        self.env['dso.figure']._refresh(self.company)
        [company] = self.env['dso.figure'].with_user(user).get_cards()
        return {card['name']: card['value'] for card in company['cards']}

    def test_cards(self):
        self.pay(self.customer, 300, self.oldest, day=jan(-30))
        self.pay(self.customer, 200, self.old, day=jan(-2))
        self.assertEqual(
            self.cards(self.create_user('reader')),
            {
                'dso': '50.0 days',
                'dso_best': '35.0 days',
                'delay': '15.0 days',
                'cei': '71.4 %',  # of December: January has only begun
                'overdue_share': '28.6 %',
            },
        )

    def test_card_of_what_is_more_than_known(self):
        self.create_opening_entry(self.other, jan(-100), 700)
        self.assertEqual(self.cards(self.create_user('reader'))['dso'], '≥ 96.0 days')


class TestAgeing(FigureCase):
    def test_buckets_add_up_to_the_balance(self):
        customer = self.create_customer()
        for late, amount in ((-5, 1), (5, 20), (35, 300), (65, 4000), (95, 50000)):
            self.create_invoice(customer, jan(4 - late), amount, posted=jan(-100))
        self.pay(customer, 7)
        self.plan(customer)
        self.env.flush_all()
        rows = self.env['dso.ageing'].search([('customer_id', '=', customer.id)])
        found = {row.bucket: row.amount for row in rows}
        self.assertEqual(
            found,
            {
                '0_not_due': 1,
                '1_30': 20,
                '31_60': 300,
                '61_90': 4000,
                '91': 50000,
                '0_credit': -7,
            },
        )
        self.assertEqual(sum(found.values()), customer.balance)
        self.assertEqual(rows[0].action_open()['res_id'], customer.id)

    def test_follows_who_collects(self):
        customer = self.create_customer()
        self.create_invoice(customer, jan(1))
        self.plan(customer)
        collector = self.create_user('collector')
        customer.collector_id = collector
        [row] = self.env['dso.ageing'].search([('collector_id', '=', collector.id)])
        self.assertEqual((row.amount, row.scenario_id), (1000, self.scenario))

    def test_one_statement_draws_it(self):
        counts = []
        for _turn in range(2):
            for customer in self.create_customers(4):
                self.create_invoice(customer, jan(1))
            self.plan()
            counts.append(
                self.queries(
                    self.env['dso.ageing'].formatted_read_group,
                    [],
                    ['collector_id', 'bucket'],
                    ['amount:sum'],
                )
            )
        self.assertEqual(*counts)
