"""Which embedder the stores are to have, and what is left of the generations they had before."""

from collections.abc import Sequence

import structlog

from ingest.ports import Embedder
from server.errors import EmbedderUnavailable, UnknownStore
from server.model import Building, Generation, Priority
from server.ports import Catalog, Embedders, Index, Jobs, Statistics
from server.ports import Generations as Rows

REBUILD = "rebuild"
BEGUN_AT_ONCE = 100

log = structlog.get_logger()


class Generations:
    """The generations of this Lectern's stores."""

    def __init__(
        self, rows: Rows, catalog: Catalog, embedders: Embedders, index: Index, statistics: Statistics, jobs: Jobs
    ) -> None:
        self._rows = rows
        self._catalog = catalog
        self._embedders = embedders
        self._index = index
        self._statistics = statistics
        self._jobs = jobs

    def wanted(self) -> Embedder:
        """The embedder of new stores. Raises EmbedderUnavailable while none is known."""
        return self._embedders.wanted()

    def building(self, store_ids: Sequence[str]) -> dict[str, Building]:
        """Those of the stores of which a generation is being built, and how far it is."""
        return self._rows.building(store_ids)

    def plan(self) -> None:
        """Begins a generation of each store that has another embedder than is wanted, rolls back those that were begun
        for one that is not wanted any more, and has jobs build what is under way."""
        self._embedders.look()
        try:
            wanted = self._embedders.wanted()
        except EmbedderUnavailable:
            return
        while store_ids := self._rows.unlike(wanted.fingerprint, BEGUN_AT_ONCE):
            for store_id in store_ids:
                self._jobs.cancel(REBUILD, store_id)
                begun = self._rows.begin(store_id, wanted.fingerprint, wanted.dimensions)
                event = "The embedder is changed back" if begun is None else "A store is to change its embedder"
                log.info(event, store=store_id, embedder=wanted.fingerprint)
        under_way = self._rows.under_way()
        if under_way:
            self._jobs.add_all(REBUILD, {generation.store_id: {} for generation in under_way}, Priority.BULK)

    def sweep(self) -> int:
        """Removes what lies of generations that no question will be answered from again; returns how many they were.
        Killed in the middle, it goes on with the next call."""
        leaving = self._rows.leaving()
        for generation in leaving:
            self._remove(generation)
        return len(leaving)

    def remove_store(self, store_id: str) -> None:
        """Removes a store with all its generations. Raises UnknownStore."""
        self._jobs.cancel(REBUILD, store_id)
        self._catalog.remove_store(store_id)
        for generation in self._rows.leaving():
            if generation.store_id == store_id:
                self._remove(generation)

    def clear(self, store_id: str, file_id: str) -> None:
        """Removes what lies of a file in the generation that answers; the one under way clears itself."""
        try:
            collection = self._catalog.store(store_id).collection
        except UnknownStore:
            collection = store_id
        self._index.delete_file(collection, file_id)
        self._statistics.remove(collection, file_id)

    def _remove(self, generation: Generation) -> None:
        self._index.drop(generation.collection)
        self._statistics.drop(generation.collection)
        self._rows.forget(generation)
        log.info("A generation was removed", store=generation.store_id, number=generation.number)
