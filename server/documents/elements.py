"""The elements that reading found in a file, a page or a sheet at a time, however long the file is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, starmap
from typing import Any, BinaryIO

import orjson

from ingest.document import load
from ingest.model import Element, Event
from ingest.redaction import Redaction
from server.documents.names import elements_name, outline_name
from server.errors import FileNotRead, InvalidRequest
from server.model import FileRecord
from server.ports import Files

MOST_BLOCKS = 20_000
"""Most blocks of a workbook's sheets that are told at once."""

_CELLS = re.compile(r"([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?")
_ID = re.compile(r"element-(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Entry:
    """Where an element lies: its byte in the sealed object, and its page or its sheet, first and last row (of a table
    its body) and first and last column there. Rows and columns count from 1; 0: it stands in no cells."""

    offset: int
    page: int | None
    sheet: str | None
    first_row: int = 0
    last_row: int = 0
    first_column: int = 0
    last_column: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook as far as it was read: its last row and column, and the elements that stand in cells, each
    as first row, last row, and number."""

    name: str | None
    rows: int
    columns: int
    blocks: Sequence[tuple[int, int, int]]


class Elements:
    """The elements of files, numbered from 0. `redact` masks personal data in what was kept before it was asked for."""

    def __init__(self, files: Files, redact: str = "") -> None:
        self._files = files
        self._redact = redact

    def exist(self, file_id: str) -> bool:
        """Whether the file was read."""
        return self._files.exists(elements_name(file_id))

    def page(
        self, record: FileRecord, page: int | None, sheet: str | None, after: str | None, most: int
    ) -> list[tuple[int, Element]]:
        """Some elements with their numbers, in the order of the document: of that page and that sheet, where they are
        given, behind the one named `after`.

        Raises:
            FileNotRead: there are none yet.
            InvalidRequest: `after` names no element.
        """
        first = _number_of(after) + 1 if after is not None else 0
        with self._opened(record) as stream:
            wanted = []
            for number, entry in enumerate(self._outline(record.id, stream, first), first):
                if page is not None and entry.page != page:
                    continue
                if sheet is not None and (entry.sheet or "") != sheet:
                    continue
                wanted.append((number, entry))
                if len(wanted) == most:
                    break
            found = [load(line) for line in _lines(stream, [entry.offset for _, entry in wanted])]
        masked = Redaction(self._redact).events(found) if self._redact else found
        elements = (event for event in masked if isinstance(event, Element))
        return [(number, element) for (number, _), element in zip(wanted, elements, strict=True)]

    def sheets(self, record: FileRecord) -> list[Sheet]:
        """The sheets with something in them, with the first blocks of all. Raises FileNotRead."""
        with self._opened(record) as stream:
            outline = self._outline(record.id, stream)
        found: dict[str | None, list[tuple[int, Entry]]] = {}
        for number, entry in enumerate(outline):
            found.setdefault(entry.sheet, []).append((number, entry))
        sheets, room = [], MOST_BLOCKS
        for name, entries in found.items():
            rows = max(one.last_row for _, one in entries)
            columns = max(one.last_column for _, one in entries)
            blocks = [(one.first_row, one.last_row, number) for number, one in entries if one.last_row][:room]
            room -= len(blocks)
            sheets.append(Sheet(name, rows, columns, blocks))
        return sheets

    def _opened(self, record: FileRecord) -> BinaryIO:
        try:
            return self._files.open(elements_name(record.id), record.id)
        except FileNotFoundError:
            raise FileNotRead(name=record.filename) from None

    def _outline(self, file_id: str, stream: BinaryIO, first: int = 0) -> Iterator[Entry]:
        """Where each element lies, from the one numbered `first` on. It is made by whoever asks first, and holds as
        long as the elements are the same."""
        size = stream.seek(0, 2)
        stream.seek(0)
        head = b"%d %s" % (size, stream.readline().rstrip(b"\n"))
        kept = self._kept(file_id, head)
        if kept is not None:
            return starmap(Entry, islice(orjson.loads(kept), first, None))
        fields = [
            (one.offset, one.page, one.sheet, one.first_row, one.last_row, one.first_column, one.last_column)
            for one in _entries(stream)
        ]
        with self._files.write(outline_name(file_id), file_id, durable=False) as out:  # can be made again
            out.write(head + b"\n" + orjson.dumps(fields))
        return starmap(Entry, islice(fields, first, None))

    def _kept(self, file_id: str, head: bytes) -> bytes | None:
        try:
            with self._files.open(outline_name(file_id), file_id) as stream:
                return stream.read() if stream.readline().rstrip(b"\n") == head else None
        except FileNotFoundError:
            return None


def element_id(number: int) -> str:
    """The id under which an element is listed."""
    return f"element-{number}"


def element_object(number: int, element: Element) -> dict[str, Any]:
    """An element as the API shows it; what it does not have is null."""
    box = element.box
    return {
        "id": element_id(number),
        "object": "file.element",
        "kind": element.kind.value,
        "text": element.text,
        "level": element.level,
        "page": element.page,
        "bbox": [box.left, box.top, box.right, box.bottom] if box else None,
        "sheet": element.sheet,
        "cells": element.cells,
        "rows": [list(row) for row in element.rows],
        "header_rows": element.header_rows,
        "row_numbers": list(element.row_numbers),
        "hidden": element.hidden,
        "confidence": element.confidence,
    }


def _entries(stream: BinaryIO) -> Iterator[Entry]:
    """Where the elements lie, of a stream behind its first line."""
    offset = stream.tell()
    for line in stream:
        event: Event = load(line)
        if isinstance(event, Element):
            yield _entry(offset, event)
        offset += len(line)


def _entry(offset: int, element: Element) -> Entry:
    found = _CELLS.fullmatch(element.cells or "")
    if found is None:
        return Entry(offset, element.page, element.sheet)
    left, top, right, bottom = found.groups()
    rows = element.row_numbers or (int(top), int(bottom or top))
    return Entry(offset, element.page, element.sheet, rows[0], rows[-1], _column(left), _column(right or left))


def _column(letters: str) -> int:
    """The number of a column: A is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _lines(stream: BinaryIO, offsets: Sequence[int]) -> Iterator[bytes]:
    for offset in offsets:
        stream.seek(offset)
        yield stream.readline()


def _number_of(name: str) -> int:
    found = _ID.fullmatch(name)
    if found is None:
        raise InvalidRequest(detail=f"there is no element {name!r}", param="after")
    return int(found[1])
