"""Lists of a store's files, as people look through them; and what leaves a store at once."""

from collections.abc import Mapping, Sequence

from server.documents.standing import StoreFileView
from server.documents.stores import MOST_FILES_AT_ONCE, Stores
from server.errors import InvalidRequest, UnknownFile
from server.model import Caller, FilesWanted, Page, StoreFile
from server.ports import Catalog, FileLists


class Listing:
    """The files of stores with what is known of them."""

    def __init__(self, lists: FileLists, catalog: Catalog, stores: Stores) -> None:
        self._lists = lists
        self._catalog = catalog
        self._stores = stores

    def page(self, store_id: str, wanted: FilesWanted, page: Page, caller: Caller) -> list[StoreFileView]:
        """A page of the files wanted that the caller may read. Raises UnknownStore, InvalidRequest."""
        self._catalog.store(store_id)
        return self.described(self._stores.shown(store_id, self._lists.page(store_id, wanted, page, caller), caller))

    def counts(self, store_id: str, wanted: FilesWanted, caller: Caller) -> Mapping[str, int]:
        """How many files of each kind there are among those wanted of any kind; `total`: how many are wanted."""
        return self._lists.counts(store_id, wanted, caller)

    def one(self, store_id: str, file_id: str, caller: Caller) -> StoreFileView:
        """One file as the caller may see it. Raises UnknownStore, UnknownFile."""
        found = self.described([self._stores.entry(store_id, file_id, caller)])
        if not found:  # deleted meanwhile
            raise UnknownFile(file=file_id)
        return found[0]

    def described(self, entries: Sequence[StoreFile]) -> list[StoreFileView]:
        """Standings with the files themselves; those that were deleted meanwhile are left out."""
        files = self._catalog.files_by_id([entry.file_id for entry in entries])
        return [StoreFileView(entry, files[entry.file_id]) for entry in entries if entry.file_id in files]

    def detach_all(self, store_id: str, file_ids: Sequence[str], *, delete: bool) -> list[str]:
        """Takes files out of a store, all in one step; those that are not in it are passed over. With `delete`, those
        that no other store holds are deleted soon after. Returns the ids of those that left.

        Raises:
            UnknownStore: there is no such store.
            InvalidRequest: these are too many at once.
        """
        if len(file_ids) > MOST_FILES_AT_ONCE:
            raise InvalidRequest(detail=f"at most {MOST_FILES_AT_ONCE} files at once", param="file_ids")
        self._catalog.store(store_id)
        # What lies of them in the index, and the files themselves, go by the next sweep: also if this is killed.
        return self._catalog.detach_all(store_id, file_ids, delete=delete)
