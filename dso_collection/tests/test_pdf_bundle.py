"""Documents bound into one PDF."""

import io

from odoo.tests import BaseCase, tagged
from odoo.tools.pdf import PdfFileReader
from reportlab.pdfgen import canvas

from ..tools.pdf_bundle import Part, bind, first_pages, page_count


def make_pdf(*pages, size=(595, 842)):
    """A PDF with a text on each page."""
    file = io.BytesIO()
    page = canvas.Canvas(file, pagesize=size)
    for text in pages:
        page.drawString(72, 72, text)
        page.showPage()
    page.save()
    return file.getvalue()


def pages_of(content):
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    return [" ".join(reader.getPage(i).extract_text().split()) for i in range(reader.numPages)]


@tagged('post_install', '-at_install')
class TestBundle(BaseCase):
    def test_pages_are_numbered_through(self):
        parts = [Part("A", make_pdf("one", "two")), Part("B", make_pdf("three", size=(842, 595)))]
        self.assertEqual(pages_of(bind(parts)), ["one 1 / 3", "two 2 / 3", "three 3 / 3"])

    def test_parts_are_bookmarks(self):
        content = bind([Part("Überblick", make_pdf("one", "two")), Part("B", make_pdf("three"))])
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        pages = [page.indirect_reference for page in reader.pages]
        found = [(mark.title, pages.index(mark.raw_get('/Page'))) for mark in reader.outline]
        self.assertEqual(found, [("Überblick", 0), ("B", 2)])

    def test_pages_count(self):
        self.assertEqual(page_count(make_pdf("one", "two")), 2)

    def test_what_is_no_pdf_has_no_pages(self):
        whole = make_pdf("one")
        for content in (b'', b'%PDF-1.4 nothing', b'PK', whole[:80], whole[:200] + b'x' * 500):
            self.assertEqual(page_count(content), 0, content)

    def test_first_pages(self):
        self.assertEqual(first_pages([2, 1, 3], 2), [2, 4, 5])
        self.assertEqual(first_pages([], 2), [])
