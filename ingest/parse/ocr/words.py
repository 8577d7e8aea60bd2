"""From Tesseract's table of words to lines."""

import csv
import io
from itertools import pairwise
from statistics import median

from ingest.parse.layout import BULLET, Line, Word
from ingest.parse.ocr.recognition import DOUBT

LEAST = 0.1  # words recognised with less confidence are noise
PART_GAP = 1.05  # em; a wider gap parts a line


def lines_of_table(table: str) -> tuple[list[Line], float]:
    """The lines of a table that Tesseract wrote, and the share of its characters that are doubtful."""
    lines: dict[tuple[str, str, str], list[Word]] = {}
    signs = doubtful = 0
    rows = csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
    for order, row in enumerate(rows):
        text, confidence = (row["text"] or "").strip(), float(row["conf"]) / 100
        if row["level"] != "5" or not text:
            continue
        signs += len(text)
        doubtful += len(text) if confidence < DOUBT else 0
        if confidence < LEAST:
            continue
        left, top, width, height = (float(row[key]) for key in ("left", "top", "width", "height"))
        word = Word(text, left, top, left + width, top + height, height, order=order, confidence=confidence)
        lines.setdefault((row["block_num"], row["par_num"], row["line_num"]), []).append(word)
    parts = [part for line in _levelled(list(lines.values())) for part in _parts(line)]
    return parts, doubtful / signs if signs else 0.0


def _levelled(lines: list[list[Word]]) -> list[list[Word]]:
    """Gives the words of a line one size, and that of the body text to all lines near it.

    The height of a word depends on its letters, so that the lines of one paragraph would seem to differ.
    """
    sizes = [sorted(word.size for word in line)[int(len(line) * 0.75)] for line in lines]
    counted = [size for size, line in zip(sizes, lines, strict=True) for _ in line]
    usual = median(counted) if counted else 0.0
    snapped = [usual if 0.72 * usual <= size <= 1.3 * usual else size for size in sizes]
    return [[word._replace(size=size) for word in line] for size, line in zip(snapped, lines, strict=True)]


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
