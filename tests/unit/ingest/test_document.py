import json
import re
from collections.abc import Iterator

import pytest

from ingest.document import dump, load, to_json, to_markdown
from ingest.model import Box, Element, Event, Kind, Loss, Notice, Progress

TABLE = Element(
    Kind.TABLE,
    "Name | Sum\na|b | 1",
    sheet="Costs",
    cells="A2:B2",
    hidden=True,
    rows=(("Name", "Sum"), ("a|b", "1\n2")),
    header_rows=1,
    row_numbers=(2,),
)
SCANNED = Element(Kind.TEXT, "漢字 and \u2028 text", page=3, box=Box(0.1, 0.2, 0.3, 0.4), confidence=0.875)
EVENTS: list[Event] = [
    Element(Kind.TITLE, "Travel\nexpenses", level=2, page=3),
    SCANNED,
    Element(Kind.LIST_ITEM, "Taxi", level=2),
    TABLE,
    Progress(3, None),
    Progress(4, 9, "rows"),
    Loss("page 4 -- blank", page=4),
    Loss("sheet 2", sheet="Two"),
    Notice("the text layer is nonsense", page=5),
]


@pytest.mark.parametrize("event", EVENTS)
def test_event_is_one_line_and_comes_back_equal(event: Event) -> None:
    line = dump(event)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert load(line) == event


def test_every_kind_of_element_comes_back() -> None:
    assert [load(dump(Element(kind, "x"))) for kind in Kind] == [Element(kind, "x") for kind in Kind]


def test_lone_surrogates_do_not_stop_a_document() -> None:
    element = Element(Kind.TABLE, "a\ud800b", rows=(("\udfff", "ok"),))
    assert load(dump(element)) == Element(Kind.TABLE, "a\ufffdb", rows=(("\ufffd", "ok"),))


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"3", b"{}", b'{"kind":"Nonsense","text":""}', b'{"kind":"Title"}'])
def test_what_is_no_event_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"event|JSON|unexpected|empty"):
        load(line)


def test_markdown_shows_structure_places_and_losses() -> None:
    text = "".join(to_markdown(EVENTS))
    assert "<!-- page 3 -->\n\n## Travel expenses\n\n" in text
    assert "\n  - Taxi\n" in text
    assert "<!-- sheet Costs -->\n\n| Name | Sum |\n| --- | --- |\n| a\\|b | 1<br>2 |\n" in text
    assert "<!-- not read: page 4 - - blank -->" in text


def test_markdown_of_a_table_without_header_has_an_empty_one() -> None:
    element = Element(Kind.TABLE, "a | b\nc", rows=(("a", "b"), ("c",)))
    assert "".join(to_markdown([element])) == "|   |   |\n| --- | --- |\n| a | b |\n| c |  |\n\n"


def test_json_is_one_object_with_elements_warnings_and_the_facts_known_at_the_end() -> None:
    pages = 0

    def events() -> Iterator[Event]:
        nonlocal pages
        yield from EVENTS
        pages = 4

    found = json.loads("".join(to_json(events(), lambda: {"name": "a.pdf", "pages": pages})))
    assert found["name"] == "a.pdf"
    assert found["pages"] == 4
    assert [element["type"] for element in found["elements"]] == ["Title", "NarrativeText", "ListItem", "Table"]
    assert found["elements"][1] == {
        "type": "NarrativeText",
        "text": SCANNED.text,
        "page": 3,
        "box": [0.1, 0.2, 0.3, 0.4],
        "cells": None,
        "confidence": 0.875,
        "parser": None,
    }
    assert found["elements"][3]["rows"] == [["Name", "Sum"], ["a|b", "1\n2"]]
    assert found["warnings"] == [
        {"type": "loss", "message": "page 4 -- blank", "page": 4, "sheet": None},
        {"type": "loss", "message": "sheet 2", "page": None, "sheet": "Two"},
        {"type": "notice", "message": "the text layer is nonsense", "page": 5, "sheet": None},
    ]


def test_json_of_an_empty_document_is_valid() -> None:
    assert json.loads("".join(to_json([]))) == {"elements": [], "warnings": []}


def test_markdown_keeps_what_is_not_the_documents_own_text_in_comments() -> None:
    kinds = (Kind.HEADER, Kind.FOOTER, Kind.COMMENT)
    text = "".join(to_markdown([Element(kind, "see --> page --- 3") for kind in kinds]))
    assert re.sub(r"<!--.*?-->", "", text).split() == []
    assert "<!-- comment: see - -> page - - - 3 -->" in text
    assert "<!-- notice: blurred -->" in "".join(to_markdown([Notice("blurred", page=2)]))
