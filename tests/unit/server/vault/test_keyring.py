import io
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.adapters.database.engine import Database
from server.adapters.database.file_keys import FileKeys
from server.errors import DamagedSeal, UnknownFile
from server.vault.keyring import Keyring
from server.vault.master import open_master_key

SENTENCE = "Der Kranich fliegt im Mai über das Moor; 鹤在五月飞过沼泽。"


def ring(database: Database, data: Path, *, seal: bool = True, remembered: int = 4096) -> Keyring:
    return Keyring(*open_master_key(data), FileKeys(database), seal=seal, remembered=remembered)


def refused(keys: Keyring, file_id: str, sealed: str, context: str) -> bool:
    try:
        keys.open_text(file_id, sealed, context)
    except DamagedSeal:
        return True
    return False


@pytest.mark.parametrize("seal", [True, False], ids=["sealed", "plain"])
@pytest.mark.parametrize("text", ["", "a", SENTENCE, "a:b:c", "\0\ud800", "x" * 100_000])
def test_text_is_read_back(sqlite: Database, tmp_path: Path, text: str, seal: bool) -> None:
    keys = ring(sqlite, tmp_path / "data", seal=seal)
    keys.create("file-1")
    sealed = keys.seal_text("file-1", text, "chunk-1")
    assert keys.open_text("file-1", sealed, "chunk-1") == text
    assert ring(sqlite, tmp_path / "data").open_text("file-1", sealed, "chunk-1") == text


def test_sealed_text_shows_nothing_and_plain_text_is_the_control(sqlite: Database, tmp_path: Path) -> None:
    for seal in (True, False):
        keys = ring(sqlite, tmp_path / "data", seal=seal)
        keys.create("file-1")
        sealed = keys.seal_text("file-1", SENTENCE, "chunk-1")
        assert (SENTENCE in sealed) is not seal
        assert sealed.isascii() is seal
        assert keys.seal_text("file-1", SENTENCE, "chunk-1") != sealed


@pytest.mark.parametrize("seal", [True, False], ids=["sealed", "plain"])
def test_what_was_written_before_the_setting_changed_stays_readable(
    sqlite: Database, tmp_path: Path, seal: bool
) -> None:
    before, after = (ring(sqlite, tmp_path / "data", seal=setting) for setting in (seal, not seal))
    before.create("file-1")
    sink = io.BytesIO()
    writer = before.object_writer(sink, "files/file-1", "file-1")
    writer.write(b"content")
    writer.finish()
    sealed = before.seal_text("file-1", SENTENCE, "c")
    assert after.open_text("file-1", sealed, "c") == SENTENCE
    assert after.object_reader(io.BytesIO(sink.getvalue()), "files/file-1", "file-1").read() == b"content"


@pytest.mark.parametrize("seal", [True, False], ids=["sealed", "plain"])
def test_every_changed_character_and_bit_of_a_sealed_text_is_detected(
    sqlite: Database, tmp_path: Path, seal: bool
) -> None:
    keys = ring(sqlite, tmp_path / "data", seal=seal)
    keys.create("file-1")
    sealed = keys.seal_text("file-1", "twelve words", "chunk-1")
    for place, character in enumerate(sealed):
        assert refused(keys, "file-1", sealed[:place], "chunk-1")
        for bit in range(7):
            flipped = chr(ord(character) ^ 1 << bit)
            assert refused(keys, "file-1", sealed[:place] + flipped + sealed[place + 1 :], "chunk-1")
    assert refused(keys, "file-1", sealed + "A", "chunk-1")


@pytest.mark.parametrize("seal", [True, False], ids=["sealed", "plain"])
def test_a_sealed_text_cannot_be_moved_to_another_place_or_file(sqlite: Database, tmp_path: Path, seal: bool) -> None:
    keys = ring(sqlite, tmp_path / "data", seal=seal)
    keys.create("file-1")
    keys.create("file-2")
    sealed = keys.seal_text("file-1", SENTENCE, "chunk-1")
    assert refused(keys, "file-1", sealed, "chunk-2")
    assert refused(keys, "file-2", sealed, "chunk-1")


def test_plain_text_cannot_be_slipped_in_while_the_seal_is_on(sqlite: Database, tmp_path: Path) -> None:
    keys = ring(sqlite, tmp_path / "data")
    keys.create("file-1")
    sealed = keys.seal_text("file-1", SENTENCE, "c")
    for forged in ("p1::text", "text", "", f"p1:{sealed[3:]}:text", "s1:" + "A" * 40, "s1:" + "A" * 41):
        assert refused(keys, "file-1", forged, "c")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(), context=st.text(), other=st.text())
def test_any_text_opens_under_its_context_alone(keyring: Keyring, text: str, context: str, other: str) -> None:
    keyring.create("file-1")
    sealed = keyring.seal_text("file-1", text, context)
    assert keyring.open_text("file-1", sealed, context) == text
    assert refused(keyring, "file-1", sealed, other) is (other != context)


def test_a_destroyed_key_opens_nothing_any_more_and_seals_nothing(sqlite: Database, tmp_path: Path) -> None:
    keys = ring(sqlite, tmp_path / "data")
    keys.create("file-1")
    sink = io.BytesIO()
    writer = keys.object_writer(sink, "files/file-1", "file-1")
    writer.write(b"content")
    writer.finish()
    sealed = keys.seal_text("file-1", SENTENCE, "c")
    keys.destroy("file-1")
    keys.destroy("file-1")
    for again in (keys, ring(sqlite, tmp_path / "data")):
        with pytest.raises(DamagedSeal):
            again.open_text("file-1", sealed, "c")
        with pytest.raises(DamagedSeal):
            again.object_reader(io.BytesIO(sink.getvalue()), "files/file-1", "file-1")
        with pytest.raises(UnknownFile):
            again.seal_text("file-1", SENTENCE, "c")
    keys.create("file-1")
    assert refused(keys, "file-1", sealed, "c")


def test_nothing_of_a_destroyed_key_is_left_in_the_database_files(sqlite: Database, tmp_path: Path) -> None:
    keys, stored = ring(sqlite, tmp_path / "data"), FileKeys(sqlite)
    for number in range(300):
        keys.create(f"file-{number}")
    wrapped = stored.get("file-7")
    assert wrapped is not None
    files = list((tmp_path / "data").glob("lectern.db*"))
    assert any(wrapped in path.read_bytes() for path in files)
    keys.destroy("file-7")
    assert stored.any()
    assert not any(wrapped in path.read_bytes() for path in files)


def test_making_a_key_twice_keeps_the_first(keyring: Keyring) -> None:
    keyring.create("file-1")
    sealed = keyring.seal_text("file-1", SENTENCE, "c")
    keyring.create("file-1")
    assert keyring.open_text("file-1", sealed, "c") == SENTENCE


def test_keys_exchanged_in_the_database_are_refused(sqlite: Database, tmp_path: Path) -> None:
    keys, stored = ring(sqlite, tmp_path / "data"), FileKeys(sqlite)
    keys.create("file-1")
    wrapped = stored.get("file-1")
    assert wrapped is not None
    stored.add({"file-2": wrapped})
    with pytest.raises(DamagedSeal):
        keys.seal_text("file-2", "text", "c")


def test_more_files_than_are_remembered_work_too(sqlite: Database, tmp_path: Path) -> None:
    keys = ring(sqlite, tmp_path / "data", remembered=3)
    texts = {}
    for number in range(10):
        keys.create(f"file-{number}")
        texts[f"file-{number}"] = keys.seal_text(f"file-{number}", str(number), "c")
    assert [keys.open_text(file_id, sealed, "c") for file_id, sealed in texts.items()] == [str(n) for n in range(10)]


def test_objects_of_different_kinds_have_different_keys(keyring: Keyring) -> None:
    keyring.create("file-1")
    sinks = [io.BytesIO(), io.BytesIO()]
    for sink, name in zip(sinks, ("files/file-1", "elements/file-1"), strict=True):
        writer = keyring.object_writer(sink, name, "file-1")
        writer.write(os.urandom(10))
        writer.finish()
    with pytest.raises(DamagedSeal):
        keyring.object_reader(io.BytesIO(sinks[0].getvalue()), "elements/file-1", "file-1")


def test_a_secret_is_the_same_for_the_same_purpose_alone(sqlite: Database, tmp_path: Path) -> None:
    keys = ring(sqlite, tmp_path / "data")
    assert keys.secret("a") == ring(sqlite, tmp_path / "data").secret("a")
    assert keys.secret("a") != keys.secret("b")
    assert len(keys.secret("a")) == 32


def test_keys_that_were_read_together_are_not_read_one_by_one(
    sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, keys = ring(sqlite, tmp_path / "data"), ring(sqlite, tmp_path / "data")
    writer.create("file-1", "file-2")
    sealed = {file_id: writer.seal_text(file_id, SENTENCE, "c") for file_id in ("file-1", "file-2")}
    keys.read(["file-1", "file-2", "file-unknown"])
    monkeypatch.setattr(FileKeys, "get", None)
    assert [keys.open_text(file_id, text, "c") for file_id, text in sealed.items()] == [SENTENCE, SENTENCE]


def test_a_key_that_was_read_ahead_is_forgotten_when_it_is_destroyed(keyring: Keyring) -> None:
    keyring.create("file-1")
    sealed = keyring.seal_text("file-1", SENTENCE, "c")
    keyring.read(["file-1"])
    keyring.destroy("file-1")
    keyring.read(["file-1"])
    assert refused(keyring, "file-1", sealed, "c")


def test_a_damaged_key_spoils_nothing_of_the_files_it_is_read_with(sqlite: Database, tmp_path: Path) -> None:
    writer, stored = ring(sqlite, tmp_path / "data"), FileKeys(sqlite)
    writer.create("file-1")
    sealed = writer.seal_text("file-1", SENTENCE, "c")
    wrapped = stored.get("file-1")
    assert wrapped is not None
    stored.add({"file-0": wrapped})
    keys = ring(sqlite, tmp_path / "data")
    keys.read(["file-0", "file-1"])
    assert keys.open_text("file-1", sealed, "c") == SENTENCE
    with pytest.raises(DamagedSeal):
        keys.seal_text("file-0", "text", "c")
