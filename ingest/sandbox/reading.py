"""One file that is being read: its events as they come, and the watch over the child that sends them."""

import contextlib
import fcntl
import os
import select
import signal
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Generic, Protocol, Self, TypeVar

import orjson

from ingest.document import from_record
from ingest.errors import OutOfMemory, OutOfTime, ReaderCrashed, TooLarge, UnreadableFile
from ingest.model import Event
from ingest.sandbox.child import Request
from ingest.sandbox.link import Child, Exit


class Start(Protocol):
    """Starts a child (`ingest.sandbox.sandbox.Sandbox`)."""

    def __call__(self, request: bytes, *descriptors: int) -> Child:
        """The child, with these descriptors."""
        ...


class Kept(Protocol):
    """What readings of one file found at great cost, line by line; what is in the lines is the readers' own matter."""

    def lines(self) -> Iterable[bytes]:
        """What earlier readings found."""
        ...

    def keep(self, line: bytes) -> None:
        """Takes what this reading found."""
        ...


Told = TypeVar("Told")
_WATCH_SECONDS = 0.15
_BLOCK = 1 << 18
_PIPE_BYTES = 1 << 20
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take."""

    memory_mb: int
    seconds: int
    output_mb: int


class Reading(Iterator[Event]):
    """The events of one file. While they are not asked for, the child waits, and its time does not run.

    Dropping or closing it ends the child at once.
    """

    def __init__(
        self, start: Start, request: Request, stream: BinaryIO, limits: Limits, kept: Kept | None = None
    ) -> None:
        self._watch = Watch(request.name, request.media_type, limits, from_record, kept)
        self._events = self._watch.events(start, request, stream)  # holds no reference to this object: see above

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        return next(self._events)

    def close(self) -> None:
        """Ends the reading and its child at once; nothing happens if it has ended."""
        self._events.close()

    @property
    def media_type(self) -> str | None:
        """What the file is; known from the first event on, and after any error that came later than sniffing."""
        return self._watch.media_type

    @property
    def seconds(self) -> float:
        """How long the consumer has waited for the reader so far."""
        return self._watch.seconds

    @property
    def peak_mb(self) -> float:
        """The most memory in MiB that was seen in use at once, by the child and all it started; exact for the child."""
        return self._watch.peak_mb


class Watch(Generic[Told]):
    """Follows one child: what it tells (a record at a time, which `decode` understands), what it takes, how it ends."""

    def __init__(
        self,
        name: str,
        media_type: str | None,
        limits: Limits,
        decode: Callable[[dict[str, Any]], Told],
        kept: Kept | None = None,
    ) -> None:
        self.name = name
        self.media_type = media_type
        self.peak_mb = 0.0
        self.seconds = 0.0
        self._limits = limits
        self._decode = decode
        self._kept = kept
        self._imported: list[str] = []

    def events(self, start: Start, request: Request, stream: BinaryIO) -> Generator[Told, None, None]:
        """What the child tells. Raises what it raised, or what its end means."""
        pipe, theirs = os.pipe()
        try:
            with contextlib.suppress(OSError):  # the system may allow less; the child then waits sooner
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
            try:
                child = _begun(start, request, stream, theirs, self._kept)
            finally:
                os.close(theirs)
            try:
                finished = yield from self._received(pipe, child)
            finally:
                ended = child.reap(self._imported)
                if ended:
                    self.peak_mb = max(self.peak_mb, ended.peak_kib / 1024)
        finally:
            os.close(pipe)
        if not finished:
            raise self._reason(ended)

    def _received(self, pipe: int, child: Child) -> Generator[Told, None, bool]:
        """Yields what it tells; True if the child said that this was the end."""
        for line in self._lines(pipe, child):
            try:
                told = self._understood(line)
            except (LookupError, TypeError, AttributeError, ValueError, ImportError) as error:
                raise ReaderCrashed(self.name, detail="it sent what is not an event") from error
            if told is None:
                return True
            yield from told
        return False

    def _understood(self, line: bytes) -> tuple[Told, ...] | None:
        """What a line tells those who wait, which may be nothing; None at the end. Raises what the reader raised."""
        record = orjson.loads(line)
        if "media_type" in record:
            self.media_type = str(record["media_type"])
            return ()
        if "remember" in record and self._kept is not None:
            self._kept.keep(line + b"\n")
            return ()
        if "imported" not in record:
            return (self._decode(record),)
        self._imported = list(map(str, record["imported"]))
        if "error" in record:
            raise _raised(self.name, record)
        return None

    def _lines(self, pipe: int, child: Child) -> Iterator[bytes]:
        """The lines the child writes, until it ends. Raises when a limit is passed."""
        waiting = select.poll()
        waiting.register(pipe, select.POLLIN)
        parts: list[bytes] = []
        received = 0
        watched = 0.0
        while True:
            before = time.monotonic()
            ready = waiting.poll(_WATCH_SECONDS * 1000)
            now = time.monotonic()
            self.seconds += now - before
            if now - watched >= _WATCH_SECONDS:
                watched = now
                if not self._check(child) and not waiting.poll(0):  # its last words may have come during the check
                    return
            if not ready:
                continue
            data = os.read(pipe, _BLOCK)
            if not data:
                return
            received += len(data)
            if received > self._limits.output_mb << 20:
                raise TooLarge(self.name, detail=f"it holds more than {self._limits.output_mb} MiB of text")
            first, *others = data.split(b"\n")
            parts.append(first)
            if others:
                yield b"".join(parts)
                yield from others[:-1]
                parts = [others[-1]]

    def _check(self, child: Child) -> bool:
        """Whether the child still runs. Raises OutOfTime or OutOfMemory when it took too much."""
        if self.seconds > self._limits.seconds:
            raise OutOfTime(self.name, seconds=self._limits.seconds)
        used = sum(map(_resident, _family(child.pid))) + _size(child.folder)
        self.peak_mb = max(self.peak_mb, used / (1 << 20))
        if used > self._limits.memory_mb << 20:
            raise OutOfMemory(self.name, megabytes=self._limits.memory_mb)
        return _resident(child.pid) > 0

    def _reason(self, ended: Exit | None) -> UnreadableFile:
        """Why the child ended without a word."""
        if ended is None:
            return ReaderCrashed(self.name, detail="the helper process was stopped")
        code = os.waitstatus_to_exitcode(ended.status)
        if code >= 0:
            return ReaderCrashed(self.name, detail=f"exit code {code}")
        killed = signal.Signals(-code)
        if killed == signal.SIGXCPU:
            return OutOfTime(self.name, seconds=self._limits.seconds)
        # Nobody here has killed it: SIGKILL is the kernel's when the machine runs out of memory. Native libraries abort
        # when they get none.
        if killed == signal.SIGKILL or self.peak_mb > 0.9 * self._limits.memory_mb:
            return OutOfMemory(self.name, megabytes=self._limits.memory_mb)
        return ReaderCrashed(self.name, detail=killed.name)


def _begun(start: Start, request: Request, stream: BinaryIO, pipe: int, kept: Kept | None) -> Child:
    with contextlib.ExitStack() as opened:
        stream.seek(0)
        document = _copy(iter(partial(stream.read, 1 << 20), b""))
        opened.callback(os.close, document)
        if kept is None:
            return start(request.dump(), document, pipe)
        remembered = _copy(kept.lines())
        opened.callback(os.close, remembered)
        return start(request.dump(), document, pipe, remembered)


def _copy(blocks: Iterable[bytes]) -> int:
    """A descriptor of a copy in memory, because a document in clear does not belong on a disk."""
    descriptor = os.memfd_create("document")
    try:
        with open(descriptor, "wb", buffering=0, closefd=False) as copy:
            copy.writelines(blocks)
        os.lseek(descriptor, 0, os.SEEK_SET)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _raised(name: str, record: dict[str, Any]) -> UnreadableFile:
    """The exception the reader raised, of the same class if that is one of ours."""
    module = str(record["module"])
    found = getattr(import_module(module), record["error"], None) if module.startswith("ingest.") else None
    kind = found if isinstance(found, type) and issubclass(found, UnreadableFile) else UnreadableFile
    return kind(name, **record["facts"])


def _family(pid: int) -> list[int]:
    """A process and all its descendants, as far as they still run."""
    family = [pid]
    for member in family:
        try:
            for task in Path(f"/proc/{member}/task").iterdir():
                family += map(int, (task / "children").read_text().split())
        except OSError:  # ended meanwhile
            continue
    return family


def _resident(pid: int) -> int:
    """Bytes of memory a process occupies; 0 once it has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except OSError:
        return 0


def _size(folder: str) -> int:
    """Bytes of the files in a folder and those below it."""
    size = 0
    for path, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # gone meanwhile
                size += Path(path, name).lstat().st_size
    return size
