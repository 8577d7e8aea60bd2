"""Running heads and feet: lines in the margins that come again on page after page, and page numbers."""

import re
from collections.abc import Iterable, Iterator

from ingest.model import Element, Kind
from ingest.parse.layout import Item, Line, Row, join_words, rows_of
from ingest.parse.paragraphs import Sheet
from ingest.parse.prose import mend

MARGIN = 0.12  # share of the page's height at its top and at its bottom
DEEP_MARGIN = 0.19  # the same for the very first and the very last row
OUTERMOST = 3  # rows looked at in each margin
STEP = 0.01  # share of the page's height by which a repeated line may move
NEAR = 12  # pages among which a line must repeat
LOOKED_BACK = 2 * NEAR
APART = 1.5  # em between a page number and the text
NUMBER = re.compile(r"\d+")
PAGE_NUMBER = re.compile(
    r"[-–—|\[(\s]*(?:(?:page|seite|página|pagina|p\.|s\.|第)\s*)?(?:\d{1,4}|[ivxlc]{1,7})\s*[页頁]?"
    r"(?:\s*(?:/|of|von|de|di|sur|из|[,，]?\s*共)\s*\d{1,4}\s*[页頁]?)?[-–—|\])\s]*",
    re.IGNORECASE,
)
Key = tuple[Kind, str, int]


class RunningHeads:
    """Counts the lines in the margins of pages, and takes those that repeat out of the text.

    A line repeats when the same text, page numbers aside, stands at the same height on three pages near by (on two,
    where the document has fewer than five). A page number that stands by itself need not repeat. Pages must be counted
    before they are stripped; whoever strips keeps some pages ahead counted, so that the first of many is recognised
    too.
    """

    def __init__(self, pages: int) -> None:
        self._seen: dict[Key, list[int]] = {}
        self._told: set[tuple[Kind, str]] = set()
        self._least = 2 if pages < 5 else 3

    def count(self, sheet: Sheet, page: int) -> None:
        """Takes the margins of one page into account; pages come in order."""
        for key in {key for key, _, _ in _candidates(sheet)}:
            self._seen.setdefault(key, []).append(page)

    def _repeats(self, key: Key, page: int) -> bool:
        kind, text, height = key
        pages = {
            seen
            for shift in (-1, 0, 1)
            for seen in self._seen.get((kind, text, height + shift), [])[-LOOKED_BACK:]
            if abs(seen - page) <= NEAR
        }
        return len(pages) >= self._least

    def strip(self, sheet: Sheet, page: int) -> tuple[list[Element], list[Element]]:
        """Removes running heads and feet from the sheet; returns those not told before: heads, feet."""
        heads: list[Element] = []
        feet: list[Element] = []
        for key, row, is_number in list(_candidates(sheet)):
            kind, text, _ = key
            if not is_number and not self._repeats(key, page):
                continue
            if len(row) == len(sheet.items):
                break  # a page is not only margin
            for item in row:
                sheet.items.remove(item)
            if (kind, text) not in self._told and any(map(str.isalpha, text)):
                self._told.add((kind, text))
                told = Element(kind, _text(row), page=page, box=sheet.box(row), parser=sheet.parser)
                (heads if kind is Kind.HEADER else feet).append(told)
        return heads, feet


def _candidates(sheet: Sheet) -> Iterator[tuple[Key, Row, bool]]:
    """Rows in the margins from the outermost inwards, and whether they are a page number that stands by itself."""
    rows = rows_of(item for item in sheet.items if isinstance(item, Line))
    top = [row for row in rows[:OUTERMOST] if _bottom(row) < _margin(row, rows[0]) * sheet.height]
    foot = [row for row in rows[: -OUTERMOST - 1 : -1] if _top(row) > (1 - _margin(row, rows[-1])) * sheet.height]
    for kind, found in ((Kind.HEADER, top), (Kind.FOOTER, foot)):
        for place, row in enumerate(found):
            if text := _normal(_text(row)):
                is_number = place == 0 and PAGE_NUMBER.fullmatch(_text(row)) is not None and _stands_apart(row, sheet)
                yield (kind, text, round(_top(row) / sheet.height / STEP)), row, is_number


def _stands_apart(row: Row, sheet: Sheet) -> bool:
    room = APART * max(item.size for item in row if isinstance(item, Line))
    top, bottom = _top(row) - room, _bottom(row) + room
    return not any(item.bottom > top and item.top < bottom for item in sheet.items if item not in row)


def _margin(row: Row, outermost: Row) -> float:
    return DEEP_MARGIN if row is outermost else MARGIN


def _normal(text: str) -> str:
    """The text without its page number; a row of figures keeps them, for it may belong to a table."""
    numbers = len(NUMBER.findall(text))
    letters = any(map(str.isalpha, text))
    return NUMBER.sub("#", text) if (letters and numbers <= 2) or (not letters and len(text) <= 12) else text


def _text(row: Iterable[Item]) -> str:
    return mend(join_words([item.text for item in row if isinstance(item, Line)]))


def _top(row: Row) -> float:
    return min(item.top for item in row)


def _bottom(row: Row) -> float:
    return max(item.bottom for item in row)
