"""From Tesseract's table of words to lines."""

import csv
import io
from itertools import pairwise
from statistics import linear_regression, median

from ingest.parse.layout import BULLET, Line, Word, lines_of

LEAST = 10.0  # words recognised with less confidence are noise
PART_GAP = 1.05  # em; a wider gap parts a line
SKEW = 0.004  # rise per length from which a page counts as askew


def lines_and_slope(table: str) -> tuple[list[Line], float]:
    """The lines of a table that Tesseract wrote, made level, and how far they sank per length before."""
    lines = _words_of(table)
    slope = _slope(lines)
    lines = _levelled(lines)
    if abs(slope) > SKEW:
        return lines_of([_lowered(word, slope) for line in lines for word in line], PART_GAP), slope
    return [part for line in lines for part in _parts(line)], 0.0


def _words_of(table: str) -> list[list[Word]]:
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
