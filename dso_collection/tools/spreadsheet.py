"""Tables as files for spreadsheets, row by row, in which a text is always a text.

A spreadsheet reads a cell that begins with ``=``, ``+``, ``-``, ``@`` or a control character as a
formula, and the names of customers and the words of mail servers are written by others. An XLSX
file tells the type of each cell. A CSV file cannot: there such a text gets a leading apostrophe.
"""

import csv
import io

import xlsxwriter

#: Characters with which a formula may begin, in full width too.
FORMULA_STARTS = '=+-@\t\r\n＝＋－＠'

#: Limits of Excel: rows of a sheet, characters of a cell.
MAX_ROWS = 1_048_576
MAX_TEXT = 32_767

WIDTHS = {'text': 22, 'number': 14, 'date': 12, 'datetime': 18}


def plain_text(text):
    """Return a text that no spreadsheet takes for a formula when it reads a CSV file.

    :param str text: any text
    :rtype: str
    """
    begins = text.lstrip(' ')[:1] or text[:1]
    return f"'{text}" if begins and begins in FORMULA_STARTS else text


class CsvTable:
    """CSV as UTF-8 with a byte order mark, separated by commas; every text is quoted."""

    extension = 'csv'
    mimetype = 'text/csv; charset=utf-8'

    def __init__(self, file, columns):
        """
        :param file: binary file to write to
        :param list columns: pairs of a label and a type: ``text``, ``number``, ``date`` (a date),
            ``datetime`` (a naive one)
        """
        self._text = io.TextIOWrapper(file, encoding='utf-8-sig', newline='')
        self._writer = csv.writer(self._text, quoting=csv.QUOTE_NONNUMERIC)
        self.write_row([label for label, _type in columns])

    def write_row(self, values):
        """Write one row; a value of ``None`` or ``False`` stays empty."""
        self._writer.writerow(
            [
                plain_text(value) if isinstance(value, str) else self._empty(value)
                for value in values
            ]
        )

    @staticmethod
    def _empty(value):
        return '' if value is None or value is False else value

    def close(self):
        self._text.flush()
        self._text.detach()  # the file is its owner's to close


class XlsxTable:
    """XLSX written to disk row by row; what does not fit a sheet goes on in another."""

    extension = 'xlsx'
    mimetype = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

    def __init__(self, file, columns):
        """See :class:`CsvTable`."""
        self._columns = columns
        self._book = xlsxwriter.Workbook(file, {'constant_memory': True})
        self._header = self._book.add_format({'bold': True})
        self._formats = {
            'number': self._book.add_format({'num_format': '#,##0.00'}),
            'date': self._book.add_format({'num_format': 'yyyy-mm-dd'}),
            'datetime': self._book.add_format({'num_format': 'yyyy-mm-dd hh:mm:ss'}),
        }
        self._add_sheet()

    def _add_sheet(self):
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        for index, (label, kind) in enumerate(self._columns):
            self._sheet.set_column(index, index, WIDTHS[kind])
            self._sheet.write_string(0, index, label, self._header)
        self._row = 1

    def write_row(self, values):
        """See :meth:`CsvTable.write_row`."""
        if self._row == MAX_ROWS:
            self._add_sheet()
        for index, ((_label, kind), value) in enumerate(zip(self._columns, values, strict=True)):
            if value is not None and value is not False:
                self._write_cell(index, kind, value)
        self._row += 1

    def _write_cell(self, index, kind, value):
        if kind == 'text':
            self._sheet.write_string(self._row, index, value[:MAX_TEXT])
        elif kind == 'number':
            self._sheet.write_number(self._row, index, value, self._formats[kind])
        else:
            self._sheet.write_datetime(self._row, index, value, self._formats[kind])

    def close(self):
        self._book.close()


TABLES = {table.extension: table for table in (CsvTable, XlsxTable)}
