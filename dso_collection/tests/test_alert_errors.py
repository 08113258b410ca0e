"""Criteria of alerts that are broken, senseless or too slow."""

from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger
from psycopg2 import errors

from ..models import dso_alert
from .common import jan
from .common_alerts import AlertCase
from .test_alerts import LATE

#: Conditions that stand in each other as often as they are repeated.
DEEP = "'|', ('overdue', '>', 1), '&', ('balance', '>', 1), "


@tagged('post_install', '-at_install')
class TestBrokenAlerts(AlertCase):
    def test_others_go_on(self):
        broken, fine = self.create_alert(LATE, name="Broken"), self.create_alert(LATE)
        self.break_criteria(broken)
        other = self.create_customer("Other")
        self.create_invoice(other, jan(15), posted=jan(1))
        self.plan()
        self.assertEqual(self.refresh(broken | fine), {fine: other})
        self.assertRegex(broken.last_error, "Alert Broken cannot be looked at: .*gone.*Correct")
        self.assertFalse(fine.last_error)
        self.assertEqual((fine.customer_count, broken.customer_count), (2, 0))
        self.assertTrue(broken.count_error)
        self.assertEqual(self.members(broken), self.customer, "as they were")
        with self.assertRefused(UserError, "Correct its criteria"):
            broken.action_open()

    def test_mended(self):
        alert = self.create_alert(LATE)
        self.break_criteria(alert)
        self.refresh(alert)
        alert.domain = repr(LATE)
        self.assertFalse(alert.last_error)
        self.assertEqual(self.members(alert), self.customer)

    def test_senseless_criteria_are_refused(self):
        for domain in (
            "[('gone', '=', 1)]",
            "[('overdue', '>', 'much')]",
            "[('overdue', '>'",
            "[('action_ids', 'any!', [])]",
            "__import__('os')",
            "no_such_name",
            "[('create_date', '>', 'today -99999999d')]",
            "-" * 3000 + "1",
            f"[{DEEP * 1500} ('id', '>', 1)]",
        ):
            with (
                self.subTest(domain=domain),
                mute_logger('odoo.tools.safe_eval'),
                self.assertRefused(ValidationError, "Correct its criteria"),
            ):
                self.env['dso.alert'].create({'name': "Bad", 'domain': domain})

    def test_too_much_for_one_statement(self):
        """Criteria that the server takes one by one, but not all together, are taken one by one."""
        alerts = self.create_alert(LATE) | self.create_alert([('balance', '>', 0)])
        conditions_of = type(alerts)._get_conditions

        def too_many(alerts, company):
            if len(alerts) > 1:
                raise errors.TooManyColumns("target lists can have at most 1664 entries")
            return conditions_of(alerts, company)

        with patch.object(type(alerts), '_get_conditions', too_many):
            self.assertEqual(alerts.mapped('customer_count'), [1, 1])
            self.assertFalse(alerts.mapped('count_error')[0])

    def test_too_slow(self):
        """The server cuts a criterion off; the others go on, and its time limit is as before."""
        slow, fine = self.create_alert(LATE, name="Slow"), self.create_alert(LATE)
        conditions_of = type(slow)._get_conditions

        def sleepy(alerts, company):
            conditions, query = conditions_of(alerts, company)
            if slow.id in conditions:
                conditions[slow.id] = SQL("(SELECT pg_sleep(5) IS NOT NULL)")
            return conditions, query

        self.env.cr.execute("SET LOCAL statement_timeout = '77s'")
        with (
            patch.object(type(slow), '_get_conditions', sleepy),
            patch.object(dso_alert, 'LONG', '200ms'),
            mute_logger('odoo.sql_db'),
        ):
            self.refresh(slow | fine)
        self.assertRegex(slow.last_error, "Alert Slow cannot be looked at: .*take too long")
        self.assertFalse(fine.last_error)
        self.env.cr.execute("SHOW statement_timeout")
        self.assertEqual(self.env.cr.fetchone()[0], '77s')
        with (  # people wait for seconds, not for as long as a scheduled action
            patch.object(type(slow), '_get_conditions', sleepy),
            patch.object(dso_alert, 'SHORT', '200ms'),
            mute_logger('odoo.sql_db'),
            self.assertRefused(UserError, "take too long"),
        ):
            slow.action_open()

    def test_time_limits_in_each_other(self):
        """Each puts back the one before it, whether what it limits succeeds or not."""
        alert = self.create_alert(LATE)
        limits = []

        def note():
            self.env.cr.execute("SHOW statement_timeout")
            limits.extend(self.env.cr.fetchone())

        def fail():
            note()
            raise UserError("Senseless")

        def outer():
            for inner in (note, fail):
                alert._try(inner, '5s')
                note()

        self.env.cr.execute("SET LOCAL statement_timeout = '77s'")
        self.assertFalse(alert._try(outer, '1min'))
        note()
        self.assertEqual(limits, ['5s', '1min', '5s', '1min', '77s'])
