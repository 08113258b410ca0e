"""Hashtags in texts: finding and replacing them (spec 4.5).

A hashtag is ``#`` and a name of ASCII letters, digits and underscores; the longest name counts, so
that ``#items_amount_overdue`` is never read as ``#items_amount``. Within an address
(``page#section``), an entity (``&#x27;``) or a number (``#12``) there is none.
"""

import re

from markupsafe import Markup, escape

HASHTAG = re.compile(r'(?<![A-Za-z0-9_&/#])#([A-Za-z][A-Za-z0-9_]*)')

#: A tag with its attributes, whose values may hold any character.
TAG = re.compile(r'''(<(?:[^"'<>]|"[^"]*"|'[^']*')*>)''')

#: What no reader sees: hashtags are neither expected nor refused there.
HIDDEN = re.compile(r'<!--.*?-->|<(style|script)\b.*?</\1\s*>', re.DOTALL | re.IGNORECASE)

#: Expressions in the subject of a template.
EXPRESSION = re.compile(r'\{\{.*?\}\}', re.DOTALL)

#: A paragraph around nothing but a hashtag: it would be invalid around a table.
PARAGRAPH = re.compile(
    r'''<p\b(?:[^"'<>]|"[^"]*"|'[^']*')*>(?:\s|&nbsp;|<br\s*/?>)*'''
    r'''#([A-Za-z][A-Za-z0-9_]*)(?:\s|&nbsp;|<br\s*/?>)*</p>''',
    re.IGNORECASE,
)


def marked(source, known, mark):
    """Return the source of a text with a mark in the known hashtags that its author wrote.

    What the text is filled with later, such as the name of a customer, may look like a hashtag and
    stays as it is, because nobody can guess the mark.

    :param str source: text before it is rendered
    :param known: container of known names
    :param str mark: letters, digits and underscores, a letter first
    :rtype: str
    """

    def with_mark(match):
        return f'#{mark}{match[1]}' if match[1] in known else match[0]

    return HASHTAG.sub(with_mark, str(source or ''))


def found_in_text(text):
    """Return the names of the hashtags of a plain text, in order and once each.

    :rtype: list[str]
    """
    return list(dict.fromkeys(HASHTAG.findall(EXPRESSION.sub('', str(text or '')))))


def found_in_html(html):
    """Return the names of the hashtags that a reader of an HTML text would see.

    :rtype: list[str]
    """
    visible = TAG.split(HIDDEN.sub('', str(html or '')))[::2]
    return list(dict.fromkeys(name for part in visible for name in HASHTAG.findall(part)))


def replace_in_text(text, known, value_of):
    """Replace the known hashtags of a plain text.

    :param known: container of known names; other hashtags stay as they are
    :param value_of: function from a name to its value as plain text
    :rtype: str
    """

    def value(match):
        return str(value_of(match[1])) if match[1] in known else match[0]

    return HASHTAG.sub(value, str(text or ''))


def replace_in_html(html, known, text_of, html_of):
    """Replace the known hashtags of an HTML text; texts are escaped, in attributes too.

    :param known: container of known names; other hashtags stay as they are
    :param text_of: function from a name to its value as plain text, for attributes
    :param html_of: function from a name to its value: Markup, or a text to be escaped
    :rtype: Markup
    """

    def alone(match):
        name = match[1]
        content = html_of(name) if name in known else None
        is_block = isinstance(content, Markup) and content.startswith('<table')
        # The line break keeps it apart from a hashtag of the next paragraph.
        return f'#{name}\n' if is_block else match[0]

    def visible(match):
        return escape(html_of(match[1])) if match[1] in known else match[0]

    def attribute(match):
        return escape(text_of(match[1])) if match[1] in known else match[0]

    parts = TAG.split(PARAGRAPH.sub(alone, str(html or '')))
    return Markup(
        ''.join(
            HASHTAG.sub(attribute if position % 2 else visible, part)
            for position, part in enumerate(parts)
        )
    )
