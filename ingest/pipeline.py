"""The sequence: events of a reader -> clean elements -> chunks -> vectors -> index."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from operator import attrgetter

import numpy as np

from ingest.clean import clean
from ingest.errors import NoText
from ingest.model import Chunk, Element, Event, Loss, Notice, Outcome, Progress, Status
from ingest.ports import Embedder, Sink, Vectors

CountTokens = Callable[[Sequence[str]], list[int]]
Chunker = Callable[[Iterable[Element], CountTokens, int], Iterator[Chunk]]

_WRITE = 256
_CHUNK_TOKENS = 200  # longer ones are about several things, and found for none of them


def ingest(
    events: Iterable[Event],
    *,
    chunker: Chunker,
    embedder: Embedder,
    sink: Sink,
    batch: int = 32,
    report: Callable[[Progress], None],
    check: Callable[[], None],
) -> Outcome:
    """Takes one file from its reader into the index, in memory that does not grow with the file.

    Chunks that are stored already are not embedded again: a killed run, repeated, goes on where it was. `batch` texts
    are embedded at a time. `report` gets the reader's progress and, after every write, the chunks stored so far;
    `check` is called often and ends the run by raising.
    Raises NoText if there is not one chunk, and what `events` raises: UnreadableFile from a reader.
    """
    ledger = _Ledger(report, check)
    pieces = chunker(clean(ledger.elements(events)), embedder.count_tokens, min(embedder.max_tokens, _CHUNK_TOKENS))
    stored = 0
    while gathered := list(islice(pieces, max(_WRITE, batch))):
        missing = sorted(sink.missing(gathered), key=attrgetter("tokens"))  # a batch is padded to its longest text
        if missing:
            sink.write(missing, _embed(missing, embedder, batch, check))
        stored += len(gathered)
        report(Progress(stored, None, "chunks"))
        check()
    losses = tuple(ledger.losses)
    if not stored:
        raise NoText("The file", detail=f" ({losses[0].message})" if losses else "")
    sink.finish()
    warnings = tuple(notice.message for notice in ledger.notices)
    return Outcome(Status.PARTIAL if losses else Status.COMPLETED, stored, ledger.pages, losses, warnings=warnings)


def _embed(chunks: Sequence[Chunk], embedder: Embedder, batch: int, check: Callable[[], None]) -> Vectors:
    vectors = np.empty((len(chunks), embedder.dimensions), dtype=np.float32)
    for start in range(0, len(chunks), batch):
        check()
        part = chunks[start : start + batch]
        vectors[start : start + batch] = embedder.embed([chunk.passage_text() for chunk in part])
    return vectors


class _Ledger:
    """What the events of a file tell besides its elements."""

    def __init__(self, report: Callable[[Progress], None], check: Callable[[], None]) -> None:
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
