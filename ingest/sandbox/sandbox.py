"""The server's side of the sandbox."""

import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from ingest.formats import FORMATS, Format
from ingest.model import ReadOptions, Source
from ingest.pages.model import Shown, Wish
from ingest.pages.model import from_record as shown_of
from ingest.sandbox.child import Request
from ingest.sandbox.link import Child, Link
from ingest.sandbox.reading import Kept, Limits, Reading, Watch

_NAME = 200


class Sandbox:
    """Reads files, and shows their pages, in child processes; one sandbox serves any number of threads.

    `memory_mb` bounds what a reader, the programs it starts and its temporary files take together, `seconds` both its
    processor time and the time somebody waits for it, `output_mb` what it may tell. The helper process starts with the
    first read, is started anew if it dies, and ends with `close` or with this process, however that ends.
    """

    def __init__(
        self, memory_mb: int, seconds: int, output_mb: int = 256, formats: Mapping[str, Format] = FORMATS
    ) -> None:
        self._limits = Limits(memory_mb, seconds, output_mb)
        self._formats = formats
        self._lock = threading.Lock()
        self._link: Link | None = None

    def read(
        self, source: Source, options: ReadOptions, media_type: str | None = None, kept: Kept | None = None
    ) -> Reading:
        """The events of a file, read while they are consumed; the media type is sniffed from the content if not given.

        What an interrupted reading of the same file `kept` is not found again, and what this one finds is kept there.
        Nothing starts before the first event is asked for. Closing the reading ends the child at once.
        Iterating raises UnreadableFile: what the reader raised, or OutOfTime, OutOfMemory, TooLarge, ReaderCrashed.
        """
        request = self._request(source, options, media_type)
        return Reading(self._start, request, source.stream, self._limits, kept)

    def show(self, source: Source, options: ReadOptions, wish: Wish, media_type: str | None = None) -> Shown:
        """What of a file's pages is wished for.

        Raises UnreadableFile: NoPages for a format that has none, NoSuchPage, and what reading raises.
        """
        request = self._request(source, options, media_type, wish)
        watch = Watch(request.name, media_type, self._limits, shown_of)
        (shown,) = watch.events(self._start, request, source.stream)
        return shown

    def _request(
        self, source: Source, options: ReadOptions, media_type: str | None, wish: Wish | None = None
    ) -> Request:
        return Request(
            name=source.name[:_NAME].encode(errors="replace").decode(),  # names of files may hold half characters
            size=source.size,
            password=source.password,
            media_type=media_type,
            options=options,
            memory_mb=self._limits.memory_mb,
            seconds=self._limits.seconds,
            wish=wish,
        )

    def _start(self, request: bytes, *descriptors: int) -> Child:
        """Starts a child with these descriptors: what it reads, the pipe it writes to, and what is known already."""
        for last in (False, True):
            link = self._connected()
            try:
                return Child(link, **link.ask(request, *descriptors))
            except OSError:  # the helper has died; the next one is as good
                link.close()
                if last:
                    raise
        raise AssertionError

    def close(self) -> None:
        """Ends the helper process and every reading in progress."""
        with self._lock:
            if self._link:
                self._link.close()
            self._link = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _connected(self) -> Link:
        with self._lock:
            if self._link and not self._link.alive():
                self._link.close()
                self._link = None
            if self._link is None:
                self._link = Link(self._formats)
            return self._link
