"""The chunks of a file in a store, as searches find them, in the order of the document."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
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
    standing = sorted(chunks, key=_place)
    waiting: dict[str, list[FoundChunk]] = defaultdict(list)
    for chunk in reversed(standing):
        waiting[chunk.payload.follows].append(chunk)

    def chain(behind: str) -> Iterator[tuple[str, FoundChunk]]:
        while following := waiting.get(behind):
            chunk = following.pop()
            yield chunk.id, chunk
            behind = chunk.id[:_FOLLOWS_DIGITS]

    ordered = dict(chain(""))
    for chunk in standing:
        if chunk.id not in ordered:  # a new chain: of the chunks left, this stands first
            ordered.update(chain(chunk.payload.follows))
    return list(ordered.values())


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
