"""Reads PDF files by PDFium.

Nothing in a document is run: PDFium is used without its script engine, and actions and links are not followed. Text
that a reader of the page cannot see (invisible, tiny, outside the page) is left out, for nobody could check an answer
against it; invisible text over a picture is kept, for that is how scanners store recognised text. A page without text,
or whose text is garbage, is looked at by OCR.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field

from pypdfium2 import PdfDocument, PdfiumError, PdfPage

from ingest.errors import NoText, TooLarge, UnreadableFile
from ingest.model import Box, Element, Event, Kind, Loss, Notice, Progress, ReadOptions, Source
from ingest.parse.annotations import notes_of
from ingest.parse.glyphs import shows_text
from ingest.parse.layout import Item, Line, lines_of
from ingest.parse.legibility import Legibility, legibility
from ingest.parse.margins import RunningHeads
from ingest.parse.ocr import OcrFailed, OcrMissing, Recogniser, Recognition, open_recogniser
from ingest.parse.outline import attachments_of, outline_of
from ingest.parse.paragraphs import Sheet, Style, elements_of
from ingest.parse.pdfium import content_of, open_pdf, picture_of, pictures_of
from ingest.parse.ruling import ruled_grids
from ingest.parse.view import PageContent

AHEAD = 6  # pages read before one is told, so that its running heads are known
CONVINCED = 3  # pages of codes that read like garbage, after which OCR is spared the others
PICTURED, LARGELY_PICTURED = 0.05, 0.3  # share of a page from which a picture beside little or much text is looked at
LITTLE_TEXT = 200  # letters
FEW_LETTERS = 16  # a page with fewer is looked at as a picture, if there is one


def read(source: Source, options: ReadOptions) -> Iterator[Event]:
    """Yields the elements of a PDF file page by page, progress, and a loss for every page that could not be read.

    Raises DamagedFile, PasswordNeeded, TooLarge (more pages than the options allow) and NoText.
    """
    document = open_pdf(source)
    try:
        total = len(document)
        if total > options.max_pages:
            raise TooLarge(source.name, detail=f"it has {total:,} pages, {options.max_pages:,} are allowed")
        yield from (Element(Kind.TEXT, f"Attached file: {name}") for name in attachments_of(document))
        style = Style(outline=outline_of(document))
        yield from _Reading(source, options, document, style).run()
    finally:
        document.close()


@dataclass(slots=True)
class _Page:
    """A page that was read but not told yet."""

    number: int
    sheets: list[Sheet] = field(default_factory=list)
    notes: list[Element] = field(default_factory=list)
    remarks: list[Loss | Notice] = field(default_factory=list)
    layer: Legibility = field(default_factory=lambda: legibility(""))
    recognition: Future[Recognition] | None = None

    @property
    def is_seen(self) -> bool:
        """Whether nothing is left to be recognised on it."""
        return self.recognition is None or self.recognition.done()

    def lose(self, message: str) -> None:
        """Notes that something of the page could not be read."""
        self.remarks.append(Loss(message, page=self.number))

    def go_unrecognised(self, why: str) -> None:
        """Makes do with the text layer, unless its characters mean nothing."""
        flaw = self.layer.flaw
        if flaw and not self.layer.is_meaningless:
            self.remarks.append(Notice(f"The text of the page seems to be garbage: {flaw}. {why}", page=self.number))
            return
        self.sheets = [] if flaw else self.sheets
        state = f"The text of the page is garbage ({flaw})" if flaw else "The page is a picture"
        self.lose(f"{state}. {why}")

    def take(self, seen: Sheet) -> None:
        """Puts what OCR saw beside the text of the page, or in its place where that is garbage and this is not."""
        flaw = self.layer.flaw
        if not flaw:
            self.sheets = _combined(self.sheets, seen)
            return
        read = legibility(" ".join(map(_text, seen.items)))
        if self.layer.is_meaningless or (not read.flaw and read.characters * 3 >= self.layer.characters):
            self.sheets = [seen]
            told = f"The text of the page is garbage ({flaw}); what OCR read in its image was taken instead."
            self.remarks.append(Notice(told, page=self.number))


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
        self.borne_out = 0  # pages whose text seemed garbage, and OCR saw no better

    def run(self) -> Iterator[Event]:
        """Yields the events of all pages."""
        total = len(self.document)
        ahead: deque[_Page] = deque()
        try:
            for page in self._seen():
                for sheet in page.sheets:
                    self.heads.count(sheet, page.number)
                    self.style.count(sheet)
                ahead.append(page)
                if len(ahead) > AHEAD:
                    yield from self._tell(ahead.popleft())
                yield Progress(page.number, total)
        finally:
            if self.ocr:
                self.ocr.close()
        while ahead:
            yield from self._tell(ahead.popleft())
        if not self.told:
            raise self.trouble or NoText(self.source.name, detail=f" ({self.lost})" if self.lost else "")

    def _seen(self) -> Iterator[_Page]:
        """The pages with what OCR saw on them; those that follow are opened while it looks."""
        looking: deque[_Page] = deque()
        for number in range(1, len(self.document) + 1):
            looking.append(self._page(number))
            while looking and (looking[0].is_seen or len(looking) > (self.ocr.threads if self.ocr else 0)):
                yield self._recognised(looking.popleft())
        while looking:
            yield self._recognised(looking.popleft())

    def _recognised(self, page: _Page) -> _Page:
        """Adds what OCR saw on the page to its text, or replaces it."""
        try:
            if page.recognition:
                own = page.sheets
                page.take(page.recognition.result().sheet())
                self.borne_out += bool(page.layer.flaw) and page.sheets is own
        except (OcrMissing, OcrFailed) as error:
            self.trouble = error
            page.go_unrecognised(error.message)
        page.recognition = None
        return page

    def _tell(self, page: _Page) -> Iterator[Event]:
        for remark in page.remarks:
            if isinstance(remark, Loss):
                self.lost = self.lost or remark.message.rstrip(".")
            yield remark
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
            page.lose("The page is damaged and could not be opened.")
            return page
        try:
            content = content_of(handle)
            page.notes = list(notes_of(self.document, handle, number))
            page.sheets = _sheets(content)
            page.layer = legibility(content.text)
            doubted = page.layer.is_meaningless or (page.layer.flaw and self.borne_out < CONVINCED)
            if (
                doubted
                or _is_picture(content, page.layer.letters)
                or self._pictures_text(content, page.layer.letters, handle)
            ):
                self._recognise(page, content, handle)
        except PdfiumError:
            page.lose("The page is damaged and could not be read.")
        finally:
            handle.close()
        return page

    def _pictures_text(self, content: PageContent, letters: int, handle: PdfPage) -> bool:
        """Whether a picture on a page with text of its own shows words, too: a scan below a heading.

        The figures of a page of prose are smaller; its time is not spent on them.
        """
        share = PICTURED if letters < LITTLE_TEXT else LARGELY_PICTURED
        if not self.options.embedded_pictures or content.layer or content.pictured < share:
            return False
        return any(map(shows_text, pictures_of(handle, content, share)))

    def _recognise(self, page: _Page, content: PageContent, handle: object) -> None:
        """Has OCR look at the page."""
        if not self.options.ocr:
            page.go_unrecognised("Its image was not read because text recognition (OCR) is switched off.")
            return
        if content.largest_picture > self.options.max_pixels:
            size = f"{content.largest_picture:,}"
            page.go_unrecognised(f"It holds a picture of {size} pixels, which is too large to be read.")
            return
        try:
            if isinstance(self.trouble, OcrMissing):
                raise self.trouble
            if self.ocr is None:
                self.ocr = open_recogniser(self.source.name, self.options)
                page.remarks.extend(self.ocr.notices)
            page.recognition = self.ocr.submit(picture_of(handle))
        except OcrMissing as error:
            self.trouble = error
            page.go_unrecognised(error.message)


def _text(item: Item) -> str:
    return item.text if isinstance(item, Line) else " ".join(cell for row in item.rows for cell in row)


def _combined(sheets: list[Sheet], seen: Sheet) -> list[Sheet]:
    """The text of the page, and what OCR saw where the page has no text of its own."""
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


def _is_picture(content: PageContent, letters: int) -> bool:
    """Whether the text of a page with so many letters must be taken from its image."""
    if letters == 0:
        return bool(content.characters or content.pictures or content.drawings >= 10)
    if letters < FEW_LETTERS:
        return content.pictured > 0.02 or content.drawings >= 30
    return letters < LITTLE_TEXT and content.pictured >= 0.5 and not content.layer
