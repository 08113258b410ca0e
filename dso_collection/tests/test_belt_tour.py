"""Releasing what waits, and the proof that nobody is forgotten, in a browser."""

from odoo import Command, fields
from odoo.tests import tagged

from .common_tours import TourCase


@tagged('post_install', '-at_install')
class TestBeltTour(TourCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_person('manager', "Mona Manager")
        template = cls.env['mail.template'].create(
            {
                'name': "Reminder",
                'model_id': cls.env['ir.model']._get_id('dso.action'),
                'subject': "Reminder",
                'body_html': "<p>Please pay.</p>",
            }
        )
        step = {
            'name': "Reminder email",
            'delay': 3,
            'action_type': 'email',
            'mode': 'automatic_confirm',
            'mail_template_id': template.id,
        }
        scenario = cls.env['dso.scenario'].create(
            {'name': "Emails", 'step_ids': [Command.create(step)]}
        )
        cls.company.write(
            {'dso_started_on': fields.Datetime.now(), 'dso_paused': False, 'dso_daily_cap': 1}
        )
        cls.customers = cls.env['dso.customer']
        for place, name in enumerate(("Azure Interior", "Deco Addict", "Ready Mat")):
            cls.customers |= cls.create_late_customer(name, email=f'pay{place}@example.com')
        cls.customers.scenario_id = scenario
        cls.env['dso.customer']._plan_all()
        cls.customers.mapped('next_action_id').action_confirm()
        cls.company.dso_planned_on = cls.today
        cls.env['dso.plan.mark'].search([]).unlink()  # everybody is planned

    def test_release(self):
        self.start_tour('/odoo', 'dso_collection_belts', login=self.manager.login)
        day = self.env['dso.sending.day'].search([('company_id', '=', self.company.id)])
        self.assertEqual((day.released, day.released_by_id), (2, self.manager))

    def test_completeness(self):
        self.start_tour('/odoo', 'dso_collection_completeness', login=self.manager.login)
        proof = self.env['dso.coverage'].search([('company_id', '=', self.company.id)])
        self.assertEqual((proof.planned, proof.planned_count), (3000, 3))
        self.assertTrue(proof.is_proved)
