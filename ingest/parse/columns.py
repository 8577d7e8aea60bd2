"""The order in which the lines of a page are read: columns one after the other, between what crosses them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.parse.layout import Item, Line, Row, display_width, rows_of

MIN_COLUMN_ROWS = 3
MAX_COLUMNS = 5  # nobody sets text in more
MAX_DEPTH = 4
MAX_BAND = 300  # rows; keeps the time of a page with countless rows in proportion

Gap = tuple[float, float]
Band = tuple[int, int, float]  # its first row, the row after its last, where its gutter is


@dataclass(slots=True)
class Region:
    """Consecutive rows of one column, from the top down. `left` and `right` are the edges of its text."""

    rows: list[Row]
    left: float
    right: float


def regions_of(items: Iterable[Item]) -> list[Region]:
    """Cuts a page into regions in reading order: columns are read one after the other, between what crosses them."""
    return _regions(rows_of(items), 0)


def _regions(rows: list[Row], depth: int) -> list[Region]:
    regions: list[Region] = []
    refused: list[Band] = []
    start = at = 0
    while at < len(rows):
        band = _columns(rows, at, start, refused) if depth < MAX_DEPTH else None
        if band is None:
            at += 1
            continue
        first, end, cut = band
        regions += _plain(rows[start:first])
        for side in _sides(rows[first:end], cut):
            regions += _regions(rows_of(side), depth + 1)
        start = at = end
    return regions + _plain(rows[start:])


def _plain(rows: list[Row]) -> list[Region]:
    if not rows:
        return []
    items = [item for row in rows for item in row]
    return [Region(rows, min(item.left for item in items), max(item.right for item in items))]


def _sides(rows: list[Row], cut: float) -> tuple[list[Item], list[Item]]:
    items = [item for row in rows for item in row]
    return [item for item in items if item.right <= cut], [item for item in items if item.right > cut]


def _columns(rows: list[Row], at: int, floor: int, refused: list[Band]) -> Band | None:
    """The longest band of rows around `at`, not above `floor`, that a gutter divides into columns of running text.

    Bands that hold none are added to those `refused`: every row of a long table would find the same ones again.
    """
    best: Band | None = None
    for gap in _inner_gaps(rows, at):
        if any(first <= at < end and gap[0] < cut < gap[1] for first, end, cut in refused):
            continue
        first, end, (left, right) = _extend(rows, at, floor, gap)
        band = first, end, (left + right) / 2
        if best is not None and end - first <= best[1] - best[0]:
            continue
        if _is_prose(rows[first:end], band[2]):
            best = band
        else:
            refused.append(band)
    return best


def _inner_gaps(rows: list[Row], at: int) -> list[Gap]:
    """Free spans between the items of a row, and between it and the next row where both overlap in height."""
    items = list(rows[at])
    if at + 1 < len(rows) and min(item.top for item in rows[at + 1]) < max(item.bottom for item in items):
        items += rows[at + 1]
    items.sort(key=lambda item: item.left)
    gaps: list[Gap] = []
    reach = items[0].right
    for item in items[1:]:
        if item.left - reach >= _least_gap(items):
            gaps.append((reach, item.left))
        reach = max(reach, item.right)
    return gaps


def _least_gap(items: Sequence[Item]) -> float:
    sizes = [item.size for item in items if isinstance(item, Line)]
    return 0.65 * min(sizes) if sizes else 0.0


def _narrow(gap: Gap, row: Row, least: float) -> Gap | None:
    """What the row leaves free of the gap, or None if it crosses it."""
    left, right = gap
    for item in row:
        if item.left < right and item.right > left:
            if item.right <= (left + right) / 2:
                left = item.right
            elif item.left >= (left + right) / 2:
                right = item.left
            else:
                return None
    return (left, right) if right - left >= least else None


def _extend(rows: list[Row], at: int, floor: int, gap: Gap) -> tuple[int, int, Gap]:
    least = 0.6 * _least_gap(rows[at])
    end = at + 1
    while end < min(len(rows), at + MAX_BAND) and (narrower := _narrow(gap, rows[end], least)):
        gap = narrower
        end += 1
    first = at
    while first > max(floor, at - MAX_BAND) and (narrower := _narrow(gap, rows[first - 1], least)):
        gap = narrower
        first -= 1
    if floor < first < at and _continues(rows[first - 1], rows[first]):
        first += 1  # the last line of a paragraph that runs across both columns
    return first, end, gap


def _continues(above: Row, below: Row) -> bool:
    upper, lower = above[-1], below[0]
    if not isinstance(upper, Line) or not isinstance(lower, Line):
        return False
    near = lower.top - upper.bottom < 0.5 * lower.size
    return near and abs(upper.size - lower.size) < 0.1 * lower.size and len(below) == 1


def _is_prose(rows: list[Row], cut: float) -> bool:
    """Whether both sides of the cut hold running text: lines long enough that they fill their column."""
    columns = columns_of(rows)
    if not 1 < len(columns) <= MAX_COLUMNS:
        return False
    for side in _sides(rows, cut):
        lines = [item for item in side if isinstance(item, Line)]
        if len(rows_of(lines)) < MIN_COLUMN_ROWS:
            return False
    for left, right in columns:
        # Justified text has gaps as wide as those between cells, but never at the same place in every row.
        parts = [[i for i in row if isinstance(i, Line) and i.left >= left and i.right <= right] for row in rows]
        lines = [Line.of([word for line in part for word in line.words]) for part in parts if part]
        if len(lines) < MIN_COLUMN_ROWS:
            continue
        fill = median((line.right - line.left) for line in lines) / max(right - left, 1e-9)
        if fill < 0.6 or median(display_width(line.text) for line in lines) < 14:
            return False
    return True


def columns_of(rows: list[Row], crossing: float = 0.0) -> list[Gap]:
    """Spans of x that are covered in more than the share `crossing` of the rows, from the left."""
    edges: list[tuple[float, int]] = []
    for row in rows:
        for item in row:
            edges += [(item.left, 1), (item.right, -1)]
    edges.sort()
    spans: list[Gap] = []
    depth = 0
    allowed = crossing * len(rows)
    for (x, step), (following, _) in pairwise([*edges, (float("inf"), 0)]):
        depth += step
        if depth > allowed and following > x:
            if spans and spans[-1][1] >= x:
                spans[-1] = (spans[-1][0], following)
            else:
                spans.append((x, following))
    return spans
