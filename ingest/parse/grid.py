"""A table as it is written in HTML: cells that span rows and columns, filled out to a full grid."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.model import Element, Kind
from ingest.parse.rows import Row, has_header, tables

_MAX_COLUMNS = 1000
_MAX_CELLS = 500_000  # beyond this, spans are no longer filled


@dataclass(slots=True)
class Cell:
    """A cell while it is read: what stands in it, and how many columns and rows it takes."""

    columns: int = 1
    rows: int = 1
    is_header: bool = False
    content: list[Element] = field(default_factory=list)

    def text(self) -> str:
        """Its paragraphs as one line."""
        return " ".join(element.text.replace("\n", " ") for element in self.content)


class Grid:
    """Collects the rows of a table and tells whether it holds data or only arranges a page."""

    def __init__(self, *, is_layout: bool = False) -> None:
        self.is_layout = is_layout
        self.holds_tables = False
        self.in_head = False
        self._rows: list[list[Cell]] = []
        self._head_rows = 0

    def add_row(self) -> None:
        """Begins a row."""
        if self.in_head and self._head_rows == len(self._rows):
            self._head_rows += 1
        self._rows.append([])

    def add_cell(self, columns: int, rows: int, *, is_header: bool) -> Cell:
        """Begins a cell of the current row."""
        if not self._rows:
            self.add_row()
        cell = Cell(columns, rows, is_header)
        self._rows[-1].append(cell)
        return cell

    def elements(self) -> Iterator[Element]:
        """The table, in blocks if it is long; or, of a layout, what stands in its cells, one after the other."""
        if self._arranges():
            for row in self._rows:
                for cell in row:
                    yield from cell.content
            return
        rows = [row for row in self._filled() if any(row)]
        if rows:
            yield from tables(rows, min(self._header_rows(rows), len(rows)))

    def _arranges(self) -> bool:
        """Whether the table is only there to place things: no named columns, but tables or headings in its cells."""
        cells = [cell for row in self._rows for cell in row]
        if self.is_layout or max(map(len, self._rows), default=0) < 2:
            return True
        if self._head_rows or any(cell.is_header for cell in cells):
            return False
        return self.holds_tables or any(element.kind is Kind.TITLE for cell in cells for element in cell.content)

    def _header_rows(self, rows: Sequence[Row]) -> int:
        if self._head_rows:
            return self._head_rows
        named = 0
        for row in self._rows:
            if not row or not all(cell.is_header for cell in row):
                break
            named += 1
        return named or int(has_header(rows))

    def _filled(self) -> Iterator[Row]:
        below: dict[int, tuple[str, int]] = {}  # column -> text of the cell that reaches down into it, rows to go
        room = _MAX_CELLS
        for row in self._rows:
            line: list[str] = []
            cells = iter(row)
            cell = next(cells, None)
            while len(line) < _MAX_COLUMNS and (cell is not None or len(line) in below):
                column = len(line)
                if column in below:
                    text, to_go = below.pop(column)
                    if to_go > 1:
                        below[column] = (text, to_go - 1)
                    line.append(text)
                elif cell is not None:
                    text = cell.text()
                    for _ in range(min(cell.columns, _MAX_COLUMNS - column) if room > 0 else 1):
                        if cell.rows > 1 and room > 0:
                            below[len(line)] = (text, cell.rows - 1)
                        line.append(text)
                    cell = next(cells, None)
            room -= len(line)
            yield tuple(line)
