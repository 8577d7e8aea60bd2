"""Rows of cells as table elements."""

import re
from collections.abc import Iterable, Iterator, Sequence

from ingest.model import Box, Element, Kind

BLOCK_ROWS = 200
_BLOCK_CHARACTERS = 200_000
_FIGURES = re.compile(r"[\s\d.,:;/%+()¥$€£°年月日T-]*\d[\s\d.,:;/%+()¥$€£°年月日TZ-]*")

Row = tuple[str, ...]


def tables(
    rows: Sequence[Row], header_rows: int, *, page: int | None = None, hidden: bool = False, box: Box | None = None
) -> Iterator[Element]:
    """A table as elements of at most 200 body rows that each repeat the header; cells become single lines."""
    flat = [tuple(map(_flat, row)) for row in rows]
    head, body = flat[:header_rows], flat[header_rows:]
    for start in range(0, max(1, len(body)), BLOCK_ROWS):
        block = (*head, *body[start : start + BLOCK_ROWS])
        yield Element(
            Kind.TABLE, _render(block), page=page, box=box, hidden=hidden, rows=block, header_rows=header_rows
        )


def table_blocks(header: Sequence[Row], body: Iterable[tuple[int, Row]]) -> Iterator[Element]:
    """A table of any length in blocks of at most 200 body rows that each repeat the header.

    `body` gives the number of each row and its cells; every block has its range ("A2:F201") and row numbers.
    """
    head = tuple(tuple(map(_flat, row)) for row in header)
    numbers: list[int] = []
    rows: list[Row] = []
    size = 0
    for number, cells in body:
        row = tuple(map(_flat, cells))
        numbers.append(number)
        rows.append(row)
        size += sum(map(len, row))
        if len(rows) == BLOCK_ROWS or size > _BLOCK_CHARACTERS:
            yield _block(head, numbers, rows)
            numbers, rows, size = [], [], 0
    if rows:
        yield _block(head, numbers, rows)


def has_header(rows: Sequence[Row]) -> bool:
    """Whether the first row looks like the names of the columns: every cell filled, none a number, none twice."""
    if len(rows) < 2:
        return False
    first = [cell.strip() for cell in rows[0]]
    return all(first) and len(set(first)) == len(first) and not any(map(_FIGURES.fullmatch, first))


def column_letters(number: int) -> str:
    """The name a spreadsheet gives to a column: 1 is A, 27 is AA."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _block(head: tuple[Row, ...], numbers: Sequence[int], rows: Sequence[Row]) -> Element:
    everything = (*head, *rows)
    width = max(1, *map(len, everything))
    return Element(
        Kind.TABLE,
        _render(everything),
        cells=f"A{numbers[0]}:{column_letters(width)}{numbers[-1]}",
        rows=everything,
        header_rows=len(head),
        row_numbers=tuple(numbers),
    )


def _flat(cell: str) -> str:
    return " ".join(cell.split()) if "\n" in cell or "\r" in cell else cell.strip()


def _render(rows: Iterable[Row]) -> str:
    return "\n".join(map(" | ".join, rows))
