"""Which files of a source are taken, by globs."""

import re
from collections.abc import Sequence

from fsspec.utils import glob_translate

MOST_GLOBS = 50
MOST_GLOB_CHARS = 200

# Hidden files, and those that office programs lay beside an open document.
_NEVER = re.compile(r"(?:^|/)(?:\.|~\$)")


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
        self._include = [_compiled(glob) for glob in include]
        self._exclude = [_compiled(glob) for glob in exclude]

    def takes(self, path: str) -> bool:
        """Whether the file is wanted; `path` is relative to the root, with slashes."""
        if _NEVER.search(path) or self._left_out(path):
            return False
        return not self._include or any(_fits(glob, path) for glob in self._include)

    def enters(self, path: str) -> bool:
        """Whether anything in this folder may be wanted."""
        return not _NEVER.search(path) and not self._left_out(path, folder=True)

    def _left_out(self, path: str, *, folder: bool = False) -> bool:
        parts = path.split("/")
        return any(
            _fits(glob, above) or ((folder or end < len(parts)) and _fits(glob, f"{above}/"))
            for end, above in ((end, "/".join(parts[:end])) for end in range(1, len(parts) + 1))
            for glob in self._exclude
        )


_Glob = tuple[re.Pattern[str], bool]


def _compiled(glob: str) -> _Glob:
    if not glob or len(glob) > MOST_GLOB_CHARS:
        raise ValueError(f"a glob has 1 to {MOST_GLOB_CHARS} characters")
    bare = glob.strip("/")
    # More stars in one name than anybody needs would take for ever to compare.
    if any(part != "**" and part.count("*") > 4 for part in bare.split("/")):
        raise ValueError(f"{glob!r} has more than four stars in one name")
    try:
        return re.compile(glob_translate(bare), re.IGNORECASE), "/" in bare
    except re.error as error:
        raise ValueError(f"{glob!r} is no glob ({error})") from None


def _fits(glob: _Glob, path: str) -> bool:
    pattern, whole = glob
    return pattern.match(path if whole else path.rpartition("/")[2]) is not None
