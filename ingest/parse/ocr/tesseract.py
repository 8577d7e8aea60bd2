"""Text recognition by Tesseract.

pytesseract hands pictures to Tesseract through temporary files, which it puts where the environment's TMPDIR points
and removes. Whoever must keep documents off the disk points TMPDIR to a folder in memory before reading.
"""

import os
from collections.abc import Sequence
from statistics import median

from PIL import Image

from ingest.parse.ocr.preparation import Page, scaled
from ingest.parse.ocr.recognition import OcrFailed, OcrMissing, Recognition, mean_confidence
from ingest.parse.ocr.words import lines_of_table

SECONDS = 180
FULL_PAGE, ONE_BLOCK, SPARSE = 3, 6, 11  # Tesseract's page segmentation modes
WIDE_SCRIPTS = ("chi_", "jpn", "kor")
WIDE_SHARE = 0.33  # of the letters; a page with more is Chinese, and some of its letters are misread signs
WIDE_HEIGHT = 26  # pixels; Chinese set much larger is read worse


def installed_languages(name: str) -> set[str]:
    """The languages Tesseract knows here. Raises OcrMissing, in the name of the file to be read, without Tesseract."""
    import pytesseract  # here, for it is slow to import and most files need no OCR

    try:
        return set(pytesseract.get_languages())
    except pytesseract.TesseractNotFoundError as error:
        raise OcrMissing(name, detail="the command tesseract was not found") from error


class Tesseract:
    """Recognises text in the languages given, which must be installed; one process for every page."""

    def __init__(self, name: str, languages: Sequence[str]) -> None:
        import pytesseract

        self._api = pytesseract
        # one thread per page: Tesseract's own threads cost more than they bring, and pages are read side by side
        os.environ["OMP_THREAD_LIMIT"] = "1"
        self._name = name
        # scripts of many signs first: Tesseract then reads mixed lines better, and plain English just as well
        self._languages = "+".join(sorted(languages, key=lambda language: not language.startswith(WIDE_SCRIPTS)))
        self._wide = "+".join(language for language in languages if language.startswith(WIDE_SCRIPTS))

    def read(self, page: Page) -> Recognition:
        """The lines of a page. Raises OcrFailed if Tesseract fails, OcrMissing if it is gone."""
        best = self._read(page.image, self._languages)
        if not best.lines:
            modes = (ONE_BLOCK, SPARSE)
            readings = [self._read(page.image, self._languages, mode) for mode in modes]
            best = max(readings, key=lambda reading: reading.confidence * len(reading.words))
        if self._wide and best.wide_share > WIDE_SHARE:
            best = self._read_wide(page.image, best)
        return best

    def _read_wide(self, image: Image.Image, first: Recognition) -> Recognition:
        """Reads Chinese again without the other languages and not too large, which Tesseract does better."""
        height = median(word.size for word in first.words)
        again = self._read(scaled(image, min(1.0, WIDE_HEIGHT / max(height, 1.0))), self._wide)
        return again if again.confidence >= 0.9 * first.confidence else first

    def _read(self, image: Image.Image, languages: str, mode: int = FULL_PAGE) -> Recognition:
        image.format = "PPM"  # how pytesseract passes it on: uncompressed, so that no time is spent on that
        try:
            table = self._api.image_to_data(image, lang=languages, config=f"--dpi 300 --psm {mode}", timeout=SECONDS)
        except self._api.TesseractNotFoundError as error:
            raise OcrMissing(self._name, detail="the command tesseract was not found") from error
        except self._api.TesseractError as error:
            raise OcrFailed(self._name, detail=str(error.message)[:200]) from error
        except RuntimeError as error:  # how pytesseract tells that time is over
            raise OcrFailed(self._name, detail=f"it took longer than {SECONDS} seconds") from error
        lines, doubtful = lines_of_table(table)
        return Recognition(lines, image.width, image.height, confidence=mean_confidence(lines), doubtful=doubtful)
