"""Sealed objects in a local folder, the small ones packed."""

import fcntl
import hashlib
import hmac
import io
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

PACKED_BYTES = 64 * 1024
"""Objects of at most this size are packed."""
SEAL_BYTES = 64
"""What sealing adds to such an object, at most."""

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


class Pack(Protocol):
    """Where small objects lie together (`server.adapters.database.packed.PackedObjects`)."""

    def put(self, objects: Sequence[tuple[str, bytes]]) -> None:
        """Stores the content of each name, durably, in place of what it was."""
        ...

    def put_lazily(self, name: str, content: bytes) -> None:
        """As `put`, but it may be lost with the machine's power."""
        ...

    def get(self, name: str) -> bytes | None:
        """The object's content, if there is such an object."""
        ...

    def holds(self, name: str) -> bool:
        """Whether there is such an object."""
        ...

    def remove(self, names: Sequence[str]) -> None:
        """Removes the objects; they may be gone already."""
        ...

    def any_in_clear(self) -> bool:
        """Whether one of them is not sealed."""
        ...


class Blobs:
    """The port `Files` on a local folder and a pack.

    A small object goes into the pack, where many share one wait for the disk; a large one is a file of its own. Each is
    known by a keyed hash of its object's name: it shows nothing, and no name can lead out of the folder. Objects appear
    whole or not at all, also when the machine loses power.

    Where an object has both, the file counts: it was put there later. (A small object that takes the place of a large
    one is therefore a file, too.)
    """

    def __init__(self, folder: Path, seal: Seal, secret: bytes, pack: Pack) -> None:
        self.folder = folder
        self._seal = seal
        self._secret = secret
        self._pack = pack

    @contextmanager
    def write(self, name: str, key_of: str, *, durable: bool = True) -> Iterator[BinaryIO]:
        """A stream that becomes the object, whole and durable, when the block ends without an exception.

        If it need not be durable, a small object is written without a wait for the disk: it outlives the process, but
        may be lost with the machine's power.

        Raises:
            UnknownFile: the file `key_of` has no key (any more).
        """
        digest = self._digest(name)
        path = self._path(digest)
        sink = _Sink(path)
        try:
            writer = self._seal.object_writer(cast(BinaryIO, sink), name, key_of)
            yield cast(BinaryIO, writer)
            writer.finish()
            small = None if path.is_file() else sink.small()
            if small is None:
                sink.become_file()
                self._pack.remove([digest])
            elif durable:
                self._pack.put([(digest, small)])
            else:
                self._pack.put_lazily(digest, small)
        finally:
            sink.close()

    def write_all(self, objects: Sequence[tuple[str, str, bytes]]) -> None:
        """Objects of (name, key_of, content), durable when it returns; the small ones with one wait for the disk.

        Raises:
            UnknownFile: a file has no key (any more); the other objects may have been written.
        """
        packed = []
        for name, key_of, content in objects:
            digest, sealed = self._digest(name), io.BytesIO()
            if len(content) <= PACKED_BYTES and not self._path(digest).is_file():
                writer = self._seal.object_writer(sealed, name, key_of)
                writer.write(content)
                writer.finish()
                packed.append((digest, sealed.getvalue()))
            else:
                with self.write(name, key_of) as out:
                    out.write(content)
        self._pack.put(packed)

    def open(self, name: str, key_of: str) -> BinaryIO:
        """The object's plain content as a seekable stream, for one thread.

        Raises:
            FileNotFoundError: there is no such object.
            DamagedSeal: it is not what was sealed.
        """
        source = self._stored(name)
        try:
            return cast(BinaryIO, self._seal.object_reader(source, name, key_of))
        except BaseException:
            source.close()
            raise

    def exists(self, name: str) -> bool:
        """Whether there is such an object."""
        digest = self._digest(name)
        return self._path(digest).is_file() or self._pack.holds(digest)

    def delete(self, *names: str) -> None:
        """Removes the objects; they may be gone already."""
        digests = [self._digest(name) for name in names]
        self._pack.remove(digests)  # first: an older one that was left there must not come back
        for path in map(self._path, digests):
            if path.is_file():
                path.unlink(missing_ok=True)
                _sync(path.parent)

    def paths(self) -> Iterator[Path]:
        """The files of large objects, each whole and never changed once it is there, in the order of their names."""
        for path in sorted(self.folder.glob("??/*")):
            if path.suffix != _PART:
                yield path

    def any_packed_in_clear(self) -> bool:
        """Whether one of the small objects was written while the seal was off."""
        return self._pack.any_in_clear()

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

    def _stored(self, name: str) -> io.BufferedIOBase:
        digest = self._digest(name)
        try:
            return self._path(digest).open("rb")
        except FileNotFoundError:
            content = self._pack.get(digest)
        if content is None:
            raise FileNotFoundError(f"there is no object {name}")
        return io.BytesIO(content)

    def _digest(self, name: str) -> str:
        return hmac.new(self._secret, name.encode(), hashlib.sha256).hexdigest()

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest[2:]


class _Sink:
    """Takes a sealed object: in memory while it is small, then as a file beside its place."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held = bytearray()
        self._part: Path | None = None
        self._file: io.BufferedWriter | None = None

    def write(self, data: bytes, /) -> int:
        """Takes all bytes."""
        if self._file is None and len(self._held) + len(data) <= PACKED_BYTES + SEAL_BYTES:
            self._held += data
            return len(data)
        return self._opened().write(data)

    def small(self) -> bytes | None:
        """The whole object, if it is small."""
        return bytes(self._held) if self._file is None else None

    def become_file(self) -> None:
        """Puts the object in its place, durably."""
        file = self._opened()
        file.flush()
        os.fsync(file.fileno())
        assert self._part is not None  # noqa: S101 - made with the file
        self._part.rename(self._path)
        self._part = None
        _sync(self._path.parent)

    def close(self) -> None:
        """Lets go of it; what has not become a file is removed."""
        if self._file is not None:
            self._file.close()
        if self._part is not None:
            self._part.unlink(missing_ok=True)

    def _opened(self) -> io.BufferedWriter:
        if self._file is None:
            folder = self._path.parent
            if not folder.is_dir():
                folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                folder.mkdir(mode=0o700, exist_ok=True)
                _sync(folder.parent)
            self._part, self._file = _create_part(self._path)
            self._file.write(self._held)
        return self._file


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
