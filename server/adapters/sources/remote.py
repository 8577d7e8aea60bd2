"""The files of a share elsewhere.

fsspec's own `walk` and `find` take a folder that cannot be listed for an empty one. Here that ends the run: what was
not seen must not be taken for deleted.
"""

import errno
import hashlib
import io
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, BinaryIO, Protocol

from server.adapters.sources.folder import FRESH_SECONDS, MOST_DEEP
from server.adapters.sources.selection import Selection
from server.errors import SourceUnavailable
from server.model import Found, Listing

MOST_STAMP_CHARS = 200

Check = Callable[[], None]


class Share(Protocol):
    """A bucket or a share. All but `close` raise OSError, whatever happens."""

    def walk(self, selection: Selection, check: Check) -> Iterator[Found]:
        """All files that are wanted."""
        ...

    def open(self, path: str) -> BinaryIO:
        """The content."""
        ...

    def settled(self, found: Found) -> bool:
        """Whether the file is still as it was when it was read."""
        ...

    def close(self) -> None:
        """Lets go of the connections."""
        ...


class Remote:
    """The files of a share.

    Raises:
        SourceUnavailable: from `scan`.
    """

    def __init__(self, url: str, share: Share, selection: Selection) -> None:
        self._url = url
        self._share = share
        self._selection = selection

    def scan(self, known: Mapping[str, str], check: Check) -> Listing:
        """All files."""
        try:
            return Listing(tuple(self._share.walk(self._selection, check)))
        except OSError as error:
            raise SourceUnavailable(url=self._url, detail=str(error) or type(error).__name__) from error

    def open(self, found: Found) -> BinaryIO:
        """The content. Raises OSError."""
        return self._share.open(found.path)

    def settled(self, found: Found) -> bool:
        """Whether the file is still as it was: else it was read while somebody wrote it. Raises OSError."""
        return self._share.settled(found)

    def close(self) -> None:
        """Lets go of the share."""
        self._share.close()


class Stream(io.RawIOBase):
    """A remote file whose errors are OSErrors."""

    def __init__(self, opening: Callable[[], Any]) -> None:
        with translated():
            self._inner = opening()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        with translated():
            return bytes(self._inner.read(size))

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Goes to a place."""
        with translated():
            return int(self._inner.seek(offset, whence))

    def close(self) -> None:
        """Lets go of the file."""
        if not self.closed:
            self._inner.close()
        super().close()


def walk_tree(
    entries: Callable[[str], Iterator[tuple[bool, Found]]], selection: Selection, check: Check, folder: str = ""
) -> Iterator[Found]:
    """All wanted files of a share that is listed folder by folder: `entries` gives what lies in one, each with whether
    it is a folder. Raises OSError."""
    check()
    below = []
    for is_folder, found in entries(folder):
        if not found.name or "/" in found.name or found.name in {".", ".."}:
            continue  # nothing that a folder can hold
        if not is_folder:
            if selection.takes(found.path):
                yield found
        elif selection.enters(found.path):
            below.append(found.path)
    for path in below:
        if path.count("/") >= MOST_DEEP:
            raise OSError(f"{path} lies more than {MOST_DEEP} folders deep")
        yield from walk_tree(entries, selection, check, path)


@contextmanager
def translated() -> Iterator[None]:
    """Whatever a library raises, as an OSError."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOENT and not isinstance(error, FileNotFoundError):
            raise FileNotFoundError(error.errno, error.strerror) from error
        raise
    except Exception as error:
        raise OSError(str(error) or type(error).__name__) from error


def stamp_of(size: object, *told: object) -> str:
    """What tells the state of a file from others, short enough to be kept."""
    stamp = " ".join(map(str, (size, *told)))
    return stamp if len(stamp) <= MOST_STAMP_CHARS else hashlib.sha256(stamp.encode()).hexdigest()


def is_fresh(changed: datetime | None) -> bool:
    """Whether the next change may have the same time as this one."""
    return changed is None or time.time() - changed.timestamp() < FRESH_SECONDS
