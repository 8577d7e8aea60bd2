"""Words with boxes, and the lines and rows they form. Pure geometry: the same for text layers and for OCR.

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
BLANK = 0.15  # em; the least width of one
AUTOMATIC = 0.28  # em; less room may be set between Chinese and Latin characters without a blank
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
    _text: str = ""

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
        """The words with a space between those that are parted."""
        if not self._text:
            joined = [self.words[0].text]
            spread = all(len(word.text) == 1 for word in self.words)  # only to fill the line
            for before, word in pairwise(self.words):
                if _are_parted(before, word, spread):
                    joined.append(" ")
                joined.append(word.text)
            self._text = "".join(joined)
        return self._text

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


def join_words(texts: Sequence[str]) -> str:
    """Joins words with single spaces, but without one where Chinese or Japanese characters meet."""
    joined: list[str] = []
    for text in texts:
        if joined and not (WIDE.match(joined[-1][-1:]) and WIDE.match(text)):
            joined.append(" ")
        joined.append(text)
    return "".join(joined)


def _are_parted(before: Word, word: Word, spread: bool) -> bool:
    """Whether there is a blank between two words of a line. OCR sees room between Chinese characters without any."""
    between = word.order - before.order - len(before.text)  # characters; one is a blank, more are the end of a line
    if between == 1 and word.size == before.size and before.text.isascii() and word.text.isascii():
        return True  # as nearly always
    wide = [WIDE.match(before.text[-1]) is not None, WIDE.match(word.text) is not None]
    if word.confidence is not None:
        return not all(wide)
    least = BLANK if between == 1 else AUTOMATIC
    room = max(word.left - before.right, before.left - word.right) >= least * max(word.size, before.size)
    if any(wide):
        return room and not (all(wide) and spread)
    if RIGHT_TO_LEFT.match(before.text[-1]) or RIGHT_TO_LEFT.match(word.text):
        return True
    raised = abs(word.size - before.size) > 0.15 * max(word.size, before.size)
    if room or not (raised or between == 0):
        return True
    # only the font changes; but the mark of a footnote is no part of its word, as an exponent is of its unit
    return raised and word.size < before.size and word.text.isdigit() and len(before.text) > 3


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
