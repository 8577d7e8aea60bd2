"""A Lectern whose embedder changes: real parts, MiniLM as one embedder and services as the others."""

import dataclasses
import io
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
import pytest

from ingest.ports import Vectors
from server.adapters.database.generations import SqlGenerations
from server.adapters.embedders import PROBES
from server.adapters.minilm import MiniLm
from server.app import Parts, open_parts, retriever_of, store_findings
from server.documents import rebuilder
from server.documents.names import blob_name, elements_name
from server.documents.placement import Placement
from server.documents.wire import store_object
from server.errors import EmbedderUnavailable, IndexUnavailable
from server.jobs import heartbeat, loop
from server.model import LECTERN, Passage, StoreRecord
from server.monitor.doctor import Verdict
from server.settings import Settings
from tests.embedding import EmbeddingService, hashed

MOST_SECONDS = 60.0
LEAVE = (
    "# Leave\n\nNew staff are entitled to 24 days of annual holiday.\n\n# Sickness\n\nCall your manager before nine.\n"
)
TRAVEL = (
    "# Travel\n\nA hotel in Zurich may cost 240 francs a night.\n\n# Trains\n\nJourneys below five hours go by rail.\n"
)
ROUTER = (
    "# Router\n\nHold the small button for ten seconds to restore the defaults.\n\n# Lights\n\nRed means no link.\n"
)
BRIDGE = "# Bridge\n\nThe first cars crossed the new bridge in spring 1937 after four years of construction.\n"
QUESTION = "How many vacation days do newcomers get?"


@pytest.fixture(autouse=True)
def _without_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilder, "TICK_SECONDS", 0.1)
    monkeypatch.setattr(loop, "IDLE_SECONDS", 0.1)
    for module in (rebuilder, loop):
        monkeypatch.setattr(module, "RETRY_SECONDS", 0.3)
    monkeypatch.setattr(heartbeat, "RENEW_SECONDS", 0.2)
    monkeypatch.setattr("server.adapters.remote_embedder._FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr("server.adapters.embedders.REST_SECONDS", 0.2)


@pytest.fixture(scope="module")
def minilm(tmp_path_factory: pytest.TempPathFactory) -> MiniLm:
    return MiniLm(tmp_path_factory.mktemp("minilm"), threads=1)


@pytest.fixture
def service(minilm: MiniLm) -> Iterator[EmbeddingService]:
    """Another embedder that is as good as MiniLM: its vectors, turned and made shorter."""
    turn = np.linalg.qr(np.random.default_rng(5).standard_normal((384, 384)))[0][:, :256].astype(np.float32)

    def embed(texts: Sequence[str]) -> Vectors:
        vectors = minilm.embed(texts) @ turn
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    with EmbeddingService(embed) as service:
        yield service


class House:
    """A Lectern on a folder of its own that may be started with one embedder after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parts: Parts = None  # type: ignore[assignment]

    @contextmanager
    def running(
        self, service: EmbeddingService | None = None, *, chooses: bool = True, builds: bool = True, **settings: Any
    ) -> Iterator[Parts]:
        if service is not None:
            settings |= {"embedder_url": service.url, "embedder_model": "turned", "embedder_key": service.key}
        with open_parts(Settings.read(data=self.folder, embedder_threads=1, **settings), chooses=chooses) as parts:
            self.parts = parts
            parts.worker.start(1)
            if builds:
                parts.rebuilder.start(builds=True)
            try:
                yield parts
            finally:
                if service is not None:
                    service.release()

    @property
    def store(self) -> StoreRecord:
        found = self.parts.catalog.store_by_name("all", LECTERN)
        assert found is not None
        return found

    def add(self, name: str, text: str, replaces: str | None = None) -> str:
        file = self.parts.uploads.put(name, "assistants", io.BytesIO(text.encode()))
        self.parts.stores.attach(self.store.id, Placement(file.id, replaces=replaces))
        return file.id

    def fill(self, **files: str) -> dict[str, str]:
        self.parts.stores.create("all", [], {})
        ids = {name: self.add(f"{name}.md", text) for name, text in files.items()}
        self.wait(self.is_read)
        return ids

    def wait(self, condition: Callable[[], object]) -> None:
        until = time.monotonic() + MOST_SECONDS
        while not condition():
            assert time.monotonic() < until, f"{self.store}, {self.shown()}"
            time.sleep(0.05)

    def is_read(self) -> bool:
        return not self.parts.catalog.file_counts([self.store.id], LECTERN)[self.store.id]["in_progress"]

    def shown(self) -> dict[str, Any]:
        shown: dict[str, Any] = store_object(self.parts.stores.view(self.store.id, LECTERN))["generation"]
        return shown

    def has_switched(self, number: int) -> bool:
        rows = SqlGenerations(self.parts.database)
        return self.store.generation == number and not rows.leaving() and not rows.under_way()

    def ask(self, question: str) -> list[Passage]:
        return retriever_of(self.parts).search([question], [self.store.id], 5)

    def rows(self, collection: str) -> dict[str, set[str]]:
        return {
            entry.file_id: self.parts.index.ids(collection, entry.file_id)
            for entry in self.parts.catalog.all_store_files(self.store.id)
        }

    def check_exact(self) -> None:
        """The answering generation holds exactly what the catalog tells, and no other one is left."""
        store, entries = self.store, self.parts.catalog.all_store_files(self.store.id)
        told = {entry.file_id: entry.chunks for entry in entries}
        assert {file_id: len(ids) for file_id, ids in self.rows(store.collection).items()} == told
        assert self.parts.index.count(store.collection) == sum(told.values())
        assert self.parts.statistics.look_up(store.collection, [])[0] == sum(told.values())
        for number in range(store.generation):
            before = dataclasses.replace(store, generation=number).collection
            with pytest.raises(IndexUnavailable, match="missing"):
                self.parts.index.count(before)
            assert self.parts.statistics.look_up(before, [])[0] == 0


class Asking:
    """Asks again and again, in a thread of its own, until it is stopped."""

    def __init__(self, house: House) -> None:
        self._found: Queue[str | Exception] = Queue()
        self._stopping = threading.Event()
        retriever, store_id = retriever_of(house.parts), house.store.id

        def ask() -> None:
            while not self._stopping.is_set():
                try:
                    passages = retriever.search([QUESTION], [store_id], 5)
                    self._found.put(passages[0].file_id if passages[0].dense > 0.2 else "by words alone")
                except Exception as error:  # noqa: BLE001 - whatever it is, the test tells it
                    self._found.put(error)

        self._thread = threading.Thread(target=ask)
        self._thread.start()

    def stop(self) -> list[str | Exception]:
        """The file that was found first, of each question, or what was raised."""
        self._stopping.set()
        self._thread.join()
        return [self._found.get() for _ in range(self._found.qsize())]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "data")


def test_the_old_embedder_answers_until_the_new_one_has_everything_and_then_the_new_one(
    house: House, service: EmbeddingService
) -> None:
    service.key = "secret-of-the-service"
    with house.running() as parts:
        ids = house.fill(leave=LEAVE, travel=TRAVEL, router=ROUTER)
        before, told = house.rows(house.store.collection), parts.statistics.look_up(house.store.id, [])
        old = house.store.fingerprint
        assert house.shown() == {"number": 0, "embedder": old, "building": None}
    service.hold(after=15)
    with house.running(service) as parts:
        house.wait(lambda: service.is_holding)
        (found, *_), building = house.ask(QUESTION), house.shown()["building"]
        assert (found.file_id, found.dense > 0.2) == (ids["leave"], True)
        assert QUESTION not in service.asked
        assert building["embedder"].startswith("remote/turned/")
        assert (building["number"], building["files"]) == (1, 3)
        asking = Asking(house)
        service.release()
        house.wait(lambda: house.has_switched(1))
        assert set(asking.stop()) == {ids["leave"]}
        (found, *_) = house.ask(QUESTION)
        assert (found.file_id, found.dense > 0.2) == (ids["leave"], True)
        assert service.asked[-1] == QUESTION
        assert house.shown() == {"number": 1, "embedder": building["embedder"], "building": None}
        assert (house.store.dimensions, parts.embedder.dimensions) == (256, 256)
        assert house.rows(house.store.collection) == before
        assert parts.statistics.look_up(house.store.collection, []) == told
        house.check_exact()
        parts.database.close()
        kept = b"".join(path.read_bytes() for path in house.folder.glob("lectern.db*"))
        assert b"http://127.0.0.1" in kept
        assert b"secret-of-the-service" not in kept
    asked = len(service.asked)
    with house.running(service):
        time.sleep(0.3)
        assert (house.store.generation, house.shown()["building"]) == (1, None)
        assert len(service.asked) - asked < 20  # what it is recognised by, and nothing of the store


def test_files_that_come_change_and_leave_while_it_is_built_are_neither_lost_nor_back(
    house: House, service: EmbeddingService
) -> None:
    with house.running():
        ids = house.fill(leave=LEAVE, travel=TRAVEL, router=ROUTER)
    service.hold(after=13)  # what it is recognised by, twice, and the first file's rows
    with house.running(service) as parts:
        house.wait(lambda: service.is_holding)
        bridge = house.add("bridge.md", BRIDGE)
        house.wait(house.is_read)
        assert house.ask("When was the bridge opened?")[0].file_id == bridge
        parts.stores.detach(house.store.id, ids["leave"])
        newer = house.add("travel.md", TRAVEL.replace("240", "260"), ids["travel"])
        house.wait(house.is_read)
        parts.uploads.delete(ids["router"])
        again = parts.stores.attach(house.store.id, Placement(ids["leave"], {"again": True}))
        house.wait(house.is_read)
        assert house.shown()["building"]["number"] == 1
        service.release()
        house.wait(lambda: house.has_switched(1))
        house.check_exact()
        assert house.rows(house.store.collection).keys() == {bridge, newer, again.file_id}
        assert house.ask("When was the bridge opened?")[0].file_id == bridge
        assert "260 francs" in house.ask("What may a hotel in Zurich cost?")[0].text
        assert all("small button" not in passage.text for passage in house.ask("Where is the small button?"))


def test_a_file_that_is_being_read_during_the_switch_is_read_again_for_the_new_embedder(
    house: House, service: EmbeddingService
) -> None:
    with house.running(service):
        house.fill(leave=LEAVE)
        service.hold(after=0)
        late = house.add("late.md", BRIDGE)
        house.wait(lambda: service.is_holding)
        service.broken = True  # so that it is not read when this ends
    service.broken = False
    service.hold(after=len(PROBES))
    with house.running():
        house.wait(lambda: service.is_holding and house.has_switched(1))
        assert not house.is_read()
        service.release()
        house.wait(house.is_read)
        assert house.ask("When was the bridge opened?")[0].file_id == late
        house.check_exact()


def test_what_arrives_while_the_old_embedder_is_gone_is_read_for_the_new_one(
    house: House, service: EmbeddingService
) -> None:
    with house.running(service):
        house.fill(leave=LEAVE, travel=TRAVEL)
    service.broken = True
    with house.running(builds=False) as parts:
        parts.embedders.look()
        (found, *_) = house.ask("What may a hotel in Zurich cost?")
        assert (found.dense, found.sparse > 0, "240 francs" in found.text) == (0.0, True, True)
        late = house.add("late.md", BRIDGE)
        SqlGenerations(parts.database).begin(house.store.id, parts.embedder.fingerprint, parts.embedder.dimensions)
        (told,) = store_findings(parts.settings)
        assert (told.verdict, "0 of 2 files" in told.detail, "words alone" in told.detail) == (Verdict.WARN, True, True)
        parts.rebuilder.start(builds=True)
        house.wait(lambda: house.has_switched(1) and house.is_read())
        assert house.ask("When was the bridge opened?")[0].file_id == late
        house.check_exact()
        (told,) = store_findings(parts.settings)
        assert (told.verdict, told.detail.startswith("each answers")) == (Verdict.OK, True)


def test_a_new_embedder_that_fails_is_tried_again_and_dropped_when_the_settings_go_back(
    house: House, service: EmbeddingService
) -> None:
    with house.running() as parts:
        house.fill(leave=LEAVE, travel=TRAVEL, router=ROUTER)
    service.hold(after=13)
    with house.running(service) as parts:
        house.wait(lambda: service.is_holding)
        service.broken = True
        service.release()
        time.sleep(1.0)
        assert house.ask(QUESTION)[0].dense > 0.2
        assert house.shown()["building"]["files_done"] < 3
        (told,) = store_findings(parts.settings)
        assert (told.verdict, "of 3 files so far" in told.detail) == (Verdict.OK, True)
        half = parts.index.count(f"{house.store.id}_g1")
    service.broken = False
    with house.running() as parts:
        house.wait(lambda: house.has_switched(0))
        assert (house.ask(QUESTION)[0].dense > 0.2, house.shown()["building"]) == (True, None)
        with pytest.raises(IndexUnavailable, match="missing"):
            parts.index.count(f"{house.store.id}_g1")
        house.check_exact()
    service.broken = True
    with house.running(service) as parts:  # known from before, so it may be wanted before it answers
        time.sleep(0.3)
        assert house.ask(QUESTION)[0].dense > 0.2
        service.broken = False
        house.wait(lambda: house.has_switched(2))
        assert parts.index.count(house.store.collection) > half >= 0
        house.check_exact()


def test_a_service_whose_model_was_exchanged_behind_its_name_counts_as_a_new_embedder(
    house: House, service: EmbeddingService
) -> None:
    with house.running(service):
        house.fill(leave=LEAVE, travel=TRAVEL)
        first = house.store.fingerprint
    embed = service.embed

    def other_hardware(texts: Sequence[str]) -> Vectors:
        vectors = embed(texts)
        noisy: Vectors = vectors + np.random.default_rng(1).normal(0, 3e-3, vectors.shape).astype(np.float32)
        return noisy

    service.embed = other_hardware
    with house.running(service):
        time.sleep(0.3)
        assert (house.store.fingerprint, house.shown()["building"]) == (first, None)
        service.embed = lambda texts: embed(texts)[:, ::-1]
        service.broken = True
        with pytest.raises(EmbedderUnavailable):
            house.ask(QUESTION)
        service.broken = False
        house.wait(lambda: house.has_switched(1))  # without a start: it is looked at whenever it comes back
        assert house.store.fingerprint == f"{first}/2"
        assert house.ask(QUESTION)[0].dense > 0.2
        house.check_exact()
    service.embed = lambda texts: hashed(texts, 48, "third")
    with house.running(service):
        house.wait(lambda: house.has_switched(2))
        assert (house.store.fingerprint, house.store.dimensions) == (f"{first}/3", 48)
    service.embed = embed
    with house.running(service):
        house.wait(lambda: house.has_switched(3))
        assert house.store.fingerprint == first
        house.check_exact()


def test_a_service_that_moves_is_the_same_embedder(house: House, service: EmbeddingService) -> None:
    with house.running(service):
        house.fill(leave=LEAVE)
        first = house.store.fingerprint
    with EmbeddingService(service.embed) as moved, house.running(moved):
        service.close()
        time.sleep(0.3)
        assert (house.store.fingerprint, house.shown()["building"]) == (first, None)
        assert house.ask(QUESTION)[0].dense > 0.2


def test_a_start_does_not_wait_for_a_service_that_was_never_reached(house: House, service: EmbeddingService) -> None:
    service.broken = True
    with house.running(service) as parts:
        with pytest.raises(EmbedderUnavailable, match="never reached"):
            parts.stores.create("all", [], {})
        assert parts.catalog.store_by_name("all", LECTERN) is None
        service.broken = False
        house.wait(lambda: parts.embedder.fingerprint)
        house.fill(leave=LEAVE)
        assert house.ask(QUESTION)[0].dense > 0.2


def test_chunks_too_long_for_the_new_embedder_are_made_anew_of_the_original(
    house: House, service: EmbeddingService
) -> None:
    long = "# Rules\n\n" + " ".join(
        f"Rule {number} says that door {number} is locked at night." for number in range(40)
    )
    with house.running() as parts:
        ids = house.fill(long=long, lost=long.replace("door", "gate"), leave=LEAVE)
        before = house.rows(house.store.id)
        for file_id in (ids["lost"],):  # as with a protected file whose password was forgotten
            parts.blobs.delete(elements_name(file_id))
            with parts.blobs.write(blob_name(file_id), file_id) as out:
                out.write(b" ")
    with house.running(service, embedder_max_tokens=64) as parts:
        house.wait(lambda: house.has_switched(1))
        after = house.rows(house.store.collection)
        assert max(parts.embedder.count_tokens(service.asked)) <= 64
        assert len(after[ids["long"]]) > 2 * len(before[ids["long"]])
        assert (after[ids["lost"]], after[ids["leave"]]) == (before[ids["lost"]], before[ids["leave"]])
        assert "door 33 " in house.ask("Is door 33 locked?")[0].text
        assert "gate 33 " in house.ask("Is gate 33 locked?")[0].text
        house.check_exact()


def test_a_worker_with_other_settings_writes_the_vectors_of_the_stores_embedder(
    house: House, service: EmbeddingService, minilm: MiniLm
) -> None:
    with house.running():
        house.fill(leave=LEAVE)
    with house.running(service, chooses=False) as parts:
        late = house.add("late.md", BRIDGE)
        house.wait(house.is_read)
        time.sleep(0.3)
        assert (house.store.fingerprint, house.shown()["building"]) == (minilm.fingerprint, None)
        (vector,) = parts.index.vectors(house.store.id, sorted(parts.index.ids(house.store.id, late))).values()
        (passage,) = [found for found in house.ask("When was the bridge opened?") if found.file_id == late]
        assert passage.text.startswith("The first cars")
        assert float(vector @ minilm.embed([f"Bridge\n{passage.text}"])[0]) > 0.999
        assert service.asked == []
        house.check_exact()
