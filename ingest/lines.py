"""Elements as lines: the smallest pieces a chunk is put together from."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from operator import itemgetter

from ingest.model import Element

CountTokens = Callable[[Sequence[str]], list[int]]

# Where a text may be cut, best first: between cells or sentences (an English one wants a space: "3.5"), between words.
_CELL_END = re.compile(r"(?<= \| )")
_SENTENCE_END = re.compile(
    r"(?<=[.!?…]\s)|(?<=[.!?…][\"'”’)\]]\s)|(?<=[。！？；])(?![”’」』）])|(?<=[。！？；][”’」』）])|(?<=\n)"
)
_WORD_END = re.compile(r"(?<=\s)|(?<=[，、：])")
_RANGE = re.compile(r"([A-Z]+)\d+:([A-Z]+)\d+")


@dataclass(frozen=True, slots=True)
class Line:
    """A part of one element that stays in one piece: a paragraph, a sentence, a table row.

    `row` is the sheet's number of a table row; `lead` is repeated in front of its further pieces if it must be split.
    `joint` is what stands between it and the line before. `tokens` excludes special tokens; it is 0 until `fit` has
    counted.
    """

    text: str
    element: Element
    row: int | None = None
    lead: str = ""
    joint: str = "\n"
    tokens: int = 0


def prose_line(element: Element) -> Line:
    """A whole element as one line."""
    return Line(element.text, element)


def goes_on(table: Element, further: Element) -> bool:
    """Whether `further` is the next part of the same long table: a reader gives it in parts that repeat the header."""
    if not table.header_rows or (table.sheet, table.hidden) != (further.sheet, further.hidden):
        return False
    if table.rows[: table.header_rows] != further.rows[: further.header_rows]:
        return False
    return not table.row_numbers or further.row_numbers[:1] == (table.row_numbers[-1] + 1,)


def table_lines(table: Element, *, goes_on: bool = False) -> Iterator[Line]:
    """One line per body row, each readable alone: "Header: value | Header: value", empty cells left out.

    Headers of columns without any value come first, on a line of their own, so that no word is lost; not again where
    the table only `goes_on`.
    """
    header, body = table.rows[: table.header_rows], table.rows[table.header_rows :]
    names = [_column_name(column) for column in zip_longest(*header, fillvalue="")]
    filled = {index for row in body for index, cell in enumerate(row) if cell}
    unused = [name for index, name in enumerate(names) if name and index not in filled]
    if unused and not goes_on:
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
    if len(row) > 1 and row.count(first) == len(row) and any(map(str.isalpha, first)):
        return first  # one cell merged over the whole row; figures may be alike
    parts = [
        f"{name}: {cell}" if name and name != cell else cell
        for cell, name in zip_longest(row, names[: len(row)], fillvalue="")
        if cell
    ]
    return " | ".join(parts)


def range_of_rows(ranges: Sequence[str | None], rows: Sequence[int]) -> str | None:
    """The part of a table's range ("A2:F201") that these sheet rows take ("A7:F9"); all of it when rows are unknown.

    Of a table in several parts, all ranges are given; they have their columns in common.
    """
    if not rows:
        return ranges[0] if len(ranges) == 1 else None
    bounds = [_RANGE.fullmatch(cells or "") for cells in ranges]
    columns = {(one[1], one[2]) for one in bounds if one}
    if len(columns) != 1 or None in bounds:
        return ranges[0] if len(ranges) == 1 else None
    first, last = columns.pop()
    return f"{first}{min(rows)}:{last}{max(rows)}"


def fit(lines: Sequence[Line], budgets: Sequence[int], count: CountTokens) -> list[list[Line]]:
    """For each line the pieces that its budget of tokens demands, mostly just the line itself, with `tokens` set.

    All lines are counted in one call, then all pieces of those that were too long, until everything fits.
    """
    special = count([""])[0]
    done: list[list[tuple[int, Line]]] = [[] for _ in lines]
    pending = [(index, 0, line) for index, line in enumerate(lines)]
    while pending:
        tokens = count([line.text for _, _, line in pending])
        cut: list[tuple[int, int, Line]] = []
        for (index, start, line), total in zip(pending, tokens, strict=True):
            used = max(1, total - special)
            pieces = _cut(line, used, budgets[index]) if used > budgets[index] else []
            if pieces:
                cut += [(index, start + offset, piece) for offset, piece in pieces]
            else:
                done[index].append((start, replace(line, tokens=used)))
        pending = cut
    return [[piece for _, piece in sorted(pieces, key=itemgetter(0))] for pieces in done]


def _cut(line: Line, tokens: int, budget: int) -> list[tuple[int, Line]]:
    """The line in pieces with their offsets; none if it is a single character, which cannot be cut."""
    text = line.text
    if len(text) < 2:
        return []
    parts = max(2, -(-tokens * 10 // (budget * 9)))  # a tenth of slack, so that most pieces fit at once
    lead = line.lead[: max(1, budget // 8)]
    if len(text) < 8 * len(lead):
        lead = ""  # a lead must not outgrow what it leads
    pieces: list[tuple[int, Line]] = []
    for start, end in pairwise([0, *_cuts(text, max(1, len(text) // parts)), len(text)]):
        part = text[start:end].strip()
        if line.lead:
            part = part.removesuffix("|").rstrip()
            piece = replace(line, text=f"{lead} | {part}" if lead and start else part)
        else:
            space = text[start - 1 : start + 1].strip() != text[start - 1 : start + 1]
            piece = replace(line, text=part, joint=line.joint if start == 0 else " " if space else "")
        if part:
            pieces.append((start, piece))
    return pieces


def _cuts(text: str, step: int) -> Iterator[int]:
    """Ascending offsets at most `step` apart, each at the last of the best places in the second half of its step."""
    start = 0
    while len(text) - start > step:
        near, far = start + (step + 1) // 2, start + step
        for places in (_CELL_END, _SENTENCE_END, _WORD_END):
            ends = [match.start() for match in places.finditer(text, near, far + 1)]
            if ends and start < ends[-1] <= far:
                far = ends[-1]
                break
        yield far
        start = far
