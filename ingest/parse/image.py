"""Reads pictures: photographs and scans, TIFF files with several pages."""

import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from ingest.errors import DamagedFile, NoText, TooLarge
from ingest.model import Event, Progress, ReadOptions, Source
from ingest.parse.ocr import open_recogniser
from ingest.parse.ocr.preparation import LONGEST
from ingest.parse.paragraphs import Style, elements_of

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF")
# what Pillow lets through on damaged files besides its own errors
BROKEN = (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, struct.error, zlib.error)

_LYING = (5, 6, 7, 8)  # values of Exif's orientation that swap width and height


def read(source: Source, options: ReadOptions) -> Iterator[Event]:
    """Yields the text in a picture, block by block, each with page, box and confidence, and progress by page.

    Raises DamagedFile, TooLarge (more pixels or pages than the options allow), NoText (also where OCR is switched off)
    and OcrMissing.
    """
    if not options.ocr:
        raise NoText(source.name, detail=" because text recognition (OCR) is switched off")
    image, total = open_picture(source, options)
    found = False
    with open_recogniser(source.name, options) as recogniser:
        yield from recogniser.notices
        pages = (frame_of(image, number, source, options) for number in range(1, total + 1))
        for number, reading in enumerate(recogniser.recognise_all(pages), 1):
            for element in elements_of(reading.sheet(), number, Style()):
                found = True
                yield element
            yield Progress(number, total)
    if not found:
        raise NoText(source.name)


def open_picture(source: Source, options: ReadOptions) -> tuple[Image.Image, int]:
    """The picture, not decoded yet, and its number of pages. Raises DamagedFile and TooLarge."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(source.stream, formats=FORMATS)
            total = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
    except Image.DecompressionBombError as error:
        raise TooLarge(source.name, detail=_size(error)) from error
    except UnidentifiedImageError as error:
        raise DamagedFile(source.name, detail="it does not hold a picture that can be opened") from error
    except BROKEN as error:
        raise DamagedFile(source.name, detail=_reason(error)) from error
    if total > options.max_pages:
        raise TooLarge(source.name, detail=f"it has {total:,} pages, {options.max_pages:,} are allowed")
    return image, total


def frame_of(
    image: Image.Image,
    number: int,
    source: Source,
    options: ReadOptions,
    draft: tuple[str, int] = ("L", LONGEST),
) -> Image.Image:
    """One page of the picture, decoded, upright by its own orientation mark. Raises DamagedFile and TooLarge.

    A JPEG file can be decoded at a fraction of its size: `draft` is the mode and the pixels that are enough.
    """
    with _decoding(image, number, source, options):
        mode, enough = draft
        image.draft(mode, (enough, enough))
        image.load()
        return ImageOps.exif_transpose(image)


def frame_size(image: Image.Image, number: int, source: Source, options: ReadOptions) -> tuple[int, int]:
    """Width and height of one page, upright, without decoding it. Raises DamagedFile and TooLarge."""
    with _decoding(image, number, source, options):
        width, height = image.size
        lies = image.getexif().get(ExifTags.Base.Orientation) in _LYING
        return (height, width) if lies else (width, height)


@contextmanager
def _decoding(image: Image.Image, number: int, source: Source, options: ReadOptions) -> Iterator[None]:
    """Goes to a page, unless it has too many pixels; what goes wrong in the block is damage of the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if getattr(image, "n_frames", 1) > 1:
                image.seek(number - 1)
            width, height = image.size
            if width * height > options.max_pixels:
                detail = f"it has {width:,} x {height:,} pixels, {options.max_pixels:,} are allowed"
                raise TooLarge(source.name, detail=detail)
            yield
    except Image.DecompressionBombError as error:
        raise TooLarge(source.name, detail=_size(error)) from error
    except BROKEN as error:
        raise DamagedFile(source.name, detail=_reason(error)) from error


def _size(error: Image.DecompressionBombError) -> str:
    pixels = re.search(r"\d+", str(error))  # Pillow tells it in its message only
    return f"it has {int(pixels.group()):,} pixels" if pixels else "it has too many pixels"


def _reason(error: BaseException) -> str:
    text = str(error).strip().rstrip(".") or type(error).__name__
    return f"the picture cannot be decoded ({text[:200]})"
