"""Processes that outlive the command that started them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.request

from . import paths
from .console import Stop, tail

GRACE = 15  # seconds between asking a process to end and ending it


def started_at(pid):
    """When a process started, or None: a number alone may have passed to another process.

    A dead process whose parent does not ask for it (containers without an init) counts as gone.
    """
    command = ['ps', '-o', 'stat=,lstart=', '-p', str(pid)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, 'LC_ALL': 'C'}
    )
    state, _space, moment = done.stdout.strip().partition(' ')
    return None if state.startswith('Z') else moment.strip() or None


class Daemon:
    """A background process known by a file with its pid and the moment it started."""

    def __init__(self, name):
        self.name = name
        self.file = paths.RUN / 'demo' / f'{name}.json'
        self.log = paths.LOGS / f'{name}.log'

    def read(self):
        """What is known of the running process, or None when it does not run."""
        try:
            known = json.loads(self.file.read_text(encoding='utf-8'))
        except (OSError, ValueError):
            return None
        return known if started_at(known['pid']) == known['started'] else None

    def start(self, command, env, **facts):
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, 'a', encoding='utf-8') as stream:
            process = subprocess.Popen(
                command,
                env=env,
                cwd=paths.CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        known = {'pid': process.pid, 'started': started_at(process.pid), **facts}
        self.file.write_text(json.dumps(known), encoding='utf-8')
        return process

    def stop(self):
        """End the process if it is still the one that was started here."""
        known = self.read()
        if known:
            _end(known['pid'])
        self.file.unlink(missing_ok=True)
        return bool(known)

    def wait_until(self, is_ready, process, seconds, failure):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            if is_ready():
                return
            time.sleep(0.2)
        self.stop()
        raise Stop(f"{failure}\n{tail(self.log)}\n(the whole log: {self.log})")


def _end(pid):
    # A child of this very process stays visible until somebody asks for its exit status.
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        for _tenth in range(GRACE * 10):
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            if not started_at(pid):
                return
            time.sleep(0.1)


def free_port(first=0, attempts=1):
    """A port of the loopback interface that nobody listens on, `first` or a later one."""
    for port in range(first, first + attempts):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(('127.0.0.1', port))
                return probe.getsockname()[1]
    raise Stop(f"All ports from {first} to {first + attempts - 1} are taken; free one of them.")


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(('127.0.0.1', port), 1):
        return True
    return False


def answers(url, timeout=5):
    # The machine's proxy, if any, has no business with the loopback interface.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with contextlib.suppress(OSError), opener.open(url, timeout=timeout) as response:
        return response.status == 200
    return False
