"""pytest plugin: what our code logs as WARNING or worse fails the test in which it happens.

`assertLogs` and `mute_logger` keep a record from the root logger, hence from here: they are the
way to say that a message is expected. Complaints of Odoo itself are listed at the end.
"""

from __future__ import annotations

import collections
import logging

import pytest

from . import inside, logs


class Collector(logging.Handler):
    """Keeps warnings and errors until somebody asks for them."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.ours = []
        self.others = collections.Counter()

    def emit(self, record):
        text = record.getMessage()
        if record.exc_info:
            text += '\n' + logging.Formatter().formatException(record.exc_info)
        line = f'{record.levelname} {record.name}: {text}'
        if _from_test_machinery(record) and not logs.is_ours('', text):
            self.others[line] += 1
        elif logs.is_ours(record.name, text):
            self.ours.append(line)
        else:
            self.others[line] += 1

    def take(self):
        taken, self.ours = self.ours, []
        return taken


def _from_test_machinery(record):
    """Odoo's test classes log about the browser under the name of the test's own module."""
    return record.pathname.endswith('/odoo/tests/common.py')


def _opens_browser(item):
    """Whether the file of a test has tours or other tests in a browser."""
    if not hasattr(item, 'path'):
        return False
    text = item.path.read_text(encoding='utf-8')
    return 'start_tour' in text or 'browser_js' in text


@pytest.fixture(scope='session', autouse=True)
def _assets(request, load_registry):
    """Build the bundles of the web client once; each browser test would roll back its own."""
    if any(map(_opens_browser, request.session.items)):
        _make_assets()


def _make_assets():
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from odoo.tests.common import get_db_name

    with Registry(get_db_name()).cursor() as cursor:
        inside.make_assets(api.Environment(cursor, SUPERUSER_ID, {}))


class Plugin:
    """Fails tests, and the run for what is logged outside of tests."""

    def __init__(self):
        self.collector = Collector()
        self.outside = []

    def pytest_sessionstart(self):
        logging.getLogger().addHandler(self.collector)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        outcome = yield
        report = outcome.get_result()
        lines = self.collector.take()
        if lines:
            text = "Logged by our code:\n" + '\n'.join(lines)
            report.sections.append(('complaints', text))
            if report.outcome == 'passed':
                report.outcome = 'failed'
                report.longrepr = text

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node, error):
        """Take over what a worker process of pytest-xdist has heard."""
        output = getattr(node, 'workeroutput', {})
        self.outside += output.get('dso_outside', [])
        self.collector.others.update(output.get('dso_others', {}))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session):
        self.outside += self.collector.take()
        if hasattr(session.config, 'workeroutput'):
            session.config.workeroutput['dso_outside'] = self.outside
            session.config.workeroutput['dso_others'] = dict(self.collector.others)
        if self.outside and session.exitstatus == 0:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        if self.collector.others:
            terminalreporter.section("complaints of Odoo itself (they do not fail the run)")
            for line, count in self.collector.others.most_common():
                terminalreporter.line(f'{count} × {line[:500]}')
        if self.outside:
            terminalreporter.section("logged by our code outside of a test", red=True)
            for line in self.outside:
                terminalreporter.line(line, red=True)


def pytest_configure(config):
    config.pluginmanager.register(Plugin(), 'dso-logs')
