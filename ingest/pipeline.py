"""The sequence: events of a reader -> clean elements -> chunks -> vectors -> index."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from ingest.cleaning import ALL_STEPS, Cleaning
from ingest.errors import NoText
from ingest.model import Chunk, Element, Event, Loss, Notice, Outcome, Progress, Status
from ingest.ports import Embedder, Sink, Vectors

CountTokens = Callable[[Sequence[str]], list[int]]
Chunker = Callable[[Iterable[Element], CountTokens, int, int], Iterator[Chunk]]
Report = Callable[[Progress], None]
Check = Callable[[], None]

CHUNK_TOKENS = 200
"""Tokens of a chunk, where nothing else is asked for. Longer ones are about several things, and found for none."""
_BLOCK = 256  # chunks written at once
_BLOCK_SECONDS = 5.0  # a slow reader's pages are written as they come


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Takes files from their readers into an index.

    Chunks have at most `chunk_tokens`, as far as the embedder reads them, and `overlap_tokens` in common. `steps` names
    those of cleaning, `secret` keys what documents are compared by, `batch` texts are embedded at a time.
    `measure` is told for each step of cleaning how many elements of a file it changed and left out.
    """

    chunker: Chunker
    embedder: Embedder
    steps: Sequence[str] = ALL_STEPS
    secret: bytes = b""
    chunk_tokens: int = CHUNK_TOKENS
    overlap_tokens: int = 0
    batch: int = 32
    clock: Callable[[], float] = time.monotonic
    measure: Callable[[Mapping[str, tuple[int, int]]], None] = lambda _: None

    def __call__(self, events: Iterable[Event], sink: Sink, report: Report, check: Check) -> Outcome:
        """Takes one file from its reader into the index, in memory that does not grow with the file.

        Chunks whose vectors are known already are not embedded again: a killed run, repeated, goes on where it was.
        `report` gets the reader's progress and, after every write, the chunks stored so far; `check` is called often
        and ends the run by raising.
        Raises NoText if there is not one chunk, and what `events` raises: UnreadableFile from a reader.
        """
        ledger = _Ledger(report, check)
        cleaning = Cleaning(self.steps, self.secret)
        elements = cleaning.elements(ledger.elements(events))
        most = min(self.embedder.max_tokens, self.chunk_tokens)
        pieces = self.chunker(elements, self.embedder.count_tokens, most, min(self.overlap_tokens, most // 2))
        stored = 0
        for block in self._blocks(pieces):
            missing = sorted(sink.missing(block), key=attrgetter("tokens"))  # a batch is padded to its longest text
            if missing:
                sink.write(missing, self._embed(missing, check))
            if len(block) >= self.batch:  # else it was the last, and `finish` follows
                sink.publish()
            stored += len(block)
            report(Progress(stored, None, "chunks"))
            check()
        if not stored:
            losses = ledger.losses
            raise NoText("The file", detail=f" ({losses[0].message})" if losses else "")
        sink.finish()
        self.measure({name: (tally.changed, tally.dropped) for name, tally in cleaning.tallies.items()})
        return ledger.outcome(stored, cleaning)

    def _blocks(self, pieces: Iterable[Chunk]) -> Iterator[list[Chunk]]:
        """What is written at once: many chunks, or fewer where they come slowly."""
        most = max(_BLOCK, self.batch)
        block: list[Chunk] = []
        began = self.clock()
        for piece in pieces:
            block.append(piece)
            is_due = len(block) >= self.batch and self.clock() - began >= _BLOCK_SECONDS
            if is_due or len(block) >= most:
                yield block
                block, began = [], self.clock()
        if block:
            yield block

    def _embed(self, chunks: Sequence[Chunk], check: Check) -> Vectors:
        vectors = np.empty((len(chunks), self.embedder.dimensions), dtype=np.float32)
        for start in range(0, len(chunks), self.batch):
            check()
            part = chunks[start : start + self.batch]
            vectors[start : start + self.batch] = self.embedder.embed([chunk.passage_text() for chunk in part])
        return vectors


class _Ledger:
    """What the events of a file tell besides its elements."""

    def __init__(self, report: Report, check: Check) -> None:
        self.losses: list[Loss] = []
        self.notices: list[Notice] = []
        self.pages = 0
        self._report = report
        self._check = check

    def elements(self, events: Iterable[Event]) -> Iterator[Element]:
        """The elements alone; progress is passed on, losses and pages are kept."""
        for event in events:
            if isinstance(event, Element):
                self.pages = max(self.pages, event.page or 0)
                yield event
            elif isinstance(event, Loss):
                self.losses.append(event)
                self.pages = max(self.pages, event.page or 0)
            elif isinstance(event, Notice):
                self.notices.append(event)
            else:
                if event.unit == "pages":
                    self.pages = max(self.pages, event.done)
                self._report(event)
                self._check()

    def outcome(self, chunks: int, cleaning: Cleaning) -> Outcome:
        """The end of the file."""
        return Outcome(
            status=Status.PARTIAL if self.losses else Status.COMPLETED,
            chunks=chunks,
            pages=self.pages,
            losses=tuple(self.losses),
            warnings=tuple(notice.message for notice in self.notices),
            quality=cleaning.quality(self.pages, self.losses),
            signature=cleaning.signature(),
        )
