"""Stores in step with a source, with the real parts: what a run does, and what is left when it is cut off anywhere."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from server.adapters.database.sources import SqlSources
from server.app import Parts, open_parts, open_sources, retriever_of
from server.documents.schedule import Schedule
from server.documents.sources import Sources
from server.documents.sync import Sync
from server.errors import UnknownSource
from server.model import LECTERN, FileStatus, Page, SourceOptions, SourceRecord, SourceStatus
from server.settings import Settings

QUESTION = "When does the cantina open?"


class PowerCutError(BaseException):
    """The process ends here."""


@dataclass
class House:
    """A Lectern with one store that stays in step with one folder."""

    parts: Parts
    folder: Path
    sources: Sources
    sync: Sync
    store_id: str = ""
    source_id: str = ""
    rows: SqlSources = field(init=False)

    def __post_init__(self) -> None:
        self.rows = SqlSources(self.parts.database)
        self.store_id = self.parts.stores.create("store", [], {}).store.id
        options = SourceOptions(interval=30)
        self.source_id = self.sources.create(self.store_id, str(self.folder), options, {}).source.id

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run(self) -> SourceRecord:
        ended = self.sync.run(self.source_id, lambda: None)
        assert ended is not None
        return ended

    def read(self) -> None:
        """Has everything read that waits for it, and clears up."""
        self.parts.stores.resume()
        until = time.monotonic() + 60
        while any(entry.status == FileStatus.IN_PROGRESS for entry in self.entries()):
            assert time.monotonic() < until
            time.sleep(0.02)
        self.sweep()

    def sweep(self) -> None:
        while self.parts.stores.sweep(self.parts.uploads.delete):
            pass

    def entries(self) -> list[Any]:
        return self.parts.catalog.all_store_files(self.store_id)

    def ask(self, question: str = QUESTION) -> list[str]:
        return [passage.text for passage in retriever_of(self.parts).search([question], [self.store_id], 10)]

    def hours(self) -> list[str]:
        """What is answered about the cantina, each version by its hour."""
        return [text.partition("opens at ")[2][:5] for text in self.ask() if "cantina opens at" in text]

    def leftovers(self) -> None:
        """Fails unless everything that lies around belongs to a file of the store."""
        entries = self.entries()
        assert self.parts.catalog.departures(10) == []
        held = {entry.file_id for entry in entries}
        assert {file.id for file in self.parts.catalog.files(None, Page(1000, "asc"), LECTERN)} == held
        assert self.parts.index.count(self.store_id) == sum(entry.chunks for entry in entries)
        assert self.parts.statistics.look_up(self.store_id, [])[0] == sum(entry.chunks for entry in entries)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """A Lectern that reads, for all the tests, one after the other."""
    base = tmp_path_factory.mktemp("sync")
    with open_parts(Settings.read(data=base / "data", source_roots=str(base), embedder_threads=1)) as parts:
        parts.worker.start(1)
        yield parts


@pytest.fixture
def house(parts: Parts) -> Iterator[House]:
    folder = Path(parts.settings.source_roots) / f"shared-{time.time_ns()}"
    folder.mkdir()
    sources, schedule = open_sources(parts)
    house = House(parts, folder, sources, schedule.sync)
    yield house
    parts.stores.delete(house.store_id)
    house.sweep()


def counts(run: SourceRecord) -> dict[str, int]:
    return {name: number for name, number in run.counts.items() if number}


def test_added_changed_and_deleted_files_are_followed(house: House) -> None:
    house.write("cantina.md", "The cantina opens at 11:45.")
    house.write("sub/parking.md", "There are twelve visitor parking lots.")
    assert counts(house.run()) == {"added": 2}
    house.read()
    assert house.hours() == ["11:45"]
    house.write("cantina.md", "The cantina opens at 12:30.")
    assert counts(house.run()) == {"changed": 1, "unchanged": 1}
    assert len(house.hours()) == 1
    house.read()
    assert house.hours() == ["12:30"]
    (house.folder / "cantina.md").unlink()
    assert counts(house.run()) == {"deleted": 1, "unchanged": 1}
    assert house.hours() == []
    house.sweep()
    house.leftovers()
    (entry,) = house.entries()
    assert entry.attributes == {"path": "sub/parking.md", "source": house.source_id}


def test_what_did_not_change_is_neither_opened_nor_written(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(50):
        house.write(f"{number}.md", f"Note {number}")
    time.sleep(2.1)
    assert counts(house.run()) == {"added": 50}
    house.read()
    files = house.rows.files(house.source_id)
    monkeypatch.setattr("server.adapters.sources.folder.Folder.open", _refuse)
    assert counts(house.run()) == {"unchanged": 50}
    assert house.rows.files(house.source_id) == files


def _refuse(*_: object) -> None:
    raise AssertionError


def test_a_touched_file_is_compared_and_not_read_again(house: House) -> None:
    path = house.write("cantina.md", "The cantina opens at 11:45.")
    house.run()
    house.read()
    before = house.entries()
    os.utime(path, (1, 1))
    assert counts(house.run()) == {"unchanged": 1}
    assert house.entries() == before


def test_a_new_version_that_cannot_be_read_leaves_the_old_one_answering(house: House) -> None:
    house.write("cantina.md", "The cantina opens at 11:45.")
    house.run()
    house.read()
    (house.folder / "cantina.md").write_bytes(b"%PDF-1.7\n%%EOF")
    assert counts(house.run()) == {"changed": 1}
    house.read()
    assert house.hours() == ["11:45"]
    assert house.rows.counts([house.source_id], LECTERN)[house.source_id]["failed"] == 1
    house.write("cantina.md", "The cantina opens at 13:00.")
    house.run()
    house.read()
    assert house.hours() == ["13:00"]
    house.leftovers()


def test_a_file_whose_new_version_failed_is_gone_with_both_when_it_is_deleted(house: House) -> None:
    path = house.write("cantina.md", "The cantina opens at 11:45.")
    house.run()
    house.read()
    path.write_bytes(b"%PDF-1.7\n%%EOF")
    house.run()
    house.read()
    path.unlink()
    house.run()
    house.sweep()
    assert house.hours() == []
    assert house.entries() == []
    house.leftovers()


def test_a_file_that_changes_while_it_is_read_waits_for_its_turn(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.write("cantina.md", "The cantina opens at 11:45.")
    with monkeypatch.context() as patch:
        patch.setattr(house.parts.stores, "queue_all", lambda *_: None)
        house.run()
    house.write("cantina.md", "The cantina opens at 12:30.")
    assert counts(house.run()) == {"waiting": 1}
    house.read()
    assert house.hours() == ["11:45"]
    assert counts(house.run()) == {"changed": 1}
    house.read()
    assert house.hours() == ["12:30"]


def test_what_was_not_seen_is_not_taken_for_deleted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.write("cantina.md", "The cantina opens at 11:45.")
    house.write("sub/parking.md", "There are twelve visitor parking lots.")
    house.run()
    house.read()
    whole, inode = os.scandir, (house.folder / "sub").stat().st_ino

    def refusing(place: int) -> Any:
        if os.fstat(place).st_ino == inode:
            raise PermissionError(13, "Permission denied")
        return whole(place)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refusing)
        run = house.run()
    assert (run.status, counts(run)) == (SourceStatus.PARTIAL, {"unchanged": 1, "failed": 1})
    assert run.message == "sub: Permission denied"
    house.folder.rename(house.folder.with_name("moved"))
    run = house.run()
    assert (run.status, counts(run)) == (SourceStatus.FAILED, {})
    assert "Nothing was taken for deleted" in (run.message or "")
    assert len(house.entries()) == 2


def test_an_empty_folder_where_something_else_was_mounted_is_not_believed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = house.write("cantina.md", "The cantina opens at 11:45.")
    house.run()
    path.unlink()
    with house.parts.database.begin() as connection:
        connection.exec_driver_sql("UPDATE sources SET mark = 'another device'")
    run = house.run()
    assert run.status == SourceStatus.FAILED
    assert "mounted" in (run.message or "")
    assert len(house.entries()) == 1


def test_a_file_deleted_by_hand_comes_back_as_long_as_the_source_has_it(house: House) -> None:
    house.write("cantina.md", "The cantina opens at 11:45.")
    house.run()
    house.read()
    house.parts.uploads.delete(house.entries()[0].file_id)
    assert house.hours() == []
    assert counts(house.run()) == {"added": 1}
    house.read()
    assert house.hours() == ["11:45"]
    house.leftovers()


def test_large_files_and_those_too_large(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    settings = Settings.read(data=tmp_path / "data", source_roots=str(folder), embedder_threads=1, upload_mb=3)
    with open_parts(settings) as parts:
        sources, schedule = open_sources(parts)
        house = House(parts, folder, sources, schedule.sync)  # where nothing is read
        large = house.write("large.csv", "name,value\n" + "x" * 2_000_000)
        house.write("huge.csv", "x" * 4_000_000)
        run = house.run()
        assert (counts(run), run.message) == (
            {"added": 1, "failed": 1},
            "huge.csv: it is larger than 3 MiB; LECTERN_UPLOAD_MB sets the limit",
        )
        (entry,) = house.entries()
        with parts.uploads.open(entry.file_id) as stream:
            assert stream.read() == large.read_bytes()
        os.utime(large, (1, 1))
        assert counts(house.run()) == {"waiting": 1, "failed": 1}


def test_odd_names_are_followed_as_others_are(house: House) -> None:
    odd = [b"bad-\xff.md", b"line\nfeed.md", "e\u0301.md".encode(), "é.md".encode(), b"A.md", b"a.md", b"x" * 250]
    for name in odd:
        (house.folder / os.fsdecode(name)).write_text(f"The code is {name.hex()[:20]}.")
    deep = "/".join(["d" * 200] * 6)
    house.write(f"{deep}/a.md", "The deep code is 4711.")
    assert counts(house.run()) == {"added": 8}
    house.read()
    assert counts(house.run()) == {"unchanged": 8}
    assert any("4711" in text for text in house.ask("What is the deep code?"))
    for name in odd:
        (house.folder / os.fsdecode(name)).unlink()
    assert counts(house.run()) == {"deleted": 7, "unchanged": 1}


def test_a_deleted_source_takes_its_files_along(house: House) -> None:
    house.write("cantina.md", "The cantina opens at 11:45.")
    house.run()
    house.read()
    house.sources.delete(house.store_id, house.source_id)
    assert house.sources.all(house.store_id, LECTERN) == []
    with pytest.raises(UnknownSource):
        house.sources.view(house.store_id, house.source_id, LECTERN)
    assert house.sync.run(house.source_id, lambda: None) is None
    assert house.hours() == []
    house.sweep()
    assert house.entries() == []
    house.leftovers()


def test_a_source_deleted_while_it_runs_adds_nothing_more(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.write("cantina.md", "The cantina opens at 11:45.")
    whole = house.parts.uploads.put_all

    def slow(*args: Any) -> Any:
        house.sources.delete(house.store_id, house.source_id)
        return whole(*args)

    monkeypatch.setattr(house.parts.uploads, "put_all", slow)
    with pytest.raises(UnknownSource):
        house.run()
    assert house.entries() == []
    assert house.parts.catalog.files(None, Page(10, "asc"), LECTERN) == []


def _cut(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, *, after: bool) -> None:
    """Ends the process before or after the call."""
    whole = getattr(owner, name)

    def cut(*args: Any, **options: Any) -> Any:
        if after:
            whole(*args, **options)
        raise PowerCutError

    monkeypatch.setattr(owner, name, cut)


STEPS: dict[str, Callable[[House], tuple[object, str]]] = {
    "seal": lambda house: (house.parts.blobs, "write_all"),
    "take": lambda house: (SqlSources, "take"),
    "queue": lambda house: (house.parts.stores, "queue_all"),
    "restamp": lambda house: (SqlSources, "restamp"),
    "end": lambda house: (SqlSources, "end"),
}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_one_version_answers_wherever_a_run_is_cut_off(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str, *, after: bool
) -> None:
    house.write("cantina.md", "The cantina opens at 11:45.")
    house.run()
    house.read()
    house.write("cantina.md", "The cantina opens at 12:30.")
    with monkeypatch.context() as patch:
        patch.setattr(house.parts.uploads, "forget", lambda _: None)  # a process that ends tidies nothing
        _cut(patch, *STEPS[step](house), after=after)
        with pytest.raises(PowerCutError):
            house.run()
    assert len(house.hours()) == 1
    for _ in range(3):
        house.run()
        house.read()
        assert len(house.hours()) == 1
    assert house.hours() == ["12:30"]
    house.leftovers()


CLEARING: dict[str, Callable[[House], tuple[object, str]]] = {
    "index": lambda house: (house.parts.index, "delete_file"),
    "statistics": lambda house: (house.parts.statistics, "remove"),
    "delete": lambda house: (house.parts.uploads, "delete"),
    "forget": lambda house: (house.parts.catalog, "forget_departure"),
}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", CLEARING)
def test_clearing_up_goes_on_wherever_it_is_cut_off(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str, *, after: bool
) -> None:
    path = house.write("cantina.md", "The cantina opens at 11:45.")
    house.run()
    house.read()
    path.unlink()
    house.run()
    with monkeypatch.context() as patch:
        _cut(patch, *CLEARING[step](house), after=after)
        with pytest.raises(PowerCutError):
            house.sweep()
    assert house.hours() == []
    house.sweep()
    house.leftovers()


def test_a_missed_time_is_made_up_for_once(house: House) -> None:
    schedule: Schedule = open_sources(house.parts)[1]
    house.run()
    house.rows.plan(house.source_id, int(time.time()) - 100_000)
    for _ in range(3):
        schedule.queue_due()
    assert house.parts.jobs.counts()["queued"] == 1
    lease = house.parts.jobs.claim("a", ["sync"], 60)
    assert lease is not None
    house.rows.begin(house.source_id, int(time.time()))
    house.sources.run_now(house.store_id, house.source_id, LECTERN)
    schedule.queue_due()
    assert house.parts.jobs.claim("b", ["sync"], 60) is None
    now = int(time.time())
    house.rows.end(
        replace(house.rows.source(house.source_id), status=SourceStatus.COMPLETED, ended_at=now, next_at=now + 30)
    )
    assert house.rows.source(house.source_id).next_at <= now


def test_credentials_are_sealed_and_never_told(house: House) -> None:
    secret = "correct horse battery staple"
    source = house.sources.create(house.store_id, "s3://bucket", SourceOptions(), {"key": "k", "secret": secret}).source
    stored = house.rows.source(source.id)
    assert secret not in repr(stored)
    assert house.sources.credentials(stored)["secret"] == secret
    house.sources.delete(house.store_id, source.id)
    for path in house.parts.settings.data.glob("lectern.db*"):
        assert secret.encode() not in path.read_bytes()


def test_a_store_that_has_expired_is_not_filled_again(house: House) -> None:
    house.write("a.md", "The lamp costs 17 EUR.")
    house.run()
    long_ago = int(time.time()) - 2 * 86_400
    house.parts.catalog.update_store(house.store_id, {"expires_days": 1, "last_active_at": long_ago})
    house.sweep()
    assert house.entries() == []
    ended = house.run()
    assert (ended.status, house.entries()) == (SourceStatus.FAILED, [])
    assert "has expired" in (ended.message or "")
