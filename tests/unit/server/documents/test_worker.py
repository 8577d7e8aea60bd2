import threading
from collections.abc import Iterator

import pytest

from server.adapters.database.engine import Database
from server.adapters.database.jobs import SqlJobs
from server.documents.ingestion import Watch
from server.documents.standing import INGEST
from server.documents.worker import Worker
from server.errors import UnknownFile
from server.model import Priority, StoreFile
from server.ports import Jobs


class Reads:
    """Stands for `Ingestion`: files named slow are read until they may end, all others at once."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.may_end = threading.Event()
        self.changed = threading.Condition()

    def run(self, store_id: str, file_id: str, watch: Watch) -> StoreFile:
        self._note(f"begun {file_id}")
        if file_id.startswith("slow"):
            assert self.may_end.wait(30)
        self._note(file_id)
        raise UnknownFile(file=file_id)  # the file is gone: nothing to write down

    def await_all(self, *wanted: str) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: set(wanted) <= set(self.done), 30)

    def _note(self, what: str) -> None:
        with self.changed:
            self.done.append(what)
            self.changed.notify_all()


@pytest.fixture
def jobs(sqlite: Database) -> Jobs:
    return SqlJobs(sqlite)


@pytest.fixture
def reads() -> Iterator[Reads]:
    reads = Reads()
    yield reads
    reads.may_end.set()


def add(jobs: Jobs, file_id: str, priority: Priority) -> None:
    jobs.add(INGEST, file_id, {"store_id": "vs", "file_id": file_id}, priority)


def worker_of(jobs: Jobs, reads: Reads) -> Worker:
    return Worker(jobs, reads, None, "here:1:1", lambda *_: None)  # type: ignore[arg-type]


def test_what_a_person_waits_for_is_read_while_a_long_import_holds_every_thread(jobs: Jobs, reads: Reads) -> None:
    for number in range(3):
        add(jobs, f"slow{number}", Priority.BULK)
    worker = worker_of(jobs, reads)
    worker.start(2)
    assert reads.await_all("begun slow0", "begun slow1")
    add(jobs, "urgent", Priority.INTERACTIVE)
    assert reads.await_all("urgent")
    assert "begun slow2" not in reads.done
    reads.may_end.set()
    assert reads.await_all("slow0", "slow1", "slow2")
    worker.stop()


def test_no_threads_read_nothing(jobs: Jobs, reads: Reads) -> None:
    add(jobs, "a", Priority.INTERACTIVE)
    worker = worker_of(jobs, reads)
    worker.start(0)
    worker.stop()
    assert jobs.counts() == {"queued": 1, "running": 0}
