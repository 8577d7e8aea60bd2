"""Documents as data: the events of a reader as JSON lines, and for people as Markdown or one JSON object."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson

from ingest.model import Box, Element, Event, Kind, Loss, Notice, Progress

_PLAIN = ("level", "page", "sheet", "cells", "confidence", "parser", "language")
_ALWAYS = ("page", "box", "cells", "confidence", "parser")
_TWO_HYPHENS = re.compile(r"-(?=-)")
_KINDS = {kind.value: kind for kind in Kind}


def dump(event: Event) -> bytes:
    """One event as a line of JSON, its line end included. Lone surrogates, which no file may hold, become U+FFFD."""
    return _encoded(_record(event)) + b"\n"


def load(line: bytes | memoryview) -> Event:
    """The event of a line. Raises ValueError if the line is not one."""
    try:
        return from_record(orjson.loads(line))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an event: {error}") from error


def from_record(record: dict[str, Any]) -> Event:
    """The event of a decoded line."""
    if "loss" in record:
        return Loss(record["loss"], record.get("page"), record.get("sheet"))
    if "notice" in record:
        return Notice(record["notice"], record.get("page"), record.get("sheet"))
    if "done" in record:
        return Progress(record["done"], record["total"], record["unit"])
    get = record.get
    box = get("box")
    rows = get("rows")
    return Element(
        _KINDS[record["kind"]],
        record["text"],
        get("level"),
        get("page"),
        Box(*box) if box else None,
        get("sheet"),
        get("cells"),
        get("hidden", False),
        get("confidence"),
        tuple(map(tuple, rows)) if rows else (),
        get("header_rows", 0),
        tuple(get("row_numbers", ())),
        get("parser"),
        get("language"),
    )


def to_markdown(events: Iterable[Event]) -> Iterator[str]:
    """A document as Markdown, block by block; every block ends with a blank line.

    What is not the document's own text stands in HTML comments: pages and sheets, running heads, remarks of reviewers,
    losses and notices.
    """
    page: int | None = None
    sheet: str | None = None
    for event in events:
        if isinstance(event, Loss):
            yield _comment(f"not read: {event.message}") + "\n\n"
        elif isinstance(event, Notice):
            yield _comment(f"notice: {event.message}") + "\n\n"
        elif isinstance(event, Element):
            if event.page != page and event.page is not None:
                page = event.page
                yield _comment(f"page {page}") + "\n\n"
            if event.sheet != sheet and event.sheet is not None:
                sheet = event.sheet
                yield _comment(f"sheet {sheet}") + "\n\n"
            yield _block(event) + "\n\n"


def to_json(events: Iterable[Event], facts: Callable[[], Mapping[str, object]] = dict) -> Iterator[str]:
    """A document as one JSON object, piece by piece: `elements`, `warnings`, and facts that are asked for at the end.

    Every element has type, text, page, box, cells, confidence and parser, null where there is none. A warning is a
    `notice`, after which nothing is missing, or a `loss`.
    """
    yield '{"elements": ['
    warnings: list[dict[str, object]] = []
    separator = "\n"
    for event in events:
        if isinstance(event, Loss | Notice):
            kind = "loss" if isinstance(event, Loss) else "notice"
            warnings.append({"type": kind, "message": event.message, "page": event.page, "sheet": event.sheet})
        elif isinstance(event, Element):
            yield separator + _json(_shown(event))
            separator = ",\n"
    yield '\n],\n"warnings": ' + _json(warnings)
    for name, value in facts().items():
        yield f",\n{_json(name)}: {_json(value)}"
    yield "}\n"


def _shown(element: Element) -> dict[str, object]:
    record = _record(element)
    return {"type": record.pop("kind"), "text": record.pop("text"), **dict.fromkeys(_ALWAYS), **record}


def _record(event: Event) -> dict[str, object]:
    """An event as a dict that leaves out what is at its default: a long document is mostly kind, text and page."""
    if isinstance(event, Progress):
        return {"done": event.done, "total": event.total, "unit": event.unit}
    if isinstance(event, Loss):
        return {"loss": event.message, "page": event.page, "sheet": event.sheet}
    if isinstance(event, Notice):
        return {"notice": event.message, "page": event.page, "sheet": event.sheet}
    record: dict[str, object] = {"kind": event.kind.value, "text": event.text}
    for name in _PLAIN:
        value = getattr(event, name)
        if value is not None:
            record[name] = value
    if event.box is not None:
        box = event.box
        record["box"] = (round(box.left, 5), round(box.top, 5), round(box.right, 5), round(box.bottom, 5))
    if event.hidden:
        record["hidden"] = True
    if event.rows:
        record["rows"] = event.rows
        record["header_rows"] = event.header_rows
    if event.row_numbers:
        record["row_numbers"] = event.row_numbers
    return record


def _encoded(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return orjson.dumps(_valid(value))


def _json(value: object) -> str:
    return _encoded(value).decode()


def _valid(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, tuple | list):
        return [_valid(item) for item in value]
    if isinstance(value, dict):
        return {name: _valid(item) for name, item in value.items()}
    return value


def _block(element: Element) -> str:
    if element.rows:
        return _table(element)
    text = element.text
    match element.kind:
        case Kind.TITLE:
            return "#" * min(element.level or 1, 6) + " " + " ".join(text.split())
        case Kind.LIST_ITEM:
            return "  " * ((element.level or 1) - 1) + "- " + text
        case Kind.CODE:
            fence = "````" if "```" in text else "```"
            return f"{fence}\n{text}\n{fence}"
        case Kind.HEADER | Kind.FOOTER | Kind.COMMENT:
            return _comment(f"{element.kind.value.lower()}: {text}")
        case _:
            return f"*Footnote:* {text}" if element.kind is Kind.FOOTNOTE else text


def _comment(text: str) -> str:
    """An HTML comment, which may hold no two hyphens in a row."""
    return f"<!-- {_TWO_HYPHENS.sub('- ', text)} -->"


def _table(element: Element) -> str:
    """A Markdown table; it has one header row, so that the others of a tall header become body rows."""
    rows = [[cell.replace("|", "\\|").replace("\n", "<br>") for cell in row] for row in element.rows]
    width = max(map(len, rows))
    lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows]
    if not element.header_rows:
        lines.insert(0, "|" + "   |" * width)
    lines.insert(1, "|" + " --- |" * width)
    return "\n".join(lines)
