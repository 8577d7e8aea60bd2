"""Uploaded files: kept sealed, listed, read back, deleted with everything that came of them."""

import hashlib
import re
import time
import unicodedata
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import BinaryIO

from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from starlette.requests import Request

from server.documents.findings import names_of
from server.documents.forms import FileForm
from server.documents.names import blob_name, elements_name, outline_name, password_name
from server.documents.pages import kept_names
from server.documents.stores import Stores
from server.documents.upload import receive
from server.errors import UnknownFile
from server.model import Caller, FileRecord, Page
from server.ports import Catalog, Files, Keys

SWEPT_AT_ONCE = 100
MOST_NAME_CHARS = 255
READ_BYTES = 1024 * 1024
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def display_name(name: str) -> str:
    """The last part of a file name, without control and direction characters, at most 255 characters.

    It is only ever shown and never used as a path.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name).strip())[-1]
    cleaned = _CONTROL.sub("", last).strip(". ")
    return cleaned[-MOST_NAME_CHARS:] or "unnamed"


Record = Callable[..., None]


class Uploads:
    """The files people and programs upload, each of at most as many bytes as `most_bytes` tells for a caller."""

    def __init__(
        self, catalog: Catalog, files: Files, keys: Keys, stores: Stores, most_bytes: Callable[[Caller], int]
    ) -> None:
        self._catalog = catalog
        self._files = files
        self._keys = keys
        self._stores = stores
        self._most_bytes = most_bytes

    async def add(self, request: Request, caller: Caller) -> FileRecord:
        """Takes the upload of a multipart request; it becomes the caller's own.

        Raises:
            InvalidRequest, ValidationError: the form is not a file and a purpose.
            RequestTooLarge: the file is larger than the caller's uploads may be.
        """
        most_bytes = await run_in_threadpool(self._most_bytes, caller)
        file_id = new_id()
        await run_in_threadpool(self._keys.create, file_id)
        try:
            # In threads, so that uploads which end together can share their wait for the disk.
            async with contextmanager_in_threadpool(self._files.write(blob_name(file_id), file_id)) as out:
                upload = await receive(request, out, most_bytes)
                form = FileForm.read(upload.fields)
            record = new_record(file_id, upload.filename or "", upload.bytes, form.purpose, upload.sha256)
            record = replace(record, owner=caller.owner, expires_at=expiry(record, form.keep_seconds))
            await run_in_threadpool(self._catalog.add_file, record)
        except BaseException:
            self.forget(file_id)
            raise
        return record

    def put(self, filename: str, purpose: str, stream: BinaryIO, record: Record | None = None) -> FileRecord:
        """Takes a file from this machine; `record` writes its row if something else is to be written with it."""
        file_id = new_id()
        digest, size = hashlib.sha256(), 0
        self._keys.create(file_id)
        try:
            with self._files.write(blob_name(file_id), file_id) as out:
                while block := stream.read(READ_BYTES):
                    out.write(block)
                    digest.update(block)
                    size += len(block)
            file = new_record(file_id, filename, size, purpose, digest.hexdigest())
            (record or self._catalog.add_file)(file)
        except BaseException:
            self.forget(file_id)
            raise
        return file

    def put_all(
        self, purpose: str, contents: Sequence[tuple[str, bytes]], record: Record | None = None
    ) -> list[FileRecord]:
        """Takes files of this machine, as (name, content), together: small ones share their waits for the disk, so
        that a batch of hundreds costs about as much as one. `record` is as for `put`."""
        files = [
            new_record(new_id(), filename, len(content), purpose, hashlib.sha256(content).hexdigest())
            for filename, content in contents
        ]
        self._keys.create(*(file.id for file in files))
        try:
            originals = zip(files, contents, strict=True)
            self._files.write_all([(blob_name(file.id), file.id, content) for file, (_, content) in originals])
            (record or self._catalog.add_file)(*files)
        except BaseException:
            for file in files:
                self.forget(file.id)
            raise
        return files

    def forget(self, file_id: str) -> None:
        """Removes all that lies of a file that has no row (any more), and its key."""
        names = (blob_name(file_id), elements_name(file_id), outline_name(file_id), password_name(file_id))
        self._files.delete(*names, *names_of(self._files, file_id), *kept_names(self._files, file_id))
        self._keys.destroy(file_id)

    def get(self, file_id: str) -> FileRecord:
        """Raises UnknownFile."""
        return self._catalog.file(file_id)

    def page(self, purpose: str | None, page: Page, caller: Caller) -> list[FileRecord]:
        """A page of the files that the caller may read, by time of upload."""
        return self._catalog.files(purpose, page, caller)

    def open(self, file_id: str) -> BinaryIO:
        """The file's content. Raises UnknownFile."""
        self._catalog.file(file_id)
        try:
            return self._files.open(blob_name(file_id), file_id)
        except FileNotFoundError:
            raise UnknownFile(file=file_id) from None

    def delete(self, file_id: str) -> None:
        """Removes the file, its chunks in every store, its text and its key. Raises UnknownFile."""
        self._catalog.file(file_id)
        self._remove(file_id)

    def sweep(self) -> int:
        """Removes some of the files that have expired, and returns how many."""
        expired = self._catalog.expired_files(SWEPT_AT_ONCE)
        for file_id in expired:
            self._remove(file_id)
        return len(expired)

    def _remove(self, file_id: str) -> None:
        for store_id in self._catalog.stores_of_file(file_id):
            self._stores.take_out(store_id, file_id)
        self._catalog.remove_file(file_id)
        self.forget(file_id)


def new_id() -> str:
    """A name for a file that does not exist yet."""
    return f"file-{uuid.uuid4().hex}"


def expiry(record: FileRecord, seconds: int | None) -> int | None:
    """When a file expires that is to be kept for so many seconds; None: never."""
    return None if seconds is None else record.created_at + seconds


def new_record(file_id: str, filename: str, size: int, purpose: str, sha256: str) -> FileRecord:
    """The row of a file that has just come. Its name may be any."""
    return FileRecord(file_id, display_name(filename), size, purpose, sha256, int(time.time()))
