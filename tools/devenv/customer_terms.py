"""What customers read, among all that is translated.

French is complete. Other languages translate what reaches a customer, and no screens: texts,
documents, the page on which he pays, and the names of files. Which terms these are is told here by
their source.
"""

from __future__ import annotations

import ast
import copy
import re

#: Languages that are complete as far as customers read.
LANGUAGES = ('de', 'ar')

#: Templates of which customers see the result.
VIEWS = ('document_head', 'items_table', 'letter', 'payment_page', 'statement_document')
TEXTS = (
    'model:mail.template,subject:',
    'model:mail.template,body_html:',
    'model:sms.template,body:',
)

#: Sources whose sentences customers read → beginnings of the names of the functions they stand in.
CODE = {
    'controllers/payment.py': ('',),
    'models/dso_customer_statement.py': ('',),
    'models/dso_hashtag.py': ('_text_', '_html_'),
    'models/dso_hashtag_payment.py': ('_text_', '_html_'),
    'models/dso_late_invoice.py': ('_prepare', '_label', '_compensation_label'),
    'models/dso_statement.py': ('',),
    'models/dso_statement_document.py': ('_get_',),
}

#: What a translation must keep: hashtags, values, expressions and markup.
KEPT = re.compile(r'#\w+|%\(\w+\)s|%%|\{\{.*?\}\}|</?[a-z][^>]*>')


def customer_terms(template, addon):
    """Return copies of the entries that customers read, with those occurrences alone.

    :param polib.POFile template: all that is translated
    """
    in_code = set(_code_terms(addon))
    found = []
    for entry in template:
        kept = [
            (place, line)
            for place, line in entry.occurrences
            if _is_read(place, entry.msgid, addon.name, in_code)
        ]
        if kept:
            entry = copy.copy(entry)
            entry.occurrences = kept
            comments = [line for line in entry.comment.splitlines() if 'javascript' not in line]
            if not any(place.startswith('code:') for place, _line in kept):
                comments = [line for line in comments if 'python' not in line]
            entry.comment = '\n'.join(comments)
            found.append(entry)
    return found


def _is_read(place, term, addon, in_code):
    if place.startswith('code:'):
        source = place.removeprefix(f'code:addons/{addon}/').removesuffix(':0')
        return (source, term) in in_code
    views = tuple(f'model_terms:ir.ui.view,arch_db:{addon}.{name}' for name in VIEWS)
    return place in views or place.startswith(TEXTS)


def _code_terms(addon):
    for source, beginnings in CODE.items():
        path = addon / source
        if not path.is_file():
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith(beginnings):
                yield from ((source, term) for term in _translated_in(node))


def _translated_in(function):
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr == '_' and node.args and isinstance(node.args[0], ast.Constant):
            yield node.args[0].value


def kept_parts(text):
    """Return what of a text is the same in every language, sorted."""
    return sorted(KEPT.findall(text))


def failures(addon):
    """Yield a sentence for each term of a customer that a language lacks or breaks."""
    import polib

    folder = addon / 'i18n'
    terms = customer_terms(polib.pofile(str(folder / f'{addon.name}.pot'), encoding='utf-8'), addon)
    for path in sorted(folder.glob('*.po')):
        entries = {entry.msgid: entry for entry in polib.pofile(str(path), encoding='utf-8')}
        for term in terms:
            yield from _failures_of(term, entries.get(term.msgid), f'i18n/{path.name}')
        if path.stem in LANGUAGES:
            for msgid in entries.keys() - {term.msgid for term in terms}:
                yield f"i18n/{path.name}: no customer reads (make pot drops it): {msgid[:70]!r}"


def _failures_of(term, entry, name):
    if entry is None or not entry.msgstr or entry.fuzzy:
        yield f"{name}: customers read this, translate it: {term.msgid[:70]!r}"
    elif kept_parts(entry.msgid) != kept_parts(entry.msgstr):
        yield f"{name}: hashtags, values or markup differ: {term.msgid[:70]!r}"
    elif missing := set(term.occurrences) - set(entry.occurrences):
        yield f"{name}: not for {min(missing)[0]} (make pot adds it): {term.msgid[:70]!r}"
