import csv
import io
import tempfile
import tracemalloc
import unittest
from datetime import date, datetime
from unittest.mock import patch

import openpyxl
from openpyxl.utils.escape import unescape

from ..tools import xlsx
from ..tools.spreadsheet import CsvTable, XlsxTable, plain_text

COLUMNS = [("Name", 'text'), ("Amount", 'number'), ("Day", 'date'), ("Moment", 'datetime')]
MOMENT = datetime(2027, 1, 20, 23, 30)
EVIL = ('=1+1', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', '\n=1', '＝1', "  =1+1", '=HYPERLINK("x")')


class TestSpreadsheet(unittest.TestCase):
    """Texts stay texts in what a spreadsheet opens, and numbers and dates are such."""

    def table(self, kind, *rows):
        file = io.BytesIO()
        table = kind(file, COLUMNS)
        for row in rows:
            table.write_row(row)
        table.close()
        file.seek(0)
        return file

    def csv_rows(self, *rows):
        text = self.table(CsvTable, *rows).read().decode('utf-8-sig')
        return list(csv.reader(io.StringIO(text, newline='')))

    def sheet(self, *rows):
        return openpyxl.load_workbook(self.table(XlsxTable, *rows)).active

    def test_plain_text(self):
        for text in EVIL:
            self.assertEqual(plain_text(text), f"'{text}")
        for text in ("Azure", "", " ", "O'Brien", "A=B", "é"):
            self.assertEqual(plain_text(text), text)

    def test_csv_without_formulas(self):
        rows = self.csv_rows(*[(text, 0, None, None) for text in EVIL])
        self.assertEqual([row[0] for row in rows[1:]], [f"'{text}" for text in EVIL])

    def test_csv_keeps_lines_commas_and_quotes(self):
        text = 'Müller, "the\nother"'
        self.assertEqual(self.csv_rows((text, 0, None, None))[1][0], text)

    def test_csv_types(self):
        row = self.csv_rows(("Azure", -12.5, date(2027, 1, 20), MOMENT))[1]
        self.assertEqual(row, ["Azure", '-12.5', '2027-01-20', '2027-01-20 23:30:00'])

    def test_csv_is_read_as_unicode(self):
        self.assertTrue(self.table(CsvTable).read().startswith(b'\xef\xbb\xbf'))

    def test_xlsx_without_formulas(self):
        sheet = self.sheet(*[(text, 0, None, None) for text in EVIL])
        for text, cell in zip(EVIL, sheet['A'][1:], strict=True):
            self.assertNotEqual(cell.data_type, 'f', text)
            self.assertEqual(cell.value.replace('_x000D_', '\r'), text)

    def test_xlsx_types(self):
        row = self.sheet(("Azure", -12.5, date(2027, 1, 20), MOMENT))[2]
        self.assertEqual([cell.data_type for cell in row], ['s', 'n', 'd', 'd'])
        self.assertEqual(row[1].value, -12.5)
        self.assertEqual(row[2].value.date(), date(2027, 1, 20))
        self.assertEqual(row[3].value, MOMENT)

    def test_nothing_stays_empty_and_zero_is_zero(self):
        self.assertEqual(self.csv_rows((False, 0, None, False))[1], ['', '0', '', ''])
        row = self.sheet((False, 0, None, False))[2]
        self.assertEqual([cell.value for cell in row], [None, 0, None, None])

    def test_xlsx_writes_what_xml_cannot(self):
        texts = ('<a & "b">', "bell\x07", "_x0041_", "two\nlines", " spaces ", "Ünï ﷼ 😀")
        sheet = self.sheet(*[(text, 0, None, None) for text in texts])
        read = [unescape(cell.value) for cell in sheet['A'][1:]]
        self.assertEqual(read, [text.replace('\x07', '') for text in texts])

    def test_xlsx_columns_after_z(self):
        columns = [(str(index), 'number') for index in range(703)]
        file = io.BytesIO()
        table = XlsxTable(file, columns)
        table.write_row(range(703))
        table.close()
        sheet = openpyxl.load_workbook(file).active
        for letters, index in (('A', 0), ('Z', 25), ('AA', 26), ('ZZ', 701), ('AAA', 702)):
            self.assertEqual(sheet[f'{letters}2'].value, index)

    def test_long_text_is_cut_in_xlsx(self):
        self.assertEqual(len(self.sheet(('x' * 40_000, 0, None, None))['A2'].value), 32_767)

    def test_another_sheet_when_one_is_full(self):
        with patch.object(xlsx, 'MAX_ROWS', 3):
            file = self.table(XlsxTable, *[(str(n), n, None, None) for n in range(5)])
        names = [
            [cell.value for cell in sheet['A']] for sheet in openpyxl.load_workbook(file).worksheets
        ]
        self.assertEqual(names, [["Name", '0', '1'], ["Name", '2', '3'], ["Name", '4']])

    def test_memory_does_not_grow_with_the_rows(self):
        for kind in (CsvTable, XlsxTable):
            few, many = self.peak(kind, 100), self.peak(kind, 700)
            self.assertLess(many, few + 60_000, kind)

    def peak(self, kind, count):
        with tempfile.TemporaryFile() as sink:
            tracemalloc.start()
            try:
                table = kind(sink, COLUMNS)
                for n in range(count):
                    table.write_row((f"Customer {n}", n, date(2027, 1, 20), MOMENT))
                table.close()
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
