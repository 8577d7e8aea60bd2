"""A store changes its embedder and is killed at each of the steps that leave something behind."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ingest.model import Chunk
from ingest.ports import Embedder, Vectors
from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.adapters.database.file_keys import FileKeys
from server.adapters.database.generations import SqlGenerations
from server.adapters.database.jobs import SqlJobs
from server.adapters.database.statistics import SqlStatistics
from server.adapters.milvus import MilvusIndex
from server.documents.generations import Generations
from server.documents.rebuild import Rebuild
from server.documents.sink import IndexSink
from server.errors import EmbedderUnavailable, IndexUnavailable
from server.model import FileProgress, FileRecord, FileStatus, StoreFile, StoreRecord
from server.retrieval.retriever import Retriever
from server.vault.keyring import Keyring
from server.vault.master import open_master_key
from tests.embedding import hashed

STORE = "vs_1"
CHUNKS = {"file-a": 3, "file-b": 2}


class KilledError(BaseException):
    """Stands for kill -9: nothing may catch it."""


class Hashing:
    """An embedder of so many dimensions that counts the texts it embeds."""

    max_tokens = 256

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions
        self.fingerprint = f"hashing/{dimensions}"
        self.embedded = 0

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        return hashed(texts, self.dimensions, self.fingerprint)


class Both:
    """Two embedders, of which one is wanted."""

    def __init__(self) -> None:
        self.known = {one.fingerprint: one for one in (Hashing(8), Hashing(12))}
        self.aim = "hashing/8"

    def wanted(self) -> Embedder:
        return self.known[self.aim]

    def of(self, fingerprint: str) -> Embedder:
        if fingerprint not in self.known:
            raise EmbedderUnavailable(url=fingerprint, detail="unknown")
        return self.known[fingerprint]

    def look(self) -> None:
        pass


class Watching:
    """Watches over a run that nobody interrupts."""

    def report(self, progress: FileProgress) -> None:
        pass

    def advance(self) -> None:
        pass

    def check(self) -> None:
        pass


class Mortal:
    """Passes calls on to a port, and is killed just before or just after the one with this number that writes."""

    writes = frozenset(
        [
            "create",
            "upsert",
            "delete",
            "delete_file",
            "drop",
            "copy",
            "remove",
            "begin",
            "note",
            "complete",
            "cleared",
            "switch",
            "forget",
        ]
    )

    def __init__(self, inner: Any, clock: "Clock") -> None:
        self._inner = inner
        self._clock = clock

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._clock.counted(found) if name in self.writes else found


class Clock:
    """Counts the writes of all ports together."""

    def __init__(self, last: float) -> None:
        self.last = last
        self.moments = 0

    def counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            self._tick()
            found = call(*arguments)
            self._tick()
            return found

        return run

    def _tick(self) -> None:
        self.moments += 1
        if self.moments > self.last:
            raise KilledError


class House:
    """A store with two files, and what changes its embedder."""

    def __init__(self, folder: Path, index: MilvusIndex, database: Database) -> None:
        master, root = open_master_key(folder, sealed_elsewhere=False)
        self.keys = Keyring(master, root, FileKeys(database), seal=True)
        self.index, self.database, self.embedders = index, database, Both()
        self.catalog, self.statistics = SqlCatalog(database), SqlStatistics(database)
        index.create(STORE, 8)
        self.catalog.add_store(StoreRecord(STORE, STORE, 0, 0, 8, "hashing/8"))
        for file_id, chunks in CHUNKS.items():
            self.add(file_id, chunks)

    def add(self, file_id: str, chunks: int) -> None:
        self.keys.create(file_id)
        self.catalog.add_file(FileRecord(file_id, file_id, 1, "assistants", "0" * 64, 0))
        self.catalog.attach(StoreFile(STORE, file_id, FileStatus.IN_PROGRESS, 0))
        store = self.catalog.store(STORE)
        sink = IndexSink(self.index, self.statistics, self.keys, store.collection, file_id)
        made = [Chunk(number, f"{file_id} says {number}", 5) for number in range(chunks)]
        missing = sink.missing(made)
        sink.write(missing, self.embedders.of(store.fingerprint).embed([chunk.passage_text() for chunk in missing]))
        sink.finish()
        entry = self.catalog.store_file(STORE, file_id)
        self.catalog.set_outcome(dataclasses.replace(entry, status=FileStatus.COMPLETED, chunks=chunks))

    def change(self, last: float = float("inf")) -> int:
        """Has the store come to the wanted embedder, and all be tidied up; killed after so many moments. Returns how
        many there were."""
        clock = Clock(last)
        rows = Mortal(SqlGenerations(self.database), clock)
        index, statistics = Mortal(self.index, clock), Mortal(self.statistics, clock)
        generations = Generations(rows, self.catalog, self.embedders, index, statistics, SqlJobs(self.database))
        rebuild = Rebuild(
            rows=rows,
            catalog=self.catalog,
            embedders=self.embedders,
            index=index,
            statistics=statistics,
            keys=self.keys,
            reader=None,  # type: ignore[arg-type] # nothing is read anew
        )
        generations.plan()
        rebuild.run(STORE, Watching())
        generations.sweep()
        return clock.moments

    def check_exact(self, chunks: dict[str, int]) -> None:
        """The store answers from the wanted embedder, has exactly these chunks, and nothing else is left."""
        store = self.catalog.store(STORE)
        assert store.fingerprint == self.embedders.aim
        assert {file_id: len(self.index.ids(store.collection, file_id)) for file_id in chunks} == chunks
        assert self.index.count(store.collection) == sum(chunks.values())
        assert self.statistics.look_up(store.collection, [])[0] == sum(chunks.values())
        rows = SqlGenerations(self.database)
        assert (rows.leaving(), rows.under_way()) == ([], [])
        for number in range(20):
            if number != store.generation:
                other = dataclasses.replace(store, generation=number).collection
                assert self.statistics.look_up(other, [])[0] == 0
                with pytest.raises(IndexUnavailable, match="missing"):
                    self.index.count(other)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusIndex]:
    index = MilvusIndex(tmp_path_factory.mktemp("index") / "milvus.db")
    yield index
    index.close()


@pytest.fixture
def house(tmp_path: Path, index: MilvusIndex, migrated_sqlite: Path) -> Iterator[House]:
    (tmp_path / "lectern.db").write_bytes(migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{tmp_path / 'lectern.db'}")
    house = House(tmp_path, index, database)
    yield house
    index.drop(house.catalog.store(STORE).collection)
    database.close()


def test_killed_at_any_step_it_goes_on_and_ends_with_exactly_its_rows(house: House) -> None:
    aims = ["hashing/12", "hashing/8"]
    house.embedders.aim = aims[0]
    moments = house.change()
    assert moments > 20
    house.check_exact(CHUNKS)
    for last in range(1, moments, 3):
        house.embedders.aim = aims[(last + 2) // 3 % 2]
        with pytest.raises(KilledError):
            house.change(last)
        house.change()
        house.check_exact(CHUNKS)


def test_rows_that_are_there_already_are_not_embedded_again(house: House) -> None:
    house.embedders.aim = "hashing/12"
    with pytest.raises(KilledError):
        house.change(10)  # rows of the first file are written, and nothing tells so
    house.change()
    house.check_exact(CHUNKS)
    assert house.embedders.known["hashing/12"].embedded == sum(CHUNKS.values())


def test_killed_at_any_step_and_changed_back_nothing_is_left_of_the_half_built_one(house: House) -> None:
    house.embedders.aim = "hashing/12"
    for last in range(2, 16, 3):
        house.embedders.aim = "hashing/12"
        with pytest.raises(KilledError):
            house.change(last)
        house.embedders.aim = "hashing/8"
        house.change()
        house.check_exact(CHUNKS)


def test_a_file_deleted_while_the_process_was_dead_does_not_come_back(house: House) -> None:
    house.embedders.aim = "hashing/12"
    with pytest.raises(KilledError):
        house.change(10)  # rows of the first file are written
    assert house.index.ids(f"{STORE}_g1", "file-a")
    house.catalog.detach(STORE, "file-a")
    house.add("file-c", 1)
    house.change()
    house.check_exact({"file-b": CHUNKS["file-b"], "file-c": 1})


def test_a_search_that_straddles_the_switch_looks_again(house: House) -> None:
    house.embedders.aim = "hashing/12"
    searched: list[str] = []

    class Straddling:
        """The index, in which all is switched and tidied up between the look at the catalog and the first search."""

        def search(self, collection: str, *arguments: Any, **named: Any) -> Any:
            if not searched:
                house.change()
            searched.append(collection)
            return house.index.search(collection, *arguments, **named)

    retriever = Retriever(
        Straddling(),  # type: ignore[arg-type] # a search needs no more of it
        house.statistics,
        house.keys,
        house.catalog,
        house.embedders.wanted(),
        lambda *_: None,
        others=house.embedders.of,
    )
    found = retriever.search(["file-a says 1"], [STORE], 3)
    assert searched == [STORE, f"{STORE}_g1"]
    assert found[0].text == "file-a says 1"
