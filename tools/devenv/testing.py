"""`make test` and `make test-fast`."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess

from . import paths, system, virtualenv
from .console import say
from .databases import Environment
from .postgres import USER

VALUE_OPTIONS = {'-k', '-m', '-p', '-c', '-o', '-W', '-n', '--deselect', '--ignore'}
#: Options that choose tests, or how they are spread: a choice runs in one process.
CHOICES = ('-k', '-m', '-n', '--numprocesses', '--lf', '--ff', '--sw', '--pdb', '--collect-only')
MAX_WORKERS = 4


def paths_given(arguments):
    """Whether the arguments name a file or folder to test."""
    previous = ''
    for argument in arguments:
        is_free = previous not in VALUE_OPTIONS and not argument.startswith('-')
        if is_free and (paths.CHECKOUT / argument.split('::')[0]).exists():
            return True
        previous = argument
    return False


def test(arguments):
    """Run the whole suite on a fresh copy of the addons' template."""
    system.provide('postgresql', 'chromium', 'wkhtmltopdf')
    environment = Environment()
    _sweep(environment)
    template = environment.addon_template()
    name = f'test_{os.getpid()}_{secrets.token_hex(3)}'
    folder = paths.TESTS / name
    with paths.locked(folder / 'lock'):
        try:
            environment.copy(template, name)
            config = environment.config(folder / 'odoo.conf', name)
            return _pytest(environment, config, template, arguments)
        finally:
            for database in environment.cluster.databases():
                if database.startswith(name):  # some tests make further ones
                    environment.drop(database)
            shutil.rmtree(folder, ignore_errors=True)


def _pytest(environment, config, template, arguments):
    command = [str(environment.python), '-m', 'pytest', f'--odoo-config={config}', '--odoo-http']
    command += ['--odoo-log-level=warn', '--durations=15']
    command += ['-p', 'devenv.plugin_logs', '-p', 'devenv.plugin_workers']
    command += [*spread_options(arguments), *arguments]
    if not paths_given(arguments):
        command += map(str, paths.ADDONS)
    variables = {**environment.variables(), 'DSO_TEST_TEMPLATE': template}
    return _run(command, {**variables, **_for_copies(environment)})


def spread_options(arguments):
    """Options that spread the whole suite over the cores, file by file.

    Each worker has its own copy of the database and its own HTTP server. A few chosen tests are
    not worth the start of a second process.
    """
    count = min(os.cpu_count() or 1, MAX_WORKERS)
    if count < 2 or paths_given(arguments) or any(a.startswith(CHOICES) for a in arguments):
        return []
    return ['-n', str(count), '--dist', 'loadfile', '--max-worker-restart', '0']


def _for_copies(environment):
    """What `createdb` needs, with which pytest-odoo copies the database for each worker."""
    cluster = environment.cluster
    search = os.pathsep.join([str(cluster.bin), os.environ.get('PATH', '')])
    return {'PATH': search, 'PGHOST': str(cluster.socket), 'PGUSER': USER}


def test_fast(arguments):
    """Run the tests that need neither Odoo nor a database."""
    python = virtualenv.python()
    command = [str(python), '-m', 'pytest', '-p', 'no:odoo', '-p', 'devenv.plugin_pure']
    command += ['--durations=5', *arguments]
    if not paths_given(arguments):
        for addon in paths.ADDONS:
            command += map(str, sorted((addon / 'tests').glob('test_pure_*.py')))
        command.append(str(paths.TOOLS / 'tests'))
    return _run(command, {**os.environ, 'PYTHONPATH': str(paths.TOOLS)})


def _run(command, variables):
    process = subprocess.Popen(command, env=variables, cwd=paths.CHECKOUT)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # pytest got the same signal and is about to tell what it has.
            say("\nInterrupted, cleaning up …")


def _sweep(environment):
    """Remove what test runs left behind that were killed."""
    folders = paths.TESTS.glob('*')
    live = tuple(folder.name for folder in folders if paths.is_locked(folder / 'lock'))
    for name in environment.cluster.databases():
        if name.startswith('test_') and not name.startswith(live):
            environment.drop(name)
    for folder in paths.TESTS.glob('*'):
        if folder.name not in live:
            with contextlib.suppress(OSError):
                shutil.rmtree(folder)
