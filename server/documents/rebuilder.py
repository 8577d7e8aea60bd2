"""Has stores come to answer from the embedder that is wanted, in the background."""

import threading
import time
from typing import Final

import structlog

from server.documents.generations import REBUILD, Generations
from server.documents.rebuild import Rebuild
from server.errors import EmbedderUnavailable, IndexUnavailable, UnknownStore
from server.jobs.heartbeat import Heartbeat
from server.jobs.loop import Loop, TryLater
from server.model import Lease
from server.ports import Jobs

TICK_SECONDS: Final = 2.0
RETRY_SECONDS: Final = 15.0

log = structlog.get_logger()


class Rebuilder:
    """One thread looks what is to be done and removes what is left behind, another one builds, one store at a time."""

    def __init__(self, jobs: Jobs, generations: Generations, rebuild: Rebuild, name: str) -> None:
        self._generations = generations
        self._rebuild = rebuild
        self._stopping = threading.Event()
        self._looking = threading.Thread(target=self._look, name="generations", daemon=True)
        self._building = Loop(jobs, REBUILD, self._build, name)

    def start(self, *, builds: bool) -> None:
        """Begins to look, and to build unless others do."""
        self._looking.start()
        if builds:
            self._building.start()

    def stop(self) -> None:
        """Ends; jobs under way go back to the queue and lose nothing that was written."""
        self._stopping.set()
        if self._looking.ident is not None:
            self._looking.join()
        self._building.stop()

    def _look(self) -> None:
        while not self._stopping.is_set():
            try:
                self._generations.plan()
                self._generations.sweep()
            except Exception:
                log.exception("Generations could not be looked through; trying again")
                self._stopping.wait(RETRY_SECONDS)
            self._stopping.wait(TICK_SECONDS)

    def _build(self, lease: Lease, heartbeat: Heartbeat) -> None:
        started = time.monotonic()
        try:
            built = self._rebuild.run(lease.subject, heartbeat)
        except UnknownStore:
            return
        except (EmbedderUnavailable, IndexUnavailable) as error:
            log.warning("The store's new embedder must wait; trying again", store=lease.subject, reason=error.message)
            raise TryLater from error
        if built is not None:
            seconds = round(time.monotonic() - started, 2)
            told = {"embedder": built.fingerprint, "generation": built.number, "seconds": seconds}
            log.info("The store answers from its new embedder", store=built.store_id, **told)
