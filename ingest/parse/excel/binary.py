"""Binary workbooks (.xlsb): the parts of an Excel workbook as records in place of XML; macros are left alone."""

import struct
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.errors import DamagedFile
from ingest.model import Element, Event, Kind, ReadOptions, Source
from ingest.parse.archive import open_package
from ingest.parse.excel.drawings import drawn
from ingest.parse.excel.formats import format_code, renderer
from ingest.parse.excel.notes import comments, signed
from ingest.parse.excel.parts import BROKEN, links, target
from ingest.parse.excel.records import DOUBLE, LONG, compact_number, records, text_at
from ingest.parse.excel.rows import MAX_COLUMNS, Area, Row, filled
from ingest.parse.excel.sheets import Name, detail, events
from ingest.parse.excel.tokens import is_date, sections, tokens
from ingest.parse.excel.workbook import SHEETS, SharedStrings

# Records, by the numbers of their types.
_ROW, _COLUMNS, _MERGE = 0, 60, 176
_COMPACT, _ERROR, _BOOL, _REAL, _TEXT, _SHARED, _RICH = 2, 3, 4, 5, 6, 7, 62
_FORMULA_TEXT, _FORMULA_REAL, _FORMULA_BOOL, _FORMULA_ERROR = 8, 9, 10, 11
_STRING, _NAME, _FORMAT, _STYLE, _STYLES, _STYLES_END = 19, 39, 44, 47, 617, 618
_SETTINGS, _SHEET, _LINKED_SHEETS = 153, 156, 362
_AUTHOR, _COMMENT, _COMMENT_TEXT = 632, 635, 637
_CELL, _AREA = 0x3A, 0x3B  # in formulas
_HIDDEN_NAME = 0x2B  # hidden, a function, a macro or Excel's own
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
_MOST_MERGES = 200_000


def read(source: Source, options: ReadOptions) -> Iterator[Event]:
    """Reads a workbook in constant memory; formulas by their stored values.

    A sheet that breaks off ends with a Loss. Raises DamagedFile where nothing can be read, NoText where there is
    nothing to read, and what `open_package` raises.
    """
    with zipfile.ZipFile(open_package(source, options)) as package:
        try:
            workbook = BinaryWorkbook(package)
        except BROKEN as error:
            raise DamagedFile(source.name, detail=detail(error)) from error
        yield from events(workbook.sheets, source.name, BROKEN)


class BinaryWorkbook:
    """An open workbook: its sheets, and what their cells refer to."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        part = target(package, "", "officeDocument")
        if part is None:
            raise KeyError("the workbook part")
        self.package = package
        self.part = part
        self.from_1904 = False
        self.sheets: list[BinarySheet] = []
        self.strings = SharedStrings()
        self._read_workbook()
        strings = target(package, part, "sharedStrings")
        for kind, data in records(package, strings) if strings is not None else ():
            if kind == _STRING:
                self.strings.append(text_at(data, 1)[0])
        self.styles = [
            (renderer(code, self.from_1904), is_date(tokens(sections(code)[0])))
            for code in _formats(package, target(package, part, "styles"))
        ]

    def _read_workbook(self) -> None:
        known = {link.id: link for link in links(self.package, self.part)}
        listed: list[BinarySheet | None] = []
        linked: list[tuple[int, int]] = []
        names: list[tuple[str, int, Area]] = []
        for kind, data in records(self.package, self.part):
            if kind == _SETTINGS:
                self.from_1904 = bool(data[0] & 1)
            elif kind == _SHEET:
                relation, at = text_at(data, 8)
                link = known.get(relation)
                is_sheet = link is not None and link.kind in SHEETS
                if link is not None and is_sheet:
                    self.sheets.append(
                        BinarySheet(self, text_at(data, at)[0], link.part, hidden=bool(LONG(data, 0)[0]))
                    )
                listed.append(self.sheets[-1] if is_sheet and self.sheets else None)
            elif kind == _LINKED_SHEETS:
                linked = [struct.unpack_from("<ii", data, 8 + 12 * index) for index in range(LONG(data, 0)[0])]
            elif kind == _NAME and (name := _name(data)) is not None:
                names.append(name)
        for text, index, area in names:
            first, last = linked[index] if index < len(linked) else (-1, -1)
            sheet = listed[first] if first == last and 0 <= first < len(listed) else None
            if sheet is not None:
                sheet.names.append(Name(text, area))


class BinarySheet:
    """A sheet of a binary workbook."""

    def __init__(self, workbook: BinaryWorkbook, name: str, part: str, *, hidden: bool) -> None:
        self._workbook = workbook
        self._part = part
        self._merges: list[Area] = []
        self._surveyed = False
        self._hidden_columns: set[int] = set()
        self._rows_there = 0
        self.name = name
        self.hidden = hidden
        self.names: list[Name] = []

    @property
    def hidden_columns(self) -> frozenset[int]:
        """Its hidden columns."""
        self._survey()
        return frozenset(self._hidden_columns)

    @property
    def row_count(self) -> int | None:
        """How many rows there are."""
        self._survey()
        return self._rows_there

    def _survey(self) -> None:
        """Runs through the records once; merged cells are listed after the rows. Damage is told when rows are read."""
        if self._surveyed:
            return
        self._surveyed = True
        try:
            for kind, data in records(self._workbook.package, self._part):
                if kind == _ROW:
                    self._rows_there += 1
                elif kind == _MERGE and len(self._merges) < _MOST_MERGES:
                    top, bottom, left, right = struct.unpack_from("<4I", data)
                    self._merges.append(Area(top + 1, left + 1, bottom + 1, right + 1))
                elif kind == _COLUMNS and data[16] & 1:
                    first, last = struct.unpack_from("<2I", data)
                    self._hidden_columns.update(range(first + 1, min(last + 1, MAX_COLUMNS) + 1))
        except BROKEN:
            return

    def rows(self) -> Iterator[Row]:
        """The rows, merged cells filled; raises at the row where the part is broken."""
        self._survey()
        return filled(self._rows(), self._merges)

    def _rows(self) -> Iterator[Row]:
        row: Row | None = None
        for kind, data in records(self._workbook.package, self._part):
            if kind == _ROW:
                if row is not None:
                    yield row
                row = Row(LONG(data, 0)[0] + 1, {}, hidden=bool(data[11] & 0x10))
            elif row is not None and (_COMPACT <= kind <= _FORMULA_ERROR or kind == _RICH):
                column = LONG(data, 0)[0] + 1
                text, figure = self._text(kind, data)
                if text and column <= MAX_COLUMNS:
                    row.texts[column] = text
                    if figure:
                        row.figures.append(column)
        if row is not None:
            yield row

    def _text(self, kind: int, data: bytes) -> tuple[str, bool]:
        """What a cell shows, and whether it is a figure. The first eight bytes are its column and style."""
        if kind in (_COMPACT, _REAL, _FORMULA_REAL):
            style = LONG(data, 4)[0] & 0xFFFFFF
            styles = self._workbook.styles
            show, dated = styles[style] if style < len(styles) else (renderer("General"), False)
            return show(compact_number(data, 8) if kind == _COMPACT else DOUBLE(data, 8)[0]), not dated
        if kind == _SHARED:
            return self._workbook.strings[LONG(data, 8)[0]].strip(), False
        if kind in (_TEXT, _FORMULA_TEXT, _RICH):
            return text_at(data, 9 if kind == _RICH else 8)[0].strip(), False
        if kind in (_BOOL, _FORMULA_BOOL):
            return ("TRUE" if data[8] else "FALSE"), True
        return _ERRORS.get(data[8], "#ERROR!"), True

    def drawings(self) -> Iterator[Element]:
        """Charts, text boxes and what pictures are said to show."""
        for element in drawn(self._workbook.package, self._part):
            yield replace(element, sheet=self.name, hidden=self.hidden)

    def remarks(self) -> Iterator[Element]:
        """Comments."""
        package = self._workbook.package
        for cell, text in comments(package, self._workbook.part, self._part, _notes):
            yield Element(Kind.COMMENT, text, sheet=self.name, cells=cell, hidden=self.hidden)


def _notes(package: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str]]:
    """The cell and the text of every comment of a part."""
    authors: list[str] = []
    author, cell = "", ""
    for kind, data in records(package, part):
        if kind == _AUTHOR:
            authors.append(text_at(data, 0)[0])
        elif kind == _COMMENT:
            number, row, _, column, _ = struct.unpack_from("<5I", data)
            author = authors[number] if number < len(authors) else ""
            cell = str(Area(row + 1, column + 1, row + 1, column + 1))
        elif kind == _COMMENT_TEXT and (text := text_at(data, 1)[0].strip()):
            yield cell, signed(author, text)


def _formats(package: zipfile.ZipFile, part: str | None) -> Sequence[str]:
    """The number format of every cell style."""
    custom: dict[int, str] = {}
    styles: list[str] = []
    of_cells = False
    for kind, data in records(package, part) if part is not None else ():
        if kind == _FORMAT:
            custom[int.from_bytes(data[:2], "little")] = text_at(data, 2)[0]
        elif kind in (_STYLES, _STYLES_END):
            of_cells = kind == _STYLES
        elif kind == _STYLE and of_cells:
            styles.append(format_code(int.from_bytes(data[2:4], "little"), custom))
    return styles


def _name(data: bytes) -> tuple[str, int, Area] | None:
    """A defined name, the number of the reference to its sheet, and its range; None if it names something else."""
    text, at = text_at(data, 9)
    formula = data[at + 4 : at + 4 + LONG(data, at)[0]]
    if LONG(data, 0)[0] & _HIDDEN_NAME or text.startswith("_xl"):
        return None
    if len(formula) == 15 and formula[0] & 0x1F | 0x20 == _AREA:
        index, top, bottom, left, right = struct.unpack_from("<H2I2H", formula, 1)
    elif len(formula) == 9 and formula[0] & 0x1F | 0x20 == _CELL:
        index, top, left = struct.unpack_from("<HIH", formula, 1)
        bottom, right = top, left
    else:
        return None
    return text, index, Area(top + 1, (left & 0x3FFF) + 1, bottom + 1, (right & 0x3FFF) + 1)
