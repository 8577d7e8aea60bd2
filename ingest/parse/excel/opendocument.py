"""OpenDocument spreadsheets (.ods): cells carry the text they display, so that no number format is needed."""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from lxml import etree

from ingest.errors import DamagedFile
from ingest.model import Element, Event, Kind, ReadOptions, Source
from ingest.parse.archive import check_archive
from ingest.parse.excel.decryption import unlocked
from ingest.parse.excel.formats import general
from ingest.parse.excel.notes import signed
from ingest.parse.excel.parts import BROKEN, forget, root
from ingest.parse.excel.rows import MAX_COLUMNS, MAX_ROWS, Area, Row, filled
from ingest.parse.excel.sheets import Name, detail, events

_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TABLE, _TEXT, _DRAW, _STYLE, _CHART = (
    f"{{{_NAMESPACE}{name}:1.0}}" for name in ("office", "table", "text", "drawing", "style", "chart")
)
_DC = "{http://purl.org/dc/elements/1.1/}"
_LINK: Final = "{http://www.w3.org/1999/xlink}href"
_CONTENT = "content.xml"
_MOST_ROWS, _MOST_COLUMNS = 1_000, 256  # a cell that is repeated further says nothing more, but may fill a disk
_FIGURES = frozenset({"float", "percentage", "currency", "boolean"})
_UNSEEN = frozenset({"collapse", "filter"})
_VALUES = ("string-value", "value", "date-value", "time-value", "boolean-value")
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")


def read(source: Source, options: ReadOptions) -> Iterator[Event]:
    """Reads a spreadsheet in constant memory, values as it displayed them when it was saved.

    Raises what `check_archive` and `unlocked` raise, DamagedFile where nothing can be read, NoText where there is
    nothing to read.
    """
    check_archive(source, options)
    try:
        stream = unlocked(source, options)
    except BROKEN as error:
        raise DamagedFile(source.name, detail=detail(error)) from error
    if stream is not source.stream:
        check_archive(Source(source.name, stream, stream.tell()), options)
    with zipfile.ZipFile(stream) as package:
        try:
            spreadsheet = Spreadsheet(package)
        except BROKEN as error:
            raise DamagedFile(source.name, detail=detail(error)) from error
        yield from events(spreadsheet.sheets, source.name, BROKEN)


class Spreadsheet:
    """An open spreadsheet. What stands in its one part is read twice: for the sheets there are, and for their rows."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self.package = package
        self.sheets: list[OpenSheet] = []
        self._names: dict[str, list[Name]] = {}
        self._survey()
        self._stream: Iterator[tuple[str, etree._Element]] | None = None
        self._broken: Exception | None = None

    def rows_of(self, sheet: "OpenSheet") -> Iterator[etree._Element]:
        """Rows and drawings of a sheet as they stand in the part; the sheets must be asked for in their order."""
        try:
            if self._broken is not None:
                raise self._broken
            self._stream = self._stream or self._parse("table", "table-row", "shapes")
            depth = 0
            for event, element in self._stream:
                if element.tag == f"{_TABLE}table":
                    depth += 1 if event == "start" else -1
                    if depth == 0:
                        forget(element)
                        return
                elif event == "end" and depth == 1:
                    yield element
                    forget(element)
        except BROKEN as error:
            self._broken = error
            raise

    def names_of(self, sheet: str) -> Sequence[Name]:
        """The names of the ranges on a sheet."""
        return self._names.get(sheet, ())

    def chart(self, link: str) -> str:
        """The titles of a chart that is embedded under a name."""
        part = f"{link.removeprefix('./').rstrip('/')}/{_CONTENT}"
        if part not in self.package.NameToInfo:
            return ""
        tree = root(self.package, part)
        titles = [
            " ".join("".join(title.itertext()).split()) for title in tree.iter(f"{_CHART}title", f"{_CHART}subtitle")
        ]
        return f"Chart: {'; '.join(filter(None, titles))}" if any(titles) else ""

    def _parse(self, *tags: str) -> Iterator[tuple[str, etree._Element]]:
        with self.package.open(_CONTENT) as stream:
            wanted = [f"{_TABLE}{tag}" for tag in tags]
            yield from etree.iterparse(
                stream, events=("start", "end"), tag=[*wanted, f"{_STYLE}style"], resolve_entities=False, huge_tree=True
            )

    def _survey(self) -> None:
        """Which sheets there are, and what is hidden of them."""
        unseen: set[str | None] = set()
        depth = 0
        column = 0
        for event, element in self._parse("table", "table-column", "table-row", "named-range"):
            tag = element.tag
            if tag == f"{_TABLE}table":
                depth += 1 if event == "start" else -1
                if event == "start" and depth == 1:
                    column = 0
                    hidden = element.get(f"{_TABLE}style-name") in unseen
                    self.sheets.append(OpenSheet(self, element.get(f"{_TABLE}name", ""), hidden=hidden))
            elif event == "start":
                continue
            elif tag == f"{_STYLE}style":
                if any(child.get(f"{_TABLE}display") == "false" for child in element):
                    unseen.add(element.get(f"{_STYLE}name"))
            elif tag == f"{_TABLE}table-column" and depth == 1:
                first, column = column + 1, min(column + _count(element, "columns-repeated", MAX_COLUMNS), MAX_COLUMNS)
                if _is_hidden(element):
                    self.sheets[-1].hidden_columns |= frozenset(range(first, column + 1))
            elif tag == f"{_TABLE}named-range":
                self._add_name(element.get(f"{_TABLE}name", ""), element.get(f"{_TABLE}cell-range-address", ""))
            else:
                forget(element)

    def _add_name(self, name: str, address: str) -> None:
        """A name for an address like `$'My sheet'.$A$1:.$B$2`."""
        first, _, last = address.partition(":")
        sheet, _, start = first.rpartition(".")
        reference = f"{start}:{last.rpartition('.')[2]}" if last else start
        area = Area.of(reference)
        if area is not None and not name.startswith("_"):
            sheet = sheet.removeprefix("$")
            sheet = sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet
            self._names.setdefault(sheet, []).append(Name(name, area))


class OpenSheet:
    """A sheet of an OpenDocument spreadsheet."""

    row_count: int | None = None

    def __init__(self, spreadsheet: Spreadsheet, name: str, *, hidden: bool) -> None:
        self._spreadsheet = spreadsheet
        self._remarks: list[Element] = []
        self.name = name
        self.hidden = hidden
        self.hidden_columns: frozenset[int] = frozenset()

    @property
    def names(self) -> Sequence[Name]:
        """The names of its ranges."""
        return self._spreadsheet.names_of(self.name)

    def rows(self) -> Iterator[Row]:
        """The rows, merged cells filled; raises what lxml and zipfile raise, where the part is broken."""
        return filled(self._rows())

    def _rows(self) -> Iterator[Row]:
        number = 0
        for element in self._spreadsheet.rows_of(self):
            if element.tag == f"{_TABLE}shapes":
                self._note_drawings(element, None)
                continue
            times = _count(element, "rows-repeated", MAX_ROWS)
            row = self._row(element, number + 1)
            if row.texts:
                yield row
                for repeated in range(number + 2, number + min(times, _MOST_ROWS) + 1):
                    yield Row(repeated, dict(row.texts), list(row.figures), hidden=row.hidden)
            number += times

    def _row(self, element: etree._Element, number: int) -> Row:
        texts: dict[int, str] = {}
        figures: list[int] = []
        merges: list[Area] = []
        column = 1
        for cell in element.iterchildren(*_CELLS):
            times = _count(cell, "columns-repeated", MAX_COLUMNS)
            if len(cell) or cell.get(f"{_OFFICE}value-type"):
                text = _shown(cell)
                columns = range(column, min(column + min(times, _MOST_COLUMNS), MAX_COLUMNS + 1)) if text else ()
                texts.update(dict.fromkeys(columns, text))
                if cell.get(f"{_OFFICE}value-type") in _FIGURES:
                    figures.extend(columns)
                across, down = _count(cell, "columns-spanned", MAX_COLUMNS), _count(cell, "rows-spanned", MAX_ROWS)
                if across > 1 or down > 1:
                    merges.append(Area(number, column, number + down - 1, column + across - 1))
                self._note_drawings(cell, str(Area(number, column, number, column)))
            column += times
        return Row(number, texts, figures, _is_hidden(element), merges)

    def _note_drawings(self, element: etree._Element, place: str | None) -> None:
        """Keeps comments, charts and text boxes until the rows are done."""
        for child in element:
            if child.tag == f"{_OFFICE}annotation":
                author = child.findtext(f"{_DC}creator") or ""
                self._note(Kind.COMMENT, signed(author, _paragraphs(child)), place)
            elif child.tag == f"{_DRAW}frame":
                for inner in child:
                    if inner.tag == f"{_DRAW}object":
                        self._note(Kind.CAPTION, self._spreadsheet.chart(inner.get(_LINK, "")), place)
                    elif inner.tag == f"{_DRAW}text-box":
                        self._note(Kind.TEXT, _paragraphs(inner), place)
            elif child.tag in (f"{_DRAW}custom-shape", f"{_DRAW}rect"):
                self._note(Kind.TEXT, _paragraphs(child), place)

    def _note(self, kind: Kind, text: str, place: str | None) -> None:
        if text:
            self._remarks.append(Element(kind, text, sheet=self.name, cells=place, hidden=self.hidden))

    def drawings(self) -> Sequence[Element]:
        """None yet: they stand among the rows."""
        return ()

    def remarks(self) -> Sequence[Element]:
        """Charts, text boxes and comments, once the rows have been read."""
        return self._remarks


def _count(element: etree._Element, what: str, most: int) -> int:
    written = element.get(f"{_TABLE}number-{what}", "1")
    return max(1, min(int(written), most)) if written.isdecimal() else 1


def _is_hidden(element: etree._Element) -> bool:
    return element.get(f"{_TABLE}visibility") in _UNSEEN


def _shown(cell: etree._Element) -> str:
    """The text a cell displays; its value where a program stored none."""
    text = _paragraphs(cell)
    if text or any(child.tag == f"{_TEXT}p" for child in cell):
        return text
    value = next((found for name in _VALUES if (found := cell.get(f"{_OFFICE}{name}"))), "")
    try:
        return general(float(value)) if cell.get(f"{_OFFICE}value-type") == "float" else value
    except (ValueError, OverflowError):
        return value


def _paragraphs(element: etree._Element) -> str:
    return "\n".join(_line(child) for child in element.iterchildren(f"{_TEXT}p")).strip()


_BREAKS: Mapping[str, str] = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}


def _line(element: etree._Element) -> str:
    parts = [element.text or ""]
    for child in element:
        if child.tag == f"{_TEXT}s":
            written = child.get(f"{_TEXT}c", "1")
            parts.append(" " * (min(int(written), 100) if written.isdecimal() else 1))
        elif child.tag in _BREAKS:
            parts.append(_BREAKS[child.tag])
        elif isinstance(child.tag, str) and child.tag != f"{_OFFICE}annotation":
            parts.append(_line(child))
        parts.append(child.tail or "")
    return "".join(parts)
