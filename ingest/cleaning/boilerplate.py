"""Leaves out what stands around the text: running heads and feet, lines on every page, cookie banners.

Only what says nothing is left out. Of what repeats, the first few stay; a line that differs from page to page by more
than the page's own number is no boilerplate, however alike it looks: forms and statements differ by one figure.
"""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from itertools import islice

from ingest.cleaning.tally import Tally
from ingest.model import Element, Kind

_MARKED = frozenset({Kind.HEADER, Kind.FOOTER})
_LONGEST = 160  # characters of a line that may be a running head
_EDGE = 2  # elements looked at on either end of a page
_MARGIN = 0.12  # share of the page's height; beyond it nothing is taken for a running head
_PAGES = 4  # pages on which a line must have stood before it is left out
_SECTIONS = 5  # sections in a row that must have ended with a line before it is left out
_MOST_ON_PAGE = 4_000  # elements of one page that are held at once
_MOST_REMEMBERED = 20_000
_NUMBER = re.compile(r"\d{1,5}")

_BANNER = 8  # elements that a cookie banner may have
_BANNER_CHARACTERS = 800  # of the first of them
_COOKIES = re.compile(r"cookie", re.IGNORECASE)
_CONSENT = re.compile(
    r"(?:(?:accept|allow|reject|decline|refuse|deny)(?: all)?(?: cookies)?|only (?:necessary|essential)(?: cookies)?|"
    r"(?:necessary|essential) (?:cookies )?only|(?:manage|change)(?: my)? (?:preferences|cookies|settings)|"
    r"cookie (?:settings|preferences)|i agree|got it!?|alle (?:cookies )?(?:akzeptieren|ablehnen|zulassen)|"
    r"(?:akzeptieren|ablehnen|zustimmen)|nur notwendige(?: cookies)?|cookie-einstellungen|(?:tout|tous) (?:accepter|"
    r"refuser)|(?:accepter|refuser)(?: tout)?|aceptar(?: todas?| todo)?|rechazar(?: todas?| todo)?|accetta(?: tutti)?|"
    r"rifiuta(?: tutti)?|全部接受|接受(?:所有|全部)?(?: ?cookies?)?|全部拒绝|拒绝(?:所有|全部)?(?: ?cookies?)?|"
    r"(?:cookie ?)?(?:设置|偏好设置)|同意)",
    re.IGNORECASE,
)


def drop_boilerplate(elements: Iterable[Element], tally: Tally) -> Iterator[Element]:
    """The elements without running heads and feet, lines repeated at the edges of pages or at the end of every
    section, and cookie banners."""
    lines = _PageLines()
    endings = _SectionEndings()
    for block in _pages(_without_banners(elements, tally)):
        dropped = lines.of(block) | endings.of(block)
        for place, element in enumerate(block):
            if element.kind in _MARKED or place in dropped:
                tally.note(element, None)
            else:
                tally.note(element, element)
                yield element


def _pages(elements: Iterable[Element]) -> Iterator[list[Element]]:
    """The elements of each page; of a document without pages, those of each section."""
    block: list[Element] = []
    for element in elements:
        parts = element.kind is Kind.TITLE if element.page is None else block and element.page != block[-1].page
        if block and (parts or len(block) >= _MOST_ON_PAGE):
            yield block
            block = []
        block.append(element)
    if block:
        yield block


class _PageLines:
    """Short lines that stand at the same edge of page after page."""

    def __init__(self) -> None:
        self._pages: Counter[str] = Counter()
        self._first: dict[str, int] = {}

    def of(self, block: list[Element]) -> set[int]:
        """The places of those of the page's lines that repeat what earlier pages had there."""
        page = block[0].page
        if page is None:
            return set()
        candidates = [place for place, element in enumerate(block) if element.kind not in _MARKED]
        edges = [("top", place) for place in candidates[:_EDGE]]
        edges += [("foot", place) for place in candidates[max(_EDGE, len(candidates) - _EDGE) :]]
        found = set()
        for edge, place in edges:
            element = block[place]
            if not _may_run(element, edge):
                continue
            # A title that counts with the pages ("Lesson 4") names what it stands above.
            texts = [element.text] if element.kind is Kind.TITLE else _variants(element.text, page)
            keys = {f"{edge} {text}" for text in texts}
            if any(self._repeats(key, page) for key in keys):
                found.add(place)
            for key in keys if len(self._first) < _MOST_REMEMBERED else ():
                self._first.setdefault(key, page)
                self._pages[key] += 1
        return found

    def _repeats(self, key: str, page: int) -> bool:
        # On every second page at least: left and right pages may have different heads.
        return self._pages[key] >= _PAGES and 2 * self._pages[key] >= page - self._first[key]


def _may_run(element: Element, edge: str) -> bool:
    if element.rows or len(element.text) > _LONGEST:
        return False
    box = element.box
    return box is None or (box.bottom <= _MARGIN if edge == "top" else box.top >= 1 - _MARGIN)


def _variants(text: str, page: int) -> Iterator[str]:
    """The text, and the text with each of its first numbers told as its distance from the page's own number."""
    yield text
    for number in islice(_NUMBER.finditer(text), 3):
        yield f"{text[: number.start()]}#{int(number[0]) - page:+}{text[number.end() :]}"


class _SectionEndings:
    """Lines that end every section of a document without pages: "Back to top"."""

    def __init__(self) -> None:
        self._running: Counter[str] = Counter()

    def of(self, block: list[Element]) -> set[int]:
        """The place of the last line, if every section since it first came ended with it."""
        last = block[-1]
        if last.page is not None or len(block) < 2 or last.rows or len(last.text) > _LONGEST:
            self._running.clear()
            return set()
        count = self._running[last.text]
        self._running = Counter({last.text: count + 1})
        return {len(block) - 1} if count >= _SECTIONS else set()


def _without_banners(elements: Iterable[Element], tally: Tally) -> Iterator[Element]:
    """The elements without blocks that speak of cookies and are followed by the words of their buttons."""
    held: deque[Element] = deque()
    for element in elements:
        if element.page is not None or element.sheet is not None:
            yield from held
            held.clear()
            yield element
            continue
        held.append(element)
        if len(held) >= _BANNER:
            yield from _past_banner(held, tally)
    while held:
        yield from _past_banner(held, tally)


def _past_banner(held: deque[Element], tally: Tally) -> Iterator[Element]:
    """Takes a banner off the front of what is held, or yields the first element."""
    if _COOKIES.search(held[0].text) and len(held[0].text) <= _BANNER_CHARACTERS and not held[0].rows:
        buttons = 0
        for place, element in enumerate(held):
            if _CONSENT.fullmatch(element.text.strip()):
                buttons = place
            elif place and not _COOKIES.search(element.text):
                break
        if buttons:
            for _ in range(buttons + 1):
                tally.note(held.popleft(), None)
            return
    yield held.popleft()
