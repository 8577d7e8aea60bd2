import io
import json
import os
import shutil
import sqlite3
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from server.adapters.blobs import Blobs
from server.adapters.database.catalog import SqlCatalog
from server.adapters.database.engine import Database
from server.adapters.database.file_keys import FileKeys
from server.adapters.database.packed import PackedObjects
from server.backup import Manifest, restore, snapshot, sweep
from server.errors import BadBackup, MissingMasterKey, WrongMasterKey
from server.model import LECTERN, FileRecord, Page
from server.vault.keyring import Keyring
from server.vault.master import KEY_FILE, open_master_key

SENTENCE = b"the planted sentence "


class House:
    """A data folder with what makes it up."""

    def __init__(self, data: Path, *, seal: bool = True) -> None:
        self.data, self.index = data, data / "index"
        self.database = Database(f"sqlite:///{data / 'lectern.db'}")
        master, root = open_master_key(data)
        self.key = master.bytes
        self.keys = Keyring(master, root, FileKeys(self.database), seal=seal)
        pack = PackedObjects(self.database)
        self.blobs = Blobs(data / "files", self.keys, self.keys.secret("object names"), pack)
        self.catalog = SqlCatalog(self.database)

    def add(self, name: str, content: bytes) -> None:
        self.keys.create(f"file-{name}")
        with self.blobs.write(f"files/file-{name}", f"file-{name}") as stream:
            stream.write(content)
        self.catalog.add_file(FileRecord(f"file-{name}", name, len(content), "assistants", "0" * 64, created_at=1))

    def content(self, name: str) -> bytes:
        with self.blobs.open(f"files/file-{name}", f"file-{name}") as stream:
            return stream.read()

    def names(self) -> set[str]:
        return {file.filename for file in self.catalog.files(None, Page(1000, "asc"), LECTERN)}

    def save(self, **options: Any) -> bytes:
        out = io.BytesIO()
        snapshot(out, self.data, self.database, self.blobs, self.index, nullcontext(), **options)
        return out.getvalue()


@pytest.fixture
def open_house(migrated_sqlite: Path) -> Iterator[Callable[..., House]]:
    houses: list[House] = []

    def opened(data: Path, **options: bool) -> House:
        if not data.exists():
            (data / "index").mkdir(mode=0o700, parents=True)
            shutil.copy(migrated_sqlite, data / "lectern.db")
        houses.append(House(data, **options))
        return houses[-1]

    yield opened
    for house in houses:
        house.database.close()


@pytest.fixture
def house(open_house: Callable[..., House], tmp_path: Path) -> House:
    house = open_house(tmp_path / "data")
    house.add("a", SENTENCE * 100)
    house.add("b", os.urandom(3 << 20))
    house.add("empty", b"")
    (house.index / "part").mkdir()
    (house.index / "part" / "segment").write_bytes(b"vectors")
    for passing in (".index.db.lock", "x.sock"):
        (house.index / passing).write_bytes(b"")
    return house


def refused(archive: bytes, folder: Path, key: bytes | None, reason: str = "cannot be restored") -> bool:
    with pytest.raises(BadBackup, match=reason):
        restore(io.BytesIO(archive), folder, key)
    return not folder.exists()


def repacked(archive: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The archive with its members' content changed, or left out."""
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(archive)) as old, tarfile.open(fileobj=out, mode="w") as new:
        for info in old:
            file = old.extractfile(info)
            assert file is not None
            content = change(info.name, file.read())
            if content is not None:
                info.size = len(content)
                new.addfile(info, io.BytesIO(content))
    return out.getvalue()


def test_a_restored_folder_holds_what_was_saved(house: House, open_house: Callable[..., House], tmp_path: Path) -> None:
    manifest = restore(io.BytesIO(house.save()), tmp_path / "new", house.key)
    assert (manifest.version, manifest.sealed, manifest.includes_key, manifest.left_out) == (1, True, False, ())
    again = open_house(tmp_path / "new")
    assert again.names() == {"a", "b", "empty"}
    assert [again.content(name) for name in again.names()] == [house.content(name) for name in again.names()]
    assert again.keys.secret("terms") == house.keys.secret("terms")
    assert (again.index / "part" / "segment").read_bytes() == b"vectors"
    assert sorted(path.name for path in again.index.iterdir()) == ["part"]
    for path in again.data.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0 or path.name.startswith("lectern.db-")
    assert again.save()


def test_a_backup_shows_nothing_and_has_no_key_unless_asked(house: House, tmp_path: Path) -> None:
    archive = house.save()
    assert SENTENCE not in archive
    assert (house.data / KEY_FILE).read_bytes().strip() not in archive
    with pytest.raises(MissingMasterKey):
        restore(io.BytesIO(archive), tmp_path / "new", None)
    with pytest.raises(WrongMasterKey):
        restore(io.BytesIO(archive), tmp_path / "new", bytes(32))
    assert not (tmp_path / "new").exists()
    assert restore(io.BytesIO(house.save(include_key=True)), tmp_path / "new", None).includes_key
    assert (tmp_path / "new" / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_a_backup_says_when_files_lie_in_clear(open_house: Callable[..., House], tmp_path: Path) -> None:
    house = open_house(tmp_path / "data", seal=False)
    house.add("a", SENTENCE)
    archive = house.save()
    assert SENTENCE in archive
    assert not restore(io.BytesIO(archive), tmp_path / "new", house.key).sealed


def test_a_snapshot_leaves_nothing_behind_and_what_a_killed_one_left_is_swept(house: House) -> None:
    before = sorted(house.data.rglob("*"))
    house.save()
    assert sorted(house.data.rglob("*")) == before
    (house.data / ".backup-x" / "files").mkdir(parents=True)
    sweep(house.data)
    assert sorted(house.data.rglob("*")) == before


def test_files_deleted_while_it_is_sent_are_still_in_it(
    house: House, open_house: Callable[..., House], tmp_path: Path
) -> None:
    content = house.content("b")

    class Slow(io.BytesIO):
        def write(self, data: Any, /) -> int:
            house.blobs.delete("files/file-b")
            return super().write(data)

    out = Slow()
    snapshot(out, house.data, house.database, house.blobs, house.index, nullcontext())
    assert not house.blobs.exists("files/file-b")
    restore(io.BytesIO(out.getvalue()), tmp_path / "new", house.key)
    assert open_house(tmp_path / "new").content("b") == content


def test_every_file_of_a_snapshot_taken_amid_uploads_is_whole(
    house: House, open_house: Callable[..., House], tmp_path: Path
) -> None:
    running, pause = threading.Event(), threading.Lock()
    running.set()

    def upload() -> None:
        number = 0
        while running.is_set():
            with pause:
                house.add(f"{number}", str(number).encode() * 1000)
            number += 1

    @contextmanager
    def freeze() -> Iterator[None]:
        with pause:
            yield

    uploads = threading.Thread(target=upload)
    uploads.start()
    try:
        archives = []
        for _ in range(3):
            out = io.BytesIO()
            snapshot(out, house.data, house.database, house.blobs, house.index, freeze())
            archives.append(out.getvalue())
    finally:
        running.clear()
        uploads.join()
    for place, archive in enumerate(archives):
        folder = tmp_path / f"new{place}"
        restore(io.BytesIO(archive), folder, house.key)
        again = open_house(folder)
        for name in again.names():
            assert again.content(name) == house.content(name)


def test_a_truncated_archive_is_refused_wherever_it_ends(house: House, tmp_path: Path) -> None:
    shutil.rmtree(house.index)
    house.index.mkdir()
    for name in ("b", "empty"):
        house.blobs.delete(f"files/file-{name}")
    archive = house.save()
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        last = tar.getmembers()[-1]
    end = last.offset_data + last.size
    lengths = [*range(0, end, 997), *(info.offset for info in _members(archive)), end - 1]
    for length in lengths:
        assert refused(archive[:length], tmp_path / "new", house.key)


def _members(archive: bytes) -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return tar.getmembers()


def test_a_changed_left_out_or_added_file_is_refused(house: House, tmp_path: Path) -> None:
    archive = house.save()
    for name in [info.name for info in _members(archive)]:

        def flipped(member: str, content: bytes, name: str = name) -> bytes:
            return bytes([content[0] ^ 1]) + content[1:] if member == name else content

        assert refused(repacked(archive, flipped), tmp_path / "new", house.key)
        assert refused(
            repacked(archive, lambda member, content, name=name: None if member == name else content),  # type: ignore[misc]
            tmp_path / "new",
            house.key,
        )


def test_a_change_that_mends_the_checksums_is_refused(house: House, tmp_path: Path) -> None:
    import hashlib

    archive = house.save()
    database = next(path for path in (house.data / "lectern.db",)).read_bytes() + b"more"

    def forged(member: str, content: bytes) -> bytes:
        if member == "lectern.db":
            return database
        if member == "checksums.json":
            sums = json.loads(content)
            sums["sha256"]["lectern.db"] = hashlib.sha256(database).hexdigest()
            return json.dumps(sums).encode()
        return content

    assert refused(repacked(archive, forged), tmp_path / "new", house.key, "changed after it was made")


@pytest.mark.parametrize(
    "name", ["../escaped", "/tmp/escaped", "files/../../escaped", "a//b", "./a", "a\\b\nc", "files", "lectern.db/x"]
)
def test_a_member_that_would_leave_the_folder_is_refused(house: House, tmp_path: Path, name: str) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(house.save())) as old, tarfile.open(fileobj=out, mode="w") as new:
        for info in old:
            if info.name == "checksums.json":
                evil = tarfile.TarInfo(name)
                evil.size = 4
                new.addfile(evil, io.BytesIO(b"evil"))
            new.addfile(info, old.extractfile(info))
    assert refused(out.getvalue(), tmp_path / "deep" / "new", house.key)
    assert not list(tmp_path.rglob("*escaped*"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE])
def test_a_member_that_is_no_file_is_refused(house: House, tmp_path: Path, kind: bytes) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(house.save())) as old, tarfile.open(fileobj=out, mode="w") as new:
        for info in old:
            new.addfile(info, old.extractfile(info))
            if info.name == "lectern.json":
                evil = tarfile.TarInfo("files/link")
                evil.type, evil.linkname = kind, "/etc/passwd"
                new.addfile(evil)
    assert refused(out.getvalue(), tmp_path / "new", house.key)


@pytest.mark.parametrize("junk", [b"", b"PK\3\4 not a tar", b"\0" * 10240, os.urandom(20_000)])
def test_another_file_is_refused(tmp_path: Path, junk: bytes) -> None:
    assert refused(junk, tmp_path / "new", bytes(32), "not a Lectern backup")


def test_a_backup_of_a_later_version_is_refused(house: House, tmp_path: Path) -> None:
    def later(member: str, content: bytes) -> bytes:
        return content.replace(b'"version": 1', b'"version": 2') if member == "lectern.json" else content

    assert refused(repacked(house.save(), later), tmp_path / "new", house.key, "version 1, not 2")


def test_a_folder_that_is_not_empty_is_left_alone(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "used"
    folder.mkdir()
    (folder / "precious").write_text("content", encoding="utf-8")
    with pytest.raises(BadBackup, match="not empty"):
        restore(io.BytesIO(house.save()), folder, house.key)
    assert (folder / "precious").read_text(encoding="utf-8") == "content"
    (folder / "precious").unlink()
    with pytest.raises(BadBackup, match="cut off"):
        restore(io.BytesIO(b"junk"), folder, house.key)
    assert list(folder.iterdir()) == []
    restore(io.BytesIO(house.save()), folder, house.key)


def test_parts_that_servers_keep_are_named_and_the_rest_is_saved(house: House, tmp_path: Path) -> None:
    remote = Database("postgresql://lectern@database.example/lectern")
    out = io.BytesIO()
    saved = snapshot(out, house.data, remote, house.blobs, None, nullcontext())
    restored: Manifest = restore(io.BytesIO(out.getvalue()), tmp_path / "new", house.key)
    assert restored == saved
    assert "pg_dump" in restored.left_out[0]
    assert "milvus-backup" in restored.left_out[1]
    assert not (tmp_path / "new" / "lectern.db").exists()
    assert len(list((tmp_path / "new" / "files").rglob("*"))) == len(list(house.blobs.folder.rglob("*")))


@pytest.mark.filterwarnings("ignore:pkg_resources is deprecated:DeprecationWarning")
def test_an_index_in_milvus_lite_is_saved_while_it_runs_and_found_in_again(house: House, tmp_path: Path) -> None:
    from milvus_lite.server_manager import server_manager_instance
    from pymilvus import MilvusClient

    path = house.index / "milvus.db"
    vectors = [[float(number == place) for place in range(8)] for number in range(8)]
    live = MilvusClient(str(path))
    live.create_collection("chunks", dimension=8, id_type="string", max_length=64)
    live.upsert("chunks", [{"id": f"c{n}", "vector": v, "text": f"s1:{n}"} for n, v in enumerate(vectors)])
    archive = house.save()
    live.delete("chunks", ids=["c3"])  # after the snapshot, and proof that it left the server at work
    live.close()
    server_manager_instance.release_server(str(path))

    restore(io.BytesIO(archive), tmp_path / "new", house.key)
    with sqlite3.connect(tmp_path / "new" / "index" / "milvus.db") as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy.close()
    restored = MilvusClient(str(tmp_path / "new" / "index" / "milvus.db"))
    for number, vector in enumerate(vectors):
        ((hit,),) = restored.search("chunks", [vector], limit=1, output_fields=["text"])
        assert (hit["id"], hit["entity"]["text"]) == (f"c{number}", f"s1:{number}")
    restored.close()
    server_manager_instance.release_server(str(tmp_path / "new" / "index" / "milvus.db"))
