"""The port `Signatures`, on SQLite and PostgreSQL."""

import pytest

from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.adapters.database.signatures import SqlSignatures
from server.model import FileRecord, FileStatus, StoreFile, StoreRecord

STORE = "vs_1"


class House:
    """Signatures of files that are in stores."""

    def __init__(self, database: Database) -> None:
        self.catalog, self.signatures = SqlCatalog(database), SqlSignatures(database)
        for store in (STORE, "vs_2"):
            self.catalog.add_store(StoreRecord(store, store, 0, 0, 4, "f"))

    def put(self, file_id: str, store: str = STORE) -> str:
        self.catalog.add_file(FileRecord(file_id, f"{file_id}.pdf", 1, "assistants", "", 0))
        self.catalog.attach(StoreFile(store, file_id, FileStatus.IN_PROGRESS, 0))
        return file_id


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


def test_files_that_came_before_and_share_a_band_are_returned(house: House) -> None:
    keep = house.signatures.keep
    for file_id in ("file-a", "file-b", "file-c"):
        house.put(file_id)
    assert keep(STORE, "file-a", b"a" * 8, [1, 2, -(2**63)]) == {}
    assert keep(STORE, "file-b", b"b" * 8, [7, 8, 9]) == {}
    assert keep(STORE, "file-c", b"c" * 8, [2, 9, 2**63 - 1]) == {"file-a": b"a" * 8, "file-b": b"b" * 8}
    assert keep(STORE, "file-a", b"a" * 8, [1, 2, 9]) == {}


def test_a_file_read_again_is_compared_by_its_new_text_alone(house: House) -> None:
    house.put("file-a"), house.put("file-b")
    house.signatures.keep(STORE, "file-a", b"old", [1])
    house.signatures.keep(STORE, "file-a", b"new", [2, 2])
    assert house.signatures.keep(STORE, "file-b", b"b", [1]) == {}
    assert house.signatures.keep(STORE, "file-b", b"b", [2]) == {"file-a": b"new"}


def test_other_stores_and_files_that_left_are_not_compared(house: House) -> None:
    house.put("file-x", "vs_2"), house.put("file-a"), house.put("file-b")
    house.signatures.keep("vs_2", "file-x", b"x", [1])
    house.signatures.keep(STORE, "file-a", b"a", [1])
    house.catalog.detach(STORE, "file-a")
    assert house.signatures.keep(STORE, "file-b", b"b", [1]) == {}
    assert house.signatures.keep(STORE, "file-a", b"a", [1]) == {}
