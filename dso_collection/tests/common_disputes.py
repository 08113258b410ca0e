"""Vocabulary of the tests of disputes: who disputes what, and what came of it."""

from .common import CollectionCase, jan


class DisputeCase(CollectionCase):
    """A customer with an invoice due on 5 January, and people who may or may not act on it."""

    FIRST_DAY = jan(12)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls.create_user('collector', name="Carl Collector")
        cls.reader = cls.create_user('reader')
        cls.customer = cls.create_customer()
        cls.customer.collector_id = cls.collector
        cls.invoice = cls.create_invoice(cls.customer, jan(5), posted=jan(1))
        cls.line = cls.receivables(cls.invoice)
        cls.plan()

    @classmethod
    def status(cls, category):
        return cls.env['dso.status'].search([('category', '=', category)], limit=1)

    @classmethod
    def reason(cls, name='price'):
        return cls.env.ref(f'dso_collection.dso_dispute_reason_{name}')

    @classmethod
    def dispute(cls, lines=None, user=None, follow_up=None, **values):
        """A dispute of the reason *price*."""
        lines = (cls.line if lines is None else lines).with_user(user or cls.collector)
        given = {'dispute': {'reason_id': cls.reason().id, **values}}
        if follow_up:
            given['follow_up'] = follow_up
        action = lines._dso_qualify(cls.status('dispute'), given)
        cls.plan()
        return action.dispute_id.with_user(user or cls.collector)

    def credit(self, invoice=None, amount=None, allocate=False):
        """A posted credit note on an invoice, allocated to it when asked."""
        invoice = invoice or self.invoice
        credit_note = invoice._reverse_moves([{'invoice_date': self.today, 'date': self.today}])
        if amount:
            credit_note.invoice_line_ids.price_unit = amount
        credit_note.action_post()
        if allocate:
            lines = self.receivables(credit_note) | self.receivables(invoice)
            lines.filtered(lambda line: not line.reconciled).reconcile()
        self.plan()
        return credit_note

    def current_status(self, line=None):
        line = line or self.line
        line.invalidate_recordset()
        return line.dso_status_category
