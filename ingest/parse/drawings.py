"""The pictures and drawn lines of a PDF page, as PDFium lists them."""

import ctypes
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as pdfium
from pypdfium2 import PdfPage

from ingest.parse.ruling import Rule
from ingest.parse.view import PageContent, Place, View

MAX_OBJECTS = 20_000  # drawings beyond that are not looked at
FORM_DEPTH = 3
THIN = 2.5  # points; what is thinner is a line whatever its length
THICK = 6.0  # points; no line is thicker


def note_drawings(page: PdfPage, view: View, content: PageContent) -> None:
    """Fills the pictures, rules and counts of the content."""
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
    if _is_thin(bottom - top, right - left):
        return [Rule(left, (top + bottom) / 2, right, (top + bottom) / 2)] if right - left > 4 else []
    if _is_thin(right - left, bottom - top):
        return [Rule((left + right) / 2, top, (left + right) / 2, bottom)] if bottom - top > 4 else []
    if right - left < 8 or bottom - top < 6:
        return []
    return [
        Rule(left, top, right, top),
        Rule(left, bottom, right, bottom),
        Rule(left, top, left, bottom),
        Rule(right, top, right, bottom),
    ]


def _is_thin(thickness: float, length: float) -> bool:
    return thickness <= THIN or (thickness <= THICK and length > 8 * thickness)
