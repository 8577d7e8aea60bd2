import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import pytest

from ingest.chunk import chunks
from ingest.errors import DamagedFile, NoText
from ingest.model import Chunk, Element, Event, Kind, Loss, Outcome, Progress, Quality, Status
from ingest.pipeline import Pipeline
from ingest.ports import Vectors


class CancelledError(Exception):
    pass


class HashingEmbedder:
    """A real, if crude, embedder: the counts of hashed words."""

    dimensions = 16
    max_tokens = 64
    fingerprint = "hashing"

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) + 2 for text in texts]

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.batches.append(self.count_tokens(texts))
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.split():
                vectors[row, hashlib.sha256(word.encode()).digest()[0] % self.dimensions] += 1
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        return vectors


class MemorySink:
    """Keeps chunks by ordinal, as the index does by file and ordinal."""

    def __init__(self, stored: dict[int, tuple[Chunk, Vectors]] | None = None) -> None:
        self.stored = stored or {}
        self.passed: set[int] = set()
        self.published: list[int] = []
        self.finished = 0
        self.fail_after: int | None = None

    def missing(self, chunks: Sequence[Chunk]) -> list[Chunk]:
        self.passed |= {chunk.ordinal for chunk in chunks}
        return [chunk for chunk in chunks if chunk.ordinal not in self.stored]

    def write(self, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        assert len(chunks) == len(vectors)
        if self.fail_after is not None and len(self.stored) >= self.fail_after:
            raise ConnectionError("index unavailable")
        for chunk, vector in zip(chunks, vectors, strict=True):
            self.stored[chunk.ordinal] = (chunk, vector)

    def publish(self) -> None:
        self.published.append(len(self.stored))

    def finish(self) -> None:
        self.finished += 1
        self.stored = {ordinal: kept for ordinal, kept in self.stored.items() if ordinal in self.passed}


def paragraphs(count: int, words: int = 40) -> Iterator[Event]:
    for number in range(count):
        length = 10 + (number * 7) % words
        text = " ".join(f"w{number}x{word}" for word in range(length))
        yield Element(Kind.TITLE, f"Heading {number}", level=1, page=number + 1)
        yield Element(Kind.TEXT, text + ".", page=number + 1)
        yield Progress(number + 1, count)


def run(
    events: Iterable[Event],
    sink: MemorySink,
    embedder: HashingEmbedder | None = None,
    report: Callable[[Progress], None] = lambda step: None,
    check: Callable[[], None] = lambda: None,
    clock: Callable[[], float] | None = None,
) -> Outcome:
    embedder = embedder or HashingEmbedder()
    pipeline = Pipeline(chunks, embedder, clock=clock or (lambda: 0.0))
    return pipeline(events, sink, report, check)


def test_every_chunk_is_stored_with_the_vector_of_its_own_text() -> None:
    sink = MemorySink()
    outcome = run(paragraphs(600), sink)
    assert outcome.status is Status.COMPLETED
    assert outcome.chunks == len(sink.stored) >= 600
    assert outcome.pages == 600
    assert sorted(sink.stored) == list(range(len(sink.stored)))
    check = HashingEmbedder()
    for chunk, vector in sink.stored.values():
        np.testing.assert_allclose(vector, check.embed([chunk.passage_text()])[0], rtol=1e-6)


def test_batches_hold_texts_of_like_length() -> None:
    embedder = HashingEmbedder()
    run(paragraphs(600), MemorySink(), embedder)
    first = embedder.batches[:8]
    assert max(map(len, embedder.batches)) <= 32
    assert all(max(before) <= min(after) for before, after in pairwise(first))


def test_second_run_embeds_nothing_and_changes_nothing() -> None:
    sink = MemorySink()
    outcome = run(paragraphs(300), sink)
    before = dict(sink.stored)
    embedder = HashingEmbedder()
    assert run(paragraphs(300), sink, embedder) == outcome
    assert embedder.batches == []
    assert sink.stored.keys() == before.keys()


def test_killed_run_goes_on_where_it_was() -> None:
    sink = MemorySink()
    sink.fail_after = 256
    with pytest.raises(ConnectionError):
        run(paragraphs(600), sink)
    stored = len(sink.stored)
    assert stored == 256
    assert sink.finished == 0
    sink.fail_after = None
    embedder = HashingEmbedder()
    outcome = run(paragraphs(600), sink, embedder)
    assert sum(map(len, embedder.batches)) == outcome.chunks - stored
    assert sink.finished == 1


def test_chunks_of_an_earlier_longer_version_are_removed() -> None:
    earlier = MemorySink()
    run(paragraphs(50), earlier)
    sink = MemorySink(earlier.stored)
    outcome = run(paragraphs(20), sink)
    assert len(sink.stored) == outcome.chunks < 50


def test_losses_make_the_outcome_partial() -> None:
    loss = Loss("page 3 could not be read", page=3)
    outcome = run([*paragraphs(2), loss], MemorySink())
    assert outcome.status is Status.PARTIAL
    assert outcome.losses == (loss,)
    assert outcome.pages == 3


def test_file_without_text_is_refused_with_what_was_lost() -> None:
    sink = MemorySink()
    events: list[Event] = [
        Progress(1, 1),
        Element(Kind.HEADER, "Page 1"),
        Loss("page 1 could not be recognised", page=1),
    ]
    with pytest.raises(NoText, match="page 1 could not be recognised"):
        run(events, sink)
    with pytest.raises(NoText, match="holds no text"):
        run([], sink)
    assert sink.finished == 0


def test_error_of_the_reader_passes_through_and_nothing_is_finished() -> None:
    def broken() -> Iterator[Event]:
        yield from paragraphs(3)
        raise DamagedFile("a.pdf", detail="cut off")

    sink = MemorySink()
    with pytest.raises(DamagedFile):
        run(broken(), sink)
    assert sink.finished == 0


def test_progress_of_reader_and_of_writing_is_reported() -> None:
    steps: list[Progress] = []
    outcome = run(paragraphs(600), MemorySink(), report=steps.append)
    assert [step.done for step in steps if step.unit == "pages"] == list(range(1, 601))
    written = [step for step in steps if step.unit == "chunks"]
    assert written[0] == Progress(256, None, "chunks")
    assert written[-1] == Progress(outcome.chunks, None, "chunks")


def test_what_was_written_is_published_before_the_file_is_at_its_end() -> None:
    sink = MemorySink()
    run(paragraphs(600), sink)
    assert sink.published[:2] == [256, 512]


def test_a_small_file_is_published_only_at_its_end() -> None:
    sink = MemorySink()
    run(paragraphs(8), sink)
    assert (sink.published, sink.finished) == ([], 1)


def test_chunks_that_come_slowly_are_written_as_they_come() -> None:
    seconds = itertools.count(0.0, 5.0)
    sink = MemorySink()
    run(paragraphs(600), sink, clock=lambda: next(seconds))
    assert sink.published[:3] == [32, 64, 96]


def test_the_outcome_tells_quality_signature_and_what_cleaning_did() -> None:
    events = [*paragraphs(30), Element(Kind.FOOTER, "page 30", page=30), Element(Kind.TEXT, "\u200bＡ１", page=30)]
    outcome = run(events, MemorySink())
    assert outcome.quality == Quality(1.0)
    assert outcome.signature is not None
    measured: dict[str, tuple[int, int]] = {}
    pipeline = Pipeline(chunks, HashingEmbedder(), measure=measured.update)
    pipeline(events, MemorySink(), lambda step: None, lambda: None)
    assert measured["boilerplate"] == (0, 1)
    assert measured["characters"] == (1, 0)
    worse = run([*events, Loss("page 31 could not be read", page=31)], MemorySink())
    assert worse.quality is not None
    assert worse.quality.reasons == ("1 of 31 pages could not be read",)


def test_cancelled_run_stops_while_reading_and_between_batches() -> None:
    read = 0

    def counted() -> Iterator[Event]:
        nonlocal read
        for event in paragraphs(5000):
            read += 1
            yield event

    def cancelled() -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        run(counted(), MemorySink(), check=cancelled)
    assert read == 3
    calls = 0

    def cancelled_in_the_first_batches() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise CancelledError

    plain = (event for event in paragraphs(5000) if not isinstance(event, Progress))
    embedder = HashingEmbedder()
    with pytest.raises(CancelledError):
        run(plain, MemorySink(), embedder, check=cancelled_in_the_first_batches)
    assert len(embedder.batches) == 2


def test_memory_does_not_grow_with_the_file() -> None:
    alive = 0
    most = 0

    class Counted(MemorySink):
        def missing(self, chunks: Sequence[Chunk]) -> list[Chunk]:
            nonlocal most
            most = max(most, alive - chunks[-1].ordinal)
            return list(chunks)

        def write(self, chunks: Sequence[Chunk], vectors: Vectors) -> None:
            return

    def counted() -> Iterator[Event]:
        nonlocal alive
        for event in paragraphs(20_000):
            alive += isinstance(event, Element) and event.kind is Kind.TEXT
            yield event

    run(counted(), Counted())
    assert most < 2000
