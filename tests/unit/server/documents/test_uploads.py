from typing import cast

import pytest
import sqlalchemy as sa

from server.adapters.blobs import PACKED_BYTES, Blobs
from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.adapters.database.schema import file_keys, packed_objects
from server.documents.files import Uploads
from server.documents.passwords import Passwords
from server.documents.stores import Stores
from server.model import LECTERN, Page
from server.vault.keyring import Keyring


@pytest.fixture
def uploads(sqlite: Database, blobs: Blobs, keyring: Keyring) -> Uploads:
    """Uploads that are in no store."""
    return Uploads(SqlCatalog(sqlite), blobs, keyring, cast(Stores, None), lambda _: 1 << 20)


def left(database: Database, blobs: Blobs) -> int:
    """Keys, packed objects and files."""
    with database.read() as connection:
        tables = (connection.scalar(sa.select(sa.func.count()).select_from(one)) for one in (file_keys, packed_objects))
        return sum(count or 0 for count in tables) + len(list(blobs.paths()))


def test_files_taken_together_are_each_a_file(uploads: Uploads, sqlite: Database, blobs: Blobs) -> None:
    contents = [("a/b.md", b"one"), ("b.md", b"one"), ("empty", b""), ("large", b"x" * 2 * PACKED_BYTES)]
    records = uploads.put_all("assistants", contents)
    assert [(record.filename, record.bytes) for record in records] == [
        ("b.md", 3), ("b.md", 3), ("empty", 0), ("large", 2 * PACKED_BYTES),
    ]  # fmt: skip
    assert len({record.id for record in records}) == 4
    for record, (_, content) in zip(records, contents, strict=True):
        with uploads.open(record.id) as stream:
            assert stream.read() == content
    assert uploads.put_all("assistants", []) == []
    assert [file.id for file in uploads.page(None, Page(10, "asc"), LECTERN)] == [record.id for record in records]


def test_of_files_that_cannot_be_taken_together_nothing_is_left(
    uploads: Uploads, sqlite: Database, blobs: Blobs
) -> None:
    def refuse(*_: object) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        uploads.put_all("assistants", [("a", b"one"), ("b", b"x" * 2 * PACKED_BYTES)], refuse)
    assert left(sqlite, blobs) == 0
    assert uploads.page(None, Page(10, "asc"), LECTERN) == []


def test_a_deleted_file_takes_its_password_along(uploads: Uploads, sqlite: Database, blobs: Blobs) -> None:
    (record,) = uploads.put_all("assistants", [("a.pdf", b"one")])
    passwords = Passwords(blobs)
    assert passwords.of(record.id) is None
    passwords.keep(record.id, "first")
    passwords.keep(record.id, "geheim 鹤")
    assert passwords.of(record.id) == "geheim 鹤"
    passwords.forget(record.id)
    assert passwords.of(record.id) is None
    passwords.keep(record.id, "again")
    uploads.delete(record.id)
    assert left(sqlite, blobs) == 0
