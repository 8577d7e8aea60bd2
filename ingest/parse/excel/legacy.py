"""Workbooks of Excel 2 to 2003 (.xls), read by xlrd; their macros and charts are left alone."""

import io
import os
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from ingest.errors import DamagedFile, PasswordNeeded
from ingest.model import Element, Event, Kind, ReadOptions, Source
from ingest.parse.excel.formats import LOCAL_FORMATS, Shown, format_code, renderer
from ingest.parse.excel.notes import signed
from ingest.parse.excel.rows import Area, Row, filled
from ingest.parse.excel.sheets import Name, detail, events
from ingest.parse.excel.tokens import is_date, sections, tokens

_DEFAULT_PASSWORD = "VelvetSweatshop"  # noqa: S105 - what Excel tries by itself before it asks
_BROKEN = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError),
    *(OSError, RecursionError, TypeError, ValueError, struct.error),
)


def read(source: Source, _options: ReadOptions) -> Iterator[Event]:
    """Reads a workbook one sheet after another; each has at most 65,536 rows, which stand in memory.

    Raises PasswordNeeded where it is encrypted, DamagedFile where nothing can be read, NoText where there is nothing
    to read.
    """
    from xlrd import XLRDError, open_workbook
    from xlrd.compdoc import CompDocError

    broken = (XLRDError, CompDocError, *_BROKEN)
    with Path(os.devnull).open("w", encoding="utf-8") as null:
        try:
            content = _decrypted(source).read()
            book = open_workbook(
                file_contents=content, formatting_info=True, on_demand=True, ragged_rows=True, logfile=null
            )
            sheets = [LegacySheet(book, index) for index in range(book.nsheets)]
        except broken as error:
            raise DamagedFile(source.name, detail=detail(error)) from error
        yield from events(sheets, source.name, broken)


def _decrypted(source: Source) -> BinaryIO:
    """The workbook without its encryption, if it has one; Excel's own password is tried, as Excel does."""
    from msoffcrypto import exceptions
    from msoffcrypto.format.xls97 import Xls97File

    source.stream.seek(0)
    try:
        workbook = Xls97File(source.stream)
        is_encrypted = workbook.is_encrypted()
    except (exceptions.FileFormatError, exceptions.ParseError, OSError):
        is_encrypted = False  # not of Excel 97-2003: earlier ones have no encryption that is known
    for password in filter(None, (source.password, _DEFAULT_PASSWORD)) if is_encrypted else ():
        plain = io.BytesIO()
        try:
            workbook.load_key(password=password)
            workbook.decrypt(plain)
        except exceptions.InvalidKeyError:
            continue
        plain.seek(0)
        return plain
    if is_encrypted:
        raise PasswordNeeded(source.name)
    source.stream.seek(0)
    return source.stream


class LegacySheet:
    """A sheet that is loaded when something of it is asked for, and given up when the next one is."""

    row_count: int | None = None

    def __init__(self, book: Any, index: int) -> None:
        self._book = book
        self._index = index
        self._styles: dict[int, tuple[Shown, bool]] = {}
        self.name: str = book.sheet_names()[index]

    @property
    def _sheet(self) -> Any:
        return self._book.sheet_by_index(self._index)

    @property
    def hidden(self) -> bool:
        """Whether the sheet is hidden."""
        return bool(self._sheet.visibility)

    @property
    def hidden_columns(self) -> frozenset[int]:
        """Its hidden columns."""
        return frozenset(column + 1 for column, facts in self._sheet.colinfo_map.items() if facts.hidden)

    @property
    def names(self) -> Sequence[Name]:
        """The names of its ranges, without those that Excel makes for itself."""
        return list(self._names())

    def _names(self) -> Iterator[Name]:
        from xlrd import XLRDError

        for name in self._book.name_obj_list:
            if name.hidden or name.builtin or name.macro:
                continue
            try:
                sheet, top, bottom, left, right = name.area2d()
            except (XLRDError, *_BROKEN):
                continue  # a formula, a constant, or an area on several sheets
            if sheet.number == self._index:
                yield Name(name.name, Area(top + 1, left + 1, bottom, right))

    def rows(self) -> Iterator[Row]:
        """The rows, merged cells filled."""
        merges = [Area(top + 1, left + 1, bottom, right) for top, bottom, left, right in self._sheet.merged_cells]
        return filled(self._rows(), merges)

    def _rows(self) -> Iterator[Row]:
        from xlrd.biffh import error_text_from_code

        sheet = self._sheet
        for index in range(sheet.nrows):
            texts: dict[int, str] = {}
            figures: list[int] = []
            for column, cell in enumerate(sheet.row(index), 1):
                text, figure = self._text(cell, error_text_from_code)
                if text:
                    texts[column] = text
                    if figure:
                        figures.append(column)
            facts = sheet.rowinfo_map.get(index)
            yield Row(index + 1, texts, figures, hidden=bool(facts is not None and facts.hidden))

    def _text(self, cell: Any, errors: dict[int, str]) -> tuple[str, bool]:
        """What a cell shows, and whether it is a figure."""
        kind, value = cell.ctype, cell.value
        if kind == 1:
            return str(value).strip(), False
        if kind in (2, 3):
            show, dated = self._styles.get(cell.xf_index) or self._style(cell.xf_index)
            return show(value), not dated
        if kind == 4:
            return ("TRUE" if value else "FALSE"), True
        return (errors.get(value, "#ERROR!"), True) if kind == 5 else ("", False)

    def _style(self, number: int | None) -> tuple[Shown, bool]:
        """How numbers of a cell style are shown, and whether as dates."""
        book = self._book
        key = book.xf_list[number].format_key if number is not None and number < len(book.xf_list) else 0
        given = {key: book.format_map[key].format_str} if key in book.format_map and key not in LOCAL_FORMATS else {}
        code = format_code(key, given)
        style = renderer(code, bool(book.datemode)), is_date(tokens(sections(code)[0]))
        if number is not None:
            self._styles[number] = style
        return style

    def drawings(self) -> Sequence[Element]:
        """None: they are not read."""
        return ()

    def remarks(self) -> Iterator[Element]:
        """Its comments; then the sheet is given up."""
        for (row, column), note in sorted(self._sheet.cell_note_map.items()):
            text = str(note.text).strip()
            if text:
                cell = str(Area(row + 1, column + 1, row + 1, column + 1))
                yield Element(Kind.COMMENT, signed(note.author, text), sheet=self.name, cells=cell, hidden=self.hidden)
        self._book.unload_sheet(self._index)
