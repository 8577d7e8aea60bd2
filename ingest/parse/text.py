"""Reads plain text; Markdown and delimited tables are passed on to their own readers."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import TextIO

from ingest.errors import NoText, TooLarge
from ingest.formats import sniff
from ingest.model import Element, Event, Kind, Progress, ReadOptions, Source
from ingest.parse import delimited, markdown
from ingest.parse.encoding import open_text
from ingest.sniff import CSV, MARKDOWN, TSV

_LINE_CHARACTERS = 64 * 1024
_BLOCK_CHARACTERS = 16 * 1024
_TITLE_WIDTH = 80

_BULLET = re.compile(
    r"\s*(?:[-*•·▪◦‣●○■–]|\d{1,3}[.)]|[a-zA-Z][.)]|[（(][\da-z一二三四五六七八九十]{1,3}[)）])\s+(?=\S)"
)
_NUMBERED = re.compile(r"\s*(\d{1,3}(?:\.\d{1,3}){0,5})\.?\s+\S|\s*(\d{1,3}(?:\.\d{1,3}){1,5})[^\d.\s]")
_CHINESE = (
    re.compile(r"\s*第[\d一二三四五六七八九十百]+[编篇章部][\s:：]?|\s*[一二三四五六七八九十]{1,3}、"),
    re.compile(r"\s*第[\d一二三四五六七八九十百]+节[\s:：]?|\s*[（(][一二三四五六七八九十]{1,3}[)）]"),
)
_NAMED = re.compile(r"\s*(?:chapter|part|section|appendix|article)\s+[\dA-Z]", re.IGNORECASE)
_UNDERLINE = re.compile(r"\s*(=|-|~|\*){3,}\s*")
_ENDS_SENTENCE = tuple(".!?,;:。！？，；：、")


def read(source: Source, options: ReadOptions) -> Iterator[Event]:
    """Paragraphs, list items and plain headings of a text; form feeds begin a new page.

    Raises NoText where there is nothing but blanks, TooLarge where there are too many pages.
    """
    kind = sniff(source.stream, source.name)
    if kind == MARKDOWN:
        yield from markdown.read(source, options)
        return
    if kind in {CSV, TSV}:
        yield from delimited.read(source, options)
        return
    done = 0
    with open_text(source.stream) as text:
        for element in paragraphs(_lines(text), has_pages=_has_pages(text)):
            if (element.page or 1) > options.max_pages:
                raise TooLarge(source.name, detail=f"it has more than {options.max_pages} pages")
            yield element
            done += 1
            if done % 1000 == 0:
                yield Progress(done, None, "paragraphs")
    if not done:
        raise NoText(source.name)


def paragraphs(lines: Iterable[str], *, has_pages: bool = False, has_title: bool = True) -> Iterator[Element]:
    """Elements from lines of plain text: blank lines part paragraphs, hard-wrapped lines are joined again.

    `has_pages` tells that form feeds end pages, `has_title` that a short line at the very start is the title.
    """
    block: list[str] = []
    page = 1 if has_pages else None
    size = 0
    is_first = has_title
    for line in lines:
        parts = line.split("\f") if "\f" in line else [line]
        for index, part in enumerate(parts):
            is_break = index > 0
            if block and (is_break or not part.strip() or size > _BLOCK_CHARACTERS):
                yield from _elements(block, page, is_first=is_first)
                block, size, is_first = [], 0, False
            if is_break and page is not None:
                page += 1
            if part.strip():
                block.append(part.rstrip())
                size += len(part)
    if block:
        yield from _elements(block, page, is_first=is_first)


def join_wrapped(first: str, second: str) -> str:
    """Two lines of one paragraph as one; no space between Chinese characters."""
    if first and second and _is_wide(first[-1]) and _is_wide(second[0]):
        return first + second
    return f"{first} {second}"


def _lines(text: TextIO) -> Iterator[str]:
    while line := text.readline(_LINE_CHARACTERS):
        yield line


def _has_pages(text: TextIO) -> bool:
    sample = text.read(_LINE_CHARACTERS * 16)
    text.seek(0)
    return "\f" in sample


def _elements(block: list[str], page: int | None, *, is_first: bool) -> Iterator[Element]:
    """The elements of one block of lines between blank lines."""
    if len(block) > 1 and _UNDERLINE.fullmatch(block[1]) and len(block[0].strip()) <= _TITLE_WIDTH:
        yield Element(Kind.TITLE, block[0].strip(), level=1 if "=" in block[1] else 2, page=page)
        block = block[2:]
    if len(block) == 1:
        level = _title_level(block[0], is_first=is_first)
        if level is not None:
            yield Element(Kind.TITLE, block[0].strip(), level=level, page=page)
            return
    if any(map(_BULLET.match, block)):
        yield from _list_items(block, page)
    elif block:
        yield Element(Kind.TEXT, _unwrap(block), page=page)


def _title_level(line: str, *, is_first: bool) -> int | None:
    """The level of a line that stands alone if it looks like a heading, else None."""
    text = line.strip()
    if len(text) > _TITLE_WIDTH or text.endswith(_ENDS_SENTENCE):
        return None
    numbered = _NUMBERED.match(text)
    if numbered:
        return (numbered[1] or numbered[2]).count(".") + 1
    for level, pattern in enumerate(_CHINESE, 1):
        if pattern.match(text):
            return level
    is_shouted = text.isupper() and sum(map(str.isalpha, text)) > 3
    is_short = len(text) <= _TITLE_WIDTH // (2 if _is_wide(text[0]) else 1)
    return 1 if is_shouted or _NAMED.match(text) or (is_first and is_short) else None


def _list_items(block: list[str], page: int | None) -> Iterator[Element]:
    """A block with bullets: text before the first one, then items with the lines that continue them."""
    items: list[str] = []
    margins: list[int] = []
    for line in block:
        bullet = _BULLET.match(line)
        if bullet or not items:
            items.append(line.strip())
            margins.append(len(line) - len(line.lstrip()) if bullet else -1)
        else:
            items[-1] = join_wrapped(items[-1], line.strip())
    depths = sorted({margin for margin in margins if margin >= 0})
    for item, margin in zip(items, margins, strict=True):
        if margin < 0:
            yield Element(Kind.TEXT, item, page=page)
        else:
            yield Element(Kind.LIST_ITEM, item, level=depths.index(margin) + 1, page=page)


def _unwrap(block: list[str]) -> str:
    """Lines joined where they were broken only because they were full, else kept as lines."""
    widths = [sum(2 if _is_wide(letter) else 1 for letter in line[:200]) for line in block]
    if len(block) > 1 and min(widths[:-1]) >= 45 and min(widths[:-1]) >= 0.6 * max(widths) and max(widths) <= 130:
        joined = block[0].strip()
        parts = [joined]
        for line in block[1:]:
            text = line.strip()
            if not (_is_wide(parts[-1][-1]) and _is_wide(text[0])):
                parts.append(" ")
            parts.append(text)
        return "".join(parts)
    return "\n".join(line.strip() for line in block)


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"
