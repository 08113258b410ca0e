"""Vocabulary of the tests about alerts."""

from contextlib import contextmanager

from odoo.tools import SQL

from .common import CollectionCase, jan


class AlertCase(CollectionCase):
    """A customer who is ten days late with 1 000, and no alerts but those of a test."""

    FIRST_DAY = jan(20)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['dso.alert'].search([]).unlink()
        cls.customer = cls.create_customer()
        cls.create_invoice(cls.customer, jan(10), posted=jan(1))
        cls.plan(cls.customer)

    @classmethod
    def create_alert(cls, domain, user=None, **vals):
        """An alert whose criteria a user has written; shared when nobody is named."""
        vals = {'name': "Late", 'is_shared': not user, **vals}
        alert = cls.env['dso.alert'].with_user(user or cls.env.user)
        return alert.create({'domain': repr(domain), **vals}).with_env(cls.env)

    def break_criteria(self, alert, domain="[('gone', '=', 1)]"):
        """Criteria that were fine when they were written."""
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE dso_alert SET domain = %s WHERE id = %s", domain, alert.id))
        self.env.invalidate_all()

    def members(self, alert, user=None):
        """The customer accounts of an alert, as a user sees them in all of his companies."""
        user = user or self.env.user
        members = self.env['dso.alert.account'].with_user(user)
        members = members.with_context(allowed_company_ids=user.company_ids.ids)
        return members.search([('alert_id', '=', alert.id)]).customer_id.sorted('id')

    @contextmanager
    def assertRefused(self, error, pattern):
        """What is refused leaves nothing behind, and the sentence says why."""
        with self.assertRaises(error) as caught:
            yield
        self.assertRegex(str(caught.exception), pattern)

    def refresh(self, alerts):
        """Look at the accounts anew; return who is new, by alert."""
        found = alerts.sudo()._refresh()
        return {alert: self.env['dso.customer'].browse(ids) for alert, ids in found.items()}

    def stored(self):
        """Every row of the tables that a refresh may write."""
        self.env.flush_all()
        rows = set()
        for table in ('dso_alert', 'dso_alert_account'):
            query = SQL("SELECT ctid::text, to_jsonb(t)::text FROM %s t", SQL.identifier(table))
            rows.update((table, *row) for row in self.env.execute_query(query))
        return rows
