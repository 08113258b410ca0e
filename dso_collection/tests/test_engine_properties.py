"""The SQL engine against the reference engine on random books.

HYPOTHESIS_PROFILE=thorough runs 300 portfolios. A failure names number, size and day; an
``@example`` with them repeats that portfolio, ``--hypothesis-seed`` a whole run.
"""

from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from odoo.tests import tagged

from .common_portfolio import PortfolioCase
from .common_properties import examples
from .comparison import Comparison, expected_listing, stored_listing
from .portfolio_changer import PortfolioChanger
from .portfolio_maker import PortfolioMaker


@tagged('post_install', '-at_install')
class TestEngineProperties(PortfolioCase):
    @examples(24, 300)
    @given(
        number=st.integers(0, 2**32 - 1),
        size=st.sampled_from((1, 10, 50, 200, 200, 200, 200)),
        day=st.dates(date(2027, 1, 4), date(2027, 1, 31)),
    )
    def test_random_portfolios(self, number, size, day):
        with self.rolled_back():
            self.go_to(day, hour=10)
            PortfolioMaker(self.env, self.books, number, size, day).make()
            self.assertAgrees(day)
            PortfolioChanger(self.env, Random(number), day).change()
            later = day + timedelta(days=number % 8)
            self.go_to(later, hour=10)
            self.assertAgrees(later)
            self.assertListed(later)

    def assertAgrees(self, today):
        """Both engines plan the same, and a second plan changes nothing."""
        run = self.env['dso.customer']._plan_all
        comparison = Comparison(self.env, today, lambda: run(today=today))
        if comparison.found:
            self.fail(comparison.report())
        before = self.dump()
        run(today=today)
        self.assertNothingWritten(before, "A second plan changes something")

    def assertListed(self, today):
        """Both engines count the same steps for the items of every open action."""
        actions = self.env['dso.action'].search(
            [('origin', '=', 'scenario'), ('state', 'in', ('planned', 'error'))]
        )
        expected = expected_listing(self.env, actions, today)
        self.env['dso.planner']._snapshot_items(actions)
        got = stored_listing(self.env, actions)
        differing = {
            key: (expected[key], got[key]) for key in expected if expected[key] != got[key]
        }
        self.assertFalse(differing, "Items listed by action, expected and got")
