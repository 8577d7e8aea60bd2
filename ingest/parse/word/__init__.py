"""Word documents (.docx, .docm): headings, text, lists, tables, notes, comments, page headers and footers."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.errors import DamagedFile
from ingest.model import Element, Event, Kind, Loss, Progress, ReadOptions, Source
from ingest.parse.archive import UNZIP_ERRORS, open_package
from ingest.parse.pictures import Picture, Pictures

if TYPE_CHECKING:
    from lxml import etree

    from ingest.parse.word.body import Body, Notes
    from ingest.parse.word.package import Package

_PROGRESS_BLOCKS = 500
_FULLEST_PAGE = 8_000  # characters
_OPTIONAL_PARTS = ("styles", "numbering", "settings", "footnotes", "endnotes", "comments")


def read(source: Source, options: ReadOptions) -> Iterator[Event]:
    """Reads a document in the order of its body; pages are known where Word left page breaks in it.

    A part that is broken beside the body ends in a Loss. Raises DamagedFile where the body cannot be read, NoText
    where there is none, and what `open_package` raises.
    """
    from lxml.etree import LxmlError

    from ingest.parse.word.package import Package

    broken = (LxmlError, LookupError, TypeError, *UNZIP_ERRORS)
    try:
        package = Package(open_package(source, options))
    except broken as error:
        raise DamagedFile(source.name, detail=_detail(error)) from error
    found = False
    pictures = Pictures(source.name, options)
    try:
        for event in pictures.read(_Document(package, broken).events()):
            found = found or isinstance(event, Element)
            yield event
    except RecursionError as error:
        raise DamagedFile(source.name, detail="its parts are nested too deeply") from error
    if not found:
        raise pictures.no_text()


class _Document:
    """A document whose main part is open."""

    def __init__(self, package: "Package", broken: tuple[type[Exception], ...]) -> None:
        self._package = package
        self._broken = broken
        self._losses: list[Loss] = []
        self._parts = {kind: self._part(kind) for kind in _OPTIONAL_PARTS}

    def events(self) -> Iterator[Event | Picture]:
        """Page headers, the body, page footers, and what was lost."""
        from ingest.parse.word.package import W
        from ingest.parse.word.pages import Pages

        document = self._package.document
        main = document.find(f"{W}body")
        if main is None:
            return
        body = self._body()
        margins = list(self._margins(body))
        yield from (element for element in margins if element.kind is Kind.HEADER)
        pages = Pages(known=_knows_pages(document))
        total = len(main)
        for index in range(0, total, _PROGRESS_BLOCKS):
            if index:
                yield Progress(index, total, "blocks")
            yield from body.blocks(main[index : index + _PROGRESS_BLOCKS], pages)
        yield from (element for element in margins if element.kind is Kind.FOOTER)
        if next(main.iter(f"{W}altChunk"), None) is not None:
            self._losses.append(Loss("a document that is embedded in this one was not read"))
        yield from self._losses

    def _part(self, kind: str) -> "etree._Element | None":
        try:
            return self._package.related(kind)
        except self._broken as error:
            self._losses.append(Loss(f"the part with its {kind} could not be read: {_detail(error)}"))
            return None

    def _body(self) -> "Body":
        from ingest.parse.word.body import Body
        from ingest.parse.word.numbering import Numbering
        from ingest.parse.word.package import W
        from ingest.parse.word.styles import Styles

        notes: Notes = {}
        for kind in ("footnote", "endnote"):
            root = self._parts[f"{kind}s"]
            for note in () if root is None else root.iterchildren(f"{W}{kind}"):
                notes[kind, note.get(f"{W}id", "")] = note
        root = self._parts["comments"]
        comments = {comment.get(f"{W}id", ""): comment for comment in (() if root is None else root)}
        return Body(
            Styles(self._parts["styles"]),
            Numbering(self._parts["numbering"]),
            notes,
            comments,
            self._package.picture,
        )

    def _margins(self, body: "Body") -> Iterator[Element]:
        """The page headers and footers that are shown, each text once."""
        from ingest.parse.word.package import W, is_on
        from ingest.parse.word.pages import Pages

        told: set[tuple[Kind, str]] = set()
        two_sided = is_on(self._parts["settings"], "evenAndOddHeaders") or False
        for section in self._package.document.iter(f"{W}sectPr"):
            shown = {"default", "even" if two_sided else "", "first" if is_on(section, "titlePg") else ""}
            for reference in section.iterchildren(f"{W}headerReference", f"{W}footerReference"):
                if reference.get(f"{W}type", "default") not in shown:
                    continue
                kind = Kind.HEADER if reference.tag == f"{W}headerReference" else Kind.FOOTER
                root = self._margin(reference)
                text = "" if root is None else body.plain(root, Pages(known=False))
                if text and (kind, text) not in told:
                    told.add((kind, text))
                    yield Element(kind, text)

    def _margin(self, reference: "etree._Element") -> "etree._Element | None":
        from docx.oxml.ns import qn

        try:
            return self._package.part(reference.get(qn("r:id"), ""))
        except self._broken as error:
            self._losses.append(Loss(f"a page header or footer could not be read: {_detail(error)}"))
            return None


def _knows_pages(document: "etree._Element") -> bool:
    """Whether the page breaks in the file tell the pages: there are some, and no page would hold more than one can."""
    from ingest.parse.word.package import W

    breaks, length = 0, 0
    for item in document.iter(f"{W}t", f"{W}br", f"{W}lastRenderedPageBreak", f"{W}pageBreakBefore", f"{W}sectPr"):
        if item.tag == f"{W}t":
            length += len(item.text or "")
            if length > _FULLEST_PAGE:
                return False
        elif item.tag == f"{W}sectPr":
            length = 0
        elif item.tag != f"{W}br" or item.get(f"{W}type") == "page":
            breaks, length = breaks + 1, 0
    return breaks > 0


def _detail(error: BaseException) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
