"""Who does the work of a collector who is away (spec 6.8)."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .common import CollectionCase, jan


class SubstituteCase(CollectionCase):
    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scenario = cls.create_scenario("Calls", [(3, 'call', 'manual'), (9, 'task', 'manual')])
        cls.company.dso_scenario_id = cls.scenario
        cls.ann = cls.create_user('collector', login='ann', name="Ann")
        cls.bob = cls.create_user('collector', login='bob', name="Bob")
        cls.cat = cls.create_user('collector', login='cat', name="Cat")
        cls.customers = cls.create_customers(2)
        cls.customers.collector_id = cls.ann
        cls.create_opening_entry(cls.customers, jan(10))
        cls.plan()

    @classmethod
    def let_stand_in(cls, substitute, collector=None, first=20, last=22, user=None):
        """Enter an absence, in days of January."""
        return (
            cls.env['dso.substitute']
            .with_user(user or cls.env.user)
            .create(
                {
                    'collector_id': (collector or cls.ann).id,
                    'substitute_id': substitute.id,
                    'date_from': jan(first),
                    'date_until': jan(last),
                }
            )
        )

    def mine_items(self, user):
        items = self.env['account.move.line'].with_user(user)
        return items.search([('dso_is_mine', '=', True), ('reconciled', '=', False)]).sudo()

    def mine(self, user, model='dso.action'):
        return self.env[model].with_user(user).search([('is_mine', '=', True)]).sudo()


@tagged('post_install', '-at_install')
class TestSubstitute(SubstituteCase):
    # --- what a substitute sees ------------------------------------------------------------

    def test_actions_are_his_in_the_days_and_nothing_is_written(self):
        actions = self.customers.open_action_ids
        self.let_stand_in(self.bob, first=21, last=22)
        before = self.dump()
        for day, found in ((20, False), (21, True), (22, True), (23, False)):
            with self.subTest(day=day):
                self.go_to(jan(day), hour=9)
                self.assertEqual(bool(self.mine(self.bob)), found)
                self.assertEqual(self.mine(self.ann), actions)
                self.assertEqual(actions.with_user(self.bob)[0].is_mine, found)
                self.assertEqual(actions.with_user(self.bob)[0].absent_id == self.ann, found)
                self.assertFalse(self.mine(self.cat))
                self.env.invalidate_all()
        self.assertNothingWritten(before, "nobody gives and takes back")
        self.assertEqual(actions.collector_id, self.ann)

    def test_days_are_those_where_the_collector_lives(self):
        self.ann.tz = 'Pacific/Auckland'
        self.let_stand_in(self.bob, first=21, last=21)
        self.go_to(jan(20), hour=10)
        self.assertFalse(self.mine(self.bob))
        self.go_to(jan(20), hour=12)  # one o'clock of the 21st over there
        self.assertTrue(self.mine(self.bob))
        self.go_to(jan(21), hour=12)
        self.assertFalse(self.mine(self.bob))

    def test_activity_menu_counts_them(self):
        def groups():
            found = self.env['res.users'].with_user(self.bob)._get_activity_groups()
            return [group['total_count'] for group in found if group['model'] == 'dso.action']

        self.assertFalse(groups())
        period = self.let_stand_in(self.bob)
        self.assertEqual(groups(), [2])
        period.unlink()
        self.assertFalse(groups())

    def test_panel_tells_for_whom(self):
        action = self.customers[0].next_action_id.with_user(self.bob)
        self.assertEqual(action.get_panel()['absent'], "")
        self.let_stand_in(self.bob)
        action.invalidate_recordset()
        self.assertEqual(action.get_panel()['absent'], "Ann")

    def test_replies_and_customers(self):
        reply = self.env['dso.reply'].create(
            {
                'customer_id': self.customers[0].id,
                'company_id': self.company.id,
                'kind': 'email',
                'date': '2027-01-19 10:00:00',
                'email_from': 'c@example.com',
            }
        )
        replies = self.env['dso.reply'].with_user(self.bob)
        self.assertFalse(self.mine(self.bob, 'dso.reply'))
        self.assertEqual(replies.get_agenda_counter(), 0)
        self.let_stand_in(self.bob)
        self.assertEqual(self.mine(self.bob, 'dso.reply'), reply)
        self.assertEqual(replies.get_agenda_counter(), 1)
        self.assertEqual(self.mine(self.bob, 'dso.customer'), self.customers)
        items = self.customers.open_line_ids
        self.assertTrue(items)
        self.assertEqual(self.mine_items(self.bob), items)
        self.assertEqual(set(items.with_user(self.bob).mapped('dso_is_mine')), {True})
        self.assertFalse(self.mine_items(self.cat))
        others = self.env['dso.customer'].search([('is_mine', '=', False)])
        self.assertLessEqual(self.customers, others)

    def test_whose_substitute_is_away_too(self):
        self.let_stand_in(self.bob)
        self.let_stand_in(self.cat, collector=self.bob, first=21, last=30)
        self.assertFalse(self.mine(self.cat))
        self.go_to(jan(21))
        self.assertEqual(self.mine(self.cat), self.customers.open_action_ids)
        self.go_to(jan(23))
        self.assertFalse(self.mine(self.cat))

    def test_one_statement_whatever_their_number(self):
        def count():
            self.mine(self.bob)  # who stands in for whom is known until it changes
            return self.queries(
                lambda: self.env['dso.action'].with_user(self.bob).search([('is_mine', '=', True)])
            )

        without = count()
        collectors = [self.create_user('collector', login=f'c{n}') for n in range(6)]
        for number, collector in enumerate(collectors):
            self.let_stand_in(self.bob, collector=collector)
            if number in (2, 5):
                self.assertEqual(count(), without)

    # --- what a substitute does -------------------------------------------------------------

    def test_history_tells_who_did_it_for_whom(self):
        self.let_stand_in(self.bob)
        first, second = self.customers.open_action_ids
        first.with_user(self.bob).action_complete(note="Will pay")
        second.with_user(self.cat).action_complete()
        self.assertEqual(
            (first.done_by_id, first.done_for_id, first.collector_id),
            (self.bob, self.ann, self.ann),
        )
        self.assertEqual((second.done_by_id, second.done_for_id.id), (self.cat, False))
        self.plan()
        self.assertEqual(self.customers.open_action_ids.collector_id, self.ann)

    def test_messages_leave_in_the_name_of_the_collector(self):
        self.let_stand_in(self.bob)
        action = self.customers[0].next_action_id.with_user(self.bob)
        self.assertEqual(action._get_sender(), self.ann)
        self.assertEqual(action._get_signatory(), self.ann)

    # --- what is refused ------------------------------------------------------------------------

    def assertRefused(self, words, **vals):
        with self.assertRaisesRegex(ValidationError, words), self.cr.savepoint():
            self.let_stand_in(**vals)

    def test_refusals(self):
        self.let_stand_in(self.bob, first=20, last=22)
        reader = self.create_user('reader', name="Rita")
        gone = self.create_user('collector', login='gone', name="Gone")
        gone.active = False
        self.assertRefused("Ann is away from .* already", substitute=self.cat, first=22, last=25)
        self.assertRefused("come back to Bob", substitute=self.ann, collector=self.bob, first=22)
        self.assertRefused("Rita does not collect", substitute=reader, first=25, last=26)
        self.assertRefused("Rita does not collect", substitute=self.bob, collector=reader)
        self.assertRefused("Gone does not collect", substitute=gone, first=25, last=26)
        self.let_stand_in(self.cat, first=23, last=25)
        self.let_stand_in(self.ann, collector=self.bob, first=23, last=25)

    def test_nobody_for_himself_and_no_end_before_the_beginning(self):
        for vals in ({'substitute': self.ann}, {'substitute': self.bob, 'first': 23}):
            with (
                self.subTest(**vals),
                mute_logger('odoo.sql_db'),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                self.let_stand_in(**vals)

    def test_circle_of_three_needs_a_day_in_common(self):
        self.let_stand_in(self.bob, first=20, last=24)
        self.let_stand_in(self.cat, collector=self.bob, first=23, last=27)
        self.let_stand_in(self.ann, collector=self.cat, first=25, last=30)
        self.assertRefused(
            "come back to Ann", substitute=self.bob, collector=self.ann, first=25, last=26
        )

    def test_where_the_collector_collects(self):
        other = self.create_company("Other Place")
        self.ann.company_ids += other
        self.create_customer("Theirs", company=other).collector_id = self.ann
        self.assertRefused("Bob may not work in Other Place", substitute=self.bob)
        self.bob.company_ids += other
        self.let_stand_in(self.bob)

    def test_whoever_stands_in_is_not_archived(self):
        self.let_stand_in(self.bob)
        with self.assertRaisesRegex(UserError, "Bob stands in for Ann"):
            self.bob.active = False
        self.go_to(jan(23))
        self.bob.active = False

    # --- rights ---------------------------------------------------------------------------------

    def test_collectors_for_themselves_managers_for_anybody(self):
        period = self.let_stand_in(self.bob, user=self.ann)
        period.with_user(self.ann).date_until = jan(25)
        for user in (self.bob, self.create_user('reader')):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.let_stand_in(self.cat, first=26, last=27, user=user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                period.with_user(user).date_until = jan(26)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                period.with_user(user).unlink()
        with self.assertRaises(AccessError):  # giving one's own to somebody else
            period.with_user(self.ann).collector_id = self.cat
        self.let_stand_in(self.cat, first=26, last=27, user=self.create_user('manager'))

    def test_other_company_and_outside(self):
        period = self.let_stand_in(self.bob)
        other = self.create_company("Other Place")
        stranger = self.create_user(
            'manager', company_id=other.id, company_ids=[Command.set(other.ids)]
        )
        periods = self.env['dso.substitute']
        self.assertFalse(periods.with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            period.with_user(stranger).unlink()
        self.assertFalse(periods.with_user(stranger).get_away())
        portal = new_test_user(self.env, login='portal', groups='base.group_portal')
        with self.assertRaises(AccessError):
            periods.with_user(portal).search([])
        with self.assertRaises(AccessError):
            periods.with_user(portal).get_away()

    # --- who knows ------------------------------------------------------------------------------

    def test_columns_of_the_load_tell_who_is_away(self):
        self.let_stand_in(self.bob)
        self.let_stand_in(self.ann, collector=self.cat, first=25, last=26)
        away = self.env['dso.substitute'].with_user(self.create_user('manager')).get_away()
        self.assertEqual(away, {self.ann.id: "Away until 01/22/2027: Bob"})

    def test_the_substitute_is_told(self):
        period = self.let_stand_in(self.bob, user=self.ann)
        told = self.env['mail.message'].search([('partner_ids', 'in', self.bob.partner_id.ids)])
        self.assertEqual(told.subject, "You stand in for Ann")
        self.assertIn("01/20/2027", told.body)
        period.with_user(self.ann).date_until = jan(24)
        again = self.env['mail.message'].search([('partner_ids', 'in', self.bob.partner_id.ids)])
        self.assertIn("01/24/2027", (again - told).body)

    def test_preferences_tell_it(self):
        self.let_stand_in(self.bob)
        self.assertEqual(self.ann.with_user(self.ann).dso_absence, "Bob, 01/20/2027 to 01/22/2027")
        action = self.ann.with_user(self.ann).action_dso_substitutes()
        self.assertEqual(action['domain'], [('collector_id', '=', self.ann.id)])
        self.assertFalse(self.bob.dso_absence)
