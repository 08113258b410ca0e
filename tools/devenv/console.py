"""What the commands say while they work, and how they give up."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time

HEARTBEAT = 10  # seconds of silence after which a long step says that it still works


class Stop(Exception):
    """The command cannot go on; its text is the one sentence that the user reads."""


def say(text):
    print(text, flush=True)


def note(text):
    say(f"  note: {text}")


@contextlib.contextmanager
def step(label):
    """Name a step that takes a moment, and tell how long it took."""
    say(f"· {label} …")
    start = time.monotonic()
    yield
    say(f"  {label}: {time.monotonic() - start:.1f} s")


def tail(path, lines=8, width=200):
    try:
        with open(path, encoding='utf-8', errors='replace') as stream:
            return '\n'.join(line.rstrip()[:width] for line in stream.readlines()[-lines:])
    except OSError:
        return ''


def run_logged(command, log, label, *, failure, env=None, cwd=None, limit=1800):
    """Run a long command with its output in `log`, saying now and then that it still works.

    :param int limit: seconds after which the command is ended: a loop must not block other runs
    :param str failure: the sentence for a command that fails, shown after the end of its log
    """
    with step(label), open(log, 'w', encoding='utf-8') as stream:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
            )
        except OSError as error:
            raise Stop(f"{failure} ({error})") from error
        try:
            _wait(process, label, limit)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.returncode:
        # The sentence comes last: what a tool says before it gives up is long.
        raise Stop(f"{label} did not work:\n{tail(log)}\n(the whole log: {log})\n\n{failure}")


def _wait(process, label, limit):
    start = time.monotonic()
    while True:
        if time.monotonic() - start > limit:
            raise Stop(f"{label} was ended after {limit} s: it hangs.")
        try:
            return process.wait(timeout=HEARTBEAT)
        except subprocess.TimeoutExpired:
            say(f"  {label}: still working, {time.monotonic() - start:.0f} s")


def fail(error):
    print(f"\nStopped: {error}", file=sys.stderr, flush=True)
    return 1
