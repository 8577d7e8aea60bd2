"""Reads web pages. Nothing a page refers to is fetched; what a browser would not show is not read."""

import codecs
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ingest.errors import DamagedFile, NoText
from ingest.model import Element, Event, Kind, ReadOptions, Source
from ingest.parse.encoding import detect
from ingest.parse.grid import Grid

_FEED_CHARACTERS = 64 * 1024
_TEXT_CHARACTERS = 16 * 1024
_MAX_TABLES = 8  # tables within tables
_MAX_SPAN = 65_534  # of HTML
_BREAK = "\x1e"  # stands for <br>, because line ends of the file mean nothing

_SKIPPED = frozenset(
    {"script", "style", "noscript", "template", "svg", "math", "iframe", "object", "canvas", "audio", "video"}
    | {"nav", "select", "button", "dialog"}
)
_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img"}
    | {"ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub"}
    | {"sup", "time", "tt", "u", "var", "wbr", "br", "html", "body"}
)
_HEADINGS = {**{f"h{level}": level for level in range(1, 7)}, "title": 1}
_KINDS = {"figcaption": Kind.CAPTION, "caption": Kind.CAPTION, "pre": Kind.CODE, "footer": Kind.FOOTER}
_LISTS = frozenset({"ul", "ol", "menu", "dl"})
_TABLE_PARTS = frozenset({"thead", "tbody", "tfoot", "tr", "td", "th"})
_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_MAIN = re.compile(r"<main[\s>]|<[^<>]{1,300}\srole=[\"']?main\b", re.IGNORECASE)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def read(source: Source, _options: ReadOptions) -> Iterator[Event]:
    """Title, headings, paragraphs, list items, tables and code of a page.

    Scripts, navigation and hidden parts are left out, and all around the main part where the page marks one. Raises
    NoText where nothing remains, DamagedFile where the page cannot be parsed.
    """
    text = _text(source)
    found = False
    for only_main in (True, False) if _MAIN.search(text) else (False,):
        for element in _parse(text, source.name, only_main=only_main):
            found = True
            yield element
        if found:
            return
    raise NoText(source.name)


def elements(text: str) -> Iterator[Element]:
    """The elements of a page or a part of one."""
    return _parse(text, "the page", only_main=False)


def _text(source: Source) -> str:
    """The page in the encoding it declares, as long as that fits, else in the one it seems to have."""
    source.stream.seek(0)
    data = source.stream.read()
    declared = _META.search(data[:4096])
    if declared and not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)):
        try:
            name = codecs.lookup(declared[1].decode("ascii")).name
            return data.decode("gb18030" if name.startswith("gb") else name)
        except (LookupError, UnicodeError):
            pass
    source.stream.seek(0)
    return data.decode(detect(source.stream), "replace")


def _parse(text: str, name: str, *, only_main: bool) -> Iterator[Element]:
    from lxml import etree

    page = _Page(only_main=only_main)
    parser = etree.HTMLParser(target=page, encoding="utf-8", huge_tree=True, no_network=True)
    try:
        for start in range(0, len(text), _FEED_CHARACTERS):
            parser.feed(text[start : start + _FEED_CHARACTERS].encode("utf-8", "replace"))
            yield from page.take()
        if text:
            parser.close()
    except etree.LxmlError as error:
        raise DamagedFile(name, detail=str(error)[:200]) from error
    yield from page.take()


class _Block(NamedTuple):
    """An open block element and what text right inside it is."""

    tag: str
    kind: Kind = Kind.TEXT
    level: int | None = None
    is_cell: bool = False
    is_read: bool = True


class _Page:
    """Takes the events of the parser and puts elements together; deep nesting costs it no recursion."""

    def __init__(self, *, only_main: bool) -> None:
        self._done: list[Element] = []
        self._outputs = [self._done]  # the content of the table cell that is being read comes last
        self._blocks = [_Block("", is_read=not only_main)]
        self._grids: list[Grid] = []
        self._words: list[str] = []
        self._size = 0
        self._skipped = 0  # open elements that are not read
        self._flattened = 0  # open tables that are read as mere blocks
        self._lists = 0
        self._title = ""

    def take(self) -> list[Element]:
        """The elements completed since the last call."""
        done = self._done.copy()
        self._done.clear()
        return done

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A tag opens."""
        if self._skipped or tag in _SKIPPED or _is_hidden(attributes):
            self._skipped += 1
        elif tag == "br":
            self.data(_BREAK)
        elif tag == "img":
            description = attributes.get("alt") or ""
            if " " in description.strip():
                self.data(f" {description} ")
        elif tag not in _INLINE:
            self._flush()
            self._open(tag, attributes)

    def end(self, tag: str) -> None:
        """A tag closes; the parser closes every tag that was opened."""
        if self._skipped:
            self._skipped -= 1
        elif tag not in _INLINE:
            self._flush()
            self._close(tag)

    def data(self, text: str) -> None:
        """Characters between tags."""
        if self._skipped:
            return
        self._words.append(text)
        self._size += len(text)
        if self._size > _TEXT_CHARACTERS:
            self._flush()

    def comment(self, _text: str) -> None:
        """A comment: nobody sees it."""

    def close(self) -> None:
        """The end of the page."""
        self._flush()

    def _open(self, tag: str, attributes: Mapping[str, str]) -> None:
        kind, level = self._blocks[-1].kind, self._blocks[-1].level
        is_cell = False
        is_read = self._blocks[-1].is_read or tag in {"title", "main"} or attributes.get("role") == "main"
        if tag in _LISTS:
            self._lists += 1
        elif tag == "table":
            self._open_table(attributes)
        elif self._grids and not self._flattened and tag in _TABLE_PARTS:
            kind, level = Kind.TEXT, None
            is_cell = self._open_part(tag, attributes)
        elif kind is not Kind.FOOTER:  # whatever stands in a footer belongs to it
            kind, level = self._kind_of(tag, kind, level)
        self._blocks.append(_Block(tag, kind, level, is_cell, is_read))

    def _kind_of(self, tag: str, kind: Kind, level: int | None) -> tuple[Kind, int | None]:
        if tag in _HEADINGS:
            return Kind.TITLE, _HEADINGS[tag]
        if tag in {"li", "dd"}:
            return Kind.LIST_ITEM, max(1, self._lists)
        return (_KINDS[tag], None) if tag in _KINDS else (kind, level)

    def _open_table(self, attributes: Mapping[str, str]) -> None:
        if self._grids:
            self._grids[-1].holds_tables = True
        if len(self._grids) == _MAX_TABLES:
            self._flattened += 1
        else:
            self._grids.append(Grid(is_layout=attributes.get("role") in {"presentation", "none"}))

    def _open_part(self, tag: str, attributes: Mapping[str, str]) -> bool:
        """A row group, a row or a cell of the innermost table; whether it is a cell."""
        grid = self._grids[-1]
        if tag == "tr":
            grid.add_row()
        elif tag in {"td", "th"}:
            columns, rows = _span(attributes.get("colspan")), _span(attributes.get("rowspan"))
            self._outputs.append(grid.add_cell(columns, rows, is_header=tag == "th").content)
            return True
        else:
            grid.in_head = tag == "thead"
        return False

    def _close(self, tag: str) -> None:
        if self._blocks[-1].tag != tag:
            return
        if self._blocks.pop().is_cell:
            self._outputs.pop()
        if tag in _LISTS:
            self._lists -= 1
        elif tag == "table" and self._flattened:
            self._flattened -= 1
        elif tag == "table":
            self._outputs[-1].extend(self._grids.pop().elements())
        elif tag == "thead" and self._grids:
            self._grids[-1].in_head = False

    def _flush(self) -> None:
        """What was collected becomes an element of the innermost block."""
        raw = "".join(self._words)
        self._words.clear()
        self._size = 0
        tag, kind, level, _, is_read = self._blocks[-1]
        if kind is Kind.CODE:
            text = raw.replace(_BREAK, "\n").strip("\n")
        else:
            text = "\n".join(filter(None, (" ".join(line.split()) for line in raw.split(_BREAK))))
        if not is_read or not text.strip() or self._repeats_title(tag, text):
            return
        self._outputs[-1].append(Element(kind, text, level=level))

    def _repeats_title(self, tag: str, text: str) -> bool:
        """Whether this is the first main heading and says no more than the title of the page."""
        if tag == "title":
            self._title = text
        elif tag == "h1":
            title, self._title = self._title, ""
            return text in title
        return False


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    if not attributes:
        return False
    style = attributes.get("style")
    return (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or attributes.get("role") == "navigation"
        or (style is not None and _HIDDEN_STYLE.search(style) is not None)
    )


def _span(value: str | None) -> int:
    """The number of rows or columns a cell takes; 0 means all that follow."""
    if not value or not value.isascii() or not value.strip().isdigit():
        return 1
    return min(int(value[:6]), _MAX_SPAN) or _MAX_SPAN
