"""Tables without lines around their cells: columns that stay aligned over several rows."""

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean, median

from ingest.parse.columns import MAX_BAND, Gap, columns_of
from ingest.parse.labels import continues_header, is_label
from ingest.parse.layout import (
    RIGHT_TO_LEFT,
    Grid,
    Line,
    Row,
    Word,
    display_width,
    join_words,
    lines_of,
    rows_of,
)

MIN_ROWS = 3
YEAR = re.compile(r"(?:19|20)\d\d")
MOST_WRAPPED = 6  # lines that only one cell of a row has
EDGE = 1.5  # points between edges of words that stand in one column
NARROW_GAP = 0.45  # em; wider than any blank
Cells = list[list[list[Line]]]  # the lines of every cell, row by row


def cell_text(lines: list[Line]) -> str:
    """The text of a cell: its lines from the top down."""
    if len(lines) == 1:
        return lines[0].text
    return join_words([item.text for row in rows_of(lines) for item in row if isinstance(item, Line)])


def header_rows(rows: Sequence[Sequence[str]], *, bold: bool) -> int:
    """How many rows at the top look like the names of the columns: `bold`, or words above a column of figures.

    Above the row of names, one may stand that names groups of them.
    """
    for index, head in enumerate(rows[:2]):
        body = rows[index + 1 :]
        if not body or not all(map(is_label, filter(None, head))):
            return 0
        if all(head[1:]) and any(head):
            named = bold or any(_names_figures(name, [row[column] for row in body]) for column, name in enumerate(head))
            return (2 if continues_header(head, body[0]) else index + 1) if named else 0
    return 0


def _names_figures(name: str, cells: Sequence[str]) -> bool:
    """Whether a cell without digits, or a year, stands above cells with them."""
    if any(map(str.isdigit, name)) and not YEAR.fullmatch(name):
        return False
    filled = [cell for cell in cells if cell]
    return sum(any(map(str.isdigit, cell)) for cell in filled) * 2 > len(filled)


def confidence_of(words: Sequence[Word]) -> float | None:
    """The mean confidence of words that were recognised; None for others."""
    known = [word.confidence for word in words if word.confidence is not None]
    return fmean(known) if known else None


def aligned_grid(rows: list[Row], at: int) -> tuple[Grid, int] | None:
    """The table that begins at row `at`, and the row after it; None where the rows only happen to have gaps."""
    end = _without_rest(rows, at, _run(rows, at))
    band = rows[at:end]
    if sum(len(row) > 1 for row in band) < MIN_ROWS:
        return None
    cells = _table(band)
    if not cells or _is_justified(band):
        return None
    finer = _table([_parted(row) for row in band])
    if finer and len(finer[0]) > len(cells[0]):
        cells = finer
    items = [item for row in band for item in row]
    lines = [item for item in items if isinstance(item, Line)]
    texts = [[cell_text(cell) for cell in row] for row in cells]
    grid = Grid(
        texts,
        header_rows(texts, bold=all(line.bold for cell in cells[0] for line in cell)),
        min(item.left for item in items),
        min(item.top for item in items),
        max(item.right for item in items),
        max(item.bottom for item in items),
        confidence_of([word for line in lines for word in line.words]),
    )
    return grid, end


def _table(band: list[Row]) -> Cells:
    """The lines of every cell, row by row; nothing where the rows are no table."""
    columns = columns_of(band, crossing=0.12)
    if len(columns) < 2:
        return []
    levels = [cells_of(row, columns) for row in band]
    cells = _spaced_rows(levels) or _wrapped(levels)
    return cells if is_table(cells, len(columns)) else []


def _is_justified(band: list[Row]) -> bool:
    """Whether the rows are lines of text spread to the width of their column: with the same gap between all words of a
    row, and words at other places in every row."""
    rows = [sorted((w.left, w.right) for item in row if isinstance(item, Line) for w in item.words) for row in band]
    rows = [row for row in rows if len(row) > 2]
    gaps = [[right[0] - left[1] for left, right in pairwise(row)] for row in rows]
    even = sum(max(row) < 1.3 * min(row) for row in gaps)
    if even * 2 <= len(band):
        return False
    left_middle_right = (0.0, 0.5, 1.0)
    return not any(
        _recur([[left + share * (right - left) for left, right in row[1:-1]] for row in rows])
        for share in left_middle_right
    )


def _recur(rows: list[list[float]]) -> bool:
    """Whether most places in the rows stand below places in the row above."""
    met = sum(any(abs(x - y) < EDGE for y in above) for above, below in pairwise(rows) for x in below)
    return met > 0.7 * sum(map(len, rows[1:]))


def _parted(row: Row) -> Row:
    """The row with its lines cut at narrow gaps, too: in a table they part columns where they do so in every row."""
    return [*lines_of([word for item in row if isinstance(item, Line) for word in item.words], NARROW_GAP)]


def _without_rest(rows: list[Row], at: int, end: int) -> int:
    """The row after the table's last: rows of one cell at its end belong to it where they go on with a cell above, or
    keep its pitch, set apart from what follows."""
    last = end
    while last > at and len(rows[last - 1]) < 2:
        last -= 1
    while at < last < end and _goes_on(rows[last - 1], rows[last]):
        last += 1
    if last == end or last - at < MIN_ROWS:
        return last
    steps = [_top(below) - _top(above) for above, below in pairwise(rows[at : last + 1])]
    usual = median(steps[:-1])
    after = _top(rows[last + 1]) - _top(rows[last]) if last + 1 < len(rows) else 2 * usual
    return last + 1 if abs(steps[-1] - usual) < 0.1 * usual and after > 1.25 * usual else last


def _goes_on(above: Row, below: Row) -> bool:
    """Whether a row of one cell is the rest of a cell above it, which is not the first."""
    rest, size = below[0], below[0].bottom - below[0].top
    near = rest.top - max(item.bottom for item in above) < 0.35 * size
    starts = [item.left for item in above[1:]] if len(above) > 1 else [above[0].left]
    return near and any(abs(start - rest.left) < 0.5 * size for start in starts)


def _top(row: Row) -> float:
    return min(item.top for item in row)


def _run(rows: list[Row], at: int) -> int:
    """The row after the last that may belong to the table: one with several cells, or the rest of a wrapped cell."""
    end, single = at, 0
    edge = min(item.left for item in rows[at])
    while end < min(len(rows), at + MAX_BAND) and all(isinstance(item, Line) for item in rows[end]):
        row = rows[end]
        if end > at:
            above = max(item.bottom for item in rows[end - 1])
            pitch = max(item.bottom - item.top for item in row)
            if min(item.top for item in row) - above > 2.5 * pitch:
                break
        single = single + 1 if len(row) == 1 else 0
        most = MOST_WRAPPED if row[0].left > edge + row[0].bottom - row[0].top else 2
        if single > most or (single and row[0].left <= edge and display_width(_text(row)) > 40):
            break
        edge = min(edge, *(item.left for item in row))
        end += 1
    return end


def _text(row: Row) -> str:
    return " ".join(item.text for item in row if isinstance(item, Line))


def cells_of(row: Row, columns: list[Gap]) -> list[list[Line]]:
    """The lines of a row under the columns they begin in."""
    cells: list[list[Line]] = [[] for _ in columns]
    for item in row:
        if isinstance(item, Line):
            shares = [min(item.right, right) - max(item.left, left) for left, right in columns]
            first = next((i for i, share in enumerate(shares) if share > 0), shares.index(max(shares)))
            cells[first].append(item)
    return cells


def is_table(cells: Cells, width: int) -> bool:
    """Whether rows of so many cells are filled as those of tables are."""
    full = [row for row in cells if sum(map(bool, row)) > 1]
    if len(full) < MIN_ROWS or len(full) * 2 < len(cells):
        return False
    if any(sum(bool(row[column]) for row in cells) * 5 < len(cells) for column in range(width)):
        return False
    filled = sum(sum(map(bool, row)) for row in full) / (len(full) * width)
    lengths = [display_width(cell_text(cell)) for row in full for cell in row if cell]
    if filled < 0.5 or median(lengths) > 40:
        return False
    first = [cell_text(row[0]) for row in full]
    backwards = sum(1 for text in first if RIGHT_TO_LEFT.search(text)) * 2 > len(first)
    return not backwards and not (width == 2 and _counts_up(first))


def _counts_up(texts: list[str]) -> bool:
    """Whether the texts number lines, a few left out, as beside a listing or a transcript."""
    if not all(text.isascii() and text.isdecimal() and len(text) < 7 for text in texts):
        return False
    numbers = [int(text) for text in texts]
    rising = all(before < after for before, after in pairwise(numbers))
    return rising and numbers[-1] - numbers[0] < 1.5 * len(numbers)


def _spaced_rows(levels: Cells) -> Cells:
    """The rows of a table that sets more room between its rows than between the lines of a cell; nothing elsewhere."""
    tops = [min(line.top for cell in level for line in cell) for level in levels]
    steps = [below - above for above, below in pairwise(tops)]
    least = min(steps, default=0.0)
    if len(steps) < MIN_ROWS or any(1.12 * least < step < 1.2 * least for step in steps):
        return []
    rows: list[Cells] = [[levels[0]]]
    for level, step in zip(levels[1:], steps, strict=True):
        if step >= 1.2 * least:
            rows.append([])
        rows[-1].append(level)
    if len(rows) < MIN_ROWS or not all(map(is_one_row, rows)):
        return []
    return [[[line for level in row for line in level[column]] for column in range(len(levels[0]))] for row in rows]


def is_one_row(levels: Cells) -> bool:
    """Whether lines of cells one below the other form one row: a third of its columns have text at one height only."""
    counts = [sum(bool(level[column]) for level in levels) for column in range(len(levels[0]))]
    return sum(count > 1 for count in counts) * 3 <= 2 * sum(map(bool, counts))


def _wrapped(cells: Cells) -> Cells:
    """Rows whose first cell is empty and that stand tightly below another continue its cells."""
    rows: Cells = []
    for row in cells:
        count = sum(map(bool, row))
        if rows and not row[0] and count * 2 <= len(row) and _tight(rows[-1], row):
            for cell, more in zip(rows[-1], row, strict=True):
                cell.extend(more)
        else:
            rows.append([list(cell) for cell in row])
    return rows


def _tight(above: list[list[Line]], below: list[list[Line]]) -> bool:
    upper = max(line.bottom for cell in above for line in cell)
    lower = [line for cell in below for line in cell]
    return min(line.top for line in lower) - upper < 0.35 * median(line.size for line in lower)
