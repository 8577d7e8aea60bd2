"""Has stores come to answer from the embedder that is wanted, in the background."""

import hashlib
import threading
import time
from typing import Final

import structlog

from server.documents.generations import REBUILD, Generations
from server.documents.heartbeat import LEASE_SECONDS, RETRY_SECONDS, Heartbeat, LostLeaseError
from server.documents.rebuild import Rebuild
from server.errors import EmbedderUnavailable, IndexUnavailable, UnknownStore
from server.model import Lease
from server.ports import Jobs

TICK_SECONDS: Final = 2.0
IDLE_SECONDS: Final = 0.5

log = structlog.get_logger()


class Rebuilder:
    """One thread looks what is to be done and removes what is left behind, another one builds, one store at a time."""

    def __init__(self, jobs: Jobs, generations: Generations, rebuild: Rebuild, name: str) -> None:
        self._jobs = jobs
        self._generations = generations
        self._rebuild = rebuild
        self._name = name
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, *, builds: bool) -> None:
        """Begins to look, and to build unless others do."""
        for name, work in (("generations", self._look), ("rebuild", self._build)):
            if builds or work == self._look:
                thread = threading.Thread(target=work, name=name, daemon=True)
                thread.start()
                self._threads.append(thread)

    def stop(self) -> None:
        """Ends; jobs under way go back to the queue and lose nothing that was written."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _look(self) -> None:
        while not self._stopping.is_set():
            try:
                self._generations.plan()
                self._generations.sweep()
            except Exception:
                log.exception("Generations could not be looked through; trying again")
                self._stopping.wait(RETRY_SECONDS)
            self._stopping.wait(TICK_SECONDS)

    def _build(self) -> None:
        while not self._stopping.is_set():
            try:
                lease = self._jobs.claim(self._name, [REBUILD], LEASE_SECONDS)
            except Exception:
                log.exception("The queue could not be read; trying again")
                self._stopping.wait(RETRY_SECONDS)
                continue
            if lease is None:
                self._stopping.wait(IDLE_SECONDS)
                continue
            self._run(lease)

    def _run(self, lease: Lease) -> None:
        started = time.monotonic()
        heartbeat = Heartbeat(self._jobs, lease, self._stopping)
        try:
            with heartbeat:
                built = self._rebuild.run(lease.subject, heartbeat)
            self._jobs.finish(lease)
        except LostLeaseError:
            self._jobs.release(lease)
        except UnknownStore:
            self._jobs.finish(lease)
        except (EmbedderUnavailable, IndexUnavailable) as error:
            log.warning("The store's new embedder must wait; trying again", store=lease.subject, reason=error.message)
            self._jobs.release(lease, RETRY_SECONDS)
        except Exception as error:
            trace = hashlib.sha256(f"{lease.job_id}{lease.fence}".encode()).hexdigest()[:12]
            log.exception("Building a generation failed", store=lease.subject, trace=trace, exc_info=error)
            self._jobs.release(lease, RETRY_SECONDS)
        else:
            if built is not None:
                seconds = round(time.monotonic() - started, 2)
                told = {"embedder": built.fingerprint, "generation": built.number, "seconds": seconds}
                log.info("The store answers from its new embedder", store=built.store_id, **told)
