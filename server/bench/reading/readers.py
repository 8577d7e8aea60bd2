"""Lectern's reader and its peers', each as a function from a file to its text.

A reader is made in its own process (`worker.py`): making it loads its library, so that the time of a file is the time
of reading. It gives the text as Markdown where the library can, and the cells of tables if they do not stand in it.
"""

import importlib
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

Text = tuple[str, list[str] | None]
Read = Callable[[Path, str | None], Text]

OCR_LANGUAGES = "eng+chi_sim"
OCR_DPI = 300


def lectern(embedded_pictures: bool = True) -> Read:
    """As users get it: `lectern parse`, in the sandbox; or without a look at pictures, as the peers read."""
    from ingest.document import to_markdown
    from ingest.model import Source
    from ingest.sandbox import Sandbox
    from server.settings import Settings

    settings = Settings.read()
    sandbox = Sandbox(settings.parse_memory_mb, settings.parse_seconds)
    options = replace(_options(), embedded_pictures=embedded_pictures)

    def read(path: Path, password: str | None) -> Text:
        with path.open("rb") as stream:
            source = Source(path.name, stream, path.stat().st_size, password)
            return "".join(to_markdown(sandbox.read(source, options))), None

    return read


def lectern_bare() -> Read:
    """The same readers in this process: what is missing to `lectern` is the price of the sandbox."""
    from ingest.document import to_markdown
    from ingest.formats import FORMATS, sniff
    from ingest.model import Source

    options = _options()

    def read(path: Path, password: str | None) -> Text:
        with path.open("rb") as stream:
            reader = FORMATS[sniff(stream, path.name)].reader()
            source = Source(path.name, stream, path.stat().st_size, password)
            return "".join(to_markdown(reader(source, options))), None

    return read


def _options() -> Any:
    from ingest.model import ReadOptions
    from server.settings import Settings

    settings = Settings.read()
    return ReadOptions(
        ocr=settings.ocr,
        ocr_languages=settings.ocr_languages,
        embedded_pictures=settings.ocr_embedded,
        max_pages=settings.parse_pages,
    )


def markitdown() -> Read:
    """MarkItDown's converters."""
    converter = importlib.import_module("markitdown").MarkItDown()
    return lambda path, _: (converter.convert(path).text_content, None)


def unstructured() -> Read:
    """unstructured's `partition`; PDFs by its fast strategy, the one without models."""
    _spare_unstructured_its_models()
    partition = importlib.import_module("unstructured.partition.auto").partition

    def read(path: Path, password: str | None) -> Text:
        elements = partition(str(path), strategy="fast", password=password)
        tables = [element.metadata.text_as_html for element in elements]
        return "\n\n".join(map(str, elements)), [cell for table in tables if table for cell in _html_cells(table)]

    return read


def _spare_unstructured_its_models() -> None:
    """Lets unstructured run offline, and read PDFs without torch: its fast strategy imports the models, unused."""
    from ingest.offline import keep_unstructured_offline

    keep_unstructured_offline()
    unused = {
        "models.base": "get_model",
        "models.tables": "UnstructuredTableTransformerModel cells_to_html",
        "models.unstructuredmodel": "UnstructuredElementExtractionModel UnstructuredObjectDetectionModel",
        "visualize": "draw_bbox",
    }
    for name, attributes in unused.items():
        module = ModuleType(f"unstructured_inference.{name}")
        for attribute in attributes.split():
            setattr(module, attribute, type(attribute, (), {}))
        sys.modules[module.__name__] = module


def _html_cells(table: str) -> list[str]:
    from lxml import html

    return [cell.text_content() for cell in html.fromstring(table).iter("td", "th")]


def docling() -> Read:
    """docling's back-ends, none of which needs a model; of a PDF the lines that its parser finds."""
    formats = importlib.import_module("docling.datamodel.base_models").InputFormat
    document = importlib.import_module("docling.datamodel.document").InputDocument
    backends = {
        ".docx": (formats.DOCX, "msword", "MsWordDocumentBackend"),
        ".xlsx": (formats.XLSX, "msexcel", "MsExcelDocumentBackend"),
        ".xlsm": (formats.XLSX, "msexcel", "MsExcelDocumentBackend"),
        ".pptx": (formats.PPTX, "mspowerpoint", "MsPowerpointDocumentBackend"),
        ".html": (formats.HTML, "html", "HTMLDocumentBackend"),
        ".md": (formats.MD, "md", "MarkdownDocumentBackend"),
        ".csv": (formats.CSV, "csv", "CsvDocumentBackend"),
        ".ods": (formats.ODS, "opendocument", "OdsDocumentBackend"),
        ".eml": (formats.EMAIL, "email", "EmailDocumentBackend"),
    }
    loaded = {
        ending: (form, getattr(importlib.import_module(f"docling.backend.{module}_backend"), name))
        for ending, (form, module, name) in backends.items()
    }
    parser = importlib.import_module("docling_parse.pdf_parser").DoclingPdfParser()
    line = importlib.import_module("docling_core.types.doc.page").TextCellUnit.LINE

    def read(path: Path, password: str | None) -> Text:
        if path.suffix == ".pdf":
            pages = parser.load(path_or_stream=str(path), password=password).iterate_pages()
            return "\n".join(cell.text for _, page in pages for cell in page.iterate_cells(unit_type=line)), None
        form, backend = loaded.get(path.suffix) or _refuse(path)
        opened = document(path_or_stream=path, format=form, backend=backend)
        return opened._backend.convert().export_to_markdown(), None  # converters beyond it import torch

    return read


def _refuse(path: Path) -> NoReturn:
    raise NotImplementedError(f"it does not read {path.suffix}")


def langchain() -> Read:
    """The loaders that LangChain's documentation shows first for each format."""
    _spare_unstructured_its_models()
    loaders = importlib.import_module("langchain_community.document_loaders")
    chosen = {
        ".docx": loaders.Docx2txtLoader,
        ".xlsx": loaders.UnstructuredExcelLoader,
        ".xlsm": loaders.UnstructuredExcelLoader,
        ".xls": loaders.UnstructuredExcelLoader,
        ".pptx": loaders.UnstructuredPowerPointLoader,
        ".csv": loaders.CSVLoader,
        ".html": loaders.BSHTMLLoader,
        ".md": loaders.UnstructuredMarkdownLoader,
        ".txt": loaders.TextLoader,
        ".eml": loaders.UnstructuredEmailLoader,
    }

    def read(path: Path, password: str | None) -> Text:
        if path.suffix == ".pdf":
            loader = loaders.PyPDFLoader(str(path), password=password)
        else:
            loader = (chosen.get(path.suffix) or _refuse(path))(str(path))
        return "\n\n".join(document.page_content for document in loader.load()), None

    return read


def pdfium() -> Read:
    """The bare text of PDFium, in the order of the file."""
    library = importlib.import_module("pypdfium2")

    def read(path: Path, password: str | None) -> Text:
        with library.PdfDocument(path, password=password) as document:
            return "\n".join(page.get_textpage().get_text_bounded() for page in document), None

    return read


def pytesseract() -> Read:
    """Tesseract, one page after another, as pytesseract's documentation shows it; PDFs drawn at 300 dpi."""
    library = importlib.import_module("pytesseract")
    open_image = importlib.import_module("PIL.Image").open
    documents = importlib.import_module("pypdfium2").PdfDocument

    def read(path: Path, password: str | None) -> Text:
        if path.suffix != ".pdf":
            with open_image(path) as image:
                return library.image_to_string(image, lang=OCR_LANGUAGES), None
        with documents(path, password=password) as document:
            pages = [page.render(scale=OCR_DPI / 72).to_pil() for page in document]
        return "\n".join(library.image_to_string(page, lang=OCR_LANGUAGES) for page in pages), None

    return read


READERS: dict[str, Callable[[], Read]] = {
    "Lectern": lectern,
    "Lectern, no pictures": partial(lectern, embedded_pictures=False),
    "Lectern, no sandbox": lectern_bare,
    "markitdown": markitdown,
    "unstructured": unstructured,
    "docling": docling,
    "LangChain": langchain,
    "pypdfium2": pdfium,
    "pytesseract": pytesseract,
}
