"""From words with boxes to regions in reading order. Pure geometry: the same for text layers and for OCR.

Lengths are in the page's own unit (points or pixels), the origin is at the top left and the page is upright. What is
near and what is far is measured in the size of the text itself (em).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple, TypeVar

from ingest.model import Box

COLUMN_GAP = 0.7  # em; a wider gap between two words of a row may separate columns
WIDE_SPACE = 0.2  # em; a gap between Chinese characters that is a blank
MIN_COLUMN_ROWS = 3
MAX_COLUMNS = 5  # nobody sets text in more
MAX_DEPTH = 4
MAX_BAND = 300  # rows; keeps the time of a page with countless rows in proportion
BULLET = re.compile(r"^(?:[•‣▪▫●○◦■□☐☑☒◆◇➢➤✓✔·∙*–—\uf0a7\uf0b7\uf0d8\uf076-]|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)])$")
WIDE = re.compile(
    r"[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]"
)
RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


class Word(NamedTuple):
    """A run of characters without white space. `order` is its place in the stream the text came from."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    bold: bool = False
    order: int = 0
    confidence: float | None = None


@dataclass(slots=True, eq=False)
class Line:
    """Words that stand side by side without a wide gap."""

    words: list[Word]
    left: float
    top: float
    right: float
    bottom: float
    size: float  # the usual size of its words

    @classmethod
    def of(cls, words: list[Word]) -> "Line":
        """The line of these words, put into the order in which they are read."""
        backwards = sum(1 for word in words if RIGHT_TO_LEFT.search(word.text)) * 2 > len(words)
        ordered = sorted(words, key=lambda word: word.order) if backwards else words
        return cls(
            ordered,
            min(word.left for word in words),
            min(word.top for word in words),
            max(word.right for word in words),
            max(word.bottom for word in words),
            median([word.size for word in words]),
        )

    @property
    def text(self) -> str:
        """The words with one space between them; between Chinese or Japanese characters only where there is room.

        OCR sees room where there is none, and single characters stand apart only to fill a line.
        """
        joined = [self.words[0].text]
        spread = all(len(word.text) == 1 for word in self.words)
        for before, word in pairwise(self.words):
            wide = WIDE.match(before.text[-1]) and WIDE.match(word.text)
            room = word.left - before.right >= WIDE_SPACE * self.size and word.confidence is None and not spread
            if not wide or room:
                joined.append(" ")
            joined.append(word.text)
        return "".join(joined)

    @property
    def bold(self) -> bool:
        """Whether every word is bold."""
        return all(word.bold for word in self.words)


@dataclass(slots=True, eq=False)
class Grid:
    """A table found on the page: its rows of cells, the first `header_rows` of which are its header."""

    rows: list[list[str]]
    header_rows: int
    left: float
    top: float
    right: float
    bottom: float
    confidence: float | None = None


Item = Line | Grid
Row = list[Item]
Gap = tuple[float, float]
Band = tuple[int, int, float]  # its first row, the row after its last, where its gutter is


@dataclass(slots=True)
class Region:
    """Consecutive rows of one column, from the top down. `left` and `right` are the edges of its text."""

    rows: list[Row]
    left: float
    right: float


def join_words(texts: Sequence[str]) -> str:
    """Joins words with single spaces, but without one where Chinese or Japanese characters meet."""
    joined: list[str] = []
    for text in texts:
        if joined and not (WIDE.match(joined[-1][-1:]) and WIDE.match(text)):
            joined.append(" ")
        joined.append(text)
    return "".join(joined)


def display_width(text: str) -> int:
    """Characters, those of double width (Chinese, Japanese, Korean) counted twice."""
    return len(text) + len(WIDE.findall(text))


def turn_back(box: Box, turn: int) -> Box:
    """Where a box of the upright page lies on the page as shown, whose text is turned `turn` quarters clockwise."""
    if turn == 1:
        return Box(1 - box.bottom, box.left, 1 - box.top, box.right)
    if turn == 2:
        return Box(1 - box.right, 1 - box.bottom, 1 - box.left, 1 - box.top)
    if turn == 3:
        return Box(box.top, 1 - box.right, box.bottom, 1 - box.left)
    return box


def lines_of(words: Sequence[Word], widest: float = COLUMN_GAP) -> list[Line]:
    """Groups words into lines: same height on the page, no gap above `widest` em between neighbours."""
    lines: list[Line] = []
    for row in _levels(words):
        row.sort(key=lambda word: word.left)
        run = [row[0]]
        reach = row[0].right
        for word in row[1:]:
            marker = len(run) == 1 and BULLET.match(run[0].text) is not None
            if word.left - reach > (3 if marker else widest) * max(word.size, run[-1].size):
                lines.append(Line.of(run))
                run = []
            run.append(word)
            reach = max(reach, word.right)
        lines.append(Line.of(run))
    return lines


def rows_of(items: Iterable[Item]) -> list[Row]:
    """Puts lines at the same height into rows, from the top down; a grid is a row of its own."""
    rows: list[Row] = []
    lines: list[Line] = []
    for item in items:
        if isinstance(item, Line):
            lines.append(item)
        else:
            rows.append([item])
    rows.extend(sorted(level, key=lambda line: line.left) for level in _levels(lines))
    rows.sort(key=lambda row: min(item.top for item in row))
    return rows


Placed = TypeVar("Placed", Word, Line)


def _levels(things: Sequence[Placed]) -> list[list[Placed]]:
    """Groups by height. The tallest member stands for its group, so that raised signs join and steps do not add up."""
    groups: list[list[Placed]] = []
    top = bottom = 0.0
    for thing in sorted(things, key=lambda thing: thing.top + thing.bottom):
        height = thing.bottom - thing.top
        shared = min(bottom, thing.bottom) - max(top, thing.top)
        if groups and shared >= 0.5 * min(height, bottom - top):
            groups[-1].append(thing)
            if height > bottom - top:
                top, bottom = thing.top, thing.bottom
        else:
            groups.append([thing])
            top, bottom = thing.top, thing.bottom
    return groups


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
    for side in _sides(rows, cut):
        lines = [item for item in side if isinstance(item, Line)]
        if len(rows_of(lines)) < MIN_COLUMN_ROWS:
            return False
    columns = columns_of(rows)
    if len(columns) > MAX_COLUMNS:
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
    return len(columns) > 1


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
