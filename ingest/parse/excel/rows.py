"""The rows of a sheet, and the merged cells that reach over them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ingest.parse.labels import is_label
from ingest.parse.rows import column_letters

MAX_COLUMNS = 16_384
MAX_ROWS = 1_048_576
_WIDEST_FILL = 256  # a wider merge is decoration, not a heading over columns
_MOST_OPEN = 256
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")


@dataclass(slots=True)
class Row:
    """A row that holds something: its number, its texts by column, and which of them are figures by their type.

    `merges` are the merged ranges that begin in the row, where they were not known before. `banner` is set where one
    merged cell spans everything there is in the row.
    """

    number: int
    texts: dict[int, str]
    figures: list[int] = field(default_factory=list)
    hidden: bool = False
    merges: "Sequence[Area]" = ()
    banner: bool = False

    @property
    def is_single(self) -> bool:
        """Whether the row says one thing only."""
        return self.banner or len(self.texts) == 1

    @property
    def text(self) -> str:
        """What the first cell says."""
        return next(iter(self.texts.values()))

    @property
    def labels(self) -> int:
        """How many texts may name a column; of the figures only years."""
        figures = self.figures
        return sum(
            1 for column, text in self.texts.items() if (column not in figures or text.isdecimal()) and is_label(text)
        )


@dataclass(frozen=True, slots=True, order=True)
class Area:
    """A range of cells, numbers inclusive and counting from 1."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def of(cls, reference: str) -> "Area | None":
        """The range of a reference like `A1` or `$B$2:$D$9`; None where it is none."""
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            return None
        left, top, right, bottom = found.groups()
        first, last = column_number(left), column_number(right or left)
        return cls(int(top), first, int(bottom or top), last)

    def __str__(self) -> str:
        first = f"{column_letters(self.left)}{self.top}"
        last = f"{column_letters(self.right)}{self.bottom}"
        return first if first == last else f"{first}:{last}"


def column_number(letters: str) -> int:
    """The number of a column by its name: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def filled(rows: Iterable[Row], merges: Iterable[Area] = ()) -> Iterator[Row]:
    """The rows with the text of a merged cell repeated in every cell it covers, as far as rows hold anything.

    Rows come from the top down; those that are left without any text are dropped.
    """
    coming = sorted(merges, reverse=True)
    reaching: list[tuple[Area, str]] = []
    for row in rows:
        if coming or reaching or row.merges:
            _fill(row, coming, reaching)
        if row.texts:
            yield row


def _fill(row: Row, coming: list[Area], reaching: list[tuple[Area, str]]) -> None:
    had = len(row.texts)
    reaching[:] = [(merge, text) for merge, text in reaching if merge.bottom >= row.number]
    # A row that is blank but for merged cells from above stays blank: it may part two tables.
    for merge, text in reaching if had else ():
        _spread(row, merge, text)
    while coming and coming[-1].top <= row.number:
        row.merges = (*row.merges, coming.pop())
    for merge in row.merges:
        text = row.texts.get(merge.left, "") if merge.top == row.number else ""
        if text:
            _spread(row, merge, text)
            row.banner = row.banner or (had == 1 and merge.right > merge.left)
            if merge.bottom > merge.top and len(reaching) < _MOST_OPEN:
                reaching.append((merge, text))


def _spread(row: Row, merge: Area, text: str) -> None:
    if merge.right - merge.left < _WIDEST_FILL:
        for column in range(merge.left, merge.right + 1):
            row.texts.setdefault(column, text)
