"""What reading produces: events from a reader, chunks for the index, and the outcome of a file.

Everything here is frozen. Coordinates are fractions of the page (0..1, origin at the top left), so that they hold at
any rendering resolution. Pages, rows and heading levels count from 1.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import BinaryIO

DOUBTFUL = 0.85
"""Confidence of recognised text below which one character in seven or more was wrong when measured: decision 0006."""


class Kind(StrEnum):
    """The type of an element; values are the category names of unstructured."""

    TITLE = "Title"
    TEXT = "NarrativeText"
    LIST_ITEM = "ListItem"
    TABLE = "Table"
    HEADER = "Header"
    FOOTER = "Footer"
    FOOTNOTE = "Footnote"
    CAPTION = "FigureCaption"
    CODE = "CodeSnippet"
    COMMENT = "Comment"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page: left, top, right, bottom as fractions of the page's width and height."""

    left: float
    top: float
    right: float
    bottom: float

    def union(self, other: "Box") -> "Box":
        """The smallest box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, slots=True)
class Element:
    """One block of a document in reading order.

    `level` is the depth of a heading (1 is the top) or of a list item. A table carries its cells in `rows`, the first
    `header_rows` of which are its header; `text` renders the same rows, cells joined by " | ", one row per line. A long
    sheet comes as many tables that each repeat the header. `row_numbers` gives the sheet's row number of every body row
    and `cells` the range of the body ("A2:F201"). `confidence` (0..1) is present where the text was recognised by OCR,
    `parser` names what recognised it ("tesseract"), where that is not the reader of the file itself. `language` is the
    ISO 639-1 code that cleaning found, if it was asked to.
    """

    kind: Kind
    text: str
    level: int | None = None
    page: int | None = None
    box: Box | None = None
    sheet: str | None = None
    cells: str | None = None
    hidden: bool = False
    confidence: float | None = None
    rows: tuple[tuple[str, ...], ...] = ()
    header_rows: int = 0
    row_numbers: tuple[int, ...] = ()
    parser: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reader has come: `done` of `total` units; `total` is None while it is unknown."""

    done: int
    total: int | None
    unit: str = "pages"


@dataclass(frozen=True, slots=True)
class Loss:
    """A part that could not be read although the rest could; a file with a loss ends as partial."""

    message: str
    page: int | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know about how a part was read, although nothing is missing."""

    message: str
    page: int | None = None
    sheet: str | None = None


Event = Element | Progress | Loss | Notice


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read: its display name (never used as a path) and a seekable binary stream at position 0."""

    name: str
    stream: BinaryIO
    size: int
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a reader may be told; the limits end a file with an error instead of harming the machine.

    `ocr_engine` is auto, tesseract or rapidocr; `ocr_threads` pages are recognised at once (0: one per core, but not
    more than 3); `embedded_pictures` says whether pictures beside text, in Word, PowerPoint and PDF, are, too.
    """

    ocr: bool = True
    ocr_languages: str = "eng+chi_sim"
    ocr_engine: str = "auto"
    ocr_threads: int = 0
    embedded_pictures: bool = True
    max_pages: int = 5_000
    max_pixels: int = 200_000_000
    max_unpacked_bytes: int = 2 * 1024**3
    max_unpacked_ratio: int = 200


Reader = Callable[[Source, ReadOptions], Iterator[Event]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where characters [start, end) of a chunk's text stand in the source."""

    start: int
    end: int
    page: int | None = None
    box: Box | None = None


def passage_text(headings: Sequence[str], text: str) -> str:
    """The heading path and the text: what is embedded and searched of a chunk."""
    path = " › ".join(headings)
    return f"{path}\n{text}" if path else text


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document that is embedded, searched and cited as one.

    `text` is what a reader of the answer is shown; `headings` is the path of titles above it. `tokens` counts
    `passage_text()` in the embedder's own tokens and never exceeds its limit. The first `repeated` characters of `text`
    are the last ones of the chunk before.
    """

    ordinal: int
    text: str
    tokens: int
    headings: tuple[str, ...] = ()
    kind: Kind = Kind.TEXT
    places: tuple[Place, ...] = ()
    sheet: str | None = None
    cells: str | None = None
    hidden: bool = False
    confidence: float | None = None
    repeated: int = 0

    @property
    def page(self) -> int | None:
        """The page the chunk begins on."""
        return next((place.page for place in self.places if place.page is not None), None)

    def passage_text(self) -> str:
        """The heading path and the text: what is embedded and searched."""
        return passage_text(self.headings, self.text)


class Status(StrEnum):
    """How reading a file ended."""

    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a document can be used: 0 (not at all) to 1, with the reasons for every point taken off."""

    score: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a file: its status, what was lost, and, if it failed, a code and a reason a person understands.

    `warnings` are the messages of the reader's notices. `signature` tells how much of its text another document shares
    (see `ingest.cleaning.signature`).
    """

    status: Status
    chunks: int = 0
    pages: int = 0
    losses: tuple[Loss, ...] = ()
    code: str | None = None
    message: str | None = None
    media_type: str | None = None
    warnings: tuple[str, ...] = field(default=())
    quality: Quality | None = None
    signature: bytes | None = None
