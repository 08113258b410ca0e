"""Tables as files for spreadsheets, row by row, in which a text is always a text.

A spreadsheet reads a cell that begins with ``=``, ``+``, ``-``, ``@`` or a control character as a
formula, and the names of customers and the words of mail servers are written by others. An XLSX
file tells the type of each cell. A CSV file cannot: there such a text gets a leading apostrophe.
"""

import csv
import io

from .xlsx import XlsxTable

#: Characters with which a formula may begin, in full width too.
FORMULA_STARTS = '=+-@\t\r\n＝＋－＠'


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


TABLES = {table.extension: table for table in (CsvTable, XlsxTable)}
