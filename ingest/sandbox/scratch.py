"""The folder for readers' temporary files: in memory where the system allows, because they hold text in clear."""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "lectern-reading-"


class Scratch:
    """A folder that is locked while its owner lives. What a killed owner left behind is removed by the next one."""

    def __init__(self) -> None:
        shared = Path("/dev/shm")  # noqa: S108  mkdtemp makes the folder
        home = shared if os.access(shared, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())
        for left in home.glob(_PREFIX + "*"):
            if _is_abandoned(left):
                shutil.rmtree(left, ignore_errors=True)
        self._path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=home))
        self._lock = os.open(self._path, os.O_RDONLY)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def folder(self, name: str) -> Path:
        """A new folder in it."""
        path = self._path / name
        path.mkdir(mode=0o700)
        return path

    def remove(self, folder: Path) -> None:
        """Removes one folder and what is in it."""
        shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Removes everything."""
        shutil.rmtree(self._path, ignore_errors=True)
        os.close(self._lock)


def _is_abandoned(path: Path) -> bool:
    try:
        found = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    except OSError:  # gone, or of another user
        return False
    try:
        fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(found)
