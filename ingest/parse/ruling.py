"""Tables whose cells, or at least rows, are parted by lines drawn on the page."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from ingest.parse.columns import columns_of
from ingest.parse.layout import COLUMN_GAP, Grid, Word, lines_of, rows_of
from ingest.parse.tables import (
    MIN_ROWS,
    NARROW_GAP,
    Cells,
    cell_text,
    cells_of,
    confidence_of,
    header_rows,
    is_one_row,
    is_table,
)

TOUCH = 3.0  # points within which two drawn lines count as meeting
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
    """The tables whose cells are framed, or whose rows are parted, by rules, and the words outside them."""
    grids: list[Grid] = []
    rest = list(words)
    if len(rules) > MAX_RULES:
        return grids, rest
    joined = _joined(rules)
    for group in _frames(joined):
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
    for flats in _stacks([rule for rule in joined if rule.flat]):
        grid = _lined_grid(_between(rest, flats), flats)
        if grid is not None:
            grids.append(grid)
            taken = {word.order for word in _between(rest, flats)}
            rest = [word for word in rest if word.order not in taken]
    return grids, rest


def _stacks(flats: list[Rule]) -> list[list[Rule]]:
    """Horizontal rules of the same length one below the other."""
    stacks: dict[tuple[int, int], list[Rule]] = {}
    for rule in sorted(flats, key=lambda rule: rule.top):
        stacks.setdefault((round(rule.left / TOUCH), round(rule.right / TOUCH)), []).append(rule)
    return [stack for stack in stacks.values() if len(stack) > MIN_ROWS]


def _between(words: list[Word], flats: list[Rule]) -> list[Word]:
    left, top, right, bottom = flats[0].left, flats[0].top, flats[0].right, flats[-1].bottom
    return [w for w in words if left <= (w.left + w.right) / 2 <= right and top <= (w.top + w.bottom) / 2 <= bottom]


def _lined_grid(words: list[Word], flats: list[Rule]) -> Grid | None:
    """The table whose rows are parted by rules and whose columns by room; None where a row is no single one."""
    bands: list[list[Word]] = [[] for _ in flats]
    tops = [rule.top for rule in flats]
    for word in words:
        bands[bisect_right(tops, (word.top + word.bottom) / 2) - 1].append(word)
    bands = [band for band in bands if band]
    cells = _cells_of_bands(bands, COLUMN_GAP)
    if not cells:
        return None
    finer = _cells_of_bands(bands, NARROW_GAP)
    if finer and len(finer[0]) > len(cells[0]):
        cells = finer
    texts = [[cell_text(cell) for cell in row] for row in cells]
    bold = all(line.bold for cell in cells[0] for line in cell)
    left, top, right, bottom = flats[0].left, tops[0], flats[0].right, tops[-1]
    return Grid(texts, header_rows(texts, bold=bold), left, top, right, bottom, confidence_of(words))


def _cells_of_bands(bands: list[list[Word]], gap: float) -> Cells:
    """The lines of the cells of each band, which is a row; nothing where that makes no table."""
    rows = [rows_of(lines_of(band, gap)) for band in bands]
    columns = columns_of([level for row in rows for level in row], crossing=0.12)
    if len(columns) < 2:
        return []
    levels = [[cells_of(level, columns) for level in row] for row in rows]
    cells = [[[line for level in row for line in level[column]] for column in range(len(columns))] for row in levels]
    return cells if all(map(is_one_row, levels)) and is_table(cells, len(columns)) else []


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
    bold = all(word.bold for (row, _), held in cells.items() if row == 0 for word in held)
    return Grid(rows, header_rows(rows, bold=bold), xs[0], ys[0], xs[-1], ys[-1], confidence_of(words))


def _owners(xs: list[float], ys: list[float], group: list[Rule]) -> dict[tuple[int, int], tuple[int, int]]:
    """For every place of the grid the place its cell begins at: a merged cell, one no rule divides, covers several."""
    walls = [[(r.top, r.bottom) for r in group if not r.flat and abs(r.left - x) <= TOUCH] for x in xs]
    floors = [[(r.left, r.right) for r in group if r.flat and abs(r.top - y) <= TOUCH] for y in ys]
    owners: dict[tuple[int, int], tuple[int, int]] = {}
    for row, (top, bottom) in enumerate(pairwise(ys)):
        middle = (top + bottom) / 2
        for column, (left, right) in enumerate(pairwise(xs)):
            centre = (left + right) / 2
            if column and not any(start <= middle <= end for start, end in walls[column]):
                owners[row, column] = owners[row, column - 1]
            elif row and not any(start <= centre <= end for start, end in floors[row]):
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
