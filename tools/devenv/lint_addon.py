"""Checks of the addons that no general linter makes; each failure is one line.

Runs under the virtual environment's Python: `python -m devenv.lint_addon`.
"""

from __future__ import annotations

import ast
import csv
import re
import sys

from . import customer_terms, paths

DATA_FOLDERS = ('data', 'views', 'security', 'wizard', 'report', 'demo', 'templates')
ABSTRACT = {'AbstractModel'}
CONCRETE = {'Model', 'TransientModel'}


def manifest(addon):
    return ast.literal_eval((addon / '__manifest__.py').read_text(encoding='utf-8'))


def check_manifest(addon):
    """Each data file is loaded, and each file that is loaded exists."""
    listed = manifest(addon)
    named = [*listed.get('data', ()), *listed.get('demo', ())]
    for name in named:
        if not (addon / name).is_file():
            yield f"__manifest__.py: {name} does not exist"
    for name in sorted({name for name in named if named.count(name) > 1}):
        yield f"__manifest__.py: {name} is listed twice"
    for folder in DATA_FOLDERS:
        for path in sorted((addon / folder).rglob('*')):
            name = path.relative_to(addon).as_posix()
            if path.suffix in ('.xml', '.csv') and name not in named:
                yield f"{name}: not in the manifest, hence never loaded"
    for bundle, entries in listed.get('assets', {}).items():
        for entry in entries:
            yield from _check_asset(addon, bundle, entry)


def _check_asset(addon, bundle, entry):
    pattern = entry if isinstance(entry, str) else entry[-1]
    prefix = f'{addon.name}/'
    if pattern.startswith(prefix) and not any(addon.glob(pattern[len(prefix) :])):
        yield f"__manifest__.py: bundle {bundle}: {pattern} matches no file"


def check_versions(addon):
    """The wheel and the addons in it are of one version."""
    version = manifest(addon)['version']
    text = (paths.CHECKOUT / 'pyproject.toml').read_text(encoding='utf-8')
    match = re.search(r'^version = "([^"]+)"', text, re.MULTILINE)
    if not match or match[1] != version:
        yield f"pyproject.toml: the version is not the manifest's {version}"


def models_of(source):
    """Names of the models with a table that a source file defines."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ClassDef):
            continue
        bases = {base.attr for base in node.bases if isinstance(base, ast.Attribute)}
        if not bases & CONCRETE:
            continue
        values = _class_values(node)
        name, inherited = values.get('_name'), values.get('_inherit')
        if name and not values.get('_abstract') and name not in _as_list(inherited):
            yield name


def _class_values(node):
    values = {}
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            try:
                values[statement.targets[0].id] = ast.literal_eval(statement.value)
            except ValueError:
                continue  # a field or something else that is no constant
    return values


def _as_list(value):
    return [value] if isinstance(value, str) else value or []


def check_access(addon):
    """Each model that has a table has access lines."""
    path = addon / 'security' / 'ir.model.access.csv'
    granted = set()
    if path.is_file():
        with open(path, encoding='utf-8', newline='') as stream:
            granted = {row['model_id:id'].split('.')[-1] for row in csv.DictReader(stream)}
    for source in sorted(addon.rglob('*.py')):
        if 'tests' in source.relative_to(addon).parts:
            continue
        for name in models_of(source.read_text(encoding='utf-8')):
            if f"model_{name.replace('.', '_')}" not in granted:
                where = source.relative_to(addon)
                yield f"{where}: {name} has no line in security/ir.model.access.csv"


def check_translations(addon):
    """French is complete: nothing untranslated, doubtful, left over or missing."""
    folder = addon / 'i18n'
    template = folder / f'{addon.name}.pot'
    if not template.is_file():
        print("  note: no i18n folder yet, translations are not checked")
        return
    import polib

    french = folder / 'fr.po'
    if not french.is_file():
        yield "i18n/fr.po does not exist"
        return
    entries = polib.pofile(str(french), encoding='utf-8')
    kinds = {
        "untranslated": entries.untranslated_entries(),
        "fuzzy": entries.fuzzy_entries(),
        "obsolete": entries.obsolete_entries(),
    }
    for kind, found in kinds.items():
        for entry in found:
            yield f"i18n/fr.po: {kind}: {entry.msgid[:70]!r}"
    known = {entry.msgid for entry in entries}
    for entry in polib.pofile(str(template), encoding='utf-8'):
        if entry.msgid not in known:
            yield f"i18n/fr.po: missing (make pot adds it): {entry.msgid[:70]!r}"
    yield from customer_terms.failures(addon)


CHECKS = (check_manifest, check_versions, check_access, check_translations)


def main():
    failures = [
        f'{addon.name}: {failure}'
        for addon in paths.ADDONS
        for check in CHECKS
        for failure in check(addon)
    ]
    for failure in failures:
        print(failure)
    return bool(failures)


if __name__ == '__main__':
    sys.exit(main())
