"""Sealed objects in a local folder."""

import fcntl
import hashlib
import hmac
import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

_PART = ".part"


class Writer(Protocol):
    """A stream that `finish` completes."""

    def write(self, data: bytes, /) -> int:
        """Takes all bytes."""
        ...

    def finish(self) -> None:
        """Writes what is left."""
        ...


class Seal(Protocol):
    """What makes sealed objects of plain ones (`server.vault.keyring.Keyring`)."""

    def object_writer(self, sink: BinaryIO, name: str, key_of: str) -> Writer:
        """A writer that seals into `sink`."""
        ...

    def object_reader(self, source: io.BufferedIOBase, name: str, key_of: str) -> io.BufferedIOBase:
        """The plain content of a sealed stream. Raises DamagedSeal."""
        ...


class Blobs:
    """The port `Files` on a local folder.

    A file's path is a keyed hash of its object's name: it shows nothing and no name can lead out of the folder. Objects
    appear whole or not at all, also when the machine loses power.
    """

    def __init__(self, folder: Path, seal: Seal, secret: bytes) -> None:
        self.folder = folder
        self._seal = seal
        self._secret = secret

    @contextmanager
    def write(self, name: str, key_of: str) -> Iterator[BinaryIO]:
        """A stream that becomes the object, whole and durable, when the block ends without an exception.

        Raises:
            UnknownFile: the file `key_of` has no key (any more).
        """
        path = self._path(name)
        if not path.parent.is_dir():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            _sync(self.folder)
        part, sink = _create_part(path)
        try:
            with sink:
                writer = self._seal.object_writer(sink, name, key_of)
                yield cast(BinaryIO, writer)
                writer.finish()
                sink.flush()
                os.fsync(sink.fileno())
                part.rename(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _sync(path.parent)

    def open(self, name: str, key_of: str) -> BinaryIO:
        """The object's plain content as a seekable stream, for one thread.

        Raises:
            FileNotFoundError: there is no such object.
            DamagedSeal: it is not what was sealed.
        """
        try:
            source = self._path(name).open("rb")
        except FileNotFoundError:
            raise FileNotFoundError(f"there is no object {name}") from None
        try:
            return cast(BinaryIO, self._seal.object_reader(source, name, key_of))
        except BaseException:
            source.close()
            raise

    def exists(self, name: str) -> bool:
        """Whether there is such an object."""
        return self._path(name).is_file()

    def delete(self, name: str) -> None:
        """Removes the object; it may be gone already."""
        path = self._path(name)
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            _sync(path.parent)

    def paths(self) -> Iterator[Path]:
        """The files of all objects, each whole and never changed once it is there, in the order of their names."""
        for path in sorted(self.folder.glob("??/*")):
            if path.suffix != _PART:
                yield path

    def sweep(self) -> int:
        """Removes what killed writers left and returns how many there were; those who still write are not disturbed."""
        swept = 0
        for part in self.folder.glob(f"??/*{_PART}"):
            try:
                with part.open("rb") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    part.unlink(missing_ok=True)
                    swept += 1
            except (BlockingIOError, FileNotFoundError):
                continue  # its writer lives, or has just ended
        return swept

    def _path(self, name: str) -> Path:
        digest = hmac.new(self._secret, name.encode(), hashlib.sha256).hexdigest()
        return self.folder / digest[:2] / digest[2:]


def _create_part(path: Path) -> tuple[Path, io.BufferedWriter]:
    """A new file beside `path`, locked as long as its writer lives."""
    while True:
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}{_PART}")
        file = os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            return part, file
        file.close()  # a sweep took it before it was locked


def _sync(folder: Path) -> None:
    """Makes the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
