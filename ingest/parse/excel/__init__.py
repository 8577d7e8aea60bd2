"""Excel workbooks (.xlsx, .xlsm): every sheet as titles, tables and comments, read row by row."""

import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.errors import DamagedFile, NoText
from ingest.model import Element, Event, Kind, Loss, Progress, ReadOptions, Source
from ingest.parse.archive import UNZIP_ERRORS, open_package

if TYPE_CHECKING:
    from ingest.parse.excel.cells import Row, Survey
    from ingest.parse.excel.workbook import Sheet, Workbook

_PROGRESS_ROWS = 5_000


def read(source: Source, options: ReadOptions) -> Iterator[Event]:
    """Reads a workbook in constant memory; formulas by their stored values, or as text where none was ever stored.

    A sheet that breaks off ends with a Loss. Raises DamagedFile where nothing can be read, NoText where there is
    nothing to read, and what `open_package` raises.
    """
    from lxml.etree import LxmlError

    from ingest.parse.excel.cells import survey
    from ingest.parse.excel.workbook import open_workbook

    broken = (LxmlError, SyntaxError, LookupError, TypeError, *UNZIP_ERRORS)
    losses: list[Loss] = []
    found = False
    with zipfile.ZipFile(open_package(source, options)) as package:
        try:
            workbook = open_workbook(package)
        except broken as error:
            raise DamagedFile(source.name, detail=_detail(error)) from error
        surveys = [survey(package, sheet.part) for sheet in workbook.sheets]
        progress = _Counter(sum(survey.rows for survey in surveys))
        for sheet, facts in zip(workbook.sheets, surveys, strict=True):
            try:
                for event in _read_sheet(workbook, sheet, facts, progress):
                    found = found or isinstance(event, Element)
                    yield event
            except broken as error:
                losses.append(Loss(f"sheet {sheet.name} breaks off: {_detail(error)}", sheet=sheet.name))
    if not found and losses:
        raise DamagedFile(source.name, detail=losses[0].message)
    if not found:
        raise NoText(source.name)
    yield from losses


class _Counter:
    """Counts rows as they pass, over all sheets."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._told = 0

    def count(self, rows: "Iterator[Row]") -> "Iterator[Row]":
        """The rows, unchanged."""
        for row in rows:
            self._done += 1
            yield row

    def due(self) -> Iterator[Progress]:
        """A Progress if enough rows have passed since the last."""
        if self._done - self._told >= _PROGRESS_ROWS:
            self._told = self._done
            yield Progress(min(self._done, self._total), self._total, "rows")


def _read_sheet(workbook: "Workbook", sheet: "Sheet", facts: "Survey", counter: _Counter) -> Iterator[Event]:
    from ingest.parse.excel.blocks import elements
    from ingest.parse.excel.cells import read_rows
    from ingest.parse.excel.workbook import comments_of

    name, hidden = sheet.name, sheet.hidden
    title: Element | None = Element(Kind.TITLE, name, level=1, sheet=name, hidden=hidden)
    rows = counter.count(read_rows(workbook, sheet, facts.merges))
    for element in elements(rows, name, hidden=hidden):
        if title is not None:
            yield title
            title = None
        yield element
        yield from counter.due()
    for cell, text in comments_of(workbook.package, sheet):
        yield Element(Kind.COMMENT, text, sheet=name, cells=cell, hidden=hidden)


def _detail(error: BaseException) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
