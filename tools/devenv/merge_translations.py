"""Bring translations in line with a template, under the virtual environment's Python.

`python -m devenv.merge_translations TEMPLATE PO …`
"""

from __future__ import annotations

import sys
from pathlib import Path

import polib

from .customer_terms import LANGUAGES, customer_terms


def merge(template, path):
    """Add what is new, drop what is gone; languages of customers have what these read."""
    po = polib.pofile(str(path), encoding='utf-8', wrapwidth=78)
    if path.stem in LANGUAGES:
        part = polib.POFile(wrapwidth=78)
        part.metadata = template.metadata
        part.extend(customer_terms(template, path.parents[1]))
        template = part
    po.merge(template)
    for entry in po.obsolete_entries():
        po.remove(entry)
    po.save()
    print(f"{path}: {po.percent_translated()} % translated")


def main(template, *names):
    template = polib.pofile(template, encoding='utf-8', wrapwidth=78)
    for name in names:
        merge(template, Path(name))


if __name__ == '__main__':
    main(*sys.argv[1:])
