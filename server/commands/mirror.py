"""What a vector store holds of the files on this machine, and how it is brought in step with them.

The state is kept where it belongs, in the store: each file has the attributes `folder`, `path` in it and `sha256`. So a
second call, from wherever, uploads only what changed.
"""

import hashlib
import os
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from server.commands.client import Client, ServerSaid
from server.errors import LecternError

UPLOADS_AT_ONCE = 4
MOST_CHARS = 512
BLOCK_BYTES = 1024 * 1024
# A file that changed later than this may still be being written.
SETTLED_SECONDS = 1.0
POLLED_AT_ONCE = 16

Place = tuple[str, str]
Stamp = tuple[int, int, int]


class UnreadableFolder(LecternError):
    """{path} cannot be looked through ({detail}). Check that you may read it, and what lies in it."""

    code = "unreadable_folder"


@dataclass(frozen=True, slots=True)
class Local:
    """A file of this machine. `place` is what it is known by in the store."""

    path: Path
    place: Place
    stamp: Stamp

    @property
    def settled(self) -> bool:
        """Whether nobody has written to it for a while; a time that lies ahead tells nothing."""
        return not 0 <= time.time_ns() - self.stamp[1] <= SETTLED_SECONDS * 1e9


@dataclass(slots=True)
class Kept:
    """A file of the store. `stamp` is what the local file had when it was seen to be the same."""

    file_id: str
    sha256: str
    status: str
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """How something ended for a file: its standing in the store, or an error, or `removed`."""

    path: str
    entry: Mapping[str, Any] | None = None
    error: str | None = None


@dataclass(slots=True)
class Mirror:
    """A store's copy of the files below some paths. `wish` goes along with each file that is put into the store."""

    client: Client
    store_id: str
    wish: Mapping[str, Any]
    kept: dict[Place, Kept] = field(default_factory=dict)
    waiting: dict[str, Local] = field(default_factory=dict)
    refused: dict[Place, Stamp] = field(default_factory=dict)
    devices: dict[Path, int] = field(default_factory=dict)
    unchanged: int = 0
    now: str = ""

    def load(self) -> None:
        """Asks the store what it holds."""
        self.kept.clear()
        after: Mapping[str, str] = {}
        while True:
            where = f"/v1/vector_stores/{self.store_id}/files"
            page = self.client.call("GET", where, params={"limit": 100, "order": "asc", **after})
            for entry in page["data"]:
                told = entry["attributes"]
                if {"folder", "path", "sha256"} <= told.keys():
                    place = str(told["folder"]), str(told["path"])
                    self.kept[place] = Kept(entry["id"], str(told["sha256"]), entry["status"])
            if not page["has_more"]:
                return
            after = {"after": page["last_id"]}

    def push(self, files: Sequence[Local]) -> Iterator[Told | None]:
        """Uploads those that are new or changed, several at once; tells of those that cannot be, and nothing of the
        others."""
        with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
            running: list[Future[Told | None]] = [pool.submit(self._push, file) for file in files if self._may(file)]
            try:
                for one in running:
                    yield one.result()
            finally:
                pool.shutdown(cancel_futures=True)

    def remove(self, root: Path, files: Sequence[Local]) -> Iterator[Told]:
        """Takes those out of the store that are not among `files` any more, of all that lay at or below the root.

        Raises:
            UnreadableFolder: what was mounted at the root is not.
        """
        device = root.stat().st_dev if root.is_dir() else 0
        if self.devices.setdefault(root, device) != device and not files:
            detail = "it is empty, and on another device than before: is the share mounted?"
            raise UnreadableFolder(path=root, detail=detail)
        here = {file.place for file in files}
        for place, kept in list(self.kept.items()):
            if place not in here and _is_of(place, root):
                where = f"/v1/vector_stores/{self.store_id}/files/{kept.file_id}"
                try:
                    self.client.call("DELETE", where)
                except ServerSaid as error:
                    if error.facts.get("answered") != httpx.codes.NOT_FOUND:
                        raise
                del self.kept[place]
                yield Told("/".join(place))

    def poll(self) -> Iterator[Told]:
        """Tells of files that were read meanwhile; the oldest are asked for, as they are read in that order."""
        for file_id in list(self.waiting)[:POLLED_AT_ONCE]:
            file = self.waiting[file_id]
            try:
                entry = self.client.call("GET", f"/v1/vector_stores/{self.store_id}/files/{file_id}")
            except ServerSaid as error:
                del self.waiting[file_id]
                self.kept.pop(file.place, None)
                yield Told(str(file.path), error=error.message)
                continue
            if file_id == next(iter(self.waiting)):
                self.now = entry["progress"] or entry["status"]
            if entry["status"] != "in_progress":
                del self.waiting[file_id]
                self.kept[file.place].status = entry["status"]
                yield Told(str(file.path), entry)

    def _may(self, file: Local) -> bool:
        """Whether the file may have changed since it was seen last, and its last version is read."""
        kept = self.kept.get(file.place)
        if self.refused.get(file.place) == file.stamp:
            return False
        return kept is None or (kept.stamp != file.stamp and kept.file_id not in self.waiting)

    def _push(self, file: Local) -> Told | None:
        try:
            return self._upload(file)
        except FileNotFoundError:
            return None
        except OSError as error:
            self.refused[file.place] = file.stamp
            return Told(str(file.path), error=error.strerror)
        except ServerSaid as error:
            self.refused[file.place] = file.stamp
            return Told(str(file.path), error=error.message)

    def _upload(self, file: Local) -> Told | None:
        kept = self.kept.get(file.place)
        digest = _digest(file.path)
        files = f"/v1/vector_stores/{self.store_id}/files"
        if kept is not None and kept.sha256 == digest:
            kept.stamp = file.stamp
            if kept.status in {"failed", "cancelled"}:  # once more: perhaps it can be read by now
                self.client.call("POST", files, json={"file_id": kept.file_id, **self.wish})
            if kept.status == "completed":
                self.unchanged += 1
            else:
                self.waiting[kept.file_id] = file
            return None
        name = file.path.name.encode("utf-8", "replace").decode()
        with file.path.open("rb") as stream:
            content = {"file": (name, stream)}
            uploaded = self.client.call("POST", "/v1/files", files=content, data={"purpose": "assistants"})
        if _stamp(file.path.stat()) != file.stamp:  # it was read while somebody wrote it; its change is seen again
            self.client.call("DELETE", f"/v1/files/{uploaded['id']}")
            return None
        attributes = dict(zip(("folder", "path"), file.place, strict=True)) | {"sha256": digest}
        asked = {"file_id": uploaded["id"], "attributes": attributes, "owned": True, **self.wish}
        if kept is not None:
            asked["replaces"] = kept.file_id
        self.client.call("POST", files, json=asked)
        self.kept[file.place] = Kept(uploaded["id"], digest, "in_progress", file.stamp)
        self.waiting[uploaded["id"]] = file
        return None


def files_under(root: Path) -> list[Local]:
    """The file itself, or the folder's files in order; hidden ones and links are left out.

    Raises:
        UnreadableFolder: a folder cannot be read: what lies in it must not be taken for deleted.
    """
    root = root.absolute()
    if not root.is_dir():
        found = _local(root.parent, root)
        return [found] if found else []

    def refuse(error: OSError) -> None:
        raise UnreadableFolder(path=error.filename, detail=error.strerror)

    files: list[Local] = []
    for folder, folders, names in os.walk(root, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = (_local(root, Path(folder, name)) for name in sorted(names) if not name.startswith("."))
        files.extend(file for file in inside if file)
    return files


def _local(folder: Path, path: Path) -> Local | None:
    try:
        facts = path.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(facts.st_mode):
        return None
    return Local(path, (_shown(folder), _shown(path.relative_to(folder))), _stamp(facts))


def _is_of(place: Place, root: Path) -> bool:
    root = root.absolute()
    if root.is_dir():
        return place[0] == _shown(root)
    return place == (_shown(root.parent), _shown(Path(root.name)))


def _stamp(facts: os.stat_result) -> Stamp:
    return facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns


def _shown(path: Path) -> str:
    """The path as text that fits into an attribute, different for different paths."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    if len(text) <= MOST_CHARS:
        return text
    return f"{hashlib.sha256(text.encode()).hexdigest()}…{text[-400:]}"


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
