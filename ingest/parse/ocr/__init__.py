"""Text recognition in pictures of pages.

`open_recogniser` gives what readers use: a `Recogniser` that works on several pictures at once. Behind it stands an
engine (`tesseract`, `rapid`); `preparation` is what a picture goes through before, `recognition` what comes out.
"""

from ingest.parse.ocr.recogniser import Recogniser, open_recogniser
from ingest.parse.ocr.recognition import OcrFailed, OcrMissing, Recognition

__all__ = ["OcrFailed", "OcrMissing", "Recogniser", "Recognition", "open_recogniser"]
