"""Vocabulary of the tests of figures: nights that keep the portfolio, and what they kept."""

from datetime import timedelta
from unittest.mock import patch

from odoo.tools import SQL

from .common import CollectionCase

#: Figures of a day that are also those of the positions of its evening.
LEDGER = (
    'balance', 'not_due', 'overdue', 'bucket_30', 'bucket_60', 'bucket_90', 'bucket_older',
    'unallocated',
)  # fmt: skip


class FigureCase(CollectionCase):
    def run_cron_snapshot(self):
        """What the scheduled action does, without its commits."""
        cron = self.registry['ir.cron']
        with patch.object(cron, '_commit_progress', return_value=float('inf')):
            self.env['dso.snapshot']._cron_snapshot()

    def end_day(self, hour=1):
        """The day ends, and the scheduled action keeps it."""
        self.go_to(self.today + timedelta(days=1), hour)
        self.run_cron_snapshot()

    def rebuild(self, *days, company=None):
        """Read days from the ledger again."""
        self.env['dso.snapshot']._take(company or self.company, list(days))

    def totals(self, day, names=LEDGER, company=None):
        """Figures of a day, over all of its rows."""
        domain = [('company_id', '=', (company or self.company).id), ('day', '=', day)]
        [(count, *amounts)] = self.env['dso.snapshot']._read_group(
            domain, [], ['__count', *(f'{name}:sum' for name in names)]
        )
        self.assertTrue(count, day)
        return {name: round(amount, 2) for name, amount in zip(names, amounts, strict=True)}

    def positions(self, company=None):
        """The same figures of the customer accounts as they are now."""
        self.plan()
        self.env.flush_all()
        columns = SQL(", ").join(SQL("COALESCE(SUM(%s), 0)", SQL(name)) for name in LEDGER)
        query = SQL(
            "SELECT %s FROM dso_position WHERE company_id = %s",
            columns,
            (company or self.company).id,
        )
        [row] = self.env.execute_query(query)
        return {name: round(float(amount), 2) for name, amount in zip(LEDGER, row, strict=True)}
