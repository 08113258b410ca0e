from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import jan
from .common_dispatch import DispatchCase


@tagged('post_install', '-at_install')
class TestForecast(DispatchCase):
    """How many messages, calls and letters a day, by collector (spec 3.20)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user('manager', name="Mona")
        cls.bob = cls.create_user('collector', name="Bob Clerk", login='bob', email='b@example.com')
        cls.second = cls.create_customer("Second")
        cls.third = cls.create_customer("Third")
        cls.second.collector_id = cls.collector
        cls.third.collector_id = cls.bob
        for customer in (cls.second, cls.third):
            cls.create_invoice(customer, jan(1), 500, posted=jan(0))
        cls.go_to(jan(4), hour=7)
        cls.plan()

    def forecast(self, user=None, **vals):
        return self.env['dso.forecast'].with_user(user or self.manager).create(vals)

    def look_ahead(self, **vals):
        """What comes up: day of January, collector, type, what becomes of it, number, amount."""
        self.action = self.forecast(**vals).action_run()
        lines = self.env['dso.forecast.line'].with_user(self.manager)
        lines = lines.search(self.action['domain']).filtered('collector_id')
        return [
            (
                (line.day - jan(0)).days,
                line.collector_id.name,
                line.action_type,
                line.kind,
                line.number,
                line.amount,
            )
            for line in lines.sorted(lambda line: (line.day, line.collector_id.name))
        ]

    def test_by_day_and_collector(self):
        self.assertEqual(
            self.look_ahead(days=9),
            [
                (4, "Ann Clerk", 'email', 'sent', 2, 1500),
                (4, "Bob Clerk", 'email', 'sent', 1, 500),
                (11, "Ann Clerk", 'call', 'manual', 2, 1500),
                (11, "Bob Clerk", 'call', 'manual', 1, 500),
            ],
        )
        self.assertEqual(self.action['display_name'], "Preview until 01/12/2027")

    def test_messages_beside_others_count_by_their_own_type(self):
        self.step(3).write(
            {
                'also_sms': True,
                'sms_template_id': self.create_sms_template().id,
                'also_letter': True,
                'letter_template_id': self.mail_template.id,
            }
        )
        (self.customer | self.third).partner_id.phone = '+49 30 2312511'
        self.third.partner_id.write({'street': "Main Street 1", 'zip': '10115', 'city': "Berlin"})
        self.third.partner_id.country_id = self.env.ref('base.de')
        (self.customer | self.second).partner_id.write({'street': False, 'city': False})
        self.plan()
        found = {row[1:5] for row in self.look_ahead(days=1)}
        self.assertIn(("Bob Clerk", 'letter', 'sent', 1), found)
        self.assertIn(("Ann Clerk", 'email', 'sent', 2), found)
        self.assertFalse([row for row in found if row[:2] == ("Ann Clerk", 'letter')])
        self.assertEqual(sum(row[5] for row in self.look_ahead(days=1)), 2000, "each once")
        # Nothing goes: what would go is counted, whoever has an address.
        self.company.dso_paused = True
        found = {row[1:5] for row in self.look_ahead(days=1)}
        self.assertIn(("Ann Clerk", 'sms', 'later', 2), found)

    def test_a_second_run_replaces_the_first(self):
        forecast = self.forecast(days=1)
        forecast.action_run()
        lines = forecast.line_ids
        forecast.days = 9
        forecast.action_run()
        self.assertFalse(lines.exists())
        self.assertIn(jan(11), forecast.line_ids.mapped('day'))

    def test_it_says_when_it_ends_early(self):
        rehearsal = self.registry['dso.rehearsal']
        with patch.object(rehearsal, '_foresee', return_value=([], jan(6))):
            action = self.forecast(days=30).action_run()
        self.assertEqual(action['tag'], 'display_notification')
        self.assertIn("ends on 01/06/2027", action['params']['message'])
        self.assertEqual(action['params']['next']['res_model'], 'dso.forecast.line')

    def test_refusals(self):
        for days in (0, -1, 93):
            with self.subTest(days=days), self.assertRaisesRegex(UserError, "between 1 and 92"):
                self.forecast(days=days).action_run()
        for role in ('reader', 'collector'):
            user = self.create_user(role, login=role)
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.forecast(user)
        other = self.create_company("Elsewhere")
        with self.assertRaises(AccessError):
            self.forecast(company_id=other.id).action_run()

    def test_it_tells_why_nothing_goes(self):
        self.assertFalse(self.forecast().note)
        self.company.dso_paused = True
        self.assertIn("Sending is paused", self.forecast().note)
        self.company.dso_started_on = False
        self.assertIn("not started", self.forecast().note)
