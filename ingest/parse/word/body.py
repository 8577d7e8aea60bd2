"""From the body of a document to its elements, in reading order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from lxml import etree

from ingest.model import Element, Kind
from ingest.parse.pictures import Picture
from ingest.parse.word.inline import Inline, InlineReader
from ingest.parse.word.numbering import Numbering
from ingest.parse.word.package import W, is_on, number, value
from ingest.parse.word.pages import Pages
from ingest.parse.word.styles import Style, Styles
from ingest.parse.word.tables import TableRow, header_depth, read_rows, through

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_WRAPPERS = frozenset(f"{W}{name}" for name in ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo"))
_HEADING_LENGTH = 250

Block = Element | Picture
Notes = dict[tuple[str, str], etree._Element]


class Body:
    """Reads blocks: paragraphs, tables, and the notes, comments, text boxes and pictures that hang on them.

    `picture` gives the bytes of a picture by its element, None for one that is not to be read.
    """

    def __init__(
        self,
        styles: Styles,
        numbering: Numbering,
        notes: Notes,
        comments: dict[str, etree._Element],
        picture: Callable[[etree._Element], bytes | None],
    ) -> None:
        self._styles = styles
        self._numbering = numbering
        self._inline = InlineReader(styles)
        self._notes = notes
        self._comments = comments
        self._picture = picture
        self._hanging: list[Inline] = []
        self._carried = ""  # the text of paragraphs whose mark was deleted, which go on in the next one
        self._told: set[tuple[str, str]] = set()

    def blocks(self, container: Iterable[etree._Element], pages: Pages, *, on_paper: bool = True) -> Iterator[Block]:
        """The elements and pictures of a container, in order."""
        code: list[Element] = []
        for block in _blocks(container):
            for part in self._block(block, pages, on_paper=on_paper):
                is_code = isinstance(part, Element) and part.kind is Kind.CODE
                if code and (not is_code or part.page != code[0].page):
                    yield _joined(code)
                    code = []
                if isinstance(part, Element) and is_code:
                    code.append(part)
                else:
                    yield part
        if code:
            yield _joined(code)
        if self._carried.strip():
            yield Element(Kind.TEXT, self._carried.strip(), page=pages.page)
            self._carried = ""

    def plain(self, container: etree._Element, pages: Pages, separator: str = "\n") -> str:
        """The text of a container on its own: a cell, a note, a page header."""
        texts = []
        for block in _blocks(container):
            if block.tag == f"{W}tbl":
                rows = read_rows(block, self._cell, pages)
                texts.append("; ".join(", ".join(filter(None, _distinct(row.cells))) for row in rows))
            else:
                inline, label, _ = self._paragraph(block, pages, on_paper=False)
                texts.append(_labelled(label, inline.text))
                texts.extend(self.plain(box, pages, separator) for box in inline.boxes)
                self._hanging.append(inline)
        return separator.join(filter(None, texts))

    def _cell(self, cell: etree._Element, pages: Pages) -> str:
        return " ".join(self.plain(cell, pages, " ").split())

    def _block(self, block: etree._Element, pages: Pages, *, on_paper: bool) -> Iterator[Block]:
        if block.tag == f"{W}tbl":
            yield from self._table(block, pages)
        else:
            inline, label, style = self._paragraph(block, pages, on_paper=on_paper)
            if inline.text:
                yield _element(inline, label, style, block)
            if inline.unseen:
                yield Element(Kind.TEXT, inline.unseen, page=inline.page, hidden=True)
            for box in inline.boxes:
                yield from self.blocks(box, pages.copy(), on_paper=False)
            self._hanging.append(inline)
        yield from self._what_hangs(pages.page)
        section = block.find(f"{W}pPr/{W}sectPr")
        if section is not None and value(section, "type") != "continuous":
            pages.start_page()

    def _paragraph(self, paragraph: etree._Element, pages: Pages, *, on_paper: bool) -> tuple[Inline, "Label", Style]:
        properties = paragraph.find(f"{W}pPr")
        style = self._styles[value(properties, "pStyle")]
        breaks = is_on(properties, "pageBreakBefore")
        if breaks if breaks is not None else style.breaks_page:
            pages.start_page()
        inline = self._inline.read(paragraph, style, pages, on_paper=on_paper)
        if _mark_is_deleted(properties):
            self._carried, inline.text = self._carried + inline.text, ""
            return inline, None, style
        self._carried, inline.text = "", (self._carried + inline.text).strip(" \n\t")
        return inline, self._label(properties, style), style

    def _label(self, properties: etree._Element | None, style: Style) -> "Label":
        """The number or bullet of a paragraph, and the level of its list."""
        listed = number(value(properties, "numPr/numId"))
        list_number = listed if listed is not None else style.list_number
        if not list_number:
            return None
        level = number(value(properties, "numPr/ilvl"))
        if level is None:
            level = style.list_level
        if level is None:
            level = self._numbering.level_of_style(list_number, value(properties, "pStyle"))
        text = self._numbering.label(list_number, level)
        return None if text is None else (text, level)

    def _table(self, table: etree._Element, pages: Pages) -> Iterator[Block]:
        cells = [cell for row in through(table, f"{W}tr") for cell in through(row, f"{W}tc")]
        if len(cells) == 1:
            # A single cell is a frame around text, not a table.
            yield from self.blocks(cells[0], pages, on_paper=False)
            return
        rows = [row for row in read_rows(table, self._cell, pages) if any(row.cells)]
        depth = header_depth(rows)
        header, body = rows[:depth], rows[depth:]
        for page, part in groupby(body or header, key=lambda row: row.page):
            yield _table_element(header if body else [], list(part), page, len(header))

    def _what_hangs(self, page: int | None) -> Iterator[Block]:
        """Pictures, notes and comments of what has just been read, notes and comments each once."""
        while self._hanging:
            inline = self._hanging.pop(0)
            for element in inline.pictures:
                if (data := self._picture(element)) is not None:
                    yield Picture(data, page=inline.page or page)
            for kind, identity in inline.notes:
                note = self._notes.get((kind, identity))
                if note is not None and (kind, identity) not in self._told:
                    self._told.add((kind, identity))
                    text = self.plain(note, Pages(known=False))
                    mark = self._inline.marker(kind, identity)
                    yield Element(Kind.FOOTNOTE, f"{mark} {text}", page=inline.page or page)
            for identity in inline.comments:
                comment = self._comments.get(identity)
                if comment is not None and ("comment", identity) not in self._told:
                    self._told.add(("comment", identity))
                    text = self.plain(comment, Pages(known=False))
                    author = comment.get(f"{W}author", "")
                    if text:
                        yield Element(Kind.COMMENT, f"{author}: {text}" if author else text, page=inline.page or page)


Label = tuple[str, int] | None


def _blocks(container: Iterable[etree._Element]) -> Iterator[etree._Element]:
    """The paragraphs and tables of a container, through content controls and alternative forms."""
    for child in container:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif child.tag in _WRAPPERS:
            yield from _blocks(child)
        elif child.tag == f"{_MC}AlternateContent":
            for form in child.iterchildren(f"{_MC}Choice", f"{_MC}Fallback"):
                if blocks := list(_blocks(form)):
                    yield from blocks
                    break


def _element(inline: Inline, label: Label, style: Style, paragraph: etree._Element) -> Element:
    """The element of one paragraph that has text."""
    text = _labelled(label, inline.text)
    outline = number(value(paragraph.find(f"{W}pPr"), "outlineLvl"))
    heading = style.heading if outline is None else outline + 1
    if heading is not None and 1 <= heading <= 9 and len(text) <= _HEADING_LENGTH:
        return Element(Kind.TITLE, text.replace("\n", " "), level=heading, page=inline.page)
    if style.is_caption:
        return Element(Kind.CAPTION, text, page=inline.page)
    if style.is_code:
        return Element(Kind.CODE, inline.text, page=inline.page)
    if label is not None:
        return Element(Kind.LIST_ITEM, text, level=label[1] + 1, page=inline.page)
    return Element(Kind.TEXT, text, page=inline.page)


def _table_element(header: Sequence[TableRow], body: Sequence[TableRow], page: int | None, depth: int) -> Element:
    rows = tuple(row.cells for row in (*header, *body))
    return Element(Kind.TABLE, "\n".join(map(" | ".join, rows)), page=page, rows=rows, header_rows=depth)


def _mark_is_deleted(properties: etree._Element | None) -> bool:
    mark = None if properties is None else properties.find(f"{W}rPr")
    return mark is not None and (mark.find(f"{W}del") is not None or mark.find(f"{W}moveFrom") is not None)


def _joined(code: Sequence[Element]) -> Element:
    """Lines of code that follow one another are one listing."""
    return Element(Kind.CODE, "\n".join(element.text for element in code), page=code[0].page)


def _labelled(label: Label, text: str) -> str:
    return f"{label[0]} {text}" if label and label[0] and text else text


def _distinct(cells: Sequence[str]) -> list[str]:
    """Cells without the repetitions of merged ones."""
    return [cell for cell, _ in groupby(cells)]
