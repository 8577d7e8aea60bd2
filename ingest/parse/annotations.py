"""What people added to a PDF page: values of form fields, remarks and files."""

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as pdfium
from pypdfium2 import PdfDocument, PdfPage

from ingest.model import Element, Kind
from ingest.parse.prose import mend
from ingest.parse.view import View

MAX_NOTES = 20_000  # of one page
MAX_OPTIONS = 10_000  # of one field
PASSWORD = 1 << 13  # flag of a field whose value nobody is shown


def notes_of(document: PdfDocument, page: PdfPage, number: int) -> Iterator[Element]:
    """Values of form fields with their names, the text of remarks, and the names of files pinned to the page."""
    view = View(page)
    for index in range(min(max(pdfium.FPDFPage_GetAnnotCount(page), 0), MAX_NOTES)):
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
    if subtype == pdfium.FPDF_ANNOT_FILEATTACHMENT:
        name = string_of(pdfium.FPDFAttachment_GetName, pdfium.FPDFAnnot_GetFileAttachment(note))
        return Kind.TEXT, f"Attached file: {name}" if name else ""
    if subtype in (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP, pdfium.FPDF_ANNOT_WIDGET):
        return Kind.COMMENT, ""
    shown = subtype == pdfium.FPDF_ANNOT_FREETEXT
    return (Kind.TEXT if shown else Kind.COMMENT), string_of(pdfium.FPDFAnnot_GetStringValue, note, b"Contents\0")


def _field(forms: Any, note: Any) -> str:
    kind = pdfium.FPDFAnnot_GetFormFieldType(forms, note)
    if kind == pdfium.FPDF_FORMFIELD_PUSHBUTTON or pdfium.FPDFAnnot_GetFormFieldFlags(forms, note) & PASSWORD:
        return ""
    value = string_of(pdfium.FPDFAnnot_GetFormFieldValue, forms, note)
    if kind in (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON) and not pdfium.FPDFAnnot_IsChecked(
        forms, note
    ):
        return ""
    if kind in (pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX):
        value = _chosen(forms, note) or value
    name = string_of(pdfium.FPDFAnnot_GetFormFieldAlternateName, forms, note) or string_of(
        pdfium.FPDFAnnot_GetFormFieldName, forms, note
    )
    return f"{name}: {value}" if name and value else value


def _chosen(forms: Any, note: Any) -> str:
    """The options that are chosen, as they are shown; the value of the field may be another or only the first."""
    count = min(max(pdfium.FPDFAnnot_GetOptionCount(forms, note), 0), MAX_OPTIONS)
    chosen = (index for index in range(count) if pdfium.FPDFAnnot_IsOptionSelected(forms, note, index))
    return ", ".join(filter(None, (string_of(pdfium.FPDFAnnot_GetOptionLabel, forms, note, index) for index in chosen)))


def string_of(get: Any, *of: Any) -> str:
    """A string of PDFium, whose functions tell the length in bytes when asked without a buffer."""
    length = get(*of, None, 0)
    if length <= 2:
        return ""
    buffer = ctypes.create_string_buffer(length)
    get(*of, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), length)
    text = buffer.raw[: length - 2].decode("utf-16-le", errors="replace")
    if text.startswith("\xfe\xff"):  # of the older name of a file PDFium gives the bytes, which may be UTF-16
        text = text[2:].encode("latin-1", "replace").decode("utf-16-be", "replace")
    return mend(text)
