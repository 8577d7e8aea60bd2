"""What of a chunk lies sealed in the index: its text and place, as compact JSON."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ingest.model import Chunk, passage_text
from server.model import Span

# What still fits, once sealed and in base64, into Milvus's 65,535 bytes.
MOST_BYTES = 48_000


@dataclass(frozen=True, slots=True)
class Payload:
    """A chunk as a search returns it."""

    text: str
    headings: tuple[str, ...]
    spans: tuple[Span, ...]
    page: int | None
    sheet: str | None
    cells: str | None
    hidden: bool
    confidence: float | None
    follows: str
    repeated: int = 0

    def passage_text(self) -> str:
        """The heading path and the text: what is embedded and searched, as of the chunk."""
        return passage_text(self.headings, self.text)


def pack(chunk: Chunk, follows: str = "") -> str:
    """The chunk as JSON, and how the id of the row before it in its file begins. One too large for the index loses its
    boxes first, then the end of its text."""
    spans = [
        [place.start, place.end, place.page, place.box and [round(edge, 4) for edge in _edges(place.box)]]
        for place in chunk.places
    ]
    text, headings = chunk.text, list(chunk.headings)
    packed = _dump(chunk, follows, text, headings, spans)
    if len(packed.encode()) > MOST_BYTES:
        packed = _dump(chunk, follows, text, headings, [])
    if (excess := len(packed.encode()) - MOST_BYTES) > 0:
        headings = [heading[:200] for heading in headings[:8]]
        # A character takes at most six bytes in JSON.
        text = text[: max(len(text) - excess, MOST_BYTES // 7)]
        packed = _dump(chunk, follows, text, headings, [])
        if len(packed.encode()) > MOST_BYTES:
            packed = _dump(chunk, follows, text[: MOST_BYTES // 7], headings, [])
    return packed


def unpack(packed: str) -> Payload:
    """The chunk's text and place."""
    fields = json.loads(packed)
    spans = tuple(Span(start, end, page, box and tuple(box)) for start, end, page, box in fields["spans"])
    return Payload(
        text=fields["text"],
        headings=tuple(fields.get("headings", ())),
        spans=spans,
        page=fields.get("page"),
        sheet=fields.get("sheet"),
        cells=fields.get("cells"),
        hidden=fields.get("hidden", False),
        confidence=fields.get("confidence"),
        follows=fields.get("follows", ""),
        repeated=fields.get("repeated", 0),
    )


def _edges(box: Any) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom


def _dump(chunk: Chunk, follows: str, text: str, headings: list[str], spans: Sequence[Any]) -> str:
    fields = {
        "text": text,
        "spans": spans,
        "headings": headings,
        "page": chunk.page,
        "sheet": chunk.sheet,
        "cells": chunk.cells,
        "hidden": chunk.hidden,
        "confidence": chunk.confidence,
        "follows": follows,
        "repeated": chunk.repeated,
    }
    given = {name: value for name, value in fields.items() if value or name in {"text", "spans"}}
    packed = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    return packed.encode("utf-8", "replace").decode()  # halves of surrogate pairs cannot be stored
