"""Vocabulary of the tests about promises to pay."""

from .common import CollectionCase, jan


class PromiseCase(CollectionCase):
    """A customer with two overdue invoices, of 1000 and of 500."""

    def setUp(self):
        super().setUp()
        self.customer = self.create_customer()
        self.invoice = self.create_invoice(self.customer, jan(-20), 1000)
        self.other = self.create_invoice(self.customer, jan(-10), 500)

    def promise(self, *items, day=10, **values):
        """A promise to pay items, or an amount when there are none, by a day of January."""
        lines = self.env['account.move.line'].union(*map(self.receivables, items))
        if not lines:
            values = {'customer_id': self.customer.id, **values}
        return self.env['dso.promise']._take(lines, {'date': jan(day), **values})

    def night(self, day):
        """What the scheduled action does when a day of January begins."""
        self.plan()
        self.go_to(jan(day))
        self.run_cron_plan()
        self.plan()

    def assertPromise(self, promise, state, paid=0, settled=None):
        self.plan()
        found = (promise.state, promise.amount_paid, promise.settled_on)
        self.assertEqual(found, (state, paid, settled is not None and jan(settled)))
