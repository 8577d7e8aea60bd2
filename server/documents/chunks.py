"""The chunks of a file in a store, as searches find them, in the order of the document."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from server.payload import Payload, unpack
from server.ports import Catalog, Index, Keys

_FOLLOWS_DIGITS = 12


@dataclass(frozen=True, slots=True)
class FoundChunk:
    """A chunk with the id of its row."""

    id: str
    payload: Payload


class Chunks:
    """Opens the chunks of files."""

    def __init__(self, catalog: Catalog, index: Index, keys: Keys) -> None:
        self._catalog = catalog
        self._index = index
        self._keys = keys

    def of(self, store_id: str, file_id: str) -> list[FoundChunk]:
        """All chunks of the file. Raises UnknownStore, IndexUnavailable."""
        store = self._catalog.store(store_id)
        found = [
            FoundChunk(row.id, unpack(self._keys.open_text(file_id, row.sealed, row.id)))
            for rows in self._index.rows(store.collection, file_id)
            for row in rows
        ]
        return in_order(found)


def in_order(chunks: Sequence[FoundChunk]) -> list[FoundChunk]:
    """The chunks one behind the other: each tells how the id of the one before it begins.

    Equal chunks have ids that begin alike; of those that may follow, the first on the earliest page does. What no chain
    leads to, as while a file is read anew, comes at the end.
    """
    waiting: dict[str, list[FoundChunk]] = defaultdict(list)
    for chunk in sorted(chunks, key=_place, reverse=True):
        waiting[chunk.payload.follows].append(chunk)
    ordered: list[FoundChunk] = []
    behind = ""
    while waiting:
        if behind not in waiting:
            # A new chain: of the chunks left, the one that stands first.
            behind = min(waiting, key=lambda follows: _place(waiting[follows][-1]))
        chunk = waiting[behind].pop()
        if not waiting[behind]:
            del waiting[behind]
        ordered.append(chunk)
        behind = chunk.id[:_FOLLOWS_DIGITS]
    return ordered


def chunk_object(chunk: FoundChunk, store_id: str, file_id: str) -> dict[str, Any]:
    """A chunk as the API shows it."""
    payload = chunk.payload
    boxes = [[span.page, *span.box] for span in payload.spans if span.box and span.page is not None]
    return {
        "id": chunk.id,
        "object": "vector_store.file.chunk",
        "vector_store_id": store_id,
        "file_id": file_id,
        "text": payload.text,
        "headings": list(payload.headings),
        "page": payload.page,
        "boxes": [{"page": page, "bbox": box} for page, *box in boxes],
        "sheet": payload.sheet,
        "cells": payload.cells,
        "hidden": payload.hidden,
        "confidence": payload.confidence,
        "repeated": payload.repeated,
    }


def _place(chunk: FoundChunk) -> tuple[int, float, str]:
    first = next((span.box for span in chunk.payload.spans if span.box), None)
    return chunk.payload.page or 0, first[1] if first else 0.0, chunk.id
