"""Shows pages of PDF files by PDFium, as the reader of PDF does: nothing in a document is run."""

import io

import pypdfium2.raw as pdfium
from pypdfium2 import PdfDocument, PdfiumError, PdfPage

from ingest.errors import DamagedFile, NoSuchPage, TooLarge
from ingest.model import Box, ReadOptions, Source
from ingest.pages.model import PagePicture, PageSizes, PageWord, PageWords, Shown, Wish, save, scale_for
from ingest.pages.recognised import recognised_words
from ingest.parse.pdfium import OBLIQUE, content_of, open_pdf, picture_of
from ingest.parse.view import PageContent, upright_back


def show(source: Source, options: ReadOptions, wish: Wish) -> Shown:
    """What is wished for. Raises DamagedFile, PasswordNeeded, TooLarge, NoSuchPage, OcrMissing and OcrFailed."""
    document = open_pdf(source)
    try:
        total = len(document)
        if total > options.max_pages:
            raise TooLarge(source.name, detail=f"it has {total:,} pages, {options.max_pages:,} are allowed")
        if wish.page is None:
            return PageSizes(tuple(_size(document, index) for index in range(total)))
        if not 1 <= wish.page <= total:
            raise NoSuchPage(source.name, page=wish.page, pages=total)
        page = document[wish.page - 1]
        return _words(page, source, options) if wish.width is None else _picture(page, wish.width)
    except PdfiumError as error:
        raise DamagedFile(source.name, detail=f"page {wish.page} cannot be shown") from error
    finally:
        document.close()


def _size(document: PdfDocument, index: int) -> tuple[float, float]:
    """The page's size as shown; of a page that is damaged, that of a sheet of paper."""
    size = pdfium.FS_SIZEF()
    if not pdfium.FPDF_GetPageSizeByIndexF(document.raw, index, size) or not (size.width > 0 and size.height > 0):
        return 595.0, 842.0
    return size.width, size.height


def _picture(page: PdfPage, width: int) -> PagePicture:
    page_width, page_height = page.get_size()
    scale = scale_for(page_width, page_height, width)
    bitmap = page.render(scale=scale, may_draw_forms=True, limit_image_cache=True, rev_byteorder=True)
    out = io.BytesIO()
    try:
        save(bitmap.to_pil(), out)
    finally:
        bitmap.close()
    return PagePicture(out.getvalue())


def _words(page: PdfPage, source: Source, options: ReadOptions) -> PageWords:
    content = content_of(page)
    if not content.words:
        return recognised_words(picture_of(page), source, options)
    found = sorted(
        (word.order, turn, (word.left, word.top, word.right, word.bottom), word.text)
        for turn, words in content.words.items()
        for word in words
    )
    return PageWords(
        tuple(PageWord(text, _box(place, turn, content), turn % OBLIQUE) for _, turn, place, text in found)
    )


def _box(place: tuple[float, float, float, float], turn: int, content: PageContent) -> Box:
    shown = upright_back(place, turn % OBLIQUE, content)
    wholes = (content.width or 1.0, content.height or 1.0) * 2
    left, top, right, bottom = (min(max(edge / whole, 0.0), 1.0) for edge, whole in zip(shown, wholes, strict=True))
    return Box(left, top, right, bottom)
