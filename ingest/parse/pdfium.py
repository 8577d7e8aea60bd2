"""What PDFium sees on a page: its words, drawn lines and pictures, upright and with the origin at the top left."""

import ctypes
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium
from PIL import Image
from pypdfium2 import PdfDocument, PdfPage, PdfTextPage

from ingest.model import Box, Element, Kind
from ingest.parse.layout import Word
from ingest.parse.paragraphs import mend
from ingest.parse.tables import Rule

MAX_OBJECTS = 20_000  # drawings beyond that are not looked at
MAX_CHARACTERS = 400_000  # of one page
FORM_DEPTH = 3
DPI = 300
MAX_RENDERED = 20_000_000  # pixels of a page image
LINE_END_HYPHEN = 2  # how PDFium marks one
OBLIQUE = 4  # the group of text that runs neither along nor across the page
BOLD_NAMES = ("bold", "black", "heavy", "semib", "demi", "cmbx", "-bd")
Place = tuple[float, float, float, float]


@dataclass(slots=True)
class PageContent:
    """Visible words by the quarter turns of their direction, drawn lines and pictures; lengths in points.

    `hidden` counts characters that were left out because nobody who looks at the page sees them; `layer` tells that
    invisible text lies over pictures and is the text layer of a scan.
    """

    width: float
    height: float
    words: dict[int, list[Word]] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    pictures: list[Place] = field(default_factory=list)
    drawings: int = 0
    largest_picture: int = 0
    hidden: int = 0
    unmapped: int = 0
    layer: bool = False

    @property
    def characters(self) -> int:
        """Visible characters, blanks not counted."""
        return sum(len(word.text) for words in self.words.values() for word in words)

    @property
    def pictured(self) -> float:
        """Share of the page that pictures cover, overlaps counted twice; at most 1."""
        covered = sum((right - left) * (bottom - top) for left, top, right, bottom in self.pictures)
        return min(covered / (self.width * self.height), 1.0) if self.width * self.height > 0 else 0.0


class View:
    """Turns page coordinates of PDF (origin at the bottom left, before rotation) into those of the page as shown."""

    def __init__(self, page: PdfPage) -> None:
        self.left, self.bottom, self.right, self.top = page.get_bbox()
        self.quarters = page.get_rotation() // 90
        width, height = self.right - self.left, self.top - self.bottom
        self.width, self.height = (height, width) if self.quarters % 2 else (width, height)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """The place of a point on the page as shown."""
        if self.quarters == 1:
            return y - self.bottom, x - self.left
        if self.quarters == 2:
            return self.right - x, y - self.bottom
        if self.quarters == 3:
            return self.top - y, self.right - x
        return x - self.left, self.top - y

    def place(self, left: float, bottom: float, right: float, top: float) -> Place:
        """The rectangle on the page as shown: left, top, right, bottom."""
        (x0, y0), (x1, y1) = self.point(left, bottom), self.point(right, top)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def box(self, place: Place) -> Box:
        """The rectangle as fractions of the page."""
        across, down = self.width or 1.0, self.height or 1.0
        left, top, right, bottom = place
        clamp = (left / across, top / down, right / across, bottom / down)
        return Box(*(round(min(max(share, 0.0), 1.0), 5) for share in clamp))


def upright(place: Place, turn: int, width: float, height: float) -> Place:
    """A rectangle of the page as shown, on the page turned so that text of direction `turn` stands upright."""
    left, top, right, bottom = place
    if turn == 1:
        return top, width - right, bottom, width - left
    if turn == 2:
        return width - right, height - bottom, width - left, height - top
    if turn == 3:
        return height - bottom, left, height - top, right
    return place


def content_of(page: PdfPage) -> PageContent:
    """Reads a page. Raises pypdfium2's PdfiumError if PDFium cannot."""
    view = View(page)
    content = PageContent(view.width, view.height)
    _look_at_objects(page, view, content)
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


def upright_back(place: Place, turn: int, content: PageContent) -> Place:
    """The opposite of `upright`."""
    width, height = (content.height, content.width) if turn in (1, 3) else (content.width, content.height)
    return upright(place, {1: 3, 3: 1}.get(turn, turn), width, height)


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


def _look_at_objects(page: PdfPage, view: View, content: PageContent) -> None:
    kinds: Counter[int] = Counter()
    for holder, kind, (left, bottom, right, top) in _objects(page):
        kinds[kind] += 1
        place = view.place(left, bottom, right, top)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            clipped = max(place[0], 0), max(place[1], 0), min(place[2], view.width), min(place[3], view.height)
            if clipped[2] > clipped[0] and clipped[3] > clipped[1]:
                content.pictures.append(clipped)
            across, down = ctypes.c_uint(), ctypes.c_uint()
            if pdfium.FPDFImageObj_GetImagePixelSize(holder, across, down):
                content.largest_picture = max(content.largest_picture, across.value * down.value)
        elif kind == pdfium.FPDF_PAGEOBJ_PATH and _painted(holder):
            content.rules += _rules(place)
    content.drawings = kinds[pdfium.FPDF_PAGEOBJ_PATH] + kinds[pdfium.FPDF_PAGEOBJ_SHADING]


def _objects(page: PdfPage) -> Iterator[tuple[Any, int, Place]]:
    """Objects of the page and of the forms in it, with their bounds in page coordinates."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    stack: list[tuple[Any, Any, Any, tuple[float, ...] | None, int]] = [
        (pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject, page.raw, None, 0)
    ]
    seen = 0
    while stack:
        count, get, parent, matrix, depth = stack.pop()
        for index in range(max(count(parent), 0)):
            seen += 1
            if seen > MAX_OBJECTS:
                return
            holder = get(parent, index)
            kind = pdfium.FPDFPageObj_GetType(holder)
            if kind == pdfium.FPDF_PAGEOBJ_TEXT:
                continue
            if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < FORM_DEPTH:
                inner = pdfium.FS_MATRIX()
                pdfium.FPDFPageObj_GetMatrix(holder, inner)
                own = (inner.a, inner.b, inner.c, inner.d, inner.e, inner.f)
                joined = _multiply(own, matrix) if matrix else own
                stack.append((pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject, holder, joined, depth + 1))
            elif pdfium.FPDFPageObj_GetBounds(holder, left, bottom, right, top):
                yield holder, kind, _mapped((left.value, bottom.value, right.value, top.value), matrix)


def _multiply(m: tuple[float, ...], n: tuple[float, ...]) -> tuple[float, ...]:
    a, b, c, d, e, f = m
    p, q, r, s, t, u = n
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _mapped(place: Place, matrix: tuple[float, ...] | None) -> Place:
    if matrix is None:
        return place
    a, b, c, d, e, f = matrix
    points = [(a * x + c * y + e, b * x + d * y + f) for x in (place[0], place[2]) for y in (place[1], place[3])]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _painted(path: Any) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(pdfium.FPDFPath_GetDrawMode(path, fill, stroke)) and bool(fill.value or stroke.value)


def _rules(place: Place) -> list[Rule]:
    """The edges of a drawn rectangle, or the line itself where it is thin."""
    left, top, right, bottom = place
    thin = 2.5
    if bottom - top <= thin:
        return [Rule(left, (top + bottom) / 2, right, (top + bottom) / 2)] if right - left > 4 else []
    if right - left <= thin:
        return [Rule((left + right) / 2, top, (left + right) / 2, bottom)] if bottom - top > 4 else []
    if right - left < 8 or bottom - top < 6:
        return []
    return [
        Rule(left, top, right, top),
        Rule(left, bottom, right, bottom),
        Rule(left, top, left, bottom),
        Rule(right, top, right, bottom),
    ]


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


def notes_of(document: PdfDocument, page: PdfPage, number: int) -> Iterator[Element]:
    """Values of form fields and the text of remarks on the page."""
    view = View(page)
    for index in range(max(pdfium.FPDFPage_GetAnnotCount(page), 0)):
        note = pdfium.FPDFPage_GetAnnot(page, index)
        if not note:
            continue
        try:
            rect = pdfium.FS_RECTF()
            if pdfium.FPDFAnnot_GetFlags(note) & (pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW):
                continue
            kind, text = _note(document, note)
            if text and pdfium.FPDFAnnot_GetRect(note, rect):
                place = view.place(rect.left, rect.bottom, rect.right, rect.top)
                yield Element(kind, text, page=number, box=view.box(place))
        finally:
            pdfium.FPDFPage_CloseAnnot(note)


def _note(document: PdfDocument, note: Any) -> tuple[Kind, str]:
    subtype = pdfium.FPDFAnnot_GetSubtype(note)
    if subtype == pdfium.FPDF_ANNOT_WIDGET and document.formenv:
        return Kind.TEXT, _field(document.formenv.raw, note)
    if subtype in (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP, pdfium.FPDF_ANNOT_WIDGET):
        return Kind.COMMENT, ""
    shown = subtype == pdfium.FPDF_ANNOT_FREETEXT
    return (Kind.TEXT if shown else Kind.COMMENT), _string(pdfium.FPDFAnnot_GetStringValue, note, b"Contents\0")


def _field(forms: Any, note: Any) -> str:
    kind = pdfium.FPDFAnnot_GetFormFieldType(forms, note)
    if kind == pdfium.FPDF_FORMFIELD_PUSHBUTTON:
        return ""
    value = _string(pdfium.FPDFAnnot_GetFormFieldValue, forms, note)
    if kind in (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON) and not pdfium.FPDFAnnot_IsChecked(
        forms, note
    ):
        return ""
    name = _string(pdfium.FPDFAnnot_GetFormFieldAlternateName, forms, note) or _string(
        pdfium.FPDFAnnot_GetFormFieldName, forms, note
    )
    return f"{name}: {value}" if name and value else value


def _string(get: Any, *of: Any) -> str:
    """A string of PDFium, whose functions tell the length in bytes when asked without a buffer."""
    length = get(*of, None, 0)
    if length <= 2:
        return ""
    buffer = ctypes.create_string_buffer(length)
    get(*of, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), length)
    return mend(buffer.raw[: length - 2].decode("utf-16-le", errors="replace"))
