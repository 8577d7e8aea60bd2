import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from ingest.model import Event, Outcome, ReadOptions, Status
from ingest.ports import Embedder
from server.adapters.blobs import Blobs
from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.adapters.database.signatures import SqlSignatures
from server.documents.duplicates import Duplicates
from server.documents.files import Uploads
from server.documents.ingestion import AUTO_CHUNKING, Ingestion, Pipeline, Watch
from server.documents.passwords import Passwords
from server.documents.stores import Stores
from server.documents.text import Texts
from server.errors import UnknownFile
from server.model import Chunking, FileStatus, StoreFile, StoreRecord
from server.vault.keyring import Keyring


class Nothing(Iterator[Event]):
    """A file without elements, as the sandbox would read it."""

    media_type = "text/plain"

    def __next__(self) -> Event:
        raise StopIteration


@dataclass
class Small:
    """Of an embedder, what it reads at once."""

    max_tokens: int = 256


@dataclass
class Sink:
    """Takes nothing."""

    usage_bytes: int = 0
    written: int = 0


@dataclass
class House:
    """Ingestion whose pipeline only notes how it was to part the files."""

    catalog: SqlCatalog
    ingestion: Ingestion
    file_id: str
    asked: list[Chunking] = field(default_factory=list)

    def attach(self, chunking: Chunking | None, status: FileStatus = FileStatus.IN_PROGRESS) -> StoreFile:
        return self.catalog.attach(StoreFile("vs_1", self.file_id, status, 1, chunking=chunking))


@pytest.fixture
def house(sqlite: Database, blobs: Blobs, keyring: Keyring) -> House:
    catalog = SqlCatalog(sqlite)
    asked: list[Chunking] = []

    def pipeline_of(_: Embedder, chunking: Chunking) -> Pipeline:
        asked.append(chunking)
        return cast(Pipeline, lambda *_: Outcome(Status.COMPLETED, chunks=3, warnings=("One.",)))

    parts: Any = {"readers": type("Sandbox", (), {"read": lambda *_, **__: Nothing()})()}
    parts["embedders"] = type("Embedders", (), {"of": lambda *_: Small()})()
    parts["sizes"] = type("Sizes", (), {"store": lambda *_: None})()
    ingestion = Ingestion(
        catalog=catalog,
        files=blobs,
        passwords=Passwords(blobs),
        texts=Texts(blobs, "1"),
        pipeline_of=pipeline_of,
        open_sink=lambda *_: cast(Any, Sink()),
        forget=lambda *_: None,
        duplicates=Duplicates(SqlSignatures(sqlite), catalog),
        options=ReadOptions(),
        **parts,
    )
    uploads = Uploads(catalog, blobs, keyring, cast(Stores, None), lambda _: 1 << 20)
    file = uploads.put("a.txt", "assistants", io.BytesIO(b"text"))
    catalog.add_store(StoreRecord("vs_1", "vs_1", 0, 0, 4, "f"))
    return House(catalog, ingestion, file.id, asked)


class Calm:
    """Watches, and has nothing to say."""

    def report(self, _: object) -> None: ...

    def advance(self) -> None: ...

    def check(self) -> None: ...


WATCH: Watch = Calm()


def test_a_file_is_parted_as_its_place_in_the_store_says_now_and_when_it_is_read_anew(house: House) -> None:
    wished = Chunking(120, 30)
    house.attach(wished)
    entry = house.ingestion.run("vs_1", house.file_id, WATCH)
    assert (entry.status, entry.chunks, entry.chunking, entry.warnings) == (FileStatus.COMPLETED, 3, wished, ("One.",))
    anew = house.ingestion.read_anew(entry, "vs_1_g1", cast(Embedder, Small()), WATCH)
    assert anew.chunking == wished
    house.attach(None)
    house.ingestion.run("vs_1", house.file_id, WATCH)
    assert house.asked == [wished, wished, AUTO_CHUNKING]


def test_who_asks_for_longer_chunks_than_the_embedder_reads_is_told(house: House) -> None:
    house.attach(Chunking(800, 400))
    entry = house.ingestion.run("vs_1", house.file_id, WATCH)
    assert house.asked == [Chunking(800, 400)]
    assert entry.warnings[1] == "Chunks of 800 tokens were asked for; the embedder reads 256, so none is longer."


def test_a_file_whose_reading_was_cancelled_is_not_begun(house: House) -> None:
    house.attach(None, FileStatus.CANCELLED)
    with pytest.raises(UnknownFile):
        house.ingestion.run("vs_1", house.file_id, WATCH)
    assert house.asked == []
