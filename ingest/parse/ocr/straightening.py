"""An engine for pictures as they come: askew, on their side, upside down, unevenly lit."""

from typing import Protocol

from PIL import Image

from ingest.parse.ocr.models import Models
from ingest.parse.ocr.preparation import Page, page_of, samples
from ingest.parse.ocr.recognition import Recognition
from ingest.parse.ocr.ruling import with_tables


class PageEngine(Protocol):
    """What recognises text on a page whose lines are level and upright; used by several threads at once."""

    def read(self, page: Page) -> Recognition:
        """The lines of a page. Raises OcrMissing and OcrFailed."""


class Straightening:
    """Recognises with `engine` what it has prepared and turned upright before."""

    def __init__(self, engine: PageEngine, models: Models) -> None:
        self._engine = engine
        self._models = models

    def recognise(self, image: Image.Image) -> Recognition:
        """Reads a picture. Raises OcrMissing and OcrFailed."""
        page = page_of(image)
        if self._models.upside_down(samples(page)):
            page = page.upside_down()
        return page.placed(with_tables(page, self._engine.read(page)))
