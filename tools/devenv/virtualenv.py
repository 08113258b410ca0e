"""The virtual environment, keyed by what is to be in it."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import time

from . import paths, system
from .console import note, run_logged

REQUIREMENTS = ('requirements.txt', 'requirements-test.txt', 'requirements-lint.txt')
KEEP = 3


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
    # A tree with many small files: compiling it on first use is faster than all of it now.
    pip = [str(folder / 'bin' / 'python'), '-m', 'pip', 'install', '--no-compile', '--no-input']
    for name in REQUIREMENTS:
        pip += ['-r', str(paths.CHECKOUT / name)]
    run_logged(
        pip,
        log,
        "Installing the Python packages",
        failure="pip could not install the packages of requirements*.txt. Is the network there? "
        "A later run starts anew.",
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
