"""Reads web pages. Nothing a page refers to is fetched; what a browser would not show is not read."""

import codecs
import re
from collections.abc import Iterator, Mapping

from ingest.errors import DamagedFile, NoText
from ingest.model import Element, Event, Kind, ReadOptions, Source
from ingest.parse.encoding import detect
from ingest.parse.grid import Cell, Grid

_FEED_CHARACTERS = 64 * 1024
_TEXT_CHARACTERS = 16 * 1024
_MAX_TABLES = 8  # tables within tables; deeper ones are layout, whose cells are read as blocks

_SKIPPED = frozenset(
    "script style noscript template svg math iframe object embed canvas audio video nav select button dialog".split()
)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i img ins kbd label mark q rp rt ruby s samp small "
    "span strike strong sub sup time tt u var wbr html body".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_KINDS = {"figcaption": Kind.CAPTION, "caption": Kind.CAPTION, "pre": Kind.CODE, "footer": Kind.FOOTER}
_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def read(source: Source, _options: ReadOptions) -> Iterator[Event]:
    """Title, headings, paragraphs, list items, tables and code of a page.

    Scripts, navigation and hidden parts are left out. Raises NoText where nothing remains, DamagedFile where the page
    cannot be parsed.
    """
    found = False
    for element in _parse(_text(source), source.name):
        found = True
        yield element
    if not found:
        raise NoText(source.name)


def elements(text: str) -> Iterator[Element]:
    """The elements of a page or a part of one."""
    return _parse(text, "the page")


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


def _parse(text: str, name: str) -> Iterator[Element]:
    from lxml import etree

    page = _Page()
    parser = etree.HTMLParser(target=page, encoding="utf-8", huge_tree=True, no_network=True)
    try:
        for start in range(0, len(text), _FEED_CHARACTERS):
            parser.feed(text[start : start + _FEED_CHARACTERS].encode("utf-8", "replace"))
            yield from page.take()
        parser.close()
    except etree.LxmlError as error:
        raise DamagedFile(name, detail=str(error)[:200]) from error
    yield from page.take()


class _Page:
    """Takes the events of the parser and puts elements together; deep nesting costs it no recursion."""

    def __init__(self) -> None:
        self._done: list[Element] = []
        self._outputs = [self._done]  # the cell that is being read comes last
        self._words: list[str] = []
        self._size = 0
        self._blocks: list[tuple[str, Kind, int | None]] = []
        self._grids: list[Grid] = []
        self._skipping = 0
        self._lists = 0
        self._footers = 0
        self._title = ""

    def take(self) -> list[Element]:
        """The elements that are complete since the last call."""
        done = self._done.copy()
        self._done.clear()
        return done

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A tag opens."""
        if self._skipping or tag in _SKIPPED or _is_hidden(attributes):
            self._skipping += 1
        elif tag == "br":
            self.data("\n")
        elif tag == "img":
            description = attributes.get("alt") or ""
            if " " in description.strip():
                self.data(f" {description} ")
        elif tag not in _INLINE:
            self._flush()
            self._open(tag, attributes)

    def end(self, tag: str) -> None:
        """A tag closes."""
        if self._skipping:
            self._skipping -= 1
        elif tag not in _INLINE:
            self._flush()
            self._close(tag)

    def data(self, text: str) -> None:
        """Characters between tags."""
        if self._skipping:
            return
        self._words.append(text)
        self._size += len(text)
        if self._size > _TEXT_CHARACTERS:
            self._flush()

    def comment(self, _text: str) -> None:
        """A comment: nobody sees it."""

    def close(self) -> None:
        """The end of the page, with whatever was left open."""
        self._flush()
        while self._grids:
            self._end_table()

    def _open(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _HEADINGS:
            self._blocks.append((tag, Kind.TITLE, _HEADINGS[tag]))
        elif tag == "title":
            self._blocks.append((tag, Kind.TITLE, 1))
        elif tag in {"ul", "ol", "menu", "dl"}:
            self._lists += 1
        elif tag in {"li", "dd"}:
            self._blocks.append((tag, Kind.LIST_ITEM, max(1, self._lists)))
        elif tag in _KINDS:
            self._footers += tag == "footer"
            self._blocks.append((tag, _KINDS[tag], None))
        elif tag == "table":
            self._begin_table(attributes)
        elif self._grids and len(self._grids) == len(self._outputs) - 1 + (self._grids[-1] is not None):
            pass

    def _close(self, tag: str) -> None:
        if tag in {"ul", "ol", "menu", "dl"}:
            self._lists = max(0, self._lists - 1)
        elif tag == "table":
            self._end_table()
        elif self._blocks and self._blocks[-1][0] == tag:
            self._footers -= tag == "footer"
            self._blocks.pop()
