"""What is drawn on a sheet: charts, the text of shapes, the descriptions of pictures."""

import zipfile
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree
from openpyxl.xml.constants import REL_NS

from ingest.model import Element, Kind
from ingest.parse.excel.charts import caption, numbers
from ingest.parse.excel.parts import links, local_name, named, root, targets
from ingest.parse.excel.rows import Area
from ingest.parse.rows import tables


def drawn(package: zipfile.ZipFile, sheet: str) -> Iterator[Element]:
    """What the drawings of a sheet part say, in the order drawn, with the cells they lie over."""
    for part in targets(package, sheet, "drawing"):
        known = {link.id: link.part for link in links(package, part)}
        for anchor in root(package, part):
            place = _place(anchor)
            for piece in _pieces(anchor):
                for element in _elements(package, known, piece):
                    yield replace(element, cells=place)


def _pieces(anchor: etree._Element) -> Iterator[etree._Element]:
    """Shapes, pictures and frames of charts, once each: alternatives for older programs are passed over."""
    for child in anchor:
        name = local_name(child)
        if name in {"sp", "pic", "graphicFrame"}:
            yield child
        elif name in {"grpSp", "AlternateContent", "Choice"}:
            yield from _pieces(child)


def _elements(package: zipfile.ZipFile, known: dict[str, str], piece: etree._Element) -> Iterator[Element]:
    match local_name(piece):
        case "sp":
            text = "\n".join(_paragraphs(piece))
            if text:
                yield Element(Kind.TEXT, text)
        case "pic":
            text = next((facts.get("descr", "") for facts in named(piece, "cNvPr")), "").strip()
            if text:
                yield Element(Kind.CAPTION, text)
        case _:
            for chart in named(piece, "chart"):
                part = known.get(chart.get(f"{{{REL_NS}}}id", ""))
                if part is not None:
                    yield from _chart(root(package, part))


def _chart(chart: etree._Element) -> Iterator[Element]:
    text = caption(chart)
    rows = numbers(chart)
    if text:
        yield Element(Kind.CAPTION, text)
    if rows:
        yield from tables(rows, 1)


def _paragraphs(shape: etree._Element) -> Iterator[str]:
    for paragraph in named(shape, "p"):
        text = "".join(child.text or "" for child in named(paragraph, "t")).strip()
        if text:
            yield text


def _place(anchor: etree._Element) -> str | None:
    """The cells that a drawing lies over."""
    corners = {local_name(child): child for child in anchor if local_name(child) in {"from", "to"}}
    numbers = [
        int(child.text or 0) + 1
        for corner in (corners.get("from"), corners.get("to", corners.get("from")))
        for child in (corner if corner is not None else ())
        if local_name(child) in {"row", "col"} and (child.text or "").isdecimal()
    ]
    if len(numbers) != 4:
        return None
    left, top, right, bottom = numbers
    return str(Area(top, left, bottom, right))
