"""Milvus Lite as a process of our own, reached by a socket that only its owner can open."""

import fcntl
import os
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from server.errors import IndexUnavailable

_START_SECONDS = 20.0
_STOP_SECONDS = 5.0
_MOST_NAME = 36
_MOST_SOCKET_PATH = 100  # the kernel takes 107


class MilvusProcess:
    """Serves one database file. The process ends when this one does, however that ends: it waits for the lock.

    milvus-lite's own launcher is not used: it puts the socket into TMPDIR, where others may open it or the path may be
    too long, and it removes the lock file when it fails to get it, which lets two servers write to one file.
    """

    def __init__(self, database: Path) -> None:
        self._database = database.absolute()
        if len(self._database.name) > _MOST_NAME:
            raise ValueError(f"Milvus Lite takes file names of at most {_MOST_NAME} characters")
        self._database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        self._own_folder: Path | None = None
        self._socket = self._socket_path()

    @property
    def address(self) -> str:
        """Where it listens, as a gRPC address."""
        return f"unix:{self._socket}"

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Starts the process and returns when it listens.

        Raises:
            IndexUnavailable: another process uses the file, or Milvus Lite does not start.
        """
        self.stop()
        deadline = time.monotonic() + _START_SECONDS
        lock_path = self._database.parent / f".{self._database.name}.lock"
        self._lock = lock_path.open("a")
        while not _locked(self._lock):
            # After a crash the old Milvus process may need a moment to notice and end.
            if time.monotonic() > deadline:
                raise IndexUnavailable(detail=f"{self._database} is used by another process")
            time.sleep(0.05)
        self._socket.unlink(missing_ok=True)
        folder = programs()
        level = os.environ.get("LOG_LEVEL", "ERROR")
        command = [str(part) for part in (folder / "milvus", self._database, self.address, level, lock_path)]
        libraries = f"{folder}:{os.environ.get('LD_LIBRARY_PATH', '')}"
        self._process = subprocess.Popen(
            command,
            # Its logger would leave files in the system's temporary folder otherwise.
            env={**os.environ, "LD_LIBRARY_PATH": libraries, "GLOG_logtostderr": "1", "GLOG_minloglevel": "2"},
            cwd=self._database.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for us; we stop it after the last write
        )
        while not self._socket.exists():
            if not self.alive or time.monotonic() > deadline:
                self.stop()
                raise IndexUnavailable(detail=f"Milvus Lite did not start on {self._database}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Ends the process; what was written stays."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        self._socket.unlink(missing_ok=True)

    def close(self) -> None:
        """Ends the process for good."""
        self.stop()
        if self._own_folder is not None:
            self._own_folder.rmdir()
            self._own_folder = None

    def _socket_path(self) -> Path:
        beside = self._database.with_suffix(".sock")
        if len(os.fsencode(beside)) <= _MOST_SOCKET_PATH:
            return beside
        place = tempfile.gettempdir()
        self._own_folder = Path(tempfile.mkdtemp(prefix="lectern-", dir=place if len(place) < 64 else "/tmp"))  # noqa: S108
        return self._own_folder / "milvus.sock"


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def programs() -> Path:
    """Where the package has its programs. Raises IndexUnavailable."""
    spec = find_spec("milvus_lite")
    if spec is None or not spec.submodule_search_locations:
        raise IndexUnavailable(detail="the package milvus-lite is not installed")
    return Path(spec.submodule_search_locations[0]) / "lib"
