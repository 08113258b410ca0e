"""The start of collection: what is decided, what stays to review, and what is taken in."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import CollectionCase, jan

#: Name of a customer → due date of its only invoice; the clock stands on 20 January.
DEBTORS = {
    "Soon": jan(25),
    "Young": jan(10),
    "Old": jan(20) - timedelta(days=100),
    "Ancient": jan(20) - timedelta(days=400),
}


@tagged('post_install', '-at_install')
class TestStartDecisions(CollectionCase):
    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user('manager')
        cls.collector = cls.create_user('collector')
        cls.company = cls.create_company("Beginner")
        (cls.manager | cls.collector).company_ids += cls.company
        cls.manager = cls.manager.with_context(allowed_company_ids=cls.company.ids)
        cls.customers = {}
        for name, due in DEBTORS.items():
            customer = cls.create_customer(name, company=cls.company)
            customer.collector_id = cls.collector
            cls.create_invoice(customer, due, posted=due - timedelta(days=30))
            cls.customers[name] = customer
        cls.all = cls.env['dso.customer'].union(*cls.customers.values())
        cls.plan(cls.all)

    @property
    def mine(self):
        return self.company.with_user(self.manager).with_company(self.company)

    def decisions(self):
        return {name: customer.start_decision for name, customer in self.customers.items()}

    def waits_for(self, name):
        return self.customers[name].next_action_id.confirm_reason

    def dialog(self):
        starts = self.env['dso.start'].with_user(self.manager).with_company(self.company)
        return starts.with_context(allowed_company_ids=self.company.ids)

    def take_in(self, items):
        items = items.with_user(self.manager)
        items.with_context(allowed_company_ids=self.company.ids).action_dso_take_in()

    # --- the start -------------------------------------------------------------------------

    def test_by_default_by_age(self):
        self.mine.action_dso_start()
        self.assertEqual(
            self.decisions(),
            {'Soon': 'planned', 'Young': 'planned', 'Old': 'confirm', 'Ancient': 'review'},
        )

    def test_everything_waits_in_the_first_days(self):
        self.scenario.step_ids.write(
            {'mode': 'automatic', 'action_type': 'email', 'mail_template_id': self.mail_template.id}
        )
        self.mine.action_dso_start()
        self.assertEqual(self.company.dso_careful_until, jan(34))
        self.assertEqual(self.waits_for("Young"), 'start')
        self.assertEqual(self.waits_for("Old"), 'age')
        self.assertIn("14 days", self.customers["Young"].next_action_id.explanation)

    def test_the_reason_stays_with_what_was_dated_then(self):
        self.mine.action_dso_start()
        customer = self.create_automatic_debtor()
        action = customer.next_action_id
        self.assertEqual((action.date_planned, action.confirm_reason), (jan(25), 'start'))
        self.go_to(jan(36))
        self.plan(customer)
        self.assertEqual(action.confirm_reason, 'start', "nothing goes by itself all at once")
        action.action_confirm()
        self.plan(customer)
        self.assertFalse(action.confirm_reason)
        action._set_done('sent')
        self.plan(customer)
        after = customer.next_action_id
        self.assertEqual((after.date_planned, after.confirm_reason), (jan(56), False))

    def create_automatic_debtor(self):
        scenario = self.create_scenario(
            "Automatic", [(3, 'email', 'automatic'), (23, 'email', 'automatic')]
        )
        customer = self.create_customer("Auto", company=self.company)
        customer.write({'scenario_id': scenario.id, 'collector_id': self.collector.id})
        self.create_invoice(customer, jan(22), posted=jan(18))
        self.plan(customer)
        return customer

    def test_confirmation_asked_for_once(self):
        old = self.customers["Old"]
        self.scenario.step_ids.write(
            {'mode': 'automatic', 'action_type': 'email', 'mail_template_id': self.mail_template.id}
        )
        self.mine.action_dso_start()
        action = old.next_action_id
        self.assertEqual(action.confirm_reason, 'age')
        action.with_user(self.collector).action_confirm()
        self.plan(old)
        self.assertFalse(action.confirm_reason)
        action._set_done('sent')
        self.assertEqual(old.start_decision, 'planned')

    def test_to_review_is_out_of_the_scenario(self):
        ancient = self.customers["Ancient"]
        self.assertTrue(ancient.next_action_id)
        self.mine.action_dso_start()
        self.assertEqual(ancient.reason, 'review')
        self.assertFalse(ancient.next_action_id)
        self.assertIn("until a manager releases it", ancient.explanation)
        ancient.with_user(self.manager).action_release()
        self.assertEqual((ancient.reason, ancient.start_decision), ('planned', 'planned'))
        self.assertEqual(ancient.next_action_id.step_delay, 3)

    def test_what_is_chosen_counts(self):
        self.mine.action_dso_start({'30': 'review', 'older': 'planned'})
        self.assertEqual(
            self.decisions(),
            {'Soon': 'planned', 'Young': 'review', 'Old': 'confirm', 'Ancient': 'planned'},
        )

    def test_bad_choices_are_refused(self):
        for decisions in ({'31': 'review'}, {'30': 'never'}):
            with self.subTest(decisions=decisions), self.assertRaisesRegex(UserError, "each age"):
                self.mine.action_dso_start(decisions)

    def test_members_follow_their_group_account(self):
        member = self.customers["Young"]
        member._group_through(self.customers["Ancient"])
        self.plan(member)
        self.mine.action_dso_start()
        self.assertEqual(member.start_decision, 'review')

    def test_on_hold_the_oldest_item_decides(self):
        ancient = self.customers["Ancient"]
        ancient.hold_reason = 'legal'
        self.plan(ancient)
        self.mine.action_dso_start()
        self.assertEqual(ancient.start_decision, 'review')
        ancient.action_lift_hold()
        self.plan(ancient)
        self.assertEqual(ancient.reason, 'review')

    def test_again_for_those_that_came_later(self):
        self.mine.action_dso_start()
        self.go_to(jan(40))
        late = self.create_customer("Late", company=self.company)
        self.create_invoice(late, jan(-300), posted=jan(-330))
        chased = self.create_customer("Chased", company=self.company)
        self.create_invoice(chased, jan(5), posted=jan(1))
        self.complete(chased)
        self.mine.action_dso_decide_start()
        self.assertEqual(late.start_decision, 'review')
        self.assertFalse(chased.start_decision, "it is collected already")
        self.assertEqual(self.customers["Young"].start_decision, 'planned')

    def test_a_running_company_is_asked_about_old_invoices_alone(self):
        self.mine.action_dso_start()
        for name, due, undecided in (("New", jan(10), 0), ("Late", jan(-300), 1)):
            customer = self.create_customer(name, company=self.company)
            self.create_invoice(customer, due, posted=due - timedelta(days=30))
            self.plan(customer)
            self.assertEqual(self.dialog().create({}).undecided_count, undecided, name)

    def test_many_accounts_cost_as_much_as_few(self):
        counts = []
        for _turn in range(2):
            customers = self.create_customers(20, company=self.company)
            self.create_opening_entry(customers, jan(-300))
            self.plan()
            self.company.write({'dso_started_on': False})
            counts.append(self.queries(self.mine.action_dso_start))
            self.assertEqual(set(customers.mapped('start_decision')), {'review'})
        self.assertLessEqual(counts[1], counts[0])

    # --- rights and log --------------------------------------------------------------------

    def test_only_managers_decide(self):
        with self.assertRaises(AccessError):
            self.company.with_user(self.collector).with_company(self.company).action_dso_start()
        other = self.create_user('manager', login='elsewhere')
        with self.assertRaises(AccessError):
            self.company.with_user(other).action_dso_start()
        self.mine.action_dso_start()
        ancient = self.customers["Ancient"].with_user(self.collector)
        ancient = ancient.with_context(allowed_company_ids=self.company.ids)
        with self.assertRaisesRegex(AccessError, "Only collection managers"):
            ancient.action_release()
        with self.assertRaisesRegex(AccessError, "cannot be changed by hand"):
            ancient.write({'start_decision': 'planned'})

    def test_release_takes_only_what_is_to_review(self):
        self.mine.action_dso_start()
        with self.assertRaisesRegex(UserError, "not to review"):
            self.all.with_user(self.manager).action_release()

    def test_log(self):
        self.mine.action_dso_start()
        self.customers["Ancient"].with_user(self.manager).action_release()
        logs = self.env['dso.start.log'].search([('company_id', '=', self.company.id)])
        self.assertEqual(logs.user_id, self.manager)
        self.assertEqual(logs[0].event, 'release')
        decided = logs.filtered(lambda log: log.event == 'decide')
        self.assertEqual(
            {(log.age, log.decision, log.customer_count, log.amount) for log in decided},
            {
                ('not_due', 'planned', 1, 0),
                ('30', 'planned', 1, 1000),
                ('180', 'confirm', 1, 1000),
                ('older', 'review', 1, 1000),
            },
        )
        with self.assertRaises(AccessError):
            logs.with_user(self.manager).write({'customer_count': 0})

    def create_accountant(self):
        return new_test_user(
            self.env,
            login='accountant',
            groups='account.group_account_invoice',
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def test_write_off_is_proposed_to_an_accountant(self):
        self.mine.action_dso_start()
        ancient = self.customers["Ancient"]
        accountant = self.create_accountant()
        ancient.with_user(self.manager)._propose_write_off(accountant, "Dissolved")
        move = ancient.open_line_ids.move_id
        activity = move.activity_ids
        self.assertEqual((activity.user_id, move.state), (accountant, 'posted'))
        self.assertIn("Dissolved", activity.note)
        self.assertIn("Dissolved", ancient.message_ids[0].body)
        self.assertEqual(ancient.reason, 'review')

    def test_write_off_where_credits_are_open_too(self):
        self.mine.action_dso_start()
        ancient = self.customers["Ancient"]
        self.pay(ancient, 1000, ancient.open_line_ids.move_id)
        for amount in (20, 30):
            self.pay(ancient, amount)
        self.plan(ancient)
        accountant = self.create_accountant()
        ancient.with_user(self.manager)._propose_write_off(accountant, "Dissolved")
        self.assertEqual(len(ancient.open_line_ids.move_id.activity_ids), 1)

    def test_write_off_is_proposed_to_those_who_may_book_it(self):
        self.mine.action_dso_start()
        ancient = self.customers["Ancient"].with_user(self.manager)
        move = self.customers["Ancient"].open_line_ids.move_id
        portal = new_test_user(self.env, login='portal', groups='base.group_portal')
        elsewhere = new_test_user(self.env, login='books', groups='account.group_account_invoice')
        for user in (portal, elsewhere, self.collector):
            with self.subTest(user=user.login), self.assertRaisesRegex(UserError, "no accounting"):
                ancient._propose_write_off(user, "Dissolved")
        self.assertFalse(move.activity_ids)
        self.assertNotIn(portal.partner_id, move.message_partner_ids)

    def test_figures_of_the_dialog_are_its_makers(self):
        dialog = self.dialog().create({})
        stranger = self.create_user('manager', login='stranger')
        self.assertTrue(dialog.line_ids)
        for model in ('dso.start', 'dso.start.age', 'dso.start.line'):
            with self.subTest(model=model):
                self.assertFalse(self.env[model].with_user(stranger).search([]))
                self.assertTrue(self.env[model].with_user(self.manager).search([]))

    def test_members_are_released_with_their_group_account(self):
        member, ancient = self.customers["Young"], self.customers["Ancient"]
        member._group_through(ancient)
        self.plan(member)
        self.mine.action_dso_start()
        ancient.with_user(self.manager).action_release()
        self.assertEqual(member.start_decision, 'planned')

    # --- the dialog ------------------------------------------------------------------------

    def test_dialog_tells_what_collection_begins_with(self):
        self.create_invoice(
            self.customers["Ancient"], jan(1), 500, posted=jan(0), currency_id=self.eur.id
        )
        self.plan(self.all)
        dialog = self.dialog().create({})
        rows = {row.age: (row.customer_count, row.item_count) for row in dialog.age_ids}
        self.assertEqual(rows, {'not_due': (1, 1), '30': (1, 1), '180': (1, 1), 'older': (1, 2)})
        lines = [(row.age, row.currency_id.name, row.step, row.amount) for row in dialog.line_ids]
        self.assertIn(('older', 'EUR', "email +3", 500), lines)
        self.assertIn(('older', 'USD', "email +3", 1000), lines)
        self.assertIn(('not_due', 'USD', "email -5", 1000), lines)

    def test_dialog_starts_with_what_is_chosen(self):
        with Form(self.dialog()) as form:
            with form.age_ids.edit(1) as row:
                self.assertEqual(row.decision, 'planned')
                row.decision = 'confirm'
            form.save().action_start()
        self.assertEqual(self.customers["Young"].start_decision, 'confirm')

    def test_preview_of_the_start_starts_nothing(self):
        dialog = self.dialog().create({})
        before = self.dump()
        action = dialog.action_preview()
        self.assertNothingWritten(before, "The preview writes")
        self.assertFalse(self.company.dso_started_on)
        lines = self.env['dso.forecast.line'].with_user(self.manager).search(action['domain'])
        self.assertEqual(lines.company_id, self.company)
        self.assertIn('sent', lines.mapped('kind'))
        self.assertFalse(
            self.env['dso.forecast.line']
            .with_user(self.create_user('manager', login='m2'))
            .search(action['domain'])
        )

    # --- items that accounting excludes ----------------------------------------------------

    def test_items_are_taken_in(self):
        customer = self.create_customer("Opening", company=self.company)
        entry = self.create_opening_entry(customer, jan(1))
        item = self.receivables(entry)
        item.no_followup = True
        self.plan(customer)
        self.assertEqual(customer.reason, 'not_eligible')
        dialog = self.dialog().create({})
        self.assertEqual(dialog.excluded_count, 1)
        self.assertIn("1,000.00", dialog.excluded_total)
        mine = item.with_user(self.manager).with_context(allowed_company_ids=self.company.ids)
        mine.action_dso_take_in()
        self.assertFalse(item.no_followup)
        self.assertEqual(customer.reason, 'planned')
        self.assertEqual(entry.message_ids[0].author_id, self.manager.partner_id)
        with self.assertRaisesRegex(UserError, "not excluded"):
            mine.action_dso_take_in()

    def test_items_taken_in_later_are_decided_by_their_age(self):
        """An old opening balance never goes out as planned (3.20, 3.21)."""
        opening, running = (
            self.create_customer(name, company=self.company) for name in ("Opening", "Running")
        )
        self.create_invoice(running, jan(10), posted=jan(1))
        due = jan(20) - timedelta(days=400)
        items = self.receivables(self.create_opening_entry(opening | running, due))
        items.no_followup = True
        self.plan(opening | running)
        self.mine.action_dso_start()
        self.assertEqual((opening.start_decision, running.start_decision), (False, 'planned'))
        self.scenario.step_ids.write(
            {'mode': 'automatic', 'action_type': 'email', 'mail_template_id': self.mail_template.id}
        )
        self.go_to(jan(40))
        self.take_in(items)
        self.assertEqual((opening.start_decision, opening.reason), ('review', 'review'))
        self.assertEqual(running.start_decision, 'confirm', "it is in collection, and stays there")
        self.assertEqual(running.next_action_id.confirm_reason, 'age')
        log = self.env['dso.start.log'].search([('event', '=', 'decide')], limit=2)
        self.assertEqual(set(log.mapped('decision')), {'review', 'confirm'})
        self.assertEqual(log.mapped('customer_count'), [1, 1])

    def test_items_taken_in_go_as_it_was_decided_for_their_age(self):
        member = self.create_customer("Member", company=self.company)
        item = self.receivables(self.create_opening_entry(member, jan(20) - timedelta(days=400)))
        item.no_followup = True
        self.mine.action_dso_start({'older': 'planned'})
        self.take_in(item)
        self.assertFalse(member.start_decision)
        item.no_followup = True
        self.mine.action_dso_decide_start({'older': 'confirm'})
        member._group_through(self.customers["Young"])
        self.take_in(item)
        self.assertEqual(self.customers["Young"].start_decision, 'confirm', "it leads the group")
        self.assertEqual(member.start_decision, 'confirm')

    def test_before_the_start_the_dialog_decides_on_what_is_taken_in(self):
        customer = self.create_customer("Opening", company=self.company)
        item = self.receivables(self.create_opening_entry(customer, jan(20) - timedelta(days=400)))
        item.no_followup = True
        self.take_in(item)
        self.assertFalse(customer.start_decision)

    def test_collectors_take_nothing_in(self):
        item = self.receivables(self.customers["Old"].open_line_ids)
        item.no_followup = True
        with self.assertRaises(AccessError):
            item.with_user(self.collector).with_context(
                allowed_company_ids=self.company.ids
            ).action_dso_take_in()
