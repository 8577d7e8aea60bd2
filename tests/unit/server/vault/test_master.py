import base64
import os
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from server.errors import MissingMasterKey, WrongMasterKey, WrongSetting
from server.vault.master import KEY_FILE, ROOT_FILE, MasterKey, open_master_key


def test_the_first_start_makes_a_key_that_only_the_owner_may_read(tmp_path: Path) -> None:
    open_master_key(tmp_path)
    for name in (KEY_FILE, ROOT_FILE):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert len(base64.b64decode((tmp_path / KEY_FILE).read_bytes())) == 32
    assert sorted(path.name for path in tmp_path.iterdir()) == [KEY_FILE, ROOT_FILE]


def test_the_next_start_finds_the_same_key_and_secrets(tmp_path: Path) -> None:
    first, root = open_master_key(tmp_path)
    second, same_root = open_master_key(tmp_path)
    assert (first.bytes, root) == (second.bytes, same_root)


def test_two_installations_share_nothing(tmp_path: Path) -> None:
    one, root_of_one = open_master_key(tmp_path / "one")
    two, root_of_two = open_master_key(tmp_path / "two")
    assert one.bytes != two.bytes
    assert root_of_one != root_of_two


def test_a_start_that_was_killed_after_the_key_was_written_goes_on(tmp_path: Path) -> None:
    open_master_key(tmp_path)
    (tmp_path / ROOT_FILE).unlink()
    (tmp_path / f"{ROOT_FILE}.part").write_bytes(b"half")
    open_master_key(tmp_path)
    assert (tmp_path / ROOT_FILE).exists()


@pytest.mark.parametrize("evidence", ["root file", "object", "database"])
def test_no_new_key_is_made_when_there_is_sealed_data(tmp_path: Path, evidence: str) -> None:
    if evidence == "root file":
        open_master_key(tmp_path)
        (tmp_path / KEY_FILE).unlink()
    elif evidence == "object":
        (tmp_path / "files" / "ab").mkdir(parents=True)
        (tmp_path / "files" / "ab" / "cdef").write_bytes(b"sealed")
    with pytest.raises(MissingMasterKey, match=KEY_FILE):
        open_master_key(tmp_path, sealed_elsewhere=evidence == "database")
    assert not (tmp_path / KEY_FILE).exists()


def test_a_lost_root_file_is_not_replaced_when_there_is_sealed_data(tmp_path: Path) -> None:
    open_master_key(tmp_path)
    (tmp_path / ROOT_FILE).unlink()
    with pytest.raises(MissingMasterKey, match=ROOT_FILE):
        open_master_key(tmp_path, sealed_elsewhere=True)


def test_the_key_of_another_installation_is_refused(tmp_path: Path) -> None:
    open_master_key(tmp_path / "mine")
    open_master_key(tmp_path / "theirs")
    (tmp_path / "theirs" / KEY_FILE).rename(tmp_path / "mine" / KEY_FILE)
    with pytest.raises(WrongMasterKey):
        open_master_key(tmp_path / "mine")


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1]", b"\xff\xfe", b'{"root": 5}', b'{"root": "AAAA"}', b'{"root": "%%"}']
)
def test_a_damaged_root_file_is_refused(tmp_path: Path, content: bytes) -> None:
    open_master_key(tmp_path)
    (tmp_path / ROOT_FILE).write_bytes(content)
    with pytest.raises(WrongMasterKey):
        open_master_key(tmp_path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o777])
def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    open_master_key(tmp_path)
    (tmp_path / KEY_FILE).chmod(mode)
    with pytest.raises(WrongSetting, match="chmod 600"):
        open_master_key(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"secret", base64.b64encode(bytes(31)), bytes(32), base64.b64encode(bytes(33))]
)
def test_a_key_file_without_a_key_is_refused(tmp_path: Path, content: bytes) -> None:
    open_master_key(tmp_path)
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(WrongSetting, match="32 bytes"):
        open_master_key(tmp_path)


def test_every_flipped_bit_of_a_wrapped_key_is_detected() -> None:
    master, key = MasterKey(os.urandom(32)), os.urandom(32)
    wrapped = master.wrap("file-1", key)
    assert master.unwrap("file-1", wrapped) == key
    for bit in range(len(wrapped) * 8):
        damaged = bytearray(wrapped)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(InvalidTag):
            master.unwrap("file-1", bytes(damaged))


def test_a_wrapped_key_cannot_be_given_to_another_file_or_opened_by_another_master_key() -> None:
    master = MasterKey(os.urandom(32))
    wrapped = master.wrap("file-1", os.urandom(32))
    for other, name, stored in (
        (master, "file-2", wrapped),
        (MasterKey(os.urandom(32)), "file-1", wrapped),
        (master, "file-1", wrapped[:-1]),
        (master, "file-1", b""),
    ):
        with pytest.raises(InvalidTag):
            other.unwrap(name, stored)
