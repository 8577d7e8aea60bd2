"""Vector stores: which files they hold, and how those became (or did not become) searchable."""

import contextlib
import re
import time
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.documents.filters import matches
from server.documents.generations import Generations
from server.documents.passwords import Passwords
from server.documents.progress import QUEUED, load
from server.errors import InvalidRequest, UnknownFile
from server.model import Building, FileStatus, Page, Priority, StoreFile, StoreRecord, all_in_turn
from server.ports import Catalog, Index, Jobs

INGEST = "ingest"
MOST_ATTRIBUTES = 16
MOST_ATTRIBUTE_CHARS = 512
MOST_FILES_AT_ONCE = 2000
SWEPT_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class StoreView:
    """A store with the numbers a client is shown: files by status, and bytes used in the index; and the generation
    under way, if there is one."""

    store: StoreRecord
    counts: Mapping[str, int]
    building: Building | None = None


def job_subject(store_id: str, file_id: str) -> str:
    """How the job that reads a file into a store is named."""
    return f"{store_id}/{file_id}"


class Stores:
    """The vector stores of this Lectern."""

    def __init__(
        self,
        catalog: Catalog,
        index: Index,
        generations: Generations,
        jobs: Jobs,
        passwords: Passwords,
    ) -> None:
        self._catalog = catalog
        self._index = index
        self._generations = generations
        self._jobs = jobs
        self._passwords = passwords

    def create(
        self,
        name: str,
        file_ids: Sequence[str],
        metadata: Mapping[str, str],
        priority: Priority = Priority.BULK,
    ) -> StoreView:
        """A new store, with these files on their way into it. Raises UnknownFile, EmbedderUnavailable."""
        if len(file_ids) > MOST_FILES_AT_ONCE:
            raise InvalidRequest(detail=f"at most {MOST_FILES_AT_ONCE} files at once", param="file_ids")
        known = self._catalog.files_by_id(file_ids)
        for file_id in file_ids:
            if file_id not in known:
                raise UnknownFile(file=file_id, param="file_ids")
        now, embedder = int(time.time()), self._generations.wanted()
        store_id = f"vs_{uuid.uuid4().hex}"
        store = StoreRecord(store_id, name or store_id, now, now, embedder.dimensions, embedder.fingerprint, metadata)
        self._index.create(store.collection, store.dimensions)
        self._catalog.add_store(store)
        self.queue_all(self._catalog.attach_all(store_id, list(dict.fromkeys(file_ids)), now), priority)
        return self.view(store_id)

    def view(self, store_id: str) -> StoreView:
        """Raises UnknownStore."""
        store = self._catalog.store(store_id)
        counts, building = self._catalog.file_counts([store_id]), self._generations.building([store_id])
        return StoreView(store, counts.get(store_id, {}), building.get(store_id))

    def page(self, page: Page) -> list[StoreView]:
        """A page of stores by time of creation."""
        stores = self._catalog.stores(page)
        ids = [store.id for store in stores]
        counts, building = self._catalog.file_counts(ids), self._generations.building(ids)
        return [StoreView(store, counts.get(store.id, {}), building.get(store.id)) for store in stores]

    def update(self, store_id: str, name: str | None, metadata: Mapping[str, str] | None) -> StoreView:
        """Renames a store or replaces its metadata. Raises UnknownStore."""
        self._catalog.update_store(store_id, name, metadata)
        return self.view(store_id)

    def delete(self, store_id: str) -> None:
        """Removes a store; the files themselves stay, but for those it owns. Raises UnknownStore."""
        self._catalog.store(store_id)
        for entry in self._catalog.all_store_files(store_id):
            self._jobs.cancel(INGEST, job_subject(store_id, entry.file_id))
        self._generations.remove_store(store_id)

    def attach(
        self,
        store_id: str,
        file_id: str,
        attributes: Mapping[str, str | float | bool],
        priority: Priority = Priority.INTERACTIVE,
        *,
        password: str | None = None,
        replaces: str | None = None,
        owned: bool = False,
    ) -> StoreFile:
        """Puts a file into a store; a job reads it. A file that is there already is read again only if it failed.

        A password opens a protected file; it is forgotten once the file was read. With `replaces`, that file of the
        store answers until the new one is completed, and leaves in that moment; the new one has its attributes if none
        are given. An `owned` file is deleted when it leaves the store.

        Raises:
            UnknownStore, UnknownFile, InvalidRequest: no such thing, or attributes that cannot be kept.
        """
        self._catalog.store(store_id)
        self._catalog.file(file_id)
        check_attributes(attributes)
        if replaces == file_id:
            raise InvalidRequest(detail="a file cannot replace itself: upload the new version first", param="replaces")
        here = self._catalog.store_files_by_id(store_id, [file_id, replaces] if replaces else [file_id])
        if replaces is not None and replaces not in here:
            raise UnknownFile(file=replaces, param="replaces")
        entry = here.get(file_id)
        if entry is not None and entry.status == FileStatus.COMPLETED:
            if replaces is not None:
                self.detach(store_id, replaces)
            return self._catalog.set_attributes(store_id, file_id, attributes) if attributes else entry
        if entry is None or entry.status != FileStatus.IN_PROGRESS or replaces is not None or attributes:
            entry = self._entered(
                entry,
                StoreFile(
                    store_id,
                    file_id,
                    FileStatus.IN_PROGRESS,
                    int(time.time()),
                    attributes=attributes or (here[replaces].attributes if replaces else {}),
                    replaces=replaces,
                    owned=owned,
                ),
            )
        if password:
            self._passwords.keep(file_id, password)
        # The row comes first and says what is meant; a job lost to a crash between the two is queued again at start.
        self.queue(entry, priority)
        return entry

    def _entered(self, before: StoreFile | None, entry: StoreFile) -> StoreFile:
        """Puts a file into a store, with what it was there `before` where nothing else is asked for."""
        if before is not None:
            root = entry.replaces or before.replaces
            if root is not None and root not in self._catalog.store_files_by_id(entry.store_id, [root]):
                root = None
            attributes = entry.attributes or before.attributes
            entry = replace(entry, attributes=attributes, replaces=root, owned=entry.owned or before.owned)
        return self._catalog.attach(entry)

    def queue(self, entry: StoreFile, priority: Priority) -> None:
        """Has a file of a store read, by a job."""
        self.queue_all([entry], priority)

    def queue_all(self, entries: Sequence[StoreFile], priority: Priority) -> None:
        """Has files of stores read, by a job each."""
        payloads = {
            job_subject(entry.store_id, entry.file_id): {"store_id": entry.store_id, "file_id": entry.file_id}
            for entry in entries
        }
        self._jobs.add_all(INGEST, payloads, priority)

    def detach(self, store_id: str, file_id: str) -> None:
        """Takes a file out of a store, from the next search on. Raises UnknownStore, UnknownFile."""
        self._catalog.store(store_id)
        self._catalog.store_file(store_id, file_id)
        self._catalog.detach(store_id, file_id)
        self._clear(store_id, file_id)

    def sweep(self, delete: Callable[[str], None]) -> int:
        """Clears what still lies in the index of files that left, and deletes those that their store owned; returns how
        many there were. Killed in the middle, it goes on with the next call."""
        departures = self._catalog.departures(SWEPT_AT_ONCE)
        for departure in departures:
            self._clear(departure.store_id, departure.file_id)
            if departure.owned and not self._catalog.stores_of_file(departure.file_id):
                with contextlib.suppress(UnknownFile):
                    delete(departure.file_id)
            self._catalog.forget_departure(departure)
        return len(departures)

    def _clear(self, store_id: str, file_id: str) -> None:
        self._jobs.cancel(INGEST, job_subject(store_id, file_id))
        self._generations.clear(store_id, file_id)

    def entry(self, store_id: str, file_id: str) -> StoreFile:
        """A file's standing in a store, with the progress of its job. Raises UnknownStore, UnknownFile."""
        self._catalog.store(store_id)
        return self._with_progress([self._catalog.store_file(store_id, file_id)])[0]

    def entries(self, store_id: str, status: str | None, page: Page) -> list[StoreFile]:
        """A page of a store's files. Raises UnknownStore."""
        self._catalog.store(store_id)
        return self._with_progress(self._catalog.store_files(store_id, status, page))

    def set_attributes(self, store_id: str, file_id: str, attributes: Mapping[str, str | float | bool]) -> StoreFile:
        """Replaces a file's attributes. Raises UnknownStore, UnknownFile, InvalidRequest."""
        self._catalog.store(store_id)
        check_attributes(attributes)
        return self._catalog.set_attributes(store_id, file_id, attributes)

    def allowed(
        self, store_id: str, filters: Mapping[str, Any] | None, readable: frozenset[str] | None = None
    ) -> Collection[str] | None:
        """Ids of the store's files that fulfil an attribute filter, of those that are `readable` (None: all are); None
        where nothing is left out."""
        if filters is None:
            return readable
        files = self._catalog.attributes(store_id)
        if not files:
            matches(filters, {})
        return [
            file_id
            for file_id, attributes in files
            if (readable is None or file_id in readable) and matches(filters, attributes)
        ]

    def resume(self) -> int:
        """Queues again what should be under way but has no job; returns how many files that were."""
        count, after = 0, None
        while stores := self._catalog.stores(all_in_turn(after)):
            after = stores[-1].id
            for store in stores:
                entries = self._catalog.all_store_files(store.id)
                unread = [entry for entry in entries if entry.status == FileStatus.IN_PROGRESS]
                self.queue_all(unread, Priority.BULK)
                count += len(unread)
        return count

    def _with_progress(self, entries: list[StoreFile]) -> list[StoreFile]:
        running = [entry for entry in entries if entry.status == FileStatus.IN_PROGRESS]
        told = self._jobs.progress(INGEST, [job_subject(entry.store_id, entry.file_id) for entry in running])
        found = {subject: load(text) for subject, text in told.items()}
        return [
            replace(entry, progress=found.get(job_subject(entry.store_id, entry.file_id), QUEUED))
            if entry.status == FileStatus.IN_PROGRESS
            else entry
            for entry in entries
        ]


def check_attributes(attributes: Mapping[str, Any]) -> None:
    """Raises InvalidRequest unless there are at most 16 short keys with text, number or boolean values."""
    if len(attributes) > MOST_ATTRIBUTES:
        raise InvalidRequest(detail=f"a file has at most {MOST_ATTRIBUTES} attributes", param="attributes")
    for key, value in attributes.items():
        if not re.fullmatch(r".{1,64}", key):
            raise InvalidRequest(detail="attribute names have 1 to 64 characters", param="attributes")
        if not isinstance(value, str | int | float | bool) or (
            isinstance(value, str) and len(value) > MOST_ATTRIBUTE_CHARS
        ):
            detail = (
                f"attribute {key!r} must be a text of at most {MOST_ATTRIBUTE_CHARS} characters, a number or a boolean"
            )
            raise InvalidRequest(detail=detail, param="attributes")
