"""From a passage to a cited answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingest.model import DOUBTFUL


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of a passage's text stand on this page in this box (left, top, right, bottom, 0..1)."""

    start: int
    end: int
    page: int | None = None
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was found, with where it stands and why it was found. `score` is 0..1, calibrated for relevance.
    `best` are the characters [start, end) of its text that match the question best, `rerank` (0..1) is what a reranker
    gave it. `also` are the ids of further files that say the same. `follows` is how the id of the passage before it in
    its file begins; the first `repeated` characters of its text are the end of that one."""

    id: str
    store_id: str
    file_id: str
    filename: str
    text: str
    score: float
    dense: float = 0.0
    sparse: float = 0.0
    headings: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    page: int | None = None
    sheet: str | None = None
    cells: str | None = None
    hidden: bool = False
    confidence: float | None = None
    attributes: Mapping[str, str | float | bool] = field(default_factory=dict)
    best: tuple[int, int] | None = None
    rerank: float | None = None
    also: tuple[str, ...] = ()
    follows: str = ""
    repeated: int = 0

    @property
    def low_confidence(self) -> bool:
        """Whether the text was recognised in a picture and may well be misread."""
        return self.confidence is not None and self.confidence < DOUBTFUL

    def search_result(self) -> dict[str, Any]:
        """OpenAI's result of a vector store search with Lectern's further fields."""
        first = next((span.box for span in self.spans if span.box), None)
        return {
            "file_id": self.file_id,
            "filename": self.filename,
            "score": round(self.score, 4),
            "attributes": dict(self.attributes),
            "content": [{"type": "text", "text": self.text}],
            "page": self.page,
            "bbox": list(first) if first else None,
            "sheet": self.sheet,
            "cells": self.cells,
            "headings": list(self.headings),
            "hidden": self.hidden,
            "dense_score": round(self.dense, 4),
            "sparse_score": round(self.sparse, 4),
            "rerank_score": None if self.rerank is None else round(self.rerank, 4),
            "also_in": list(self.also),
        }


@dataclass(frozen=True, slots=True)
class Citation:
    """A marker [n] of an answer and the place it names. `index` is the marker's character offset in the answer."""

    marker: int
    index: int
    passage: Passage
    quote: str
    page: int | None
    box: tuple[float, float, float, float] | None

    def annotation(self) -> dict[str, Any]:
        """The OpenAI `file_citation` annotation with Lectern's further fields."""
        found: dict[str, Any] = {
            "type": "file_citation",
            "index": self.index,
            "file_id": self.passage.file_id,
            "filename": self.passage.filename,
            "marker": self.marker,
            "vector_store_id": self.passage.store_id,
            "page": self.page,
            "bbox": list(self.box) if self.box else None,
            "sheet": self.passage.sheet,
            "cells": self.passage.cells,
            "headings": list(self.passage.headings),
            "quote": self.quote,
            "score": round(self.passage.score, 4),
        }
        if self.passage.confidence is not None:
            found["confidence"] = round(self.passage.confidence, 3)
            found["low_confidence"] = self.passage.low_confidence
        return found


@dataclass(frozen=True, slots=True)
class Prompt:
    """What an engine is asked: `body` is the OpenAI chat request with its messages grounded in the passages, or a
    request of OpenAI's older completions, with `prompt` instead of `messages`.

    `question` is the user's own, `questions` are what the passages were found for, `unanswered` what nothing was found
    for.
    """

    body: Mapping[str, Any]
    question: str
    passages: tuple[Passage, ...]
    language: str
    questions: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineState:
    """How an engine is: `phase` is one of starting, ready, restarting, stopped, failed."""

    name: str
    phase: str
    detail: str = ""
    restarts: int = 0
    since: float = 0.0
    log_tail: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether a question would be answered now."""
        return self.phase == "ready"
