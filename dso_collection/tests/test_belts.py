"""Nobody is flooded: the daily cap, the stop on a jump, one message per address a day."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .common import jan
from .common_dispatch import DispatchCase


class BeltCase(DispatchCase):
    """Customers whose reminder of day 3 is due on 4 January, the later the more they owe."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user('manager')
        cls.customers = cls.create_customers(6)
        cls.customers.collector_id = cls.collector
        for place, customer in enumerate(cls.customers):
            cls.create_invoice(customer, jan(1), 100 * (place + 1), posted=jan(0))
        cls.plan(*cls.customers)
        cls.actions = cls.customers.mapped('next_action_id')
        cls.invoice.button_draft()
        cls.plan(cls.customer)

    def left(self):
        """Places of the customers whose reminder has left or is on its way."""
        actions = self.env['dso.action'].search(
            [('customer_id', 'in', self.customers.ids), ('state', 'in', ('sending', 'done'))]
        )
        return [place for place, c in enumerate(self.customers) if c in actions.customer_id]

    def sent_days(self, *numbers):
        """Sending days before today with their automatic messages, the last one yesterday."""
        self.env['dso.sending.day'].create(
            [
                {
                    'company_id': self.company.id,
                    'day': self.today - timedelta(days=len(numbers) - place),
                    'sent': number,
                }
                for place, number in enumerate(numbers)
            ]
        )

    def status(self, user=None):
        [status] = self.env['dso.sending.day'].with_user(user or self.env.user).get_status()
        return status


class TestCap(BeltCase):
    def test_largest_overdue_goes_first(self):
        self.company.dso_daily_cap = 2
        self.run_cron()
        self.run_queue()
        self.assertEqual(self.left(), [4, 5])
        self.run_cron()
        self.run_queue()
        self.assertEqual(len(self.server.messages), 2, "a later run of the day sends no more")

    def test_rest_goes_on_the_next_day(self):
        self.company.dso_daily_cap = 4
        self.run_cron()
        self.run_queue()
        self.go_to(jan(5))
        self.run_cron()
        self.assertEqual(self.left(), [0, 1, 2, 3, 4, 5])
        days = self.env['dso.sending.day'].search([('company_id', '=', self.company.id)])
        self.assertEqual(days.mapped('sent'), [2, 4])

    def test_no_cap(self):
        self.company.dso_daily_cap = 0
        self.run_cron()
        self.assertEqual(len(self.left()), 6)

    def test_cap_counts_messages(self):
        """An email that goes as SMS, too, is two of them."""
        self.customers.partner_id.phone = '+1 202 555 0123'
        for place, partner in enumerate(self.customers.partner_id):
            partner.phone = f'+1 202 555 010{place}'
        sms = self.create_sms_template()
        self.step(3).write({'also_sms': True, 'sms_template_id': sms.id})
        self.company.dso_daily_cap = 5
        self.run_cron()
        self.assertEqual(self.left(), [4, 5])
        self.assertEqual(self.status()['waiting'], 8)

    def test_step_of_more_messages_than_a_day_may_have(self):
        """It keeps nobody else waiting, and goes when it is released."""
        sms = self.create_sms_template()
        self.customers[5].partner_id.phone = '+1 202 555 0123'
        other = self.create_scenario("Both", [(3, 'email', 'automatic')])
        other.step_ids.write({'also_sms': True, 'sms_template_id': sms.id})
        self.customers[5].scenario_id = other
        self.plan(self.customers[5])
        self.company.dso_daily_cap = 1
        self.run_cron()
        self.assertEqual(self.left(), [4])
        self.company.with_user(self.manager).action_dso_release()
        self.run_cron()
        self.assertIn(5, self.left())

    def test_people_are_not_capped(self):
        self.company.dso_daily_cap = 1
        self.run_cron()
        self.actions[0].with_user(self.collector).action_send_now()
        self.assertEqual(self.left(), [0, 5])
        self.assertEqual(self.status()['waiting'], 4)

    def test_failed_message_gives_its_place_back(self):
        self.company.dso_daily_cap = 1
        self.run_cron()
        self.server.refuse_message()
        self.run_queue()
        self.server.accept()
        self.run_cron()
        self.assertEqual(self.left(), [4])

    def test_batches_do_not_exceed_it_together(self):
        self.company.dso_daily_cap = 3
        with patch('odoo.addons.dso_collection.models.dso_dispatch.BATCH_SIZE', 2):
            self.run_cron()
        self.assertEqual(self.left(), [3, 4, 5])

    def test_what_waits_in_the_queue_counts_for_its_day(self):
        """A mail server that was out of reach all day must not double the next one."""
        self.company.dso_daily_cap = 2
        self.run_cron()
        self.go_to(jan(5))
        self.run_cron()
        self.assertEqual(self.left(), [4, 5])
        self.run_queue()
        self.assertEqual(len(self.server.messages), 2)
        sent = self.actions.sent_message_ids
        self.assertEqual(set(sent.mapped('day')), {jan(5)})

    def test_company_sends_on_its_own(self):
        other = self.create_company(dso_started_on=fields.Datetime.now(), dso_daily_cap=1)
        self.collector.company_ids += other
        theirs = self.create_customer("Theirs", company=other)
        theirs.collector_id = self.collector
        self.create_invoice(theirs, jan(1), posted=jan(0))
        self.plan(theirs)
        self.company.dso_daily_cap = 1
        self.run_cron()
        self.assertEqual(self.left(), [5])
        self.assertEqual(theirs.next_action_id.state, 'sending')

    def test_negative_cap(self):
        with mute_logger('odoo.sql_db'), self.assertRaises(CheckViolation):
            self.company.dso_daily_cap = -1
            self.env.flush_all()


class TestJump(BeltCase):
    def test_three_times_the_average(self):
        self.sent_days(*[1] * 20)
        self.run_cron()
        self.assertEqual(self.left(), [3, 4, 5])
        status = self.status()
        self.assertEqual(status['waiting'], 3)
        self.assertIn("three times", status['sentences'][1])

    def test_days_without_messages_do_not_count(self):
        self.sent_days(*[1] * 19, *[0] * 30)
        self.run_cron()
        self.assertEqual(len(self.left()), 6, "no average yet: the cap alone")

    def test_oldest_days_do_not_count(self):
        self.sent_days(100, *[1] * 20)
        self.run_cron()
        self.assertEqual(len(self.left()), 3)

    def test_cap_is_lower(self):
        self.sent_days(*[1] * 20)
        self.company.dso_daily_cap = 2
        self.run_cron()
        self.assertEqual(len(self.left()), 2)

    def test_switched_off(self):
        self.sent_days(*[1] * 20)
        self.company.dso_jump_stop = False
        self.run_cron()
        self.assertEqual(len(self.left()), 6)


class TestRelease(BeltCase):
    def setUp(self):
        super().setUp()
        self.company.dso_daily_cap = 2
        self.run_cron()

    def release(self, user=None):
        self.company.with_user(user or self.manager).action_dso_release()

    def test_rest_goes(self):
        self.release()
        self.run_cron()
        self.assertEqual(len(self.left()), 6)
        day = self.env['dso.sending.day'].search([], limit=1)
        self.assertEqual((day.released, day.released_by_id), (4, self.manager))
        note = self.company.partner_id.message_ids[0]
        self.assertEqual(note.author_id, self.manager.partner_id)
        self.assertIn("4 automatic messages", note.body)

    def test_settings_release_it(self):
        settings = self.env['res.config.settings'].with_user(self.manager).sudo().create({})
        self.assertTrue(settings.dso_can_release)
        settings.action_dso_release()
        self.env.invalidate_all()
        self.assertFalse(settings.dso_can_release)
        self.run_cron()
        self.assertEqual(len(self.left()), 6)

    def test_what_comes_later_waits_again(self):
        self.release()
        late = self.create_customer("Late")
        late.collector_id = self.collector
        self.create_invoice(late, jan(1), 5000, posted=jan(0))
        self.plan(late)
        self.run_cron()
        self.assertEqual(len(self.left()) + (late.next_action_id.state == 'sending'), 6)

    def test_next_day_has_its_own_limit(self):
        self.release()
        self.run_queue()
        self.go_to(jan(5))
        self.run_cron()
        self.assertEqual(len(self.left()), 4)

    def test_nothing_waits(self):
        self.release()
        self.run_cron()
        with self.assertRaisesRegex(UserError, "Nothing waits"):
            self.release()

    def test_managers_alone(self):
        other = self.create_company()
        stranger = self.create_user(
            'manager', login='stranger', company_id=other.id, company_ids=other.ids
        )
        for user in (self.collector, self.create_user('reader'), stranger):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.release(user)
        with self.assertRaises(AccessError):
            day = self.env['dso.sending.day'].search([], limit=1)
            day.with_user(self.manager).write({'released': 1000})

    def test_status(self):
        for user, can_release in ((self.manager, True), (self.collector, False)):
            status = self.status(user)
            self.assertEqual((status['waiting'], status['can_release']), (4, can_release))
            self.assertIn("2 of at most 2", status['sentences'][0])
            self.assertIn("4 wait", status['sentences'][0])
        self.assertIn("4 wait", self.company.dso_sending_status)

    def test_manager_of_a_branch(self):
        """He sees what waits for the main company and releases it from where he is."""
        branch = self.create_company("Branch", parent_id=self.company.id)
        manager = self.create_user(
            'manager', login='branch', company_id=branch.id, company_ids=branch.ids
        )
        status = self.status(manager)
        self.assertTrue(status['can_release'])
        companies = self.env['res.company'].with_user(manager)
        companies.browse(status['company_id']).action_dso_release()
        self.run_cron()
        self.assertEqual(len(self.left()), 6)

    def test_companies_are_read_by_people_without_collection(self):
        """Whoever reads all columns of a company is no reason to ask what it sends."""
        user = new_test_user(self.env, login='clerk', groups='account.group_account_invoice')
        self.assertEqual(self.company.with_user(user).read()[0]['id'], self.company.id)

    def test_agenda_tells_why(self):
        waiting = self.env['dso.action'].search([('belt', '=', 'cap')])
        self.assertEqual(waiting.customer_id, self.customers[:4])
        self.assertEqual(set(waiting.mapped('belt')), {'cap'})
        self.assertIn("Not today: enough", waiting[0].explanation)
        others = self.env['dso.action'].search([('belt', '=', False)])
        self.assertFalse(others & waiting)

    def test_queries_do_not_depend_on_what_waits(self):
        waiting = self.env['dso.action'].search([('belt', '=', 'cap')])
        counts = [self.queries(actions.mapped, 'belt') for actions in (waiting[:2], waiting)]
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(self.queries(self.env['dso.sending.day'].get_status), 15)


class TestAddress(BeltCase):
    def share(self, *places, email='billing@example.com'):
        self.customers.browse(self.customers[place].id for place in places).partner_id.write(
            {'email': email}
        )
        self.plan(*self.customers)

    def add_contacts(self, place):
        """Let a customer's reminder go to two colleagues."""
        for name in ('billing', 'cfo'):
            self.env['res.partner'].create(
                {
                    'name': name,
                    'email': f'{name}@example.com',
                    'parent_id': self.customers[place].partner_id.id,
                    'is_collection_contact': True,
                }
            )

    def test_one_message_a_day(self):
        self.share(0, 3, 5)
        self.run_cron()
        self.assertEqual(self.left(), [1, 2, 4, 5])
        waiting = self.env['dso.action'].search([('belt', '=', 'address')])
        self.assertEqual(waiting.customer_id, self.customers[0] | self.customers[3])
        self.assertIn("billing@example.com", waiting[0].explanation)
        self.assertIn("2 wait until tomorrow", self.status()['sentences'][-1])
        window = self.env['dso.sending.day'].with_user(self.manager).action_open_shared()
        sharing = self.env['dso.customer'].search(window['domain'])
        self.assertEqual(sharing, self.customers.browse(self.customers[n].id for n in (0, 3, 5)))
        self.run_queue()
        self.go_to(jan(5))
        self.run_cron()
        self.assertEqual(self.left(), [1, 2, 3, 4, 5])

    def test_one_of_several_addresses(self):
        """Who gets the copy of a colleague's reminder has been written to."""
        self.add_contacts(5)
        self.share(2, email='CFO@example.com')
        self.run_cron()
        self.assertEqual(self.left(), [0, 1, 3, 4, 5])

    def test_waiting_one_takes_no_place_of_the_cap(self):
        self.share(4, 5)
        self.company.dso_daily_cap = 2
        self.run_cron()
        self.assertEqual(self.left(), [3, 5])

    def test_by_hand(self):
        self.share(0, 5)
        self.run_cron()
        result = self.actions[0].with_user(self.collector).action_send_now()
        self.assertNotIn(0, self.left())
        self.assertIn("billing@example.com", result['params']['message'])

    def test_both_by_hand(self):
        self.share(0, 1)
        self.actions[:2].with_user(self.collector).action_send_now()
        self.assertEqual(self.left(), [1])

    def test_out_of_scenario(self):
        """What people plan themselves goes to whom they want."""
        self.share(0, 5)
        self.run_cron()
        values = {'action_type': 'email', 'mail_template_id': self.mail_template.id}
        direct = (
            self.env['dso.action']
            .with_user(self.collector)
            ._act_at_once(self.customers[0], self.env['account.move.line'], values)
        )
        self.assertEqual(direct.state, 'sending')

    def test_same_phone(self):
        """An SMS beside an email does not go to a phone that has had one; the email does."""
        sms = self.create_sms_template()
        self.step(3).write({'also_sms': True, 'sms_template_id': sms.id})
        for customer in self.customers[:2]:
            customer.partner_id.phone = '+1 202 555 0123'
        self.plan(*self.customers)
        self.run_cron()
        self.assertEqual(self.left(), [0, 1, 2, 3, 4, 5])
        texts = self.actions[:2].sent_message_ids.filtered(lambda m: m.kind == 'sms')
        self.assertEqual(
            sorted((m.delivery, m.failure_code) for m in texts),
            [('failed', 'address'), ('queued', False)],
        )

    def test_retry_of_the_same_action(self):
        self.share(0, 5)
        self.run_cron()
        self.server.refuse_message()
        self.run_queue()
        self.server.accept()
        self.actions[5].with_user(self.collector).action_retry()
        self.run_cron()
        self.assertIn(5, self.left())
        self.assertNotIn(0, self.left())

    def test_grouped_customers_get_one(self):
        self.share(0, 5)
        self.customers[0].group_account_id = self.customers[5]
        self.plan(*self.customers)
        self.assertFalse(self.env['dso.action'].search([('belt', '=', 'address')]))

    def test_behind_one_that_waits_itself(self):
        """Who shares an address with a message that does not go today is not kept waiting by it."""
        self.add_contacts(4)
        self.share(5)
        self.share(2, email='cfo@example.com')
        self.run_cron()
        self.assertNotIn(4, self.left())
        self.run_cron()
        self.assertIn(2, self.left())
