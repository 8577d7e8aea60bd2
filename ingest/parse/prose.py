"""The text of paragraphs: lines joined as a person reads them, and characters of fonts made ordinary ones."""

import re
import unicodedata
from collections.abc import Sequence

from ingest.parse.layout import WIDE, join_words

HYPHENS = "-\u00ad\u2010"
ODD_FORMS = re.compile(r"[\u2e80-\u2fdf\ufb00-\ufb06\ufb1d-\ufdff\ufe70-\ufefc]+")
NOISE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200d\u2060\ufeff\ufffe\uffff]")
BLANK = re.compile(r"[\s\u00a0]+")
FIGURE_IN_WIDE = re.compile(rf"\d{WIDE.pattern}|{WIDE.pattern}\d")  # set without a blank, and parted by a line's end
KEPT_PREFIXES = frozenset(
    {"all", "anti", "cross", "ex", "half", "multi", "non", "post", "pre", "quasi", "self", "well"}
)


def mend(text: str) -> str:
    """Ligatures, presentation forms and radicals become ordinary letters; control and zero-width signs go."""
    text = ODD_FORMS.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    return BLANK.sub(" ", NOISE.sub("", text)).strip()


def join_lines(texts: Sequence[str]) -> str:
    """Lines of a paragraph put together; a word divided at the end of a line becomes whole again."""
    joined = texts[0]
    for text in texts[1:]:
        stem = joined[:-1]
        if joined[-1:] in HYPHENS and stem[-1:].isalpha() and text[:1].islower():
            last = re.split(r"[\s(]", stem)[-1].lower()
            joined = joined + text if last in KEPT_PREFIXES or "-" in last else stem + text
        elif FIGURE_IN_WIDE.fullmatch(joined[-1:] + text[:1]):
            joined += text
        else:
            joined = join_words([joined, text])
    return joined


def normal_title(text: str) -> str:
    """A heading reduced to its letters and digits, its number left out, to compare it with an entry of the outline."""
    letters = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
    return letters.lstrip("0123456789")
