"""How much the tests with random examples play, and how they play sequences of operations.

HYPOTHESIS_PROFILE=thorough plays more examples, and longer ones.
"""

import os
from random import Random

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

THOROUGH = os.environ.get('HYPOTHESIS_PROFILE') == 'thorough'


def examples(usual, thorough):
    """Return the settings of a test that plays so many random examples.

    :param int usual: their number
    :param int thorough: their number when tests are thorough
    """
    return settings(
        max_examples=thorough if THOROUGH else usual,
        deadline=None,
        database=None,
        # A failure names what was played; shrinking would take minutes.
        phases=(Phase.explicit, Phase.generate, *([Phase.shrink] if THOROUGH else [])),
        suppress_health_check=list(HealthCheck),
    )


def sequences(operations, shortest, longest, thorough):
    """Return random sequences of operations, each with the number that chooses for it.

    :param operations: their names, the frequent ones more than once
    :param int longest: most operations of a sequence
    :param int thorough: the same when tests are thorough
    """
    return st.lists(
        st.tuples(st.sampled_from(operations), st.integers(0, 9999)),
        min_size=shortest,
        max_size=thorough if THOROUGH else longest,
    )


class Play:
    """One sequence of operations; every operation chooses its targets by ``rng``.

    :param case: the test, with the ``customers`` on whom it is played
    """

    def __init__(self, case):
        self.case, self.env = case, case.env
        self.customers = list(case.customers)

    def do(self, operation, number):
        """Do what the method of an operation does, for a customer."""
        self.rng = Random(number)
        self.customer = self.rng.choice(self.customers)
        getattr(self, f'do_{operation}')()
