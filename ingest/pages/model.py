"""What may be asked of a file's pages, and what comes back; and both as JSON, for the way out of the sandbox."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from ingest.model import Box, ReadOptions, Source

WIDTHS = (480, 960, 1440, 2160)
"""Pixels that page pictures may be wide: few, so that what was rendered once serves most who look."""

MOST_PIXELS = 12_000_000
MOST_SIDE = 16_000
MEDIA_TYPE = "image/jpeg"
_QUALITY = 88


@dataclass(frozen=True, slots=True)
class Wish:
    """What to show: a page as a picture `width` pixels wide; without `width` its words; without `page` the size of
    every page. Pages count from 1."""

    page: int | None = None
    width: int | None = None


@dataclass(frozen=True, slots=True)
class PageSizes:
    """Width and height of every page as shown, in points, or in pixels for pictures."""

    sizes: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as a JPEG picture."""

    content: bytes


@dataclass(frozen=True, slots=True)
class PageWord:
    """A run of characters without white space, and where it stands. `turn` tells by how many quarters clockwise its
    direction is turned on the page as shown."""

    text: str
    box: Box
    turn: int = 0


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of a page in the order of its content. `recognised`: by OCR, for the page is a picture."""

    words: tuple[PageWord, ...]
    recognised: bool = False


Shown = PageSizes | PagePicture | PageWords
Viewer = Callable[[Source, ReadOptions, Wish], Shown]


def scale_for(width: float, height: float, wanted: int) -> float:
    """By what to multiply lengths of a page to have it so many pixels wide; less where that would be a huge picture."""
    width, height = max(width, 1.0), max(height, 1.0)
    most = min((MOST_PIXELS / (width * height)) ** 0.5, MOST_SIDE / max(width, height))
    return float(min(wanted / width, most))


def save(picture: Any, out: BinaryIO) -> None:
    """Writes a Pillow picture the way pages are shown."""
    # Of JPEG, WebP and PNG the quickest by far, at sizes that matter little: decision 0021.
    picture.convert("RGB").save(out, "JPEG", quality=_QUALITY)


def to_record(shown: Shown) -> dict[str, Any]:
    """As data that JSON can hold."""
    if isinstance(shown, PageSizes):
        return {"sizes": [[round(width, 2), round(height, 2)] for width, height in shown.sizes]}
    if isinstance(shown, PagePicture):
        return {"picture": base64.b64encode(shown.content).decode()}
    words = [
        [
            word.text,
            *(round(edge, 5) for edge in (word.box.left, word.box.top, word.box.right, word.box.bottom)),
            word.turn,
        ]
        for word in shown.words
    ]
    return {"words": words, "recognised": shown.recognised}


def from_record(record: dict[str, Any]) -> Shown:
    """The opposite. Raises LookupError, TypeError or ValueError if it is none."""
    if "sizes" in record:
        return PageSizes(tuple((float(width), float(height)) for width, height in record["sizes"]))
    if "picture" in record:
        return PagePicture(base64.b64decode(record["picture"], validate=True))
    words = (PageWord(str(text), Box(*map(float, edges)), int(turn)) for text, *edges, turn in record["words"])
    return PageWords(tuple(words), bool(record["recognised"]))
