"""Documents as data: the events of a reader as JSON lines, and for people as Markdown or one JSON object."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import orjson

from ingest.model import Box, Element, Event, Kind, Loss, Notice, Progress

_PLAIN = ("level", "page", "sheet", "cells", "confidence", "parser", "language")
_NOTHING: Mapping[str, object] = MappingProxyType({})
_KINDS = {kind.value: kind for kind in Kind}


def dump(event: Event) -> bytes:
    """One event as a line of JSON, its line end included. Lone surrogates, which no file may hold, become U+FFFD."""
    record = _record(event)
    try:
        return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:
        return orjson.dumps(_valid(record), option=orjson.OPT_APPEND_NEWLINE)


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
    """A document as Markdown, block by block; every block ends with a blank line. Losses come as HTML comments."""
    page: int | None = None
    sheet: str | None = None
    for event in events:
        if isinstance(event, Loss):
            yield f"<!-- not read: {event.message.replace('--', '- -')} -->\n\n"
        elif isinstance(event, Element):
            if event.page != page and event.page is not None:
                page = event.page
                yield f"<!-- page {page} -->\n\n"
            if event.sheet != sheet and event.sheet is not None:
                sheet = event.sheet
                yield f"<!-- sheet {sheet.replace('--', '- -')} -->\n\n"
            yield _block(event) + "\n\n"


def to_json(events: Iterable[Event], facts: Mapping[str, object] = _NOTHING) -> Iterator[str]:
    """A document as one JSON object, piece by piece: facts of its source, if given, then `elements` and `losses`."""
    yield "{"
    for name, value in facts.items():
        yield f"{orjson.dumps(name).decode()}: {orjson.dumps(value).decode()},\n"
    yield '"elements": ['
    losses: list[str] = []
    separator = "\n"
    for event in events:
        if isinstance(event, Loss):
            losses.append(dump(event).decode().rstrip("\n"))
        elif isinstance(event, Element):
            yield separator + dump(event).decode().rstrip("\n")
            separator = ",\n"
    yield '\n],\n"losses": [' + ",\n".join(losses) + "]}\n"


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


def _valid(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, tuple):
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
        case Kind.HEADER | Kind.FOOTER | Kind.FOOTNOTE | Kind.COMMENT:
            return f"*{element.kind.value}:* {text}"
        case _:
            return text


def _table(element: Element) -> str:
    """A Markdown table; it has one header row, so that the others of a tall header become body rows."""
    rows = [[cell.replace("|", "\\|").replace("\n", "<br>") for cell in row] for row in element.rows]
    width = max(map(len, rows))
    lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows]
    if not element.header_rows:
        lines.insert(0, "|" + "   |" * width)
    lines.insert(1, "|" + " --- |" * width)
    return "\n".join(lines)
