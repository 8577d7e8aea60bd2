"""One run of a source: what changed there is taken into the store, what is gone there leaves it."""

import hashlib
import io
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO, Final, cast

from server.documents.attributes import MOST_ATTRIBUTE_CHARS
from server.documents.files import Uploads
from server.documents.stores import Stores
from server.errors import ExpiredStore, LecternError, RefusedSource, SourceUnavailable
from server.model import (
    FileRecord,
    FileStatus,
    Found,
    Listing,
    Priority,
    SourceFile,
    SourceRecord,
    SourceStatus,
    StoreFile,
    Taking,
    path_key,
)
from server.ports import SourcePlace, SourcePlaces, Sources

# A run ends after so long (or the source's interval, if that is longer) and goes on in the next one, which looks first
# for what was deleted: that must not wait until everything new was taken.
SLICE_SECONDS: Final = 30.0
SMALL_BYTES: Final = 1024 * 1024
BATCH_FILES: Final = 100
BATCH_BYTES: Final = 8 * 1024 * 1024
MOST_TOLD: Final = 5
PURPOSE: Final = "assistants"

Check = Callable[[], None]


class UnsettledError(Exception):
    """The file was written to while it was read."""


class Sync:
    """Runs sources. `credentials` opens what is sealed in a source; `now` tells the time."""

    def __init__(
        self,
        sources: Sources,
        places: SourcePlaces,
        uploads: Uploads,
        stores: Stores,
        credentials: Callable[[SourceRecord], Mapping[str, str]],
        most_bytes: int,
    ) -> None:
        self._sources = sources
        self._places = places
        self._uploads = uploads
        self._stores = stores
        self._credentials = credentials
        self._most_bytes = most_bytes

    def run(self, source_id: str, check: Check) -> SourceRecord | None:
        """Brings the store in step with the source; how it ended, or none if the source is gone.

        Whatever is interrupted goes on with the next run; `check` raises to interrupt it.

        Raises:
            UnknownSource: there is no such source, or it is being deleted.
        """
        source = self._sources.source(source_id)
        if source.status == SourceStatus.DELETING:
            self._sources.drop(source_id, list(self._sources.files(source_id)))
            self._sources.remove(source_id)
            return None
        self._sources.begin(source_id, int(time.time()))
        secrets: Mapping[str, str] = {}
        run = _Run(source, self._sources, self._uploads, self._stores, self._most_bytes)
        try:
            self._stores.check_lasting(source.store_id)
            secrets = self._credentials(source)
            with self._places.open(source.url, source.options, secrets) as place:
                run.work(place, check)
            status = SourceStatus.PARTIAL if run.failures else SourceStatus.COMPLETED
            message = run.told()
        except (SourceUnavailable, RefusedSource, ExpiredStore) as error:
            status, message = SourceStatus.FAILED, error.message
        return self._end(replace(source, mark=run.mark), status, _without(secrets, message), run)

    def stumble(self, source_id: str, error: LecternError) -> None:
        """Ends a run that something else than the source has failed."""
        source = self._sources.source(source_id)
        run = _Run(source, self._sources, self._uploads, self._stores, self._most_bytes)
        self._end(source, SourceStatus.FAILED, error.message, run)

    def _end(self, source: SourceRecord, status: SourceStatus, message: str | None, run: "_Run") -> SourceRecord:
        now = int(time.time())
        next_at = now if run.unfinished else now + source.options.interval
        counts = dict(run.counts)
        ended = replace(source, status=status, message=message, ended_at=now, next_at=next_at, counts=counts)
        self._sources.end(ended)
        return ended


@dataclass(frozen=True, slots=True)
class _Small:
    found: Found
    content: bytes
    before: SourceFile | None


class _Run:
    """What one run does, and what it did so far."""

    def __init__(
        self, source: SourceRecord, sources: Sources, uploads: Uploads, stores: Stores, most_bytes: int
    ) -> None:
        self._source = source
        self._sources = sources
        self._uploads = uploads
        self._stores = stores
        self._most_bytes = most_bytes
        self._until = time.monotonic() + max(SLICE_SECONDS, source.options.interval)
        self._batch: list[_Small] = []
        self._stamps: dict[str, str] = {}
        self.mark = source.mark
        self.failures: list[str] = []
        self.unfinished = False
        names = ("added", "changed", "deleted", "unchanged", "waiting", "failed")
        self.counts: Counter[str] = Counter(dict.fromkeys(names, 0))

    def work(self, place: SourcePlace, check: Check) -> None:
        """Looks through the source and takes what is new. Raises SourceUnavailable."""
        known = self._sources.files(self._source.id)
        listing = place.scan({one.path: one.stamp for one in known.values()}, check)
        self._believe(listing, known)
        found = {path_key(one.path): one for one in listing.files}
        gone = [key for key, one in known.items() if key not in found and not _is_below(one.path, listing.unread)]
        self._sources.drop(self._source.id, gone)
        self.counts["deleted"] = len(gone)
        for path, reason in listing.unread.items():
            self._fail(path, reason)
        for key, one in found.items():
            self._look_at(place, one, known.get(key), check)
        self._flush()
        self._sources.restamp(self._source.id, self._stamps)

    def told(self) -> str | None:
        """The first few of what went wrong."""
        if not self.failures:
            return None
        more = len(self.failures) - MOST_TOLD
        return "; ".join(self.failures[:MOST_TOLD]) + (f"; and {more} more" if more > 0 else "")

    def _believe(self, listing: Listing, known: Mapping[str, SourceFile]) -> None:
        """Raises SourceUnavailable if the folder is empty because what was mounted there is not."""
        if known and not listing.files and self.mark is not None and listing.mark != self.mark:
            detail = "it is empty, and on another device than before: is the share still mounted?"
            raise SourceUnavailable(url=self._source.url, detail=detail)
        self.mark = listing.mark

    def _look_at(self, place: SourcePlace, found: Found, before: SourceFile | None, check: Check) -> None:
        if before is not None and before.status is not None:
            if before.stamp == found.stamp:
                self.counts["unchanged"] += 1
                return
            if before.status == FileStatus.IN_PROGRESS:
                self.counts["waiting"] += 1  # else a file that changes faster than it is read would never answer
                return
        if self.unfinished or time.monotonic() > self._until:
            self.unfinished = True
            self.counts["waiting"] += 1
            return
        check()
        try:
            self._read(place, found, before)
        except UnsettledError:
            self.counts["waiting"] += 1
        except FileNotFoundError:
            self.counts["waiting"] += 1  # the next run finds it gone
        except OSError as error:
            self._fail(found.path, error.strerror or str(error) or type(error).__name__)

    def _read(self, place: SourcePlace, found: Found, before: SourceFile | None) -> None:
        if found.size is not None and found.size > self._most_bytes:
            limit = self._most_bytes // 1024**2
            self._fail(found.path, f"it is larger than {limit} MiB; LECTERN_UPLOAD_MB sets the limit")
            return
        with place.open(found) as opened:
            stream = cast(BinaryIO, _Bounded(opened, self._most_bytes))
            content = stream.read(SMALL_BYTES + 1)
            is_small = len(content) <= SMALL_BYTES
            if before is not None and before.status is not None and _digest(content, stream) == before.sha256:
                self._stamps[path_key(found.path)] = _noted(found)
                self.counts["unchanged"] += 1
            elif is_small:
                if not place.settled(found):
                    raise UnsettledError
                self._batch.append(_Small(found, content, before))
                if len(self._batch) >= BATCH_FILES or sum(len(one.content) for one in self._batch) >= BATCH_BYTES:
                    self._flush()
            else:
                stream.seek(0)
                self._put(place, found, stream, before)

    def _put(self, place: SourcePlace, found: Found, stream: BinaryIO, before: SourceFile | None) -> None:
        """Takes one large file."""
        entries: list[StoreFile] = []

        def record(file: FileRecord) -> None:
            if not place.settled(found):
                raise UnsettledError
            entries.extend(self._sources.take(self._source.id, [self._taking(found, file, before)]))

        self._uploads.put(found.name, PURPOSE, stream, record)
        self._queue(entries, [before])

    def _flush(self) -> None:
        """Takes the small files that have gathered, together."""
        batch, self._batch = self._batch, []
        entries: list[StoreFile] = []

        def record(*files: FileRecord) -> None:
            takings = [self._taking(one.found, file, one.before) for one, file in zip(batch, files, strict=True)]
            entries.extend(self._sources.take(self._source.id, takings))

        if batch:
            self._uploads.put_all(PURPOSE, [(one.found.name, one.content) for one in batch], record)
            self._queue(entries, [one.before for one in batch])

    def _taking(self, found: Found, file: FileRecord, before: SourceFile | None) -> Taking:
        shown = found.path.encode("utf-8", "replace").decode().replace("\0", "")
        entry = StoreFile(
            self._source.store_id,
            file.id,
            FileStatus.IN_PROGRESS,
            int(time.time()),
            attributes={"path": shown[-MOST_ATTRIBUTE_CHARS:], "source": self._source.id},
            replaces=before.file_id if before and before.status else None,
            owned=True,
        )
        return Taking(found.path, _noted(found), file, entry, before.file_id if before else None)

    def _queue(self, entries: list[StoreFile], before: list[SourceFile | None]) -> None:
        self._stores.queue_all(entries, Priority.BULK)
        for old in before:
            self.counts["added" if old is None or old.status is None else "changed"] += 1

    def _fail(self, path: str, reason: str) -> None:
        self.counts["failed"] += 1
        self.failures.append(f"{path}: {reason}")


class _Bounded(io.RawIOBase):
    """A stream that must not be longer than it may be: a file can grow while it is read."""

    def __init__(self, stream: BinaryIO, most_bytes: int) -> None:
        self._stream = stream
        self._most_bytes = most_bytes
        self._size = 0

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self._size += len(block)
        if self._size > self._most_bytes:
            raise OSError(f"it is larger than {self._most_bytes // 1024**2} MiB; LECTERN_UPLOAD_MB sets the limit")
        return block

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._size = 0
        return self._stream.seek(offset, whence)


def _digest(begun: bytes, stream: BinaryIO) -> str:
    """SHA-256 of what was read of a stream and what follows."""
    digest = hashlib.sha256(begun)
    while block := stream.read(SMALL_BYTES):
        digest.update(block)
    return digest.hexdigest()


def _noted(found: Found) -> str:
    """The stamp to remember; that of a file whose next change might have the same is remembered as no other."""
    return f"{found.stamp}~" if found.fresh else found.stamp


def _is_below(path: str, folders: Mapping[str, str]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def _without(secrets: Mapping[str, str], message: str | None) -> str | None:
    """The message without any of the secrets that a library may have put into it."""
    for secret in filter(None, secrets.values()):
        message = message and message.replace(secret, "***")
    return message
