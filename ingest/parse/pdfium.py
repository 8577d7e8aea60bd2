"""What PDFium sees on a page: its words with their places, and the page as a picture."""

import ctypes
import math
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium
from PIL import Image
from pypdfium2 import PdfPage, PdfTextPage

from ingest.parse.drawings import note_drawings
from ingest.parse.layout import Word
from ingest.parse.view import PageContent, Place, View, upright, upright_back

MAX_CHARACTERS = 400_000  # of one page
DPI = 300
MAX_RENDERED = 20_000_000  # pixels of a page image
LINE_END_HYPHEN = 2  # how PDFium marks one
OBLIQUE = 4  # the group of text that runs neither along nor across the page
BOLD_NAMES = ("bold", "black", "heavy", "semib", "demi", "cmbx", "-bd")


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
    """Puts the characters of a text page together to words."""

    def __init__(self, textpage: PdfTextPage, view: View, content: PageContent) -> None:
        self.textpage = textpage
        self.view = view
        self.content = content
        self.rect = pdfium.FS_RECTF()
        self.bold_fonts: dict[int, bool] = {}
        self.invisible: dict[int, list[Word]] = {}

    def run(self) -> None:
        """Fills the words of the content."""
        raw = self.textpage.raw
        address = ctypes.c_void_p.from_buffer
        signs: list[str] = []
        font = _Font(0, bold=False, turn=0, standing=False, invisible=False)
        known = first = 0
        for index in range(min(self.textpage.count_chars(), MAX_CHARACTERS)):
            code = pdfium.FPDFText_GetUnicode(raw, index)
            sign = _sign(code)
            if sign.isspace():
                self._keep(signs, first, font)
                signs = []
                continue
            owner = address(pdfium.FPDFText_GetTextObject(raw, index)).value or 0
            if owner != known:
                following = self._font(index)
                if following != font:
                    self._keep(signs, first, font)
                    signs = []
                known, font = owner, following
            if not signs:
                first = index
            signs.append(sign)
            if code == LINE_END_HYPHEN:
                self._keep(signs, first, font)
                signs = []
        self._keep(signs, first, font)
        self._judge_invisible()

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
        if pdfium.FPDFText_HasUnicodeMapError(raw, index) == 1:
            self.content.unmapped += 1
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

    def _keep(self, signs: list[str], first: int, font: _Font) -> None:
        """Takes the characters from index `first` on as a word; as several, where they do not stand together."""
        if not signs:
            return
        (l0, b0, r0, t0), (l1, b1, r1, t1) = self._place(first), self._place(first + len(signs) - 1)
        place = min(l0, l1), min(b0, b1), max(r0, r1), max(t0, t1)
        across, down = place[2] - place[0], place[3] - place[1]
        length, thickness = (down, across) if font.standing else (across, down)
        most = 2.5 * max(font.size, 1.0)
        if len(signs) > 1 and font.turn != OBLIQUE and (length > most * len(signs) or thickness > most):
            half = len(signs) // 2
            self._keep(signs[:half], first, font)
            self._keep(signs[half:], first + half, font)
            return
        width, height = self.content.width, self.content.height
        shown = self.view.place(*place)
        if shown[2] < 0 or shown[3] < 0 or shown[0] > width or shown[1] > height:
            self.content.hidden += len(signs)
            return
        left, top, right, bottom = upright(shown, font.turn, width, height)
        word = Word("".join(signs), left, top, right, bottom, font.size or bottom - top, font.bold, first)
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


def _sign(code: int) -> str:
    """The character of a code; the sign for "unknown" where a font does not tell what its glyphs mean."""
    if code == LINE_END_HYPHEN:
        return "-"
    if (code < 32 and code not in (9, 10, 11, 12, 13)) or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return "\ufffd"
    return chr(code)


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
