"""Absences and pauses in a browser."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common_tours import AgendaTourCase


@tagged('post_install', '-at_install')
class TestSubstituteTour(AgendaTourCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sue = cls.create_person('collector', "Sue Stand-in", login='sue')
        cls.env['dso.substitute'].create(
            {
                'collector_id': cls.collector.id,
                'substitute_id': cls.sue.id,
                'date_from': cls.today,
                'date_until': cls.today + timedelta(days=2),
            }
        )

    def test_substitute_does_an_action(self):
        action = self.env['dso.action'].search([('partner_id.name', '=', "Ready Mat")])
        self.start_tour('/odoo', 'dso_collection_substitute', login='sue')
        self.assertEqual(
            (action.state, action.done_by_id, action.done_for_id),
            ('done', self.sue, self.collector),
        )

    def test_manager_sees_and_enters_absences(self):
        self.start_tour('/odoo/collection-load', 'dso_collection_substitute_enter', login='manager')
        period = self.env['dso.substitute'].search([('collector_id', '=', self.manager.id)])
        self.assertEqual(
            (period.substitute_id, period.date_from, period.date_until),
            (self.sue, self.today, self.today),
        )


@tagged('post_install', '-at_install')
class TestPauseTour(AgendaTourCase):
    def test_manager_pauses_and_resumes(self):
        self.company.dso_started_on = fields.Datetime.now()
        self.start_tour('/odoo', 'dso_collection_pause', login='manager')
        pause = self.env['dso.pause'].search([('company_id', '=', self.company.id)])
        self.assertEqual((pause.reason, pause.paused_by_id), ("Bank is late", self.manager))
        self.assertEqual(pause.resumed_by_id, self.manager)
        self.assertFalse(self.company.dso_paused)

    def test_collector_sees_that_nothing_is_sent(self):
        self.company.dso_started_on = False
        self.start_tour('/odoo', 'dso_collection_pause_seen', login='collector')
