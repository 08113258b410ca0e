"""What customers of the demo promised to pay; the books tell what became of it."""

from typing import NamedTuple


class Promise(NamedTuple):
    """A promise on all that was overdue on a day, to be paid so many days later."""

    code: str
    day: int
    days: int
    comment: str
    terms: dict = {}


PROMISES = (
    Promise('C1012', -34, 8, "Sells two trucks this week, pays from that."),
    Promise('C1005', -20, 14, "In the next payment run."),
    Promise('C1002', -18, 10, "Half now, half when the bank has agreed.", {'grace_days': 1}),
    Promise('C1052', -13, 5, "The bank has had it since Monday."),
    Promise(
        'C1016',
        -8,
        10,
        "New bank, pays in three parts.",
        {'instalment_count': 3, 'instalment_unit': 'week', 'grace_days': 3},
    ),
    Promise('C1021', -4, 9, "Signed by the manager, goes out next week."),
    Promise('C1047', -4, 12, "A first transfer at the end of next week.", {'of_amount': True}),
)
