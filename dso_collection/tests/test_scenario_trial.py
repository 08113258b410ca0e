from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import CollectionCase, jan


@tagged('post_install', '-at_install')
class TestScenarioTrial(CollectionCase):
    """What a scenario would change before it is saved."""

    FIRST_DAY = jan(4)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user('manager')
        cls.azure = cls.create_customer("Azure Interior")
        cls.deco = cls.create_customer("Deco Addict")
        cls.create_invoice(cls.azure, jan(10), posted=jan(1))
        cls.create_invoice(cls.deco, jan(3), posted=jan(0))
        cls.plan(cls.azure, cls.deco)

    def try_changes(self, **vals):
        """What changes: name of the customer, kind, before and after."""
        window = self.scenario.with_user(self.manager).try_changes(vals)
        self.trial = self.env['dso.scenario.trial'].with_user(self.manager).browse(window['res_id'])
        return [
            (
                line.customer_id.display_name,
                line.kind,
                (line.before, line.before_date),
                (line.after, line.after_date),
            )
            for line in self.trial.line_ids
        ]

    def change(self, step, **vals):
        return {'step_ids': [Command.update(self.step(step).id, vals)]}

    def test_nothing_changes(self):
        self.assertEqual(self.try_changes(description="New words"), [])
        self.assertEqual(self.trial.change_count, 0)
        self.assertIn("Nothing would change today", self.trial.summary)

    def test_earlier_and_later(self):
        now = ("email +3", jan(6))
        self.assertEqual(
            self.try_changes(**self.change(3, delay=1)),
            [("Deco Addict", 'earlier', now, ("email +3", jan(4)))],
        )
        self.assertEqual(
            self.try_changes(**self.change(3, delay=8)),
            [("Deco Addict", 'later', now, ("email +3", jan(11)))],
        )
        self.assertEqual((self.trial.customer_count, self.trial.change_count), (2, 1))
        self.assertIn("change today: 1 of 2", self.trial.summary)

    def test_another_action(self):
        found = self.try_changes(
            step_ids=[
                Command.delete(self.step(-5).id),
                Command.create({'name': "Phone", 'delay': -6, 'action_type': 'call'}),
            ]
        )
        self.assertEqual(
            found, [("Azure Interior", 'other', ("email -5", jan(5)), ("Phone", jan(4)))]
        )

    def test_none_any_more(self):
        found = self.try_changes(minimum_amount=5000)
        self.assertEqual({row[1] for row in found}, {'gone'})
        self.assertIn("Below the minimum", found[0][3][0])

    def test_nothing_is_written(self):
        before = self.dump()
        steps = self.scenario.step_ids.read(['name', 'delay', 'write_date'])
        self.try_changes(**self.change(3, delay=1))
        self.assertNothingWritten(before, "A trial writes")
        self.assertEqual(self.scenario.step_ids.read(['name', 'delay', 'write_date']), steps)

    def test_what_cannot_be_saved_cannot_be_tried(self):
        with self.assertRaises(ValidationError):
            self.try_changes(**self.change(10, mode='automatic'))

    def test_for_managers_and_their_companies(self):
        for role in ('reader', 'collector'):
            user = self.create_user(role)
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.scenario.with_user(user).try_changes({'minimum_amount': 0})
        other = self.create_company()
        elsewhere = self.create_customer("Elsewhere", company=other)
        self.create_invoice(elsewhere, jan(3), posted=jan(0))
        self.plan(elsewhere)
        found = self.try_changes(**self.change(3, delay=1))
        self.assertEqual([row[0] for row in found], ["Deco Addict"])

    def test_no_more_queries_for_more_customers(self):
        self.try_changes(minimum_amount=1)
        counts = []
        for _turn in range(2):
            customers = self.create_customers(110)
            self.create_opening_entry(customers, jan(3))
            self.plan()
            vals = self.change(3, delay=1)
            counts.append(self.queries(self.scenario.with_user(self.manager).try_changes, vals))
        self.assertLessEqual(counts[1], counts[0])
