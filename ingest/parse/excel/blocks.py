"""From the rows of a sheet to its elements: titles, notes and tables, with a bounded look ahead."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.model import Element, Kind
from ingest.parse.excel.beside import Ahead, left_columns
from ingest.parse.excel.rows import MAX_COLUMNS, Area, Row
from ingest.parse.labels import is_label, looks_like_header

BLOCK_ROWS = 200
_BLOCK_CHARACTERS = 200_000
_LOOKAHEAD = 20
_MOST_HEADERS = 4
_TITLE_LENGTH = 100
_PROSE_LENGTH = 40
_SENTENCE_ENDS = (".", "。", ";", "；", "!", "！", ",", "，", ":", "：")


def elements(
    rows: Iterable[Row], sheet: str, *, hidden: bool, hidden_columns: frozenset[int] = frozenset()
) -> Iterator[Element]:
    """The elements of a sheet; a table comes in blocks of at most 200 rows that each repeat its header.

    Hidden rows and columns of a table come as blocks of their own, which are marked as hidden.
    """
    place = _Place(sheet, hidden, frozenset() if hidden else hidden_columns)
    regions: list[Region] = []
    ahead = Ahead(rows)
    for row in ahead:
        if len(regions) == 1 and regions[0].is_continued_by(row):
            yield from regions[0].add(row)
            continue
        if (
            (not regions or regions[0].is_left_by(row))
            and len(regions) < 2
            and (lefts := left_columns(ahead.block(row)))
        ):
            for region in regions:
                yield from region.close(row)
            regions = [Region(place, left=left) for left in lefts]
        if len(regions) == 1 and (beside := regions[0].begins_beside(row)):
            regions.append(Region(place, left=min(beside)))
            regions.sort(key=lambda region: region.left)
        parts = _parts(row, regions)
        for region, part in zip(list(regions), parts, strict=False):
            if part is None and region.ended_before(row) and len(regions) > 1:
                yield from region.close(None)
                regions.remove(region)
            elif part is not None and region.is_left_by(part):
                yield from region.close(part)
                regions[regions.index(region)] = fresh = Region(place, left=region.left)
                yield from fresh.add(part)
            elif part is not None:
                yield from region.add(part)
        if not regions:
            regions.append(Region(place))
            yield from regions[0].add(row)
    for region in regions:
        yield from region.close(None)


def _parts(row: Row, regions: "Sequence[Region]") -> list[Row | None]:
    """The row divided among regions that stand side by side; None where a region has nothing in it."""
    if len(regions) < 2:
        return [row]
    parts: list[Row | None] = []
    for index, region in enumerate(regions):
        left = region.left if index else 0
        right = regions[index + 1].left if index + 1 < len(regions) else MAX_COLUMNS + 1
        texts = {column: text for column, text in row.texts.items() if left <= column < right}
        parts.append(replace(row, texts=texts, banner=False) if texts else None)
    return parts


@dataclass(frozen=True, slots=True)
class _Place:
    """Where rows stand: a sheet, whether people see it, and its columns that they do not see."""

    sheet: str
    hidden: bool
    hidden_columns: frozenset[int]


class Region:
    """Rows that belong together: titles, then a table with its header, or lines of text.

    Rows wait in `_rows` until it is known what they are, then until they fill a block.
    """

    def __init__(self, place: _Place, *, left: int = 0) -> None:
        self.left = left
        self._place = place
        self._rows: list[Row] = []
        self._header: list[Row] = []
        self._columns: set[int] = set()
        self._begun = False
        self._first = self._last = 0
        self._size = 0
        self._has_figures = False

    def is_continued_by(self, row: Row) -> bool:
        """Whether the row follows at once, in the columns there are: so it is with nearly all rows of a long table."""
        return self._begun and row.number == self._last + 1 and row.texts.keys() <= self._columns

    def is_left_by(self, row: Row) -> bool:
        """Whether the row, after at least one blank row, begins something new; else the gap lies within the table."""
        if row.number <= self._last + 1:
            return False
        if row.is_single or len(self._columns) < 2:
            return True
        if min(row.texts) < min(self._columns) or max(row.texts) > max(self._columns):
            return True
        if self._header and row.texts == self._header[-1].texts:
            return True
        return self._has_figures and row.labels == len(row.texts)

    def begins_beside(self, row: Row) -> set[int]:
        """The columns of a second header, which shows that another table begins beside this one at a later row."""
        if len(self._columns) < 2 or self._first >= row.number - 1:
            return set()
        least, most = min(self._columns), max(self._columns)
        if (least <= min(row.texts) and max(row.texts) <= most) or self.is_left_by(row):
            return set()
        # A column of air parts the two, unless this table has already ended.
        air = 1 if any(least <= column <= most for column in row.texts) else 0
        for beside in ({c for c in row.texts if c > most + air}, {c for c in row.texts if c < least - air}):
            if (
                len(beside) > 1
                and max(beside) - min(beside) < len(beside)
                and all(is_label(row.texts[c]) for c in beside)
            ):
                self.left = least
                return beside
        return set()

    def ended_before(self, row: Row) -> bool:
        """Whether a blank row parts the region from this one."""
        return row.number > self._last + 1

    def add(self, row: Row) -> Iterator[Element]:
        """Takes a row; yields what is complete with it."""
        if row.banner:
            first = min(row.texts)
            row.texts = {first: row.texts[first]}
        self._rows.append(row)
        self._first = self._first or row.number
        self._last = row.number
        self._columns.update(row.texts)
        self._has_figures = self._has_figures or row.labels < len(row.texts)
        self._size += sum(map(len, row.texts.values()))
        if not self._begun and len(self._rows) >= _LOOKAHEAD:
            yield from self._begin(None)
        if self._begun and (len(self._rows) >= BLOCK_ROWS or self._size > _BLOCK_CHARACTERS):
            yield from self._tables()

    def close(self, following: Row | None) -> Iterator[Element]:
        """Yields what is left; `following` is the row after the region."""
        if not self._begun:
            yield from self._begin(following)
        if self._rows or (self._header and self._last == self._header[-1].number):
            yield from self._tables()

    def _begin(self, following: Row | None) -> Iterator[Element]:
        """Decides what the first rows are."""
        self._begun = True
        wide = [row for row in self._rows if not row.is_single]
        if not wide:
            if _is_prose(self._rows):
                titled = following is not None and not following.is_single
                yield from self._lines(self._rows, titled=titled)
                self._begun, self._rows, self._size = False, [], 0
            elif self._rows[0].labels and self._has_figures and len(self._rows) > 1:
                self._header = [self._rows.pop(0)]
            return
        left = min(min(row.texts) for row in wide)
        above = 0
        while self._rows[above].is_single and min(self._rows[above].texts) <= left:
            above += 1
        yield from self._lines(self._rows[:above], titled=True)
        del self._rows[:above]
        depth = self._header_depth()
        self._header = self._rows[:depth]
        del self._rows[:depth]

    def _header_depth(self) -> int:
        """How many of the rows name columns: the first with names, and headings over groups of columns around it."""
        rows = self._rows
        first = 0
        while rows[first].is_single and first < _MOST_HEADERS - 1:
            first += 1
        after = [row for row in rows[first + 1 :] if not row.is_single][:3]
        if rows[first].is_single or not after:
            return 0
        columns = sorted(self._columns)
        fullest = max(after, key=lambda row: len(row.texts))
        named = rows[first].labels == len(rows[first].texts)
        if not named or not looks_like_header(_cells(rows[first], columns), _cells(fullest, columns)):
            # Below a heading over several columns the names may come one row later.
            if first + 1 < len(rows) - 1 and named and _is_grouped(rows[first]) and _all_labels(rows[first + 1]):
                return first + 2
            return 0
        depth = first + 1
        while (
            depth < min(_MOST_HEADERS, len(rows) - 1)
            and (_is_grouped(rows[depth - 1]) or _continues(rows[depth - 1], rows[depth]))
            and _all_labels(rows[depth])
        ):
            depth += 1
        return depth

    def _lines(self, rows: Sequence[Row], *, titled: bool) -> Iterator[Element]:
        """Rows of a single cell as titles or text; only the first may be the title of what follows."""
        for index, row in enumerate(rows):
            is_title = (
                titled and index == 0 and len(row.text) <= _TITLE_LENGTH and not row.text.endswith(_SENTENCE_ENDS)
            )
            column = min(row.texts)
            yield Element(
                Kind.TITLE if is_title else Kind.TEXT,
                row.text,
                level=2 if is_title else None,
                sheet=self._place.sheet,
                cells=str(Area(row.number, column, row.number, column)),
                hidden=self._place.hidden or row.hidden or column in self._place.hidden_columns,
            )

    def _tables(self) -> Iterator[Element]:
        """The rows so far as elements, what is hidden apart from what people see; then the next block begins."""
        columns = sorted(set[int]().union(*(row.texts for row in (*self._header, *self._rows))))
        rows, self._rows, self._size = self._rows, [], 0
        unseen = [row for row in rows if row.hidden] if not self._place.hidden else []
        seen = [row for row in rows if not row.hidden] if unseen else rows
        concealed = [column for column in columns if column in self._place.hidden_columns]
        shown = [column for column in columns if column not in self._place.hidden_columns] if concealed else columns
        if shown and (seen or not unseen):
            yield self._table(seen, shown, hidden=self._place.hidden)
        if concealed and seen:
            # The first column tells which row it is.
            yield self._table(seen, sorted({*shown[:1], *concealed}), hidden=True)
        if unseen:
            yield self._table(unseen, columns, hidden=True)

    def _table(self, body: Sequence[Row], columns: Sequence[int], *, hidden: bool) -> Element:
        rows = tuple([_cells(row, columns) for row in (*self._header, *body)])
        numbered = body or self._header
        return Element(
            Kind.TABLE,
            "\n".join(map(" | ".join, rows)),
            sheet=self._place.sheet,
            cells=str(Area(numbered[0].number, columns[0], numbered[-1].number, columns[-1])),
            hidden=hidden,
            rows=rows,
            header_rows=len(self._header),
            row_numbers=tuple(row.number for row in body),
        )


def _cells(row: Row, columns: Sequence[int]) -> tuple[str, ...]:
    """The texts of the row under the columns, each on one line."""
    texts = row.texts
    return tuple([" ".join(text.split()) if "\n" in (text := texts.get(column, "")) else text for column in columns])


def _all_labels(row: Row) -> bool:
    return row.labels == len(row.texts) > 1


def _is_grouped(row: Row) -> bool:
    """Whether a cell of the row stands over several columns."""
    return any(
        row.texts[left] == row.texts.get(right) for left, right in pairwise(sorted(row.texts)) if right == left + 1
    )


def _continues(above: Row, below: Row) -> bool:
    """Whether a merged cell reaches from one row into the next."""
    return any(above.texts.get(column) == text for column, text in below.texts.items())


def _is_prose(rows: Sequence[Row]) -> bool:
    """Whether rows of one cell each are lines of text, not a list of values."""
    return len(rows) <= 3 or sum(len(row.text) for row in rows) > _PROSE_LENGTH * len(rows)
