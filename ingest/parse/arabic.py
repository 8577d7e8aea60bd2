"""The order of Arabic letters: PDFium turns lines that run from right to left around character by character.

That is right but for glyphs that stand for several letters, whose letters end up in the wrong order, and for vowel
marks drawn by themselves, which end up before their letter, parted by a blank that is not there.
"""

import re
from collections.abc import Callable
from itertools import groupby

from ingest.parse.layout import RIGHT_TO_LEFT
from ingest.parse.view import Place

RUN = re.compile(f"(?:{RIGHT_TO_LEFT.pattern})" + "{2,}")
EARLY_MARK = re.compile(f" ?[\\u064b-\\u0652\\u0670](?={RIGHT_TO_LEFT.pattern})")
NOTHING = "\u2060"  # stands in for a blank that goes, so that characters keep their index


def reordered(text: str, place: Callable[[int], Place]) -> str:
    """The text, as long as before, with letters and marks as they are read; `place` tells where a character is."""
    signs = list(text)
    for run in RUN.finditer(text):
        for _, same in groupby(range(*run.span()), key=place):
            glyph = list(same)
            if len(glyph) > 1:
                first, last = glyph[0], glyph[-1] + 1
                signs[first:last] = signs[first:last][::-1]
    for found in EARLY_MARK.finditer("".join(signs)):
        blank, mark = found.start(), found.end() - 1
        if blank < mark and _has_no_width(place(blank)):
            signs[blank], signs[mark + 1] = signs[mark + 1], NOTHING
        elif blank < mark or _over(place(mark), place(mark + 1)):
            signs[mark], signs[mark + 1] = signs[mark + 1], signs[mark]
    return "".join(signs)


def _has_no_width(blank: Place) -> bool:
    """Whether a blank was put in by PDFium."""
    return blank[0] == blank[2]


def _over(mark: Place, letter: Place) -> bool:
    return mark != letter and letter[0] < (mark[0] + mark[2]) / 2 < letter[2]
