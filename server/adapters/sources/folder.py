"""A folder of this machine, mounted shares among them."""

import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from server.adapters.sources.selection import Selection
from server.errors import RefusedSource, SourceUnavailable
from server.model import Found, Listing

# Two changes within one tick of the clock of the file system cannot be told apart by their times.
FRESH_SECONDS = 2.0
MOST_DEEP = 64

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Roots:
    """The folders in which sources may lie. Sources in Lectern's own data are refused: they hold keys."""

    def __init__(self, folders: str, data: Path) -> None:
        self._folders = [Path(part).resolve() for part in folders.split(os.pathsep) if part]
        self._data = data.resolve()

    def folder(self, path: str) -> Path:
        """The folder itself, behind all links.

        Raises:
            RefusedSource: it does not lie in an allowed folder.
        """
        found = Path(path)
        if not found.is_absolute() or "\0" in path:
            raise RefusedSource(url=path, detail="name a folder by its whole path")
        found = found.resolve()
        if not any(found.is_relative_to(root) for root in self._folders):
            allowed = ", ".join(map(str, self._folders)) or "nowhere"
            raise RefusedSource(url=path, detail=f"LECTERN_SOURCE_ROOTS allows folders in: {allowed}")
        if found.is_relative_to(self._data) or self._data.is_relative_to(found):
            raise RefusedSource(url=path, detail="Lectern's own data lies there")
        return found


class Folder:
    """Files below a folder. Links are not followed, neither now nor if one takes a folder's place meanwhile: every
    step down is taken from the folder that is open already.

    Raises:
        SourceUnavailable: the folder cannot be read.
    """

    def __init__(self, folder: Path, selection: Selection) -> None:
        self._folder = folder
        self._selection = selection
        try:
            self._root = os.open(folder, _FOLDER)
        except OSError as error:
            raise SourceUnavailable(url=str(folder), detail=error.strerror) from None

    def close(self) -> None:
        """Lets go of the folder."""
        os.close(self._root)

    def scan(self, known: dict[str, str], check: Callable[[], None]) -> Listing:
        """All files. Raises SourceUnavailable."""
        unread: dict[str, str] = {}
        files = tuple(self._walk(os.dup(self._root), "", unread, check))
        if "" in unread:
            raise SourceUnavailable(url=str(self._folder), detail=unread[""])
        return Listing(files, unread, str(os.fstat(self._root).st_dev))

    def open(self, found: Found) -> BinaryIO:
        """The content. Raises OSError."""
        with self._parent(found.path) as (parent, name):
            descriptor = os.open(name, _FILE, dir_fd=parent)
        stream = os.fdopen(descriptor, "rb")
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            stream.close()
            raise FileNotFoundError(f"{found.path} is no file any more")
        return stream

    def settled(self, found: Found) -> bool:
        """Whether the file is still as it was found: else it was read while somebody wrote it."""
        with self._parent(found.path) as (parent, name):
            return _stamp(os.stat(name, dir_fd=parent, follow_symlinks=False)) == found.stamp

    def _walk(self, folder: int, path: str, unread: dict[str, str], check: Callable[[], None]) -> Iterator[Found]:
        """The files below an open folder, which is closed in the end."""
        check()
        below: list[str] = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    inside = f"{path}{entry.name}"
                    if not entry.is_dir(follow_symlinks=False):
                        if self._selection.takes(inside) and (found := _found(entry, inside)):
                            yield found
                    elif self._selection.enters(inside):
                        below.append(entry.name)
            for name in below:
                if path.count("/") >= MOST_DEEP:
                    unread[f"{path}{name}"] = f"it lies more than {MOST_DEEP} folders deep"
                    continue
                try:
                    inner = os.open(name, _FOLDER, dir_fd=folder)
                except FileNotFoundError:
                    continue
                except OSError as error:
                    unread[f"{path}{name}"] = str(error.strerror)
                    continue
                yield from self._walk(inner, f"{path}{name}/", unread, check)
        except OSError as error:
            unread[path.rstrip("/")] = str(error.strerror)
        finally:
            os.close(folder)

    @contextmanager
    def _parent(self, path: str) -> Iterator[tuple[int, str]]:
        """The open folder in which the file lies, and the file's name in it."""
        *folders, name = path.split("/")
        current = os.dup(self._root)
        try:
            for one in folders:
                inner = os.open(one, _FOLDER, dir_fd=current)
                os.close(current)
                current = inner
            yield current, name
        finally:
            os.close(current)


def _found(entry: "os.DirEntry[str]", path: str) -> Found | None:
    """The entry if it is a file, and still there."""
    try:
        facts = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(facts.st_mode):
        return None
    fresh = time.time() - facts.st_ctime < FRESH_SECONDS
    return Found(path, _stamp(facts), entry.name, facts.st_size, fresh)


def _stamp(facts: os.stat_result) -> str:
    # The time of modification can be set back, as copying tools do; that of the change of the entry cannot.
    return f"{facts.st_size} {facts.st_mtime_ns} {facts.st_ctime_ns}"
