"""`make demo`, `make stop`, `make clean`, `make shell`."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import databases, paths, system
from .console import Stop, run_logged, say, step
from .databases import Environment
from .postgres import Cluster
from .processes import Daemon, answers, free_port, listens

DATABASE = 'demo'
RECIPE = 2  # raise it when the way to build the demo changes
PORT = 8069
FOLDER = paths.RUN / 'demo'
CONFIG = FOLDER / 'odoo.conf'
GUIDE = FOLDER / 'guide.json'
KEY = FOLDER / 'key'


def server():
    return Daemon('odoo')


def sink():
    return Daemon('smtp')


def demo(_arguments=()):
    """Serve the demo, built first when there is none or when the addon has changed."""
    with paths.locked(paths.RUN / 'lock' / 'demo'):
        system.provide('postgresql', 'wkhtmltopdf')
        environment = Environment()
        key = f'{RECIPE}-{environment.base_key}-{databases.addon_hash(demo=True)}'
        current = KEY.is_file() and KEY.read_text(encoding='utf-8') == key
        current = current and DATABASE in environment.cluster.databases()
        if not current:
            _build(environment, key)
        port = _serve(environment)
    _tell(port)
    return 0


def _build(environment, key):
    server().stop()
    KEY.unlink(missing_ok=True)
    part = f'{DATABASE}_part'
    environment.copy(environment.addon_template(bundles=False), part)
    shutil.rmtree(paths.MAIL, ignore_errors=True)
    smtp_port = _start_sink(environment)
    config = environment.config(FOLDER / 'build.conf', part, smtp_port=smtp_port)
    command = [str(environment.python), '-m', 'devenv.demo_build', str(config)]
    command += [str(smtp_port), str(GUIDE)]
    try:
        _fill(environment, config, command)
    except Stop:
        environment.drop(part)
        raise
    environment.drop(DATABASE)
    environment.rename(part, DATABASE)
    KEY.write_text(key, encoding='utf-8')


def _fill(environment, config, command):
    """Run the build, and on the other core what its template lacks of the web client."""
    variables = _inside(environment)
    with step("Building the demo database"), ThreadPoolExecutor() as pool:
        bundling = pool.submit(run_logged, **environment.bundling(config), env=variables)
        done = subprocess.run(command, env=variables, check=False)
        if done.returncode:
            raise Stop("The demo database could not be built; the reason is above.")
        bundling.result()


def _inside(environment):
    """Variables for a process whose requests end on this machine."""
    variables = environment.variables()
    for name in ('http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'):
        variables.pop(name, None)
    closed = f'http://127.0.0.1:{databases.NOWHERE}'
    local = '127.0.0.1,localhost'
    return {**variables, 'HTTP_PROXY': closed, 'HTTPS_PROXY': closed, 'NO_PROXY': local}


def _start_sink(environment):
    running = sink().read()
    if running and listens(running['port']):
        return running['port']
    port = free_port()
    command = [str(environment.python), '-m', 'devenv.smtp_sink', str(port), str(paths.MAIL)]
    process = sink().start(command, environment.variables(), port=port)
    failure = "The SMTP sink did not start."
    sink().wait_until(lambda: listens(port), process, 20, failure)
    return port


def _serve(environment):
    running = server().read()
    if running and answers(_url(running['port']) + '/web/health'):
        return running['port']
    server().stop()
    smtp_port = _start_sink(environment)
    # The sink may have got another port than when the database was built.
    point = f"UPDATE ir_mail_server SET smtp_host = '127.0.0.1', smtp_port = {smtp_port}"
    environment.cluster.sql(point, DATABASE)
    port = free_port(PORT, 50)
    if port != PORT:
        say(f"  Port {PORT} is taken by another program, so the demo uses {port}.")
    base_url = f"UPDATE ir_config_parameter SET value = '{_url(port)}' WHERE key = 'web.base.url'"
    environment.cluster.sql(base_url, DATABASE)
    environment.config(CONFIG, DATABASE, port=port, crons=1, smtp_port=smtp_port)
    with step("Starting Odoo"):
        command = environment.odoo_command(CONFIG)
        process = server().start(command, _inside(environment), port=port)
        failure = f"Odoo did not answer on {_url(port)}."
        ready = _url(port) + '/web/health'
        server().wait_until(lambda: answers(ready), process, 120, failure)
        answers(_url(port) + '/web/login', timeout=60)  # the first page loads the registry
    return port


def _url(port):
    return f'http://127.0.0.1:{port}'


def _tell(port):
    guide = json.loads(GUIDE.read_text(encoding='utf-8'))
    messages = len(list(paths.MAIL.glob('*.eml'))) if paths.MAIL.is_dir() else 0
    say(f"\nThe demo is at {_url(port)}\n")
    for login, password, text in guide['logins']:
        say(f"  {login} / {password}    {text}")
    if guide['look_at']:
        say("\nWorth a look:")
        for sentence in guide['look_at']:
            say(f"  · {sentence}")
    say(f"\nMessages that were sent: {messages}, in {_short(paths.MAIL)} (nothing leaves)")
    say(f"Log: {_short(server().log)}    End: make stop    Remove all: make clean")


def _short(path):
    with contextlib.suppress(ValueError):
        return Path(path).relative_to(Path.cwd())
    return path


def shell(_arguments):
    """Open Odoo's shell on the demo database."""
    environment = Environment()
    if DATABASE not in environment.cluster.databases():
        raise Stop("There is no demo database yet: `make demo` builds it.")
    config = environment.config(FOLDER / 'shell.conf', DATABASE)
    command = [str(environment.python), '-m', 'odoo', 'shell', '-c', str(config), '--no-http']
    return subprocess.run(command, env=_inside(environment), check=False).returncode


def stop(_arguments):
    """End what was started here: the server, the sink, and the cluster if nobody uses it."""
    ended = [daemon.name for daemon in (server(), sink()) if daemon.stop()]
    if ended:
        say(f"Stopped: {', '.join(ended)}")
    cluster = Cluster()
    if not cluster.is_running():
        return
    others = cluster.connections()
    if others or _live_tests():
        say(f"PostgreSQL goes on: {max(others, _live_tests())} others use it (tests, a shell).")
    else:
        cluster.stop()


def _live_tests():
    return sum(paths.is_locked(folder / 'lock') for folder in paths.TESTS.glob('*'))


def clean(_arguments):
    """Remove databases, logs and messages of this checkout; the cache for all stays."""
    if _live_tests():
        raise Stop("Tests are running in this checkout; wait for them or interrupt them first.")
    stop([])
    if system.postgres_bin() and paths.RUN.is_dir():
        Cluster().remove()
    shutil.rmtree(paths.RUN, ignore_errors=True)
    for folder in ('build', 'dist', '.pytest_cache'):
        shutil.rmtree(paths.CHECKOUT / folder, ignore_errors=True)
    say(f"Clean. Downloads stay in {paths.cache()} for the next time.")


def prepare(_arguments):
    """Make ready what the other commands need."""
    system.provide('postgresql', 'chromium', 'wkhtmltopdf')
    environment = Environment()
    environment.base_template()
    say(f"Python: {environment.python}\nOdoo: {environment.odoo.python_path}")
    say(f"psql -h {environment.cluster.socket} -U {databases.USER}")
