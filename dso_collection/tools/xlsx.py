"""XLSX by XlsxWriter, row by row, in which a text is never a formula, a number or an address."""

import re

import xlsxwriter

#: Limits of Excel: rows of a sheet, characters of a cell.
MAX_ROWS = 1_048_576
MAX_TEXT = 32_767

#: What XML cannot hold; the library would write names of such characters for people to read.
UNWRITABLE = re.compile('[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]')

WIDTHS = {'text': 22, 'number': 14, 'integer': 10, 'money': 16, 'date': 12, 'datetime': 18}
FORMATS = {
    'text': {},
    'number': {'num_format': '#,##0.00'},
    'integer': {'num_format': '#,##0'},
    'money': {},  # with the decimals of each currency
    'date': {'num_format': 'yyyy-mm-dd'},
    'datetime': {'num_format': 'yyyy-mm-dd hh:mm:ss'},
}


class XlsxTable:
    """XLSX written to the disk row by row; what does not fit a sheet goes on in another."""

    extension = 'xlsx'
    mimetype = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

    def __init__(self, file, columns, is_rtl=False):
        """See :class:`CsvTable`.

        :param bool is_rtl: whether the first column stands on the right
        """
        self._columns, self._is_rtl = columns, is_rtl
        self._book = xlsxwriter.Workbook(file, {'constant_memory': True})
        self._header = self._book.add_format({'bold': True})
        formats = {kind: self._book.add_format(values) for kind, values in FORMATS.items()}
        self._money_formats = {}
        self._formats = [formats[kind] for _label, kind in columns]
        self._add_sheet()

    def _add_sheet(self):
        self._sheet = sheet = self._book.add_worksheet()
        sheet.freeze_panes(1, 0)
        if self._is_rtl:
            sheet.right_to_left()
        # The type of a column is known: the library need not look at each value.
        writers = {
            'text': self._write_text,
            'number': sheet.write_number,
            'integer': sheet.write_number,
            'money': self._write_money,
            'date': sheet.write_datetime,
            'datetime': sheet.write_datetime,
        }
        self._writers = [writers[kind] for _label, kind in self._columns]
        for index, (label, kind) in enumerate(self._columns):
            sheet.set_column(index, index, WIDTHS[kind])
            self._write_text(0, index, label, self._header)
        self._row = 1

    def write_row(self, values):
        """See :meth:`CsvTable.write_row`."""
        if self._row == MAX_ROWS:
            self._add_sheet()
        cells = zip(self._writers, values, self._formats, strict=True)
        for index, (write, value, style) in enumerate(cells):
            if value is not None and value is not False:
                write(self._row, index, value, style)
        self._row += 1

    def _write_text(self, row, index, value, style):
        self._sheet.write_string(row, index, UNWRITABLE.sub('', value)[:MAX_TEXT], style)

    def _write_money(self, row, index, value, _style):
        """Write an amount, given with the decimals of its currency."""
        amount, decimals = value
        if decimals not in self._money_formats:
            code = '#,##0' + ('.' + '0' * decimals if decimals else '')
            self._money_formats[decimals] = self._book.add_format({'num_format': code})
        self._sheet.write_number(row, index, round(amount, decimals), self._money_formats[decimals])

    def close(self):
        self._book.close()
