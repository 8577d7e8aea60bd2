"""Text recognition in pictures of pages, by Tesseract.

pytesseract hands pictures to Tesseract through temporary files, which it puts where the environment's TMPDIR points
and removes. Whoever must keep documents off the disk points TMPDIR to a folder in memory before reading.
"""

import csv
import io
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import pytesseract
from PIL import Image

from ingest.errors import UnreadableFile
from ingest.parse.layout import BULLET, COLUMN_GAP, WIDE, Line, Word, display_width

LONGEST = 4_000  # pixels of the longer side; more costs time and reads no better
SHORTEST = 700  # pictures whose longer side is below are enlarged
SURE = 70.0  # mean confidence, in per cent, from which the direction of the page is not doubted
LEAST = 10.0  # words recognised with less confidence are noise
SECONDS = 180
FULL_PAGE, ONE_BLOCK, SPARSE = 3, 6, 11  # Tesseract's page segmentation modes
COMMA = re.compile(r"(?<=[\u4e00-\u9fff]),(?=[\u4e00-\u9fff])")


class OcrMissing(UnreadableFile):
    """{name} holds pictures of text, and the program that reads them is not usable here: {detail}. Ask the operator to
    install Tesseract (on Debian: apt-get install tesseract-ocr tesseract-ocr-chi-sim)."""

    code = "ocr_missing"


class OcrFailed(UnreadableFile):
    """The text in a picture of {name} could not be recognised: {detail}. Try a cleaner scan at 300 dpi."""

    code = "ocr_failed"


@dataclass(frozen=True, slots=True)
class Recognition:
    """Lines found in a picture, in pixels of the picture turned upright, which is `width` by `height`.

    `turn` tells by how many quarters clockwise the text is turned in the picture as given; `confidence` is the mean
    over the characters, 0..100.
    """

    lines: list[Line]
    width: int
    height: int
    turn: int = 0
    confidence: float = 0.0

    @property
    def weight(self) -> float:
        """Confidence times the amount of text: the better of two recognitions has more."""
        return self.confidence**2 * sum(display_width(word.text) for line in self.lines for word in line.words)


class Tesseract:
    """Recognises text in the languages asked for, as far as they are installed.

    Raises OcrMissing, in the name of the file to be read, if Tesseract or every one of the languages is missing.
    """

    def __init__(self, name: str, languages: str) -> None:
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
        # a script of many signs first: Tesseract then reads mixed lines better and plain English just as well
        self.languages = "+".join(sorted(wanted, key=lambda language: language == "eng"))
        self.knows_directions = "osd" in installed

    def recognise(self, image: Image.Image) -> Recognition:
        """Reads a picture, turning it upright where need be. Raises OcrFailed if Tesseract fails."""
        image = _prepared(image)
        best = self._read(image, 0, FULL_PAGE)
        if best.confidence < SURE:
            for turn in self._directions(image):
                other = self._read(image, turn, FULL_PAGE)
                best = max(best, other, key=lambda reading: reading.weight)
                if best.confidence >= SURE:
                    break
        if not best.lines:
            best = max((self._read(image, 0, mode) for mode in (ONE_BLOCK, SPARSE)), key=lambda reading: reading.weight)
        return best

    def _directions(self, image: Image.Image) -> Sequence[int]:
        """The quarter turns to try besides none: what Tesseract says about the direction, or else all."""
        if self.knows_directions:
            try:
                found = pytesseract.image_to_osd(image, config="--dpi 300", output_type="dict", timeout=SECONDS)
            except (pytesseract.TesseractError, RuntimeError):
                return (1, 2, 3)  # too little text to tell
            if turn := int(found.get("orientation", 0)) // 90 % 4:
                return (turn,)
            return ()
        return (1, 2, 3)

    def _read(self, image: Image.Image, turn: int, mode: int) -> Recognition:
        upright = image.transpose(_TRANSPOSE[turn]) if turn else image
        upright.format = "PPM"  # the format for the way to Tesseract: uncompressed, so that no time is spent on it
        try:
            table = pytesseract.image_to_data(
                upright, lang=self.languages, config=f"--dpi 300 --psm {mode}", timeout=SECONDS
            )
        except pytesseract.TesseractNotFoundError as error:
            raise OcrMissing(self.name, detail="the command tesseract was not found") from error
        except pytesseract.TesseractError as error:
            raise OcrFailed(self.name, detail=str(error.message)[:200]) from error
        except RuntimeError as error:  # how pytesseract tells a timeout
            raise OcrFailed(self.name, detail=f"it took longer than {SECONDS} seconds") from error
        words = [word for line in _words(table) for word in line]
        weights = [(word.confidence or 0) * 100 for word in words for _ in word.text]
        lines = [part for line in _words(table) for part in _parts(line)]
        return Recognition(lines, upright.width, upright.height, turn, fmean(weights) if weights else 0.0)


# a page whose text is turned by so many quarters clockwise is turned back, that is counter-clockwise
_TRANSPOSE = {1: Image.Transpose.ROTATE_90, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_270}


def _prepared(image: Image.Image) -> Image.Image:
    """In grey on white, of a size at which Tesseract reads well."""
    if "A" in image.getbands() or "transparency" in image.info:
        coloured = image.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        image = Image.alpha_composite(white, coloured)
    image = image.convert("L")
    longest = max(image.size)
    if longest > LONGEST:
        scale = LONGEST / longest
    elif longest < SHORTEST:
        scale = min(2.0, SHORTEST / longest)
    else:
        return image
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)


def _words(table: str) -> list[list[Word]]:
    """The words of each line in Tesseract's table, each as high as the line's letters are at their usual place."""
    lines: dict[tuple[str, str, str], list[Word]] = {}
    rows = csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
    for order, row in enumerate(rows):
        text, confidence = (row["text"] or "").strip(), float(row["conf"])
        if row["level"] != "5" or not text or confidence < LEAST:
            continue
        left, top, width, height = (float(row[key]) for key in ("left", "top", "width", "height"))
        word = Word(text, left, top, left + width, top + height, height, order=order, confidence=confidence / 100)
        lines.setdefault((row["block_num"], row["par_num"], row["line_num"]), []).append(word)
    return [_levelled(line) for line in lines.values()]


def _levelled(words: list[Word]) -> list[Word]:
    """Words of one line get the line's size: the height of a word depends on its letters."""
    heights = sorted(word.size for word in words)
    size = heights[int(len(heights) * 0.75)]
    return [word._replace(size=size) for word in words]


def _parts(words: list[Word]) -> list[Line]:
    """A line of Tesseract, cut where a gap is wide enough to part columns."""
    words = sorted(words, key=lambda word: word.left)
    parts = [[words[0]]]
    for before, word in zip(words, words[1:], strict=False):
        marker = len(parts[-1]) == 1 and BULLET.match(before.text) is not None
        if word.left - before.right > (3 if marker else 1.5 * COLUMN_GAP) * word.size:
            parts.append([])
        parts[-1].append(word)
    return [Line.of(part) for part in parts]
