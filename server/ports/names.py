"""What finds things by their names."""

from collections.abc import Sequence
from typing import Protocol

from server.model import Caller, NamedFile, Titled


class FileNames(Protocol):
    """Finds files in stores by their names."""

    def named(self, sought: str, caller: Caller, limit: int) -> list[NamedFile]:
        """Files whose folded name holds `sought`, in the stores that the caller may read and not kept from it: those
        first whose name begins with it, then the newest."""
        ...


class Titles(Protocol):
    """The titles of conversations."""

    def titled(self, caller: Caller) -> Sequence[Titled]:
        """The caller's own conversations, the last used first: some hundreds of them at most."""
        ...
