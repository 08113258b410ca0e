"""Nobody is forgotten: what is overdue is in one of four states, which add up to the ledger."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tools import SQL, format_date, mute_logger

from ..const import COVERAGE_OF_REASON, COVERAGE_STATES, REASONS
from .common import CollectionCase, jan

LOG = 'odoo.addons.dso_collection.models.dso_coverage'


class CompletenessCase(CollectionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user('manager')
        cls.customer = cls.create_customer()
        cls.invoice = cls.create_invoice(cls.customer, jan(1), posted=jan(0))

    def prove(self):
        """The proof of the company, on the clock's day."""
        self.plan()
        self.run_cron_plan()
        self.env['dso.coverage']._prove(self.company)
        return self.env['dso.coverage'].search(
            [('company_id', '=', self.company.id), ('day', '=', self.today)]
        )

    def assertState(self, customer, state, reason=None):
        self.plan(customer)
        self.assertEqual(customer.coverage_state, state)
        if reason:
            self.assertEqual(customer.reason, reason)
        proof = self.prove()
        self.assertTrue(proof.is_proved)
        self.assertEqual(proof.total, proof.ledger)


class TestStates(CompletenessCase):
    def test_every_reason_has_a_state(self):
        self.assertEqual(set(COVERAGE_OF_REASON), set(dict(REASONS)))
        self.assertLessEqual(set(COVERAGE_OF_REASON.values()), set(dict(COVERAGE_STATES)))

    def test_planned(self):
        self.assertState(self.customer, 'planned', 'planned')
        proof = self.prove()
        self.assertEqual((proof.planned, proof.planned_count, proof.held), (1000, 1, 0))

    def test_nothing_overdue(self):
        self.create_invoice(other := self.create_customer("Punctual"), jan(20))
        self.assertState(other, False, 'planned')

    def test_dunning_hold(self):
        self.customer.hold_reason = 'legal'
        self.assertState(self.customer, 'held', 'hold')

    def test_held_by_credits(self):
        self.create_credit_note(self.customer, 500)
        self.assertState(self.customer, 'held', 'planned')
        self.assertEqual(self.customer.plan_held, 'credits')

    def test_covered(self):
        self.create_credit_note(self.customer, 1000)
        self.assertState(self.customer, 'excluded', 'covered')

    def test_no_scenario(self):
        self.company.dso_scenario_id = False
        self.customer.scenario_id = False
        self.assertState(self.customer, 'to_decide', 'no_scenario')

    def test_scenario_without_steps(self):
        self.customer.scenario_id = self.create_scenario("Nothing", ())
        self.assertState(self.customer, 'excluded', 'empty_scenario')

    def test_below_the_minimum(self):
        self.scenario.minimum_amount = 5000
        self.assertState(self.customer, 'excluded', 'below_minimum')

    def test_last_step_done(self):
        for after_last in ('decide', 'stop'):
            with self.subTest(after_last), self.rolled_back():
                self.customer.scenario_id = self.create_scenario(
                    after_last, [(3, 'call', 'manual')], after_last=after_last
                )
                self.complete(self.customer)
                self.assertState(self.customer, 'to_decide')

    def test_excluded_from_follow_up(self):
        self.receivables(self.invoice).no_followup = True
        self.assertState(self.customer, 'excluded', 'not_eligible')

    def test_specific_action(self):
        lines = self.receivables(self.invoice)
        action = self.env['dso.action']._plan_specific(lines, {'date': jan(10)})
        self.assertState(self.customer, 'planned', 'not_eligible')
        action.action_complete()
        self.assertState(self.customer, 'planned', 'planned')

    def test_dispute(self):
        lines = self.receivables(self.invoice)
        status = self.env['dso.status'].search([('category', '=', 'dispute')], limit=1)
        reason = self.env.ref('dso_collection.dso_dispute_reason_price')
        lines._dso_qualify(status, {'dispute': {'reason_id': reason.id}})
        self.assertState(self.customer, 'held', 'not_eligible')

    def test_member_is_where_its_group_account_is(self):
        """Also when the group account itself owes nothing."""
        head = self.create_customer("Head Office")
        self.customer.group_account_id = head
        self.plan(head)
        self.assertState(self.customer, 'planned', 'grouped')
        self.assertFalse(head.coverage_state)
        head.hold_reason = 'legal'
        self.assertState(self.customer, 'held', 'grouped')
        self.customer.group_account_id = False
        self.assertState(self.customer, 'planned', 'planned')

    def test_member_on_hold(self):
        """Nobody chases it, whatever its group account has planned."""
        head = self.create_customer("Head Office")
        self.create_invoice(head, jan(1), 100, posted=jan(0))
        self.customer.group_account_id = head
        self.customer.hold_reason = 'legal'
        self.plan(head)
        self.assertState(head, 'planned', 'planned')
        self.assertState(self.customer, 'held', 'grouped')

    def test_searched_and_grouped(self):
        self.plan(self.customer)
        customers = self.env['dso.customer'].with_user(self.create_user('reader'))
        self.assertIn(self.customer, customers.search([('coverage_state', '=', 'planned')]))
        groups = customers._read_group([], ['coverage_state'], ['overdue:sum'])
        self.assertIn(('planned', 1000.0), groups)


class TestProof(CompletenessCase):
    def forge(self, column, value):
        """What no plan would write."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE dso_position SET %s = %s WHERE id = %s",
                SQL.identifier(column),
                value,
                self.customer.position_id.id,
            )
        )
        self.env.invalidate_all()

    def alarms(self):
        """Messages to the managers of the company."""
        return self.env['mail.message'].search(
            [
                ('message_type', '=', 'user_notification'),
                ('model', '=', 'res.partner'),
                ('res_id', '=', self.company.partner_id.id),
            ]
        )

    def prove_wrong(self):
        with self.assertLogs(LOG, 'WARNING') as logged:
            self.env['dso.coverage']._prove(self.company)
        proof = self.env['dso.coverage'].search([('company_id', '=', self.company.id)], limit=1)
        self.assertFalse(proof.is_proved)
        self.assertEqual(proof.display_name, format_date(self.env, proof.day))
        return proof, logged.output

    def test_amount_that_is_not_the_ledgers(self):
        self.prove()
        self.forge('overdue', 400)
        proof, [line] = self.prove_wrong()
        self.assertIn("do not add up", line)
        self.assertEqual((proof.ledger, proof.total, proof.difference), (1000, 400, 600))
        self.assertEqual(proof.wrong_ids, self.customer)
        self.assertIn(self.manager.partner_id, self.alarms().notified_partner_ids)

    def test_two_errors_do_not_make_it_right(self):
        """Amounts that are wrong by the same sum at two customers add up, and yet are wrong."""
        other = self.create_customer("Other")
        self.create_invoice(other, jan(1), posted=jan(0))
        self.prove()
        self.forge('overdue', 1500)
        self.customer = other
        self.forge('overdue', 500)
        proof, _lines = self.prove_wrong()
        self.assertEqual((proof.difference, proof.wrong_count), (0, 2))

    def test_account_in_no_state(self):
        self.prove()
        self.forge('coverage_state', None)
        proof, _lines = self.prove_wrong()
        self.assertEqual(proof.wrong_ids, self.customer)

    def test_alarm_in_the_language_of_each_manager_of_a_branch_too(self):
        self.env['res.lang']._activate_lang('fr_FR')
        branch = self.create_company("Branch", parent_id=self.company.id)
        there = self.create_user(
            'manager', login='there', company_id=branch.id, company_ids=branch.ids, lang='fr_FR'
        )
        self.prove()
        self.forge('overdue', 400)
        self.prove_wrong()
        told = {
            partner: alarm.subject
            for alarm in self.alarms()
            for partner in alarm.notified_partner_ids
        }
        self.assertEqual(told[self.manager.partner_id], "Completeness of collection")
        self.assertEqual(told[there.partner_id], "Exhaustivité du recouvrement")

    def test_alarm_once_a_day(self):
        self.prove()
        self.forge('overdue', 400)
        self.prove_wrong()
        self.env['dso.coverage']._prove(self.company)
        self.assertEqual(len(self.alarms()), 1)
        self.customer._plan()
        self.env['dso.coverage']._prove(self.company)
        proof = self.env['dso.coverage'].search([('company_id', '=', self.company.id)], limit=1)
        self.assertTrue(proof.is_proved)

    def test_nightly(self):
        """The scheduled action proves each day once, after it has planned it."""
        for day in (jan(4), jan(5), jan(5)):
            self.go_to(day)
            self.run_cron_plan()
        proofs = self.env['dso.coverage'].search([('company_id', '=', self.company.id)])
        self.assertEqual(proofs.mapped('day'), [jan(5), jan(4)])

    def test_what_is_to_be_planned_is_left_out(self):
        self.prove()
        self.env['dso.planner']._defer([(self.customer.partner_id.id, self.company.id)])
        self.forge('overdue', 400)
        self.env['dso.coverage']._prove(self.company)
        proof = self.env['dso.coverage'].search([('company_id', '=', self.company.id)], limit=1)
        self.assertTrue(proof.is_proved)

    def test_company_that_is_to_be_planned(self):
        """Nothing is proved of a company whose accounts are all about to be planned."""
        proof = self.prove()
        self.env['dso.planner']._mark_companies(self.company)
        self.forge('overdue', 400)
        self.assertFalse(self.env['dso.coverage']._prove(self.company))
        self.assertEqual(proof.ledger, 1000)
        self.run_cron_plan()
        self.assertTrue(self.env['dso.coverage']._prove(self.company).is_proved)

    def test_ledger_of_branches_and_currencies(self):
        branch = self.create_company("Branch", parent_id=self.company.id)
        self.env.cr.precommit.run()  # where core loads the chart of accounts of a branch
        self.create_invoice(self.customer, jan(1), 100, posted=jan(0), company_id=branch.id)
        self.create_invoice(self.customer, jan(1), 50, posted=jan(0), currency_id=self.eur.id)
        self.pay(self.customer, 300, self.invoice)
        proof = self.prove()
        self.assertTrue(proof.is_proved)
        self.assertEqual(proof.ledger, self.customer.overdue)

    def test_amount_too_small_for_the_currency_of_the_company(self):
        """What is open in a weak currency may be nothing in that of the company."""
        dong = self.env.ref('base.VND')
        dong.active = True
        dong.rate_ids = [
            Command.clear(),
            Command.create({'name': jan(-300), 'rate': 25000, 'company_id': self.company.id}),
        ]
        other = self.create_customer("Small")
        invoice = self.create_invoice(other, jan(1), 1000000, posted=jan(0), currency_id=dong.id)
        item = self.receivables(invoice)
        self.pay(other, 999950, item, currency=dong)
        self.assertEqual((item.amount_residual_currency, item.amount_residual), (50, 0))
        self.assertTrue(self.prove().is_proved)

    def test_people_of_a_branch(self):
        """They see what is of their main company, which they may not read."""
        self.prove()
        branch = self.create_company("Branch", parent_id=self.company.id)
        manager = self.create_user(
            'manager', login='there', company_id=branch.id, company_ids=branch.ids
        )
        self.company.dso_started_on = jan(1)
        proof = self.env['dso.coverage'].with_user(manager).search([])
        customer = self.customer.with_user(manager)
        env = proof.env
        for look in (
            proof.action_open_control,
            proof.action_open_idle,
            proof.with_context(dso_state='planned').action_open_state,
            lambda: env['dso.insight'].search([]).mapped('explanation'),
            lambda: env['dso.action'].search([('belt', '!=', 'cap')]).mapped('belt'),
            env['dso.sending.day'].get_status,
            lambda: env['dso.start'].create({}).read(),
            lambda: env['dso.forecast'].create({'days': 2}).action_run(),
            lambda: customer.explanation,
        ):
            self.env.flush_all()
            self.env.invalidate_all()  # what somebody else has read is in no cache
            look()

    def test_items_without_a_customer(self):
        company = self.company
        receivable = self._account('asset_receivable', company)
        revenue = self._account('income', company)
        lines = [
            {'account_id': receivable.id, 'debit': 70, 'date_maturity': jan(1)},
            {'account_id': revenue.id, 'credit': 70},
        ]
        entry = self.env['account.move'].create(
            {'date': jan(1), 'line_ids': [(0, 0, line) for line in lines]}
        )
        entry.action_post()
        proof = self.prove()
        self.assertEqual((proof.orphaned, proof.is_proved), (70, True))

    def test_buttons(self):
        proof = self.prove().with_user(self.create_user('reader'))
        action = proof.with_context(dso_state='planned').action_open_state()
        found = self.env['dso.customer'].search(action['domain'])
        self.assertEqual(found, self.customer)
        self.assertEqual(sum(found.mapped('overdue')), proof.planned)
        self.assertEqual(proof.action_open_control()['res_model'], 'dso.coverage')
        self.assertTrue(proof.action_open_idle()['domain'])

    def test_rights(self):
        proof = self.prove()
        with self.assertRaises(AccessError):
            proof.with_user(self.manager).write({'ledger': 0})
        other = self.create_company()
        stranger = self.create_user(
            'manager', login='stranger', company_id=other.id, company_ids=other.ids
        )
        self.assertFalse(self.env['dso.coverage'].with_user(stranger).search([]))
        with mute_logger('odoo.addons.base.models.ir_model'), self.assertRaises(AccessError):
            self.env['dso.coverage'].with_user(
                self.env.ref('base.public_user')
            ).action_open_control()

    def test_queries_do_not_depend_on_the_number_of_accounts(self):
        self.prove()
        counts = []
        for _half in range(2):
            for customer in self.create_customers(5):
                self.create_invoice(customer, jan(1), posted=jan(0))
            self.plan()
            counts.append(self.queries(self.env['dso.coverage']._prove, self.company))
        self.assertEqual(counts[0], counts[1])
