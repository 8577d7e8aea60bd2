"""Which files of a source are taken, by globs."""

import fnmatch
import re
from collections.abc import Sequence

MOST_GLOBS = 50
MOST_GLOB_CHARS = 200

# Hidden files, and those that office programs lay beside an open document.
_NEVER = re.compile(r"(?:^|/)(?:\.|~\$)")
_ANY = "**"


class Selection:
    """Takes a file if a glob of `include` fits, or there is none, and no glob of `exclude` fits it or a folder above.

    A glob without a slash is for the name of a file or folder, wherever it lies; one with a slash for the whole path
    from the source's root, where `**` stands for any folders. Case makes no difference.

    Raises:
        ValueError: there are too many, or one is too long.
    """

    def __init__(self, include: Sequence[str], exclude: Sequence[str]) -> None:
        if len(include) + len(exclude) > MOST_GLOBS:
            raise ValueError(f"at most {MOST_GLOBS} globs to include and exclude")
        self._include = [_Glob(glob) for glob in include]
        self._exclude = [_Glob(glob) for glob in exclude]

    def takes(self, path: str) -> bool:
        """Whether the file is wanted; `path` is relative to the root, with slashes."""
        return self.enters(path) and (not self._include or any(glob.fits(path.split("/")) for glob in self._include))

    def enters(self, path: str) -> bool:
        """Whether anything in this folder may be wanted."""
        if _NEVER.search(path):
            return False
        parts = path.split("/") if self._exclude else []
        return not any(glob.fits(parts[:end]) for glob in self._exclude for end in range(1, len(parts) + 1))


class _Glob:
    """Compares paths name by name, in time that grows with their length and not faster."""

    def __init__(self, glob: str) -> None:
        if not glob or len(glob) > MOST_GLOB_CHARS:
            raise ValueError(f"a glob has 1 to {MOST_GLOB_CHARS} characters")
        names = glob.strip("/").split("/")
        self._names = names if "/" in glob.strip("/") else [_ANY, *names]
        # fnmatch's translation does not backtrack: "*a*a*a*b" is no trap.
        self._patterns = [re.compile(fnmatch.translate(name), re.IGNORECASE) for name in self._names]

    def fits(self, parts: Sequence[str]) -> bool:
        """Whether the glob is for this path."""
        at = glob = 0
        again: tuple[int, int] | None = None  # where the last ** stands, and what it took so far
        while at < len(parts):
            if glob < len(self._names) and self._names[glob] == _ANY:
                again = glob, at
                glob += 1
            elif glob < len(self._names) and self._patterns[glob].match(parts[at]):
                glob, at = glob + 1, at + 1
            elif again is not None:
                again = again[0], again[1] + 1
                glob, at = again[0] + 1, again[1]
            else:
                return False
        return all(name == _ANY for name in self._names[glob:])
