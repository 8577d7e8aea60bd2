"""Rows of uploads in parts, and of batches of files."""

from collections.abc import Sequence
from typing import Protocol

from server.model import Caller, FileBatch, FileRecord, Page, PartRecord, StoreFile, UploadRecord


class UploadRows(Protocol):
    """Rows of uploads in parts. An upload that is not pending takes nothing more."""

    def add(self, upload: UploadRecord) -> None:
        """Stores the row."""
        ...

    def get(self, upload_id: str) -> UploadRecord:
        """The upload; one that nobody completed in time has expired. Raises UnknownUpload."""
        ...

    def pending(self, owner: str) -> list[UploadRecord]:
        """The uploads of an owner that go on, oldest first."""
        ...

    def begin_part(self, part: PartRecord, most_parts: int) -> None:
        """Notes that a part is coming. Raises UploadEnded; and InvalidRequest if there are so many already."""
        ...

    def end_part(self, part: PartRecord, most_bytes: int) -> None:
        """Notes that a part has come. Raises UploadEnded; and RequestTooLarge if all parts had more bytes together."""
        ...

    def drop_part(self, part_id: str) -> None:
        """The part did not come."""
        ...

    def parts(self, upload_id: str) -> list[PartRecord]:
        """All parts, also those that are still coming."""
        ...

    def draft(self, upload_id: str, file_id: str) -> str | None:
        """Notes which file is being put together of the upload, and returns the one that was before: it is none any
        more. Raises UploadEnded."""
        ...

    def complete(self, upload_id: str, file: FileRecord) -> None:
        """Stores the file's row and ends the upload, in one. Raises UploadEnded; also if another file is being put
        together of it by now."""
        ...

    def cancel(self, upload_id: str) -> UploadRecord:
        """Ends the upload without a file. Raises UploadEnded."""
        ...

    def ended(self, limit: int) -> list[UploadRecord]:
        """Uploads that have ended, by themselves or in time, and whose parts are not removed yet."""
        ...

    def cleared(self, upload_id: str) -> None:
        """Nothing is left of its parts."""
        ...

    def forget(self, before: int) -> None:
        """Removes the rows of uploads that were to end before then and of which nothing is left."""
        ...


class FileBatchRows(Protocol):
    """Rows of files that were put into a store together."""

    def add(self, batch: FileBatch, file_ids: Sequence[str]) -> None:
        """Stores the rows; the counts are not kept. Raises UnknownStore."""
        ...

    def get(self, store_id: str, batch_id: str, caller: Caller) -> FileBatch:
        """A batch with the counts of the files that the caller may read. Raises UnknownFileBatch."""
        ...

    def files(self, batch: FileBatch, status: str | None, page: Page, caller: Caller) -> list[StoreFile]:
        """A page of those of a batch's files that are in the store and that the caller may read."""
        ...

    def cancel(self, batch: FileBatch) -> None:
        """Gives up those of its files that are not read yet."""
        ...
