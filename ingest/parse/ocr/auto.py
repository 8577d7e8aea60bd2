"""The choice between the engines, page by page."""

from ingest.parse.ocr.models import Models
from ingest.parse.ocr.preparation import Page, samples
from ingest.parse.ocr.rapid import Rapid
from ingest.parse.ocr.recognition import Recognition, wide_share
from ingest.parse.ocr.tesseract import WIDE_SHARE, Tesseract

SURE = 0.88  # mean confidence of Tesseract below which RapidOCR reads the page, too
DOUBTFUL = 0.05  # share of doubtful characters above which it does
GLANCES = 3  # lines read to see in which script a page is


class Auto:
    """Tesseract, and RapidOCR for what that reads badly: Chinese and Japanese, and pages it is not sure of."""

    def __init__(self, tesseract: Tesseract, rapid: Rapid, models: Models, *, wide: bool) -> None:
        self._tesseract = tesseract
        self._rapid = rapid
        self._models = models
        self._wide = wide

    def read(self, page: Page) -> Recognition:
        """The lines of a page. Raises OcrMissing and OcrFailed."""
        if self._wide and self._is_wide(page):
            return self._rapid.read(page)
        first = self._tesseract.read(page)
        if first.lines and first.confidence >= SURE and first.doubtful <= DOUBTFUL:
            return first
        second = self._rapid.read(page)
        return second if second.confidence >= first.confidence else first

    def _is_wide(self, page: Page) -> bool:
        lines = samples(page, GLANCES)
        return wide_share("".join(self._models.text(line)[0] for line in lines)) > WIDE_SHARE
