from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .common_tours import TourCase


class StartTourCase(TourCase):
    """Two customers who owe, one of them for long, before collection has started."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.create_person('manager', "Mona Manager")
        cls.scenario = cls.env['dso.scenario'].create(
            {
                'name': "Calls",
                'step_ids': [
                    Command.create({'name': "Reminder call", 'delay': 3, 'action_type': 'call'})
                ],
            }
        )
        cls.young = cls.create_late_customer("Young Debtor")
        cls.ancient = cls.create_late_customer("Ancient Debtor")
        lines = cls.ancient.open_line_ids
        lines.date_maturity = cls.today - timedelta(days=400)
        (cls.young | cls.ancient).scenario_id = cls.scenario
        cls.company.dso_started_on = False
        cls.env['dso.customer']._plan_all()


@tagged('post_install', '-at_install')
class TestStartTour(StartTourCase):
    """A manager starts collection, works through the review list and tries a scenario."""

    def test_start(self):
        self.start_tour(
            '/odoo/action-dso_collection.dso_start_action', 'dso_collection_start', login='manager'
        )
        self.env.invalidate_all()
        self.assertTrue(self.company.dso_started_on)
        self.assertEqual(self.company.dso_careful_until, self.today + timedelta(days=14))
        self.assertEqual(self.young.start_decision, 'confirm')
        self.assertEqual((self.ancient.start_decision, self.ancient.reason), ('review', 'review'))
        logs = self.env['dso.start.log'].search([('company_id', '=', self.company.id)])
        self.assertEqual(set(logs.mapped('event')), {'start', 'decide'})
        self.assertEqual(logs.user_id.login, 'manager')

    def test_review(self):
        self.company.action_dso_start()
        self.start_tour('/odoo/collection-review', 'dso_collection_review', login='manager')
        self.env.invalidate_all()
        self.assertEqual((self.ancient.start_decision, self.ancient.reason), ('planned', 'planned'))

    def test_trial(self):
        self.start_tour(
            f'/odoo/collection-scenarios/{self.scenario.id}',
            'dso_collection_trial',
            login='manager',
        )
        self.env.invalidate_all()
        self.assertEqual(self.scenario.minimum_amount, 50)
        self.assertEqual(self.ancient.reason, 'planned')
        trial = self.env['dso.scenario.trial'].search([('scenario_id', '=', self.scenario.id)])
        self.assertEqual((trial.customer_count, trial.change_count), (2, 2))


@tagged('post_install', '-at_install')
class TestStartPhoneTour(StartTourCase):
    """The same start on a phone, where each age is a card."""

    browser_size = '390x844'
    touch_enabled = True

    def test_start_phone(self):
        self.start_tour('/odoo/collection-start', 'dso_collection_start_phone', login='manager')
        self.env.invalidate_all()
        self.assertTrue(self.company.dso_started_on)
        self.assertEqual(self.ancient.start_decision, 'confirm')
        self.assertEqual(self.young.start_decision, 'planned')
