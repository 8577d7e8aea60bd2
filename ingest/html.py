"""A document as one HTML page, to see with one's own eyes what a reader saw.

The page is safe to open whatever the document holds: everything is escaped, nothing is loaded, nothing runs. Places,
confidence and reader of a block are data attributes; what was recognised with doubt is underlined.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape

from ingest.model import DOUBTFUL, Element, Event, Kind, Loss, Notice

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto }
th, td { border: 1px solid #8888; padding: .2rem .5rem; text-align: left; vertical-align: top }
p, li, pre, td, th { overflow-wrap: anywhere; white-space: pre-wrap }
.place { border-top: 1px solid #8888; margin-top: 2rem; font-size: .8rem; opacity: .7 }
.aside { font-size: .85rem; opacity: .8 }
.doubtful { text-decoration: underline wavy #c80 }
[data-hidden] { border-left: 4px dotted #888; padding-left: .5rem }
#warnings { border: 1px solid #c80; padding: 0 1rem }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'"
_NOT_IN_HTML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_ASIDE = {Kind.HEADER, Kind.FOOTER, Kind.FOOTNOTE, Kind.COMMENT}


def to_html(events: Iterable[Event], title: str, facts: Callable[[], Mapping[str, object]] = dict) -> Iterator[str]:
    """The page, piece by piece: blocks in reading order, then warnings, then facts that are asked for at the end."""
    yield (
        '<!doctype html>\n<html dir="auto">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
    )
    warnings: list[str] = []
    place: tuple[int | None, str | None] = (None, None)
    depth = 0
    for event in events:
        if isinstance(event, Loss | Notice):
            warnings.append(_warning(event))
        if not isinstance(event, Element):
            continue
        wanted = (event.level or 1) if event.kind is Kind.LIST_ITEM else 0
        moved = (event.page, event.sheet) != place and (event.page, event.sheet) != (None, None)
        if moved:
            yield _lists(depth, 0) + _place(event)
            place, depth = (event.page, event.sheet), 0
        yield _lists(depth, wanted) + _block(event)
        depth = wanted
    yield _lists(depth, 0) + "</main>\n"
    if warnings:
        yield f'<section id="warnings">\n<h2>Warnings</h2>\n<ul>\n{"".join(warnings)}</ul>\n</section>\n'
    terms = "".join(f"<dt>{_text(name)}</dt><dd>{_text(str(value))}</dd>\n" for name, value in facts().items())
    yield f'<footer class="aside">\n<dl>\n{terms}</dl>\n</footer>\n</body>\n</html>\n'


def _text(text: str) -> str:
    return escape(_NOT_IN_HTML.sub("\ufffd", text))


def _lists(depth: int, wanted: int) -> str:
    """The tags between two blocks at these depths of lists."""
    return "<ul>\n" * (wanted - depth) + "</ul>\n" * (depth - wanted)


def _place(element: Element) -> str:
    name = f"sheet {element.sheet}" if element.sheet is not None else f"page {element.page}"
    identity = f' id="page-{element.page}"' if element.page is not None else ""
    return f'<p class="place"{identity}>{_text(name)}</p>\n'


def _warning(event: Loss | Notice) -> str:
    kind = "loss" if isinstance(event, Loss) else "notice"
    place = f"page {event.page}: " if event.page else f"sheet {event.sheet}: " if event.sheet else ""
    return f'<li data-type="{kind}">{_text(place + event.message)}</li>\n'


def _block(element: Element) -> str:
    attributes = _attributes(element)
    if element.rows:
        return _table(element, attributes)
    text = _text(element.text)
    match element.kind:
        case Kind.TITLE:
            tag = f"h{min(element.level or 1, 6)}"
        case Kind.LIST_ITEM:
            tag = "li"
        case Kind.CODE:
            tag = "pre"
        case _:
            tag = "p"
    return f"<{tag}{attributes}>{text}</{tag}>\n"


def _attributes(element: Element) -> str:
    classes = ["aside"] if element.kind in _ASIDE else []
    if element.confidence is not None and element.confidence < DOUBTFUL:
        classes.append("doubtful")
    box = element.box
    values = {
        "class": " ".join(classes),
        "data-type": element.kind.value,
        "data-page": element.page,
        "data-box": f"{box.left:.4f} {box.top:.4f} {box.right:.4f} {box.bottom:.4f}" if box else None,
        "data-cells": element.cells,
        "data-confidence": None if element.confidence is None else f"{element.confidence:.2f}",
        "data-parser": element.parser,
        "data-hidden": "hidden" if element.hidden else None,
        "lang": element.language,
        "dir": "auto",
    }
    return "".join(f' {name}="{_text(str(value))}"' for name, value in values.items() if value not in {None, ""})


def _table(element: Element, attributes: str) -> str:
    head = "".join(_row(row, "th") for row in element.rows[: element.header_rows])
    body = "".join(_row(row, "td") for row in element.rows[element.header_rows :])
    return f"<table{attributes}>\n<thead>\n{head}</thead>\n<tbody>\n{body}</tbody>\n</table>\n"


def _row(row: tuple[str, ...], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{_text(cell)}</{tag}>" for cell in row) + "</tr>\n"
