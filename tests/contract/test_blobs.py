import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from server.adapters.blobs import Blobs
from server.errors import DamagedSeal, UnknownFile
from server.ports import Files
from server.vault.keyring import Keyring

SENTENCE = b"the planted sentence"


@pytest.fixture
def files(blobs: Blobs, keyring: Keyring) -> Files:
    keyring.create("file-1")
    return blobs


def put(files: Files, name: str, content: bytes) -> None:
    with files.write(name, "file-1") as stream:
        stream.write(content)


def stored(blobs: Blobs) -> list[Path]:
    return [path for path in blobs.folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (2 << 20) + 1])
def test_an_object_is_read_back_whole_and_in_parts(files: Files, size: int) -> None:
    content = os.urandom(size)
    put(files, "files/file-1", content)
    with files.open("files/file-1", "file-1") as stream:
        assert stream.read() == content
        stream.seek(size // 2)
        assert stream.read(100) == content[size // 2 :][:100]


def test_an_object_appears_when_its_block_ends_and_can_be_replaced(files: Files) -> None:
    with files.write("files/file-1", "file-1") as stream:
        stream.write(b"first")
        assert not files.exists("files/file-1")
    assert files.exists("files/file-1")
    with files.open("files/file-1", "file-1") as before:
        put(files, "files/file-1", b"second")
        assert before.read() == b"first"
    with files.open("files/file-1", "file-1") as after:
        assert after.read() == b"second"


def test_a_block_that_fails_leaves_what_was_there(files: Files, blobs: Blobs) -> None:
    def fail() -> None:
        with files.write("files/file-1", "file-1") as stream:
            stream.write(b"half of the sec")
            raise KeyError

    put(files, "files/file-1", b"first")
    with pytest.raises(KeyError):
        fail()
    with files.open("files/file-1", "file-1") as kept:
        assert kept.read() == b"first"
    assert len(stored(blobs)) == 1


def test_nothing_is_written_for_a_file_without_key(files: Files, blobs: Blobs) -> None:
    with pytest.raises(UnknownFile), files.write("files/file-2", "file-2"):
        pass
    assert stored(blobs) == []


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
    put(files, name, b"content")
    (path,) = stored(blobs)
    assert path.parent.parent == blobs.folder
    assert set(path.parent.name + path.name) <= set("0123456789abcdef")
    with files.open(name, "file-1") as stream:
        assert stream.read() == b"content"


def test_only_the_owner_may_look_and_nothing_lies_in_clear(files: Files, blobs: Blobs) -> None:
    put(files, "files/file-1", SENTENCE * 10)
    (path,) = stored(blobs)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert SENTENCE not in path.read_bytes()


def test_objects_exchanged_on_the_disk_are_refused(files: Files, blobs: Blobs, keyring: Keyring) -> None:
    keyring.create("file-2")
    put(files, "files/file-1", b"one")
    with files.write("files/file-2", "file-2") as stream:
        stream.write(b"two")
    one, two = stored(blobs)
    one.rename(one.with_name("x"))
    two.rename(one)
    one.with_name("x").rename(two)
    for name, key_of in (("files/file-1", "file-1"), ("files/file-2", "file-2")):
        with pytest.raises(DamagedSeal):
            files.open(name, key_of)


def test_all_objects_are_listed_and_unfinished_ones_are_not(files: Files, blobs: Blobs) -> None:
    for number in range(5):
        put(files, f"files/{number}", b"content")
    with files.write("files/5", "file-1"):
        assert list(blobs.paths()) == sorted(path for path in stored(blobs) if path.suffix != ".part")
        assert len(list(blobs.paths())) == 5


def test_what_a_killed_writer_left_is_swept_and_a_living_writer_is_not_disturbed(files: Files, blobs: Blobs) -> None:
    script = (
        "import sys; from pathlib import Path; from server.adapters.blobs import _create_part\n"
        "part, file = _create_part(Path(sys.argv[1])); file.write(b'half'); file.flush(); print('ready', flush=True)\n"
        "sys.stdin.read()"
    )
    put(files, "files/file-1", b"content")
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
        stream.write(b"content")
        assert blobs.sweep() == 0
    assert len(stored(blobs)) == 2


def test_writers_of_one_object_do_not_mix(files: Files) -> None:
    def write(letter: bytes) -> None:
        for _ in range(20):
            with files.write("files/file-1", "file-1") as stream:
                for _ in range(20):
                    stream.write(letter * 100)

    threads = [threading.Thread(target=write, args=(letter,)) for letter in (b"a", b"b", b"c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with files.open("files/file-1", "file-1") as stream:
        assert stream.read() in {b"a" * 2000, b"b" * 2000, b"c" * 2000}
