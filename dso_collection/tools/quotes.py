"""What somebody wrote himself in an email, without the history that his program quoted below it."""

import re

from lxml import etree, html

#: Set by Odoo's sanitizer on quotes and signatures of the common mail programs.
QUOTE = 'data-o-mail-quote'

#: Elements that begin a line of their own.
BLOCKS = frozenset(
    (
        *('address', 'article', 'blockquote', 'br', 'dd', 'div', 'dl', 'dt', 'footer', 'header'),
        *('h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'li', 'ol', 'p', 'pre', 'section'),
        *('table', 'tr', 'ul'),
    )
)
HIDDEN = frozenset(['head', 'script', 'style', 'title'])

#: "On … somebody wrote:", possibly over two lines.
INTRODUCTION = re.compile(
    r'^(On|Le|Am|El|Il|Op|Em)\b.{5,300}'
    r'\b(wrote|a écrit|schrieb|escribió|ha scritto|schreef|escreveu)\b.{0,80}:$'
)
#: "-----Original Message-----" in the language of the sender.
SEPARATOR = re.compile(r'^(-{3,}|_{3,})\s*[^\W\d_][^-_]{3,60}?\s*(-{3,}|_{3,})$')
#: The line that Outlook draws above that header.
RULE = re.compile(r'^[_-]{10,}$')
#: The header that Outlook puts above the message it quotes.
HEADER_FROM = re.compile(r'^\*?(From|De|Von|Da|Van)\s?:\*?\s?.+')
HEADER_MORE = re.compile(r'^\*?(Sent|Envoyé|Gesendet|Enviado|Inviato|Verzonden|Date|Datum)\s?:')

#: Longest text that is looked through: nobody reads more, and mails of many megabytes do come.
MAX_LENGTH = 200_000

#: Lines after the sender in which the rest of such a header must begin.
HEADER_LINES = 3


def own_words(body):
    """Return the text that the sender wrote himself.

    All of it, when he wrote nothing outside of what looks like a quote: between its lines, say.

    :param str body: a sanitized HTML body, with quotes marked by Odoo
    :return: plain text
    :rtype: str
    """
    if not (body or '').strip():
        return ''
    try:
        root = html.fragment_fromstring(body, create_parent='div')
    except etree.ParserError:  # nothing but comments
        return ''
    text = _tidy(_without_quoted_lines(_text(root, with_quotes=False).split('\n')))
    return text or _tidy(_text(root, with_quotes=True).split('\n'))


def _text(root, with_quotes):
    """Return the text of an element with its lines."""
    parts = []
    _collect(root, with_quotes, False, parts)
    return ''.join(parts)[:MAX_LENGTH]


def _collect(node, with_quotes, preserved, parts):
    """Add the text of an element, without what follows it, to ``parts``."""
    is_element = isinstance(node.tag, str)  # comments have a function there
    if not is_element or node.tag in HIDDEN or (node.get(QUOTE) and not with_quotes):
        return
    preserved = preserved or node.tag == 'pre'
    if node.tag in BLOCKS:
        parts.append('\n')
    parts.append(_words(node.text, preserved))
    for child in node:
        _collect(child, with_quotes, preserved, parts)
        parts.append(_words(child.tail, preserved))
    if node.tag in BLOCKS and node.tag != 'br':
        parts.append('\n')


def _words(text, preserved):
    """Return text with its line breaks when they count, else with single spaces."""
    text = (text or '').replace('\r', '').replace('\N{NO-BREAK SPACE}', ' ')
    return text if preserved else re.sub(r'\s+', ' ', text)


def _without_quoted_lines(lines):
    """Return the lines before a quoted message, and those of the sender between quoted ones."""
    lines = [line.strip() for line in lines]
    kept, number = [], 0
    while number < len(lines):
        if _begins_history(lines, number):
            break
        if taken := _introduction(lines, number):
            number += taken
            continue
        if not lines[number].startswith('>'):
            kept.append(lines[number])
        number += 1
    return kept


def _begins_history(lines, number):
    """Tell whether all that follows is another message."""
    if SEPARATOR.match(lines[number]):
        return True
    nearby = lines[number : number + 2 * HEADER_LINES + 1]
    first, *following = [line for line in nearby if line] or ['']
    if RULE.match(first) and following:
        first, *following = following
    return bool(
        HEADER_FROM.match(first)
        and any(HEADER_MORE.match(line) for line in following[:HEADER_LINES])
    )


def _introduction(lines, number):
    """Return how many lines introduce a quote here, with a quote or nothing after them."""
    for count in (1, 2):
        if not INTRODUCTION.match(' '.join(lines[number : number + count])):
            continue
        rest = range(number + count, len(lines))  # a copy per line would take minutes
        following = next((lines[at] for at in rest if lines[at]), '>')
        if following.startswith('>'):
            return count
    return 0


def _tidy(lines):
    """Return lines as text, without empty ones at the ends and with one at most in between."""
    text = '\n'.join(re.sub(r'[ \t]+', ' ', line).strip() for line in lines)
    return re.sub(r'\n{3,}', '\n\n', text).strip()
