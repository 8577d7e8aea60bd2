"""Lists of the files in vector stores."""

from collections.abc import Mapping
from typing import Protocol

from server.model import Caller, FilesWanted, Page, StoreFile


class FileLists(Protocol):
    """What a caller sees of a store's files, filtered, ordered and counted."""

    def page(self, store_id: str, wanted: FilesWanted, page: Page, caller: Caller) -> list[StoreFile]:
        """A page of the files wanted, but for those that are kept from the caller; files that are equal in what they
        are ordered by stand in the order in which they came. Raises InvalidRequest for an unknown `after`, `before` or
        `order`."""
        ...

    def counts(self, store_id: str, wanted: FilesWanted, caller: Caller) -> Mapping[str, int]:
        """How many files there are of each kind among those wanted of any kind; under `total`, how many are wanted."""
        ...
