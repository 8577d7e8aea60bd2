"""An edited document re-embeds what changed and nothing else: from elements through chunks and sink into the index."""

import random
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import pytest

from ingest.chunk import chunks
from ingest.model import Element, Event, Kind
from ingest.pipeline import Pipeline
from ingest.ports import Vectors
from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.adapters.database.statistics import SqlStatistics
from server.adapters.milvus import MilvusIndex
from server.documents.sink import IndexSink
from server.model import FileRecord, FileStatus, StoreFile, StoreRecord
from server.payload import unpack
from server.sparse import Sparse
from server.vault.keyring import Keyring

STORE = "vs_edit"
PAGES = 500
WORDS = [f"{stem}{ending}" for stem in ("contract", "deliver", "measure", "report", "travel") for ending in range(200)]


@cache
def _vector(word: str) -> Vectors:
    return np.random.default_rng(list(word.encode())).standard_normal(CountingEmbedder.dimensions).astype(np.float32)


class CountingEmbedder:
    """A crude but real embedder, sums of word hashes, that counts what it embeds."""

    dimensions = 32
    max_tokens = 256
    fingerprint = "counting"

    def __init__(self) -> None:
        self.embedded = 0

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) + 2 for text in texts]

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            for word in text.split():
                vectors[row] += _vector(word)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


def page(number: int, seed: int) -> list[str]:
    """The paragraphs of a page of about 450 words."""
    chance = random.Random(1000 * seed + number)
    return [" ".join(chance.choices(WORDS, k=chance.randint(20, 90))) + "." for _ in range(8)]


def elements(pages: Sequence[Sequence[str]]) -> Iterator[Event]:
    """The paragraphs; one of a single word is a title."""
    for number, paragraphs in enumerate(pages, 1):
        for text in paragraphs:
            kind = Kind.TEXT if " " in text else Kind.TITLE
            yield Element(kind, text, level=1 if kind is Kind.TITLE else None, page=number)


class House:
    """One store, and what is read into it."""

    def __init__(self, database: Database, keys: Keyring, index: MilvusIndex) -> None:
        self.catalog, self.statistics = SqlCatalog(database), SqlStatistics(database)
        self.keys, self.index = keys, index
        self.catalog.add_store(StoreRecord(STORE, STORE, 0, 0, CountingEmbedder.dimensions, "counting"))
        index.create(STORE, CountingEmbedder.dimensions)

    def sink(self, file_id: str, predecessor: str | None = None) -> IndexSink:
        return IndexSink(self.index, self.statistics, self.keys, STORE, file_id, predecessor)

    def read(self, file_id: str, events: Iterator[Event], predecessor: str | None = None) -> tuple[int, int]:
        """(chunks embedded, chunks in all)."""
        if file_id not in self.catalog.files_by_id([file_id]):
            self.keys.create(file_id)
            self.catalog.add_file(FileRecord(file_id, f"{file_id}.pdf", 0, "assistants", "", 0))
            self.catalog.attach(StoreFile(STORE, file_id, FileStatus.COMPLETED, 0))
        embedder, sink = CountingEmbedder(), self.sink(file_id, predecessor)
        outcome = Pipeline(chunks, embedder)(events, sink, lambda _: None, lambda: None)
        assert embedder.embedded + sink.reused <= outcome.chunks
        return embedder.embedded, outcome.chunks

    def rows(self, file_id: str) -> dict[str, tuple[str, int | None]]:
        """Text -> its row's id and page, of every row of the file that a search finds."""
        vector = np.ones(CountingEmbedder.dimensions, np.float32)
        hits, _ = self.index.search(STORE, vector, None, 16_000, [file_id])
        payloads = {hit.id: unpack(self.keys.open_text(file_id, hit.sealed, hit.id)) for hit in hits}
        return {payload.text: (row_id, payload.page) for row_id, payload in payloads.items()}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusIndex]:
    index = MilvusIndex(tmp_path_factory.mktemp("index") / "milvus.db")
    yield index
    index.close()


@pytest.fixture
def house(sqlite: Database, keyring: Keyring, index: MilvusIndex) -> Iterator[House]:
    yield House(sqlite, keyring, index)
    index.drop(STORE)


@pytest.mark.parametrize(
    ("edit", "headed"), [("changed", False), ("longer", False), ("shorter", False), ("longer", True)]
)
def test_one_edited_page_of_500_embeds_few_chunks_anew(house: House, *, headed: bool, edit: str) -> None:
    document = [page(number, 1) for number in range(PAGES)]
    if headed:
        document = [[f"Chapter-{number}", *text] if number % 12 == 0 else text for number, text in enumerate(document)]
    embedded, total = house.read("file-v1", elements(document))
    assert embedded == total > PAGES
    replaced = {"changed": [page(0, 2)], "longer": [page(0, 2), page(1, 2)], "shorter": []}[edit]
    edited = [*document[:199], *replaced, *document[200:]]
    again, now = house.read("file-v2", elements(edited), predecessor="file-v1")
    assert again <= 25 < 0.05 * now
    rows = house.rows("file-v2")
    assert len(house.index.ids(STORE, "file-v2")) == now
    assert max(found or 0 for _, found in rows.values()) == len(edited)
    assert len(house.index.ids(STORE, "file-v1")) == total


def test_the_same_file_read_again_after_an_edit_embeds_only_what_changed(house: House) -> None:
    document = [page(number, 1) for number in range(60)]
    house.read("file-v1", elements(document))
    before = house.rows("file-v1")
    embedded, total = house.read("file-v1", elements([["A new first line."], *document]))
    assert embedded <= 10
    after = house.rows("file-v1")
    assert len(house.index.ids(STORE, "file-v1")) == total == len(after)
    moved = [text for text in after if text in before]
    assert len(moved) > 100
    assert all(after[text][1] == (before[text][1] or 0) + 1 for text in moved)
    assert not {row_id for row_id, _ in before.values()} & {row_id for row_id, _ in after.values()}


def test_vectors_taken_over_are_those_of_the_text(house: House) -> None:
    document = [page(number, 1) for number in range(5)]
    house.read("file-v1", elements(document))
    embedded, total = house.read("file-v2", elements([*document, page(0, 2)]), predecessor="file-v1")
    assert embedded < total / 2
    found = house.rows("file-v2")
    vectors = house.index.vectors(STORE, [row_id for row_id, _ in found.values()])
    for text, (row_id, _) in found.items():
        np.testing.assert_allclose(vectors[row_id], CountingEmbedder().embed([text])[0], atol=1e-6)


def test_a_predecessor_that_is_gone_is_embedded_anew(house: House) -> None:
    document = [page(number, 1) for number in range(3)]
    house.read("file-v1", elements(document))
    house.index.delete_file(STORE, "file-v1")
    embedded, total = house.read("file-v2", elements(document), predecessor="file-v1")
    assert embedded == total


def test_a_row_deleted_between_the_look_and_the_take_is_embedded_anew(house: House) -> None:
    document = [page(number, 1) for number in range(3)]
    _, total = house.read("file-v1", elements(document))
    house.read("file-v2", iter([Element(Kind.TEXT, "Other.")]))
    sink = house.sink("file-v2", "file-v1")
    assert sink.missing([]) == []
    house.index.delete_file(STORE, "file-v1")
    embedder = CountingEmbedder()
    Pipeline(chunks, embedder)(elements(document), sink, lambda _: None, lambda: None)
    assert embedder.embedded == total == len(house.index.ids(STORE, "file-v2"))


class TestFirstPages:
    """What is written answers before the file is at its end, and the counts are exact whatever interrupts."""

    def test_terms_of_the_first_pages_count_before_the_last_page_is_read(self, house: House) -> None:
        asked = list(Sparse(house.keys.secret("terms")).query_terms(WORDS[3]).values())
        seen: list[tuple[int, int, int]] = []

        def watched() -> Iterator[Event]:
            for number, event in enumerate(elements([page(number, 1) for number in range(PAGES)])):
                if number in {3000, 3900}:
                    count, _, holding = house.statistics.look_up(STORE, asked)
                    seen.append((count, house.index.count(STORE), holding.get(asked[0], 0)))
                yield event

        house.read("file-v1", watched())
        (early, early_rows, held), (late, late_rows, _) = seen
        assert early > 0.7 * early_rows > 500
        assert late > 0.7 * late_rows
        assert late > early
        assert held > 0

    def test_counts_are_exact_at_the_end_and_after_a_run_that_was_cut_off(self, house: House) -> None:
        document = [page(number, 1) for number in range(200)]
        house.read("file-whole", elements(document))
        terms = list(Sparse(house.keys.secret("terms")).query_terms(" ".join(WORDS[:50])).values())
        whole = house.statistics.look_up(STORE, terms)
        house.statistics.remove(STORE, "file-whole")

        def cut_off(at: int) -> Iterator[Event]:
            for number, event in enumerate(elements(document)):
                if number == at:
                    raise ConnectionError
                yield event

        for at in (900, 1300, 1500):
            with pytest.raises(ConnectionError):
                house.read("file-cut", cut_off(at))
            count = house.statistics.look_up(STORE, [])[0]
            assert 0.7 * len(house.index.ids(STORE, "file-cut")) <= count <= len(house.index.ids(STORE, "file-cut"))
        house.read("file-cut", elements(document))
        assert house.statistics.look_up(STORE, terms) == whole


def test_after_any_changes_the_counts_are_those_of_what_is_there(house: House) -> None:
    chance = random.Random(5)
    sparse = Sparse(house.keys.secret("terms"))
    asked = list(sparse.query_terms(" ".join(chance.sample(WORDS, 100))).values())
    present: dict[str, list[list[str]]] = {}
    for turn in range(12):
        file_id = f"file-{chance.randrange(4)}"
        if chance.random() < 0.25:
            house.index.delete_file(STORE, file_id)
            house.statistics.remove(STORE, file_id)
            present.pop(file_id, None)
        else:
            edited = present.get(file_id, [])[chance.randrange(2) :]
            present[file_id] = [*edited, *(page(number, turn) for number in range(chance.randrange(1, 3)))]
            predecessor = chance.choice([None, *(other for other in present if other != file_id)])
            house.read(file_id, elements(present[file_id]), predecessor)
        counts = [sparse.count(text) for file in present for text in house.rows(file)]
        holding = {term: held for term in asked if (held := sum(term in found for found in counts))}
        total = sum(found.total() for found in counts)
        assert house.statistics.look_up(STORE, asked) == (len(counts), total, holding)
        assert house.index.count(STORE) == len(counts)
