"""pytest plugin: import pure modules of the addons without Odoo and without models.

The packages `odoo`, `odoo.addons`, those of our addons and those below them are stood in for by
empty ones that only know their folder, so that no `__init__.py` is executed. A module that imports
anything from Odoo fails: it is not pure.
"""

from __future__ import annotations

import importlib.machinery
import sys
from pathlib import Path

import _pytest.pathlib
import hypothesis

from . import paths

PREFIX = 'odoo.addons'

#: Examples of a property in a run that people wait for; `make test` has hypothesis's own number.
EXAMPLES = 20


def _register(name, folder=None):
    spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
    module = type(sys)(name)
    module.__spec__ = spec
    module.__path__ = spec.submodule_search_locations = [str(folder)] if folder else []
    sys.modules[name] = module
    parent, _dot, child = name.rpartition('.')
    if parent:
        setattr(sys.modules[parent], child, module)


def _register_all():
    _register('odoo')
    _register('odoo.addons')
    for addon in paths.ADDONS:
        for init in sorted(addon.rglob('__init__.py')):
            parts = init.parent.relative_to(paths.CHECKOUT).parts
            _register('.'.join((PREFIX, *parts)), init.parent)


def _resolve_with(original):
    def resolve(path, *, consider_namespace_packages=False):
        path = Path(path)
        if paths.addon_of(path):
            parts = path.relative_to(paths.CHECKOUT).with_suffix('').parts
            # pytest imports the __init__.py of each folder: let it find the empty stand-in.
            parts = parts[:-1] if parts[-1] == '__init__' else parts
            return paths.CHECKOUT, '.'.join((PREFIX, *parts))
        return original(path, consider_namespace_packages=consider_namespace_packages)

    return resolve


def pytest_configure(config):
    _register_all()
    hypothesis.settings.register_profile('fast', max_examples=EXAMPLES)
    hypothesis.settings.load_profile('fast')
    original = _pytest.pathlib.resolve_pkg_root_and_module_name
    _pytest.pathlib.resolve_pkg_root_and_module_name = _resolve_with(original)
