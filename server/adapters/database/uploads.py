"""Uploads in parts."""

import dataclasses
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from server.adapters.database.engine import Database
from server.adapters.database.entries import storable
from server.adapters.database.schema import files, upload_parts, uploads
from server.adapters.database.serial import next_sequence, one_at_a_time
from server.errors import InvalidRequest, RequestTooLarge, UnknownUpload, UploadEnded
from server.model import FileRecord, PartRecord, UploadRecord, UploadStatus

_PENDING = str(UploadStatus.PENDING)


class SqlUploads:
    """The port `UploadRows` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def add(self, upload: UploadRecord) -> None:
        """Stores the row."""
        values = dataclasses.asdict(upload) | {"status": str(upload.status), "filename": storable(upload.filename)}
        with self._database.begin() as connection:
            connection.execute(sa.insert(uploads).values(values))

    def get(self, upload_id: str) -> UploadRecord:
        """The upload; one that nobody completed in time has expired. Raises UnknownUpload."""
        with self._database.read() as connection:
            return self._row(connection, upload_id)

    def pending(self, owner: str) -> list[UploadRecord]:
        """The uploads of an owner that go on, oldest first."""
        table = uploads.c
        mine = sa.and_(table.owner == owner, table.status == _PENDING, table.expires_at > int(self._clock()))
        with self._database.read() as connection:
            rows = connection.execute(sa.select(uploads).where(mine).order_by(table.created_at, table.id))
            return [_upload(row) for row in rows]

    def begin_part(self, part: PartRecord, most_parts: int) -> None:
        """Notes that a part is coming. Raises UploadEnded; and InvalidRequest if there are so many already."""
        count = sa.select(sa.func.count()).where(upload_parts.c.upload_id == part.upload_id)
        with self._database.begin() as connection:
            self._pending(connection, part.upload_id)
            if int(connection.scalar(count) or 0) >= most_parts:
                raise InvalidRequest(detail=f"an upload has at most {most_parts:,} parts")
            connection.execute(sa.insert(upload_parts).values(dataclasses.asdict(part)))

    def end_part(self, part: PartRecord, most_bytes: int) -> None:
        """Notes that a part has come. Raises UploadEnded; and RequestTooLarge if all parts had more bytes together."""
        total = sa.select(sa.func.sum(upload_parts.c.bytes)).where(upload_parts.c.upload_id == part.upload_id)
        with self._database.begin() as connection:
            self._pending(connection, part.upload_id)
            if int(connection.scalar(total) or 0) + (part.bytes or 0) > most_bytes:
                raise RequestTooLarge(limit=f"{most_bytes:,} bytes in all parts", setting="nothing: begin a new upload")
            update = sa.update(upload_parts).where(upload_parts.c.id == part.id)
            connection.execute(update.values(bytes=part.bytes))

    def drop_part(self, part_id: str) -> None:
        """The part did not come."""
        with self._database.begin() as connection:
            connection.execute(sa.delete(upload_parts).where(upload_parts.c.id == part_id))

    def parts(self, upload_id: str) -> list[PartRecord]:
        """All parts, also those that are still coming."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(upload_parts).where(upload_parts.c.upload_id == upload_id))
            return [PartRecord(row.id, row.upload_id, row.bytes, row.created_at) for row in rows]

    def draft(self, upload_id: str, file_id: str) -> str | None:
        """Notes which file is being put together of the upload, and returns the one that was before: it is none any
        more. Raises UploadEnded."""
        with self._database.begin() as connection:
            before = self._pending(connection, upload_id).file_id
            connection.execute(sa.update(uploads).where(uploads.c.id == upload_id).values(file_id=file_id))
            return before

    def complete(self, upload_id: str, file: FileRecord) -> None:
        """Stores the file's row and ends the upload, in one. Raises UploadEnded; also if another file is being put
        together of it by now."""
        values = dataclasses.asdict(file) | {"filename": storable(file.filename)}
        with self._database.begin() as connection:
            if self._pending(connection, upload_id).file_id != file.id:
                raise UploadEnded(upload=upload_id, status="being completed by another request")
            connection.execute(sa.insert(files).values(values | {"sequence": next_sequence(connection, files)}))
            self._end(connection, upload_id, UploadStatus.COMPLETED)

    def cancel(self, upload_id: str) -> UploadRecord:
        """Ends the upload without a file. Raises UploadEnded."""
        with self._database.begin() as connection:
            upload = self._pending(connection, upload_id)
            self._end(connection, upload_id, UploadStatus.CANCELLED)
        return dataclasses.replace(upload, status=UploadStatus.CANCELLED)

    def ended(self, limit: int) -> list[UploadRecord]:
        """Uploads that have ended, by themselves or in time, and whose parts are not removed yet."""
        table = uploads.c
        late = sa.and_(table.status == _PENDING, table.expires_at <= int(self._clock()))
        ended = sa.and_(table.status != _PENDING, table.cleared_at.is_(None))
        with self._database.read() as connection:
            any_late = connection.scalar(sa.select(uploads.c.id).where(late).limit(1)) is not None
        if any_late:  # else this would write each time it looks
            with self._database.begin() as connection:
                connection.execute(sa.update(uploads).where(late).values(status=str(UploadStatus.EXPIRED)))
        # Only now: one that was late may have been completed before it was ended here.
        with self._database.read() as connection:
            return [_upload(row) for row in connection.execute(sa.select(uploads).where(ended).limit(limit))]

    def cleared(self, upload_id: str) -> None:
        """Nothing is left of its parts."""
        with self._database.begin() as connection:
            connection.execute(sa.delete(upload_parts).where(upload_parts.c.upload_id == upload_id))
            now = int(self._clock())
            connection.execute(sa.update(uploads).where(uploads.c.id == upload_id).values(cleared_at=now))

    def forget(self, before: int) -> None:
        """Removes the rows of uploads that were to end before then and of which nothing is left."""
        table = uploads.c
        with self._database.begin() as connection:
            connection.execute(sa.delete(uploads).where(table.expires_at < before, table.cleared_at.is_not(None)))

    def _row(self, connection: sa.Connection, upload_id: str) -> UploadRecord:
        row = connection.execute(sa.select(uploads).where(uploads.c.id == upload_id)).one_or_none()
        if row is None:
            raise UnknownUpload(upload=upload_id)
        upload = _upload(row)
        if upload.status == UploadStatus.PENDING and upload.expires_at <= self._clock():
            upload = dataclasses.replace(upload, status=UploadStatus.EXPIRED)
        return upload

    def _pending(self, connection: sa.Connection, upload_id: str) -> UploadRecord:
        one_at_a_time(connection, f"lectern upload {upload_id}")
        upload = self._row(connection, upload_id)
        if upload.status != UploadStatus.PENDING:
            raise UploadEnded(upload=upload_id, status=upload.status)
        return upload

    def _end(self, connection: sa.Connection, upload_id: str, status: UploadStatus) -> None:
        connection.execute(sa.update(uploads).where(uploads.c.id == upload_id).values(status=str(status)))


def _upload(row: sa.Row[Any]) -> UploadRecord:
    values = {field.name: row._mapping[field.name] for field in dataclasses.fields(UploadRecord)}
    return UploadRecord(**values | {"status": UploadStatus(row.status)})
