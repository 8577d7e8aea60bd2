"""The outline of a PDF and the names of the files attached to it."""

from itertools import islice

import pypdfium2.raw as pdfium
from pypdfium2 import PdfBookmark, PdfDest, PdfDocument, PdfiumError

from ingest.parse.annotations import string_of
from ingest.parse.prose import normal_title

MAX_ENTRIES = 50_000
MAX_ATTACHMENTS = 1_000
Outline = dict[int, dict[str, int]]


def outline_of(document: PdfDocument) -> Outline:
    """Levels of the outline's entries by page and normal title; entries that lead nowhere are left out."""
    outline: Outline = {}
    for entry in islice(document.get_toc(), MAX_ENTRIES):
        destination = _destination(document, entry)
        page = destination.get_index() if destination else None
        title = normal_title(string_of(pdfium.FPDFBookmark_GetTitle, entry.raw))
        if page is not None and title:
            outline.setdefault(page + 1, {}).setdefault(title, entry.level + 1)
    return outline


def _destination(document: PdfDocument, entry: PdfBookmark) -> PdfDest | None:
    """Where the entry leads: it names the place itself, or by an action that goes there."""
    destination = entry.get_dest()
    if destination is None and (action := pdfium.FPDFBookmark_GetAction(entry)):
        raw = pdfium.FPDFAction_GetDest(document, action)
        destination = PdfDest(raw, document) if raw else None
    return destination


def attachments_of(document: PdfDocument) -> list[str]:
    """The names of the files attached to the document as a whole."""
    names: list[str] = []
    for index in range(min(max(document.count_attachments(), 0), MAX_ATTACHMENTS)):
        try:
            names.append(string_of(pdfium.FPDFAttachment_GetName, document.get_attachment(index).raw))
        except PdfiumError:
            continue
    return list(filter(None, names))
