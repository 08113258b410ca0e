from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import CollectionCase, jan

MODELS = (
    'dso.customer',
    'dso.position',
    'dso.action',
    'dso.action.item',
    'dso.action.message',
    'dso.scenario',
    'dso.scenario.step',
    'dso.plan.mark',
    'dso.assignment.rule',
    'dso.reply',
    'dso.status',
    'dso.item.status',
    'dso.promise',
    'dso.promise.item',
    'dso.dispute.reason',
    'dso.dispute',
    'dso.dispute.item',
    'dso.alert',
    'dso.alert.account',
    'dso.alert.subscription',
)


@tagged('post_install', '-at_install')
class TestSecurity(CollectionCase):
    """Two companies, three groups, and people who have no business here (invariant 7)."""

    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ours = cls.create_customer("Ours")
        cls.create_invoice(cls.ours, jan(10), posted=jan(1))
        cls.other_company = cls.create_company()
        cls.theirs = cls.create_customer("Theirs", company=cls.other_company)
        cls.create_invoice(cls.theirs, jan(10), posted=jan(1))
        cls.plan(cls.ours, cls.theirs)
        cls.reader = cls.create_user('reader')
        cls.collector = cls.create_user('collector')
        cls.manager = cls.create_user('manager')
        cls.portal = new_test_user(cls.env, login='portal_user', groups='base.group_portal')
        cls.employee = new_test_user(cls.env, login='employee', groups='base.group_user')
        cls.public = cls.env.ref('base.public_user')

    # --- people without access -------------------------------------------------------------

    def test_portal_public_and_employees_see_nothing(self):
        for user in (self.portal, self.public, self.employee):
            for model in MODELS:
                with self.subTest(user=user.login, model=model):
                    self.assertFalse(self.env[model].with_user(user).has_access('read'))
                    with self.assertRaises(AccessError):
                        self.env[model].with_user(user).search_count([])

    def test_facades_are_closed_to_others(self):
        line = self.receivables(self.ours.open_line_ids)
        records = (
            (self.ours.partner_id, 'dso_collector_id'),
            (line.move_id, 'is_leader_invoice'),
            (line, 'dso_exclusion'),
        )
        for user in (self.portal, self.employee):
            for record, field in records:
                with self.subTest(user=user.login, field=field):
                    record = record.with_user(user)
                    self.assertNotIn(field, record.fields_get())
                    with self.assertRaises(AccessError):
                        record.read([field])
                    with self.assertRaises(AccessError):
                        record.search([(field, '!=', False)])
                    with self.assertRaises(AccessError):
                        record._read_group([], [field])

    def test_wizards_are_for_collectors(self):
        for wizard in ('dso.action.reschedule', 'dso.action.skip', 'dso.action.complete'):
            for user in (self.reader, self.portal, self.employee):
                with self.subTest(wizard=wizard, user=user.login), self.assertRaises(AccessError):
                    self.env[wizard].with_user(user).create(
                        {'action_ids': self.ours.next_action_id.ids}
                    )
        with self.assertRaises(AccessError):
            self.env['dso.start'].with_user(self.collector).create({})

    # --- the three groups ------------------------------------------------------------------

    def test_rights_per_group(self):
        rights = {
            'dso.customer': ('r', 'rw', 'rwc'),
            'dso.position': ('r', 'r', 'r'),
            'dso.action': ('r', 'rwc', 'rwc'),
            'dso.action.item': ('r', 'r', 'r'),
            'dso.action.message': ('r', 'r', 'r'),
            'dso.reply': ('r', 'r', 'r'),
            'dso.reply.discard': ('', 'rwcu', 'rwcu'),
            'dso.scenario': ('r', 'r', 'rwcu'),
            'dso.scenario.step': ('r', 'r', 'rwcu'),
            'dso.assignment.rule': ('r', 'r', 'rwcu'),
            'dso.assignment.run': ('', '', 'rw'),
            'dso.assignment.run.line': ('', '', 'r'),
            'dso.alert': ('r', 'rwcu', 'rwcu'),
            'dso.alert.account': ('r', 'r', 'r'),
            'dso.alert.subscription': ('r', 'r', 'r'),
            'dso.plan.mark': ('', '', ''),
        }
        operations = {'r': 'read', 'w': 'write', 'c': 'create', 'u': 'unlink'}
        for model, per_group in rights.items():
            for user, allowed in zip(
                (self.reader, self.collector, self.manager), per_group, strict=True
            ):
                for letter, operation in operations.items():
                    with self.subTest(model=model, user=user.login, operation=operation):
                        self.assertEqual(
                            self.env[model].with_user(user).has_access(operation),
                            letter in allowed,
                        )

    def test_accountants_are_readers(self):
        for group in ('account.group_account_invoice', 'account.group_account_readonly'):
            user = new_test_user(self.env, login=group, groups=group)
            self.assertTrue(user.has_group('dso_collection.group_dso_reader'))
            self.assertFalse(user.has_group('dso_collection.group_dso_collector'))

    def test_reader_sees_the_screens_and_changes_nothing(self):
        customer = self.ours.with_user(self.reader)
        action = customer.next_action_id
        self.assertTrue(customer.explanation)
        self.assertTrue(action.explanation)
        self.assertTrue(customer.open_line_ids.mapped('dso_days_overdue'))
        for call in (
            action.action_complete,
            lambda: action.action_skip("No"),
            lambda: action.action_reschedule(jan(25)),
            action.action_confirm,
            action.action_send_now,
            customer.action_lift_hold,
            lambda: customer.write({'collector_id': self.reader.id}),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_collector_works_but_does_not_configure(self):
        self.ours.with_user(self.collector).collector_id = self.collector
        self.ours.next_action_id.with_user(self.collector).action_reschedule(jan(25))
        self.assertEqual(self.next_action(self.ours).date_planned, jan(25))
        with self.assertRaises(AccessError):
            self.scenario.with_user(self.collector).minimum_amount = 0
        with self.assertRaises(AccessError):
            self.step(10).with_user(self.collector).delay = 11
        with self.assertRaises(AccessError):
            self.ours.with_user(self.collector).unlink()
        with self.assertRaises(AccessError):
            self.ours.next_action_id.with_user(self.collector).unlink()

    def test_history_and_figures_cannot_be_forged(self):
        done = self.complete(self.ours)
        for user in (self.collector, self.manager):
            with self.subTest(user=user.login):
                with self.assertRaises(UserError):
                    done.with_user(user).write({'note': "Never happened"})
                with self.assertRaises(UserError):  # no right, or part of the history
                    done.with_user(user).unlink()
                with self.assertRaises(AccessError):
                    done.item_ids.with_user(user).write({'amount_residual': 0})
                with self.assertRaises(AccessError):
                    self.ours.position_id.with_user(user).write({'overdue': 0})
                with self.assertRaises(AccessError):
                    self.ours.with_user(user).write({'overdue': 0})

    def test_actions_cannot_be_written_past_their_methods(self):
        action = self.ours.next_action_id
        for user in (self.collector, self.manager):
            own = action.with_user(user)
            for vals in (
                {'state': 'done'},
                {'confirmed_on': jan(20)},
                {'date_planned': jan(25)},
                {'mode': 'automatic'},
                {'customer_id': self.theirs.id},
                {'delivery': 'bounced'},
                {'recipient': 'elsewhere@example.com'},
            ):
                with self.subTest(user=user.login, vals=vals), self.assertRaises(AccessError):
                    own.write(vals)
            own.write({'note': "Ask for Ann"})
            self.assertEqual(action.note, "Ask for Ann")

    def test_actions_cannot_be_born_done(self):
        actions = self.env['dso.action'].with_user(self.collector)
        for vals in ({'state': 'done'}, {'origin': 'scenario'}, {'company_id': 1}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                actions.create({'customer_id': self.ours.id, **vals})
        action = actions.with_context(default_state='done', default_origin='scenario').create(
            {'customer_id': self.ours.id, 'action_type': 'call', 'date_planned': jan(25)}
        )
        self.assertEqual((action.state, action.origin), ('planned', 'specific'))

    def test_customer_accounts_keep_what_is_not_for_people(self):
        for vals in (
            {'partner_id': self.theirs.partner_id.id},
            {'company_id': self.other_company.id},
            {'position_id': self.theirs.position_id.id},
            {'not_before': jan(25)},
            {'collector_source': 'default'},
        ):
            for user in (self.collector, self.manager):
                with self.subTest(user=user.login, vals=vals), self.assertRaises(AccessError):
                    self.ours.with_user(user).write(vals)

    # --- companies -------------------------------------------------------------------------

    def test_nobody_sees_another_company(self):
        for user in (self.reader, self.collector, self.manager):
            customers = self.env['dso.customer'].with_user(user)
            with self.subTest(user=user.login):
                self.assertFalse(customers.search([('company_id', '=', self.other_company.id)]))
                actions = customers.env['dso.action'].search([])
                self.assertFalse(actions.filtered(lambda a: a.company_id != self.company))
                with self.assertRaises(AccessError):
                    self.theirs.with_user(user).read(['overdue'])
                with self.assertRaises(AccessError):
                    self.theirs.next_action_id.with_user(user).read(['note'])
                groups = customers._read_group([], ['company_id'], ['overdue:sum'])
                self.assertEqual([company for company, _sum in groups], [self.company])

    def test_nobody_works_in_another_company(self):
        action = self.theirs.next_action_id
        for user in (self.collector, self.manager):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    action.with_user(user).action_reschedule(jan(25))
                with self.assertRaises(AccessError):
                    self.theirs.with_user(user).write({'collector_id': user.id})
                with self.assertRaises(AccessError):
                    self.env['dso.action'].with_user(user).create(
                        {'customer_id': self.theirs.id, 'action_type': 'call'}
                    )

    def test_items_and_messages_follow_their_action(self):
        done = self.complete(self.theirs)
        self.assertTrue(done.item_ids)
        items = self.env['dso.action.item'].with_user(self.manager)
        self.assertFalse(items.search([('action_id', '=', done.id)]))
        with self.assertRaises(AccessError):
            done.item_ids.with_user(self.manager).read(['number'])

    def test_scenario_of_another_company_stays_hidden(self):
        self.scenario.copy({'name': "Shared"})
        own = self.create_scenario("Theirs alone", company_id=self.other_company.id)
        visible = self.env['dso.scenario'].with_user(self.manager).search([])
        self.assertNotIn(own, visible)
        self.assertIn(self.scenario, visible)
        with self.assertRaises(AccessError):
            own.step_ids.with_user(self.manager).read(['name'])

    def test_user_of_a_branch_works_on_the_account_of_the_root(self):
        branch = self.create_company("Branch", parent_id=self.company.id)
        user = self.create_user(
            'collector', login='branch', company_id=branch.id, company_ids=branch.ids
        )
        customer = self.ours.with_user(user)
        self.assertIn(customer, customer.search([]))
        action = customer.next_action_id
        self.assertTrue(action.status_color)
        self.assertTrue(action.explanation)
        self.assertTrue(customer.explanation)
        action.action_reschedule(jan(25))
        self.assertEqual(self.next_action(self.ours).date_planned, jan(25))
        self.assertEqual(self.ours.partner_id.with_user(user).dso_scenario_id, self.scenario)
        self.ours.scenario_id = self.env.ref('dso_collection.dso_scenario_standard')
        email = self.next_action(self.ours).with_user(user)
        with self.assertRaisesRegex(UserError, "Collection is not started"):
            email.action_send_now()

    def test_user_of_two_companies_sees_both(self):
        user = self.create_user(
            'collector',
            login='both',
            company_id=self.company.id,
            company_ids=(self.company | self.other_company).ids,
        )
        customers = self.env['dso.customer'].with_user(user)
        customers = customers.with_context(
            allowed_company_ids=(self.company | self.other_company).ids
        )
        self.assertLessEqual({*self.ours.ids, *self.theirs.ids}, set(customers.search([]).ids))
