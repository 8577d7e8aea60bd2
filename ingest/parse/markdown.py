"""Reads Markdown block by block, in one pass and in time that grows with the length of the file only."""

import html
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from ingest.errors import NoText
from ingest.model import Element, Event, Kind, ReadOptions, Source
from ingest.parse import web
from ingest.parse.encoding import open_text
from ingest.parse.rows import Row, tables

_BLOCK_CHARACTERS = 16 * 1024
_FRONT_MATTER_LINES = 200

_QUOTE = re.compile(r"(?: {0,3}> ?)+")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})(?=\s|$)")
_UNDERLINE = re.compile(r" {0,3}(?:(=+)|-+)\s*")
_RULE = re.compile(r" {0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})")
_ITEM = re.compile(r"(\s*)(?:[-*+]|\d{1,9}[.)])(?:\s+|$)")
_FOOTNOTE = re.compile(r" {0,3}\[\^[^\]\s]{1,100}\]:\s*")
_REFERENCE = re.compile(r" {0,3}\[[^\]]{1,200}\]:\s+\S+")
_HTML = re.compile(r" {0,3}</?(table|div|p|[uod]l|details|summary|h[1-6]|pre|figure|section)[\s>/]", re.IGNORECASE)

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\[\]]*)\](?:\([^()\n]{0,2000}\)|\[[^\[\]]{0,200}\])")
_LINK = re.compile(r"\[([^\[\]]*)\](?:\((?:[^()\n]|\([^()\n]{0,500}\)){0,2000}\)|\[[^\[\]]{0,200}\])")
_NOTE_MARK = re.compile(r"\[\^[^\]\s]{1,100}\]")
_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,1000}>")
_EMPHASIS = re.compile(
    r"(?<!\\)(?:\*\*|__(?=\S)|(?<=\S)__|~~|(?<![\w*])\*(?=[^\s*])|(?<=[^\s*])\*(?![\w*])|(?<!\w)_(?=\S)|(?<=\S)_(?!\w))"
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def read(source: Source, _options: ReadOptions) -> Iterator[Event]:
    """Headings, paragraphs, list items, tables and code blocks. Raises NoText where there are none."""
    found = False
    with open_text(source.stream) as text:
        for element in blocks(line.rstrip("\r\n") for line in text):
            found = True
            yield element
    if not found:
        raise NoText(source.name)


def blocks(lines: Iterable[str]) -> Iterator[Element]:
    """The elements of lines of Markdown."""
    parser = _Blocks()
    for line in _after_front_matter(iter(lines), parser.done):
        parser.add(line)
        yield from parser.done
        parser.done.clear()
    parser.flush()
    yield from parser.done


def inline(text: str) -> str:
    """Running text without its marks: links by their words, pictures by their description, no tags, no asterisks."""
    text = _COMMENT.sub("", text) if "<!--" in text else text
    if "`" in text:
        spans = text.split("`")  # what stands between backticks is meant literally
        return "".join(span if index % 2 else _unmarked(span) for index, span in enumerate(spans)).strip()
    return _unmarked(text).strip()


def _unmarked(text: str) -> str:
    if "[" in text:
        text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
        text = _NOTE_MARK.sub("", text)
    if "<" in text:
        text = _TAG.sub(" ", _ADDRESS.sub(r"\1", text))
    if "*" in text or "_" in text or "~" in text:
        text = _EMPHASIS.sub("", text)
    return html.unescape(_ESCAPE.sub(r"\1", text))


def _after_front_matter(lines: Iterator[str], done: list[Element]) -> Iterator[str]:
    """The lines behind the block of facts a page may begin with; the facts become one text."""
    first = next(lines, None)
    if first is None:
        return
    if first.rstrip() != "---":
        yield first
    else:
        facts: list[str] = []
        for line in islice(lines, _FRONT_MATTER_LINES):
            if line.rstrip() in {"---", "..."}:
                text = "\n".join(filter(str.strip, facts))
                if text:
                    done.append(Element(Kind.TEXT, text))
                break
            facts.append(line)
        else:
            yield from chain([first], facts)
    yield from lines


class _Blocks:
    """Collects lines until a block is complete; complete ones are in `done`."""

    def __init__(self) -> None:
        self.done: list[Element] = []
        self.lines: list[str] = []
        self.size = 0
        self.kind = Kind.TEXT
        self.level: int | None = None
        self.fence = ""
        self.closing = ""
        self.rows: list[Row] = []
        self.margins: list[int] = []

    def add(self, line: str) -> None:
        """Takes the next line."""
        if self.fence or self.closing:
            self._continue(line)
            return
        line = line.expandtabs(4)
        if ">" in line[:8]:
            quote = _QUOTE.match(line)
            line = line[quote.end() :] if quote else line
        if not line.strip():
            self.flush()
        elif self.rows and "|" in line:
            self.rows.append(_cells(line))
        elif not (self._opens(line) or self._is_mark(line)):
            self._add_text(line)

    def flush(self) -> None:
        """Ends the block."""
        if self.rows:
            self.done += tables(self.rows, 1)
        elif self.lines and self.closing:
            self.done += web.elements("\n".join(self.lines))
        elif self.lines and self.kind is Kind.CODE:
            self._emit("\n".join(self.lines).strip("\n"))
        elif self.lines:
            self._emit(inline("\n".join(line.strip() for line in self.lines)))
        self.lines, self.rows, self.size = [], [], 0
        self.kind, self.level, self.fence, self.closing = Kind.TEXT, None, "", ""

    def _emit(self, text: str) -> None:
        if text.strip():
            self.done.append(Element(self.kind, text, level=self.level))

    def _continue(self, line: str) -> None:
        """A line within a fenced code block or a block of HTML."""
        if self.fence and line.strip().startswith(self.fence) and not line.strip().strip(self.fence[0]):
            self.flush()
            return
        if self.closing == "\n" and not line.strip():
            self.flush()
            return
        self.lines.append(line)
        self.size += len(line)
        if self.closing and self.closing in line.lower():
            self.flush()
        elif self.fence and self.size > _BLOCK_CHARACTERS:
            fence = self.fence
            self.flush()
            self.kind, self.fence = Kind.CODE, fence

    def _opens(self, line: str) -> bool:
        """Whether a line begins a code block, a block of HTML, a table, an item or a footnote."""
        fence = _FENCE.match(line)
        if fence:
            self.flush()
            self.kind, self.fence = Kind.CODE, fence[1]
            return True
        markup = _HTML.match(line)
        if markup:
            self.flush()
            self.closing = "</table>" if markup[1].lower() == "table" else "\n"
            self._continue(line)
            return True
        if len(self.lines) == 1 and "|" in self.lines[0] and _is_delimiter_row(line):
            header = _cells(self.lines.pop())
            self.flush()
            self.rows = [header]
            return True
        item = _ITEM.match(line)
        if item and not _RULE.fullmatch(line):
            self.flush()
            self._begin_item(len(item[1]))
            self._add_text(line[item.end() :])
            return True
        note = _FOOTNOTE.match(line)
        if note:
            self.flush()
            self.kind = Kind.FOOTNOTE
            self._add_text(line[note.end() :])
            return True
        return False

    def _is_mark(self, line: str) -> bool:
        """Whether a line is a heading, the underline of one, a rule, or the target of a link."""
        heading = _HEADING.match(line)
        if heading:
            self.flush()
            self.margins.clear()
            self.kind, self.level = Kind.TITLE, len(heading[1])
            self._emit(inline(line[heading.end() :].strip().rstrip("#")))
            self.kind, self.level = Kind.TEXT, None
            return True
        underline = _UNDERLINE.fullmatch(line)
        if underline and self.kind is Kind.TEXT and 0 < len(self.lines) <= 3:
            self.kind, self.level = Kind.TITLE, 1 if underline[1] else 2
            self.lines = [" ".join(self.lines)]
            self.flush()
            self.margins.clear()
            return True
        if _RULE.fullmatch(line):
            self.flush()
            return True
        return not self.lines and _REFERENCE.match(line) is not None

    def _begin_item(self, margin: int) -> None:
        while self.margins and margin < self.margins[-1]:
            self.margins.pop()
        if not self.margins or margin > self.margins[-1] + 1:
            self.margins.append(margin)
        self.kind, self.level = Kind.LIST_ITEM, len(self.margins)

    def _add_text(self, line: str) -> None:
        if self.rows:
            self.flush()
        if not line.startswith("  ") and self.kind is Kind.TEXT and not self.lines:
            self.margins.clear()
        self.lines.append(line)
        self.size += len(line)
        if self.size > _BLOCK_CHARACTERS:
            self.flush()


def _is_delimiter_row(line: str) -> bool:
    return "-" in line and not line.strip(" |:-\t") and len(line) < 10_000


def _cells(line: str) -> Row:
    inner = line.strip().replace("\\|", "\0").removeprefix("|").removesuffix("|")
    return tuple(inline(cell).replace("\0", "|") for cell in inner.split("|"))
