"""Golden files: what customers receive, as text that a person reads and compares.

`DSO_GOLDEN=write make test ARGS="-k golden"` writes them anew; read the difference before it is
committed.
"""

import difflib
import io
import os
import re
import unicodedata
from pathlib import Path

import openpyxl
from lxml import html
from odoo.tools.pdf import PdfFileReader

FOLDER = Path(__file__).parent / 'golden'

#: What differs from run to run, and what stands for it in a file.
RANDOM = (
    (re.compile(r'/dso_collection/pay/\d+/\d+'), '/dso_collection/pay/CUSTOMER/CURRENCY'),
    (re.compile(r'access_token=\w+'), 'access_token=TOKEN'),
    (re.compile(r'company=\d+'), 'company=COMPANY'),
    (re.compile(r'https?://(127\.0\.0\.1|localhost)(:\d+)?'), 'https://seller.example.com'),
)

#: Ends a line; a character that no text has.
LINE = '\ue000'

BLOCKS = {'div', 'p', 'table', 'thead', 'tbody', 'tfoot', 'tr', 'h1', 'br'}


class GoldenMixin:
    """Comparison of texts with golden files."""

    maxDiff = None

    def assertGolden(self, name, text):
        """A text is that of a golden file; with ``DSO_GOLDEN=write`` it becomes that."""
        for pattern, word in RANDOM:
            text = pattern.sub(word, text)
        text = "\n".join(line.rstrip() for line in text.strip().splitlines()) + "\n"
        path = FOLDER / f'{name}.txt'
        if os.environ.get('DSO_GOLDEN') == 'write':
            path.write_text(text, encoding='utf-8')
        expected = path.read_text(encoding='utf-8') if path.is_file() else ""
        if text != expected:
            lines = difflib.unified_diff(
                expected.splitlines(), text.splitlines(), path.name, "received", lineterm=""
            )
            self.fail("\n".join([f"{path.name} is not what the customer got:", *lines]))


def section(title, *lines):
    return "\n".join([f"== {title} ==", *lines, ""])


def text_of_email(message):
    """Headers, text and the list of parts of a received message."""
    headers = [
        f"{name}: {message[name]}"
        for name in ('From', 'To', 'Cc', 'Reply-To', 'Subject', 'X-Rcpt')
        if message[name]
    ]
    parts = [
        f"{part.get_content_type()} {part.get_filename() or ''}".strip()
        for part in message.walk()
        if not part.is_multipart()
    ]
    body = message.get_body(('html',)).get_content()
    return "\n".join(
        [section("headers", *headers), section("parts", *parts), section("text", html_text(body))]
    )


def html_text(source):
    """Return HTML as a reader sees it: a line per row of a table, links with their address."""
    root = html.fromstring(source)
    for node in root.iter('*'):
        before, after = marks_of(node)
        node.text = before + (node.text or "")
        *_, last = [node, *node]
        if last is node:
            node.text += after
        else:
            last.tail = (last.tail or "") + after
    lines = (re.sub(r'[ \t\r\n]+', " ", line) for line in root.text_content().split(LINE))
    return "\n".join(line.strip(" |") for line in lines if line.strip(" |"))


def marks_of(node):
    """Return what a reader sees of an element itself, before and after its text."""
    before, after = "", ""
    if node.get('dir') == 'rtl':
        before = "[rtl] "
    if node.tag == 'img':
        before = f"[{node.get('alt')}]"
    if node.tag == 'a':
        after = f" <{node.get('href')}>"
    if node.tag in ('td', 'th'):
        after = " | "
    if node.tag in BLOCKS:
        line = " " if is_in_cell(node) else LINE
        before, after = line + before, after + line
    return before, after


def is_in_cell(node):
    """Whether an element stands in a cell of a table, and is no part of a table in it."""
    if node.tag in ('table', 'thead', 'tbody', 'tfoot', 'tr'):
        return False
    return next(node.iterancestors('td', 'th'), None) is not None


def pdf_text(document):
    """Return the text of a PDF by pages and lines, words from left to right in Arabic too."""
    reader = PdfFileReader(io.BytesIO(document), strict=False)
    pages = []
    for number, page in enumerate(reader.pages, 1):
        lines = page.extract_text(extraction_mode='layout').splitlines()
        # An Arabic letter is a letter, whatever its shape in a word; marks have no width.
        lines = (unicodedata.normalize('NFKC', line).replace('\u200b', "") for line in lines)
        lines = (" ".join(line.split()) for line in lines)
        pages.append(section(f"page {number}", *filter(None, lines)))
    return "\n".join(pages)


def xlsx_text(document):
    """Return the cells of a sheet, with how they are shown."""
    rows = openpyxl.load_workbook(io.BytesIO(document)).active.iter_rows()
    return "\n".join(" | ".join(map(cell_text, row)) for row in rows)


def cell_text(cell):
    if cell.value is None:
        return ""
    if cell.number_format == 'General':
        return str(cell.value)
    return f"{cell.value} [{cell.number_format}]"
