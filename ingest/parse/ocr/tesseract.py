"""Text recognition by Tesseract.

pytesseract hands pictures to Tesseract through temporary files, which it puts where the environment's TMPDIR points
and removes. Whoever must keep documents off the disk points TMPDIR to a folder in memory before reading.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean, median

from PIL import Image

from ingest.parse.layout import WIDE, Line, join_words
from ingest.parse.ocr.preparation import prepared, scaled, turned_upright
from ingest.parse.ocr.recognition import OcrFailed, OcrMissing, Recognition, wide_share
from ingest.parse.ocr.words import lines_and_slope

SURE = 70.0  # mean confidence, in per cent, from which the direction of the page is not doubted
CLEARLY = 1.3  # how much better text must read turned where nothing else speaks for that
SECONDS = 180
FULL_PAGE, ONE_BLOCK, ONE_LINE, SPARSE = 3, 6, 7, 11  # Tesseract's page segmentation modes
WIDE_SCRIPTS = ("chi_", "jpn", "kor")
WIDE_SHARE = 0.33  # of the letters; a page with more is Chinese, and some of its letters are misread signs
MOST_WIDE_LINES = 12  # on a page that is not Chinese; each is read on its own
WIDE_HEIGHT = 26  # pixels; Chinese set much larger is read worse


class Tesseract:
    """Recognises text in the languages asked for, as far as they are installed.

    Raises OcrMissing, in the name of the file to be read, if Tesseract or every one of the languages is missing.
    """

    def __init__(self, name: str, languages: str) -> None:
        import pytesseract  # here, for it is slow to import and most files need no OCR

        self.api = pytesseract
        # one thread per page: Tesseract's own threads cost more than they bring, and workers share the cores
        os.environ["OMP_THREAD_LIMIT"] = "1"
        self.name = name
        try:
            installed = set(pytesseract.get_languages())
        except pytesseract.TesseractNotFoundError as error:
            raise OcrMissing(name, detail="the command tesseract was not found") from error
        wanted = [language for language in languages.split("+") if language in installed]
        if not wanted:
            raise OcrMissing(name, detail=f"none of its languages {languages} is installed")
        # scripts of many signs first: Tesseract then reads mixed lines better, and plain English just as well
        wanted.sort(key=lambda language: not language.startswith(WIDE_SCRIPTS))
        self.languages = "+".join(wanted)
        self.wide = "+".join(language for language in wanted if language.startswith(WIDE_SCRIPTS))
        self.knows_directions = "osd" in installed
        self.turn = 0  # of the page before, and so most likely of the next

    def recognise(self, image: Image.Image) -> Recognition:
        """Reads a picture, turning it upright where need be. Raises OcrFailed if Tesseract fails."""
        image = prepared(image)
        best = self._turned(image, self.turn)
        if best.confidence < SURE or best.sideways:
            turns = [turn for turn in self._directions(image) if turn != self.turn]
            for turn in turns:
                other = self._turned(image, turn)
                if other.weight > best.weight * (CLEARLY if len(turns) > 1 else 1.0):
                    best = other
        if best.confidence >= SURE:
            self.turn = best.turn
        if not best.lines:
            modes = (ONE_BLOCK, SPARSE)
            best = max((self._read(image, self.languages, mode) for mode in modes), key=lambda reading: reading.weight)
        if self.wide and best.wide_share > WIDE_SHARE:
            best = self._read_wide(image, best)
        elif self.wide and best.wide_share > 0:
            best = self._read_wide_lines(image, best)
        return best

    def _read_wide(self, image: Image.Image, first: Recognition) -> Recognition:
        """Reads Chinese again without the other languages and not too large, which Tesseract does better."""
        height = median(word.size for word in first.words)
        image = turned_upright(image, first.turn)
        again = self._read(scaled(image, min(1.0, WIDE_HEIGHT / max(height, 1.0))), self.wide)
        return replace(again, turn=first.turn) if again.weight >= 0.9 * first.weight else first

    def _read_wide_lines(self, image: Image.Image, first: Recognition) -> Recognition:
        """Reads the Chinese lines of a page in another language again, each on its own, without that language."""
        wide = [line for line in first.lines if wide_share(line.text) > WIDE_SHARE]
        if not wide or len(wide) > MOST_WIDE_LINES:
            return first
        image = turned_upright(image, first.turn)
        again = {id(line): self._read_line(image, line, first.slope) for line in wide}
        return replace(first, lines=[again.get(id(line), line) for line in first.lines])

    def _read_line(self, image: Image.Image, line: Line, slope: float) -> Line:
        """The line read again, or as it was if that is not surer."""
        sunk, room = slope * (line.left + line.right) / 2, 0.4 * (line.bottom - line.top)
        tilt = abs(slope) * (line.right - line.left) / 2
        top, bottom = line.top + sunk - room - tilt, line.bottom + sunk + room + tilt
        frame = max(line.left - room, 0), max(top, 0), min(line.right + room, image.width), min(bottom, image.height)
        scale = min(1.0, WIDE_HEIGHT / max(line.size, 1.0))
        reading = self._read(scaled(image.crop(frame), scale), self.wide, ONE_LINE)
        words = [word for found in reading.lines for word in found.words]
        sure = fmean(word.confidence or 0.0 for word in words) if words else 0.0
        text = join_words([word.text for word in words])
        if len(WIDE.findall(text)) < len(WIDE.findall(line.text)) or sure < 0.9 * fmean(
            word.confidence or 0.0 for word in line.words
        ):
            return line
        placed = [
            word._replace(
                left=word.left / scale + frame[0],
                right=word.right / scale + frame[0],
                top=line.top,
                bottom=line.bottom,
                size=line.size,
            )
            for word in words
        ]
        return Line.of(placed)

    def _directions(self, image: Image.Image) -> Sequence[int]:
        """The quarter turns to try: the one Tesseract finds, or else all."""
        if not self.knows_directions:
            return range(4)
        try:
            found = self.api.image_to_osd(image, config="--dpi 300", output_type="dict", timeout=SECONDS)
        except (self.api.TesseractError, RuntimeError):
            return range(4)  # too little text to tell
        return (-int(found.get("rotate", 0)) // 90 % 4,)

    def _turned(self, image: Image.Image, turn: int) -> Recognition:
        """Reads the picture, whose text is taken to be turned by so many quarters clockwise."""
        return replace(self._read(turned_upright(image, turn), self.languages), turn=turn)

    def _read(self, image: Image.Image, languages: str, mode: int = FULL_PAGE) -> Recognition:
        image.format = "PPM"  # how pytesseract passes it on: uncompressed, so that no time is spent on that
        try:
            table = self.api.image_to_data(image, lang=languages, config=f"--dpi 300 --psm {mode}", timeout=SECONDS)
        except self.api.TesseractNotFoundError as error:
            raise OcrMissing(self.name, detail="the command tesseract was not found") from error
        except self.api.TesseractError as error:
            raise OcrFailed(self.name, detail=str(error.message)[:200]) from error
        except RuntimeError as error:  # how pytesseract tells that time is over
            raise OcrFailed(self.name, detail=f"it took longer than {SECONDS} seconds") from error
        lines, slope = lines_and_slope(table)
        weights = [(word.confidence or 0) * 100 for line in lines for word in line.words for _ in word.text]
        mean = fmean(weights) if weights else 0.0
        return Recognition(lines, image.width, image.height, slope=slope, confidence=mean)
