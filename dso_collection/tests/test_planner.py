"""What makes the planner plan, and what it leaves alone."""

from contextlib import contextmanager
from unittest.mock import patch

import psycopg2
from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from ..models import dso_planner, dso_planner_marks
from .common import CollectionCase, jan


@tagged('post_install', '-at_install')
class TestPlanner(CollectionCase):
    def setUp(self):
        super().setUp()
        self.customer = self.create_customer()

    # --- what accounting does --------------------------------------------------------------

    def test_posting_plans(self):
        invoice = self.create_invoice(self.customer, jan(1), posted=jan(-20))
        self.plan()
        self.assertEqual(self.customer.scenario_id, self.scenario)
        self.assertEqual((self.customer.balance, self.customer.bucket_30), (1000, 1000))
        self.assertEqual(self.customer.leader_move_id, invoice)
        action = self.customer.next_action_id
        self.assertEqual((action.step_delay, action.recipient), (3, 'azure.interior@example.com'))
        self.assertIn(invoice.name, self.customer.explanation)

    def test_first_invoice_gives_birth(self):
        partner = self.env['res.partner'].create({'name': "New"})
        account = self.env['dso.customer'].search([('partner_id', '=', partner.id)])
        self.assertFalse(account)
        self.env['account.move'].create(
            {
                'move_type': 'out_invoice',
                'partner_id': partner.id,
                'invoice_date': jan(4),
                'invoice_line_ids': [
                    Command.create({'name': "Work", 'price_unit': 100, 'tax_ids': False})
                ],
            }
        ).action_post()
        self.plan()
        account = self.env['dso.customer'].search([('partner_id', '=', partner.id)])
        self.assertEqual(account.scenario_source, 'default')
        self.assertEqual(account.balance, 100)

    def test_paying_and_unreconciling(self):
        invoice = self.create_invoice(self.customer, jan(1), posted=jan(-20))
        payment = self.pay(self.customer, 1000, invoice)
        self.plan()
        self.assertEqual(self.customer.reason, 'clear')
        self.assertFalse(self.customer.next_action_id)
        self.assertEqual(self.customer.last_booking_date, jan(4))
        payment.remove_move_reconcile()
        self.plan()
        self.assertEqual(self.customer.leader_move_id, invoice)
        self.assertEqual((self.customer.overdue, self.customer.unallocated), (1000, 1000))

    def test_due_date_moved(self):
        invoice = self.create_invoice(self.customer, jan(1), posted=jan(-20))
        self.assertNext(self.customer, 3, jan(4))
        self.receivables(invoice).date_maturity = jan(20)
        self.plan()
        self.assertEqual(self.customer.leader_due, jan(20))
        self.assertEqual(self.customer.next_action_id.step_delay, -5)

    def test_blocked_and_no_followup(self):
        invoice = self.create_invoice(self.customer, jan(1), posted=jan(-20))
        invoice.action_toggle_block_payment()
        self.plan()
        self.assertEqual(self.customer.reason, 'not_eligible')
        invoice.action_toggle_block_payment()
        self.plan()
        self.assertEqual(self.customer.reason, 'planned')
        invoice.no_followup = True
        self.plan()
        self.assertEqual(self.customer.reason, 'not_eligible')

    def test_reset_to_draft_and_deleted(self):
        invoice = self.create_invoice(self.customer, jan(1), posted=jan(-20))
        self.plan()
        invoice.button_draft()
        self.plan()
        self.assertEqual((self.customer.reason, self.customer.balance), ('clear', 0))
        invoice.unlink()
        self.plan()
        self.assertEqual(self.customer.reason, 'clear')

    # --- what people do --------------------------------------------------------------------

    def test_form_shows_the_new_plan(self):
        self.create_invoice(self.customer, jan(1), posted=jan(-20))
        self.plan()
        risky = self.create_scenario("Risky", ((1, 'call', 'manual'),))
        [values] = self.customer.web_save(
            {'scenario_id': risky.id}, {'next_action_id': {'fields': {'display_name': {}}}}
        )
        self.assertEqual(values['next_action_id']['display_name'], "call +1")

    def test_list_shows_the_new_plans(self):
        """Rows that are edited together come back planned, too."""
        customers = self.customer | self.create_customer("Beryl")
        for customer in customers:
            self.create_invoice(customer, jan(1), posted=jan(-20))
        self.plan()
        empty = self.create_scenario("None", [])
        shown = customers.web_save_multi(
            [{'scenario_id': empty.id}] * 2, {'reason': {}, 'plan_date': {}}
        )
        self.assertEqual(
            [(row['reason'], row['plan_date']) for row in shown], [('empty_scenario', False)] * 2
        )

    def test_collector_moves_the_actions(self):
        self.create_invoice(self.customer, jan(1), posted=jan(-20))
        self.customer.collector_id = self.create_user('collector')
        self.assertEqual(self.next_action(self.customer).collector_id, self.customer.collector_id)
        self.assertEqual(self.customer.collector_source, 'person')

    def test_complete_goes_on(self):
        self.create_invoice(self.customer, jan(-20), posted=jan(-50))
        self.next_action(self.customer).action_skip("Spoke yesterday")
        self.go_to(jan(6))
        call = self.next_action(self.customer)
        self.assertEqual(call.action_type, 'call')
        call.action_complete(note="Will pay")
        self.plan()
        self.assertEqual(self.customer.leader_level, 10)
        self.assertEqual(self.customer.last_contact_date, jan(6))
        self.assertEqual(call.item_ids.mapped('offset_counted'), [10])

    def test_history_cannot_change(self):
        self.create_invoice(self.customer, jan(-20), posted=jan(-50))
        action = self.next_action(self.customer)
        action.action_skip("Spoke yesterday")
        for change in ({'note': "Other"}, {'state': 'planned'}, {'date_done': False}):
            with self.assertRaisesRegex(UserError, "part of the history"):
                action.sudo().write(change)
        with self.assertRaisesRegex(UserError, "part of the history"):
            action.sudo().unlink()
        action.delivery = 'bounced'

    def test_no_answer_is_no_contact(self):
        self.create_invoice(self.customer, jan(-20), posted=jan(-50))
        self.next_action(self.customer).action_skip("Spoke yesterday")
        self.next_action(self.customer).action_complete(outcome='no_answer')
        self.plan()
        self.assertFalse(self.customer.last_contact_on)
        self.assertEqual(self.customer.leader_level, 10)

    def test_reschedule(self):
        self.create_invoice(self.customer, jan(1), posted=jan(-20))
        action = self.next_action(self.customer)
        action.action_reschedule(jan(15))
        self.assertNext(self.customer, 3, jan(15), rule='user')
        with self.assertRaisesRegex(UserError, "today or later"):
            action.action_reschedule(jan(3))
        action.action_reschedule(False)
        self.assertNext(self.customer, 3, jan(4))

    def test_hold_stops_and_ends_with_a_task(self):
        self.create_invoice(self.customer, jan(1), posted=jan(-20))
        self.customer.write({'hold_reason': 'management', 'hold_until': jan(10)})
        self.plan()
        self.assertEqual(self.customer.reason, 'hold')
        self.assertTrue(self.customer.on_hold)
        self.assertIn("On dunning hold", self.customer.explanation)
        self.go_to(jan(11))
        self.plan(self.customer)
        self.assertEqual(self.tasks(self.customer), {'hold_end'})
        self.assertEqual(self.customer.reason, 'planned')

    # --- days, settings, the whole ---------------------------------------------------------

    def test_scheduled_action_plans_a_new_day(self):
        self.create_invoice(self.customer, jan(10), posted=jan(-20))
        self.assertNext(self.customer, -5, jan(5))
        self.go_to(jan(11))
        self.run_plan_cron()
        self.assertEqual(self.customer.next_action_id.step_delay, 3)
        self.assertEqual(self.company.dso_planned_on, jan(11))

    def test_step_before_the_due_date_lapses_on_it(self):
        invoice = self.create_invoice(self.customer, jan(10), posted=jan(-20))
        self.assertNext(self.customer, -5, jan(5))
        self.go_to(jan(10))
        self.plan(self.customer)
        self.assertNext(self.customer, 3, jan(13))
        lapsed = self.customer.history_ids
        self.assertEqual((lapsed.step_delay, lapsed.reason_code), (-5, 'lapsed'))
        self.assertEqual(lapsed.leader_move_id, invoice)

    def test_marks_are_taken_up(self):
        self.create_invoice(self.customer, jan(1), posted=jan(-20))
        marks = [(self.customer.partner_id.id, self.company.id)]
        self.env.flush_all()
        self.env.cr.precommit.clear()
        self.env['dso.planner']._defer(marks)
        self.company.dso_planned_on = self.today
        self.env.cr.precommit.clear()
        self.run_plan_cron()
        self.assertEqual(self.customer.reason, 'planned')
        self.assertFalse(self.env['dso.plan.mark'].search([]))

    def run_plan_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref('dso_collection.ir_cron_plan').method_direct_trigger()
        self.env.invalidate_all()

    def test_many_accounts_take_no_locks(self):
        """They are planned after the commit; the server has room for a few thousand locks."""
        customers = self.create_customers(3)
        self.create_opening_entry(customers, jan(1))
        locks = SQL(
            "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        planner = self.env['dso.planner']
        for most, taken in ((2, 0), (3, 3)):
            self.patch(dso_planner_marks, 'MAX_INLINE', most)
            with self.rolled_back():
                [[before]] = self.env.execute_query(locks)
                self.env['dso.plan.mark'].search([]).unlink()
                planner._mark_customers(customers)
                planner._plan_marks_of_transaction(at_commit=True)
                [[after]] = self.env.execute_query(locks)
                left = self.env['dso.plan.mark'].search_count([])
            self.assertEqual((after - before, left), (taken, 3 - taken))

    def test_statements_after_ours_find_the_usual_settings(self):
        names = ('jit', 'lock_timeout', 'plan_cache_mode', 'enable_nestloop', 'work_mem')
        settings = SQL("SELECT %s", SQL(", ").join(SQL("current_setting(%s)", n) for n in names))
        before = self.env.execute_query(settings)
        seen = []

        def run(*_args, **_kwargs):
            seen.extend(self.env.execute_query(settings))

        with patch.object(type(self.env['dso.planner']), '_run', run):
            self.create_invoice(self.customer, jan(1), posted=jan(-20))
            self.plan()
        self.assertEqual(
            {row[:3] for row in seen}, {('off', dso_planner.LOCK_TIMEOUT, 'force_generic_plan')}
        )
        self.assertEqual(self.env.execute_query(settings), before)

    def test_second_plan_writes_nothing(self):
        for day in (1, -40, 20):
            self.create_invoice(self.customer, jan(day), posted=jan(-60))
        self.env['dso.customer']._plan_all()
        rows = self.rows()
        self.env['dso.customer']._plan_all()
        self.assertEqual(self.rows(), rows)

    def rows(self):
        """Every version of every row: a rewritten row is another one, even with equal values."""
        result = []
        for table in ('dso_customer', 'dso_position', 'dso_action'):
            self.env.cr.execute(f'SELECT ctid, xmin, * FROM {table} ORDER BY id')  # names above
            result.append(self.env.cr.fetchall())
        return result

    def test_public_holiday_closes_the_window(self):
        self.create_invoice(self.customer, jan(1), posted=jan(-20))
        self.env['resource.calendar.leaves'].create(
            {
                'name': "Holiday",
                'calendar_id': self.company.resource_calendar_id.id,
                'company_id': self.company.id,
                'date_from': '2027-01-04 00:00:00',
                'date_to': '2027-01-04 23:00:00',
            }
        )
        self.assertNext(self.customer, 3, jan(5))

    # --- branches and contacts -------------------------------------------------------------

    def test_branch_belongs_to_its_root(self):
        branch = self.create_company("Branch", parent_id=self.company.id)
        self.env.cr.precommit.run()  # where core loads the chart of accounts of a branch
        self.create_invoice(self.customer, jan(1), posted=jan(-20))
        self.create_invoice(self.customer, jan(2), 500, posted=jan(-20), company_id=branch.id)
        self.plan()
        accounts = self.env['dso.customer'].search(
            [('partner_id', '=', self.customer.partner_id.id)]
        )
        self.assertEqual(accounts, self.customer)
        self.assertEqual(self.customer.balance, 1500)

    def test_partner_moved_under_a_parent(self):
        invoice = self.create_invoice(self.customer, jan(-20), posted=jan(-50))
        self.next_action(self.customer).action_skip("Known")
        parent = self.env['res.partner'].create({'name': "Parent", 'is_company': True})
        self.customer.partner_id.write({'parent_id': parent.id, 'is_company': False})
        self.plan()
        account = self.env['dso.customer'].search([('partner_id', '=', parent.id)])
        self.assertEqual((account.balance, self.customer.balance), (1000, 0))
        self.assertEqual((account.leader_move_id, account.leader_level), (invoice, 3))
        self.assertFalse(self.customer.next_action_id)

    def test_recipient_follows_the_contacts(self):
        self.create_invoice(self.customer, jan(1), posted=jan(-20))
        partner = self.customer.partner_id
        partner.email = False
        action = self.next_action(self.customer)
        self.assertEqual((action.state, action.error_code), ('error', 'no_recipient'))
        self.assertIn("has no e-mail address", action.error_message)
        contact = self.env['res.partner'].create(
            {
                'name': "Bill",
                'parent_id': partner.id,
                'type': 'invoice',
                'email': 'bill@example.com',
            }
        )
        self.plan()
        self.assertEqual((action.state, action.recipient), ('planned', 'bill@example.com'))
        contact.copy({'email': 'dunning@example.com', 'is_collection_contact': True})
        self.plan()
        self.assertEqual(action.recipient, 'dunning@example.com')

    # --- bad input -------------------------------------------------------------------------

    def test_scenario_refuses_nonsense(self):
        with self.assertRaisesRegex(ValidationError, "choose its text"):
            self.create_scenario("No text", ((1, 'sms', 'manual'),))
        with self.assertRaisesRegex(ValidationError, "only emails"):
            self.create_scenario("Call by itself", ((1, 'call', 'automatic'),))
        with self.assertRaises(psycopg2.IntegrityError), self.refused():
            self.create_scenario("Twice", ((1, 'call', 'manual'), (1, 'task', 'manual')))
        with self.assertRaises(psycopg2.IntegrityError), self.refused():
            self.create_scenario("Negative", minimum_amount=-1)

    @contextmanager
    def refused(self):
        """What the database refuses leaves nothing behind, here neither in the log."""
        with mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            yield
            self.env.flush_all()

    def test_scenario_in_use_is_kept(self):
        with self.assertRaisesRegex(UserError, "archive it instead"):
            self.scenario.unlink()
        self.company.dso_scenario_id = self.create_scenario("Next")
        self.scenario.active = False

    def test_window_refuses_nonsense(self):
        with self.assertRaisesRegex(ValidationError, "end after it begins"), self.refused():
            self.company.write({'dso_window_start': 18, 'dso_window_end': 8})
        with self.assertRaisesRegex(ValidationError, "at least one day"), self.refused():
            self.company.write(
                {f'dso_window_{day}': False for day in ('mon', 'tue', 'wed', 'thu', 'fri')}
            )

    def test_scenario_of_another_company(self):
        other = self.env['res.company'].create({'name': "Other"})
        foreign = self.create_scenario("Foreign", company_id=other.id)
        with self.assertRaisesRegex(ValidationError, "belongs to Other"):
            self.customer.scenario_id = foreign
        with self.assertRaisesRegex(ValidationError, "belongs to Other"):
            self.company.dso_scenario_id = foreign

    def test_hold_ends_after_it_begins(self):
        dates = {'hold_from': jan(10), 'hold_until': jan(9)}
        with self.assertRaises(psycopg2.IntegrityError), self.refused():
            self.customer.write({'hold_reason': 'legal', **dates})

    def test_readers_do_not_act(self):
        self.create_invoice(self.customer, jan(1), posted=jan(-20))
        action = self.next_action(self.customer)
        reader = self.create_user('reader')
        for method in ('action_confirm', 'action_complete'):
            with self.assertRaises(UserError):
                getattr(action.with_user(reader), method)()
        self.assertFalse(action.confirmed_on)

    def test_form_of_the_scenario(self):
        with Form(self.env['dso.scenario']) as form:
            form.name = "By hand"
        self.assertEqual(form.record.after_last, 'decide')
