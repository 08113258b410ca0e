"""Several PDFs bound into one file: its pages are numbered, its parts are bookmarks."""

import io
from typing import NamedTuple
from zlib import error as ZlibError

from odoo.tools.pdf import DependencyError, PdfFileReader, PdfFileWriter, PdfReadError
from reportlab.pdfgen import canvas

#: Where the number of a page stands, in points from its lower right corner, and its size.
NUMBER_RIGHT, NUMBER_UP, NUMBER_SIZE = 28, 20, 8

#: What reading a file raises that is no PDF, or a broken or encrypted one.
UNREADABLE = (
    ArithmeticError,
    AttributeError,
    DependencyError,
    KeyError,
    NotImplementedError,
    PdfReadError,
    RecursionError,
    TypeError,
    ValueError,
    ZlibError,
)


class Part(NamedTuple):
    """A document of a bundle."""

    title: str
    content: bytes


def page_count(content):
    """Return the number of pages of a PDF, 0 when it cannot be read.

    :param bytes content: what should be a PDF
    :rtype: int
    """
    try:
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        writer = PdfFileWriter()
        for index in range(reader.getNumPages()):
            writer.addPage(reader.getPage(index))
        writer.write(io.BytesIO())
        return writer.getNumPages()
    except UNREADABLE:
        return 0


def first_pages(counts, start):
    """Return the first page of each document.

    :param list counts: number of pages of each, in their order
    :param int start: first page of the first
    :rtype: list[int]
    """
    pages = []
    for count in counts:
        pages.append(start)
        start += count
    return pages


def bind(parts):
    """Return documents as one PDF.

    :param list parts: readable documents, in their order
    :rtype: bytes
    """
    readers = [PdfFileReader(io.BytesIO(part.content), strict=False) for part in parts]
    counts = [reader.getNumPages() for reader in readers]
    writer = PdfFileWriter()
    for reader, count in zip(readers, counts, strict=True):
        for index in range(count):
            writer.addPage(reader.getPage(index))
    pages = [writer.getPage(index) for index in range(sum(counts))]
    for page, number in zip(pages, _number([page.mediaBox for page in pages]), strict=True):
        # Links and fields would point into files that are none any more.
        if '/Annots' in page:
            del page['/Annots']
        page.mergePage(number)
    for part, start in zip(parts, first_pages(counts, 0), strict=True):
        if hasattr(writer, 'add_outline_item'):
            writer.add_outline_item(title=part.title, page_number=start)
        else:  # PyPDF2 1.26, which Odoo still supports, knows the older name alone
            writer.addBookmark(part.title, start)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def _number(boxes):
    """Return a page with its number for each page of a size."""
    file = io.BytesIO()
    overlay = canvas.Canvas(file)
    for number, box in enumerate(boxes, 1):
        _left, bottom, right, top = (float(side) for side in box)
        overlay.setPageSize((right, top))
        overlay.setFontSize(NUMBER_SIZE)
        text = f'{number} / {len(boxes)}'
        overlay.drawRightString(right - NUMBER_RIGHT, bottom + NUMBER_UP, text)
        overlay.showPage()
    overlay.save()
    reader = PdfFileReader(file, strict=False)
    return [reader.getPage(index) for index in range(len(boxes))]
