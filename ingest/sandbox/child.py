"""The inside of the sandbox: one process that reads one file and writes what it finds into a pipe."""

import os
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from ingest.document import dump
from ingest.errors import DamagedFile, NoPages, OutOfMemory, ReaderCrashed, TooLarge, UnreadableFile, UnsupportedFormat
from ingest.formats import Format, sniff
from ingest.memory import MEMORY, Memory
from ingest.model import Element, Progress, ReadOptions, Source
from ingest.pages.model import Wish, to_record
from ingest.sandbox.confinement import set_limits
from ingest.sniff import is_locked

MESSAGE = 128 * 1024
"""Most bytes of a message between the server and the helper process."""

_FLUSH_BYTES = 64 * 1024
_FLUSH_SECONDS = 0.2
_LONGEST = 8_000_000


@dataclass(frozen=True, slots=True)
class Request:
    """What the server asks for: to read a file, or, with a `wish`, to show of its pages what that tells. `memory_mb`
    and `seconds` (of CPU) are limits."""

    name: str
    size: int
    password: str | None
    media_type: str | None
    options: ReadOptions
    memory_mb: int
    seconds: int
    wish: Wish | None = None

    def dump(self) -> bytes:
        """As JSON."""
        return orjson.dumps(asdict(self))

    @classmethod
    def load(cls, data: bytes) -> "Request":
        """From JSON."""
        fields: dict[str, Any] = orjson.loads(data)
        wish = fields["wish"] and Wish(**fields["wish"])
        return cls(**{**fields, "options": ReadOptions(**fields["options"]), "wish": wish})


def run(
    request: Request, folder: Path, document: int, pipe: int, remembered: int | None, formats: Mapping[str, Format]
) -> None:
    """Reads the file behind the descriptor `document` and writes JSON lines to `pipe`; `folder` is for temporary files.

    First a line with the media type, then the events, last a line with the error, or that says that this is the end;
    it also names the modules that were imported on the way. A descriptor `remembered` holds what earlier readings of
    the file remembered, and what this one finds for it is told among the events.
    """
    known = set(sys.modules)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.chdir(folder)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    set_limits(request.memory_mb << 20, request.seconds)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with open(pipe, "wb", buffering=0) as raw:
        out = _Out(raw)
        if remembered is not None:
            with os.fdopen(remembered, "rb") as lines:
                MEMORY.set(Memory(lines, lambda line: out.write([line])))
        try:
            with open(document, "rb") as stream:
                _read(Source(request.name, stream, request.size, request.password), request, formats, out)
            last: dict[str, object] = {"end": True}
        except UnreadableFile as error:
            last = _error(error)
        except MemoryError:
            last = _error(OutOfMemory(request.name, megabytes=request.memory_mb))
        except RecursionError:
            last = _error(DamagedFile(request.name, detail="its parts are nested too deeply"))
        except BrokenPipeError:  # the server no longer wants it
            return
        except Exception as error:  # noqa: BLE001  whatever a reader stumbles over is a message, never a stack trace
            last = _error(ReaderCrashed(request.name, detail=_where(error)))
        imported = [name for name, module in list(sys.modules.items()) if name not in known and _is_importable(module)]
        out.write([_line({**last, "imported": imported})])


class _Out:
    """The pipe to the server, for several threads: lines never mix."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()

    def write(self, lines: list[bytes]) -> None:
        rest = memoryview(b"".join(lines))
        with self._lock:
            while rest:
                rest = rest[self._pipe.write(rest) :]


def _read(source: Source, request: Request, formats: Mapping[str, Format], out: _Out) -> None:
    lines: list[bytes] = []
    size = 0
    flushed = time.monotonic()
    try:
        for line, urgent in _lines(source, request, formats):
            lines.append(line)
            size += len(line)
            now = time.monotonic()
            if urgent or size > _FLUSH_BYTES or now - flushed > _FLUSH_SECONDS:
                out.write(lines)
                lines, size, flushed = [], 0, now
    finally:
        out.write(lines)


def _lines(source: Source, request: Request, formats: Mapping[str, Format]) -> Iterator[tuple[bytes, bool]]:
    """The lines, and whether somebody waits for this one."""
    if is_locked(source.stream):
        source = _unlocked(source, request.options)
    media_type = request.media_type or sniff(source.stream, source.name)
    if media_type not in formats:
        raise UnsupportedFormat(source.name, detail=f"a file of type {media_type}")
    yield _line({"media_type": media_type}), True
    if request.wish is not None:
        viewer = formats[media_type].viewer()
        if viewer is None:
            raise NoPages(source.name, detail=f"of the kind {formats[media_type].label}")
        yield _line(to_record(viewer(source, request.options, request.wish))), True
        return
    for event in formats[media_type].reader()(source, request.options):
        if isinstance(event, Element) and len(event.text) > _LONGEST:
            raise TooLarge(source.name, detail=f"one block of its text has {len(event.text)} characters")
        yield dump(event), isinstance(event, Progress)


def _unlocked(source: Source, options: ReadOptions) -> Source:
    """The file inside an encrypted Office file, decrypted in memory: only then it can be told what it is."""
    from ingest.parse.archive import open_package

    plain = open_package(source, options)
    size = plain.seek(0, os.SEEK_END)
    plain.seek(0)
    return replace(source, stream=plain, size=size, password=None)


def _is_importable(module: object) -> bool:
    spec = getattr(module, "__spec__", None)
    return spec is not None and spec.loader is not None


def _line(record: dict[str, object]) -> bytes:
    return orjson.dumps(record, default=str, option=orjson.OPT_APPEND_NEWLINE)


def _error(error: UnreadableFile) -> dict[str, object]:
    return {"error": type(error).__name__, "module": type(error).__module__, "facts": error.facts}


def _where(error: BaseException) -> str:
    """The exception's type and place, without its message, which may quote the document."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place
