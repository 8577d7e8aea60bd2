"""Where files come from."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

from server.model import Caller, Found, Listing, SourceFile, SourceOptions, SourceRecord, StoreFile, Taking


class SourcePlace(Protocol):
    """Where the files of a source lie, open for one run."""

    def scan(self, known: dict[str, str], check: Callable[[], None]) -> Listing:
        """All files there are; `known` has path -> stamp of the last run; `check` raises when the run shall end. Raises
        SourceUnavailable: nothing is known then."""
        ...

    def open(self, found: Found) -> BinaryIO:
        """The content, as a seekable stream. Raises OSError."""
        ...

    def settled(self, found: Found) -> bool:
        """Whether the file is still as it was found: else it was read while somebody wrote it. Raises OSError."""
        ...


class SourcePlaces(Protocol):
    """Opens the places that URLs of sources name."""

    def check(self, url: str, options: SourceOptions, credentials: Mapping[str, str]) -> None:
        """Raises RefusedSource unless this may be a source."""
        ...

    def open(
        self, url: str, options: SourceOptions, credentials: Mapping[str, str]
    ) -> AbstractContextManager[SourcePlace]:
        """The place, while the block runs. Raises RefusedSource, SourceUnavailable."""
        ...


class Sources(Protocol):
    """Rows of sources, and of the files taken from them."""

    def add(self, source: SourceRecord) -> None:
        """Stores the row. Raises UnknownStore."""
        ...

    def source(self, source_id: str) -> SourceRecord:
        """Raises UnknownSource."""
        ...

    def of_store(self, store_id: str) -> list[SourceRecord]:
        """The store's sources, in the order in which they came."""
        ...

    def due(self, now: int) -> list[SourceRecord]:
        """Those whose time has come and that do not run already, and those that are to be deleted."""
        ...

    def plan(self, source_id: str, next_at: int) -> None:
        """Sets when it runs next."""
        ...

    def begin(self, source_id: str, now: int) -> None:
        """A run begins; nothing changes for one that is to be deleted."""
        ...

    def end(self, run: SourceRecord) -> None:
        """Writes how the run ended; one that was asked for meanwhile stays planned."""
        ...

    def condemn(self, source_id: str) -> None:
        """It is to be deleted, with its files."""
        ...

    def remove(self, source_id: str) -> None:
        """Removes the row and those of its files."""
        ...

    def files(self, source_id: str) -> dict[str, SourceFile]:
        """`path_key` of the path -> the file taken from there."""
        ...

    def take(self, source_id: str, batch: Sequence[Taking]) -> list[StoreFile]:
        """Adds files, their places in the store and where they were taken from, all or nothing. The entries come back
        with the files that answer until they are completed. Raises UnknownSource: the source is to be deleted, or
        another run of it was first."""
        ...

    def restamp(self, source_id: str, stamps: Mapping[str, str]) -> None:
        """`path_key` of the path -> stamp: what changed there is not the content."""
        ...

    def drop(self, source_id: str, keys: Sequence[str]) -> None:
        """Files that are gone from the source leave the store, with those that answer in their place."""
        ...

    def counts(self, source_ids: Sequence[str], caller: Caller) -> dict[str, dict[str, int]]:
        """Source -> status in the store -> files; what is kept from the caller counts not."""
        ...
