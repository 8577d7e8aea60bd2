"""Ruled tables in pictures of pages: the lines between cells are found, and the words sorted into the cells."""

from dataclasses import replace
from statistics import median

import cv2
import numpy as np

from ingest.parse.layout import Grid, Line, Word
from ingest.parse.ocr.preparation import Page, Pixels
from ingest.parse.ocr.recognition import Recognition
from ingest.parse.ruling import Rule, ruled_grids

SHORTEST = 2.5  # a rule is so many times as long as letters are high
THICKEST = 0.5  # and at most so many times as thick
BODY = 10.0  # points; the size at which tables are looked for, whatever the resolution of the picture
FRAME = "|[](){}_—-~=!I.'` "  # how rules at the edge of a cell are misread


def with_tables(page: Page, found: Recognition) -> Recognition:
    """What was found on a page, the words of ruled tables put into their cells."""
    if not found.lines:
        return found
    size = median(word.size for word in found.words)
    rules = _rules(np.asarray(page.image), size)
    if not rules:
        return found
    unit = size / BODY
    ratio = found.width / page.image.width
    words = [_resized(word, 1 / (unit * ratio)) for word in found.words if word.text.strip(FRAME)]
    grids, rest = ruled_grids(words, [Rule(*(side / unit for side in rule)) for rule in rules])
    if not grids:
        return found
    left = {word.order for word in rest}
    kept = [[word for word in line.words if word.order in left] for line in found.lines]
    return replace(
        found,
        lines=[Line.of(part) for part in kept if part],
        grids=[_grown(grid, unit * ratio) for grid in grids],
    )


def _rules(pixels: Pixels, size: float) -> list[tuple[int, int, int, int]]:
    """The long straight lines of a picture, level and upright: left, top, right, bottom."""
    ink = cv2.threshold(pixels, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[1]
    length = max(int(SHORTEST * size), 10)
    found = []
    for kernel in ((length, 1), (1, length)):
        lines = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(kernel[::-1], np.uint8))
        lines = cv2.dilate(lines, np.ones((3, 3), np.uint8))  # a rule that is not quite level falls into steps
        _, _, boxes, _ = cv2.connectedComponentsWithStats(lines)
        found += [
            (left, top, left + wide, top + high)
            for left, top, wide, high, _ in boxes[1:].tolist()
            if min(wide, high) <= max(THICKEST * size, 6)
        ]
    return found


def _resized(word: Word, scale: float) -> Word:
    return word._replace(
        left=word.left * scale,
        top=word.top * scale,
        right=word.right * scale,
        bottom=word.bottom * scale,
        size=word.size * scale,
    )


def _grown(grid: Grid, scale: float) -> Grid:
    return replace(
        grid, left=grid.left * scale, top=grid.top * scale, right=grid.right * scale, bottom=grid.bottom * scale
    )
