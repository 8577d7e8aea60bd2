"""Text recognition in pictures of pages, by Tesseract.

pytesseract hands pictures to Tesseract through temporary files, which it puts where the environment's TMPDIR points
and removes. Whoever must keep documents off the disk points TMPDIR to a folder in memory before reading.
"""

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import fmean, linear_regression, median

from PIL import Image

from ingest.errors import UnreadableFile
from ingest.parse.layout import BULLET, WIDE, Line, Word, display_width, join_words, lines_of

LONGEST = 4_000  # pixels of the longer side; more costs time and reads no better
SHORTEST = 700  # pictures whose longer side is below are enlarged
SURE = 70.0  # mean confidence, in per cent, from which the direction of the page is not doubted
CLEARLY = 1.3  # how much better text must read turned where nothing else speaks for that
LEAST = 10.0  # words recognised with less confidence are noise
SECONDS = 180
FULL_PAGE, ONE_BLOCK, ONE_LINE, SPARSE = 3, 6, 7, 11  # Tesseract's page segmentation modes
PART_GAP = 1.05  # em; a wider gap parts a line
SKEW = 0.004  # rise per length from which a page counts as askew
WIDE_SCRIPTS = ("chi_", "jpn", "kor")
WIDE_SHARE = 0.33  # of the letters; a page with more is Chinese, and some of its letters are misread signs
MOST_WIDE_LINES = 12  # on a page that is not Chinese; each is read on its own
WIDE_HEIGHT = 26  # pixels; Chinese set much larger is read worse


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

    `turn` tells by how many quarters clockwise the text is turned in the picture as given; what is left of its slope
    has been taken out of the lines and is given as rise per length. `confidence` is the mean over characters, 0..100.
    """

    lines: list[Line]
    width: int
    height: int
    turn: int = 0
    slope: float = 0.0
    confidence: float = 0.0

    @property
    def weight(self) -> float:
        """Confidence and amount of text: the better of two recognitions has more; text on its side counts less."""
        amount = self.confidence**2 * sum(display_width(word.text) for word in _all_words(self.lines))
        return amount / 2 if self.sideways else amount

    @property
    def sideways(self) -> bool:
        """Whether most longer words are higher than wide: Tesseract reads such text, but its lines are in no order."""
        longer = [word for word in _all_words(self.lines) if len(word.text) > 3 and not WIDE.search(word.text)]
        standing = sum(word.bottom - word.top > 1.5 * (word.right - word.left) for word in longer)
        return len(longer) >= 4 and standing * 2 > len(longer)

    @property
    def wide_share(self) -> float:
        """Share of Chinese, Japanese and Korean characters among the letters."""
        return _wide_share("".join(word.text for word in _all_words(self.lines)))


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
        image = _prepared(image)
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
        height = median(word.size for word in _all_words(first.lines))
        image = image.transpose(_TURNED[first.turn]) if first.turn else image
        again = self._read(_scaled(image, min(1.0, WIDE_HEIGHT / max(height, 1.0))), self.wide)
        return replace(again, turn=first.turn) if again.weight >= 0.9 * first.weight else first

    def _read_wide_lines(self, image: Image.Image, first: Recognition) -> Recognition:
        """Reads the Chinese lines of a page in another language again, each on its own, without that language."""
        wide = [line for line in first.lines if _wide_share(line.text) > WIDE_SHARE]
        if not wide or len(wide) > MOST_WIDE_LINES:
            return first
        image = image.transpose(_TURNED[first.turn]) if first.turn else image
        again = {id(line): self._read_line(image, line, first.slope) for line in wide}
        return replace(first, lines=[again.get(id(line), line) for line in first.lines])

    def _read_line(self, image: Image.Image, line: Line, slope: float) -> Line:
        """The line read again, or as it was if that is not surer."""
        sunk, room = slope * (line.left + line.right) / 2, 0.4 * (line.bottom - line.top)
        tilt = abs(slope) * (line.right - line.left) / 2
        top, bottom = line.top + sunk - room - tilt, line.bottom + sunk + room + tilt
        frame = max(line.left - room, 0), max(top, 0), min(line.right + room, image.width), min(bottom, image.height)
        scale = min(1.0, WIDE_HEIGHT / max(line.size, 1.0))
        reading = self._read(_scaled(image.crop(frame), scale), self.wide, ONE_LINE)
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
        upright = image.transpose(_TURNED[turn]) if turn else image
        return replace(self._read(upright, self.languages), turn=turn)

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
        lines = _words(table)
        weights = [(word.confidence or 0) * 100 for line in lines for word in line for _ in word.text]
        slope = _slope(lines)
        lines = _levelled(lines)
        if abs(slope) > SKEW:
            parts = lines_of([_lowered(word, slope) for line in lines for word in line], PART_GAP)
        else:
            slope, parts = 0.0, [part for line in lines for part in _parts(line)]
        mean = fmean(weights) if weights else 0.0
        return Recognition(parts, image.width, image.height, slope=slope, confidence=mean)


# text turned by so many quarters clockwise is upright after as many quarters counter-clockwise
_TURNED = {1: Image.Transpose.ROTATE_90, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_270}


def _all_words(lines: list[Line]) -> list[Word]:
    return [word for line in lines for word in line.words]


def _wide_share(text: str) -> float:
    letters = sum(map(str.isalpha, text))
    return len(WIDE.findall(text)) / letters if letters else 0.0


def _prepared(image: Image.Image) -> Image.Image:
    """In grey on white, of a size at which Tesseract reads well."""
    if max(image.size) >= 2 * LONGEST and image.mode in ("L", "LA", "RGB", "RGBA"):
        image = image.reduce(max(image.size) // LONGEST)  # first of all, for what follows makes copies
    if "A" in image.getbands() or "transparency" in image.info:
        coloured = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", coloured.size, "white"), coloured)
    image = image.convert("L")
    longest = max(image.size)
    if longest > LONGEST:
        return _scaled(image, LONGEST / longest)
    return _scaled(image, min(3.0, SHORTEST / longest)) if longest < SHORTEST else image


def _scaled(image: Image.Image, scale: float) -> Image.Image:
    if scale == 1.0:
        return image
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)


def _words(table: str) -> list[list[Word]]:
    """The words of each line in Tesseract's table."""
    lines: dict[tuple[str, str, str], list[Word]] = {}
    rows = csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
    for order, row in enumerate(rows):
        text, confidence = (row["text"] or "").strip(), float(row["conf"])
        if row["level"] != "5" or not text or confidence < LEAST:
            continue
        left, top, width, height = (float(row[key]) for key in ("left", "top", "width", "height"))
        word = Word(text, left, top, left + width, top + height, height, order=order, confidence=confidence / 100)
        lines.setdefault((row["block_num"], row["par_num"], row["line_num"]), []).append(word)
    return list(lines.values())


def _levelled(lines: list[list[Word]]) -> list[list[Word]]:
    """Gives the words of a line one size, and that of the body text to all lines near it.

    The height of a word depends on its letters, so that the lines of one paragraph would seem to differ.
    """
    sizes = [sorted(word.size for word in line)[int(len(line) * 0.75)] for line in lines]
    counted = [size for size, line in zip(sizes, lines, strict=True) for _ in line]
    usual = median(counted) if counted else 0.0
    snapped = [usual if 0.72 * usual <= size <= 1.3 * usual else size for size in sizes]
    return [[word._replace(size=size) for word in line] for size, line in zip(snapped, lines, strict=True)]


def _slope(lines: list[list[Word]]) -> float:
    """How far lines sink per length, by the centres of their words; 0 where there are too few to tell."""
    slopes = []
    for line in lines:
        across = [(word.left + word.right) / 2 for word in line]
        down = [(word.top + word.bottom) / 2 for word in line]
        if len(line) >= 4 and len(set(across)) > 1:
            slopes.append(linear_regression(across, down).slope)
    return median(slopes) if len(slopes) >= 3 else 0.0


def _lowered(word: Word, slope: float) -> Word:
    shift = slope * (word.left + word.right) / 2
    return word._replace(top=word.top - shift, bottom=word.bottom - shift)


def _parts(words: list[Word]) -> list[Line]:
    """A line of Tesseract, cut where a gap is wide enough to part columns."""
    words = sorted(words, key=lambda word: word.left)
    parts = [[words[0]]]
    for before, word in pairwise(words):
        marker = len(parts[-1]) == 1 and BULLET.match(before.text) is not None
        if word.left - before.right > (3 if marker else PART_GAP) * word.size:
            parts.append([])
        parts[-1].append(word)
    return [Line.of(part) for part in parts]
