"""The outline of a PDF and the names of the files attached to it, by pypdf."""

import logging
from collections.abc import Sequence

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import Destination

from ingest.model import Source
from ingest.parse.paragraphs import mend, normal_title

Outline = dict[int, dict[str, int]]
# what pypdf lets through on malformed objects besides its own errors
BROKEN = (PyPdfError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RuntimeError, OSError)


def outline_of(source: Source) -> tuple[Outline, list[str]]:
    """Levels of the outline's entries by page and normal title, and the names of attached files.

    Both are extras that a text is complete without: what of them cannot be read is left out.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its remarks on malformed objects would fill the log
    outline: Outline = {}
    names: list[str] = []
    try:
        source.stream.seek(0)
        reader = PdfReader(source.stream, password=source.password)
        names = [mend(str(attachment.name)) for attachment in reader.attachment_list]
        _walk(reader, reader.outline, 1, outline)
    except BROKEN:
        return outline, names
    return outline, names


def _walk(reader: PdfReader, entries: Sequence[object], level: int, outline: Outline) -> None:
    for entry in entries:
        if isinstance(entry, list):
            _walk(reader, entry, level + 1, outline)
        elif isinstance(entry, Destination):
            page, title = reader.get_destination_page_number(entry), normal_title(str(entry.title or ""))
            if page is not None and title:
                outline.setdefault(page + 1, {}).setdefault(title, level)
