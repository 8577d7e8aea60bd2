"""Tables on a page: by the lines drawn around their cells, or by columns that stay aligned over several rows."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean, median
from typing import NamedTuple

from ingest.parse.columns import MAX_BAND, Gap, columns_of
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

TOUCH = 3.0  # points within which two drawn lines count as meeting
MIN_ROWS = 3
MAX_RULES = 2_000  # a drawing, not a table, when there are more


class Rule(NamedTuple):
    """A straight line drawn on the page, horizontal or vertical."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def flat(self) -> bool:
        """Whether it is horizontal."""
        return self.right - self.left >= self.bottom - self.top


def ruled_grids(words: Sequence[Word], rules: Sequence[Rule]) -> tuple[list[Grid], list[Word]]:
    """The tables whose cells are framed by rules, and the words outside them."""
    grids: list[Grid] = []
    rest = list(words)
    if len(rules) > MAX_RULES:
        return grids, rest
    for group in _frames(_joined(rules)):
        left, top = min(rule.left for rule in group), min(rule.top for rule in group)
        right, bottom = max(rule.right for rule in group), max(rule.bottom for rule in group)
        inside = [
            w for w in rest if left <= (w.left + w.right) / 2 <= right and top <= (w.top + w.bottom) / 2 <= bottom
        ]
        grid = _ruled_grid(inside, group) if inside else None
        if grid is not None:
            grids.append(grid)
            taken = {word.order for word in inside}
            rest = [word for word in rest if word.order not in taken]
    return grids, rest


def _joined(rules: Sequence[Rule]) -> list[Rule]:
    """Pieces of one line put together: cells are often drawn edge by edge."""
    joined: list[Rule] = []
    for rule in sorted((r for r in rules if r.flat), key=lambda r: (round(r.top / TOUCH), r.left)):
        last = joined[-1] if joined else None
        if last and abs(last.top - rule.top) <= TOUCH and rule.left <= last.right + TOUCH:
            joined[-1] = Rule(last.left, last.top, max(last.right, rule.right), last.bottom)
        else:
            joined.append(rule)
    flats = len(joined)
    for rule in sorted((r for r in rules if not r.flat), key=lambda r: (round(r.left / TOUCH), r.top)):
        last = joined[-1] if len(joined) > flats else None
        if last and abs(last.left - rule.left) <= TOUCH and rule.top <= last.bottom + TOUCH:
            joined[-1] = Rule(last.left, last.top, last.right, max(last.bottom, rule.bottom))
        else:
            joined.append(rule)
    return joined


def _frames(rules: list[Rule]) -> list[list[Rule]]:
    """Groups of horizontal and vertical rules that meet one another."""
    flats = [rule for rule in rules if rule.flat]
    uprights = [rule for rule in rules if not rule.flat]
    leader = list(range(len(rules)))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    for i, flat in enumerate(flats):
        for j, upright in enumerate(uprights, len(flats)):
            across = flat.left - TOUCH <= upright.left <= flat.right + TOUCH
            if across and upright.top - TOUCH <= flat.top <= upright.bottom + TOUCH:
                leader[find(i)] = find(j)
    groups: dict[int, list[Rule]] = {}
    for index, rule in enumerate([*flats, *uprights]):
        groups.setdefault(find(index), []).append(rule)
    return [group for group in groups.values() if len(group) >= 5]


def _marks(values: list[float]) -> list[float]:
    marks: list[float] = []
    for value in sorted(values):
        if not marks or value - marks[-1] > TOUCH:
            marks.append(value)
    return marks


def _ruled_grid(words: list[Word], group: list[Rule]) -> Grid | None:
    xs = _marks([rule.left for rule in group if not rule.flat])
    ys = _marks([rule.top for rule in group if rule.flat])
    if len(xs) < 3 or len(ys) < 3:
        return None
    cells: dict[tuple[int, int], list[Word]] = {}
    owners = _owners(xs, ys, group)
    for word in words:
        column = min(max(bisect_right(xs, (word.left + word.right) / 2) - 1, 0), len(xs) - 2)
        row = min(max(bisect_right(ys, (word.top + word.bottom) / 2) - 1, 0), len(ys) - 2)
        cells.setdefault(owners[row, column], []).append(word)
    columns_by_row = Counter(row for row, _ in cells)
    if sum(count > 1 for count in columns_by_row.values()) < 2 or len(cells) < 0.3 * len(set(owners.values())):
        return None  # a frame around text, or a drawing
    if _crossed(words, group) * 20 > len(words):
        return None
    texts = {at: cell_text(lines_of(held)) for at, held in cells.items()}
    filled = [[texts.get(owners[r, c], "") for c in range(len(xs) - 1)] for r in range(len(ys) - 1)]
    rows = [row for row in filled if any(row)]
    rows = _without_empty_columns(rows)
    if len(rows) < 2 or len(rows[0]) < 2:
        return None
    bold = {owner[0] for owner, held in cells.items() if all(word.bold for word in held)}
    return Grid(rows, _header_rows(rows, first_bold=0 in bold), xs[0], ys[0], xs[-1], ys[-1], _confidence(words))


def _owners(xs: list[float], ys: list[float], group: list[Rule]) -> dict[tuple[int, int], tuple[int, int]]:
    """For every place of the grid the place its cell begins at: a merged cell, one no rule divides, covers several."""
    owners: dict[tuple[int, int], tuple[int, int]] = {}
    for row, (top, bottom) in enumerate(pairwise(ys)):
        middle = (top + bottom) / 2
        for column, (left, right) in enumerate(pairwise(xs)):
            centre = (left + right) / 2
            walls = any(abs(r.left - left) <= TOUCH and r.top <= middle <= r.bottom for r in group if not r.flat)
            floors = any(abs(r.top - top) <= TOUCH and r.left <= centre <= r.right for r in group if r.flat)
            if column and not walls:
                owners[row, column] = owners[row, column - 1]
            elif row and not floors:
                owners[row, column] = owners[row - 1, column]
            else:
                owners[row, column] = row, column
    return owners


def _crossed(words: list[Word], group: list[Rule]) -> int:
    """How many words a vertical rule runs through."""
    crossed = 0
    for word in words:
        middle = (word.top + word.bottom) / 2
        crossed += any(
            not rule.flat and word.left + 2 < rule.left < word.right - 2 and rule.top < middle < rule.bottom
            for rule in group
        )
    return crossed


def _without_empty_columns(rows: list[list[str]]) -> list[list[str]]:
    kept = [column for column in range(len(rows[0])) if any(row[column] for row in rows)] if rows else []
    return [[row[column] for column in kept] for row in rows]


def cell_text(lines: list[Line]) -> str:
    """The text of a cell: its lines from the top down."""
    return join_words([item.text for row in rows_of(lines) for item in row if isinstance(item, Line)])


def _header_rows(rows: list[list[str]], *, first_bold: bool) -> int:
    """1 where the first row looks like column names: filled, without figures, above rows that differ."""
    head = rows[0]
    if not all(head) or len(rows) < 2:
        return 0
    plain = not any(any(map(str.isdigit, cell)) for cell in head)
    figures = any(any(map(str.isdigit, cell)) for row in rows[1:] for cell in row)
    return 1 if first_bold or (plain and figures) else 0


def _confidence(words: Sequence[Word]) -> float | None:
    known = [word.confidence for word in words if word.confidence is not None]
    return fmean(known) if known else None


def aligned_grid(rows: list[Row], at: int) -> tuple[Grid, int] | None:
    """The table that begins at row `at`, and the row after it; None where the rows only happen to have gaps."""
    end = _run(rows, at)
    while end > at and len(rows[end - 1]) < 2:
        end -= 1
    band = rows[at:end]
    if sum(len(row) > 1 for row in band) < MIN_ROWS:
        return None
    columns = columns_of(band, crossing=0.12)
    if len(columns) < 2:
        return None
    cells = [_cells(row, columns) for row in band]
    if not _is_table(cells, len(columns)):
        return None
    items = [item for row in band for item in row]
    lines = [item for item in items if isinstance(item, Line)]
    texts = [[cell_text(cell) for cell in row] for row in _wrapped(cells)]
    grid = Grid(
        texts,
        _header_rows(texts, first_bold=all(line.bold for cell in cells[0] for line in cell)),
        min(item.left for item in items),
        min(item.top for item in items),
        max(item.right for item in items),
        max(item.bottom for item in items),
        _confidence([word for line in lines for word in line.words]),
    )
    return grid, end


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
        if single > 2 or (single and row[0].left <= edge and display_width(_text(row)) > 40):
            break
        edge = min(edge, *(item.left for item in row))
        end += 1
    return end


def _text(row: Row) -> str:
    return " ".join(item.text for item in row if isinstance(item, Line))


def _cells(row: Row, columns: list[Gap]) -> list[list[Line]]:
    """The lines of a row under the columns they begin in."""
    cells: list[list[Line]] = [[] for _ in columns]
    for item in row:
        if isinstance(item, Line):
            shares = [min(item.right, right) - max(item.left, left) for left, right in columns]
            first = next((i for i, share in enumerate(shares) if share > 0), shares.index(max(shares)))
            cells[first].append(item)
    return cells


def _is_table(cells: list[list[list[Line]]], width: int) -> bool:
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


def _wrapped(cells: list[list[list[Line]]]) -> list[list[list[Line]]]:
    """Rows whose first cell is empty and that stand tightly below another continue its cells."""
    rows: list[list[list[Line]]] = []
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
