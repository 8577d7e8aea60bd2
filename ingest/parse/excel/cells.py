"""The rows of one sheet as a stream: values as displayed, merged cells filled."""

import contextlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from lxml import etree
from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet._reader import FORMULA_TAG, INLINE_STRING, ROW_TAG, VALUE_TAG, WorkSheetParser

from ingest.parse.archive import UNZIP_ERRORS
from ingest.parse.excel.formats import Renderer, renderer
from ingest.parse.excel.workbook import Sheet, Workbook, forget, text_of, unescape
from ingest.parse.labels import is_label

MAX_COLUMNS = 16_384
_BLOCK = 1024 * 1024
_OVERLAP = 128
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?\bref=[\"']([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})[\"']")
_ROW_MARKS = (b"<row ", b":row ")
_WIDEST_FILL = 256  # a wider merge is decoration, not a heading over columns
_MOST_MERGES = 200_000
_BAD_CELL = (ValueError, TypeError, LookupError, OverflowError)


@dataclass(slots=True)
class Row:
    """A row that holds something: its number, its texts by column, and how many of them may be labels.

    `banner` is set where one merged cell spans everything there is in the row.
    """

    number: int
    texts: dict[int, str]
    labels: int
    banner: bool = False

    @property
    def is_single(self) -> bool:
        """Whether the row says one thing only."""
        return self.banner or len(self.texts) == 1

    @property
    def text(self) -> str:
        """What the first cell says."""
        return next(iter(self.texts.values()))


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range, numbers inclusive and counting from 1."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What is good to know before the rows are read: about how many there are, and the merged ranges by top row."""

    rows: int
    merges: tuple[Merge, ...]


def survey(package: zipfile.ZipFile, part: str) -> Survey:
    """Runs through the bytes of a sheet once; merged cells are listed after the rows.

    A part that breaks off is surveyed as far as it goes: the reading that follows tells what is wrong with it.
    """
    rows = 0
    refs: set[bytes] = set()
    with contextlib.suppress(*UNZIP_ERRORS), package.open(part) as stream:
        tail = b""
        while block := stream.read(_BLOCK):
            text = tail + block
            rows += sum(text.count(mark) - tail.count(mark) for mark in _ROW_MARKS)
            if b"mergeCell" in text and len(refs) < _MOST_MERGES:
                refs.update(_MERGE.findall(text))
            tail = text[-_OVERLAP:]
    merges = (Merge(*(edge or 0 for edge in range_boundaries(ref.decode()))) for ref in refs)
    return Survey(rows, tuple(sorted(merges, key=lambda merge: (merge.top, merge.left))))


def read_rows(workbook: Workbook, sheet: Sheet, merges: tuple[Merge, ...]) -> Iterator[Row]:
    """The rows of the sheet that hold something, from the top down, in constant memory.

    Raises XMLSyntaxError and what zipfile raises, at the row where the part is broken.
    """
    fill = _Fill(merges)
    with workbook.package.open(sheet.part) as stream:
        cells = _CellReader(workbook)
        for _, element in etree.iterparse(stream, tag=ROW_TAG, resolve_entities=False, huge_tree=True):
            number, texts, labels = cells.row(element)
            forget(element)
            row = Row(number, texts, labels)
            fill(row)
            if row.texts:
                yield row


class _CellReader:
    """Turns the cells of one sheet into text: openpyxl reads the values, the number formats render them."""

    def __init__(self, workbook: Workbook) -> None:
        dates = {style for style, code in enumerate(workbook.formats) if is_date_format(code)}
        spans = {style for style in dates if is_timedelta_format(workbook.formats[style])}
        self._parser = WorkSheetParser(
            b"",  # the elements come from outside, one by one
            workbook.strings,
            data_only=True,
            epoch=workbook.epoch,
            date_formats=dates,
            timedelta_formats=spans,
        )
        self._formats = workbook.formats
        self._renderers: dict[int, Renderer] = {}

    def row(self, element: etree._Element) -> tuple[int, dict[int, str], int]:
        """The number of a row, its texts by column, and how many of them may be labels."""
        parser = self._parser
        number = element.get("r", "")
        parser.row_counter = int(number) if number.isdecimal() else parser.row_counter + 1
        parser.col_counter = 0
        texts: dict[int, str] = {}
        labels = 0
        for cell in element:
            column, text, label = self._cell(cell)
            if column in texts:
                column = max(texts) + 1  # a cell without a reference of its own
            if text and column <= MAX_COLUMNS:
                texts[column] = text
                labels += label
        return parser.row_counter, texts, labels

    def _cell(self, element: etree._Element) -> tuple[int, str, bool]:
        kind = element.get("t")
        try:
            facts: dict[str, Any] = self._parser.parse_cell(element) if kind != "inlineStr" else self._inline(element)
        except _BAD_CELL:
            # A reference or a value that makes no sense: what is written there is better than nothing.
            return max(self._parser.col_counter, 1), element.findtext(VALUE_TAG) or "", False
        column, value = facts["column"], facts["value"]
        if value is None:
            text = self._formula(element)
            return column, text, False
        if isinstance(value, str):
            text = value.strip()
            if kind == "str" and "_x" in text:
                text = unescape(text)
            return column, text, kind != "e" and is_label(text)
        text = self._render(facts["style_id"])(value)
        if isinstance(value, datetime | date | time | timedelta):
            return column, text, not isinstance(value, timedelta)
        return column, text, text.isdecimal() and is_label(text)

    def _inline(self, element: etree._Element) -> dict[str, Any]:
        """An inline string; openpyxl builds a tree of objects for each, which halves the speed."""
        body = element.find(INLINE_STRING)
        element.set("t", "n")
        for child in list(element):
            element.remove(child)
        facts: dict[str, Any] = self._parser.parse_cell(element)
        facts["value"] = None if body is None else text_of(body)
        return facts

    def _formula(self, element: etree._Element) -> str:
        """The formula of a cell whose value was never calculated; "" where the value is known to be empty."""
        if element.find(FORMULA_TAG) is None or element.get("t") == "str":
            return ""
        try:
            formula = self._parser.parse_formula(element)  # type: ignore[no-untyped-call]
        except _BAD_CELL:
            return ""
        text = formula if isinstance(formula, str) else getattr(formula, "text", "") or ""
        return text if len(text) > 1 else ""

    def _render(self, style: int) -> Renderer:
        known = self._renderers.get(style)
        if known is None:
            code = self._formats[style] if 0 <= style < len(self._formats) else "General"
            known = self._renderers[style] = renderer(code)
        return known


class _Fill:
    """Repeats the text of a merged cell in every cell it covers, as far as rows and columns hold anything."""

    def __init__(self, merges: tuple[Merge, ...]) -> None:
        self._coming = list(reversed(merges))
        self._open: list[tuple[Merge, str]] = []

    def __call__(self, row: Row) -> None:
        """Fills one row; rows must come from the top down."""
        had = len(row.texts)
        texts = row.texts
        # A row that is blank but for merged cells from above stays blank: it may part two tables.
        self._open = [(merge, text) for merge, text in self._open if merge.bottom >= row.number]
        if had:
            for merge, text in self._open:
                self._spread(row, merge, text)
        while self._coming and self._coming[-1].top <= row.number:
            merge = self._coming.pop()
            text = texts.get(merge.left, "") if merge.top == row.number else ""
            if text:
                self._spread(row, merge, text)
                row.banner = row.banner or (had == 1 and merge.right > merge.left)
                if merge.bottom > merge.top:
                    self._open.append((merge, text))

    @staticmethod
    def _spread(row: Row, merge: Merge, text: str) -> None:
        if merge.right - merge.left >= _WIDEST_FILL:
            return
        label = is_label(text)
        for column in range(merge.left, merge.right + 1):
            if column not in row.texts:
                row.texts[column] = text
                row.labels += label
