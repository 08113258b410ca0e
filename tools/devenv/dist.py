"""`make dist`: the addons as a wheel that installs below `odoo/addons`, where Odoo finds it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from . import paths, virtualenv
from .console import Stop, run_logged, say

LEFT_OUT = shutil.ignore_patterns('__pycache__', '*.pyc', '.*')


def dist(_arguments):
    """Build the wheel from a copy, so that nothing of an earlier build gets into it."""
    python = virtualenv.python()
    paths.make_run_folders()
    target = paths.CHECKOUT / 'dist'
    with tempfile.TemporaryDirectory(dir=paths.RUN) as folder:
        source = Path(folder) / 'source'
        source.mkdir()
        for name in ('pyproject.toml', 'README.md', 'LICENSE'):
            shutil.copy2(paths.CHECKOUT / name, source)
        for addon in paths.ADDONS:
            shutil.copytree(addon, source / addon.name, ignore=LEFT_OUT)
        pip = [str(python), '-m', 'pip', 'wheel', '--no-deps', '--no-build-isolation']
        run_logged(
            [*pip, '-w', str(target), str(source)],
            paths.LOGS / 'dist.log',
            "Building the wheel",
            failure="The wheel could not be built.",
        )
    wheel = max(target.glob('*.whl'), key=lambda path: path.stat().st_mtime)
    _check(wheel)
    say(f"{wheel.relative_to(paths.CHECKOUT)}: pip install it into the Python that runs Odoo")


def _check(wheel):
    """Each file of the addons is in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    tracked = _files()
    absent = [name for name in tracked if f'odoo/addons/{name}' not in packed]
    if absent:
        raise Stop(f"The wheel lacks {len(absent)} files, the first is {absent[0]}")


def _files():
    list_them = ['git', 'ls-files', '-z', *(addon.name for addon in paths.ADDONS)]
    done = subprocess.run(
        list_them, cwd=paths.CHECKOUT, capture_output=True, text=True, check=False
    )
    names = [name for name in done.stdout.split('\0') if name]
    return [name for name in names if (paths.CHECKOUT / name).is_file()]
