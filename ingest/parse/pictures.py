"""Recognises the text of pictures inside documents, in the background, while the document around them is read."""

import hashlib
import io
import warnings
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import fmean

from PIL import Image, ImageOps

from ingest.errors import NoText, UnreadableFile
from ingest.model import Box, Element, Event, Kind, Notice, ReadOptions
from ingest.parse.glyphs import shows_text
from ingest.parse.image import BROKEN, FORMATS
from ingest.parse.ocr import OcrFailed, OcrMissing, Recogniser, Recognition, open_recogniser
from ingest.parse.ocr.preparation import LONGEST
from ingest.parse.paragraphs import Style, elements_of

_SMALLEST, _SHORTEST = 14, 60  # pixels of the shorter and of the longer side; below are bullets, rules and icons
_MOST_WAITING = 2_000  # events that wait for a picture before them
_SURE = 0.55  # confidence below which what was recognised in a picture is most likely none of its text
_LEAST_TEXT = 3  # letters and digits
_DRAWINGS = (b"\x01\0\0\0", b"\xd7\xcd\xc6\x9a", b"\x01\0\x09\0", b"<?xml", b"<svg")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture where it stands in a document: what a reader yields among its events until its text is known."""

    data: bytes
    page: int | None = None
    box: Box | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class _Pending:
    picture: Picture
    recognition: Future[Recognition]


class Pictures:
    """Reads the pictures of one document, each distinct one once, small and wordless ones not at all."""

    def __init__(self, name: str, options: ReadOptions) -> None:
        self._name = name
        self._options = options
        self._recogniser: Recogniser | None = None
        self._missing: OcrMissing | None = None
        self._seen: set[bytes] = set()
        self._unread: Counter[str] = Counter()

    def read(self, events: Iterable[Event | Picture]) -> Iterator[Event]:
        """The same events in the same order, with text in the place of the pictures; at the end why some were not read.

        Text and tables in a picture are elements with a confidence and the name of what recognised them.
        """
        waiting: deque[Event | _Pending] = deque()
        try:
            for event in events:
                found = self._begin(event) if isinstance(event, Picture) else event
                if found is not None:
                    waiting.append(found)
                while waiting and (_is_done(waiting[0]) or len(waiting) > _MOST_WAITING):
                    yield from self._told(waiting.popleft())
            while waiting:
                yield from self._told(waiting.popleft())
        finally:
            if self._recogniser:
                self._recogniser.close()
        for why, count in self._unread.items():
            yield Notice(f"{count} picture{'s' * (count > 1)} in this file could not be read: {why}.")

    def no_text(self) -> UnreadableFile:
        """Why a document is without text whose pictures were the only thing that might hold some."""
        if self._missing:
            return self._missing
        skipped = self._seen and not self._wanted
        return NoText(self._name, detail=", and its pictures were left out as settings say" if skipped else "")

    @property
    def _wanted(self) -> bool:
        return self._options.ocr and self._options.embedded_pictures

    def _begin(self, picture: Picture) -> _Pending | None:
        digest = hashlib.sha256(picture.data).digest()
        if digest in self._seen:
            return None
        self._seen.add(digest)
        if not self._wanted:
            return None
        image = self._decoded(picture.data)
        if image is None or not shows_text(image):
            return None
        if self._missing is None and self._recogniser is None:
            try:
                self._recogniser = open_recogniser(self._name, self._options)
            except OcrMissing as error:
                self._missing = error
        if self._missing or self._recogniser is None:
            self._unread["text recognition is not installed here"] += 1
            return None
        return _Pending(picture, self._recogniser.submit(image))

    def _decoded(self, data: bytes) -> Image.Image | None:
        """The picture upright and on white, None if it is too small for text or cannot be opened."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                image = Image.open(io.BytesIO(data), formats=FORMATS)
                width, height = image.size
                if min(width, height) < _SMALLEST or max(width, height) < _SHORTEST:
                    return None
                if width * height > self._options.max_pixels:
                    self._unread["more pixels than allowed"] += 1
                    return None
                image.draft("L", (LONGEST, LONGEST))
                return _on_white(ImageOps.exif_transpose(image))
        except (Image.DecompressionBombError, *BROKEN):
            is_drawing = data.startswith(_DRAWINGS)
            self._unread["drawings (EMF, WMF, SVG) are not recognised" if is_drawing else "damaged or unknown"] += 1
            return None

    def _told(self, item: Event | _Pending) -> Iterator[Event]:
        if not isinstance(item, _Pending):
            yield item
            return
        try:
            recognition = item.recognition.result()
        except (OcrFailed, OcrMissing) as error:
            self._unread[str(error.facts["detail"])] += 1
            return
        picture = item.picture
        for element in _elements(recognition):
            if (element.confidence or 0) >= _SURE and sum(map(str.isalnum, element.text)) >= _LEAST_TEXT:
                yield replace(element, page=picture.page, box=picture.box, hidden=picture.hidden)


def _is_done(item: Event | _Pending) -> bool:
    return not isinstance(item, _Pending) or item.recognition.done()


def _elements(recognition: Recognition) -> Iterator[Element]:
    """Tables as they are, and what stands between them as one block: a heading in a picture heads nothing outside."""
    found = elements_of(recognition.sheet(), 1, Style())
    for is_table, group in groupby(found, key=lambda element: element.kind is Kind.TABLE):
        if is_table:
            yield from group
            continue
        parts = list(group)
        weighed = [part.confidence or 0.0 for part in parts for _ in part.text]
        text = "\n".join(part.text for part in parts)
        yield Element(Kind.TEXT, text, confidence=round(fmean(weighed), 3), parser=recognition.parser)


def _on_white(image: Image.Image) -> Image.Image:
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("L")
    return image.convert("L")
