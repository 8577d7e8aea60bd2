"""The grid of a Word table: merged cells filled, deleted rows left out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from ingest.parse.labels import continues_header, looks_like_header
from ingest.parse.word.package import VAL, W, is_on, number, value
from ingest.parse.word.pages import Pages

MOST_COLUMNS = 200  # Word itself ends at 63
_TRANSPARENT = (f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins")

CellText = Callable[[etree._Element, Pages], str]


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row with the page it begins on; `is_header` where Word repeats it on every page."""

    cells: tuple[str, ...]
    page: int | None
    is_header: bool


def through(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    """The children with a tag, also those within content controls and the like."""
    for child in parent.iterchildren(etree.Element):
        if child.tag == tag:
            yield child
        elif child.tag in _TRANSPARENT:
            yield from through(child, tag)


def read_rows(table: etree._Element, text: CellText, pages: Pages) -> list[TableRow]:
    """The rows of a table; a cell that spans others repeats its text in each. `text` reads one cell."""
    rows: list[TableRow] = []
    above: dict[int, str] = {}
    for row in through(table, f"{W}tr"):
        properties = row.find(f"{W}trPr")
        if properties is not None and properties.find(f"{W}del") is not None:
            continue
        page: int | None = None
        before, furthest = pages.copy(), pages.copy()
        cells: list[str] = [""] * min(number(value(properties, "gridBefore")) or 0, MOST_COLUMNS)
        for cell in through(row, f"{W}tc"):
            facts = cell.find(f"{W}tcPr")
            if facts is not None and facts.find(f"{W}cellDel") is not None:
                continue
            # Cells stand side by side: every one of them begins where the row does.
            own = before.copy()
            shown = _text_from_above(facts, above, len(cells)) or text(cell, own)
            page = page or own.first_text
            if furthest.is_behind(own):
                furthest = own
            span = max(number(value(facts, "gridSpan")) or 1, 1)
            if _continues(facts, "hMerge") and cells:
                shown = cells[-1]
            cells.extend([shown] * min(span, MOST_COLUMNS - len(cells)))
        pages.take(furthest)
        above = dict(enumerate(cells))
        rows.append(TableRow(tuple(cells), page or before.page, is_on(properties, "tblHeader") or False))
    width = max((len(row.cells) for row in rows), default=0)
    return [TableRow(row.cells + ("",) * (width - len(row.cells)), row.page, row.is_header) for row in rows]


def header_depth(rows: Sequence[TableRow]) -> int:
    """How many rows at the top name the columns: as the author says, else one if it looks so."""
    depth = next((index for index, row in enumerate(rows) if not row.is_header), 0)
    if not depth and len(rows) > 1 and len(set(rows[0].cells)) > 1:
        depth = int(looks_like_header(rows[0].cells, rows[1].cells))
    if depth == 1 and len(rows) > 2 and continues_header(rows[0].cells, rows[1].cells):
        return 2
    return depth


def _continues(facts: etree._Element | None, merge: str) -> bool:
    found = None if facts is None else facts.find(f"{W}{merge}")
    return found is not None and found.get(VAL, "continue") == "continue"


def _text_from_above(facts: etree._Element | None, above: dict[int, str], column: int) -> str:
    return above.get(column, "") if _continues(facts, "vMerge") else ""
