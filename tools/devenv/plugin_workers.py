"""pytest plugin: each worker of pytest-xdist has files of its own beside its own database.

pytest-odoo lets the workers share one folder. But after each test class Odoo removes the files that
its database does not know, and those of the other workers would be among them.
"""

from __future__ import annotations

import contextlib
import os
import shutil

import pytest_odoo


@contextlib.contextmanager
def _own_files(original, database):
    """Copy the files of a database for a worker, as links: they are replaced, never changed."""
    from odoo.tools import config

    if database == original:
        yield
        return
    files = config.filestore(database)
    if os.path.isdir(config.filestore(original)):
        shutil.copytree(config.filestore(original), files, copy_function=os.link)
    try:
        yield
    finally:
        shutil.rmtree(files, ignore_errors=True)


def pytest_configure(config):
    pytest_odoo._shared_filestore = _own_files
