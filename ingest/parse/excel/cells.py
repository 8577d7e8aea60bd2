"""The rows of one sheet part as a stream: values as displayed."""

import contextlib
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache

from lxml import etree
from openpyxl.utils.datetime import from_ISO8601, to_excel

from ingest.parse.archive import UNZIP_ERRORS
from ingest.parse.excel.formats import renderer, text_renderer
from ingest.parse.excel.parts import MAIN, forget, text_of, unescape
from ingest.parse.excel.rows import MAX_COLUMNS, Area, Row, column_number
from ingest.parse.excel.workbook import Workbook

_BLOCK = 1024 * 1024
_OVERLAP = 256
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?\bref=[\"']([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})[\"']")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_ATTRIBUTE = re.compile(rb"\b(min|max|hidden)=[\"'](\w+)[\"']")
_ROW_MARKS = (b"<row ", b":row ")
_MOST_MERGES = 200_000
_KNOWN_VALUES = 4096
_VALUE, _FORMULA, _INLINE, _ROW = (f"{MAIN}{tag}" for tag in ("v", "f", "is", "row"))
_DIGITS = "0123456789"
_TRUE = ("1", "true")

Shown = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Survey:
    """What is good to know before the rows are read: about how many there are, merged ranges, hidden columns."""

    rows: int
    merges: tuple[Area, ...]
    hidden_columns: frozenset[int]


def survey(package: zipfile.ZipFile, part: str) -> Survey:
    """Runs through the bytes of a sheet once; merged cells are listed after the rows.

    A part that breaks off is surveyed as far as it goes: the reading that follows tells what is wrong with it.
    """
    rows = 0
    merges: set[bytes] = set()
    columns: set[int] = set()
    with contextlib.suppress(*UNZIP_ERRORS), package.open(part) as stream:
        tail = b""
        while block := stream.read(_BLOCK):
            text = tail + block
            if not rows:
                columns.update(_hidden_columns(text))
            rows += sum(text.count(mark) - tail.count(mark) for mark in _ROW_MARKS)
            if b"mergeCell" in text and len(merges) < _MOST_MERGES:
                merges.update(_MERGE.findall(text))
            tail = text[-_OVERLAP:]
    areas = (Area.of(reference.decode()) for reference in merges)
    return Survey(rows, tuple(area for area in areas if area is not None), frozenset(columns))


def _hidden_columns(text: bytes) -> Iterator[int]:
    for column in _COLUMN.findall(text):
        facts = dict(_ATTRIBUTE.findall(column))
        if facts.get(b"hidden") in (b"1", b"true") and facts.get(b"min", b"").isdigit():
            last = facts.get(b"max", facts[b"min"])
            yield from range(int(facts[b"min"]), min(int(last) if last.isdigit() else 0, MAX_COLUMNS) + 1)


def read_rows(workbook: Workbook, part: str) -> Iterator[Row]:
    """The rows of a sheet part, from the top down, in constant memory.

    Raises XMLSyntaxError and what zipfile raises, at the row where the part is broken.
    """
    cells = _CellReader(workbook)
    with workbook.package.open(part) as stream:
        for _, element in etree.iterparse(stream, tag=_ROW, resolve_entities=False, huge_tree=True):
            yield cells.row(element)
            forget(element)


class _CellReader:
    """Turns the cells of one sheet into text."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._number = 0
        self._columns: dict[str, int] = {}
        self._shown: dict[str | None, Shown] = {}
        self._quoted: dict[str | None, Callable[[str], str] | None] = {}

    def row(self, element: etree._Element) -> Row:
        """A row, with the texts of its cells by column."""
        number = element.get("r", "")
        self._number = int(number) if number.isdecimal() else self._number + 1
        texts: dict[int, str] = {}
        figures: list[int] = []
        last = 0
        for cell in element:
            get = cell.get
            letters = (get("r") or "").rstrip(_DIGITS)
            column = self._columns.get(letters) or self._column(letters) or last + 1
            if column in texts:
                column = max(texts) + 1  # a cell without a reference of its own
            last = column
            kind, style = get("t"), get("s")
            value = cell[0].text if len(cell) == 1 and cell[0].tag == _VALUE else cell.findtext(_VALUE)
            if value and (kind is None or kind == "n"):
                text, figure = self._figure(value, style)
            elif value and kind == "s":
                text, figure = self._shared(value, style), False
            else:
                text, figure = self._other(cell, kind, value or "")
            if text and column <= MAX_COLUMNS:
                texts[column] = text
                if figure:
                    figures.append(column)
        return Row(self._number, texts, figures, hidden=element.get("hidden") in _TRUE)

    def _column(self, letters: str) -> int:
        """The number of a column; 0 for letters that name none."""
        if not letters.isascii() or not letters.isalpha() or len(letters) > 3:
            return 0
        number = self._columns[letters] = column_number(letters.upper())
        return number

    def _figure(self, value: str, style: str | None) -> tuple[str, bool]:
        """A number as displayed, and that it is one, unless it is a date: that may name a column."""
        show = self._shown.get(style) or self._show(style)
        try:
            return show(value), style not in self._workbook.dated
        except (ValueError, OverflowError):
            return value.strip(), False  # what is written there is better than nothing

    def _shared(self, value: str, style: str | None) -> str:
        try:
            return self._quote(self._workbook.strings[int(value)], style)
        except (ValueError, IndexError):
            return value.strip()

    def _other(self, cell: etree._Element, kind: str | None, value: str) -> tuple[str, bool]:
        """A cell of any other type, and whether it can name no column: a truth value, an error."""
        style = cell.get("s")
        match kind:
            case "inlineStr":
                body = cell.find(_INLINE)
                value = "" if body is None else text_of(body)
            case "str":
                value = unescape(value) if "_x" in value else value
            case "d":
                return self._date(value.strip(), style), False
            case "b" if value:
                return ("TRUE" if value.strip() in _TRUE else "FALSE"), True
            case _:
                return value.strip() or _formula(cell), True
        return self._quote(value, style), False

    def _quote(self, text: str, style: str | None) -> str:
        """A text as displayed: few formats add anything to one."""
        try:
            quote = self._quoted[style]
        except KeyError:
            quote = self._quoted[style] = text_renderer(self._workbook.format(style))
        return text.strip() if quote is None or not text else quote(text)

    def _date(self, value: str, style: str | None) -> str:
        try:
            when = from_ISO8601(value)  # type: ignore[no-untyped-call]
            serial = float(to_excel(when, self._workbook.epoch))  # type: ignore[no-untyped-call]
        except (ValueError, TypeError, OverflowError):
            return value
        if style is not None and style in self._workbook.dated:
            return self._show(style)(repr(serial))
        return str(when.isoformat(" ")) if isinstance(when, datetime | time) else str(when)

    def _show(self, style: str | None) -> Shown:
        code = self._workbook.format(style)
        render = renderer(code, self._workbook.from_1904)
        is_general = code.lower() == "general"

        def show(value: str) -> str:
            if is_general and value.isdecimal() and len(value) < 16:
                return value
            return render(float(value))

        shown = self._shown[style] = lru_cache(_KNOWN_VALUES)(show)
        return shown


def _formula(cell: etree._Element) -> str:
    """The formula of a cell whose value was never calculated; "" where the value is known to be empty."""
    formula = cell.find(_FORMULA)
    if formula is None or cell.get("t") == "str" or not formula.text:
        return ""
    return f"={formula.text}"
