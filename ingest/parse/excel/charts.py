"""Charts on sheets: their titles, and the numbers they were drawn from."""

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from ingest.parse.excel.formats import general, renderer
from ingest.parse.excel.parts import local_name, named
from ingest.parse.rows import Row

_KIND = re.compile(r"(\w+?)(3D)?Chart")
_MOST_SERIES = 50
_MOST_POINTS = 200  # a longer chart shows a shape, not numbers; those stand in the cells
_CATEGORIES = ("cat", "xVal")
_VALUES = ("val", "yVal")


def caption(chart: etree._Element) -> str:
    """Kind, title, axes and series of a chart in one line; "" if it says nothing."""
    plots = _plots(chart)
    kinds = [_KIND.fullmatch(local_name(plot)) for plot in plots]
    names = list(dict.fromkeys(f"{kind[1].capitalize()} chart" for kind in kinds if kind)) or ["Chart"]
    title = next(_titles(named(chart, "chart")), "")
    axes = _said(_titles([*_axes(plots), *named(chart, "axis")]))
    series = _said(_text(child) for one in named(chart, "ser", "series") for child in one if local_name(child) == "tx")
    facts = [
        f"{' and '.join(names)}: {title}" if title else " and ".join(names),
        *(f"{what}: {', '.join(found)}" for what, found in (("axes", axes), ("series", series)) if found),
    ]
    return "; ".join(facts) if title or len(facts) > 1 else ""


def numbers(chart: etree._Element) -> tuple[Row, ...]:
    """What a chart was drawn from, as the names of its series and a row for each category; empty if that is unknown.

    The values are those that the chart kept: they may come from another file.
    """
    series = [one for one in named(chart, "ser") if local_name(one.getparent()).endswith("Chart")]
    columns = [_points(one, _VALUES) for one in series]
    categories: dict[int, str] = {}
    for one in series:
        categories = _points(one, _CATEGORIES) | categories
    indices = sorted({index for points in (*columns, categories) for index in points})
    if not any(columns) or len(series) > _MOST_SERIES or len(indices) > _MOST_POINTS:
        return ()
    names = [next((_text(child) for child in one if local_name(child) == "tx"), "") for one in series]
    rows = [
        (categories.get(index, str(index + 1)), *(points.get(index, "") for points in columns)) for index in indices
    ]
    base = next(_titles(_axes(_plots(chart))[:1]), "")
    return (base, *names), *rows


def _plots(chart: etree._Element) -> list[etree._Element]:
    return [child for area in named(chart, "plotArea") for child in area]


def _axes(plots: Iterable[etree._Element]) -> list[etree._Element]:
    """The axes, that of the categories first."""
    axes = [plot for plot in plots if local_name(plot).endswith("Ax")]
    return sorted(axes, key=lambda axis: local_name(axis) == "valAx")


def _titles(elements: Iterable[etree._Element]) -> Iterator[str]:
    return (_text(child) for element in elements for child in element if local_name(child) == "title")


def _said(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, texts)))[:_MOST_SERIES]


def _text(element: etree._Element) -> str:
    """What is written in a title or a name: as text, or as the values that its reference last had."""
    written = "".join(child.text or "" for child in named(element, "t"))
    return " ".join((written or " ".join(child.text or "" for child in named(element, "v"))).split())


def _points(series: etree._Element, kinds: tuple[str, ...]) -> dict[int, str]:
    """The kept values of a series by their position, as displayed."""
    points: dict[int, str] = {}
    for data in series:
        if local_name(data) in kinds:
            is_number = any(True for _ in named(data, "numRef", "numLit"))
            code = next((child.text or "" for child in named(data, "formatCode")), "General")
            for point in named(data, "pt"):
                index = point.get("idx", "")
                value = next((child.text or "" for child in named(point, "v")), "").strip()
                if index.isdecimal() and value:
                    # A point of several levels of categories has as many values.
                    shown = _shown(value, point.get("formatCode", code)) if is_number else value
                    points[int(index)] = f"{shown} {points[int(index)]}" if int(index) in points else shown
    return points


def _shown(value: str, code: str) -> str:
    try:
        return renderer(code)(float(value)) if code.lower() != "general" else general(float(value))
    except (ValueError, OverflowError):
        return value
