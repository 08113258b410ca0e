"""The virtual environment, keyed by what is to be in it."""

from __future__ import annotations

import ast
import hashlib
import os
import shutil
import subprocess
import time

from . import paths, system
from .console import Stop, note, run_logged

INSTALLER = 'uv==0.13.9'
REQUIREMENTS = ('requirements.txt', 'requirements-test.txt', 'requirements-lint.txt')
KEEP = 3
# What pip is told about the mirrors of this machine, and how uv wants to hear it.
MIRROR_SETTINGS = {
    'index-url': 'UV_DEFAULT_INDEX',
    'extra-index-url': 'UV_EXTRA_INDEX_URL',
    'find-links': 'UV_FIND_LINKS',
    'trusted-host': 'UV_INSECURE_HOST',
    'cert': 'SSL_CERT_FILE',
    'timeout': 'UV_HTTP_TIMEOUT',
    'default-timeout': 'UV_HTTP_TIMEOUT',
}


def key():
    """A name that changes with the requirements and with the Python."""
    digest = hashlib.sha256()
    for name in REQUIREMENTS:
        digest.update((paths.CHECKOUT / name).read_bytes())
    tell = 'import sys; print(sys.version, sys.base_prefix)'
    digest.update(subprocess.check_output([system.base_python(), '-c', tell]))
    return digest.hexdigest()[:12]


def python():
    """The Python of the virtual environment, made when it is missing or was left unfinished."""
    folder = paths.cache() / f'venv-{key()}'
    with paths.locked(paths.cache() / 'lock' / folder.name):
        complete = folder / 'complete'
        if not complete.exists():
            _make(folder)
            complete.touch()
            _forget_old(folder)
        complete.touch()  # its age tells when it was last used
    return folder / 'bin' / 'python'


def _make(folder):
    system.provide('venv')
    shutil.rmtree(folder, ignore_errors=True)
    paths.make_run_folders()
    log = paths.LOGS / 'venv.log'
    run_logged(
        [system.base_python(), '-m', 'venv', str(folder)],
        log,
        "Making a virtual environment",
        failure="The virtual environment could not be made.",
    )
    python = str(folder / 'bin' / 'python')
    try:
        _install_fast(python, log)
    except Stop:
        note("uv could not install the packages, so pip does")
        # A tree with many small files: compiling it on first use is faster than all of it now.
        _install([python, '-m', 'pip', 'install', '--no-compile', '--no-input'], log)


def _install_fast(python, log):
    """Install with uv: seconds, where pip spends most of a minute on reading links."""
    run_logged(
        [python, '-m', 'pip', 'install', '--no-compile', '--no-input', INSTALLER],
        log,
        "Getting uv, which installs packages",
        failure=f"pip could not install {INSTALLER}.",
    )
    settings = {**os.environ, 'UV_NO_CONFIG': '1', 'UV_NO_CACHE': '1', **_mirrors(python)}
    _install([python, '-m', 'uv', 'pip', 'install', '--python', python], log, env=settings)


def _mirrors(python):
    """The mirrors that pip is configured to use on this machine, as variables for uv."""
    done = subprocess.run(
        [python, '-m', 'pip', 'config', 'list'], capture_output=True, text=True, check=False
    )
    told = {}
    for section in ('global', 'install', ':env:'):  # the later one has the last word
        for line in done.stdout.splitlines():
            name, _equals, value = line.partition('=')
            if name.startswith(f'{section}.'):
                told[name.removeprefix(f'{section}.')] = ast.literal_eval(value)
    variables = {
        variable: (',' if name == 'find-links' else ' ').join(told[name].split())
        for name, variable in MIRROR_SETTINGS.items()
        if told.get(name)
    }
    # As pip does: the best version of all mirrors, not the first mirror that knows the name.
    return {**variables, 'UV_INDEX_STRATEGY': 'unsafe-best-match'}


def _install(command, log, **options):
    for name in REQUIREMENTS:
        command += ['-r', str(paths.CHECKOUT / name)]
    run_logged(
        command,
        log,
        "Installing the Python packages",
        failure="The packages of requirements*.txt could not be installed. Is the network there? "
        "A later run starts anew.",
        **options,
    )


def _forget_old(current):
    """Keep the last few, so that changing between branches stays cheap."""
    day_ago = time.time() - 24 * 3600
    marks = sorted(
        paths.cache().glob('venv-*/complete'), key=lambda path: path.stat().st_mtime, reverse=True
    )
    for mark in marks[KEEP:]:
        if mark.parent != current and mark.stat().st_mtime < day_ago:
            note(f"removing the unused {mark.parent.name}")
            shutil.rmtree(mark.parent, ignore_errors=True)
