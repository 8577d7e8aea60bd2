"""Tables that stand side by side on a sheet and begin in the same row."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ingest.parse.excel.rows import Row
from ingest.parse.labels import is_label, looks_like_header

_MOST_AHEAD = 20


class Ahead(Iterator[Row]):
    """Rows, with a bounded look at those that follow."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = iter(rows)
        self._seen: deque[Row] = deque()

    def __next__(self) -> Row:
        return self._seen.popleft() if self._seen else next(self._rows)

    def block(self, first: Row) -> list[Row]:
        """The row just taken and those that follow it without a blank row between, at most twenty."""
        block = [first]
        while len(block) < _MOST_AHEAD:
            if len(self._seen) < len(block):
                following = next(self._rows, None)
                if following is None:
                    break
                self._seen.append(following)
            row = self._seen[len(block) - 1]
            if row.number != block[-1].number + 1:
                break
            block.append(row)
        return block


def left_columns(block: Sequence[Row]) -> list[int]:
    """The first column of each table that a block of rows holds side by side; nothing if it is one table.

    An empty column alone parts nothing, for many tables have one for the eye. Each side has to be a table, with names
    above its columns and words in its first one, and they must begin or end in different rows, say the same in their
    headers, or stand two columns apart.
    """
    filled = sorted(set[int]().union(*(row.texts for row in block if not row.banner)))
    starts = [right for left, right in pairwise(filled) if right > left + 1]
    if not starts:
        return []
    edges = [filled[0], *starts, filled[-1] + 1]
    sides = [_side(block, left, right) for left, right in pairwise(edges)]
    if not all(_is_table(side) for side in sides):
        return []
    for (one, other), start in zip(pairwise(sides), starts, strict=True):
        air = start - max(column for column in filled if column < start)
        if air <= 2 and _rows_of(one) == _rows_of(other) and _names(one) != _names(other):
            return []
    return edges[:-1]


def _side(block: Sequence[Row], left: int, right: int) -> list[tuple[int, dict[int, str]]]:
    """What rows hold from one column up to another: the row's number and its texts."""
    parts = [(row.number, {c: text for c, text in row.texts.items() if left <= c < right}) for row in block]
    return [(number, texts) for number, texts in parts if texts]


def _is_table(side: Sequence[tuple[int, dict[int, str]]]) -> bool:
    wide = [texts for _, texts in side if len(texts) > 1]
    if len(wide) < 2:
        return False
    header, *body = wide
    key = min(header)
    keys = [texts.get(key, "") for texts in body]
    if sum(1 for text in keys if text and is_label(text)) * 2 <= len(keys):
        return False
    columns = sorted(set(header).union(*body))
    return looks_like_header(
        [header.get(column, "") for column in columns], [body[0].get(column, "") for column in columns]
    )


def _rows_of(side: Sequence[tuple[int, dict[int, str]]]) -> tuple[int, int]:
    return side[0][0], side[-1][0]


def _names(side: Sequence[tuple[int, dict[int, str]]]) -> list[str]:
    return list(next(texts for _, texts in side if len(texts) > 1).values())
