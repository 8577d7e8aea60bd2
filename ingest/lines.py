"""Elements as lines: the smallest pieces a chunk is put together from."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from ingest.model import Element, Kind

CountTokens = Callable[[Sequence[str]], list[int]]

# After the end of an English sentence (space wanted: "3.5"), after a Chinese one (none wanted), or at a line end.
_SENTENCE_END = re.compile(r"(?<=[.!?…])(?=\s)|(?<=[.!?…][\"'”’)\]])(?=\s)|(?<=[。！？；])(?![”’」』）\"])|(?<=[。！？；][”’」』）])|(?<=\n)")
_BREAKS = re.compile(r"(?<=\s)|(?<=[，、：,;:/|])")
_RANGE = re.compile(r"([A-Z]+)\d+:([A-Z]+)\d+")


@dataclass(frozen=True, slots=True)
class Line:
    """A part of one element that stays in one piece: a paragraph, a sentence, a table row.

    `row` is the sheet's number of a table row; `lead` is what is repeated in front when the line has to be split.
    """

    text: str
    element: Element
    row: int | None = None
    lead: str = ""
    glued: bool = False


def prose_line(element: Element) -> Line:
    """A whole element as one line."""
    return Line(element.text, element)


def table_lines(table: Element) -> Iterator[Line]:
    """One line per body row, each readable alone: "Header: value | Header: value", empty cells left out.

    Headers of columns without any value come first, on a line of their own, so that no word is lost.
    """
    header, body = table.rows[: table.header_rows], table.rows[table.header_rows :]
    names = [_column_name(column) for column in zip_longest(*header, fillvalue="")]
    filled = {index for row in body for index, cell in enumerate(row) if cell}
    unused = [name for index, name in enumerate(names) if name and index not in filled]
    if unused:
        yield Line(" | ".join(unused), table)
    numbers: Sequence[int | None] = table.row_numbers or [None] * len(body)
    for row, number in zip_longest(body, numbers[: len(body)]):
        text = _row_text(row, names)
        if text:
            yield Line(text, table, number, lead=next(cell for cell in row if cell))


def _column_name(cells: Sequence[str]) -> str:
    """The header cells of one column from top to bottom; a merged one counts once."""
    return " / ".join(dict.fromkeys(cell for cell in cells if cell))


def _row_text(row: Sequence[str], names: Sequence[str]) -> str:
    first = row[0] if row else ""
    if len(row) > 1 and first and row.count(first) == len(row):
        return first  # one cell merged over the whole row
    parts = [
        f"{name}: {cell}" if name and name != cell else cell
        for cell, name in zip_longest(row, names[: len(row)], fillvalue="")
        if cell
    ]
    return " | ".join(parts)


def range_of_rows(cells: str | None, rows: Sequence[int]) -> str | None:
    """The part of a table's range ("A2:F201") that these sheet rows take ("A7:F9"); all of it when rows are unknown."""
    bounds = _RANGE.fullmatch(cells or "")
    if bounds is None or not rows:
        return cells
    return f"{bounds[1]}{min(rows)}:{bounds[2]}{max(rows)}"


def split_to_fit(lines: Sequence[Line], count: CountTokens, budgets: Sequence[int]) -> list[list[tuple[Line, int]]]:
    """Each line with its tokens, cut into as many pieces as its budget of tokens demands.

    Cuts fall between sentences if they can, then between words, then between characters. Tokens are counted for all
    lines at once, a few times over, never line by line.
    """
    done: list[list[tuple[Line, int]]] = [[] for _ in lines]
    pending = [(index, line) for index, line in enumerate(lines)]
    pieces: list[list[tuple[str, int]]] = [[] for _ in lines]
    del done, pending, pieces
    raise NotImplementedError
