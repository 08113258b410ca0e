"""Who hears of customer accounts that newly enter an alert; and the alerts that come along."""

from unittest.mock import patch

from odoo.addons.base.models.ir_cron import IrCron
from odoo.tests import tagged

from .common import CollectionCase, jan
from .common_alerts import AlertCase
from .common_promises import PromiseCase
from .test_alerts import LATE


@tagged('post_install', '-at_install')
class TestAlertNews(AlertCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls.create_user('collector', name="Carl Collector")
        cls.alert = cls.create_alert(LATE, name="Late ones")

    def setUp(self):
        super().setUp()
        self.told = []
        users = type(self.env['res.users'])

        def bus_send(records, kind, message, **_options):
            if kind == 'simple_notification':
                self.told.append((records, message['message']))

        self.startPatcher(patch.object(users, '_bus_send', bus_send))

    def subscribe(self, channel, alert=None, user=None):
        alert = (alert or self.alert).with_user(user or self.collector)
        getattr(alert, f'action_toggle_{channel}')()

    def enter(self, name, company=None):
        """A customer who newly is late."""
        customer = self.create_customer(name, company=company)
        self.create_invoice(customer, jan(10), posted=jan(1))
        self.plan()
        return customer

    def run_cron(self):
        with patch.object(IrCron, '_commit_progress', return_value=float('inf')):
            self.env['dso.alert']._cron_alerts()

    def mails(self):
        return self.env['mail.mail'].search([('subject', '=', "Customers newly in your alerts")])

    # --- in Odoo ---------------------------------------------------------------------------

    def test_told_once_in_odoo(self):
        self.subscribe('in_app')
        self.run_cron()
        self.assertFalse(self.told, "who was there when the criteria were written is not new")
        self.enter("Newcomer")
        self.run_cron()
        self.assertEqual(self.told, [(self.collector, "Late ones: Newcomer")])
        self.run_cron()
        self.assertEqual(len(self.told), 1)

    def test_many_are_counted(self):
        self.subscribe('in_app')
        for customer in self.create_customers(8):
            self.create_invoice(customer, jan(10), posted=jan(1))
        self.plan()
        self.run_cron()
        [(_user, message)] = self.told
        self.assertIn("3 more", message)

    def test_inbox(self):
        self.subscribe('in_app')
        self.collector.notification_type = 'inbox'
        self.enter("Newcomer")
        self.run_cron()
        notification = self.env['mail.notification'].search(
            [('res_partner_id', '=', self.collector.partner_id.id)]
        )
        self.assertEqual(notification.notification_type, 'inbox')
        self.assertIn("Newcomer", notification.mail_message_id.body)

    def test_new_criteria_are_no_news(self):
        self.subscribe('in_app')
        self.enter("Newcomer")
        self.alert.domain = "[('overdue', '>', 1)]"
        self.run_cron()
        self.assertFalse(self.told)

    def test_only_who_subscribed_and_what_he_may_see(self):
        other = self.create_company()
        stranger = self.create_user(
            'collector', login='stranger', company_id=other.id, company_ids=[other.id]
        )
        self.subscribe('in_app')
        self.subscribe('in_app', user=stranger)
        self.alert.domain = repr(LATE)  # by somebody who may see both companies
        self.enter("Newcomer")
        self.run_cron()
        self.assertEqual(self.told, [(self.collector, "Late ones: Newcomer")])
        self.enter("Theirs", company=other)
        self.run_cron()
        self.assertEqual(self.told[1:], [(stranger, "Late ones: Theirs")])

    def test_no_longer(self):
        self.subscribe('in_app')
        self.assertTrue(self.alert.with_user(self.collector).tells_in_app)
        self.assertFalse(self.alert.tells_in_app, "of another user")
        self.subscribe('in_app')
        self.enter("Newcomer")
        self.run_cron()
        self.assertFalse(self.told)

    def test_who_has_lost_his_rights(self):
        self.subscribe('in_app')
        self.subscribe('by_mail')
        self.collector.group_ids = self.env.ref('base.group_user')
        self.enter("Newcomer")
        self.go_to(jan(21))
        self.run_cron()
        self.assertFalse(self.told)
        self.assertFalse(self.mails())

    def test_alert_that_is_no_longer_shared(self):
        self.subscribe('in_app')
        self.subscribe('by_mail')
        self.alert.is_shared = False
        self.enter("Newcomer")
        self.go_to(jan(21))
        self.run_cron()
        self.assertFalse(self.told)
        self.assertFalse(self.mails())

    def test_who_is_away_finds_it_in_the_mail_of_the_day(self):
        self.subscribe('in_app')
        self.go_to(jan(20), 22)
        self.enter("Night")
        self.run_cron()
        self.assertEqual(len(self.told), 1)
        self.assertFalse(self.mails(), "in the morning")
        self.go_to(jan(21), 3)
        self.enter("Early")
        self.run_cron()
        self.go_to(jan(21), 6)
        self.run_cron()
        body = self.mails().body_html
        self.assertIn("Night", body)
        self.assertIn("Early", body)
        self.go_to(jan(22))
        self.run_cron()
        self.assertEqual(len(self.mails()), 1, "told once")

    def test_who_sees_the_notice_gets_no_mail(self):
        self.subscribe('in_app')
        presence = self.env['mail.presence'].create({'user_id': self.collector.id})
        presence.status = 'online'
        self.go_to(jan(20), 14)
        self.enter("Seen")
        self.run_cron()
        self.assertEqual(len(self.told), 1)
        presence.status = 'offline'
        self.go_to(jan(20), 15)
        self.enter("Missed")
        self.run_cron()
        self.go_to(jan(21), 6)
        self.run_cron()
        self.assertIn("Missed", self.mails().body_html)
        self.assertNotIn("Seen", self.mails().body_html)

    def test_who_no_longer_wants_to_hear_of_it_gets_no_mail(self):
        self.subscribe('in_app')
        self.enter("Newcomer")
        self.run_cron()
        self.subscribe('in_app')
        self.go_to(jan(21))
        self.run_cron()
        self.assertFalse(self.mails())

    # --- by mail ---------------------------------------------------------------------------

    def test_one_mail_a_day(self):
        owing = self.create_alert([('balance', '>', 0)], name="Owing ones")
        for alert in (self.alert, owing):
            self.subscribe('by_mail', alert)
        self.go_to(jan(20), 14)
        self.enter("Newcomer")
        self.run_cron()
        self.assertFalse(self.mails(), "tomorrow")
        self.go_to(jan(21), 5)
        self.run_cron()
        self.assertFalse(self.mails(), "too early")
        self.go_to(jan(21), 6)
        self.run_cron()
        mail = self.mails()
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.collector.partner_id)
        for text in ("Late ones", "Owing ones", "Newcomer", "Carl Collector", "1,000.00"):
            self.assertIn(text, mail.body_html)
        self.assertNotIn(self.customer.display_name, mail.body_html)
        self.enter("Afternoon")
        self.go_to(jan(21), 15)
        self.run_cron()
        self.assertEqual(self.mails(), mail)
        self.go_to(jan(22))
        self.run_cron()
        second = self.mails() - mail
        self.assertIn("Afternoon", second.body_html)
        self.assertNotIn("Newcomer", second.body_html)
        self.go_to(jan(23))
        self.run_cron()
        self.assertEqual(len(self.mails()), 2, "nothing new, no mail")

    def test_the_mail_names_who_owes_most_and_counts_the_rest(self):
        self.subscribe('by_mail')
        self.go_to(jan(20), 14)
        for number, customer in enumerate(self.create_customers(22)):
            self.create_invoice(customer, jan(10), amount=1000 + number, posted=jan(1))
        self.plan()
        self.run_cron()
        self.go_to(jan(21))
        self.run_cron()
        body = self.mails().body_html
        self.assertLess(body.index("1,021.00"), body.index("1,020.00"))
        self.assertIn("1,002.00", body)
        self.assertNotIn("1,001.00", body)
        self.assertRegex(body, r"\b2 more")

    def test_who_has_left_again_is_no_news(self):
        self.subscribe('by_mail')
        self.go_to(jan(20), 14)
        newcomer = self.enter("Newcomer")
        self.run_cron()
        self.pay(newcomer, 1000, *newcomer.open_line_ids)
        self.plan()
        self.go_to(jan(21))
        self.run_cron()
        self.assertFalse(self.mails())

    def test_cost_does_not_depend_on_the_number(self):
        self.subscribe('in_app')
        self.subscribe('by_mail')
        counts = []
        for number in (2, 2, 4):
            with self.rolled_back():
                for customer in self.create_customers(number):
                    self.create_invoice(customer, jan(10), posted=jan(1))
                self.plan()
                self.go_to(jan(21))
                counts.append(self.queries(self.run_cron))
            self.go_to(jan(20))
        _warm, few, many = counts
        self.assertEqual(few, many)


@tagged('post_install', '-at_install')
class TestReadyAlerts(CollectionCase):
    """The alerts that come along find what their names say."""

    FIRST_DAY = jan(20)

    def found(self, name):
        alert = self.env.ref(f'dso_collection.dso_alert_{name}')
        alert._refresh()
        self.assertFalse(alert.last_error)
        self.assertEqual((alert.user_id, alert.is_shared), (self.env.ref('base.user_root'), True))
        return alert.member_ids.customer_id & self.customers

    def setUp(self):
        super().setUp()
        self.customers = self.create_customers(2)
        self.one, self.other = self.customers

    def test_idle(self):
        self.create_invoice(self.one, jan(5), 1500, posted=jan(1))
        self.create_invoice(self.other, jan(5), 1000, posted=jan(1))
        self.plan()
        self.assertEqual(self.found('idle'), self.one)
        self.complete(self.one)
        self.assertFalse(self.found('idle'))
        self.go_to(jan(31))
        self.plan(self.one)
        self.assertEqual(self.found('idle'), self.one)

    def test_idle_member_of_a_group(self):
        for customer in self.customers:
            self.create_invoice(customer, jan(5), 1500, posted=jan(1))
        self.one.group_account_id = self.other
        self.complete(self.other)
        self.assertFalse(self.found('idle'))

    def test_old(self):
        self.create_invoice(self.one, jan(20 - 91), posted=jan(-100))
        self.create_invoice(self.other, jan(20 - 90), posted=jan(-100))
        self.plan()
        self.assertEqual(self.found('old'), self.one)

    def test_unsecured(self):
        for customer in self.customers:
            self.create_invoice(customer, jan(25), 1500, posted=jan(1))
        self.plan()
        self.assertFalse(self.found('unsecured'), "nobody expects a guarantee of anybody")
        self.one.guarantee_permanent = 1499
        self.other.guarantee_permanent = 1500
        self.assertEqual(self.found('unsecured'), self.one)

    def test_credit_balance(self):
        self.create_invoice(self.other, jan(25), 500, posted=jan(1))
        for customer in self.customers:
            self.create_credit_note(customer, 500)
        self.plan()
        self.assertEqual(self.found('credit_balance'), self.one)


@tagged('post_install', '-at_install')
class TestReadyAlertOfPromises(PromiseCase):
    def test_broken(self):
        alert = self.env.ref('dso_collection.dso_alert_broken')
        promise = self.promise(self.invoice, day=6)
        alert._refresh()
        self.assertNotIn(self.customer, alert.member_ids.customer_id)
        self.night(20)
        self.assertEqual(promise.state, 'broken')
        alert._refresh()
        self.assertIn(self.customer, alert.member_ids.customer_id)
