"""Text recognition by RapidOCR: the PP-OCR models, on the CPU."""

import re
from collections.abc import Iterator
from itertools import count

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.parse.layout import Line, Word, display_width
from ingest.parse.ocr.models import Models, Pixels
from ingest.parse.ocr.preparation import Page
from ingest.parse.ocr.recognition import OcrFailed, Recognition, mean_confidence

WORD = re.compile(r"\S+")
LEAST = 0.5  # lines recognised with less confidence are noise
LIKE_TESSERACT = 3  # the power of its confidence that Tesseract has for lines with as many errors: decision 0006


class Rapid:
    """Recognises simplified and traditional Chinese, Japanese and languages in Latin letters, in any mixture."""

    def __init__(self, name: str, models: Models) -> None:
        self._name = name
        self._models = models

    def read(self, page: Page) -> Recognition:
        """The lines of a page. Raises OcrFailed if a model fails."""
        pixels = np.asarray(page.image)
        order = count()
        lines: list[Line] = []
        try:
            for corners in self._models.corners(pixels):
                text, sure = self._models.text(_cut(pixels, corners))
                words = list(_words(corners, text, sure, order)) if sure >= LEAST else []
                lines += [Line.of(words)] if words else []
        except MemoryError:
            raise
        except Exception as error:  # ONNX Runtime and the package raise whatever they like
            raise OcrFailed(self._name, detail=f"a model of RapidOCR failed ({type(error).__name__})") from error
        mean = mean_confidence(lines)
        return Recognition(lines, page.image.width, page.image.height, confidence=mean, parser="rapidocr")


def _cut(pixels: Pixels, corners: NDArray[np.float32]) -> Pixels:
    """A line cut out and made level; one that runs from top to bottom is laid down."""
    across = max(np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[3] - corners[2]))
    down = max(np.linalg.norm(corners[0] - corners[3]), np.linalg.norm(corners[1] - corners[2]))
    width, height = max(int(across), 1), max(int(down), 1)
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turning = cv2.getPerspectiveTransform(corners.astype(np.float32), frame)
    line = cv2.warpPerspective(pixels, turning, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.rot90(line) if height >= 1.5 * width else line, np.uint8)


def _words(corners: NDArray[np.float32], text: str, sure: float, order: Iterator[int]) -> Iterator[Word]:
    """The words of a line, whose places are estimated by the width of what stands before them."""
    left, top = map(float, corners.min(axis=0))
    right, bottom = map(float, corners.max(axis=0))
    step = (right - left) / max(display_width(text), 1)
    for found in WORD.finditer(text):
        start = left + step * display_width(text[: found.start()])
        end = start + step * display_width(found.group())
        yield Word(
            found.group(), start, top, end, bottom, bottom - top, order=next(order), confidence=sure**LIKE_TESSERACT
        )
