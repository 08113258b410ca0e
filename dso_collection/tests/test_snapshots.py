"""The portfolio on days of the past, worked out by hand."""

from unittest.mock import patch

from ..models import dso_snapshot
from .common import jan
from .common_figures import LEDGER, FigureCase


class TestPortfolio(FigureCase):
    """A portfolio small enough to be worked out by hand; the clock begins on 4 January."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.go_to(cls.FIRST_DAY)
        cls.customer, cls.other = cls.create_customer("One"), cls.create_customer("Two")
        cls.old = cls.create_invoice(cls.customer, jan(-60), 100, posted=jan(-90))
        cls.recent = cls.create_invoice(cls.customer, jan(0), 200, posted=jan(-30))
        cls.coming = cls.create_invoice(cls.other, jan(10), 400, posted=jan(2))

    def test_days(self):
        """One of 100 due on 1 November, one of 200 due on 31 December, one of 400 to come."""
        self.pay(self.customer, 30, self.old, day=jan(3))
        self.pay(self.other, 50, day=jan(4))
        self.end_day()
        nothing = dict.fromkeys(LEDGER, 0)
        for day, figures in {
            jan(-61): {'not_due': 100, 'balance': 100},
            jan(-60): {'not_due': 100, 'balance': 100},
            jan(-59): {'bucket_30': 100, 'overdue': 100, 'balance': 100},
            jan(-30): {'bucket_30': 100, 'overdue': 100, 'not_due': 200, 'balance': 300},
            jan(-29): {'bucket_60': 100, 'overdue': 100, 'not_due': 200, 'balance': 300},
            jan(1): {'bucket_90': 100, 'bucket_30': 200, 'overdue': 300, 'balance': 300},
            jan(3): {
                'bucket_90': 70,
                'bucket_30': 200,
                'overdue': 270,
                'not_due': 400,
                'balance': 670,
            },
            jan(4): {
                'bucket_90': 70,
                'bucket_30': 200,
                'overdue': 270,
                'not_due': 400,
                'unallocated': 50,
                'balance': 620,
            },
        }.items():
            with self.subTest(day=day):
                self.assertEqual(self.totals(day), {**nothing, **figures})

    def test_counts(self):
        self.pay(self.other, 50, day=jan(4))
        self.end_day()
        names = ('account_count', 'overdue_account_count', 'item_count')
        self.assertEqual(list(self.totals(jan(4), names).values()), [2, 1, 4])
        self.assertEqual(list(self.totals(jan(1), names).values()), [1, 1, 2])

    def test_history_begins_with_the_books(self):
        self.end_day()
        days = self.env['dso.snapshot'].search([]).mapped('day')
        self.assertEqual(min(days), jan(-90))
        self.assertEqual(max(days), jan(4))
        self.assertEqual(len(set(days)), 95)

    def test_history_is_a_year_and_the_running_month(self):
        self.create_invoice(self.customer, jan(-700), 100, posted=jan(-720))
        self.end_day()
        days = self.env['dso.snapshot'].search([]).mapped('day')
        self.assertEqual(min(days), jan(1).replace(year=2026))

    def test_a_day_without_open_items_has_a_row_of_zeros(self):
        self.end_day()
        self.pay(self.customer, 300, self.old, self.recent)
        self.pay(self.other, 400, self.coming)
        self.end_day()
        [row] = self.env['dso.snapshot'].search([('day', '=', jan(5))])
        self.assertEqual((row.balance, row.account_count), (0, 0))

    def test_nothing_to_keep(self):
        company = self.create_company()
        self.end_day()
        self.assertFalse(self.env['dso.snapshot'].search([('company_id', '=', company.id)]))

    def test_who_has_paid_long_ago_needs_no_customer_account(self):
        self.pay(self.other, 400, self.coming, day=jan(3))
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM dso_action WHERE customer_id = %s", [self.other.id])
        self.env.cr.execute("DELETE FROM dso_customer WHERE id = %s", [self.other.id])
        self.end_day()
        self.assertEqual(self.totals(jan(2))['not_due'], 400)
        self.assertEqual(self.totals(jan(3))['not_due'], 0)

    def test_items_of_a_branch_stand_at_its_main_company(self):
        branch = self.create_company("Branch", parent_id=self.company.id)
        self.env.cr.precommit.run()  # where core loads the chart of accounts of a branch
        self.create_invoice(self.other, jan(2), 60, posted=jan(1), company_id=branch.id)
        self.end_day()
        self.assertFalse(self.env['dso.snapshot'].search([('company_id', '=', branch.id)]))
        self.assertEqual(self.totals(jan(4))['overdue'], 360)
        december, january = (
            self.env['dso.figure'].search([('kind', '=', 'company'), ('month', '=', month)])
            for month in (jan(0).replace(day=1), jan(1))
        )
        self.assertEqual((december.sales, january.sales), (200, 460))

    # --- whose ---------------------------------------------------------------------------------

    def test_by_collector_scenario_and_country(self):
        users = [self.create_user('collector', login=f'{n}@example.com') for n in 'ab']
        france = self.env.ref('base.fr')
        self.other.partner_id.country_id = france
        self.customer.collector_id, self.other.collector_id = users
        self.end_day()
        rows = self.env['dso.snapshot'].search([('day', '=', jan(4))])
        found = {(row.collector_id, row.scenario_id, row.country_id): row.balance for row in rows}
        no_country = self.customer.partner_id.country_id
        self.assertEqual(
            found,
            {(users[0], self.scenario, no_country): 300, (users[1], self.scenario, france): 400},
        )

    def test_what_was_kept_stays(self):
        first = self.create_user('collector', login='first@example.com')
        second = self.create_user('collector', login='second@example.com')
        self.customer.collector_id = first
        self.end_day()
        self.customer.collector_id = second
        self.pay(self.customer, 100, self.old, day=jan(4))  # booked a day late
        self.end_day()
        kept, after = (
            self.env['dso.snapshot'].search([('day', '=', jan(day)), ('overdue', '!=', 0)])
            for day in (4, 5)
        )
        self.assertEqual((kept.collector_id, kept.overdue), (first, 300))
        self.assertEqual((after.collector_id, after.overdue), (second, 200))

    def test_only_the_last_day_is_kept_on_its_day(self):
        self.end_day()
        self.go_to(jan(8))  # the scheduled action did not run for three days
        self.run_cron_snapshot()
        rows = self.env['dso.snapshot'].search([('day', '>=', jan(3))])
        kept = rows.filtered(lambda row: not row.is_rebuilt).mapped('day')
        self.assertEqual(set(kept), {jan(4), jan(7)})
        self.assertEqual(set(rows.mapped('day')), {jan(day) for day in range(3, 8)})

    def test_disputed(self):
        reason = self.env.ref('dso_collection.dso_dispute_reason_price')
        status = self.env.ref('dso_collection.dso_status_dispute')
        item = self.receivables(self.recent)
        item._dso_qualify(status, {'dispute': {'reason_id': reason.id, 'amount': 120}})
        self.end_day()
        self.end_day()
        item.dso_dispute_id._resolve('due')
        self.end_day()
        self.rebuild(*(jan(day) for day in range(3, 7)))
        found = [self.totals(jan(day), ['disputed'])['disputed'] for day in range(3, 7)]
        self.assertEqual(found, [0, 120, 120, 0])

    # --- time ------------------------------------------------------------------------------------

    def test_a_day_ends_at_midnight_of_the_company(self):
        self.company.dso_tz = 'Pacific/Auckland'  # thirteen hours ahead in January
        self.go_to(jan(4), hour=10)
        self.run_cron_snapshot()
        self.assertFalse(self.env['dso.snapshot'].search([('day', '>=', jan(4))]))
        self.go_to(jan(4), hour=12)
        self.run_cron_snapshot()
        self.assertTrue(self.env['dso.snapshot'].search([('day', '=', jan(4))]))

    def test_nothing_to_do_is_nothing_written(self):
        self.end_day()
        query = "SELECT ctid::text, t.* FROM dso_snapshot t"
        self.env.cr.execute(query)
        before = self.env.cr.fetchall()
        self.run_cron_snapshot()
        self.env.cr.execute(query)
        self.assertEqual(self.env.cr.fetchall(), before)

    def test_stops_on_time_and_goes_on(self):
        self.go_to(jan(5))
        snapshots = self.env['dso.snapshot']
        cron = self.registry['ir.cron']
        self.patch(cron, '_commit_progress', lambda *args, **kwargs: 0)
        for number in (31, 62, 93, 95, 95):
            snapshots._cron_snapshot()
            self.assertEqual(len(set(snapshots.search([]).mapped('day'))), number)

    def test_slices_are_smaller_where_many_items_are_open(self):
        self.plan()
        self.go_to(jan(5))
        with patch.object(dso_snapshot, 'SLICE_ITEMS', 30):  # three items
            slices = list(self.env['dso.snapshot']._catch_up(self.company))
        self.assertEqual(slices[:-1], [10] * 9 + [5])

    # --- averages ---------------------------------------------------------------------------------

    def test_days_are_averaged(self):
        self.end_day()
        self.pay(self.customer, 100, self.old)
        self.end_day()
        [(total, count)] = self.env['dso.snapshot']._read_group(
            [('day', '>=', jan(4))], [], ['overdue:sum', 'account_count:sum']
        )
        self.assertEqual((total, count), (250, 2))
        groups = self.env['dso.snapshot']._read_group(
            [('day', '>=', jan(4))], ['day:day'], ['overdue:sum']
        )
        self.assertEqual(groups, [(jan(4), 300), (jan(5), 200)])

    def test_statements_do_not_depend_on_the_number_of_records(self):
        self.end_day()
        take = self.env['dso.snapshot']._take
        days = [jan(day) for day in range(-20, 4)]
        few = self.queries(take, self.company, days[:4])
        for customer in self.create_customers(6):
            self.create_invoice(customer, jan(1))
        self.assertEqual(self.queries(take, self.company, days), few)
