"""From the sheets of a workbook, whatever its format, to what a reader tells."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ingest.errors import DamagedFile, NoText
from ingest.model import Element, Event, Kind, Loss, Progress
from ingest.parse.excel.blocks import elements
from ingest.parse.excel.rows import Area, Row

_PROGRESS_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Name:
    """A name that the workbook gives to a range of one sheet."""

    text: str
    area: Area


class Sheet(Protocol):
    """A sheet of any format; the readers of formats make them."""

    @property
    def name(self) -> str:
        """What its tab says."""

    @property
    def hidden(self) -> bool:
        """Whether people do not see it."""

    @property
    def hidden_columns(self) -> frozenset[int]:
        """The columns that people do not see."""

    @property
    def row_count(self) -> int | None:
        """About how many rows there are, if that is known."""

    @property
    def names(self) -> Sequence[Name]:
        """The names of its ranges."""

    def rows(self) -> Iterator[Row]:
        """The rows that hold something, from the top down, values as displayed and merged cells filled."""

    def drawings(self) -> Iterable[Element]:
        """Charts and text boxes, if they are known before the rows are read."""

    def remarks(self) -> Iterable[Element]:
        """Comments, and drawings that were found among the rows."""


def events(sheets: Sequence[Sheet], source: str, broken: tuple[type[Exception], ...]) -> Iterator[Event]:
    """Titles, tables and remarks of the sheets, in constant memory if the sheets are.

    A sheet that ends with one of the exceptions `broken` is told as a Loss. Raises DamagedFile where nothing can be
    read, NoText where there is nothing to read.
    """
    losses: list[Loss] = []
    found = False
    progress = _Counter([sheet.row_count for sheet in sheets])
    for sheet in sheets:
        try:
            drawings: list[Element] = []
            try:
                drawings += sheet.drawings()
            except broken as error:
                losses.append(Loss(f"drawings of sheet {sheet.name} cannot be read: {detail(error)}", sheet=sheet.name))
            for event in _read(sheet, drawings, progress):
                found = found or isinstance(event, Element)
                yield event
        except broken as error:
            losses.append(Loss(f"sheet {sheet.name} breaks off: {detail(error)}", sheet=sheet.name))
    if not found and losses:
        raise DamagedFile(source, detail=losses[0].message)
    if not found:
        raise NoText(source)
    yield from losses


def detail(error: BaseException) -> str:
    """What an exception says, in one short line."""
    return " ".join(str(error).split())[:160] or type(error).__name__


class _Counter:
    """Counts rows as they pass, over all sheets."""

    def __init__(self, counts: Iterable[int | None]) -> None:
        known = [count for count in counts if count is not None]
        self._total = sum(known) if known else None
        self._done = 0
        self._told = 0

    def count(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows, unchanged."""
        for row in rows:
            self._done += 1
            yield row

    def due(self) -> Iterator[Progress]:
        """A Progress if enough rows have passed since the last."""
        if self._done - self._told >= _PROGRESS_ROWS:
            self._told = self._done
            yield Progress(self._done if self._total is None else min(self._done, self._total), self._total, "rows")


def _read(sheet: Sheet, drawings: Iterable[Element], counter: _Counter) -> Iterator[Event]:
    title: Element | None = Element(Kind.TITLE, sheet.name, level=1, sheet=sheet.name, hidden=sheet.hidden)
    names = _Names(sheet.names)
    rows = counter.count(names.watch(sheet.rows()))
    cells = elements(rows, sheet.name, hidden=sheet.hidden, hidden_columns=sheet.hidden_columns)
    for part in (_placed(cells, drawings), sheet.remarks()):
        for element in part:
            if title is not None:
                yield title
                title = None
            if element.kind is not Kind.TITLE or element.text != sheet.name:
                yield element
            yield from counter.due()
    if title is None and (text := names.text()):
        yield Element(Kind.TEXT, text, sheet=sheet.name, hidden=sheet.hidden)


def _placed(cells: Iterable[Element], drawings: Iterable[Element]) -> Iterator[Element]:
    """Drawings among what stands in the cells, each before what begins further down, or in its row to the right."""
    waiting = sorted(drawings, key=_beginning)
    for element in cells:
        row, column = _beginning(element)
        while waiting and _beginning(waiting[0]) < (row - element.header_rows, column):
            yield waiting.pop(0)
        yield element
    yield from waiting


def _beginning(element: Element) -> tuple[int, int]:
    area = Area.of(element.cells or "")
    return (area.top, area.left) if area is not None else (0, 0)


class _Names:
    """The names of ranges, and the values of those that are a single cell."""

    def __init__(self, names: Sequence[Name]) -> None:
        self._names = names
        self._places: dict[int, set[int]] = {}
        self._values: dict[tuple[int, int], str] = {}
        for name in names:
            if _is_cell(name.area):
                self._places.setdefault(name.area.top, set()).add(name.area.left)

    def watch(self, rows: Iterable[Row]) -> Iterable[Row]:
        """The rows, unchanged."""
        return self._watched(rows) if self._places else rows

    def _watched(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            for column in self._places.get(row.number, ()):
                self._values[row.number, column] = row.texts.get(column, "")
            yield row

    def text(self) -> str:
        """One line for each name: its value, if it has one, and where it stands."""
        lines = []
        for name in self._names:
            value = self._values.get((name.area.top, name.area.left)) if _is_cell(name.area) else None
            lines.append(f"{name.text} = {value} ({name.area})" if value else f"{name.text} = {name.area}")
        return "\n".join(lines)


def _is_cell(area: Area) -> bool:
    return (area.top, area.left) == (area.bottom, area.right)
