"""Alerts: who is in them, who may see and write them, and criteria that cannot be applied."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..engine import alert_sql
from .common import jan
from .common_alerts import AlertCase

LATE = [('overdue', '>', 0)]


@tagged('post_install', '-at_install')
class TestAlertMembers(AlertCase):
    def test_found_when_saved(self):
        alert = self.create_alert(LATE)
        self.assertEqual(self.members(alert), self.customer)
        self.assertEqual(alert.customer_count, 1)
        alert.domain = "[('overdue', '>', 1000)]"
        self.assertFalse(self.members(alert))
        self.assertEqual(alert.customer_count, 0)

    def test_follow_the_books(self):
        alert = self.create_alert(LATE)
        other = self.create_customer("Other")
        self.create_invoice(other, jan(15), posted=jan(1))
        self.pay(self.customer, 1000, *self.customer.open_line_ids)
        self.plan()
        self.assertEqual(self.refresh(alert), {alert: other})
        self.assertEqual(self.members(alert), other)

    def test_nothing_to_do_writes_nothing(self):
        alerts = self.create_alert(LATE) | self.create_alert([('balance', '<', 0)])
        before = self.stored()
        self.go_to(jan(21))
        self.assertEqual(self.refresh(alerts), {})
        self.assertEqual(self.stored(), before)

    def test_criteria_of_items_and_days(self):
        self.customer.message_post(body="He promised by phone.")
        cases = {
            True: [
                [('open_line_ids', 'any', [('amount_residual', '>', 900)])],
                [('oldest_due_date', '<', 'today -9d')],
                [('action_ids', 'not any', [('state', '=', 'done')])],
                [('partner_id.name', 'ilike', 'azure')],
                [('message_ids', 'any', [('body', 'ilike', 'promised by phone')])],
            ],
            False: [
                [('open_line_ids', 'any', [('amount_residual', '>', 1000)])],
                [('oldest_due_date', '<', 'today -10d')],
            ],
        }
        for expected, domains in cases.items():
            for domain in domains:
                with self.subTest(domain=domain):
                    self.assertEqual(bool(self.members(self.create_alert(domain))), expected)

    def test_today_is_that_of_the_company(self):
        """At noon in London it is tomorrow on Kiritimati."""
        other = self.create_company(dso_tz='Pacific/Kiritimati')
        theirs = self.create_customer("Theirs", company=other)
        self.create_invoice(theirs, jan(11), posted=jan(1))
        self.create_invoice(self.create_customer("Ours"), jan(11), posted=jan(1))
        self.plan()
        alert = self.create_alert([('oldest_due_date', '<', 'today -9d')])
        self.assertEqual(self.members(alert), self.customer | theirs)

    def test_one_company(self):
        other = self.create_company()
        theirs = self.create_customer("Theirs", company=other)
        self.create_invoice(theirs, jan(11), posted=jan(1))
        self.plan()
        alert = self.create_alert(LATE, company_id=self.company.id)
        self.assertEqual(self.members(alert), self.customer)
        alert.company_id = other
        self.assertEqual(self.members(alert), theirs)
        alert.company_id = False
        self.assertEqual(self.members(alert), self.customer | theirs)

    def test_branch_is_refused(self):
        branch = self.env['res.company'].create({'name': "Branch", 'parent_id': self.company.id})
        with self.assertRefused(ValidationError, "Branch is a branch: give the alert to"):
            self.create_alert(LATE, company_id=branch.id)

    def test_squares(self):
        self.create_alert(LATE, name="Grave", level='red')
        self.create_alert(LATE, name="Known", level='blue')
        self.create_alert(LATE, name="Off", active=False)
        names = [(alert['name'], alert['level']) for alert in self.customer.alerts]
        self.assertEqual(names, [("Grave", 'red'), ("Known", 'blue')])
        action = self.next_action(self.customer)
        self.assertEqual(action.customer_alerts, self.customer.alerts)
        self.assertEqual(action.get_panel()['customer']['alerts'], self.customer.alerts)

    def test_search_by_alert(self):
        alert, empty = self.create_alert(LATE), self.create_alert([('balance', '<', 0)])
        other = self.create_customer("Other")
        both = self.customer | other
        cases = [
            (('alert_ids', '=', alert.id), self.customer),
            (('alert_ids', 'in', [alert.id, empty.id]), self.customer),
            (('alert_ids', '=', empty.id), self.customer.browse()),
            (('alert_ids', '!=', False), self.customer),
            (('alert_ids', '=', False), other),
            (('alert_ids', 'in', [False, alert.id]), both),
            (('alert_ids', 'not in', [alert.id]), other),
            (('alert_ids.level', '=', 'orange'), self.customer),
            (('alert_ids', 'ilike', 'lat'), self.customer),
        ]
        for leaf, expected in cases:
            with self.subTest(leaf=leaf):
                self.assertEqual(both.search([leaf, ('id', 'in', both.ids)]), expected)

    def test_archived_alerts_mark_nobody(self):
        alert = self.create_alert(LATE)
        self.assertEqual(self.customer.alert_ids, alert)
        alert.active = False
        self.assertFalse(self.customer.alert_ids)
        for leaf, expected in (
            (('alert_ids', '=', alert.id), self.customer.browse()),
            (('alert_ids', '!=', False), self.customer.browse()),
            (('alert_ids', '=', False), self.customer),
        ):
            with self.subTest(leaf=leaf):
                self.assertEqual(self.customer.search([leaf]), expected)

    def test_open_shows_what_is_counted(self):
        alert = self.create_alert(LATE)
        other = self.create_customer("Other")
        self.create_invoice(other, jan(15), posted=jan(1))
        self.plan()
        reader = self.create_user('reader')
        action = alert.with_user(reader).action_open()
        [[name, ids]] = action['context'].items()
        found = self.env['dso.customer'].search([(name.removeprefix('search_default_'), 'in', ids)])
        self.assertEqual((len(found), alert.customer_count), (2, 2))
        self.assertEqual(found, self.customer | other)

    def test_counter_of_the_tab(self):
        self.create_alert(LATE)
        self.create_alert([('balance', '>', 0)], name="Owing", alert_type='risk')
        alerts = self.env['dso.alert'].with_user(self.create_user('reader'))
        self.assertEqual(alerts.get_agenda_counter(), 1, "one customer in two alerts is one")
        self.assertEqual(alerts.get_agenda_counter([('alert_type', '=', 'none')]), 0)


@tagged('post_install', '-at_install')
class TestAlertRights(AlertCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.create_user('reader')
        cls.collector = cls.create_user('collector')
        cls.manager = cls.create_user('manager')
        cls.other_company = cls.create_company()
        cls.theirs = cls.create_customer("Theirs", company=cls.other_company)
        cls.create_invoice(cls.theirs, jan(11), posted=jan(1))
        cls.stranger = cls.create_user(
            'manager',
            login='stranger',
            company_id=cls.other_company.id,
            company_ids=[cls.other_company.id],
        )
        cls.plan()

    def test_private_alerts_are_seen_by_their_owner_alone(self):
        alert = self.create_alert(LATE, self.collector, name="Private")
        mine = self.customer.with_user(self.collector)
        self.assertEqual([found['name'] for found in mine.alerts], ["Private"])
        self.assertEqual(self.members(alert, self.collector), self.customer)
        for user in (self.reader, self.manager):
            with self.subTest(user.login):
                customers = self.env['dso.customer'].with_user(user)
                self.assertFalse(self.customer.with_user(user).alerts)
                self.assertFalse(self.next_action(self.customer).with_user(user).customer_alerts)
                self.assertFalse(customers.search([('alert_ids', '!=', False)]))
                self.assertFalse(customers.search([('alert_ids', '=', alert.id)]))
                self.assertFalse(alert.with_user(user).search([]))
                self.assertFalse(self.env['dso.alert.account'].with_user(user).search([]))
                for call in ('action_open', 'action_toggle_in_app', 'action_toggle_by_mail'):
                    with self.assertRaises(AccessError):
                        getattr(alert.with_user(user), call)()

    def test_shared_alerts_show_the_accounts_that_one_may_see(self):
        both = self.create_user('manager', login='both', company_id=self.company.id)
        both.company_ids |= self.other_company
        alert = self.create_alert(LATE, both, is_shared=True)
        for user, expected in (
            (self.reader, self.customer),
            (self.manager, self.customer),
            (self.stranger, self.theirs),
        ):
            with self.subTest(user.login):
                seen = alert.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
                self.assertEqual(self.members(alert, user), expected)
                self.assertEqual(seen.customer_count, 1)

    def test_criteria_find_what_their_author_may_see(self):
        ours = self.create_alert(LATE, self.manager, is_shared=True)
        self.assertEqual(self.members(ours), self.customer)
        theirs = self.create_alert(LATE, self.stranger, is_shared=True)
        self.assertEqual(self.members(theirs), self.theirs)
        self.assertEqual(ours.with_user(self.stranger).customer_count, 0)

    def test_authors_with_one_view_of_accounts_and_two_of_actions(self):
        """They share a statement, which reads the actions for each of them."""
        self.env['ir.rule'].create(
            {
                'name': "Readers see no calls",
                'model_id': self.env['ir.model']._get_id('dso.action'),
                'domain_force': "[('action_type', '!=', 'call')] if user.login == 'narrow' else []",
            }
        )
        narrow = self.create_user('manager', login='narrow')
        self.env['dso.action'].create({'customer_id': self.customer.id, 'action_type': 'call'})
        calls = [('action_ids', 'any', [('action_type', '=', 'call')])]
        alerts = {
            author: self.create_alert(calls, author, is_shared=True)
            for author in (self.manager, narrow, self.env.user)
        }
        with patch.object(alert_sql, 'changes', wraps=alert_sql.changes) as refresh:
            self.refresh(self.env['dso.alert'].union(*alerts.values()))
        here = [call for call in refresh.call_args_list if call.args[2] == self.company.id]
        self.assertEqual(len(here), 2, "Managers of this company alone, and who sees everything")
        for author, alert in alerts.items():
            with self.subTest(author.login):
                expected = self.customer.browse() if author == narrow else self.customer
                self.assertEqual(self.members(alert), expected)

    def test_fields_that_the_author_may_not_read(self):
        with self.assertRefused(ValidationError, "Alert Late cannot be looked at"):
            self.create_alert([('partner_id.signup_type', '=', 'x')], self.collector)
        self.env.user.group_ids += self.env.ref('base.group_erp_manager')
        self.create_alert([('partner_id.signup_type', '=', 'x')])

    def test_criteria_are_no_program(self):
        """Nothing is read through what criteria get to count days with, not even in an error."""
        for value in (
            "'{0.__self__.env.su}'.format(context_today)",
            "'%s' % context_today",
            "9 ** 9",
            "[n for n in (1, 2)]",
        ):
            with self.subTest(value), self.assertRefused(ValidationError, "has no place in"):
                self.env['dso.alert'].with_user(self.collector).create(
                    {'name': "Late", 'domain': f"[('overdue', '=', {value})]"}
                )

    def test_author_who_loses_his_rights(self):
        alert = self.create_alert(LATE, self.manager, is_shared=True)
        self.manager.group_ids = self.env.ref('base.group_user')
        self.refresh(alert)
        self.assertRegex(alert.last_error, "Correct its criteria")

    def test_whoever_changes_criteria_is_their_author(self):
        alert = self.create_alert(LATE)
        alert.with_user(self.stranger).domain = "[('overdue', '>', 1)]"
        self.assertEqual(alert.criteria_user_id, self.stranger)
        self.assertEqual(self.members(alert), self.theirs)
        for vals in ({'criteria_user_id': 1}, {'user_id': 1}, {'baseline_on': False}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                alert.with_user(self.stranger).write(vals)
        with self.assertRaises(AccessError):
            self.create_alert(LATE, self.stranger, criteria_user_id=1)

    def test_who_may_write(self):
        own = self.create_alert(LATE, self.collector)
        shared = self.create_alert(LATE)
        own.with_user(self.collector).name = "Mine"
        with self.assertRefused(AccessError, "Only collection managers share alerts"):
            own.with_user(self.collector).is_shared = True
        with self.assertRaises(AccessError):
            self.create_alert(LATE, self.collector, is_shared=True)
        for alert, user in (
            (shared, self.reader),
            (shared, self.collector),
            (own, self.manager),
        ):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    alert.with_user(user).name = "Changed"
                with self.assertRaises(AccessError):
                    alert.with_user(user).unlink()
        with self.assertRaises(AccessError):
            self.create_alert(LATE, self.reader)
        shared.with_user(self.manager).unlink()
        own.with_user(self.collector).unlink()

    def test_the_form_tells_who_may_write(self):
        own = self.create_alert(LATE, self.collector)
        shared = self.create_alert(LATE, is_shared=True)
        for user, writable in (
            (self.collector, own),
            (self.manager, shared),
            (self.reader, self.env['dso.alert']),
        ):
            with self.subTest(user.login):
                found = (own | shared).with_user(user).filtered('can_change')
                self.assertEqual(found, writable)
        self.assertTrue(self.env['dso.alert'].with_user(self.collector).new().can_change)

    def test_a_copy_is_ones_own(self):
        shared = self.create_alert(LATE, is_shared=True)
        for user in (self.collector, self.manager):
            with self.subTest(user.login):
                copy = shared.with_user(user).copy()
                self.assertEqual((copy.user_id, copy.criteria_user_id), (user, user))
                self.assertEqual((copy.domain, copy.is_shared), (shared.domain, False))

    def test_only_the_owner_takes_back(self):
        """Whoever else did would no longer see it; it would be out of everybody's reach."""
        shared = self.create_alert(LATE)
        with self.assertRefused(UserError, "shared by .*: archive it, or duplicate it"):
            shared.with_user(self.manager).is_shared = False
        own = self.create_alert(LATE, self.manager, is_shared=True)
        own.with_user(self.manager).is_shared = False
        self.assertFalse(own.with_user(self.reader).search([('id', '=', own.id)]))

    def test_members_are_nobodys_to_write(self):
        alert = self.create_alert(LATE)
        for model, vals in (
            ('dso.alert.account', {'customer_id': self.theirs.id, 'entered_on': jan(1)}),
            ('dso.alert.subscription', {'user_id': self.reader.id}),
        ):
            records = self.env[model].with_user(self.manager)
            with self.subTest(model=model):
                with self.assertRaises(AccessError):
                    records.create({'alert_id': alert.id, **vals})
                for operation in ('write', 'unlink'):
                    self.assertFalse(records.has_access(operation))

    def test_others_see_nothing(self):
        self.create_alert(LATE)
        portal = new_test_user(self.env, login='portal_user', groups='base.group_portal')
        employee = new_test_user(self.env, login='employee', groups='base.group_user')
        for user in (portal, employee, self.env.ref('base.public_user')):
            for model in ('dso.alert', 'dso.alert.account', 'dso.alert.subscription'):
                with self.subTest(model, user=user.login), self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])
            with self.assertRaises(AccessError):
                self.env['dso.alert'].with_user(user).get_agenda_counter()
