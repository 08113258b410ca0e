from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from ..tools import clock
from .common import jan
from .common_dispatch import DispatchCase

#: Whatever a day of collection may write.
TABLES = (
    'dso_customer',
    'dso_position',
    'dso_action',
    'dso_action_item',
    'dso_action_message',
    'dso_plan_mark',
    'dso_promise',
    'dso_dispute',
    'dso_start_log',
    'dso_sending_day',
    'dso_sending_address',
    'mail_message',
    'mail_mail',
    'mail_notification',
    'bus_bus',
    'ir_cron_trigger',
    'ir_attachment',
    'ir_sequence',
    'res_company',
)


@tagged('post_install', '-at_install')
class TestRehearsal(DispatchCase):
    """Coming days of a company that has started, with one overdue customer (due 1 January)."""

    def foresee(self, days=9, **kwargs):
        """What comes up: day of January, customer, type, what becomes of it."""
        events, self.reached = self.env['dso.rehearsal']._foresee(self.company, days, **kwargs)
        mine = self.customers().partner_id
        return sorted(
            (
                (event.day - jan(0)).days,
                mine.browse(event.partner_id).name,
                event.action_type,
                event.kind,
            )
            for event in events
            if event.partner_id in mine.ids
        )

    def customers(self):
        return self.env['dso.customer'].search([('company_id', '=', self.company.id)])

    def dump(self):
        self.env.flush_all()
        rows = []
        for table in TABLES:
            query = SQL("SELECT to_jsonb(t)::text FROM %s t", SQL.identifier(table))
            rows += [(table, *row) for row in self.env.execute_query(query)]
        return sorted(rows)

    def test_nobody_does_anything(self):
        self.go_to(jan(4), hour=7)
        self.assertEqual(
            self.foresee(),
            [(4, "Azure Interior", 'email', 'sent'), (11, "Azure Interior", 'call', 'manual')],
        )

    def test_everything_is_done_on_its_day(self):
        self.go_to(jan(4), hour=7)
        self.assertEqual(
            self.foresee(days=40, by_hand=True),
            [
                (4, "Azure Interior", 'email', 'sent'),
                (11, "Azure Interior", 'call', 'manual'),
                (21, "Azure Interior", 'email', 'sent'),
                (36, "Azure Interior", 'registered_letter', 'manual'),
                (36, "Azure Interior", 'task', 'manual'),
            ],
        )

    def test_after_hours_it_goes_on_the_next_day(self):
        self.go_to(jan(4), hour=20)
        self.assertEqual(self.foresee(days=2), [(5, "Azure Interior", 'email', 'sent')])

    def give_up_calls(self, **vals):
        """Let the call of the 11th be something else when nobody makes it in two days."""
        step = self.scenario.step_ids.filtered(lambda step: step.action_type == 'call')
        step.write({'undone_days': 2, **vals})

    def test_what_nobody_does_goes_on(self):
        self.go_to(jan(4), hour=7)
        self.give_up_calls(undone_rule='go_on')
        found = [(4, "Azure Interior", 'email', 'sent'), (11, "Azure Interior", 'call', 'manual')]
        self.assertEqual(self.foresee(days=16), found)
        # The call counts as skipped on the 13th, the email follows ten days later: a Monday.
        self.assertEqual(self.foresee(days=22), [*found, (25, "Azure Interior", 'email', 'sent')])

    def test_what_nobody_does_becomes_another_action(self):
        self.go_to(jan(4), hour=7)
        self.give_up_calls(
            undone_rule='become',
            undone_type='email',
            undone_mode='automatic',
            mail_template_id=self.mail_template.id,
        )
        manager = self.create_user('manager')
        told = [('partner_ids', 'in', manager.partner_id.ids)]
        before = self.env['mail.message'].search_count(told)
        # It counts once, on the day on which it is sent.
        self.assertEqual(
            self.foresee(days=10),
            [(4, "Azure Interior", 'email', 'sent'), (13, "Azure Interior", 'email', 'sent')],
        )
        self.assertEqual(self.env['mail.message'].search_count(told), before)
        self.assertEqual(
            self.foresee(days=10, by_hand=True)[1:], [(11, "Azure Interior", 'call', 'manual')]
        )

    def test_closed_days(self):
        deco = self.create_customer("Deco")
        deco.collector_id = self.collector
        self.create_invoice(deco, jan(13), posted=jan(4))
        found = [row for row in self.foresee(days=16) if row[1] == "Deco"]
        # 13 - 5 is a Friday; 13 + 3 a Saturday: Monday.
        self.assertEqual(found[:2], [(8, "Deco", 'email', 'sent'), (18, "Deco", 'email', 'sent')])

    def test_letter_waits_for_somebody_to_post_it(self):
        self.scenario.step_ids.filtered(lambda step: step.delay == 3).write(
            {'action_type': 'letter', 'letter_template_id': self.mail_template.id}
        )
        self.go_to(jan(4), hour=9)
        letter = (4, "Azure Interior", 'letter', 'sent')
        self.assertEqual(self.foresee(), [letter])
        self.assertEqual(
            self.foresee(days=12, by_hand=True), [letter, (11, "Azure Interior", 'call', 'manual')]
        )

    def test_what_does_not_go(self):
        self.go_to(jan(4), hour=9)
        self.company.dso_started_on = False
        self.assertEqual(self.foresee(), [(4, "Azure Interior", 'email', 'later')])
        self.company.write({'dso_started_on': jan(1), 'dso_paused': True})
        self.assertEqual(self.foresee(), [(4, "Azure Interior", 'email', 'later')])
        self.company.dso_paused = False
        self.collector.email = False
        self.assertEqual(self.foresee(), [(4, "Azure Interior", 'email', 'error')])
        self.create_credit_note(self.customer, 1000)
        self.assertEqual(
            self.foresee(), [(4, "Azure Interior", 'task', 'manual')], "covered by a credit"
        )

    def test_belts(self):
        self.company.dso_daily_cap = 1
        twin = self.create_customer("Twin", email=self.customer.partner_id.email)
        other = self.create_customer("Other")
        for customer, amount in ((twin, 700), (other, 500)):
            customer.collector_id = self.collector
            self.create_invoice(customer, jan(1), amount, posted=jan(0))
        self.go_to(jan(4), hour=9)
        emails = [(day, name) for day, name, kind, what in self.foresee(days=4) if what == 'sent']
        self.assertEqual(emails, [(4, "Azure Interior"), (5, "Twin"), (6, "Other")])
        self.company.dso_daily_cap = 0
        emails = [(day, name) for day, name, kind, what in self.foresee(days=4) if what == 'sent']
        self.assertEqual(emails, [(4, "Azure Interior"), (4, "Other"), (5, "Twin")])

    def test_queued_messages_will_have_left(self):
        self.dispatch(self.due_action())
        self.assertEqual(self.foresee(), [(11, "Azure Interior", 'call', 'manual')])

    def test_nothing_is_left(self):
        self.due_action()
        before = self.dump()
        hooks = []
        self.env.cr.postcommit.add(lambda: hooks.append('after'))
        waiting = len(self.env.cr.postcommit)
        with self.assertNoLogs('odoo.addons.mail', level='ERROR'):
            self.assertTrue(self.foresee(by_hand=True))
        self.assertEqual(len(self.env.cr.postcommit), waiting)
        self.assertEqual(self.dump(), before)
        self.assertFalse(self.server.messages)
        self.assertEqual(self.company._dso_today(), jan(4))
        self.assertFalse(clock.is_rehearsing(self.env.cr))

    def test_an_error_leaves_nothing_either(self):
        self.due_action()
        before = self.dump()
        dispatch = self.registry['dso.dispatch']
        with (
            patch.object(dispatch, '_choose', side_effect=ZeroDivisionError),
            self.assertRaises(ZeroDivisionError),
        ):
            self.foresee()
        self.assertEqual(self.dump(), before)
        self.assertFalse(clock.is_rehearsing(self.env.cr))

    def test_it_never_commits(self):
        with (
            patch.object(type(self.env.cr), 'commit', side_effect=AssertionError) as commit,
            self.env['dso.rehearsal']._rolled_back(),
        ):
            self.assertEqual(self.env['ir.cron']._commit_progress(1), float('inf'))
        commit.assert_not_called()

    def test_it_ends_in_time(self):
        self.foresee(seconds=-1)
        self.assertEqual(self.reached, jan(4))
        self.foresee(days=3)
        self.assertEqual(self.reached, jan(6))

    def test_the_company_can_be_paused_meanwhile(self):
        """Its row is locked by nobody: a version of it that a rehearsal wrote would be."""
        versions = set()

        def look(*_args):
            self.env.flush_all()
            query = SQL("SELECT ctid::text FROM res_company WHERE id = %s", self.company.id)
            versions.update(self.env.execute_query(query))

        look()
        with patch.object(type(self.env['dso.rehearsal']), '_live', side_effect=look) as live:
            self.foresee(days=3)
        self.assertEqual(live.call_count, 3)
        self.assertEqual(len(versions), 1)

    def test_no_more_queries_for_more_customers(self):
        for by_hand in (False, True):
            with self.subTest(by_hand=by_hand):
                self.assertFewQueries(by_hand)

    def assertFewQueries(self, by_hand):
        def foresee():
            return self.env['dso.rehearsal']._foresee(self.company, 8, by_hand=by_hand)

        foresee()
        counts = []
        for number in (10, 10, 20):  # N and 2N, once all kinds of actions are there
            customers = self.create_customers(number)
            customers.collector_id = self.collector
            for customer in customers:
                customer.partner_id.email = f'{customer.id}@example.com'
            self.create_opening_entry(customers, jan(1))
            self.plan()
            counts.append(self.queries(foresee))
        self.assertEqual(counts[1], counts[2])
