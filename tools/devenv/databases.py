"""Databases with Odoo in them: two levels of templates, and copies to work on.

* base: Odoo with what the addon depends on and the languages; keyed by the Odoo in use.
* addon: a copy of the base with the addons installed; keyed by their content too.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor

from . import logs, odoo_source, paths, virtualenv
from .base_cache import BaseCache
from .console import Stop, note, run_logged, say
from .postgres import USER, Cluster

RECIPE = 3  # raise it when the way to build the templates changes
BASE_MODULES = ('account_payment', 'sms')
LANGUAGES = ('en_US', 'fr_FR')  # Odoo makes the first one everybody's language
KEEP = 4  # addon templates
KEEP_BASES = 2
LIMIT = 600  # seconds for an installation, which takes 10 to 100
NOT_INSTALLED = ('tests', 'static/tests', 'docs', '__pycache__')
CONFIG = """[options]
db_host = {socket}
db_user = {user}
db_name = {database}
dbfilter = ^{database}$
list_db = False
addons_path = {addons}
data_dir = {data}
http_interface = 127.0.0.1
http_port = {port}
gevent_port = {gevent_port}
workers = 0
max_cron_threads = {crons}
smtp_server = 127.0.0.1
smtp_port = {smtp_port}
publisher_warranty_url = http://127.0.0.1:9/
limit_time_cpu = 3600
limit_time_real = 3600
limit_time_real_cron = 3600
"""
NOWHERE = 9  # the discard port: what is sent without a sink fails instead of leaving


def addon_hash(*, demo=False):
    """A key of what an installation of the addons depends on; tests are no part of it.

    :param bool demo: whether the demo portfolio matters too
    """
    left_out = NOT_INSTALLED if demo else (*NOT_INSTALLED, 'demo')
    digest = hashlib.sha256()
    for addon in paths.ADDONS:
        for path in sorted(addon.rglob('*')):
            name = path.relative_to(addon).as_posix()
            if not path.is_file() or '__pycache__' in path.parts:
                continue
            if any(name.startswith(f'{folder}/') for folder in left_out):
                continue
            digest.update(f'{addon.name}/{name}\0'.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


class Environment:
    """Everything that a command on a database needs."""

    def __init__(self):
        # Two downloads that know nothing of each other: half the waiting on a fresh machine.
        with ThreadPoolExecutor() as pool:
            packages, odoo = pool.submit(virtualenv.python), pool.submit(odoo_source.get)
            self.python, self.odoo = packages.result(), odoo.result()
        self.cluster = Cluster().start()
        base = f'{RECIPE}-{self.odoo.key}-{BASE_MODULES}-{LANGUAGES}'
        self.base_key = hashlib.sha256(base.encode()).hexdigest()[:8]

    def variables(self):
        """The environment of a process that imports Odoo."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith('PG')}
        search = [str(self.odoo.python_path), str(paths.TOOLS)]
        return {**kept, 'PYTHONPATH': os.pathsep.join(search), 'PYTHONDONTWRITEBYTECODE': ''}

    def config(self, path, database, **values):
        """Write a configuration file for `database`."""
        defaults = {'port': 8069, 'gevent_port': 8072, 'crons': 0, 'smtp_port': NOWHERE}
        text = CONFIG.format(
            socket=self.cluster.socket,
            user=USER,
            database=database,
            addons=paths.CHECKOUT,
            data=paths.DATA,
            **{**defaults, **values},
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')
        return path

    def odoo_command(self, config, *arguments):
        return [str(self.python), '-m', 'odoo', '-c', str(config), *arguments]

    def inside_command(self, config, *arguments):
        return [str(self.python), '-m', 'devenv.inside', str(config), *arguments]

    # --- copies ----------------------------------------------------------------------------

    def copy(self, template, name):
        """A database as `template`, files included: they never change, so links do."""
        self.drop(name)
        source, target = (paths.DATA / 'filestore' / database for database in (template, name))
        if source.is_dir():
            shutil.copytree(source, target, copy_function=os.link)
        self.cluster.create(name, template)

    def drop(self, name):
        self.cluster.drop(name)
        shutil.rmtree(paths.DATA / 'filestore' / name, ignore_errors=True)

    def rename(self, old, new):
        files = paths.DATA / 'filestore'
        shutil.rmtree(files / new, ignore_errors=True)
        if (files / old).is_dir():
            (files / old).rename(files / new)
        self.cluster.rename(old, new)

    # --- templates -------------------------------------------------------------------------

    def base_template(self, *, bundles=True):
        """The name of a template without the addon, built when it is missing.

        :param bool bundles: whether the bundles of the web client must be in it; who can do
            without waits half a minute less on a fresh machine
        """
        name = f'base_{self.base_key}'
        bare = f'{name}_bare'
        with paths.locked(paths.RUN / 'lock' / name):
            present = self.cluster.databases()
            if name in present or self._restore_base(name):
                return name
            if bare not in present:
                self._build(bare, None, BASE_MODULES, "Building the base database")
            if not bundles:
                return bare
            self._add_bundles(bare, name)
            self._forget_old('base_', KEEP_BASES)
        return name

    def _base_cache(self, name):
        # An Odoo of somebody's own changes without a sign; only the one fetched here is constant.
        if paths.cache() in self.odoo.python_path.parents:
            return BaseCache(self.cluster, name)
        return None

    def _restore_base(self, name):
        cache = self._base_cache(name)
        part = f'{name}_part'
        self.drop(part)
        if not cache or not cache.restore(part):
            return False
        self.rename(part, name)
        return True

    def _add_bundles(self, bare, name):
        part = f'{name}_part'
        self.drop(part)
        self.rename(bare, part)
        with tempfile.TemporaryDirectory() as folder:
            config = self.config(paths.Path(folder) / 'odoo.conf', part)
            run_logged(**self.bundling(config), env=self.variables())
        self.rename(part, name)
        cache = self._base_cache(name)
        if cache:
            cache.save(name)

    def bundling(self, config):
        """What `run_logged` needs to build the bundles of the web client."""
        return {
            'command': self.inside_command(config, 'make-assets'),
            'log': paths.LOGS / 'assets.log',
            'label': "Preparing the web client",
            'failure': "The bundles of the web client could not be built.",
        }

    def addon_template(self, *, bundles=True):
        """The name of the template with the addons, built when one has changed."""
        base = self.base_template(bundles=bundles)
        with paths.locked(paths.RUN / 'lock' / 'addon'):
            for _attempt in range(3):
                key = addon_hash()[:12]
                name = base.replace('base_', 'addon_') + f'_{key}'
                if name in self.cluster.databases():
                    return name
                modules = [addon.name for addon in paths.ADDONS]
                self._build(name, base, modules, "Installing the addons")
                self._forget_old('addon_', KEEP)
                if key == addon_hash()[:12]:
                    return name
                note("an addon was edited meanwhile, so all are installed again")
                self.drop(name)
        raise Stop("The addons are edited faster than they can be installed; try again.")

    def _build(self, name, template, modules, label):
        part = f'{name}_part'
        log = paths.LOGS / f'{name}.log'
        if template:
            self.copy(template, part)
        else:
            self.drop(part)
            self.cluster.create(part)
        with tempfile.TemporaryDirectory() as folder:
            config = self.config(paths.Path(folder) / 'odoo.conf', part)
            arguments = ['-i', ','.join(modules), '--stop-after-init', '--no-http']
            if not template:
                arguments.append(f'--load-language={",".join(LANGUAGES)}')
            command = self.odoo_command(config, *arguments)
            try:
                failure = f"{label} failed."
                run_logged(command, log, label, failure=failure, env=self.variables(), limit=LIMIT)
            except Stop:
                self._check(log, modules)  # says more than the end of the log
                raise
        self._check(log, modules)
        self.rename(part, name)

    def _check(self, log, modules):
        ours, others = logs.complaints(log)
        if others:
            note(f"Odoo itself complained while installing (see {log}):")
            say(logs.render(others))
        if ours:
            raise Stop(f"Installing {', '.join(modules)} complained:\n{logs.render(ours)}")
        with open(log, encoding='utf-8', errors='replace') as stream:
            if not any('Modules loaded.' in line for line in stream):
                raise Stop(f"Installing {', '.join(modules)} did not finish; see {log}")

    def _forget_old(self, prefix, keep):
        templates = [name for name in self.cluster.databases() if name.startswith(prefix)]
        finished = [name for name in templates if not name.endswith('_part')]
        for name in finished[:-keep]:
            # One that is being copied right now stays until the next time.
            with contextlib.suppress(Stop):
                self.cluster.sql(f'DROP DATABASE "{name}"')
                shutil.rmtree(paths.DATA / 'filestore' / name, ignore_errors=True)
                (paths.LOGS / f'{name}.log').unlink(missing_ok=True)
