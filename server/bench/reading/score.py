"""How near a text is to the truth, and how many cells of its tables came out. The same for every reader."""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from rapidfuzz.distance import Levenshtein

_HAN = r"[\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
_SYNTAX = [
    (re.compile(r"<!--.*?-->", re.DOTALL), " "),
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), " "),  # a picture
    (re.compile(r"\[([^\]]*)\]\([^)\s]*\)"), r"\1"),  # a link
    (re.compile(r"</?[A-Za-z][^<>]*>"), " "),
    (re.compile(r"^[\s|:-]*-[\s|:-]*$", re.MULTILINE), " "),  # the line below a table's header; a rule
    (re.compile(r"^\s*(?:#{1,6}|>|[-*+•])\s+", re.MULTILINE), " "),
    (re.compile(r"[*_`~\\|]"), ""),
]
_BETWEEN_HAN = re.compile(rf"(?<={_HAN})\s+(?={_HAN})")
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_SEPARATOR = re.compile(r"\s*:?-+:?\s*")


def plain(text: str) -> str:
    """The text without Markdown and HTML syntax, compatibility forms and case, its white space collapsed."""
    text = unicodedata.normalize("NFKC", html.unescape(text))
    for pattern, instead in _SYNTAX:
        text = pattern.sub(instead, text)
    return _BETWEEN_HAN.sub("", " ".join(text.split())).casefold()


def similarity(found: str, truth: str) -> float:
    """1 - edits / length of the longer one, both made plain."""
    return float(Levenshtein.normalized_similarity(plain(found), plain(truth)))


def table_cells(markdown: str) -> Counter[str]:
    """The cells of a text's Markdown tables that hold something, made plain, and how often each occurs."""
    cells: Counter[str] = Counter()
    for line in markdown.splitlines():
        row = line.strip()
        if row.startswith("|") and row.count("|") > 1:
            parts = _CELL_BORDER.split(row.strip("|"))
            if not all(_SEPARATOR.fullmatch(part) for part in parts):
                cells.update(counted(parts))
    return cells


def counted(cells: Iterable[str]) -> Counter[str]:
    """How often each cell occurs, made plain and without empty ones."""
    return Counter(cell for cell in map(plain, cells) if cell)


def cell_f1(found: Counter[str], truth: Counter[str]) -> float:
    """The harmonic mean of the shares of cells that are right and that were found."""
    return 2 * (found & truth).total() / (found.total() + truth.total())
