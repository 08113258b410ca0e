"""The clock of collection: that of the machine, or the one of a rehearsal (docs/start.md).

A rehearsal lives through coming days inside one transaction. Its clock belongs to that
transaction's cursor, so nobody else sees it, and no request can set it from outside.
"""

from contextlib import contextmanager
from datetime import datetime, timezone
from weakref import WeakKeyDictionary

#: Cursor of a rehearsal → its moment, naive UTC.
_moments = WeakKeyDictionary()


def now(cursor):
    """Return the moment in naive UTC, to the second.

    :param cursor: cursor of the transaction that asks
    :rtype: datetime
    """
    if moment := _moments.get(cursor):
        return moment
    return datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)


def is_rehearsing(cursor):
    """Tell whether what a transaction does will be undone.

    :rtype: bool
    """
    return cursor in _moments


def move(cursor, moment):
    """Let the clock of a rehearsal stand at another moment.

    :param datetime moment: naive UTC
    """
    if cursor not in _moments:
        raise ValueError("Only the clock of a rehearsal can be moved.")
    _moments[cursor] = moment


@contextmanager
def rehearsal(cursor):
    """Give a transaction a clock of its own, which :func:`move` moves."""
    if cursor in _moments:
        raise ValueError("A rehearsal cannot hold another one.")
    _moments[cursor] = now(cursor)
    try:
        yield
    finally:
        del _moments[cursor]
