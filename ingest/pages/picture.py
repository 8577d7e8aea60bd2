"""Shows pictures, TIFF files with several pages among them, upright by their own orientation mark."""

import io

from PIL import Image

from ingest.errors import NoSuchPage
from ingest.model import ReadOptions, Source
from ingest.pages.model import PagePicture, PageSizes, Shown, Wish, save, scale_for
from ingest.pages.recognised import recognised_words
from ingest.parse.image import frame_of, frame_size, open_picture


def show(source: Source, options: ReadOptions, wish: Wish) -> Shown:
    """What is wished for. Raises DamagedFile, TooLarge, NoSuchPage, OcrMissing and OcrFailed."""
    image, total = open_picture(source, options)
    if wish.page is None:
        return PageSizes(tuple(_size(image, number, source, options) for number in range(1, total + 1)))
    if not 1 <= wish.page <= total:
        raise NoSuchPage(source.name, page=wish.page, pages=total)
    if wish.width is None:
        return recognised_words(frame_of(image, wish.page, source, options), source, options)
    frame = frame_of(image, wish.page, source, options, draft=("RGB", wish.width))
    scale = min(1.0, scale_for(*frame.size, wish.width))
    if scale < 1:
        size = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
        frame = frame.convert("RGB").resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = io.BytesIO()
    save(_on_white(frame), out)
    return PagePicture(out.getvalue())


def _size(image: Image.Image, number: int, source: Source, options: ReadOptions) -> tuple[float, float]:
    """A page's size as shown. Nothing is decoded: a mark of its orientation alone may swap its sides."""
    width, height = frame_size(image, number, source, options)
    return float(width), float(height)


def _on_white(frame: Image.Image) -> Image.Image:
    """What is transparent shows paper."""
    if not frame.has_transparency_data:
        return frame
    clear = frame.convert("RGBA")
    paper = Image.new("RGBA", clear.size, "white")
    return Image.alpha_composite(paper, clear)
