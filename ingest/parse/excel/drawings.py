"""What is drawn on a sheet: the titles of charts, the text of shapes, the descriptions of pictures."""

import re
import zipfile
from collections.abc import Iterable, Iterator

from lxml import etree
from openpyxl.xml.constants import REL_NS

from ingest.model import Kind
from ingest.parse.excel.parts import links, local_name, root, targets
from ingest.parse.excel.rows import Area

_KIND_OF_CHART = re.compile(r"(\w+?)(3D)?Chart")
_MOST_SERIES = 100


def drawn(package: zipfile.ZipFile, sheet: str) -> Iterator[tuple[Kind, str, str | None]]:
    """Kind, text and place of everything on the drawings of a sheet part that says something, in the order drawn."""
    for part in targets(package, sheet, "/drawing"):
        known = {link.Id: str(link.target) for link in links(package, part)}
        for anchor in root(package, part):
            place = _place(anchor)
            for element in _pieces(anchor):
                kind, text = _piece(package, known, element)
                if text:
                    yield kind, text, place


def _pieces(anchor: etree._Element) -> Iterator[etree._Element]:
    """Shapes, pictures and frames of charts, once each: alternatives for older programs are passed over."""
    for child in anchor:
        name = local_name(child)
        if name in {"sp", "pic", "graphicFrame"}:
            yield child
        elif name in {"grpSp", "AlternateContent", "Choice"}:
            yield from _pieces(child)


def _piece(package: zipfile.ZipFile, known: dict[str | None, str], element: etree._Element) -> tuple[Kind, str]:
    match local_name(element):
        case "sp":
            return Kind.TEXT, "\n".join(_paragraphs(element))
        case "pic":
            facts = next((child for child in element.iter() if local_name(child) == "cNvPr"), None)
            return Kind.CAPTION, "" if facts is None else facts.get("descr", "").strip()
        case _:
            chart = next((child for child in element.iter() if local_name(child) == "chart"), None)
            part = known.get(chart.get(f"{{{REL_NS}}}id")) if chart is not None else None
            return Kind.CAPTION, _chart(root(package, part)) if part in package.NameToInfo and part is not None else ""


def _chart(tree: etree._Element) -> str:
    """Title, kind, axes and series of a chart in one line."""
    plots = [child for area in _named(tree, "plotArea") for child in area]
    kinds = [_KIND_OF_CHART.fullmatch(local_name(plot)) for plot in plots]
    names = list(dict.fromkeys(f"{kind[1].capitalize()} chart" for kind in kinds if kind)) or ["Chart"]
    title = next((_text(child) for chart in _named(tree, "chart") for child in chart if _is_title(child)), "")
    axes = [_text(child) for plot in plots if local_name(plot).endswith("Ax") for child in plot if _is_title(child)]
    axes += [_text(child) for axis in _named(tree, "axis") for child in axis if _is_title(child)]
    series = [_text(child) for one in _named(tree, "ser", "series") for child in one if local_name(child) == "tx"]
    facts = [
        f"{' and '.join(names)}: {title}" if title else " and ".join(names),
        *(f"{what}: {', '.join(found)}" for what, found in (("axes", _said(axes)), ("series", _said(series))) if found),
    ]
    return "; ".join(facts) if title or len(facts) > 1 else ""


def _named(tree: etree._Element, *names: str) -> Iterator[etree._Element]:
    return (element for element in tree.iter() if local_name(element) in names)


def _is_title(element: etree._Element) -> bool:
    return local_name(element) == "title"


def _said(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, texts)))[:_MOST_SERIES]


def _text(element: etree._Element) -> str:
    """What is written in a title or a name: as text, or as the values that its reference last had."""
    written = "".join(child.text or "" for child in _named(element, "t"))
    return " ".join((written or " ".join(child.text or "" for child in _named(element, "v"))).split())


def _paragraphs(shape: etree._Element) -> Iterator[str]:
    for paragraph in _named(shape, "p"):
        text = "".join(child.text or "" for child in _named(paragraph, "t")).strip()
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
