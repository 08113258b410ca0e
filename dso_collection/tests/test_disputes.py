"""Disputes: what they take, how they end, what the books suggest, and who may do it."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import jan
from .common_disputes import DisputeCase


@tagged('post_install', '-at_install')
class TestDisputes(DisputeCase):
    # --- opening ---------------------------------------------------------------------------

    def test_defaults_come_from_the_reason(self):
        owner = self.create_user('reader', login='sales')
        reason = self.reason('quality')
        reason.write({'owner_id': owner.id, 'delay': 30})
        dispute = self.dispute(reason_id=reason.id)
        self.assertEqual((dispute.owner_id, dispute.department), (owner, "Quality"))
        self.assertEqual((dispute.amount, dispute.target_date), (1000, jan(12 + 30)))
        self.assertEqual(dispute.numbers, self.invoice.name)
        self.assertEqual(dispute.item_ids.mapped('amount'), [1000])

    def test_follow_up_is_on_the_agenda(self):
        action = self.dispute().action_id
        self.assertEqual(
            (action.origin, action.state, action.mode), ('specific', 'planned', 'manual')
        )
        self.assertEqual(action.collector_id, self.collector)
        self.assertEqual(action.date_planned, jan(19))  # by the delay of the status
        self.assertEqual(action.item_ids.move_id, self.invoice)

    def test_follow_up_is_not_after_the_target(self):
        self.assertEqual(self.dispute(target_date=jan(15)).action_id.date_planned, jan(15))

    def test_follow_up_on_a_day_of_its_own(self):
        follow_up = {'action_type': 'call', 'date': jan(25)}
        action = self.dispute(follow_up=follow_up).action_id
        self.assertEqual((action.action_type, action.date_planned), ('call', jan(25)))

    def test_disputed_amount(self):
        other = self.receivables(self.create_invoice(self.customer, jan(6), 500))
        dispute = self.dispute(self.line | other, amount=1200)
        self.assertEqual(dispute.item_ids.mapped('amount'), [1000, 200])
        for amount in (-1, 1500.01):
            with self.assertRaisesRegex(UserError, "not more than the open amount"):
                self.dispute(
                    self.receivables(self.create_invoice(self.customer, jan(6), 500)), amount=amount
                )

    def test_owner_works_in_the_company(self):
        portal = new_test_user(self.env, login='portal_owner', groups='base.group_portal')
        other = self.create_company()
        stranger = self.create_user(
            'collector', login='stranger', company_id=other.id, company_ids=other.ids
        )
        for owner in (portal, stranger):
            with self.assertRaisesRegex(ValidationError, "does not work in"):
                self.dispute(owner_id=owner.id)

    # --- outcome ---------------------------------------------------------------------------

    def test_still_open(self):
        dispute = self.dispute()
        first = dispute.action_id
        self.go_to(jan(19))
        dispute.action_settle('open', jan(26), note="Sales asks the driver")
        self.assertEqual((dispute.state, dispute.target_date), ('open', jan(26)))
        self.assertEqual((first.state, first.note), ('done', "Sales asks the driver"))
        self.assertEqual(
            (dispute.action_id.date_planned, dispute.action_id.state), (jan(26), 'planned')
        )
        self.assertEqual(dispute.follow_up_ids, first | dispute.action_id)
        self.assertEqual(self.current_status(), 'dispute')
        self.assertEqual(self.line.dso_dispute_id, dispute)

    def test_still_open_needs_a_day_to_come(self):
        dispute = self.dispute()
        for date in (None, jan(11)):
            with self.assertRaisesRegex(UserError, "look at the dispute again"):
                dispute.action_settle('open', date)
        self.assertEqual(dispute.action_id.state, 'planned')

    def test_resolved_as_due(self):
        dispute = self.dispute()
        self.go_to(jan(20))
        dispute.action_settle('due', note="Price agreed in the contract")
        self.assertEqual((dispute.state, dispute.outcome), ('resolved', 'due'))
        self.assertEqual((dispute.resolved_on, dispute.resolution_days), (jan(20), 8))
        self.assertEqual(dispute.action_id.state, 'done')
        self.assertEqual(self.current_status(), 'dispute_resolved')
        self.assertFalse(self.line.dso_dispute_id)
        entry = self.env['dso.item.status'].search([('is_current', '=', True)])
        self.assertEqual(
            (entry.comment, entry.dispute_id), ("Price agreed in the contract", dispute)
        )
        self.assertEqual(entry.author_id, self.collector)

    def test_resolution_days_in_the_time_zone_of_the_company(self):
        self.company.dso_tz = 'Pacific/Auckland'  # noon in UTC is the next day there
        dispute = self.dispute()
        self.go_to(jan(13), hour=1)  # the same day there
        dispute.action_settle('due')
        self.assertEqual(dispute.resolution_days, 0)

    def test_resolved_by_a_credit_note(self):
        dispute = self.dispute(amount=300)
        credit_note = self.credit(amount=300, allocate=True)
        dispute.action_settle('credit_note', credit_note_id=credit_note.id)
        self.assertEqual((dispute.outcome, dispute.credit_note_id), ('credit_note', credit_note))
        self.assertEqual(self.current_status(), 'dispute_resolved')

    def test_credit_note_of_this_customer_alone(self):
        dispute = self.dispute()
        other = self.create_customer("Deco")
        wrong = self.create_credit_note(other, 10)
        draft = self.create_credit_note(self.customer, 10, post=False)
        for move in (wrong, draft, self.invoice, self.env['account.move']):
            with self.assertRaisesRegex(UserError, "posted credit note of Azure Interior"):
                dispute.action_settle('credit_note', credit_note_id=move.id)
        self.assertEqual(dispute.state, 'open')

    def test_no_outcome(self):
        with self.assertRaisesRegex(UserError, "what came of the dispute"):
            self.dispute().action_settle(False)

    def test_settled_once(self):
        dispute = self.dispute()
        dispute.action_settle('due')
        with self.assertRaisesRegex(UserError, "settled already"):
            dispute.action_settle('due')

    def test_one_by_one(self):
        other = self.receivables(self.create_invoice(self.customer, jan(6)))
        disputes = self.dispute() | self.dispute(other)
        with self.assertRaisesRegex(UserError, "one by one"):
            disputes.action_settle('due')

    def test_cancelled(self):
        dispute = self.dispute()
        dispute.action_cancel()
        self.assertEqual(dispute.state, 'cancelled')
        action = dispute.action_id
        self.assertEqual((action.state, action.reason_code), ('cancelled', 'person'))
        self.assertEqual(self.current_status(), 'in_progress')
        self.assertFalse(self.line.dso_dispute_id)

    def test_company_without_a_resolved_status(self):
        dispute = self.dispute()
        self.env['dso.status'].search([('category', '=', 'dispute_resolved')]).active = False
        with self.assertRaisesRegex(UserError, "no status of the category Dispute resolved"):
            dispute.action_settle('due')

    # --- never otherwise -------------------------------------------------------------------

    def test_never_completed_nor_skipped_without_an_outcome(self):
        action = self.dispute().action_id
        for method, args in (
            ('action_complete', ()),
            ('action_skip', ("No time",)),
            ('action_complete', ("note", 'no_answer')),
        ):
            with self.assertRaisesRegex(UserError, "with the outcome of the dispute"):
                getattr(action, method)(*args)
        self.assertEqual(action.state, 'planned')
        possible = action._get_possible_outcomes()
        self.assertIn('settle', possible)
        self.assertTrue({'complete', 'skip'}.isdisjoint(possible))

    def test_never_in_bulk(self):
        other = self.create_customer("Deco")
        self.create_invoice(other, jan(-5), posted=jan(-30))
        self.plan(other)
        call = self.env['dso.action'].create(
            {'customer_id': other.id, 'action_type': 'call', 'origin': 'specific'}
        )
        action = self.dispute().action_id
        for kind in ('complete', 'skip'):
            with self.subTest(kind):
                actions = (action | call).with_user(self.collector)
                _possible, obstacles = actions._sort_out(kind)
                self.assertEqual(list(obstacles), [action])
                self.assertIn("told one by one", obstacles[action])
        wizard = self.complete_dialog(action | call)
        self.assertFalse(wizard.dispute_id)
        wizard.action_apply()
        self.assertEqual((action.state, call.state), ('planned', 'done'))
        self.assertIn("told one by one", wizard.report)

    def complete_dialog(self, actions, **vals):
        wizards = self.env['dso.action.complete'].with_user(self.collector)
        wizards = wizards.with_context(active_model='dso.action', active_ids=actions.ids)
        return wizards.create(vals)

    def test_dialog_asks_for_the_outcome(self):
        dispute = self.dispute()
        credit_note = self.credit()
        wizard = self.complete_dialog(dispute.action_id)
        self.assertEqual(wizard.dispute_id, dispute)
        self.assertEqual(wizard.dispute_outcome, 'credit_note')
        self.assertEqual(wizard.credit_note_id, credit_note)
        wizard.action_apply()
        self.assertEqual((dispute.state, dispute.credit_note_id), ('resolved', credit_note))

    def test_dialog_keeps_open(self):
        dispute = self.dispute()
        action = dispute.action_open_settle()
        self.assertEqual(action['context']['active_ids'], dispute.action_id.ids)
        wizard = self.complete_dialog(dispute.action_id, dispute_outcome='open', date=jan(30))
        wizard.action_apply()
        self.assertEqual((dispute.state, dispute.action_id.date_planned), ('open', jan(30)))

    def test_unanswered_call_stays(self):
        follow_up = {'action_type': 'call'}
        action = self.dispute(follow_up=follow_up).action_id.with_user(self.collector)
        action.action_no_answer(retry_on=jan(15))
        self.assertEqual((action.state, action.date_planned), ('planned', jan(15)))
        with self.assertRaises(UserError):
            action.action_no_answer()

    def test_a_message_that_has_left_does_not_resolve(self):
        follow_up = {'action_type': 'email', 'mail_template_id': self.mail_template.id}
        dispute = self.dispute(follow_up=follow_up)
        message = dispute.action_id
        message.sudo()._set_done('sent')
        self.assertEqual((message.state, dispute.state), ('done', 'open'))
        self.assertNotEqual(dispute.action_id, message)
        follow_up = dispute.action_id
        self.assertEqual((follow_up.state, follow_up.action_type), ('planned', 'task'))
        self.assertEqual(self.line.dso_dispute_id, dispute)

    # --- owner -----------------------------------------------------------------------------

    def test_owner_is_told(self):
        owner = self.create_user('reader', name="Olga Owner", login='olga')
        found = [('partner_ids', 'in', owner.partner_id.ids)]
        dispute = self.dispute(owner_id=owner.id)
        [message] = self.env['mail.message'].search(found)
        self.assertIn("Carl Collector", message.body)
        self.assertIn(self.invoice.name, message.body)
        dispute.owner_id = owner
        self.assertEqual(self.env['mail.message'].search_count(found), 1)
        dispute.owner_id = self.collector  # who does it knows
        dispute.owner_id = owner
        self.assertEqual(self.env['mail.message'].search_count(found), 2)

    # --- what the books suggest ------------------------------------------------------------

    def test_credit_note_proposes_to_close(self):
        dispute = self.dispute()
        self.assertFalse(dispute.proposal)
        credit_note = self.credit(amount=300)
        dispute.invalidate_recordset()
        self.assertEqual(dispute.proposal, 'credit_note')
        self.assertEqual(dispute.proposed_credit_note_id, credit_note)
        self.assertIn(credit_note.name, dispute.notice)
        self.assertIn(credit_note.name, dispute.action_id.caution)
        found = self.env['dso.dispute'].search([('proposal', '=', 'credit_note')])
        self.assertEqual(found, dispute)
        self.assertEqual(dispute.state, 'open')  # people decide

    def test_allocated_credit_note_proposes_to_close(self):
        dispute = self.dispute()
        credit_note = self.create_credit_note(self.customer, 300)
        self.assertFalse(dispute.proposal)
        (self.receivables(credit_note) | self.line).reconcile()
        dispute.invalidate_recordset()
        self.assertEqual(dispute.proposed_credit_note_id, credit_note)

    def test_credit_note_brings_the_follow_up_forward(self):
        dispute = self.dispute()
        planned = dispute.action_id.date_planned
        self.go_to(jan(13))
        self.run_cron_plan()
        self.assertEqual(dispute.action_id.date_planned, planned)
        self.credit(amount=300)
        self.go_to(jan(14))
        self.run_cron_plan()
        self.assertEqual(dispute.action_id.date_planned, jan(14))
        dispute.action_id.action_reschedule(jan(18))
        self.go_to(jan(15))
        self.run_cron_plan()
        self.assertEqual(dispute.action_id.date_planned, jan(18), "A person has seen it")

    def test_older_credit_note_proposes_nothing(self):
        self.credit(amount=100, allocate=True)
        self.go_to(jan(14))
        self.assertFalse(self.dispute().proposal)

    def test_paid_item_proposes_to_close(self):
        dispute = self.dispute()
        self.pay(self.customer, 1000, self.line)
        dispute.invalidate_recordset()
        self.assertEqual(dispute.proposal, 'cleared')
        dispute.action_settle('due')
        self.assertEqual(dispute.state, 'resolved')
        self.assertEqual(self.current_status(), 'dispute_resolved')

    def test_average_of_what_is_resolved(self):
        other = self.receivables(self.create_invoice(self.customer, jan(6)))
        first, second = self.dispute(), self.dispute(other)
        self.go_to(jan(22))
        first.action_settle('due')
        second.action_settle('due')
        second.action_reopen()
        disputes = self.env['dso.dispute']
        [[average]] = disputes._read_group([], [], ['resolution_days:avg'])
        self.assertEqual(average, 10)

    def test_cancelled_credit_note_proposes_to_reopen(self):
        dispute = self.dispute()
        credit_note = self.credit(amount=300)
        dispute.action_settle('credit_note', credit_note_id=credit_note.id)
        self.assertFalse(dispute.proposal)
        credit_note.button_draft()
        dispute.invalidate_recordset()
        self.assertEqual(dispute.proposal, 'reopen')
        self.assertEqual(dispute.state, 'resolved')  # people decide
        dispute.action_reopen()
        self.assertEqual(
            (dispute.state, dispute.outcome, dispute.resolved_on), ('open', False, False)
        )
        self.assertFalse(dispute.credit_note_id)
        self.assertEqual(dispute.action_id.state, 'planned')
        self.assertEqual(self.current_status(), 'dispute')

    def test_reopening_is_refused(self):
        dispute = self.dispute()
        with self.assertRaisesRegex(UserError, "is open"):
            dispute.action_reopen()
        dispute.action_settle('due')
        again = self.dispute()
        with self.assertRaisesRegex(UserError, "another dispute"):
            dispute.action_reopen()
        again.action_settle('due')
        self.pay(self.customer, 1000, self.line)
        with self.assertRaisesRegex(UserError, "Nothing is open"):
            dispute.action_reopen()

    def test_lost_follow_up_comes_back(self):
        dispute = self.dispute()
        dispute.action_id.sudo()._set_cancelled('cause_gone')
        self.env['dso.dispute']._restore_follow_ups(self.company)
        self.assertEqual(dispute.action_id.state, 'planned')
        action = dispute.action_id
        self.env['dso.dispute']._restore_follow_ups(self.company)
        self.assertEqual(dispute.action_id, action)

    # --- screens and rights ----------------------------------------------------------------

    def test_customer_account(self):
        self.dispute().action_settle('due')
        self.dispute()
        self.assertEqual((self.customer.dispute_count, self.customer.open_dispute_count), (2, 1))
        disputes = self.env['dso.dispute'].search(self.customer.action_open_disputes()['domain'])
        self.assertEqual(len(disputes), 2)
        self.assertEqual(self.invoice.action_dso_open_dispute()['res_id'], disputes[0].id)

    def test_litigation_flags_the_account(self):
        other = self.create_customer("Deco")
        self.create_invoice(other, jan(6))
        self.line._dso_qualify(self.status('litigation'))
        self.assertTrue(self.customer.in_litigation)
        self.assertFalse(other.in_litigation)
        found = self.env['dso.customer'].search([('in_litigation', '=', True)])
        self.assertEqual(found, self.customer)
        self.pay(self.customer, 1000, self.line)
        self.customer.invalidate_recordset()
        self.assertFalse(self.customer.in_litigation)

    def test_rights(self):
        dispute = self.dispute()
        self.assertTrue(dispute.with_user(self.reader).notice is not None)
        self.assertEqual(dispute.with_user(self.reader).amount, 1000)
        for method, args in (
            ('action_settle', ('due',)),
            ('action_cancel', ()),
            ('action_reopen', ()),
        ):
            with self.assertRaises(AccessError):
                getattr(dispute.with_user(self.reader), method)(*args)
        for vals in ({'state': 'resolved'}, {'amount': 1}, {'outcome': 'due'}):
            with self.assertRaises(AccessError):
                dispute.write(vals)
        dispute.write({'owner_id': self.reader.id, 'target_date': jan(30)})
        with self.assertRaises(AccessError):
            dispute.action_id.write({'dispute_id': False})

    def test_second_company(self):
        dispute = self.dispute()
        other = self.create_company()
        user = self.create_user(
            'manager', login='second', company_id=other.id, company_ids=other.ids
        )
        with self.assertRaises(AccessError):
            dispute.with_user(user).read(['amount'])
        with self.assertRaises(AccessError):
            dispute.with_user(user).action_settle('due')

    # --- statements ------------------------------------------------------------------------

    def test_queries_do_not_depend_on_the_number(self):
        customers = self.create_customers(8)
        disputes = self.env['dso.dispute']
        for customer in customers:
            disputes |= self.dispute(self.receivables(self.create_invoice(customer, jan(5))))

        def read(records):
            return records.read(['proposal', 'notice', 'numbers', 'display_name'])

        self.queries(read, disputes)
        self.assertEqual(self.queries(read, disputes[:4]), self.queries(read, disputes))

        def count(records):
            return records.read(['dispute_count', 'open_dispute_count', 'in_litigation'])

        self.queries(count, customers)
        self.assertEqual(self.queries(count, customers[:4]), self.queries(count, customers))
