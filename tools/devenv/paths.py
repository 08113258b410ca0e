"""Where things lie: the cache that all checkouts share and the folder of this checkout."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
#: Every addon of the repository: what installs, tests, checks or packs one does so with all.
ADDONS = tuple(sorted(path.parent for path in CHECKOUT.glob('*/__manifest__.py')))
TOOLS = CHECKOUT / 'tools'
RUN = CHECKOUT / '.run'
DATA = RUN / 'data'
LOGS = RUN / 'log'
MAIL = RUN / 'mail'
TESTS = RUN / 'tests'
SHOTS = RUN / 'screenshots'


def cache():
    """The folder for what is downloaded; a fresh clone finds it filled."""
    base = os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache'
    return Path(base) / 'dso-collection'


def addon_of(path):
    """The addon to which a file belongs, if any."""
    return next((addon for addon in ADDONS if addon in path.parents), None)


def checkout_key():
    """A short name for this checkout, for places outside of it."""
    return hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:10]


def make_run_folders():
    for folder in (RUN, DATA, LOGS, TESTS, RUN / 'lock'):
        folder.mkdir(parents=True, exist_ok=True)


@contextlib.contextmanager
def locked(path):
    """Hold a lock that the kernel releases with the process, so that no stale lock can stay."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, 'a', encoding='utf-8') as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"· waiting for another run ({path.name}) …", flush=True)
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def is_locked(path):
    """Tell whether a live process holds the lock of `path`."""
    with contextlib.suppress(FileNotFoundError), open(path, encoding='utf-8') as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
