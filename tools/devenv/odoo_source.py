"""An Odoo 19 to work with: the one that ODOO_HOME names, or Debian's package, unpacked privately.

Debian's package is never installed: it belongs to `sid` and would pull in sid's Python. Unpacked
into the cache it is a plain folder, which appears under its name only when it is complete.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import apt_sources, paths
from .console import Stop, note, run_logged, say, step

PACKAGE = 'odoo-19'
RECIPE = 2  # raise it when the unpacking below changes: old trees are then left aside
FROM_SID = (
    PACKAGE,
    'libjs-jquery',
    'libjs-jquery-form',
    'libjs-underscore',
    'fonts-ocr-b',
    'fonts-roboto-unhinted',
    'fonts-montserrat',
)
# sid's newer font packages lack the file names to which Odoo's links point.
FROM_OWN_SUITE = ('fonts-font-awesome', 'fonts-inconsolata')
# Named by a bundle of `mail`, absent from Debian's package: without it each page logs an error.
ABSENT_FILE = 'mail/static/lib/selfie_segmentation/selfie_segmentation.js'


@dataclass(frozen=True)
class Odoo:
    """An importable Odoo."""

    python_path: Path  # the folder that holds the package `odoo`
    version: str

    @property
    def key(self):
        release = self.python_path / 'odoo' / 'release.py'
        return f'{self.version}-{self.python_path}-{release.stat().st_mtime_ns}'


def get():
    """The Odoo to use, downloaded when this machine has none."""
    home = os.environ.get('ODOO_HOME')
    if home:
        found = from_home(Path(home).expanduser())
        _check_links(found.python_path / 'odoo')
        return found
    tree = paths.cache() / f'{PACKAGE}-r{RECIPE}'
    with paths.locked(paths.cache() / 'lock' / 'odoo'):
        if not tree.is_dir():
            _fetch(tree)
    return from_home(tree)


def from_home(home):
    """Find the package `odoo` in a checkout, an unpacked package or an installed one."""
    candidates = [home, home / 'usr/lib/python3/dist-packages', home / 'lib/python3/dist-packages']
    candidates += sorted(home.glob('lib/python3*/site-packages'))
    if home.name == 'odoo':
        candidates.append(home.parent)
    for folder in candidates:
        release = folder / 'odoo' / 'release.py'
        if release.is_file():
            return Odoo(_alone(folder.resolve()), _version(release))
    raise Stop(
        f"ODOO_HOME={home} holds no Odoo: expected odoo/release.py there or in "
        "usr/lib/python3/dist-packages below it."
    )


def _check_links(package):
    """Debian's package links to scripts of other packages: alone it cannot show a page."""
    addons = package / 'addons'
    if not (addons / 'mail').is_dir():
        addons = package.parent / 'addons'  # a checkout
    script = addons / 'web/static/lib/jquery/jquery.js'
    if script.is_symlink() and not script.exists():
        wanted = ', '.join((*FROM_SID[1:], *FROM_OWN_SUITE))
        raise Stop(f"{package} is incomplete: install, or unpack beside it, {wanted}.")
    if not (addons / ABSENT_FILE).exists():
        note(f"{addons} lacks {ABSENT_FILE}, so pages log an error; an empty file will do.")


def _version(release):
    text = release.read_text(encoding='utf-8')
    match = re.search(r'version_info\s*=\s*\((\d+)\s*,\s*(\d+)', text)
    version = f'{match[1]}.{match[2]}' if match else 'unknown'
    if version != '19.0':
        raise Stop(f"{release.parent} is Odoo {version}; this addon is made for Odoo 19.0.")
    return version


def _alone(folder):
    """The folder itself, or a private one with a link when other packages lie beside Odoo.

    On the module search path the system's packages would hide those of the virtual environment.
    """
    if folder.name not in ('dist-packages', 'site-packages'):
        return folder
    if not any(entry.name.startswith(('lxml', 'psycopg2')) for entry in folder.iterdir()):
        return folder
    private = paths.RUN / 'odoo-link'
    private.mkdir(parents=True, exist_ok=True)
    link = private / 'odoo'
    if not link.is_symlink() or link.resolve() != folder / 'odoo':
        link.unlink(missing_ok=True)
        link.symlink_to(folder / 'odoo')
    return private


def _fetch(tree):
    elsewhere = "Set ODOO_HOME to an Odoo 19.0 (a checkout, an unpacked package, an installation)."
    if not (shutil.which('apt-get') and shutil.which('dpkg')):
        raise Stop(f"Odoo 19 is fetched with apt-get, which this system lacks. {elsewhere}")
    entry = apt_sources.debian_main()
    if not entry:
        raise Stop(f"The apt sources of this machine name no Debian mirror. {elsewhere}")
    work = tree.with_name(f'{tree.name}.part')
    shutil.rmtree(work, ignore_errors=True)  # of an earlier run that did not finish
    say("Getting Odoo 19 from this machine's Debian mirror (130 MB, once for all checkouts)")
    try:
        _download(entry, work / 'apt', elsewhere)
        root = work / 'root'
        with step("Unpacking Odoo"):
            _unpack(work / 'apt', root)
        _repair(root)
        from_home(root)
        root.rename(tree)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _own_suite(entry):
    return next(suite for suite in entry.suites if suite in apt_sources.RELEASES)


def _download(entry, folder, elsewhere):
    own_suite = _own_suite(entry)
    (folder / 'lists' / 'partial').mkdir(parents=True)
    (folder / 'cache' / 'archives' / 'partial').mkdir(parents=True)
    (folder / 'status').touch()
    lines = {apt_sources.source_line(entry, suite) for suite in ('sid', own_suite)}
    (folder / 'sources.list').write_text(''.join(sorted(lines)), encoding='utf-8')
    apt = ['apt-get', '-q', '-o', f'Dir::Etc::SourceList={folder}/sources.list']
    apt += ['-o', 'Dir::Etc::SourceParts=/dev/null', '-o', f'Dir::State::Lists={folder}/lists']
    apt += ['-o', f'Dir::Cache={folder}/cache', '-o', f'Dir::State::status={folder}/status']
    # A folder of ours is closed to apt's own user, and lists in many languages serve nobody here.
    apt += ['-o', 'APT::Sandbox::User=', '-o', 'Acquire::Languages=none']
    apt += ['-o', 'Acquire::Retries=2', '-o', 'APT::Update::Error-Mode=any']
    paths.make_run_folders()
    log = paths.LOGS / 'odoo-download.log'
    run_logged(
        [*apt, 'update'],
        log,
        "Reading the lists of the mirror",
        failure=f"The Debian mirror {entry.uri} does not answer with suite sid. Is the network "
        f"there? A later run starts anew. {elsewhere}",
    )
    wanted = [f'{name}/sid' for name in FROM_SID]
    wanted += [f'{name}/{own_suite}' for name in FROM_OWN_SUITE]
    run_logged(
        [*apt, 'download', *wanted],
        log,
        "Downloading Odoo 19",
        failure=f"The mirror {entry.uri} did not deliver the package {PACKAGE} of Debian sid (and "
        f"the scripts and fonts it links to). A later run starts anew. {elsewhere}",
        cwd=folder,
    )


def _unpack(folder, root):
    archives = sorted(folder.glob('*.deb'))
    for archive in archives:
        command = ['dpkg', '-x', str(archive), str(root)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = done.stderr.strip()
            raise Stop(f"{archive.name} cannot be unpacked, run this again: {reason}")


def _repair(root):
    addons = root / 'usr/lib/python3/dist-packages/odoo/addons'
    stub = addons / ABSENT_FILE
    if not stub.exists():
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.write_text('// Not part of the Debian package; blurs nothing.\n', encoding='utf-8')
    dangling = [path for path in addons.rglob('*') if path.is_symlink() and not path.exists()]
    if dangling:
        note(f"{len(dangling)} links of Odoo lead nowhere (fonts or scripts): {dangling[0].name} …")
