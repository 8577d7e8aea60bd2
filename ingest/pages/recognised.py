"""The words of a page that is a picture."""

from PIL import Image

from ingest.model import ReadOptions, Source
from ingest.pages.model import PageWord, PageWords
from ingest.parse.layout import Line
from ingest.parse.ocr import open_recogniser


def recognised_words(picture: Image.Image, source: Source, options: ReadOptions) -> PageWords:
    """What OCR reads in it; nothing, where OCR is switched off. Raises OcrMissing and OcrFailed."""
    if not options.ocr:
        return PageWords((), recognised=True)
    with open_recogniser(source.name, options) as recogniser:
        recognition = recogniser.recognise(picture)
    sheet = recognition.sheet()
    words = (PageWord(word.text, sheet.box([Line.of([word])]), sheet.turn) for word in recognition.words)
    return PageWords(tuple(words), recognised=True)
