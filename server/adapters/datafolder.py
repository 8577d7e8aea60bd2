"""The data folder and its lock."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.errors import DataInUse, WrongSetting

_LOCK_FILE = "lock"
_MODE = 0o700


class DataFolder:
    """The folder that holds everything; only its owner may look into it, and one server uses it at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Makes the folder if need be and holds it for this process; a killed process lets go of it too.

        Raises:
            DataInUse: another process holds it.
            WrongSetting: there can be no such folder.
        """
        self.prepare()
        with os.fdopen(os.open(self.path / _LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DataInUse(pid=file.read().strip() or "unknown", data=self.path) from None
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
            yield

    def prepare(self) -> None:
        """Makes the folder and closes it to others.

        Raises:
            WrongSetting: there can be no such folder.
        """
        try:
            self.path.mkdir(mode=_MODE, parents=True, exist_ok=True)
            if self.path.stat().st_mode & 0o077:
                self.path.chmod(_MODE)
        except OSError as error:
            detail = f"{self.path} cannot be used as data folder ({error.strerror})."
            raise WrongSetting(setting="LECTERN_DATA", detail=detail) from None

    def folder(self, name: str) -> Path:
        """A folder in it."""
        path = self.path / name
        path.mkdir(mode=_MODE, exist_ok=True)
        return path
