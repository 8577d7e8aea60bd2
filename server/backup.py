"""Backups of a data folder while it is in use, and their restoring.

A backup is a tar archive: `lectern.json` (what it is), the files of the data folder as they lie there, sealed, and last
`checksums.json` with the SHA-256 of each file and a MAC over them under a key of this installation, so that a backup
that was cut off or changed is told from a whole one. The master key is left out unless it is asked for: without it a
backup cannot be read, with it the backup is as precious as the data.
"""

import hashlib
import hmac
import json
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any, BinaryIO, Protocol

from cryptography.exceptions import InvalidTag

from server.errors import BadBackup, MissingMasterKey, WrongMasterKey
from server.vault.derive import derive
from server.vault.master import (
    KEY_FILE,
    ROOT_FILE,
    MasterKey,
    encode_key,
    open_master_key,
    read_master_key,
    write_secret,
)
from server.vault.segments import lies_in_clear

VERSION = 1

_ABOUT, _CHECKSUMS = "lectern.json", "checksums.json"
_STAGE, _RESTORING = ".backup-", ".restoring"
_MOST_JSON = 256 << 20
_PIECE = 1 << 20
_MAC_PURPOSE = "backup"
_NAME = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
_SQLITE = b"SQLite format 3\0"
# What belongs to a running process: locks, and journals that SQLite's own copy has taken in.
_PASSING = re.compile(r".*(\.lock|\.sock|-journal|-wal|-shm)$")

POSTGRESQL_LEFT_OUT = (
    "The database, with the small files in it, is not in this backup, as it is a server's: save and restore it with "
    "pg_dump and psql."
)
MILVUS_LEFT_OUT = "The vector index is not in this backup, as it is a Milvus server's: save it with milvus-backup."


class SqlDatabase(Protocol):
    """The database (`server.adapters.database.engine.Database`)."""

    is_sqlite: bool
    url: Any


class ObjectFolder(Protocol):
    """The sealed objects (`server.adapters.blobs.Blobs`). The small ones lie in the database and are saved with it."""

    folder: Path

    def paths(self) -> Iterator[Path]:
        """The files of the large objects."""
        ...

    def any_packed_in_clear(self) -> bool:
        """Whether a small object is not sealed."""
        ...


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. `sealed`: no uploaded file in it lies in clear; `left_out`: what to save by other means."""

    version: int
    created: int
    sealed: bool
    includes_key: bool
    left_out: tuple[str, ...]


def snapshot(
    out: BinaryIO,
    data: Path,
    database: SqlDatabase,
    blobs: ObjectFolder,
    index_folder: Path | None,
    freeze: AbstractContextManager[object],
    include_key: bool = False,
) -> Manifest:
    """Writes a backup of the running data folder to `out`, which need not be seekable.

    Inside `freeze` nothing may write to the database, the index or the objects. That lasts as long as copying the index
    to the data folder's disk; the database is copied after it, as it stood then, and so are the objects, which never
    change.
    `index_folder` is none when the index is a server's.

    Raises:
        OSError: from `out`, or the disk is full.
    """
    master, root = open_master_key(data)
    left_out: list[str] = []
    with _stage(data) as stage, ExitStack() as opened:
        source = Path(str(database.url.database))
        live: sqlite3.Connection | None = None
        with freeze:
            if database.is_sqlite:
                live = opened.enter_context(_state_of(source))
            else:
                left_out.append(POSTGRESQL_LEFT_OUT)
            if index_folder is None:
                left_out.append(MILVUS_LEFT_OUT)
            else:
                _copy_index(index_folder, stage / _place(index_folder, data))
            sealed = _link_objects(blobs, stage / _place(blobs.folder, data))
        if live is not None:
            _copy_sqlite(live, stage / _place(source, data))
        sealed = sealed and not (database.is_sqlite and blobs.any_packed_in_clear())
        shutil.copy(data / ROOT_FILE, stage)
        if include_key:
            write_secret(stage / KEY_FILE, encode_key(master.bytes))
        manifest = Manifest(VERSION, int(time.time()), sealed, include_key, tuple(left_out))
        _send(out, stage, manifest, derive(root, _MAC_PURPOSE))
    return manifest


def restore(archive: BinaryIO, data: Path, master_key: bytes | None) -> Manifest:
    """Makes a data folder of a backup; all of it or nothing. `archive` need not be seekable.

    `master_key` may be none if the backup includes it. What the manifest says was left out is not restored.

    Raises:
        BadBackup: the folder is not empty, or the archive is no backup, cut off, changed or of a later version.
        MissingMasterKey, WrongMasterKey: the key is needed, or is another one.
    """
    name = str(getattr(archive, "name", "The backup"))
    existed = data.exists()
    if existed and any(path.name != "lock" for path in data.iterdir()):
        raise BadBackup(name=name, detail=f"{data} is not empty. Name a new folder.")
    part = data / _RESTORING
    part.mkdir(mode=0o700, parents=True)
    data.chmod(0o700)
    try:
        manifest = _receive(archive, part, data, master_key)
        for path in sorted(part.iterdir()):
            path.rename(data / path.name)
        part.rmdir()
    except BaseException as error:
        shutil.rmtree(part if existed else data)
        if isinstance(error, _UnfitError):
            raise BadBackup(name=name, detail=error) from None
        raise
    return manifest


def sweep(data: Path) -> None:
    """Removes what a killed snapshot left in the data folder."""
    for stage in data.glob(_STAGE + "*"):
        shutil.rmtree(stage, ignore_errors=True)


@contextmanager
def _stage(data: Path) -> Iterator[Path]:
    """A folder on the data folder's disk that becomes what the backup restores."""
    with tempfile.TemporaryDirectory(prefix=_STAGE, dir=data) as folder:
        yield Path(folder)


def _place(path: Path, data: Path) -> Path:
    """Where a part lies in the restored folder: where it is now, or directly in it if it is kept elsewhere."""
    path, data = path.resolve(), data.resolve()
    return path.relative_to(data) if path.is_relative_to(data) else Path(path.name)


def _make_folder(path: Path) -> None:
    """A folder with those above it, each only for its owner (mkdir's own `parents` would leave those open)."""
    if not path.is_dir():
        _make_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def _state_of(source: Path) -> Iterator[sqlite3.Connection]:
    """A connection that goes on seeing the file as it is now, whoever writes to it."""
    with closing(sqlite3.connect(source, timeout=30, isolation_level=None)) as live:
        live.execute("BEGIN")
        live.execute("SELECT 1 FROM sqlite_schema").fetchone()  # only reading takes hold of the state
        yield live


def _copy_sqlite(live: sqlite3.Connection, target: Path) -> None:
    # SQLite's online backup in a single step: one state of the file, with what is in its journal.
    _make_folder(target.parent)
    with closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def _copy_index(folder: Path, target: Path) -> None:
    _make_folder(target)
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink() or _PASSING.match(path.name):
            continue
        copy = target / path.relative_to(folder)
        with path.open("rb") as file:
            is_sqlite = file.read(len(_SQLITE)) == _SQLITE
        if is_sqlite:
            with _state_of(path) as live:  # waits for Milvus Lite's transaction to end
                _copy_sqlite(live, copy)
        else:
            _make_folder(copy.parent)
            shutil.copyfile(path, copy)


def _link_objects(blobs: ObjectFolder, target: Path) -> bool:
    """Further names for the objects' files, so that they stay when the objects are deleted; whether all are sealed."""
    sealed = True
    for path in blobs.paths():
        link = target / path.relative_to(blobs.folder)
        _make_folder(link.parent)
        link.hardlink_to(path)
        with link.open("rb", buffering=0) as file:
            sealed = sealed and not lies_in_clear(file.read(16))
    return sealed


def _send(out: BinaryIO, stage: Path, manifest: Manifest, key: bytes) -> None:
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        about = json.dumps(asdict(manifest), indent=1).encode()
        _add(tar, _ABOUT, BytesIO(about), len(about))
        sums = {_ABOUT: hashlib.sha256(about).hexdigest()}
        for path in sorted(path for path in stage.rglob("*") if path.is_file()):
            member = path.relative_to(stage).as_posix()
            with path.open("rb") as file:
                hashing = _Hashing(file)
                _add(tar, member, hashing, path.stat().st_size)
            sums[member] = hashing.digest.hexdigest()
        checksums = json.dumps({"sha256": sums, "mac": _mac(key, sums)}, indent=1).encode()
        _add(tar, _CHECKSUMS, BytesIO(checksums), len(checksums))


def _add(tar: tarfile.TarFile, name: str, content: Any, size: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(time.time())
    tar.addfile(info, content)


class _Hashing:
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


def _mac(key: bytes, sums: Mapping[str, str]) -> str:
    return hmac.new(key, json.dumps(sums, sort_keys=True).encode(), hashlib.sha256).hexdigest()


def _receive(archive: BinaryIO, folder: Path, data: Path, master_key: bytes | None) -> Manifest:
    """Unpacks and proves a backup in an empty folder, and puts the master key there."""
    sums: dict[str, str] = {}
    try:
        with tarfile.open(fileobj=archive, mode="r|") as tar:
            about = _text(tar, tar.next(), _ABOUT)
            manifest = _manifest(about)
            sums[_ABOUT] = hashlib.sha256(about).hexdigest()
            while (info := tar.next()) is not None and info.name != _CHECKSUMS:
                if info.name in sums:
                    raise _UnfitError(f"it holds {info.name!r} twice.")
                sums[info.name] = _unpack(tar, info, folder)
            checksums = _text(tar, info, _CHECKSUMS)
    except (tarfile.TarError, EOFError):
        raise _UnfitError("it is cut off, or not a Lectern backup.") from None
    stated = _object(checksums)
    if stated.get("sha256") != sums:
        raise _UnfitError("it is damaged: its content is not what its checksums say.")
    key_path = folder / KEY_FILE
    if master_key is None:
        if not key_path.exists():
            raise MissingMasterKey(data=data, path=data / KEY_FILE)
        master_key = read_master_key(key_path)
    try:
        root = MasterKey(master_key).root((folder / ROOT_FILE).read_bytes())
    except (InvalidTag, FileNotFoundError):
        raise WrongMasterKey(path=data / KEY_FILE) from None
    if not hmac.compare_digest(str(stated.get("mac")), _mac(derive(root, _MAC_PURPOSE), sums)):
        raise _UnfitError("it was changed after it was made.")
    write_secret(key_path, encode_key(master_key))
    os.sync()
    return manifest


def _text(tar: tarfile.TarFile, info: tarfile.TarInfo | None, name: str) -> bytes:
    """The content of the member that must come next."""
    content = tar.extractfile(info) if info is not None and info.name == name and info.isreg() else None
    if content is None:
        raise _UnfitError("it is cut off, or not a Lectern backup.")
    return content.read(_MOST_JSON)


def _manifest(about: bytes) -> Manifest:
    stated = _object(about)
    if stated.get("version") != VERSION:
        raise _UnfitError(f"this Lectern reads backups of version {VERSION}, not {stated.get('version')!r}.")
    try:
        return Manifest(**{**stated, "left_out": tuple(stated["left_out"])})
    except (TypeError, KeyError):
        raise _UnfitError("it is not a Lectern backup.") from None


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise _UnfitError("it is damaged, or not a Lectern backup.")
    return found


def _unpack(tar: tarfile.TarFile, info: tarfile.TarInfo, folder: Path) -> str:
    """Writes a member and returns its SHA-256."""
    content = tar.extractfile(info) if info.type == tarfile.REGTYPE and not info.issparse() else None
    if content is None or not _NAME.fullmatch(info.name) or {".", ".."} & set(info.name.split("/")):
        raise _UnfitError(f"it holds {info.name!r}, which no backup holds.")
    path = folder / info.name
    try:
        _make_folder(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except (FileExistsError, NotADirectoryError):
        raise _UnfitError(f"it holds {info.name!r} twice.") from None
    hashing = _Hashing(content)
    with os.fdopen(descriptor, "wb") as file:
        while piece := hashing.read(_PIECE):
            file.write(piece)
    return hashing.digest.hexdigest()


class _UnfitError(Exception):
    """Why an archive cannot be restored."""
