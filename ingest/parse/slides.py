"""Reads PowerPoint presentations with python-pptx."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lxml import etree

from ingest.errors import DamagedFile, TooLarge
from ingest.model import Box, Element, Event, Kind, Loss, Progress, ReadOptions, Source
from ingest.parse.archive import UNZIP_ERRORS, open_package
from ingest.parse.pictures import Picture, Pictures
from ingest.parse.rows import tables

_MAX_DEPTH = 20
_MAX_POINTS = 2000
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_SLIDE = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
# What python-pptx raises where a part of a slide is missing or not what the standard says.
_BROKEN = (AttributeError, IndexError, KeyError, NotImplementedError, TypeError, ValueError, etree.LxmlError)


def read(source: Source, options: ReadOptions) -> Iterator[Event]:
    """Slides as pages: title, text, lists, tables, charts and diagrams, then notes and comments.

    A shape that cannot be read is a loss; the rest of the slide is not. Raises DamagedFile, TooLarge, PasswordNeeded,
    or NoText where no slide holds text.
    """
    from pptx import Presentation
    from pptx.exc import PythonPptxError

    package = open_package(source, options)
    try:
        presentation = Presentation(package)
        entries = list(presentation.element.sldIdLst if presentation.element.sldIdLst is not None else ())
        width, height = presentation.slide_width or 1, presentation.slide_height or 1
    except (PythonPptxError, *_BROKEN, *UNZIP_ERRORS) as error:
        raise DamagedFile(source.name, detail=f"its slides cannot be found ({type(error).__name__})") from error
    total = len(entries)
    if total > options.max_pages:
        raise TooLarge(source.name, detail=f"it has {total} slides, more than {options.max_pages}")
    found = False
    pictures = Pictures(source.name, options)
    for event in pictures.read(_slides(presentation.part, entries, (width, height))):
        found = found or isinstance(event, Element)
        yield event
    if not found:
        raise pictures.no_text()


def _slides(part: Any, entries: Sequence[Any], size: tuple[int, int]) -> Iterator[Event | Picture]:
    for number, entry in enumerate(entries, 1):
        try:
            slide = part.related_slide(entry.rId)
        except _BROKEN:
            yield Loss(f"Slide {number} is damaged and was left out.", page=number)
            continue
        yield from _Slide(slide, number, size).events()
        yield Progress(number, len(entries), "slides")


class _Slide:
    """One slide: where it stands, and its shapes as elements."""

    def __init__(self, slide: Any, number: int, size: tuple[int, int]) -> None:
        self.slide = slide
        self.number = number
        self.size = size
        self.hidden = slide.element.get("show") in {"0", "false"}

    def events(self) -> Iterator[Event | Picture]:
        """Its elements and pictures, the title first and other shapes from top to bottom, and its losses."""
        title = self.slide.shapes.title
        if title is not None:
            yield from self._safely(self._title, title)
        rest = [shape for shape in self.slide.shapes if title is None or shape.shape_id != title.shape_id]
        for shape in sorted(rest, key=self._position):
            yield from self._safely(self._shape, shape)
        yield from self._safely(self._annotations, self.slide)

    def _safely(self, reader: Callable[[Any], Iterator[Element | Picture]], thing: Any) -> Iterator[Event | Picture]:
        try:
            yield from reader(thing)
        except _BROKEN as error:
            yield Loss(f"A part of slide {self.number} is damaged and was left out ({error!s:.100}).", page=self.number)

    def _position(self, shape: Any) -> tuple[int, int]:
        """Reading order: from top to bottom in bands of a twentieth of the slide, then from left to right."""
        try:
            return (shape.top or 0) * 20 // self.size[1], shape.left or 0
        except _BROKEN:
            return 0, 0

    def _box(self, shape: Any) -> Box | None:
        if None in {shape.left, shape.top, shape.width, shape.height}:
            return None
        edges = (
            shape.left / self.size[0],
            shape.top / self.size[1],
            (shape.left + shape.width) / self.size[0],
            (shape.top + shape.height) / self.size[1],
        )
        return Box(*(min(1.0, max(0.0, edge)) for edge in edges))

    def _element(self, kind: Kind, text: str, box: Box | None, level: int | None = None) -> Element:
        return Element(kind, text, level=level, page=self.number, box=box, hidden=self.hidden)

    def _title(self, shape: Any) -> Iterator[Element]:
        text = " ".join(shape.text_frame.text.split())
        if text:
            yield self._element(Kind.TITLE, text, self._box(shape), level=1)

    def _shape(self, shape: Any, depth: int = 0, box: Box | None = None) -> Iterator[Element | Picture]:
        from pptx.enum.shapes import MSO_SHAPE_TYPE

        box = box or self._box(shape)
        if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
            if depth < _MAX_DEPTH:
                for inner in shape.shapes:  # their positions are relative to the group, so that its own box is given
                    yield from self._shape(inner, depth + 1, box)
        elif shape.has_text_frame:
            yield from self._text(shape, box)
        elif getattr(shape, "has_table", False):
            yield from tables(
                _cells(shape.table), int(shape.table.first_row), page=self.number, hidden=self.hidden, box=box
            )
        elif getattr(shape, "has_chart", False):
            yield from self._chart(shape.chart, box)
        elif shape._element.tag == f"{_SLIDE}pic":
            yield from self._picture(shape, box)
        else:
            yield from self._diagram(shape, box)

    def _text(self, shape: Any, box: Box | None) -> Iterator[Element]:
        """Paragraphs; where there are several in the body of a slide, they are its bullets."""
        from pptx.enum.shapes import PP_PLACEHOLDER

        role = shape.placeholder_format.type if shape.is_placeholder else None
        texts = [(_words(paragraph.text), paragraph.level) for paragraph in shape.text_frame.paragraphs]
        texts = [(text, level) for text, level in texts if text]
        if role in {PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.DATE}:
            for text, _ in texts:
                yield self._element(Kind.FOOTER, text, box)
        elif role in {PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT} and len(texts) > 1:
            for text, level in texts:
                yield self._element(Kind.LIST_ITEM, text, box, level + 1)
        elif texts:
            yield self._element(Kind.TEXT, "\n".join(text for text, _ in texts), box)

    def _picture(self, shape: Any, box: Box | None) -> Iterator[Element | Picture]:
        """What its author says it shows, and the picture itself if it lies in the file."""
        description = " ".join((shape._element.nvPicPr.cNvPr.get("descr") or "").split())
        if " " in description:
            yield self._element(Kind.CAPTION, description, box)
        blip = next(shape._element.iter(f"{_DRAWING}blip"), None)
        link = None if blip is None else self.slide.part.rels.get(blip.get(f"{_RELATION}embed"))
        if link is not None and not link.is_external:
            yield Picture(link.target_part.blob, page=self.number, box=box, hidden=self.hidden)

    def _chart(self, chart: Any, box: Box | None) -> Iterator[Element]:
        """The numbers a chart was drawn from, as a table of categories and series."""
        if chart.has_title and chart.chart_title.has_text_frame:
            yield self._element(Kind.CAPTION, _words(chart.chart_title.text_frame.text), box)
        for plot in chart.plots:
            series = list(plot.series)[:_MAX_POINTS]
            names = ("", *(str(one.name) for one in series))
            columns = [list(one.values)[:_MAX_POINTS] for one in series]
            rows = [
                (str(category), *("" if index >= len(column) else _figure(column[index]) for column in columns))
                for index, category in enumerate(list(plot.categories)[:_MAX_POINTS])
            ]
            if rows:
                yield from tables([names, *rows], 1, page=self.number, hidden=self.hidden, box=box)

    def _diagram(self, shape: Any, box: Box | None) -> Iterator[Element]:
        """The texts of a SmartArt diagram, which lie in a part of their own."""
        for ids in shape._element.iter(f"{_DIAGRAM}relIds"):
            part = self.slide.part.related_part(ids.get(f"{_RELATION}dm"))
            for point in _parsed(part.blob).iter(f"{_DIAGRAM}pt"):
                text = _words("".join(run.text or "" for run in point.iter(f"{_DRAWING}t")))
                if text:
                    yield self._element(Kind.LIST_ITEM, text, box, 1)

    def _annotations(self, slide: Any) -> Iterator[Element]:
        """What the speaker notes and what reviewers say."""
        frame = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
        notes = "" if frame is None else "\n".join(filter(None, map(_words, frame.text.split("\n"))))
        if notes:
            yield self._element(Kind.TEXT, f"Notes: {notes}", None)
        for relation in slide.part.rels.values():
            if relation.reltype.endswith("/comments") and not relation.is_external:
                for text in _comments(_parsed(relation.target_part.blob)):
                    yield self._element(Kind.COMMENT, text, None)


def _cells(table: Any) -> list[tuple[str, ...]]:
    """The texts of a table; a merged cell fills all the places it covers."""
    texts = [[_words(cell.text) for cell in row.cells] for row in table.rows]
    for top, row in enumerate(table.rows):
        for left, cell in enumerate(row.cells):
            if cell.is_merge_origin:
                for covered in texts[top : top + cell.span_height]:
                    covered[left : left + cell.span_width] = [texts[top][left]] * len(
                        covered[left : left + cell.span_width]
                    )
    return [tuple(row) for row in texts]


def _comments(root: Any) -> Iterator[str]:
    """The texts of the older kind of comment (p:text) and of the newer one (paragraphs of a:t)."""
    for comment in root.iter("{*}cm", "{*}reply"):
        older = "".join(node.text or "" for node in comment.iter(f"{_SLIDE}text"))
        body = comment.find("{*}txBody")
        newer = "" if body is None else "".join(node.text or "" for node in body.iter(f"{_DRAWING}t"))
        text = _words(older or newer)
        if text:
            yield text


def _parsed(blob: bytes) -> Any:
    return etree.fromstring(blob, etree.XMLParser(resolve_entities=False, no_network=True))


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"


def _words(text: str) -> str:
    return " ".join(text.split())
