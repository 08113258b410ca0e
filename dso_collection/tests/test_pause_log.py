"""The red switch: why nothing is sent, who decided, and what every screen says (spec 3.20)."""

from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .common import CollectionCase, jan


@tagged('post_install', '-at_install')
class TestPauseLog(CollectionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user('manager', name="Mona")
        cls.reader = cls.create_user('reader')
        cls.create_customer()
        cls.company.dso_started_on = fields.Datetime.now()

    def pauses(self, company=None):
        return self.env['dso.pause'].search([('company_id', '=', (company or self.company).id)])

    def pause(self, reason="Bank is late", company=None):
        (company or self.company).with_user(self.manager).action_dso_pause(reason)

    def sending(self, user=None):
        return self.env['res.company'].with_user(user or self.reader).get_dso_sending()

    # --- history --------------------------------------------------------------------------------

    def test_reason_person_and_times(self):
        self.pause("  Bank is late ")
        self.go_to(jan(6))
        self.company.with_user(self.manager).action_dso_resume()
        pause = self.pauses()
        self.assertEqual(pause.reason, "Bank is late")
        self.assertEqual((pause.paused_by_id, pause.resumed_by_id), (self.manager, self.manager))
        self.assertEqual((pause.paused_on.date(), pause.resumed_on.date()), (jan(4), jan(6)))

    def test_once_whatever_is_pressed(self):
        self.pause()
        self.pause("Again")
        self.assertEqual(self.pauses().mapped('reason'), ["Bank is late"])
        self.company.dso_paused = False
        self.company.action_dso_resume()
        self.assertEqual(len(self.pauses()), 1)

    def test_switch_of_a_program_is_on_record_too(self):
        self.company.dso_paused = True
        self.assertEqual(self.pauses().paused_by_id, self.env.user)
        self.company.write({'dso_started_on': fields.Datetime.now(), 'dso_paused': False})
        self.assertTrue(self.pauses().resumed_on)

    def test_one_open_pause(self):
        self.pause()
        with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'), self.cr.savepoint():
            self.env['dso.pause']._begin(self.company)

    def test_without_a_reason_nothing_happens(self):
        for reason in (None, "", "  "):
            with self.subTest(reason=reason), self.assertRaisesRegex(UserError, "Say why"):
                self.pause(reason)
        self.assertFalse(self.company.dso_paused)
        self.assertFalse(self.pauses())

    # --- branch ---------------------------------------------------------------------------------

    def test_branch_pauses_its_main_company_and_says_so(self):
        branch = self.create_company("Branch", parent_id=self.company.id)
        self.manager.company_ids += branch
        manager = branch.with_user(self.manager).with_context(allowed_company_ids=branch.ids)
        wizard = self.env['dso.pause.ask'].with_env(manager.env)
        wizard = wizard.create({'company_id': branch.id, 'reason': "Bank is late"})
        self.assertIn("Branch is a branch", wizard.branch_note)
        self.assertIn(self.company.name, wizard.branch_note)
        start = self.env['dso.start'].with_env(manager.env).create({'company_id': branch.id})
        self.assertIn("Branch is a branch", start.branch_note)
        wizard.action_apply()
        self.assertTrue(self.company.dso_paused)
        self.assertFalse(branch.dso_paused)
        self.assertEqual(len(self.pauses()), 1)
        [told] = self.sending(self.manager)
        self.assertEqual(set(told['companies']), {self.company.id, branch.id})
        self.assertFalse(self.company._dso_get_branch_note())

    def test_switch_of_a_branch_takes_nothing_back(self):
        """It is that of the main company which counts."""
        branch = self.create_company("Branch", parent_id=self.company.id)
        withdrawn = []
        with patch.object(
            self.registry['dso.dispatch'],
            '_withdraw_queued',
            lambda dispatch, companies: withdrawn.append(companies),
        ):
            branch.dso_paused = True
            self.assertFalse(any(withdrawn))
            self.company.dso_paused = True
            self.company.dso_paused = True
        self.assertEqual(withdrawn, [self.company])

    # --- rights ---------------------------------------------------------------------------------

    def test_managers_of_the_company_alone(self):
        other = self.create_company("Other Place")
        for user in (self.reader, self.create_user('collector')):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.company.with_user(user).action_dso_pause("Mine")
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env['dso.pause.ask'].with_user(user).create({'reason': "Mine"})
        with self.assertRaises(AccessError):
            self.pause(company=other)

    def test_history_is_nobodys_to_write(self):
        self.pause()
        pause = self.pauses().with_user(self.manager)
        self.assertEqual(pause.with_user(self.reader).reason, "Bank is late")
        for change in (lambda: pause.write({'reason': "None"}), pause.unlink):
            with self.assertRaises(AccessError):
                change()
        with self.assertRaises(AccessError):
            pause.create({'company_id': self.company.id, 'paused_on': fields.Datetime.now()})

    def test_other_company_sees_nothing(self):
        other = self.create_company("Other Place")
        self.create_customer("Theirs", company=other)
        stranger = self.create_user(
            'manager', login='stranger', company_id=other.id, company_ids=[Command.set(other.ids)]
        )
        self.pause()
        self.assertFalse(self.env['dso.pause'].with_user(stranger).search([]))
        self.assertEqual([row['name'] for row in self.sending(stranger)], ["Other Place"])
        portal = new_test_user(self.env, login='portal', groups='base.group_portal')
        self.assertEqual(self.sending(portal), [])

    # --- what screens say -----------------------------------------------------------------------

    def test_sentence_of_every_screen(self):
        self.assertEqual(self.sending(), [])
        self.pause()
        [told] = self.sending()
        self.assertEqual((told['state'], told['reason']), ('paused', "Bank is late"))
        self.assertRegex(told['sentence'], "paused since .*1/4/27.* by Mona")
        self.company.dso_paused = False
        self.assertEqual(self.sending(), [])
        self.company.dso_started_on = False
        [told] = self.sending()
        self.assertEqual((told['state'], told['companies']), ('idle', self.company.ids))

    def test_company_without_customers_is_not_mentioned(self):
        other = self.create_company("Other Place")
        self.reader.company_ids += other
        self.assertEqual(self.sending(), [])
        self.create_customer("Theirs", company=other)
        self.assertEqual([row['id'] for row in self.sending()], other.ids)

    def test_number_of_queries(self):
        counts = []
        for number in range(4):
            company = self.env['res.company'].create(
                {'name': f"Company {number}", 'dso_started_on': jan(1), 'dso_paused': True}
            )
            self.create_customer(company.name, company=company)
            self.reader.company_ids += company
            counts.append(self.queries(self.sending))
        self.assertEqual(counts[1], counts[3])

    def test_open_browsers_are_told(self):
        sent = []
        with patch.object(
            self.registry['bus.bus'], '_sendone', lambda bus, *args: sent.append(args)
        ):
            self.pause()
            self.company.dso_contact_interval = 6
            self.company.action_dso_resume()
            self.company.dso_started_on = False
        readers = self.env.ref('dso_collection.group_dso_reader')
        self.assertEqual(sent, [(readers, 'dso_collection/sending', {})] * 3)
