"""The sending window: pure functions on days and local times (spec 3.15).

Weekdays are numbers from 0 (Monday) to 6 (Sunday). A window needs one open weekday at least; the
company's settings see to that.
"""

from datetime import datetime, timedelta

ONE_DAY = timedelta(days=1)

#: A year without an opening is a configuration nobody means; the search stops there.
MAX_DAYS_CLOSED = 366


def next_open_day(day, open_weekdays, holidays=frozenset()):
    """Return the first open day on or after ``day``.

    :param date day: first day to consider
    :param open_weekdays: container of open weekdays
    :param holidays: container of closed dates
    :return: the open day; ``day`` itself when everything is closed for a year
    :rtype: date
    """
    candidate = day
    for _i in range(MAX_DAYS_CLOSED):
        if candidate.weekday() in open_weekdays and candidate not in holidays:
            return candidate
        candidate += ONE_DAY
    return day


def weekday_shifts(open_weekdays):
    """Return, per weekday, the days to add to reach an open weekday.

    :rtype: list[int]
    """
    return [
        next((n for n in range(7) if (weekday + n) % 7 in open_weekdays), 0) for weekday in range(7)
    ]


def reopenings(open_weekdays, holidays):
    """Return the days whose next open day is not given by :func:`weekday_shifts` alone.

    Those are the holidays on open weekdays and the closed days that run into them.

    :return: mapping of such days to their next open day
    :rtype: dict[date, date]
    """
    shifts = weekday_shifts(open_weekdays)
    exceptions = {}
    for holiday in holidays:
        day = holiday
        while (
            day + timedelta(days=shifts[day.weekday()]) == holiday and holiday - day < 7 * ONE_DAY
        ):
            exceptions[day] = next_open_day(holiday, open_weekdays, holidays)
            day -= ONE_DAY
    return exceptions


def is_open(moment, open_weekdays, holidays, start, end):
    """Tell whether a local moment lies in the window.

    :param datetime moment: local time, naive
    :param float start: first hour of the day, such as 8.5 for 8:30
    :param float end: hour at which the window closes
    :rtype: bool
    """
    hour = moment.hour + moment.minute / 60 + moment.second / 3600
    return (
        moment.weekday() in open_weekdays and moment.date() not in holidays and start <= hour < end
    )


def next_opening(moment, open_weekdays, holidays, start, end):
    """Return the next local moment at which the window is open, ``moment`` itself when it is.

    :param datetime moment: local time, naive
    :rtype: datetime
    """
    if is_open(moment, open_weekdays, holidays, start, end):
        return moment
    midnight = datetime.combine(moment.date(), datetime.min.time())
    today_opening = midnight + timedelta(hours=start)
    first = moment.date() if moment < today_opening else moment.date() + ONE_DAY
    day = next_open_day(first, open_weekdays, holidays)
    return datetime.combine(day, datetime.min.time()) + timedelta(hours=start)
