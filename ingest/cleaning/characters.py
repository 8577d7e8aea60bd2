"""Unicode and width: makes the text of elements uniform, so that the same words are always the same characters."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ingest.cleaning.tally import Tally
from ingest.model import Element, Kind

# Characters that one of the steps below would change, and spacing that it would: a text in NFC with neither is clean.
_CHARACTERS = (
    "[\x00-\x09\x0b-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180e\u2000-\u200f\u2028-\u202f"
    "\u205f-\u206f\u2800\u2f00-\u2fd5\u3000\u3164\ud800-\udfff\ue000-\uf8ff\ufb00-\ufb06\ufdd0-\ufdef\ufe00-\ufe0f"
    "\ufeff\uff04-\uff06\uff0b\uff0d-\uff19\uff1c-\uff1e\uff20-\uff5a\uff61-\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_DIRTY = re.compile(_CHARACTERS + r"|  |\A[ \n]|[ \n]\Z|\n[ \n]| \n")
# In the text of a table an empty cell shows as two spaces between bars; any other two spaces lie in a cell.
_DIRTY_TABLE = re.compile(_CHARACTERS + r"|[^|]  |  [^|]|^ (?!\|)|[^|] $", re.MULTILINE)

_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Controls; soft hyphen; marks that are invisible, turn the direction or carry hidden tags; half surrogates;
# private-use characters (the bullets of symbol fonts) and code points that are no characters.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\ufffe\uffff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
# Joiners shape Persian, Indic and emoji text and stay there; beside Latin and Chinese they only hide.
_JOINER = re.compile("(?:(?<=[\x00-\u024f\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef])|^)[\u200c\u200d]+", re.MULTILINE)
_SPACES = re.compile("[ \t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_AROUND_NEWLINE = re.compile(" ?\n[ \n]*")
_TRAILING = re.compile("[ \t]+$", re.MULTILINE)

# Full-width letters, digits and the signs used inside numbers and addresses become ASCII; Chinese punctuation stays.
_WIDE_SIGNS = "＄％＆＋－．／＜＝＞＠＿"
WIDTH = {
    **{code: chr(code - 0xFEE0) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))},
    **{ord(sign): chr(ord(sign) - 0xFEE0) for sign in _WIDE_SIGNS},
}
# Ligatures, Kangxi radicals (PDF fonts) and half-width kana are other forms of ordinary letters.
_FORMS = re.compile("[\u2f00-\u2fd5\ufb00-\ufb06]+|[\uff61-\uff9f]+")


def unify_characters(elements: Iterable[Element], tally: Tally) -> Iterator[Element]:
    """The elements with clean text and rows; what is empty then is left out."""
    for element in elements:
        cleaned = _clean_table(element) if element.rows else _clean_prose(element)
        tally.note(element, cleaned if cleaned.text else None)
        if cleaned.text:
            yield cleaned


def clean_text(text: str) -> str:
    """One text in NFC, without invisible characters, with single spaces and single line ends."""
    if _DIRTY.search(text) is None and unicodedata.is_normalized("NFC", text):
        return text
    return _apply(text, (unify_line_ends, drop_invisible, unify_width, compose, collapse_spaces))


def clean_code(text: str) -> str:
    """As `clean_text`, but the spaces and blank lines within stay, because they mean something."""
    lines = _apply(text, (unify_line_ends, drop_invisible, compose))
    return _TRAILING.sub("", lines).strip("\n")


def unify_line_ends(text: str) -> str:
    """Every kind of line, paragraph and page end becomes a newline."""
    return _LINE_END.sub("\n", text)


def drop_invisible(text: str) -> str:
    """Without characters that a reader does not see."""
    return _JOINER.sub("", INVISIBLE.sub("", text))


def unify_width(text: str) -> str:
    """Full-width letters and digits, ligatures and half-width kana in their ordinary form."""
    return _FORMS.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text.translate(WIDTH))


def compose(text: str) -> str:
    """Letters and their accents as one character (NFC)."""
    return unicodedata.normalize("NFC", text)


def collapse_spaces(text: str) -> str:
    """One space for a run of any spaces, one newline for a run of newlines, nothing at the ends."""
    return _AROUND_NEWLINE.sub("\n", _SPACES.sub(" ", text)).strip(" \n")


def _apply(text: str, steps: Iterable[Callable[[str], str]]) -> str:
    for step in steps:
        text = step(text)
    return text


def _clean_prose(element: Element) -> Element:
    text = clean_code(element.text) if element.kind is Kind.CODE else clean_text(element.text)
    return element if text == element.text else replace(element, text=text)


def _clean_table(element: Element) -> Element:
    # The text renders the rows, so one look at it usually spares a look at every cell.
    text = element.text
    if (
        text.strip(" |\n")
        and text.count("\n") == len(element.rows) - 1
        and _DIRTY_TABLE.search(text) is None
        and unicodedata.is_normalized("NFC", text)
    ):
        return element
    rows = tuple(tuple(_clean_cell(cell) for cell in row) for row in element.rows)
    if not any(map(any, rows)):
        return replace(element, text="", rows=())
    return replace(element, rows=rows, text="\n".join(" | ".join(row) for row in rows))


def _clean_cell(cell: str) -> str:
    cleaned = clean_text(cell)
    return cleaned.replace("\n", " ") if "\n" in cleaned else cleaned
