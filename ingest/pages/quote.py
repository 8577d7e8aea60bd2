"""Finds the words of a quote on a page, wherever their lines break."""

import unicodedata
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from ingest.model import Box
from ingest.pages.model import PageWord

_MOST_WORDS = 10_000
_MARGIN = 0.01  # of the page, around the box in which the words of a quote are looked for one by one
_MUCH = 0.5  # of the words that the row of a table says which says most of a quote
_ROWS_AROUND = 8  # above and below where a word begins, among which the one is looked for that it stands in
_OVERLAP = 0.5  # of the height of a word, from which it stands in the same line as the one before


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some letters of a word: all of them, or those that a quote begins or ends with."""

    word: PageWord
    first: float
    last: float

    def box(self) -> Box:
        """Where they stand, taken that all letters of a word are equally wide."""
        box, first, last = self.word.box, self.first, self.last
        if self.word.turn in (2, 3):  # they run from right to left or upwards
            first, last = 1 - last, 1 - first
        if self.word.turn in (0, 2):
            width = box.right - box.left
            return Box(box.left + first * width, box.top, box.left + last * width, box.bottom)
        height = box.bottom - box.top
        return Box(box.left, box.top + first * height, box.right, box.top + last * height)


def places_of(words: Sequence[PageWord], quote: str, near: Box | None = None) -> list[Box]:
    """The lines of a quote on a page, each as a box; none if it does not stand there.

    Only letters and digits are compared, so hyphens, blanks and the marks between the cells of a table do not matter.
    Where the quote stands more than once, the place that lies most in `near` counts. Where its words stand in another
    order than on the page, as those of a table may, the words of the quote within `near` are told.
    """
    wanted = _letters(quote)
    if not wanted:
        return []
    words = words[:_MOST_WORDS]
    for order in _orders(words, near):
        if found := _occurrences(order, wanted):
            return found[0] if near is None else max(found, key=lambda boxes: sum(_shared(box, near) for box in boxes))
    return [] if near is None else _scattered(words, quote, near)


def _orders(words: Sequence[PageWord], near: Box | None) -> Iterator[Sequence[PageWord]]:
    """The words in the orders in which they may have to be read: as they come; where PDFium tells the lines of a turned
    page from the last to the first, the other way round; and those of `near` from top to bottom."""
    yield words
    lines: list[list[PageWord]] = []
    for word in words:
        if lines and _stand_in_line(lines[-1][-1], word):
            lines[-1].append(word)
        else:
            lines.append([word])
    yield [word for line in reversed(lines) for word in line]
    if near is not None:
        rows = _rows(word for word in words if _middle_lies_in(word.box, _widened(near)))
        yield [word for row in rows for word in sorted(row, key=lambda word: _upright(word)[0])]


def _occurrences(words: Sequence[PageWord], wanted: str) -> list[list[Box]]:
    """Where these letters stand one behind the other."""
    owners: list[tuple[int, int]] = []  # of each letter: its word, and which of its letters it is
    spelled = [_letters(word.text) for word in words]
    for number, letters in enumerate(spelled):
        owners += [(number, place) for place in range(len(letters))]
    page = "".join(spelled)
    found: list[list[Box]] = []
    start = page.find(wanted)
    while start >= 0:
        found.append(_lines(_pieces(words, spelled, owners[start : start + len(wanted)])))
        start = page.find(wanted, start + len(wanted))
    return found


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _pieces(words: Sequence[PageWord], spelled: Sequence[str], owners: Sequence[tuple[int, int]]) -> list[_Piece]:
    """The letters, word by word."""
    pieces = []
    for number, letters in groupby(owners, key=itemgetter(0)):
        places = [place for _, place in letters]
        length = len(spelled[number])
        pieces.append(_Piece(words[number], places[0] / length, (places[-1] + 1) / length))
    return pieces


def _scattered(words: Sequence[PageWord], quote: str, near: Box) -> list[Box]:
    wanted = {letters for part in quote.split() if (letters := _letters(part))}
    around = _widened(near)
    rows = _rows(word for word in words if _letters(word.text) in wanted and _middle_lies_in(word.box, around))
    # What stands in many rows, as small numbers do, makes no row that of the quote.
    said = [len({_letters(word.text) for word in row}) for row in rows]
    least = _MUCH * max(said, default=0)
    return [
        box
        for row, count in zip(rows, said, strict=True)
        if count >= least
        for box in _lines([_Piece(word, 0.0, 1.0) for word in row])
    ]


def _rows(words: Iterable[PageWord]) -> list[list[PageWord]]:
    """The words by the line they stand in, wherever in it, from the top line to the last."""
    rows: list[list[PageWord]] = []
    for word in words:
        place = bisect(rows, _down(word), key=lambda row: _down(row[0]))
        around = rows[max(0, place - _ROWS_AROUND) : place + _ROWS_AROUND]
        row = next((row for row in around if _stand_in_line(row[0], word)), None)
        if row is None:
            rows.insert(place, row := [])
        row.append(word)
    return rows


def _stand_in_line(one: PageWord, other: PageWord) -> bool:
    """Whether both are turned alike and as high up, wherever in their line they are."""
    if one.turn != other.turn:
        return False
    if one.turn in (0, 2):
        shared, size = min(one.box.bottom, other.box.bottom) - max(one.box.top, other.box.top), _height(other.box)
    else:
        shared, size = min(one.box.right, other.box.right) - max(one.box.left, other.box.left), _width(other.box)
    return shared > _OVERLAP * size


def _lines(pieces: Sequence[_Piece]) -> list[Box]:
    """Boxes of words that stand side by side in one line are one box."""
    boxes: list[Box] = []
    turn = -1
    for piece in pieces:
        box = piece.box()
        if boxes and piece.word.turn == turn and _goes_on(boxes[-1], box, lies=turn in (0, 2)):
            boxes[-1] = boxes[-1].union(box)
        else:
            boxes.append(box)
        turn = piece.word.turn
    return boxes


def _goes_on(line: Box, box: Box, *, lies: bool) -> bool:
    """Whether a box stands in the line, not far behind its end."""
    if lies:
        shared, size = min(line.bottom, box.bottom) - max(line.top, box.top), _height(box)
        gap = max(box.left - line.right, line.left - box.right)
    else:
        shared, size = min(line.right, box.right) - max(line.left, box.left), _width(box)
        gap = max(box.top - line.bottom, line.top - box.bottom)
    return shared > _OVERLAP * size and gap < 2 * size


def _upright(word: PageWord) -> tuple[float, float]:
    """Where a word begins, along its line and down the lines, as seen by who reads it."""
    box = word.box
    return ((box.left, box.top), (box.top, -box.right), (-box.right, -box.bottom), (-box.bottom, box.left))[
        word.turn % 4
    ]


def _down(word: PageWord) -> tuple[int, float]:
    """Where a word begins, down the lines that are turned as it is."""
    return word.turn, _upright(word)[1]


def _widened(near: Box) -> Box:
    return Box(near.left - _MARGIN, near.top - _MARGIN, near.right + _MARGIN, near.bottom + _MARGIN)


def _width(box: Box) -> float:
    return box.right - box.left


def _height(box: Box) -> float:
    return box.bottom - box.top


def _shared(box: Box, near: Box) -> float:
    across = min(box.right, near.right) - max(box.left, near.left)
    down = min(box.bottom, near.bottom) - max(box.top, near.top)
    return max(0.0, across) * max(0.0, down)


def _middle_lies_in(box: Box, around: Box) -> bool:
    across, down = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return around.left <= across <= around.right and around.top <= down <= around.bottom
