"""A private PostgreSQL cluster for this checkout, reached through a Unix socket alone.

It is tuned for databases that may be lost: nothing waits for the disk.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from . import paths, system
from .console import Stop, say, step, tail
from .processes import started_at

USER = 'odoo'
SETTINGS = """
# Of the development environment: fast, and without worth.
listen_addresses = ''
max_connections = 200
shared_buffers = 512MB
work_mem = 16MB
maintenance_work_mem = 256MB
fsync = off
synchronous_commit = off
full_page_writes = off
max_wal_size = 4GB
checkpoint_timeout = 30min
autovacuum_naptime = 5min
log_min_messages = warning
"""
LONGEST_SOCKET_FOLDER = 80  # of 107 bytes for the path of a Unix socket


class Cluster:
    """The cluster of this checkout."""

    def __init__(self):
        self.folder = _place()
        self.data = self.folder / 'data'
        self.log = self.folder / 'postgresql.log'
        self.socket = _socket_folder(self.folder)

    @property
    def bin(self):
        """The server programs; a cluster stays with the version that made it."""
        newest = system.postgres_bin()
        with contextlib.suppress(OSError):
            made_by = (self.data / 'PG_VERSION').read_text(encoding='utf-8').strip()
            same = Path('/usr/lib/postgresql') / made_by / 'bin'
            if (same / 'initdb').exists():
                return same
            if newest and newest.parent.name != made_by and newest.parent.name.isdigit():
                raise Stop(
                    f"The databases in {self.folder} were made by PostgreSQL {made_by}, which is "
                    "gone: `make clean` removes them."
                )
        return newest

    def start(self):
        """Make and start the cluster when that is still to be done."""
        system.provide('postgresql')
        paths.make_run_folders()
        with paths.locked(paths.RUN / 'lock' / 'cluster'):
            if not self.data.is_dir():
                self._make()
            if not self.is_running():
                self._launch()
        return self

    def is_running(self):
        if not (system.postgres_bin() and self.data.is_dir()):
            return False
        ready = [str(self.bin / 'pg_isready'), '-q', '-h', str(self.socket), '-U', USER]
        return not subprocess.run(ready, check=False).returncode

    def _make(self):
        with step("Making a private PostgreSQL cluster"):
            half = self.folder / 'data.part'
            self._as_owner('rm', '-rf', str(half))
            locale = ['--locale=C.UTF-8', '-E', 'UTF8']
            initdb = [str(self.bin / 'initdb'), '-D', str(half), '-U', USER, '-A', 'trust']
            self._as_owner(*initdb, *locale, '--no-sync')
            append = 'cat >> "$1"/postgresql.conf'
            self._as_owner('sh', '-c', append, 'sh', str(half), text=SETTINGS)
            self._as_owner('mv', str(half), str(self.data))

    def _launch(self):
        self._as_owner('mkdir', '-p', '-m', '700', str(self.socket))
        if self.socket.stat().st_uid != _owner().pw_uid:
            raise Stop(f"{self.socket} belongs to somebody else; remove it.")
        self._forget_dead_server()
        start = [str(self.bin / 'pg_ctl'), '-D', str(self.data), '-l', str(self.log)]
        start += ['-s', '-w', '-t', '60', '-o', f'-k {self.socket}', 'start']
        try:
            self._as_owner(*start)
        except Stop as error:
            raise Stop(f"PostgreSQL did not start: {error}\n{tail(self.log)}") from error

    def _forget_dead_server(self):
        """Remove the pid file of a server that was killed; PostgreSQL takes a zombie for alive."""
        file = self.data / 'postmaster.pid'
        with contextlib.suppress(OSError, IndexError):
            pid = file.read_text(encoding='utf-8').split()[0]
            if not started_at(pid):
                file.unlink()

    def stop(self):
        """Stop the server of this very cluster; pg_ctl finds it by the data folder."""
        if self.data.is_dir() and (self.data / 'postmaster.pid').exists():
            stop = [str(self.bin / 'pg_ctl'), '-D', str(self.data), '-s', '-m', 'fast', 'stop']
            with contextlib.suppress(Stop):
                self._as_owner(*stop)
                say("PostgreSQL stopped.")

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.socket, ignore_errors=True)

    def _as_owner(self, *command, text=None):
        """Run a command as the user who owns the cluster: PostgreSQL refuses to run as root."""
        if system.is_root():
            command = ('runuser', '-u', 'postgres', '--', *command)
        done = subprocess.run(
            command, input=text or '', capture_output=True, text=True, check=False, cwd='/'
        )
        if done.returncode:
            raise Stop(f"{done.stderr.strip() or done.stdout.strip() or command}")

    # --- SQL -------------------------------------------------------------------------------

    def sql(self, query, database='postgres'):
        """Run a statement, return its rows as lists of text."""
        psql = [str(self.bin / 'psql'), '-XAtq', '-v', 'ON_ERROR_STOP=1', '-F', '\t']
        psql += ['-h', str(self.socket), '-U', USER, '-d', database]
        done = subprocess.run(psql, input=query, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Stop(f"PostgreSQL refused: {done.stderr.strip()}")
        return [line.split('\t') for line in done.stdout.splitlines()]

    def databases(self):
        """All databases, oldest first."""
        rows = self.sql("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY oid")
        return [name for (name,) in rows if name != 'postgres']

    def create(self, name, template='template0'):
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def rename(self, old, new):
        self.sql(f'ALTER DATABASE "{old}" RENAME TO "{new}"')

    def drop(self, name):
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def connections(self):
        """How many sessions use the cluster besides the asking one."""
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname IS NOT NULL"
        return int(self.sql(f"{query} AND pid <> pg_backend_pid()")[0][0])


def _owner():
    if not system.is_root():
        return pwd.getpwuid(os.getuid())
    try:
        return pwd.getpwnam('postgres')
    except KeyError:
        raise Stop(
            "PostgreSQL does not run as root, and there is no user `postgres` to run it as: "
            "create one or work as an ordinary user."
        ) from None


def _place():
    """A folder that the owner can reach: below the checkout, or else in /var/tmp."""
    inside = paths.RUN / 'postgresql'
    outside = Path('/var/tmp') / f'dso-collection-{paths.checkout_key()}'
    if not system.is_root():
        inside.mkdir(parents=True, exist_ok=True)
        return inside
    system.provide('postgresql')  # its package creates the user
    owner = _owner()
    inside.mkdir(parents=True, exist_ok=True)
    reach = ['runuser', '-u', 'postgres', '--', 'test', '-x', str(inside)]
    folder = outside if subprocess.run(reach, check=False, cwd='/').returncode else inside
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid not in (0, owner.pw_uid):
        raise Stop(f"{folder} belongs to somebody else; remove it.")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o700)
    return folder


def _socket_folder(folder):
    inside = folder / 'socket'
    if len(str(inside)) <= LONGEST_SOCKET_FOLDER:
        return inside
    return Path('/tmp') / f'dso-collection-{paths.checkout_key()}'
