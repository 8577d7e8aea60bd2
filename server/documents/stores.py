"""Vector stores: which files they hold, and how those became (or did not become) searchable."""

import contextlib
import time
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from server.documents.attributes import check_attributes
from server.documents.filters import matches
from server.documents.generations import Generations
from server.documents.passwords import Passwords
from server.documents.placement import Placement, wished
from server.documents.standing import INGEST, PLAIN, StoreOptions, StoreView, as_seen, job_subject, with_progress
from server.errors import ExpiredStore, InvalidRequest, StoreFull, UnknownFile
from server.model import (
    LECTERN,
    Caller,
    Chunking,
    FileStatus,
    Page,
    Priority,
    Role,
    StoreFile,
    StoreRecord,
    all_in_turn,
)
from server.ports import Catalog, Index, Jobs, Rights, Sizes

MOST_FILES_AT_ONCE = 2000
SWEPT_AT_ONCE = 200


class Stores:
    """The vector stores of this Lectern."""

    def __init__(
        self,
        catalog: Catalog,
        index: Index,
        generations: Generations,
        jobs: Jobs,
        passwords: Passwords,
        rights: Rights,
        sizes: Sizes,
    ) -> None:
        self._catalog = catalog
        self._index = index
        self._generations = generations
        self._jobs = jobs
        self._passwords = passwords
        self._rights = rights
        self._sizes = sizes

    def create(
        self,
        name: str,
        file_ids: Sequence[str],
        metadata: Mapping[str, str],
        priority: Priority = Priority.BULK,
        *,
        chunking: Chunking | None = None,
        options: StoreOptions = PLAIN,
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
        store = StoreRecord(
            store_id,
            name or store_id,
            now,
            now,
            embedder.dimensions,
            embedder.fingerprint,
            metadata,
            description=options.description,
            expires_days=options.expires_days,
            owner=options.access.owner,
            shared=options.access.shared,
        )
        self._index.create(store.collection, store.dimensions)
        self._catalog.add_store(store, options.access.grants)
        self.attach_all(store_id, [Placement(file_id, chunking=chunking) for file_id in file_ids], priority)
        return self.view(store_id, LECTERN)

    def view(self, store_id: str, caller: Caller) -> StoreView:
        """A store as the caller may see it. Raises UnknownStore."""
        return self._views([self._catalog.store(store_id)], caller)[0]

    def page(self, page: Page, caller: Caller) -> list[StoreView]:
        """A page of the stores that the caller may read, by time of creation."""
        return self._views(self._catalog.stores(page, caller), caller)

    def _views(self, stores: Sequence[StoreRecord], caller: Caller) -> list[StoreView]:
        ids = [store.id for store in stores]
        counts = self._catalog.file_counts(ids, caller)
        # How far a generation is tells how many files there are, also of those that are kept from the caller.
        building = {
            store_id: one
            for store_id, one in self._generations.building(ids).items()
            if self._rights.readable(caller, store_id) is None
        }
        roles = self._rights.roles(caller, ids)
        return [
            StoreView(store, counts.get(store.id, {}), roles.get(store.id, Role.READER), building.get(store.id))
            for store in stores
        ]

    def update(self, store_id: str, changes: Mapping[str, Any], caller: Caller) -> StoreView:
        """Sets what is given of name, description, metadata and expires_days.

        Raises:
            UnknownStore: there is no such store.
            ExpiredStore: it is to expire later, but has expired already.
        """
        if "expires_days" in changes:
            self.check_lasting(store_id)
        self._catalog.touch_store(store_id, int(time.time()))  # first: the days count from now on
        self._catalog.update_store(store_id, changes)
        return self.view(store_id, caller)

    def delete(self, store_id: str) -> None:
        """Removes a store; the files themselves stay, but for those it owns. Raises UnknownStore."""
        self._catalog.store(store_id)
        for entry in self._catalog.all_store_files(store_id):
            self._jobs.cancel(INGEST, job_subject(store_id, entry.file_id))
        self._generations.remove_store(store_id)

    def attach(
        self, store_id: str, wish: Placement, priority: Priority = Priority.INTERACTIVE, password: str | None = None
    ) -> StoreFile:
        """Puts a file into a store; a job reads it. A file that is there already is read again only if it failed, was
        cancelled or is to be parted otherwise. A password opens a protected file; it is forgotten once the file was
        read.

        Raises:
            UnknownStore, UnknownFile, InvalidRequest: no such thing, or attributes that cannot be kept.
            ExpiredStore, StoreFull: the store holds nothing any more, or as much as it may.
        """
        if wish.replaces == wish.file_id:
            raise InvalidRequest(detail="a file cannot replace itself: upload the new version first", param="replaces")
        here = self._looked_up(store_id, [wish])
        before = here.get(wish.file_id)
        entry = wished(store_id, wish, here)
        if entry is None:
            assert before is not None  # noqa: S101 - else it would have entered
            if wish.replaces is not None and before.status == FileStatus.COMPLETED:
                self.detach(store_id, wish.replaces)
            if wish.attributes:
                before = self._catalog.set_attributes(store_id, wish.file_id, wish.attributes)
            if before.status == FileStatus.COMPLETED:
                return before
        else:
            before = self._catalog.attach(entry)
        if password:
            self._passwords.keep(wish.file_id, password)
        # The row comes first and says what is meant; a job lost to a crash between the two is queued again at start.
        self.queue(before, priority)
        return before

    def attach_all(self, store_id: str, wishes: Sequence[Placement], priority: Priority = Priority.BULK) -> None:
        """Puts many files into a store, all or none; those that are there already are treated as by `attach`.

        Raises:
            UnknownStore, UnknownFile, InvalidRequest, ExpiredStore, StoreFull: as `attach`, or too many at once.
        """
        if len(wishes) > MOST_FILES_AT_ONCE:
            raise InvalidRequest(detail=f"at most {MOST_FILES_AT_ONCE} files at once", param="file_ids")
        wishes = list({wish.file_id: wish for wish in wishes}.values())
        here = self._looked_up(store_id, wishes)
        entering = []
        for wish in wishes:
            entry = wished(store_id, wish, here)
            if entry is not None:
                entering.append(entry)
            elif wish.attributes:
                self._catalog.set_attributes(store_id, wish.file_id, wish.attributes)
        self.queue_all(self._catalog.attach_all(entering), priority)

    def _looked_up(self, store_id: str, wishes: Sequence[Placement]) -> dict[str, StoreFile]:
        """How the files, and those they are to replace, stand in the store now; notes that it is used."""
        self.check_lasting(store_id)
        most = self._sizes.store(store_id)
        if most is not None and (used := self._sizes.used(store_id)) >= most:
            raise StoreFull(detail=f"it holds {used} bytes and may hold {most}")
        known = self._catalog.files_by_id([wish.file_id for wish in wishes])
        for wish in wishes:
            if wish.file_id not in known:
                raise UnknownFile(file=wish.file_id, param="file_id" if len(wishes) == 1 else "file_ids")
            check_attributes(wish.attributes)
        replaced = [wish.replaces for wish in wishes if wish.replaces is not None]
        here = self._catalog.store_files_by_id(store_id, [*known, *replaced])
        for file_id in replaced:
            if file_id not in here:
                raise UnknownFile(file=file_id, param="replaces")
        roots = [entry.replaces for entry in here.values() if entry.replaces is not None]
        here |= self._catalog.store_files_by_id(store_id, roots)
        self._catalog.touch_store(store_id, int(time.time()))
        return here

    def check_lasting(self, store_id: str) -> None:
        """Returns if the store has not expired. Raises UnknownStore, ExpiredStore."""
        store = self._catalog.store(store_id)
        if store.expired(time.time()):
            raise ExpiredStore(store=store.id, days=store.expires_days)

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
        self.take_out(store_id, file_id)

    def take_out(self, store_id: str, file_id: str) -> None:
        """As `detach`, of a file that may have expired."""
        self._catalog.detach(store_id, file_id)
        self._clear(store_id, file_id)

    def give_up(self, store_id: str, file_id: str) -> bool:
        """Ends the reading of a file, which stays in the store, cancelled; `attach` begins it anew. False if it is not
        being read."""
        if not self._catalog.give_up(store_id, file_id):
            return False
        self._clear(store_id, file_id)
        return True

    def sweep(self, delete: Callable[[str], None]) -> int:
        """Clears what still lies in the index of files that left, also because their store expired, and deletes those
        that their store owned; returns how many there were. Killed in the middle, it goes on with the next call."""
        for store_id in self._catalog.expired_stores(SWEPT_AT_ONCE):
            self._catalog.empty_store(store_id)
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

    def entry(self, store_id: str, file_id: str, caller: Caller) -> StoreFile:
        """A file's standing in a store as the caller may see it, with the progress of its job. Raises UnknownStore,
        UnknownFile."""
        self._catalog.store(store_id)
        return self.shown(store_id, [self._catalog.store_file(store_id, file_id)], caller)[0]

    def entries(self, store_id: str, status: str | None, page: Page, caller: Caller) -> list[StoreFile]:
        """A page of those of a store's files that the caller may read. Raises UnknownStore."""
        self._catalog.store(store_id)
        return self.shown(store_id, self._catalog.store_files(store_id, status, page, caller), caller)

    def shown(self, store_id: str, entries: list[StoreFile], caller: Caller) -> list[StoreFile]:
        """The standings, without a word on files that are kept from the caller."""
        return as_seen(with_progress(entries, self._jobs), self._rights.readable(caller, store_id))

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
            if matches(filters, attributes) and (readable is None or file_id in readable)
        ]

    def resume(self) -> int:
        """Queues again what should be under way but has no job; returns how many files that were."""
        count, after = 0, None
        while stores := self._catalog.stores(all_in_turn(after), LECTERN):
            after = stores[-1].id
            for store in stores:
                entries = self._catalog.all_store_files(store.id)
                unread = [entry for entry in entries if entry.status == FileStatus.IN_PROGRESS]
                self.queue_all(unread, Priority.BULK)
                count += len(unread)
        return count
