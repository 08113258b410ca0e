from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common_tours import AgendaTourCase


@tagged('post_install', '-at_install')
class TestPanelTour(AgendaTourCase):
    """A collector works through his agenda without leaving it; the server has it all."""

    def actions_of(self, name):
        return self.env['dso.action'].search([('partner_id.name', '=', name)], order='id')

    def test_calls(self):
        self.env['res.partner'].search([('name', '=', "Azure Interior")]).phone = "+1 555 0100"
        call, done = self.actions_of("Azure Interior"), self.actions_of("Ready Mat")
        self.start_tour('/odoo', 'dso_collection_panel_calls', login='collector')
        tried = self.actions_of("Azure Interior").filtered(lambda a: a.origin == 'direct')
        self.assertEqual((tried.outcome, tried.note), ('no_answer', "Voice mail"))
        self.assertEqual(call.date_user, self.today + timedelta(days=1))
        self.assertEqual((call.outcome, call.reason), ('skipped', "Paid by cheque"))
        self.assertEqual((done.outcome, done.note), ('done', "Promised to pay on Friday"))
        self.assertEqual((tried | call | done).done_by_id, self.collector)

    def test_email(self):
        self.company.write({'dso_started_on': fields.Datetime.now(), 'dso_paused': False})
        template = self.env['mail.template'].search([('name', '=', "Reminder")], limit=1)
        scenario = self.create_scenario(
            {'name': "Manual email", 'action_type': 'email', 'mail_template_id': template.id}
        )
        self.create_late("Brandon Freeman", scenario)
        action = self.actions_of("Brandon Freeman")
        self.start_tour('/odoo', 'dso_collection_panel_email', login='collector')
        self.assertEqual(action.state, 'sending')
        message = action.sent_message_ids.mail_message_id
        self.assertEqual(message.subject, "About your invoice")
        self.assertIn("Just for you", message.body)
        [call] = self.actions_of("Azure Interior")
        self.assertEqual(call.note, "Ask for Paula")
        self.assertEqual(self.actions_of("Ready Mat").note, "In June")


@tagged('post_install', '-at_install')
class TestPanelOnPhone(AgendaTourCase):
    """The same on a phone."""

    browser_size = '390x844'
    touch_enabled = True

    def test_phone(self):
        self.start_tour('/odoo/collection-manual', 'dso_collection_panel_phone', login='collector')
        action = self.env['dso.action'].search([('partner_id.name', '=', "Ready Mat")])
        self.assertEqual(action.date_user, self.today + timedelta(days=3))
        self.assertEqual(action.note, "In June")
