"""Markdown as the portal's pages read and draw it."""

import pytest

from tests.unit.server.portal.conftest import Run

READ = """
import { drawMarkdown, lexed } from "./components/markdown_tokens.js";
import { Blocks } from "./components/answer/blocks.js";
const shown = [];
drawMarkdown(given, { text: (plain) => shown.push(plain), code: () => null });
const types = lexed(given).map((one) => one.type).filter((type) => type !== "space");
const blocks = new Blocks().feed(given).map((one) => one.raw);
tell({ types, shown, blocks });
"""


@pytest.mark.parametrize(
    "text", [">" * 3000 + "word", "> " * 200 + "word", "- " * 3000 + "word"], ids=["quotes", "fewer quotes", "lists"]
)
def test_markdown_that_nests_too_deeply_is_shown_as_it_was_written(run: Run, text: str) -> None:
    assert run(READ, text) == {"types": ["plain"], "shown": [text], "blocks": [text]}


def test_markdown_that_nests_as_people_write_it_is_drawn(run: Run) -> None:
    text = "> " * 20 + "word\n\n" + "".join("  " * level + "- item\n" for level in range(10))
    found = run(READ, text)
    assert found["types"] == ["blockquote", "list"]
    assert found["shown"] == ["word", *["item"] * 10]


def test_a_table_is_drawn(run: Run) -> None:
    found = run(READ, "| Code | Meaning |\n| --- | --- |\n| E-27 | Shutter |")
    assert found["types"] == ["table"]
    assert found["shown"] == ["Code", "Meaning", "E-27", "Shutter"]
