"""The port `FileBatchRows`, on SQLite and PostgreSQL."""

from dataclasses import replace

import pytest

from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.adapters.database.file_batches import SqlFileBatches
from server.errors import UnknownFileBatch, UnknownStore
from server.model import (
    LECTERN,
    Departure,
    FileBatch,
    FileRecord,
    FileStatus,
    Page,
    StoreFile,
    StoreRecord,
)

BATCH = FileBatch("vsfb_1", "vs_1", 50, {})


class House:
    """A store with the files a to e, of which a to d came in a batch."""

    def __init__(self, database: Database) -> None:
        self.now = 1000.0
        self.catalog = SqlCatalog(database, lambda: self.now)
        self.batches = SqlFileBatches(database, lambda: self.now)
        for store in ("vs_1", "vs_2"):
            self.catalog.add_store(StoreRecord(store, store, 0, 0, 4, "f"))
        for name in "abcde":
            expires_at = 2000 if name == "d" else None
            self.catalog.add_file(FileRecord(name, name, 1, "assistants", "0" * 64, 0, expires_at=expires_at))
            self.catalog.attach(StoreFile("vs_1", name, FileStatus.IN_PROGRESS, 100))
        self.batches.add(BATCH, ["a", "b", "c", "d", "a"])

    def become(self, name: str, status: FileStatus) -> bool:
        return self.catalog.set_outcome(replace(self.catalog.store_file("vs_1", name), status=status))

    @property
    def batch(self) -> FileBatch:
        return self.batches.get("vs_1", "vsfb_1", LECTERN)

    def files(self, status: str | None = None, page: Page | None = None) -> str:
        found = self.batches.files(self.batch, status, page or Page(20, "asc"), LECTERN)
        return "".join(entry.file_id for entry in found)


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


def test_a_batch_counts_its_own_files_as_they_stand_now(house: House) -> None:
    assert house.batch.counts == {"in_progress": 4}
    house.become("a", FileStatus.COMPLETED)
    house.become("b", FileStatus.FAILED)
    house.become("e", FileStatus.COMPLETED)
    assert house.batch == replace(BATCH, counts={"completed": 1, "failed": 1, "in_progress": 2})
    house.catalog.detach("vs_1", "b")
    house.now = 2000  # d expires
    assert house.batch.counts == {"completed": 1, "in_progress": 1}
    assert house.files() == "ac"


def test_a_batch_belongs_to_its_store(house: House) -> None:
    with pytest.raises(UnknownFileBatch):
        house.batches.get("vs_2", "vsfb_1", LECTERN)
    with pytest.raises(UnknownStore):
        house.batches.add(replace(BATCH, id="vsfb_2", store_id="vs_3"), ["a"])
    house.catalog.remove_store("vs_1")
    with pytest.raises(UnknownFileBatch):
        house.batches.get("vs_1", "vsfb_1", LECTERN)


def test_files_of_a_batch_are_paged_both_ways_and_by_status(house: House) -> None:
    house.become("b", FileStatus.COMPLETED)
    assert house.files("completed") == "b"
    assert house.files("in_progress") == "acd"
    assert house.files(page=Page(2, "asc", after="b")) == "cd"
    assert house.files(page=Page(2, "asc", before="d")) == "bc"
    assert house.files(page=Page(2, "desc")) == "dc"


def test_cancelling_gives_up_what_is_not_read_and_leaves_the_rest(house: House) -> None:
    house.become("a", FileStatus.COMPLETED)
    house.batches.cancel(house.batch)
    assert house.batch.cancelled
    assert house.batch.counts == {"completed": 1, "cancelled": 3}
    assert house.catalog.store_file("vs_1", "e").status == FileStatus.IN_PROGRESS
    assert set(house.catalog.departures(9)) == {Departure("vs_1", name, owned=False) for name in "bcd"}
    house.batches.cancel(house.batch)
    assert house.batch.counts == {"completed": 1, "cancelled": 3}


def test_reading_that_was_cancelled_ends_without_a_result(house: House) -> None:
    house.batches.cancel(house.batch)
    assert not house.become("b", FileStatus.COMPLETED)
    entry = house.catalog.store_file("vs_1", "b")
    assert (entry.status, entry.answers) == (FileStatus.CANCELLED, False)


def test_what_was_cancelled_can_be_put_into_the_store_again(house: House) -> None:
    house.batches.cancel(house.batch)
    house.catalog.attach(StoreFile("vs_1", "b", FileStatus.IN_PROGRESS, 300))
    assert {departure.file_id for departure in house.catalog.departures(9)} == set("acd")
    assert house.become("b", FileStatus.COMPLETED)


def test_a_batch_may_be_large(house: House) -> None:
    ids = [f"file-{number}" for number in range(2000)]
    house.catalog.add_file(*(FileRecord(name, name, 1, "assistants", "0" * 64, 0) for name in ids))
    house.catalog.attach_all([StoreFile("vs_2", name, FileStatus.IN_PROGRESS, 1) for name in ids])
    house.batches.add(replace(BATCH, id="vsfb_2", store_id="vs_2"), ids)
    large = house.batches.get("vs_2", "vsfb_2", LECTERN)
    assert large.counts == {"in_progress": 2000}
    house.batches.cancel(large)
    assert house.batches.get("vs_2", "vsfb_2", LECTERN).counts == {"cancelled": 2000}
    assert len(house.catalog.departures(5000)) == 2000
