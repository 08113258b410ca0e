from odoo.tests import tagged

from .common_tours import AgendaTourCase


@tagged('post_install', '-at_install')
class TestTextsTour(AgendaTourCase):
    """A manager writes a text, looks at it and sends it to himself."""

    def test_write_look_and_test(self):
        step = self.env['dso.scenario.step'].search([('name', '=', "Reminder email")])
        actions = self.env['dso.action'].search_count([])
        address = f'/odoo/collection-scenarios/{step.scenario_id.id}'
        self.start_tour(address, 'dso_collection_texts', login='manager')
        self.assertEqual(step.mail_template_id.subject, "Please pay #items_amount_overdue")
        [mail] = self.env['mail.mail'].search([('subject', '=like', "[Test]%")])
        self.assertEqual(mail.email_to, '"Mona Manager" <manager@example.com>')
        self.assertFalse(mail.model)
        self.assertEqual(self.env['dso.action'].search_count([]), actions)
