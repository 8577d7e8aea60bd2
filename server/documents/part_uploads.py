"""Uploads in parts: for large files and shaky lines. Each part is sealed while it arrives, in any order and several at
once; completing puts them together to a file (https://platform.openai.com/docs/api-reference/uploads)."""

import hashlib
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from starlette.requests import Request

from server.documents.files import READ_BYTES, Uploads, display_name, expiry, new_id, new_record
from server.documents.forms import CreateUpload
from server.documents.names import blob_name, part_name
from server.documents.upload import receive, too_large
from server.errors import InvalidRequest, UnknownFile, UnknownUpload, UploadEnded
from server.model import Caller, FileRecord, PartRecord, UploadRecord, UploadStatus
from server.ports import Files, Keys, UploadRows

PART_BYTES = 64 * 1024**2
LIFE_SECONDS = 3600
MOST_PARTS = 10_000
KEPT_SECONDS = 86_400
SWEPT_AT_ONCE = 50


class PartUploads:
    """The uploads in parts of this Lectern. What is not the caller's own does not exist for it."""

    def __init__(
        self, rows: UploadRows, files: Files, keys: Keys, uploads: Uploads, most_bytes: Callable[[Caller], int]
    ) -> None:
        self._rows = rows
        self._files = files
        self._keys = keys
        self._uploads = uploads
        self._most_bytes = most_bytes

    def create(self, wish: CreateUpload, caller: Caller) -> UploadRecord:
        """Begins an upload. Raises RequestTooLarge if the file is larger than the caller's uploads may be."""
        most = self._most_bytes(caller)
        if wish.bytes > most:
            raise too_large(most)
        now = int(time.time())
        upload = UploadRecord(
            f"upload_{uuid.uuid4().hex}",
            caller.owner,
            display_name(wish.filename),
            wish.bytes,
            wish.purpose,
            wish.mime_type,
            now,
            now + LIFE_SECONDS,
            wish.keep_seconds,
        )
        self._keys.create(upload.id)
        try:
            self._rows.forget(now - KEPT_SECONDS)
            self._rows.add(upload)
        except BaseException:
            self._keys.destroy(upload.id)
            raise
        return upload

    async def add_part(self, upload_id: str, request: Request, caller: Caller) -> PartRecord:
        """Takes a part, as the field `data` of a multipart form.

        Raises:
            UnknownUpload, UploadEnded: there is no such upload, or it takes nothing more.
            InvalidRequest, RequestTooLarge: the form holds no part, or too large a one.
        """
        part = PartRecord(f"part_{uuid.uuid4().hex}", upload_id, None, int(time.time()))
        upload = await run_in_threadpool(self._own, upload_id, caller)
        # Its row comes first: whatever is written then is found, and cleared, even if nobody hears of the part.
        await run_in_threadpool(self._rows.begin_part, part, MOST_PARTS)
        landed = False
        try:
            name = part_name(upload_id, part.id)
            async with contextmanager_in_threadpool(self._files.write(name, upload_id)) as out:
                received = await receive(request, out, PART_BYTES, "data")
            part = replace(part, bytes=received.bytes)
            await run_in_threadpool(self._rows.end_part, part, _most(upload))
            landed = True
        except UnknownFile:  # its key has gone
            raise UploadEnded(upload=upload_id, status=self._rows.get(upload_id).status) from None
        finally:
            if not landed:
                self._drop(part)
        return part

    def complete(
        self, upload_id: str, part_ids: Sequence[str], md5: str | None, caller: Caller
    ) -> tuple[UploadRecord, FileRecord]:
        """Puts the parts together, in this order. If it fails, the upload stays as it was.

        Raises:
            UnknownUpload, UploadEnded: there is no such upload, or it has ended, also meanwhile.
            InvalidRequest: the parts are not those, not the bytes, or not the checksum that were promised.
        """
        upload = self._own(upload_id, caller)
        if upload.status != UploadStatus.PENDING:
            raise UploadEnded(upload=upload_id, status=upload.status)
        _check(upload, {part.id: part for part in self._rows.parts(upload_id)}, part_ids)
        file_id = new_id()
        before = self._rows.draft(upload_id, file_id)
        if before is not None:  # of a request that was killed, or is overtaken now
            self._uploads.forget(before)
        try:
            file = self._put_together(upload, file_id, part_ids, md5)
            self._rows.complete(upload_id, file)
        except BaseException as error:
            self._uploads.forget(file_id)
            status = self._rows.get(upload_id).status
            if isinstance(error, FileNotFoundError | UnknownFile) and status != UploadStatus.PENDING:
                raise UploadEnded(upload=upload_id, status=status) from None
            raise
        self._clear(upload_id)
        return replace(upload, status=UploadStatus.COMPLETED, file_id=file_id), file

    def cancel(self, upload_id: str, caller: Caller) -> UploadRecord:
        """Ends an upload without a file. Raises UnknownUpload, UploadEnded."""
        self._own(upload_id, caller)
        upload = self._rows.cancel(upload_id)
        self._discard(upload)
        return upload

    def pending(self, caller: Caller) -> list[UploadRecord]:
        """The caller's uploads that go on, oldest first."""
        return self._rows.pending(caller.owner)

    def arrived(self, upload_id: str, caller: Caller) -> tuple[UploadRecord, list[PartRecord]]:
        """An upload, and those of its parts that have arrived, in the order in which they began. Raises
        UnknownUpload."""
        upload = self._own(upload_id, caller)
        parts = [part for part in self._rows.parts(upload_id) if part.bytes is not None]
        return upload, sorted(parts, key=lambda part: part.created_at)

    def sweep(self) -> int:
        """Clears what is left of uploads that have ended, and returns how many there were."""
        ended = self._rows.ended(SWEPT_AT_ONCE)
        for upload in ended:
            self._discard(upload)
        return len(ended)

    def _own(self, upload_id: str, caller: Caller) -> UploadRecord:
        upload = self._rows.get(upload_id)
        if not caller.owns(upload.owner):
            raise UnknownUpload(upload=upload_id)
        return upload

    def _put_together(self, upload: UploadRecord, file_id: str, part_ids: Sequence[str], md5: str | None) -> FileRecord:
        sha256, checksum = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        self._keys.create(file_id)
        with self._files.write(blob_name(file_id), file_id) as out:
            for part_id in part_ids:
                with self._files.open(part_name(upload.id, part_id), upload.id) as part:
                    while block := part.read(READ_BYTES):
                        out.write(block)
                        sha256.update(block)
                        checksum.update(block)
            if md5 is not None and checksum.hexdigest() != md5.lower():
                detail = f"the parts have the MD5 {checksum.hexdigest()}, not {md5.lower()}"
                raise InvalidRequest(detail=detail, param="md5")
        record = new_record(file_id, upload.filename, upload.bytes, upload.purpose, sha256.hexdigest())
        return replace(record, owner=upload.owner, expires_at=expiry(record, upload.keep_seconds))

    def _drop(self, part: PartRecord) -> None:
        self._files.delete(part_name(part.upload_id, part.id))
        self._rows.drop_part(part.id)

    def _discard(self, upload: UploadRecord) -> None:
        if upload.status != UploadStatus.COMPLETED and upload.file_id is not None:
            self._uploads.forget(upload.file_id)
        self._clear(upload.id)

    def _clear(self, upload_id: str) -> None:
        self._files.delete(*(part_name(upload_id, part.id) for part in self._rows.parts(upload_id)))
        self._keys.destroy(upload_id)
        self._rows.cleared(upload_id)


def _most(upload: UploadRecord) -> int:
    """All the bytes that an upload may take: a client that did not hear of a part sends it again."""
    return 2 * upload.bytes + PART_BYTES


def _check(upload: UploadRecord, parts: Mapping[str, PartRecord], part_ids: Sequence[str]) -> None:
    total = 0
    for part_id in part_ids:
        part = parts.get(part_id)
        if part is None or part.bytes is None:
            raise InvalidRequest(detail=f"the upload has no part {part_id!r}", param="part_ids")
        total += part.bytes
    if len(set(part_ids)) < len(part_ids):
        raise InvalidRequest(detail="each part goes into the file once", param="part_ids")
    if total != upload.bytes:
        detail = f"the parts have {total:,} bytes; the upload was to have {upload.bytes:,}"
        raise InvalidRequest(detail=detail, param="part_ids")
