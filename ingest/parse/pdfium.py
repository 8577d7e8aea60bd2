"""What PDFium sees in a document: the words on its pages with their places, and pages as pictures."""

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from typing import Any

import pypdfium2.raw as pdfium
from PIL import Image, ImageDraw
from pypdfium2 import PdfDocument, PdfiumError, PdfPage, PdfTextPage

from ingest.errors import DamagedFile, PasswordNeeded
from ingest.model import Source
from ingest.parse.arabic import reordered
from ingest.parse.drawings import note_drawings
from ingest.parse.layout import RIGHT_TO_LEFT, Word
from ingest.parse.view import PageContent, Place, View, upright, upright_back

MAX_CHARACTERS = 400_000  # of one page
DPI = 300
GLANCE_DPI = 100  # enough to see whether a picture shows words
MAX_RENDERED = 20_000_000  # pixels of a page image
LINE_END_HYPHEN = "\ufffe"  # how PDFium marks one
UNKNOWN = "\ufffd"
MEANINGLESS = re.compile("[\x00-\x08\x0e-\x1f]")
WORD = re.compile(f"[^\\s{LINE_END_HYPHEN}]+{LINE_END_HYPHEN}?")
_ARABIC = RIGHT_TO_LEFT.pattern
# as WORD, but parted where Latin and Arabic or Hebrew letters meet, between which a line often shows no room
MIXED_WORD = re.compile(
    f"(?:{_ARABIC}(?![A-Za-z])|[A-Za-z](?!{_ARABIC})|[^\\sA-Za-z{_ARABIC[1:-1]}{LINE_END_HYPHEN}])*"
    f"[^\\s{LINE_END_HYPHEN}]{LINE_END_HYPHEN}?"
)
BESIDE, BELOW, APART = range(3)  # where a character stands as seen from the one before
STRIDE = 8  # characters looked ahead to see whether their text object goes on
OBLIQUE = 4  # the group of text that runs neither along nor across the page
BOLD_NAMES = ("bold", "black", "heavy", "semib", "demi", "cmbx", "-bd")


def open_pdf(source: Source) -> PdfDocument:
    """The document, with its forms ready to be drawn. Raises DamagedFile and PasswordNeeded."""
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


def content_of(page: PdfPage) -> PageContent:
    """Reads a page. Raises pypdfium2's PdfiumError if PDFium cannot."""
    view = View(page)
    content = PageContent(view.width, view.height)
    note_drawings(page, view, content)
    textpage = page.get_textpage()
    try:
        _Reading(textpage, view, content).run()
    finally:
        textpage.close()
    return content


@dataclass(slots=True)
class _Font:
    """What the glyphs of one text object share."""

    size: float
    bold: bool
    turn: int
    standing: bool  # its baseline runs up or down in page coordinates
    invisible: bool


class _Reading:
    """Puts the characters of a text page together to words.

    PDFium is asked as little as possible, for a page has thousands of characters: once for the text of the whole page,
    and for the places of the first and the last character of each word.
    """

    def __init__(self, textpage: PdfTextPage, view: View, content: PageContent) -> None:
        self.textpage = textpage
        self.view = view
        self.content = content
        self.rect = pdfium.FS_RECTF()
        self.bold_fonts: dict[int, bool] = {}
        self.invisible: dict[int, list[Word]] = {}
        self.owner = 0  # the text object that `font` was asked for
        self.font = _Font(0, bold=False, turn=0, standing=False, invisible=False)
        self.reach = -1  # the last character known to belong to that object
        self.stride = STRIDE

    def run(self) -> None:
        """Fills the words of the content."""
        text = self._text()
        pattern = WORD
        if RIGHT_TO_LEFT.search(text):
            pattern, self.stride = (
                MIXED_WORD,
                0,
            )  # turned around, the characters of an object need not follow one another
        for found in pattern.finditer(text):
            start, end = found.span()
            for first, after, font in self._runs(start, end):
                self._keep(text[first:after].replace(LINE_END_HYPHEN, "-"), first, font)
        self._judge_invisible()

    def _text(self) -> str:
        """The characters of the page, as many as PDFium counts, with one sign for all that mean nothing."""
        count = min(self.textpage.count_chars(), MAX_CHARACTERS)
        buffer = ctypes.create_string_buffer(2 * count + 2)
        units = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
        written = max(pdfium.FPDFText_GetText(self.textpage.raw, 0, count, units) - 1, 0)
        text = buffer.raw[: 2 * written].decode("utf-16-le", "replace")
        if len(text) != count:  # it leaves out what has no meaning at all, and cuts off rare characters
            text = "".join(self._sign(index) for index in range(count))
        text = MEANINGLESS.sub(UNKNOWN, text)
        if not text.isascii() and RIGHT_TO_LEFT.search(text):
            text = reordered(text, self._place)
        return text

    def _sign(self, index: int) -> str:
        code = pdfium.FPDFText_GetUnicode(self.textpage.raw, index)
        if code == 2:
            return LINE_END_HYPHEN
        return UNKNOWN if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF else chr(code)

    def _runs(self, start: int, end: int) -> list[tuple[int, int, _Font]]:
        """The parts of the characters [start, end) that look alike."""
        font = self._font_at(start)
        if end - 1 <= self.reach or self._owner(end - 1) == self.owner:
            return [(start, end, font)]
        runs: list[tuple[int, int, _Font]] = []
        first = start
        for index in range(start + 1, end):
            following = self._font_at(index)
            if following != font:
                runs.append((first, index, font))
                first, font = index, following
        return [*runs, (first, end, font)]

    def _owner(self, index: int) -> int:
        holder = pdfium.FPDFText_GetTextObject(self.textpage.raw, index)
        return ctypes.c_void_p.from_buffer(holder).value or 0

    def _font_at(self, index: int) -> _Font:
        """The font of a character; to be asked for one character after the other."""
        if index <= self.reach:
            return self.font
        owner = self._owner(index)
        self.reach = index
        if not owner:  # what PDFium adds itself belongs to no object
            return self.font
        if owner != self.owner:
            self.owner, self.font = owner, self._font(index)
        stride = self.stride
        while stride and self._owner(self.reach + stride) == owner:
            self.reach += stride
            stride *= 2
        return self.font

    def _place(self, index: int) -> Place:
        """The place of a character in page coordinates, as high as its font."""
        rect = self.rect
        pdfium.FPDFText_GetLooseCharBox(self.textpage.raw, index, rect)
        if rect.right > rect.left and rect.top > rect.bottom:
            return rect.left, rect.bottom, rect.right, rect.top
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        pdfium.FPDFText_GetCharBox(self.textpage.raw, index, left, right, bottom, top)
        return left.value, bottom.value, right.value, top.value

    def _font(self, index: int) -> _Font:
        raw = self.textpage.raw
        matrix = pdfium.FS_MATRIX()
        pdfium.FPDFText_GetMatrix(raw, index, matrix)
        scale = math.hypot(matrix.c, matrix.d)
        holder = pdfium.FPDFText_GetTextObject(raw, index)
        mode = pdfium.FPDFTextObj_GetTextRenderMode(holder) if holder else 0
        size = abs(pdfium.FPDFText_GetFontSize(raw, index)) * scale
        return _Font(
            round(size, 2),
            self._is_bold(holder, mode),
            _direction(matrix.a, matrix.b, self.view.quarters),
            abs(matrix.b) > abs(matrix.a),
            mode in (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP) or 0 < size < 1,
        )

    def _is_bold(self, holder: Any, mode: int) -> bool:
        font = pdfium.FPDFTextObj_GetFont(holder) if holder else None
        if not font:
            return False
        key = ctypes.c_void_p.from_buffer(font).value or 0
        if key not in self.bold_fonts:
            name = ctypes.create_string_buffer(128)
            pdfium.FPDFFont_GetBaseFontName(font, name, 128)
            lowered = name.value.decode("latin-1").lower()
            heavy = pdfium.FPDFFont_GetWeight(font) >= 600
            self.bold_fonts[key] = heavy or any(part in lowered for part in BOLD_NAMES)
        return self.bold_fonts[key] or mode == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE

    def _keep(self, text: str, first: int, font: _Font) -> None:
        """Takes the characters from index `first` on as a word; as several, where they do not stand together."""
        place = self._place(first)
        if len(text) > 1:
            place = _union(place, self._place(first + len(text) - 1))
            if font.turn != OBLIQUE and _is_loose(place, text, font):
                self._keep_parts(text, first, font)
                return
        self._add(text, place, first, font)

    def _keep_parts(self, text: str, first: int, font: _Font) -> None:
        """Takes characters that spread too far for one word: parts them at gaps, and finds those set downwards."""
        places = [self._place(first + index) for index in range(len(text))]
        steps = [_step(before, after, font) for before, after in pairwise(places)]
        begin = 0
        for end in range(1, len(text) + 1):
            if end < len(text) and steps[end - 1] == steps[begin] != APART:
                continue
            downwards = end - begin > 1 and steps[begin] == BELOW
            look = replace(font, turn=(self.view.quarters + 1) % 4) if downwards else font
            self._add(text[begin:end], reduce(_union, places[begin:end]), first + begin, look)
            begin = end

    def _add(self, text: str, place: Place, first: int, font: _Font) -> None:
        width, height = self.content.width, self.content.height
        shown = self.view.place(*place)
        if shown[2] < 0 or shown[3] < 0 or shown[0] > width or shown[1] > height:
            self.content.hidden += len(text)
            return
        left, top, right, bottom = upright(shown, font.turn, width, height) if font.turn else shown
        word = Word(text, left, top, right, bottom, font.size or bottom - top, font.bold, first)
        groups = self.invisible if font.invisible else self.content.words
        groups.setdefault(font.turn, []).append(word)

    def _judge_invisible(self) -> None:
        """Invisible text over a picture is what OCR put under a scan; elsewhere it is meant for machines only."""
        for turn, words in self.invisible.items():
            for word in words:
                shown = upright_back((word.left, word.top, word.right, word.bottom), turn, self.content)
                if any(_covers(picture, shown) for picture in self.content.pictures):
                    self.content.layer = True
                    self.content.words.setdefault(turn, []).append(word)
                else:
                    self.content.hidden += len(word.text)


def _covers(picture: Place, place: Place) -> bool:
    x, y = (place[0] + place[2]) / 2, (place[1] + place[3]) / 2
    return picture[0] <= x <= picture[2] and picture[1] <= y <= picture[3]


def _union(one: Place, other: Place) -> Place:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _is_loose(place: Place, text: str, font: _Font) -> bool:
    """Whether a word is wider or higher than its characters can be."""
    length, thickness = place[2] - place[0], place[3] - place[1]
    if font.standing:
        length, thickness = thickness, length
    em = max(font.size, 1.0)
    return length > (0.8 if text.isascii() else 1.15) * em * len(text) + 0.2 * em or thickness > 1.6 * em


def _step(before: Place, after: Place, font: _Font) -> int:
    """How the second of two characters follows the first; boxes are as high as the font, so neighbours overlap."""
    em = max(font.size, 1.0)
    across = max(after[0] - before[2], before[0] - after[2])
    down = max(after[1] - before[3], before[1] - after[3])
    if font.standing:
        across, down = down, across
    if across <= em and down < -0.4 * em:
        return BESIDE
    sunk = before[1] - after[3]
    aligned = abs(before[0] + before[2] - after[0] - after[2]) < em
    return BELOW if not font.standing and aligned and -0.4 * em <= sunk <= em else APART


def _direction(a: float, b: float, quarters: int) -> int:
    """Quarter turns clockwise of text whose baseline runs along (a, b), on the page as shown."""
    if a == 0 and b == 0:
        return 0
    degrees = (quarters * 90 - math.degrees(math.atan2(b, a))) % 360
    nearest = round(degrees / 90)
    return nearest % 4 if abs(degrees - nearest * 90) <= 15 else OBLIQUE


def picture_of(page: PdfPage) -> Image.Image:
    """The page as a grey picture at 300 dpi, or less where that would be more than 20 million pixels."""
    width, height = page.get_size()
    scale = min(DPI / 72, math.sqrt(MAX_RENDERED / max(width * height, 1.0)))
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=True, limit_image_cache=True)
    try:
        image: Image.Image = bitmap.to_pil().copy()
        return image
    finally:
        bitmap.close()


def pictures_of(page: PdfPage, content: PageContent, share: float) -> Iterator[Image.Image]:
    """The pictures that cover so much of the page, as they show on it, in grey; the page's own words are wiped out."""
    area = content.width * content.height
    large = [place for place in content.pictures if (place[2] - place[0]) * (place[3] - place[1]) >= share * area]
    if not large:
        return
    scale = GLANCE_DPI / 72
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False, limit_image_cache=True)
    try:
        image: Image.Image = bitmap.to_pil().copy()
    finally:
        bitmap.close()
    pen = ImageDraw.Draw(image)
    for turn, words in content.words.items():
        for word in words:
            place = upright_back((word.left, word.top, word.right, word.bottom), turn % 4, content)
            pen.rectangle([edge * scale for edge in place], fill=255)
    for place in large:
        left, top, right, bottom = (round(edge * scale) for edge in place)
        yield image.crop((left, top, right, bottom))
