"""Reads CSV and TSV: tables whose cells are separated by a character."""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TextIO

from ingest.errors import NoText
from ingest.model import Element, Event, Kind, Progress, ReadOptions, Source
from ingest.parse.encoding import open_text
from ingest.parse.rows import Row, has_header, table_blocks

_DELIMITERS = ",;\t|"
_SAMPLE_CHARACTERS = 64 * 1024
_SAMPLE_ROWS = 50


def read(source: Source, _options: ReadOptions) -> Iterator[Event]:
    """The file as table blocks with row numbers and cell ranges, in constant memory.

    Encoding and delimiter are found out from the content. Raises NoText where no cell holds anything.
    """
    csv.field_size_limit(max(csv.field_size_limit(), source.size + 1))  # a cell may be as long as its file
    with open_text(source.stream) as text:
        delimiter = _delimiter(text)
        rows = _filled(csv.reader(_lines(text), delimiter=delimiter))
        done = 0
        for element in _elements(rows):
            yield element
            done += max(1, len(element.row_numbers))
            yield Progress(done, None, "rows")
    if not done:
        raise NoText(source.name)


def _elements(rows: Iterator[tuple[int, Row]]) -> Iterator[Element]:
    start = list(islice(rows, _SAMPLE_ROWS))
    while len(start) > 1 and _is_caption(start[0][1], start[1][1]):
        yield Element(Kind.TITLE, next(filter(None, start.pop(0)[1])), level=1)
    header = [start.pop(0)[1]] if has_header([row for _, row in start]) else []
    yield from table_blocks(header, chain(start, rows))


def _is_caption(row: Row, below: Row) -> bool:
    """Whether a row holds nothing but the name of the table below it."""
    return sum(map(bool, row)) == 1 and sum(map(bool, below)) > 1


def _filled(rows: Iterable[list[str]]) -> Iterator[tuple[int, Row]]:
    """The rows that hold something, with their numbers."""
    for number, row in enumerate(rows, 1):
        cells = tuple(cell.strip() for cell in row)
        if any(cells):
            yield number, cells


def _lines(text: TextIO) -> Iterator[str]:
    """The lines, without the zero characters and the note of the delimiter that some programs leave."""
    for number, line in enumerate(text):
        if number == 0 and line.lower().startswith("sep="):
            continue
        yield line.replace("\0", "") if "\0" in line else line


def _delimiter(text: TextIO) -> str:
    """The character that splits the first rows most evenly into the most cells."""
    sample = text.read(_SAMPLE_CHARACTERS)
    text.seek(0)
    note = sample[:6].lower().removeprefix("sep=")
    if sample.lower().startswith("sep=") and note[0] in _DELIMITERS:
        return note[0]
    lines = sample.splitlines(keepends=True)[: _SAMPLE_ROWS + 1]
    lines = lines[:-1] if len(lines) > 2 else lines  # the last one may be cut
    best, highest = ",", 0.0
    for delimiter in _DELIMITERS:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        split = [width for width in widths if width > 1]
        if not split:
            continue
        usual = max(set(split), key=split.count)
        score = split.count(usual) / len(widths) + min(usual, 50) / 1000
        if score > highest:
            best, highest = delimiter, score
    return best
