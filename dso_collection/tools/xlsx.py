"""XLSX as Office Open XML (ECMA-376), row by row."""

import re
import zipfile
from datetime import date
from xml.sax.saxutils import escape

#: Limits of Excel: rows of a sheet, characters of a cell.
MAX_ROWS = 1_048_576
MAX_TEXT = 32_767

WIDTHS = {'text': 22, 'number': 14, 'date': 12, 'datetime': 18}

# === CELLS === #

#: What XML cannot hold, and what a spreadsheet would read as an escape of such a character.
UNWRITABLE = re.compile('[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]')
ESCAPE_LIKE = re.compile('_(?=x[0-9A-Fa-f]{4}_)')

EPOCH = date(1899, 12, 30)
SECONDS = 24 * 60 * 60


def column_letters(index):
    """Return the letters of a column, ``A`` for 0."""
    before, letter = divmod(index, 26)
    return (column_letters(before - 1) if before else '') + chr(ord('A') + letter)


def xml_text(text):
    """Return a text as XML, without what XML cannot hold, as long as a cell may be."""
    text = UNWRITABLE.sub('', text[:MAX_TEXT])
    text = ESCAPE_LIKE.sub('_x005F_', text) if '_x' in text else text
    return escape(text).replace('\r', '_x000D_')  # a parser would make it a line feed


def text_cell(place, value, style=''):
    return (
        f'<c r="{place}"{style} t="inlineStr"><is><t xml:space="preserve">{xml_text(value)}'
        '</t></is></c>'
    )


def header_cell(place, value):
    return text_cell(place, value, ' s="1"')


def number_cell(place, value):
    return f'<c r="{place}" s="2"><v>{value}</v></c>'


def date_cell(place, value):
    return f'<c r="{place}" s="3"><v>{(value - EPOCH).days}</v></c>'


def datetime_cell(place, value):
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return f'<c r="{place}" s="4"><v>{(value.date() - EPOCH).days + seconds / SECONDS}</v></c>'


CELLS = {
    'text': text_cell,
    'number': number_cell,
    'date': date_cell,
    'datetime': datetime_cell,
}

# === WHAT STANDS AROUND THE SHEETS === #

XML_START = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = 'http://schemas.openxmlformats.org'
MAIN = f'{OFFICE}/spreadsheetml/2006/main'
RELATIONS = f'{OFFICE}/officeDocument/2006/relationships'
PACKAGE = f'{OFFICE}/package/2006'
MIME = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

SHEET_START = (
    f'{XML_START}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    '</sheetView></sheetViews>'
)
SHEET_END = b'</sheetData></worksheet>'

#: Formats of cells, in the order of the numbers ``s``: plain, header, number, date, datetime.
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    + ''.join(
        f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0"'
        ' applyNumberFormat="1"/>'
        for number in (4, 164, 165)
    )
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>'
    '</cellStyles></styleSheet>'
)


def xlsx_frame(sheets):
    """Return the parts of a workbook beside its sheets.

    :param int sheets: number of sheets
    :rtype: dict[str, str]
    """
    numbers = range(1, sheets + 1)
    parts = [('xl/workbook.xml', 'sheet.main'), ('xl/styles.xml', 'styles')]
    parts += [(f'xl/worksheets/sheet{number}.xml', 'worksheet') for number in numbers]
    types = ''.join(
        f'<Override PartName="/{path}" ContentType="{MIME}.{kind}+xml"/>' for path, kind in parts
    )
    names = ''.join(
        f'<sheet name="Sheet{number}" sheetId="{number}" r:id="rId{number}"/>' for number in numbers
    )
    sheet_relations = ''.join(
        _relation(number, 'worksheet', f'worksheets/sheet{number}.xml') for number in numbers
    )
    return {
        '[Content_Types].xml': (
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>'
        ),
        '_rels/.rels': _relations(_relation(1, 'officeDocument', 'xl/workbook.xml')),
        'xl/workbook.xml': (
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{names}</sheets></workbook>'
        ),
        'xl/_rels/workbook.xml.rels': _relations(
            sheet_relations + _relation(sheets + 1, 'styles', 'styles.xml')
        ),
        'xl/styles.xml': STYLES,
    }


def _relations(content):
    return f'<Relationships xmlns="{PACKAGE}/relationships">{content}</Relationships>'


def _relation(number, kind, target):
    return f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'


class XlsxTable:
    """XLSX as Office Open XML (ECMA-376), whose sheet streams into the archive row by row.

    A hundred thousand rows are two million cells, and a request has two minutes: libraries that
    make an object of each cell take most of them. What does not fit a sheet goes on in another.
    """

    extension = 'xlsx'
    mimetype = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

    def __init__(self, file, columns):
        """See :class:`CsvTable`."""
        self._columns = columns
        self._letters = [column_letters(index) for index in range(len(columns))]
        self._cells = [CELLS[kind] for _label, kind in columns]
        # Texts repeat: stronger compression costs more time than it saves.
        self._archive = zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED, compresslevel=3)
        self._sheets = 0
        self._add_sheet()

    def _add_sheet(self):
        self._sheets += 1
        self._sheet = self._archive.open(
            f'xl/worksheets/sheet{self._sheets}.xml', 'w', force_zip64=True
        )
        widths = ''.join(
            f'<col min="{index}" max="{index}" width="{WIDTHS[kind]}" customWidth="1"/>'
            for index, (_label, kind) in enumerate(self._columns, 1)
        )
        self._sheet.write(f'{SHEET_START}<cols>{widths}</cols><sheetData>'.encode())
        self._row = 0
        labels = [label for label, _kind in self._columns]
        self._write_cells([header_cell] * len(labels), labels)

    def write_row(self, values):
        """See :meth:`CsvTable.write_row`."""
        if self._row == MAX_ROWS:
            self._close_sheet()
            self._add_sheet()
        self._write_cells(self._cells, values)

    def _write_cells(self, cells, values):
        self._row += 1
        row = self._row
        xml = ''.join(
            [
                cell(f'{letters}{row}', value)
                for cell, letters, value in zip(cells, self._letters, values, strict=True)
                if value is not None and value is not False
            ]
        )
        self._sheet.write(f'<row r="{row}">{xml}</row>'.encode(errors='replace'))

    def _close_sheet(self):
        self._sheet.write(SHEET_END)
        self._sheet.close()

    def close(self):
        self._close_sheet()
        for path, content in xlsx_frame(self._sheets).items():
            self._archive.writestr(path, f'{XML_START}{content}')
        self._archive.close()
