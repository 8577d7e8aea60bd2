"""The sources of vector stores: places elsewhere that a store stays in step with."""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import orjson

from server.errors import UnknownSource
from server.model import LECTERN, Caller, SourceOptions, SourceRecord, SourceStatus
from server.ports import Catalog, Keys, Rights, SourcePlaces
from server.ports import Sources as Rows

_CONTEXT = "credentials"
WEB_INTERVAL = 3600
INTERVAL = 30


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source with its files by status. Not `whole`: some of them are kept from the caller, and so is what the last
    run told of all."""

    source: SourceRecord
    counts: Mapping[str, int]
    whole: bool = True


class Sources:
    """The sources of this Lectern. Their credentials are sealed, and leave only towards the place they are for."""

    def __init__(self, rows: Rows, catalog: Catalog, keys: Keys, places: SourcePlaces, rights: Rights) -> None:
        self._rights = rights
        self._rows = rows
        self._catalog = catalog
        self._keys = keys
        self._places = places

    def create(self, store_id: str, url: str, options: SourceOptions, credentials: Mapping[str, str]) -> SourceView:
        """A new source, whose first run begins at once.

        Raises:
            UnknownStore: there is no such store.
            RefusedSource: this may not be a source.
        """
        self._catalog.store(store_id)
        self._places.check(url, options, credentials)
        now, source_id = int(time.time()), f"src_{uuid.uuid4().hex}"
        secrets = None
        if credentials:
            self._keys.create(source_id)
            told = orjson.dumps(dict(credentials)).decode()
            secrets = self._keys.seal_text(source_id, told, _CONTEXT, always=True)
        self._rows.add(SourceRecord(source_id, store_id, url, options, now, now, secrets=secrets))
        return self.view(store_id, source_id, LECTERN)

    def credentials(self, source: SourceRecord) -> Mapping[str, str]:
        """What opens the place. Raises DamagedSeal."""
        if source.secrets is None:
            return {}
        opened: dict[str, str] = orjson.loads(self._keys.open_text(source.id, source.secrets, _CONTEXT))
        return opened

    def view(self, store_id: str, source_id: str, caller: Caller) -> SourceView:
        """A source as the caller may see it. Raises UnknownStore, UnknownSource."""
        return self._views(store_id, [self._of(store_id, source_id)], caller)[0]

    def all(self, store_id: str, caller: Caller) -> list[SourceView]:
        """The store's sources as the caller may see them, in the order in which they came. Raises UnknownStore."""
        self._catalog.store(store_id)
        sources = [one for one in self._rows.of_store(store_id) if one.status != SourceStatus.DELETING]
        return self._views(store_id, sources, caller)

    def _views(self, store_id: str, sources: Sequence[SourceRecord], caller: Caller) -> list[SourceView]:
        counts = self._rows.counts([one.id for one in sources], caller)
        whole = self._rights.readable(caller, store_id) is None
        return [SourceView(one, counts[one.id], whole) for one in sources]

    def run_now(self, store_id: str, source_id: str, caller: Caller) -> SourceView:
        """Has the source looked through as soon as may be. Raises UnknownStore, UnknownSource."""
        source = self._of(store_id, source_id)
        now = int(time.time())
        self._rows.plan(source_id, now)
        return self._views(store_id, [replace(source, next_at=now)], caller)[0]

    def delete(self, store_id: str, source_id: str) -> None:
        """Removes the source; a job removes the files that came from it. Raises UnknownStore, UnknownSource."""
        source = self._of(store_id, source_id)
        self._rows.condemn(source_id)
        if source.secrets is not None:
            self._keys.destroy(source_id)

    def _of(self, store_id: str, source_id: str) -> SourceRecord:
        self._catalog.store(store_id)
        source = self._rows.source(source_id)
        if source.store_id != store_id or source.status == SourceStatus.DELETING:
            raise UnknownSource(source=source_id)
        return source
