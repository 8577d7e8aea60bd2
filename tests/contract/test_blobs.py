import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.adapters.blobs import PACKED_BYTES, Blobs
from server.adapters.database.engine import Database
from server.adapters.database.schema import packed_objects
from server.errors import DamagedSeal, UnknownFile
from server.ports import Files
from server.vault.keyring import Keyring

SENTENCE = b"the planted sentence"
SMALL, LARGE = 1, PACKED_BYTES
"""How often a content must be repeated to be packed, or a file of its own."""

both = pytest.mark.parametrize("times", [SMALL, LARGE])


@pytest.fixture
def files(blobs: Blobs, keyring: Keyring) -> Files:
    keyring.create("file-1")
    return blobs


def put(files: Files, name: str, content: bytes) -> None:
    with files.write(name, "file-1") as stream:
        stream.write(content)


def content_of(files: Files, name: str) -> bytes:
    with files.open(name, "file-1") as stream:
        return stream.read()


def stored(blobs: Blobs) -> list[Path]:
    return [path for path in blobs.folder.rglob("*") if path.is_file()]


def packed(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(packed_objects)).scalar_one()


@pytest.mark.parametrize(
    "size", [0, 1, PACKED_BYTES - 33, PACKED_BYTES - 32, PACKED_BYTES - 31, (1 << 20) - 1, 1 << 20, (2 << 20) + 1]
)
def test_an_object_is_read_back_whole_and_in_parts(files: Files, size: int) -> None:
    content = os.urandom(size)
    put(files, "files/file-1", content)
    with files.open("files/file-1", "file-1") as stream:
        assert stream.read() == content
        stream.seek(size // 2)
        assert stream.read(100) == content[size // 2 :][:100]


@pytest.mark.parametrize("first", [SMALL, LARGE])
@pytest.mark.parametrize("second", [SMALL, LARGE])
def test_an_object_appears_when_its_block_ends_and_can_be_replaced(files: Files, first: int, second: int) -> None:
    with files.write("files/file-1", "file-1") as stream:
        stream.write(b"first" * first)
        assert not files.exists("files/file-1")
    assert files.exists("files/file-1")
    with files.open("files/file-1", "file-1") as before:
        put(files, "files/file-1", b"second" * second)
        assert before.read() == b"first" * first
    assert content_of(files, "files/file-1") == b"second" * second
    files.delete("files/file-1")
    assert not files.exists("files/file-1")


@both
def test_a_block_that_fails_leaves_what_was_there(files: Files, blobs: Blobs, sqlite: Database, times: int) -> None:
    def fail() -> None:
        with files.write("files/file-1", "file-1") as stream:
            stream.write(b"half of the sec" * times)
            raise KeyError

    put(files, "files/file-1", b"first" * times)
    with pytest.raises(KeyError):
        fail()
    assert content_of(files, "files/file-1") == b"first" * times
    assert len(stored(blobs)) + packed(sqlite) == 1


def test_small_objects_are_packed_and_large_ones_are_files(files: Files, blobs: Blobs, sqlite: Database) -> None:
    files.write_all([(f"files/{number}", "file-1", b"small" * number) for number in range(1000)])
    files.write_all([("files/large", "file-1", SENTENCE * LARGE)])
    assert (len(stored(blobs)), packed(sqlite)) == (1, 1000)
    for number in (0, 1, 999):
        assert content_of(files, f"files/{number}") == b"small" * number
    assert content_of(files, "files/large") == SENTENCE * LARGE
    files.delete(*(f"files/{number}" for number in range(1000)))
    assert packed(sqlite) == 0
    assert not files.exists("files/1")


def test_what_need_not_be_durable_is_there_all_the_same(files: Files) -> None:
    with files.write("elements/file-1", "file-1", durable=False) as stream:
        stream.write(b"text")
    assert content_of(files, "elements/file-1") == b"text"


def test_a_flipped_bit_in_a_packed_object_is_refused(files: Files, sqlite: Database) -> None:
    put(files, "files/file-1", SENTENCE)
    with sqlite.begin() as connection:
        content = bytearray(connection.scalar(sa.select(packed_objects.c.content)) or b"")
        content[20] ^= 1
        connection.execute(sa.update(packed_objects).values(content=bytes(content)))
    with pytest.raises(DamagedSeal):
        files.open("files/file-1", "file-1")


def test_nothing_is_written_for_a_file_without_key(files: Files, blobs: Blobs, sqlite: Database) -> None:
    with pytest.raises(UnknownFile), files.write("files/file-2", "file-2"):
        pass
    with pytest.raises(UnknownFile):
        files.write_all([("files/file-1", "file-1", b""), ("files/file-2", "file-2", b"")])
    assert (stored(blobs), packed(sqlite)) == ([], 0)


def test_deleting_twice_is_as_deleting_once(files: Files) -> None:
    files.delete("files/never")
    put(files, "files/file-1", b"content")
    files.delete("files/file-1")
    files.delete("files/file-1")
    assert not files.exists("files/file-1")
    with pytest.raises(FileNotFoundError):
        files.open("files/file-1", "file-1")


@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", "a" * 5000, "", ".", "x/\0/y", "文件/一"])
def test_no_name_leads_out_of_the_folder_or_shows_in_a_path(files: Files, blobs: Blobs, name: str) -> None:
    put(files, name, b"content" * LARGE)
    (path,) = stored(blobs)
    assert path.parent.parent == blobs.folder
    assert set(path.parent.name + path.name) <= set("0123456789abcdef")
    assert content_of(files, name) == b"content" * LARGE
    files.delete(name)
    put(files, name, b"content")
    assert content_of(files, name) == b"content"


def test_only_the_owner_may_look_and_nothing_lies_in_clear(files: Files, blobs: Blobs, tmp_path: Path) -> None:
    put(files, "files/small", SENTENCE)
    put(files, "files/file-1", SENTENCE * LARGE)
    assert not any(SENTENCE in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    (path,) = stored(blobs)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_objects_exchanged_on_the_disk_are_refused(files: Files, blobs: Blobs, keyring: Keyring) -> None:
    keyring.create("file-2")
    put(files, "files/file-1", b"one" * LARGE)
    with files.write("files/file-2", "file-2") as stream:
        stream.write(b"two" * LARGE)
    one, two = stored(blobs)
    one.rename(one.with_name("x"))
    two.rename(one)
    one.with_name("x").rename(two)
    for name, key_of in (("files/file-1", "file-1"), ("files/file-2", "file-2")):
        with pytest.raises(DamagedSeal):
            files.open(name, key_of)


def test_all_objects_are_listed_and_unfinished_ones_are_not(files: Files, blobs: Blobs) -> None:
    for number in range(5):
        put(files, f"files/{number}", b"content" * LARGE)
    with files.write("files/5", "file-1") as stream:
        stream.write(os.urandom(2 << 20))
        assert len(stored(blobs)) == 6
        assert list(blobs.paths()) == sorted(path for path in stored(blobs) if path.suffix != ".part")
        assert len(list(blobs.paths())) == 5


def test_what_a_killed_writer_left_is_swept_and_a_living_writer_is_not_disturbed(files: Files, blobs: Blobs) -> None:
    script = (
        "import sys; from pathlib import Path; from server.adapters.blobs import _create_part\n"
        "part, file = _create_part(Path(sys.argv[1])); file.write(b'half'); file.flush(); print('ready', flush=True)\n"
        "sys.stdin.read()"
    )
    put(files, "files/file-1", b"content" * LARGE)
    target = next(blobs.paths()).with_name("0" * 62)
    with subprocess.Popen(
        [sys.executable, "-c", script, target], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        assert blobs.sweep() == 0
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        assert blobs.sweep() == 1
    with files.write("files/file-2", "file-1") as stream:
        stream.write(os.urandom(2 << 20))
        assert len(stored(blobs)) == 2
        assert blobs.sweep() == 0
    assert len(stored(blobs)) == 2


@both
def test_writers_of_one_object_do_not_mix(files: Files, times: int) -> None:
    def write(letter: bytes) -> None:
        for _ in range(20):
            with files.write("files/file-1", "file-1") as stream:
                for _ in range(20):
                    stream.write(letter * times)

    threads = [threading.Thread(target=write, args=(letter,)) for letter in (b"a", b"b", b"c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with files.open("files/file-1", "file-1") as stream:
        assert stream.read() in {letter * times * 20 for letter in (b"a", b"b", b"c")}


_WRITER = """
import sys
from pathlib import Path
from server.adapters.blobs import Blobs
from server.adapters.database.engine import Database
from server.adapters.database.file_keys import FileKeys
from server.adapters.database.packed import PackedObjects
from server.vault.keyring import Keyring
from server.vault.master import open_master_key

data, number = Path(sys.argv[1]), int(sys.argv[2])
database = Database(f"sqlite:///{data / 'lectern.db'}")
keyring = Keyring(*open_master_key(data), FileKeys(database))
blobs = Blobs(data / "files", keyring, keyring.secret("object names"), PackedObjects(database))
while True:
    names = [f"files/{number + place}" for place in range(20)]
    keyring.create(*names)
    blobs.write_all([(name, name, name.encode() * 30) for name in names])
    number += 20
    print(number, flush=True)
"""


def test_what_was_acknowledged_outlives_kill_9_whenever_it_comes(
    blobs: Blobs, sqlite: Database, tmp_path: Path
) -> None:
    acknowledged = 0
    for kills in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, tmp_path / "data", str(acknowledged)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            for _ in range(2 + kills):
                acknowledged = int(writer.stdout.readline())
            time.sleep(random.Random(kills).uniform(0, 0.01))  # somewhere inside the next commit
            writer.kill()
            acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])
        for number in range(acknowledged):
            name = f"files/{number}"
            with blobs.open(name, name) as stream:
                assert stream.read() == name.encode() * 30
        assert packed(sqlite) - acknowledged in {0, 20}  # the batch under way is there whole or not at all


def test_concurrent_writers_share_commits(files: Files, sqlite: Database) -> None:
    commits = 0

    def count(_: object) -> None:
        nonlocal commits
        commits += 1

    sa.event.listen(sqlite.engine, "commit", count)
    threads = [threading.Thread(target=put, args=(files, f"files/{number}", b"content")) for number in range(40)]
    with sqlite.begin():  # nobody can commit while all the others come
        for thread in threads:
            thread.start()
        time.sleep(0.3)
    for thread in threads:
        thread.join()
    assert packed(sqlite) == 40
    assert commits < 20
