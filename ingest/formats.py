"""The table of what Lectern reads: media type -> what it is called, how its files end, and the reader of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import BinaryIO

from ingest.model import Reader
from ingest.pages.model import Viewer
from ingest.sniff import (
    BMP,
    CSV,
    DOC,
    DOCX,
    HTML,
    JPEG,
    MAIL,
    MARKDOWN,
    ODP,
    ODS,
    ODT,
    PDF,
    PLAIN,
    PNG,
    PPT,
    PPTX,
    RTF,
    TIFF,
    TSV,
    WEBP,
    XLS,
    XLSB,
    XLSX,
    recognise,
)


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: its name for people, the endings its files have, the dotted name of its reader's module, and that
    of what shows its pages, if it has any."""

    label: str
    extensions: tuple[str, ...]
    module: str
    pages: str | None = None

    def reader(self) -> Reader:
        """The `read` function of the module, which is imported only now because readers bring heavy libraries."""
        read: Reader = import_module(self.module).read
        return read

    def viewer(self) -> Viewer | None:
        """The `show` function of the module that shows its pages, imported as the reader is."""
        if self.pages is None:
            return None
        show: Viewer = import_module(self.pages).show
        return show


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        DOCX: Format("Word document", (".docx", ".docm", ".dotx", ".dotm"), "ingest.parse.word"),
        XLSX: Format("Excel workbook", (".xlsx", ".xlsm", ".xltx", ".xltm"), "ingest.parse.excel"),
        XLSB: Format("Excel binary workbook", (".xlsb",), "ingest.parse.excel.binary"),
        XLS: Format("Excel 97-2003 workbook", (".xls", ".xlt"), "ingest.parse.excel.legacy"),
        ODS: Format("OpenDocument spreadsheet", (".ods", ".ots"), "ingest.parse.excel.opendocument"),
        PPTX: Format("PowerPoint presentation", (".pptx", ".pptm", ".ppsx", ".potx"), "ingest.parse.slides"),
        DOC: Format("Word 97-2003 document", (".doc", ".dot"), "ingest.parse.office"),
        RTF: Format("rich text", (".rtf",), "ingest.parse.office"),
        ODT: Format("OpenDocument text", (".odt", ".ott"), "ingest.parse.office"),
        PPT: Format("PowerPoint 97-2003 presentation", (".ppt", ".pps", ".pot"), "ingest.parse.office"),
        ODP: Format("OpenDocument presentation", (".odp", ".otp"), "ingest.parse.office"),
        PDF: Format("PDF", (".pdf",), "ingest.parse.pdf", "ingest.pages.pdf"),
        PNG: Format("PNG image", (".png",), "ingest.parse.image", "ingest.pages.picture"),
        JPEG: Format("JPEG image", (".jpg", ".jpeg"), "ingest.parse.image", "ingest.pages.picture"),
        TIFF: Format("TIFF image", (".tif", ".tiff"), "ingest.parse.image", "ingest.pages.picture"),
        WEBP: Format("WebP image", (".webp",), "ingest.parse.image", "ingest.pages.picture"),
        BMP: Format("BMP image", (".bmp",), "ingest.parse.image", "ingest.pages.picture"),
        HTML: Format("web page", (".html", ".htm", ".xhtml"), "ingest.parse.web"),
        MAIL: Format("e-mail", (".eml",), "ingest.parse.mail"),
        MARKDOWN: Format("Markdown", (".md", ".markdown"), "ingest.parse.text"),
        CSV: Format("CSV table", (".csv",), "ingest.parse.text"),
        TSV: Format("tab-separated table", (".tsv", ".tab"), "ingest.parse.text"),
        PLAIN: Format("plain text", (".txt", ".text", ".log"), "ingest.parse.text"),
    }
)


def sniff(stream: BinaryIO, name: str) -> str:
    """The media type of a file by its content; its name decides between kinds of plain text only.

    The stream is seekable and left at its start. That a media type comes back does not mean that the file is whole.
    Raises EmptyFile, DamagedFile (cut-off archive), PasswordNeeded (encrypted Office file) or UnsupportedFormat, whose
    message says what the file is.
    """
    lowered = name.lower()
    named = next((kind for kind, known in FORMATS.items() if lowered.endswith(known.extensions)), None)
    return recognise(stream, name, named)
