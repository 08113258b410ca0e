"""The clock of the demo: the company's past is lived through, day by day.

A history written afterwards would have to be forged in many tables: dates of creation, of
payments, of reconciliations, of messages, and what the planner concludes from them. With the clock
at the day on which something happens, Odoo and the planner write all of it themselves.
"""

from contextlib import contextmanager
from datetime import datetime, time, timedelta

from freezegun import freeze_time


class Clock:
    """Days are numbers relative to the day of the build."""

    def __init__(self, env, today, frozen):
        self._cr = env.cr
        self._today = today
        self._frozen = frozen

    def date(self, day):
        return self._today + timedelta(days=day)

    def go_to(self, day, hour=7, minute=0):
        """Let the clock stand at a time (UTC) of a day."""
        moment = datetime.combine(self.date(day), time(hour, minute))
        self._frozen.move_to(moment)
        self._cr._now = moment  # the cursor asks the database only once in a transaction

    def end_day(self):
        """Do what the end of a transaction does: the planner takes up what was booked."""
        self._cr.flush()


@contextmanager
def clock(env, today):
    """A clock to live through the days before ``today``; the real time returns at the end."""
    with freeze_time(datetime.combine(today, time())) as frozen:
        yield Clock(env, today, frozen)
    env.cr._now = None
