"""The base template as files in the cache, so that a fresh clone need not build it again."""

from __future__ import annotations

import shutil
import subprocess

from . import paths
from .console import Stop, note, step
from .postgres import USER

KEEP = 3


class BaseCache:
    """A dump and the files of one base template, complete or absent."""

    def __init__(self, cluster, name):
        self.cluster = cluster
        major = cluster.bin.parent.name
        self.folder = paths.cache() / f'{name}-pg{major}'

    def _run(self, program, *arguments):
        command = [str(self.cluster.bin / program), '-h', str(self.cluster.socket), '-U', USER]
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Stop(f"{program}: {done.stderr.strip()}")

    def save(self, database):
        """Keep `database`; without success everything still works, only slower."""
        part = self.folder.with_name(f'{self.folder.name}.part')
        with paths.locked(paths.cache() / 'lock' / self.folder.name):
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
            self._run('pg_dump', '-Fc', '-Z1', '-f', str(part / 'dump'), database)
            files = paths.DATA / 'filestore' / database
            if files.is_dir():
                shutil.copytree(files, part / 'filestore')
            shutil.rmtree(self.folder, ignore_errors=True)
            part.rename(self.folder)
            self._forget_old()

    def _forget_old(self):
        kept = [path for path in paths.cache().glob('base_*') if path.suffix != '.part']
        for path in sorted(kept, key=lambda path: path.stat().st_mtime)[:-KEEP]:
            shutil.rmtree(path, ignore_errors=True)

    def restore(self, database):
        """Fill `database`, which does not exist yet; tell whether that succeeded."""
        if not self.folder.is_dir():
            return False
        try:
            with step("Restoring the base database"):
                self.cluster.create(database)
                dump = str(self.folder / 'dump')
                self._run('pg_restore', '-j2', '--no-owner', '-d', database, dump)
                self.cluster.sql('ANALYZE', database)
                files = self.folder / 'filestore'
                if files.is_dir():
                    shutil.copytree(files, paths.DATA / 'filestore' / database)
        except (Stop, OSError) as error:
            note(f"the cached base database is unusable and built anew ({error})")
            shutil.rmtree(self.folder, ignore_errors=True)
            return False
        return True
