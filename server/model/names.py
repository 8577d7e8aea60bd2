"""How names are compared by people: whatever their case, their width and the way they were typed."""

import unicodedata
from dataclasses import dataclass

from server.model.documents import FileStatus


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file in a store, found by its name; `store` is the store's name."""

    store_id: str
    store: str
    file_id: str
    filename: str
    status: FileStatus


@dataclass(frozen=True, slots=True)
class Titled:
    """A conversation by its title."""

    id: str
    title: str
    updated_at: int


def folded(text: str) -> str:
    """The text as it is found: compatibility forms, full width and case are all the same (NFKC and case folding,
    https://www.unicode.org/reports/tr15/)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def found_in(text: str, sought: str) -> tuple[int, int] | None:
    """Characters [start, end) of a text where it holds `sought`, which is folded; None: it does not, or only across
    characters that become another one together."""
    pieces = [folded(character) for character in text]
    place = "".join(pieces).find(sought)
    if place < 0 or not sought:
        return None
    # Folding makes several characters of some: the ends are those of whole ones.
    owners = [index for index, piece in enumerate(pieces) for _ in piece]
    return owners[place], owners[place + len(sought) - 1] + 1
