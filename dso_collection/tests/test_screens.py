from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval
from psycopg2.errors import CheckViolation

from .common import CollectionCase, jan
from .common_calls import CallCase
from .common_tours import TourCase


@tagged('post_install', '-at_install')
class TestWizards(CallCase):
    """Dialogs collect input and hand it to the actions."""

    def open(self, model, action):
        context = {'active_model': 'dso.action', 'active_ids': action.ids}
        return self.env[model].with_user(self.collector).with_context(**context)

    def test_reschedule(self):
        action = self.next_action(self.customer)
        with Form(self.open('dso.action.reschedule', action)) as form:
            form.date = jan(25)
        form.record.action_apply()
        self.assertNext(self.customer, 3, jan(25), 'user')

    def test_reschedule_gives_the_date_back(self):
        action = self.next_action(self.customer)
        action.action_reschedule(jan(25))
        with Form(self.open('dso.action.reschedule', action)) as form:
            form.how = 'release'
        form.record.action_apply()
        self.assertNext(self.customer, 3, jan(13), 'due')

    def test_reschedule_asks_for_a_date(self):
        form = Form(self.open('dso.action.reschedule', self.next_action(self.customer)))
        with self.assertRaises(AssertionError):
            form.save()

    def test_complete_with_note_and_outcome(self):
        action = self.next_action(self.customer)
        with Form(self.open('dso.action.complete', action)) as form:
            self.assertTrue(form.is_call)
            form.outcome = 'no_answer'
            form.note = "Voice mail"
        form.record.action_apply()
        self.assertEqual(action.state, 'done')
        self.assertEqual((action.outcome, action.note), ('no_answer', "Voice mail"))
        self.assertEqual(action.done_by_id, self.collector)

    def test_skip_with_reason(self):
        action = self.next_action(self.customer)
        with Form(self.open('dso.action.skip', action)) as form:
            form.reason = "Paid by cheque"
        form.record.action_apply()
        self.assertEqual((action.outcome, action.remark), ('skipped', "Paid by cheque"))
        self.assertNext(self.customer, 10, jan(27), 'spacing')

    def test_hold_and_lift(self):
        context = {'active_model': 'dso.customer', 'active_ids': self.customer.ids}
        customer = self.customer.with_user(self.collector)
        wizard = self.env['dso.customer.hold'].with_user(self.collector).with_context(**context)
        with Form(wizard) as form:
            form.hold_reason = 'legal'
            form.hold_until = jan(30)
        form.record.action_apply()
        self.plan(self.customer)
        self.assertTrue(customer.on_hold)
        self.assertEqual(customer.reason, 'hold')
        customer.action_lift_hold()
        self.assertNext(self.customer, 3, jan(13))

    def test_hold_cannot_end_before_it_begins(self):
        wizard = self.env['dso.customer.hold'].create(
            {
                'customer_ids': self.customer.ids,
                'hold_reason': 'legal',
                'hold_from': jan(20),
                'hold_until': jan(19),
            }
        )
        with mute_logger('odoo.sql_db'), self.assertRaises(CheckViolation):
            wizard.action_apply()
            self.env.flush_all()


@tagged('post_install', '-at_install')
class TestStart(CollectionCase):
    """A manager starts, pauses and resumes the sending of a company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user('manager')

    def test_manager_starts_pauses_resumes(self):
        company = self.company.with_user(self.manager)
        self.assertFalse(company.dso_started_on)
        company.action_dso_start()
        started_on = self.company.dso_started_on
        self.assertTrue(started_on)
        company.action_dso_pause("Bank is late")
        self.assertTrue(self.company.dso_paused)
        company.action_dso_resume()
        self.assertFalse(self.company.dso_paused)
        company.action_dso_start()
        self.assertEqual(self.company.dso_started_on, started_on, "a second start changes nothing")

    def test_start_asks_for_a_default_scenario(self):
        self.company.dso_scenario_id = False
        with self.assertRaisesRegex(UserError, "default scenario"):
            self.company.action_dso_start()

    def test_collector_may_not_start(self):
        collector = self.create_user('collector')
        with self.assertRaises(AccessError):
            self.company.with_user(collector).action_dso_start()

    def test_manager_of_another_company_may_not_start(self):
        other = self.create_company()
        with self.assertRaises(AccessError):
            other.with_user(self.manager).action_dso_start()

    def test_dialog_shows_what_is_at_stake(self):
        customer = self.create_customer()
        self.create_invoice(customer, jan(1), amount=300, posted=jan(1))
        self.plan(customer)
        wizard = self.env['dso.start'].with_user(self.manager).create({})
        own = self.env['dso.customer'].search([('company_id', '=', self.company.id)])
        self.assertEqual(wizard.customer_count, len(own))
        self.assertEqual(wizard.overdue, sum(own.mapped('overdue')))
        self.assertEqual(wizard.no_collector_count, len(own.filtered('balance')))

    def test_settings_of_a_branch_are_those_of_its_root(self):
        branch = self.create_company("Branch", parent_id=self.company.id)
        settings = self.env['res.config.settings'].with_company(branch).create({})
        settings.dso_contact_interval = 9
        settings.execute()
        self.assertEqual(self.company.dso_contact_interval, 9)


@tagged('post_install', '-at_install')
class TestScreens(CollectionCase):
    """What the lists and forms show."""

    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.create_customer(ref="C042")
        cls.invoice = cls.create_invoice(cls.customer, jan(10), posted=jan(1))
        cls.plan(cls.customer)

    def test_screens_open_for_every_group(self):
        models = ('dso.customer', 'dso.action', 'dso.scenario', 'res.partner', 'account.move')
        for role in ('reader', 'collector', 'manager'):
            user = self.create_user(role, login=f'screens_{role}')
            for model in models:
                with self.subTest(role=role, model=model):
                    views = [(False, kind) for kind in ('list', 'form', 'search', 'kanban')]
                    self.env[model].with_user(user).get_views(views)

    def test_agenda_lists_are_disjoint_and_complete(self):
        domains = [
            safe_eval(self.env.ref(f'dso_collection.dso_action_action_{tab}').domain)
            for tab in ('manual', 'automatic', 'history')
        ]
        actions = self.env['dso.action'].search([])
        parts = [self.env['dso.action'].search(domain) for domain in domains]
        self.assertEqual(sum(len(part) for part in parts), len(actions))
        self.assertEqual(parts[0] | parts[1] | parts[2], actions)

    def test_open_items_of_a_customer_account(self):
        action = self.customer.action_open_items()
        self.assertEqual(
            self.env['account.move.line'].search(action['domain']), self.receivables(self.invoice)
        )

    def test_history_of_a_customer_account(self):
        done = self.complete(self.customer)
        self.customer.invalidate_recordset()
        self.assertEqual(self.customer.history_count, 1)
        action = self.customer.action_open_history()
        self.assertEqual(self.env['dso.action'].search(action['domain']), done)

    def test_actions_open_what_they_name(self):
        line = self.receivables(self.invoice)
        self.assertEqual(line.action_dso_open_customer()['res_id'], self.customer.id)
        self.assertEqual(line.action_dso_open_document()['res_id'], self.invoice.id)
        self.assertEqual(self.invoice.action_dso_open_customer()['res_id'], self.customer.id)
        partner = self.customer.partner_id
        self.assertEqual(partner.action_dso_open_customer()['res_id'], self.customer.id)
        self.assertEqual(self.customer.action_open_partner()['res_id'], partner.id)

    def test_scenario_in_short(self):
        self.assertEqual(
            self.scenario.summary,
            "-5 Email · +3 Email · +10 Call · +20 Email · +35 Registered Letter",
        )
        self.assertFalse(self.scenario.has_sms)
        action = self.scenario.action_open_customers()
        self.assertIn(self.customer, self.env['dso.customer'].search(action['domain']))

    def test_lists_read_with_a_fixed_number_of_queries(self):
        for number in range(4):
            customer = self.create_customer(f"Customer {number}")
            self.create_invoice(customer, jan(10), posted=jan(1))
        customers = self.env['dso.customer'].search([('overdue', '>', 0)])
        self.plan(customers)
        self.count_queries(customers)
        self.assertEqual(self.count_queries(customers[:2]), self.count_queries(customers))

    def count_queries(self, customers):
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        customers.read(['display_name', 'overdue', 'next_action_type', 'history_count'])
        customers.open_action_ids.read(['explanation', 'status_color', 'remark'])
        customers.open_line_ids.read(['dso_exclusion', 'is_leader_item', 'dso_collector_id'])
        return self.env.cr.sql_log_count - before


@tagged('post_install', '-at_install')
class TestScenarioData(CollectionCase):
    """Three scenarios come with the addon."""

    def test_emails_wait_for_confirmation(self):
        for name in ('standard', 'risky', 'public'):
            scenario = self.env.ref(f'dso_collection.dso_scenario_{name}')
            emails = scenario.step_ids.filtered(lambda step: step.action_type == 'email')
            self.assertTrue(emails)
            self.assertEqual(set(emails.mapped('mode')), {'automatic_confirm'})

    def test_new_companies_begin_with_the_standard_scenario(self):
        company = self.env['res.company'].create({'name': "Newcomer"})
        standard = self.env.ref('dso_collection.dso_scenario_standard')
        self.assertEqual(company.dso_scenario_id, standard)

    def test_texts_render(self):
        customer = self.create_customer()
        customer.scenario_id = self.env.ref('dso_collection.dso_scenario_risky')
        self.create_invoice(customer, jan(3), posted=jan(1))
        action = self.next_action(customer)
        names = ('standard', 'risky', 'public')
        steps = [self.env.ref(f'dso_collection.dso_scenario_{name}').step_ids for name in names]
        for text in self.env['dso.scenario.step'].union(*steps).mail_template_id:
            with self.subTest(text=text.name):
                body = text._render_field('body_html', action.ids)[action.id]
                subject = text._render_field('subject', action.ids)[action.id]
                self.assertIn(customer.partner_id.name, body)
                self.assertNotIn('#', subject)
                self.assertNotRegex(body, r'#(items|collector|company)_')


@tagged('post_install', '-at_install')
class TestCollectorTour(TourCase):
    """A collector's first minutes, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        scenario = cls.env['dso.scenario'].create(
            {
                'name': "Two steps",
                'step_ids': [
                    Command.create(
                        {
                            'name': "Reminder call",
                            'delay': 3,
                            'action_type': 'call',
                            'instructions': "Ask for a date",
                        }
                    ),
                    Command.create(
                        {'name': "Second reminder", 'delay': 10, 'action_type': 'letter'}
                    ),
                ],
            }
        )
        customer = cls.create_late_customer("Azure Interior")
        collector = cls.create_person('collector', "Camille", 'camille')
        customer.write({'scenario_id': scenario.id, 'collector_id': collector.id})
        customer._plan()

    def test_collector_tour(self):
        self.start_tour('/odoo', 'dso_collection_collector', login='camille')
