"""Reads PDF files by PDFium.

Nothing in a document is run: PDFium is used without its script engine, and actions and links are not followed. Text
that a reader of the page cannot see (invisible, tiny, outside the page) is left out, for nobody could check an answer
against it; invisible text over a picture is kept, for that is how scanners store recognised text.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2.raw as pdfium
from pypdfium2 import PdfDocument, PdfiumError

from ingest.errors import DamagedFile, NoText, PasswordNeeded, TooLarge, UnreadableFile
from ingest.model import Box, Element, Event, Kind, Loss, Progress, ReadOptions, Source
from ingest.parse.annotations import notes_of
from ingest.parse.layout import lines_of
from ingest.parse.margins import RunningHeads
from ingest.parse.ocr import OcrFailed, OcrMissing, Recogniser, Recognition, open_recogniser
from ingest.parse.outline import attachments_of, outline_of
from ingest.parse.paragraphs import Sheet, Style, elements_of
from ingest.parse.pdfium import content_of, picture_of
from ingest.parse.tables import ruled_grids
from ingest.parse.view import PageContent

AHEAD = 6  # pages read before one is told, so that its running heads are known
FEW_LETTERS = 16  # a page with fewer is looked at as a picture, if there is one
GARBAGE = 0.2  # share of characters without meaning from which a text layer is not believed


def read(source: Source, options: ReadOptions) -> Iterator[Event]:
    """Yields the elements of a PDF file page by page, progress, and a loss for every page that could not be read.

    Raises DamagedFile, PasswordNeeded, TooLarge (more pages than the options allow) and NoText.
    """
    document = _open(source)
    try:
        total = len(document)
        if total > options.max_pages:
            raise TooLarge(source.name, detail=f"it has {total:,} pages, {options.max_pages:,} are allowed")
        yield from (Element(Kind.TEXT, f"Attached file: {name}") for name in attachments_of(document))
        style = Style(outline=outline_of(document))
        yield from _Reading(source, options, document, style).run()
    finally:
        document.close()


def _open(source: Source) -> PdfDocument:
    try:
        document = PdfDocument(source.stream, password=source.password)
        document.init_forms()
    except PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise PasswordNeeded(source.name) from error
        if error.err_code == pdfium.FPDF_ERR_SECURITY:
            raise DamagedFile(source.name, detail="its kind of encryption is not known") from error
        raise DamagedFile(source.name, detail="its structure cannot be read as PDF") from error
    return document


@dataclass(slots=True)
class _Page:
    """A page that was read but not told yet."""

    number: int
    sheets: list[Sheet] = field(default_factory=list)
    notes: list[Element] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)


class _Reading:
    """Reads the pages of one document, a few ahead of those it tells."""

    def __init__(self, source: Source, options: ReadOptions, document: PdfDocument, style: Style) -> None:
        self.source = source
        self.options = options
        self.document = document
        self.style = style
        self.heads = RunningHeads(len(document))
        self.ocr: Recogniser | None = None
        self.trouble: UnreadableFile | None = None
        self.lost = ""
        self.told = 0

    def run(self) -> Iterator[Event]:
        """Yields the events of all pages."""
        total = len(self.document)
        ahead: deque[_Page] = deque()
        for number in range(1, total + 1):
            page = self._page(number)
            for sheet in page.sheets:
                self.heads.count(sheet, number)
                self.style.count(sheet)
            ahead.append(page)
            if len(ahead) > AHEAD:
                yield from self._tell(ahead.popleft())
            yield Progress(number, total)
        while ahead:
            yield from self._tell(ahead.popleft())
        if not self.told:
            raise self.trouble or NoText(self.source.name, detail=f" ({self.lost})" if self.lost else "")

    def _tell(self, page: _Page) -> Iterator[Event]:
        for loss in page.losses:
            self.lost = self.lost or loss.message.rstrip(".")
            yield loss
        for sheet in page.sheets:
            heads, feet = self.heads.strip(sheet, page.number)
            for element in (*heads, *elements_of(sheet, page.number, self.style), *feet):
                self.told += 1
                yield element
        self.told += len(page.notes)
        yield from page.notes

    def _page(self, number: int) -> _Page:
        page = _Page(number)
        try:
            handle = self.document[number - 1]
        except PdfiumError:
            page.losses.append(Loss("The page is damaged and could not be opened.", page=number))
            return page
        try:
            content = content_of(handle)
            page.notes = list(notes_of(self.document, handle, number))
            page.sheets = _sheets(content)
            if _is_picture(content):
                self._recognise(page, content, handle)
        except PdfiumError:
            page.losses.append(Loss("The page is damaged and could not be read.", page=number))
        finally:
            handle.close()
        return page

    def _recognise(self, page: _Page, content: PageContent, handle: object) -> None:
        """Replaces the text of the page by what OCR sees on it."""
        if _garbage(content) > GARBAGE:
            page.sheets = []
        if not self.options.ocr:
            lost = "The page is a picture; its text was not read because text recognition (OCR) is switched off."
            page.losses.append(Loss(lost, page=page.number))
            return
        if content.largest_picture > self.options.max_pixels:
            lost = f"The page holds a picture of {content.largest_picture:,} pixels, which is too large to be read."
            page.losses.append(Loss(lost, page=page.number))
            return
        try:
            if isinstance(self.trouble, OcrMissing):
                raise self.trouble
            self.ocr = self.ocr or open_recogniser(self.source.name, self.options)
            reading = self.ocr.recognise(picture_of(handle))
        except (OcrMissing, OcrFailed) as error:
            self.trouble = error
            page.losses.append(Loss(error.message, page=page.number))
            return
        page.sheets = _combined(page.sheets, reading)


def _combined(sheets: list[Sheet], reading: Recognition) -> list[Sheet]:
    """The text of the page, and what OCR saw where the page has no text of its own."""
    seen = reading.sheet()
    own = [sheet.box([item]) for sheet in sheets for item in sheet.items]
    seen.items[:] = [item for item in seen.items if not any(_overlap(seen.box([item]), box) for box in own)]
    return [*sheets, seen] if own else [seen]


def _overlap(one: Box, other: Box) -> bool:
    """Whether the boxes share a quarter of the smaller one."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    areas = [(box.right - box.left) * (box.bottom - box.top) for box in (one, other)]
    return across > 0 and down > 0 and across * down >= 0.25 * min(areas)


def _sheets(content: PageContent) -> list[Sheet]:
    """The text of a page by direction, the direction of most of it first."""
    sheets: list[Sheet] = []
    turns = sorted(content.words, key=lambda turn: -sum(len(word.text) for word in content.words[turn]))
    for turn in turns:
        width, height = content.width, content.height
        if turn in (1, 3):
            width, height = height, width
        words = content.words[turn]
        grids, rest = ruled_grids(words, content.rules) if turn == 0 else ([], words)
        sheets.append(Sheet([*grids, *lines_of(rest)], width, height, turn % 4))
    return sheets


def _is_picture(content: PageContent) -> bool:
    """Whether the text of the page must be taken from its image."""
    letters = sum(sum(map(str.isalnum, word.text)) for words in content.words.values() for word in words)
    if _garbage(content) > GARBAGE:
        return True
    if letters == 0:
        return bool(content.characters or content.pictures or content.drawings >= 10)
    if letters < FEW_LETTERS:
        return content.pictured > 0.02 or content.drawings >= 30
    return letters < 200 and content.pictured >= 0.5 and not content.layer


def _garbage(content: PageContent) -> float:
    """Share of characters without meaning: unknown, private use."""
    total = bad = 0
    for words in content.words.values():
        for word in words:
            total += len(word.text)
            if not word.text.isascii():
                bad += sum(sign == "\ufffd" or "\ue000" <= sign <= "\uf8ff" for sign in word.text)
    return bad / total if total else 0.0
