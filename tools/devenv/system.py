"""What the operating system has to provide: found, installed as root, or named in one line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from . import paths
from .console import Stop, note, run_logged

MIN_POSTGRES = 13
PYTHONS = ('3.11', '3.12', '3.13', '3.10')


def is_root():
    return os.geteuid() == 0


def postgres_bin():
    """The folder of the newest PostgreSQL server on this machine, or None."""

    def version(folder):
        digits = re.sub(r'\D', '', folder.parent.name)
        return int(digits or 0)

    folders = [Path(found).parent for found in Path('/usr/lib/postgresql').glob('*/bin/initdb')]
    folders = [folder for folder in folders if version(folder) >= MIN_POSTGRES]
    if folders:
        return max(folders, key=version)
    on_path = shutil.which('initdb')
    return Path(on_path).resolve().parent if on_path else None


def chromium():
    names = ('chromium', 'google-chrome', 'chromium-browser', 'google-chrome-stable')
    return next((path for path in map(shutil.which, names) if path), None)


def has_venv():
    probe = [base_python(), '-c', 'import venv, ensurepip']
    return not subprocess.run(probe, stderr=subprocess.DEVNULL, check=False).returncode


def base_python():
    """A Python that Odoo 19 accepts: the running one when it fits, else one found by name."""
    import sys

    if (3, 10) <= sys.version_info[:2] <= (3, 13):
        return sys.executable
    for version in PYTHONS:
        found = shutil.which(f'python{version}')
        if found:
            return found
    raise Stop(
        f"Odoo 19 runs on Python 3.10 to 3.13, this is {sys.version.split()[0]}: "
        "install one of them and call `make PYTHON=python3.12 …`."
    )


# What is needed, how to see that it is there, and the Debian packages that bring it.
NEEDS = {
    'postgresql': (postgres_bin, ['postgresql']),
    'venv': (has_venv, ['python3-venv']),
    'chromium': (chromium, ['chromium', 'fonts-liberation']),
    'wkhtmltopdf': (lambda: shutil.which('wkhtmltopdf'), ['wkhtmltopdf']),
}
OPTIONAL = {'wkhtmltopdf'}  # newer Debian releases dropped it; only PDF letters need it


def missing(needs):
    return [need for need in needs if not NEEDS[need][0]()]


def provide(*needs):
    """Make sure that the machine has `needs`; install as root, else say what to type."""
    absent = missing(needs)
    if not absent:
        return
    packages = [package for need in absent for package in NEEDS[need][1]]
    command = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if not shutil.which('apt-get'):
        raise Stop(f"This system lacks {', '.join(absent)}: install them and run this again.")
    if is_root():
        _install(absent)
        absent = missing(absent)
    hard = [need for need in absent if need not in OPTIONAL]
    if hard:
        raise Stop(f"This machine lacks {', '.join(hard)}. Please run:\n    sudo {command}")
    if absent:
        note(f"{', '.join(absent)} is missing; PDF letters stay empty until: sudo {command}")


def _install(needs):
    env = {**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'}
    paths.make_run_folders()
    log = paths.LOGS / 'apt.log'
    # Lists may be absent (containers) or old: an update first costs seconds and spares a riddle.
    run_logged(
        ['apt-get', 'update'],
        log,
        "Reading the package lists",
        failure="`apt-get update` failed: is the network there?",
        env=env,
    )
    for need in needs:
        install = ['apt-get', 'install', '-y', '--no-install-recommends', *NEEDS[need][1]]
        failure = f"`{' '.join(install)}` failed."
        try:
            run_logged(install, log, f"Installing {need}", failure=failure, env=env)
        except Stop:
            if need not in OPTIONAL:
                raise
