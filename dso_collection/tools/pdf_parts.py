"""Several documents printed as one PDF, and taken apart again.

Starting the printing program takes longer than printing a page, and not every build of it prints
several files at once or writes bookmarks. So the documents are printed as one, each after a page of
its own that says nothing but a mark, and are cut at those pages.
"""

import io

from odoo.tools.pdf import PdfFileReader, PdfFileWriter

#: Bytes of the instructions of a page beyond which it says more than a mark. Reading the texts of
#: full pages takes longer than printing them.
MAX_MARK = 8_000


def marks_of(count, token):
    """Return the texts of the pages before each of some documents.

    :param int count: number of documents
    :param str token: what no text of a document can hold
    :rtype: list[str]
    """
    return [f'{token}-{number}' for number in range(count)]


def cut(content, marks):
    """Return the documents of a PDF without the pages of the marks.

    :param bytes content: a PDF
    :param list marks: texts of the pages before each document, in this order
    :return: a PDF per document, or ``None`` when the marks were not found as they were written
    :rtype: list[bytes]
    """
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    found = [(index, _mark_of(reader.getPage(index), marks)) for index in range(reader.numPages)]
    found = [(index, mark) for index, mark in found if mark]
    starts = [index + 1 for index, _mark in found]
    ends = [index for index, _mark in found[1:]] + [reader.numPages]
    is_sound = [mark for _index, mark in found] == list(marks) and starts[:1] == [1]
    if not is_sound or any(start >= end for start, end in zip(starts, ends, strict=True)):
        return None
    return [_extract(reader, start, end) for start, end in zip(starts, ends, strict=True)]


def _mark_of(page, marks):
    instructions = page['/Contents'].getObject().getData()
    if len(instructions) > MAX_MARK:
        return None
    # PyPDF2 1.26, which Odoo still supports, knows the older name alone.
    extract = getattr(page, 'extract_text', None) or page.extractText
    text = ''.join(extract().split())
    return text if text in marks else None


def _extract(reader, start, end):
    writer = PdfFileWriter()
    for index in range(start, end):
        writer.addPage(reader.getPage(index))
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()
