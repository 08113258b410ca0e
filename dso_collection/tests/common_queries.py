"""Vocabulary of the tests that count statements."""

from .common import CollectionCase


class QueryCase(CollectionCase):
    """Customer accounts, and half of them, to hold what a call costs against each other."""

    COUNT = 8

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.create_customers(2 * cls.COUNT)
        cls.few = cls.customers[: cls.COUNT]

    def assertSame(self, prepare, function):
        """A call on twice as many customer accounts takes the same number of statements.

        :param prepare: called with customer accounts of ``self.few`` or ``self.customers``
        :param function: called with what ``prepare`` returns; its statements are counted
        """
        counts = []
        for customers in (self.few, self.few, self.customers):
            with self.rolled_back():
                prepared = prepare(customers)
                counts.append(self.queries(function, prepared))
        _warm, few, many = counts
        self.assertEqual(few, many)
