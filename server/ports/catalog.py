"""Rows of files and vector stores."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from server.model import AnsweringFile, Caller, Departure, FileRecord, Page, Role, StoreFile, StoreRecord


class Catalog(Protocol):
    """Rows of files, vector stores and the files in them."""

    def add_file(self, *added: FileRecord) -> None:
        """Stores the rows, all or none."""
        ...

    def file(self, file_id: str) -> FileRecord:
        """Raises UnknownFile."""
        ...

    def files(self, purpose: str | None, page: Page, caller: Caller) -> list[FileRecord]:
        """A page of the files that the caller may read, by creation time."""
        ...

    def files_by_id(self, file_ids: Sequence[str]) -> dict[str, FileRecord]:
        """Those of the files that exist, and have not expired."""
        ...

    def expired_files(self, limit: int) -> list[str]:
        """Ids of files that have expired and are not removed yet."""
        ...

    def set_media_type(self, file_id: str, media_type: str) -> None:
        """Notes what the content was found to be."""
        ...

    def remove_file(self, file_id: str) -> None:
        """Removes the row and its places in stores."""
        ...

    def add_store(self, store: StoreRecord, grants: Mapping[str, Role] | None = None) -> None:
        """Stores the row, and the roles that principals have in it."""
        ...

    def store(self, store_id: str) -> StoreRecord:
        """Raises UnknownStore."""
        ...

    def store_by_name(self, name: str, caller: Caller) -> StoreRecord | None:
        """The store of that id, else the oldest of that name, of those that the caller may read."""
        ...

    def stores(self, page: Page, caller: Caller) -> list[StoreRecord]:
        """A page of the stores that the caller may read, by creation time."""
        ...

    def update_store(self, store_id: str, changes: Mapping[str, Any]) -> StoreRecord:
        """Sets the fields of the store that are given (name, description, metadata, expires_days). Raises
        UnknownStore."""
        ...

    def touch_store(self, store_id: str, now: int) -> None:
        """Notes a use; one that has expired stays so."""
        ...

    def expired_stores(self, limit: int) -> list[str]:
        """Ids of stores that have expired and still hold files."""
        ...

    def empty_store(self, store_id: str) -> None:
        """Takes all files out of the store, and notes that they left."""
        ...

    def remove_store(self, store_id: str) -> None:
        """Removes the row and the places of files in it; its generations are leaving then."""
        ...

    def attach(self, entry: StoreFile) -> StoreFile:
        """Puts a file into a store, or back to in_progress if it is there. What another successor of the same file has
        not completed leaves; the entry comes back with the file that answers until then. Raises UnknownStore,
        UnknownFile."""
        ...

    def attach_all(self, new: Sequence[StoreFile]) -> list[StoreFile]:
        """As `attach` for each; all or none."""
        ...

    def store_file(self, store_id: str, file_id: str) -> StoreFile:
        """Raises UnknownFile."""
        ...

    def store_files_by_id(self, store_id: str, file_ids: Sequence[str]) -> dict[str, StoreFile]:
        """Those of the files that are in the store, as they stood at one moment."""
        ...

    def answering(self, store_id: str, file_ids: Sequence[str]) -> tuple[tuple[int, int], dict[str, AnsweringFile]]:
        """The store's version, and those of the files that questions are answered from, as they stood at that one
        moment. Raises UnknownStore."""
        ...

    def store_files(self, store_id: str, status: str | None, page: Page, caller: Caller) -> list[StoreFile]:
        """A page of a store's files, but for those that are kept from the caller."""
        ...

    def all_store_files(self, store_id: str) -> list[StoreFile]:
        """Every file of a store."""
        ...

    def attributes(self, store_id: str) -> list[tuple[str, Mapping[str, str | float | bool]]]:
        """(id, attributes) of every file of a store, for filters: much quicker than all that is known of them."""
        ...

    def stores_of_file(self, file_id: str) -> list[str]:
        """Ids of the stores that hold the file."""
        ...

    def set_outcome(self, entry: StoreFile) -> bool:
        """Writes how reading ended; a file that is completed takes the place of the one it replaces in the same
        moment. False if it has left the store meanwhile, or was read into another generation than answers now."""
        ...

    def give_up(self, store_id: str, file_id: str) -> bool:
        """Gives up a file that is not read yet: it stays in the store, cancelled. False if there is none such."""
        ...

    def set_attributes(self, store_id: str, file_id: str, attributes: Mapping[str, str | float | bool]) -> StoreFile:
        """Replaces a file's attributes."""
        ...

    def detach(self, store_id: str, file_id: str) -> None:
        """Takes the file out of the store, and notes that it left."""
        ...

    def detach_all(self, store_id: str, file_ids: Sequence[str], *, delete: bool) -> list[str]:
        """Takes those of the files that are in the store out of it, all in one, and notes that they left; with
        `delete`, that the store owned them. Returns their ids."""
        ...

    def departures(self, limit: int) -> list[Departure]:
        """Files that left a store and of which something may still lie in the index."""
        ...

    def forget_departure(self, departure: Departure) -> None:
        """Nothing is left of it."""
        ...

    def file_counts(self, store_ids: Sequence[str], caller: Caller) -> dict[str, dict[str, int]]:
        """Store -> status -> files, with usage_bytes under that name; what is kept from the caller counts not."""
        ...
