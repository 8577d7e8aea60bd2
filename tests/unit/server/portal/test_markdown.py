"""Markdown as the portal's pages read and draw it."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.issuer import node

PORTAL = Path(__file__).parents[4] / "server" / "portal"
READ = """
import { drawMarkdown, lexed } from "./components/markdown_tokens.js";
import { Blocks } from "./components/answer/blocks.js";
const text = JSON.parse(process.argv[2]);
const shown = [];
drawMarkdown(text, { text: (plain) => shown.push(plain), code: () => null });
const types = lexed(text).map((one) => one.type).filter((type) => type !== "space");
const blocks = new Blocks().feed(text).map((one) => one.raw);
console.log(JSON.stringify({ types, shown, blocks }));
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The portal's modules as they are served, and a script that reads Markdown with them."""
    folder = tmp_path_factory.mktemp("modules")
    shutil.copytree(PORTAL / "static" / "components", folder / "components")
    shutil.copytree(PORTAL / "built" / "libraries", folder / "libraries")
    (folder / "package.json").write_text('{"type": "module"}')
    path = folder / "read.js"
    path.write_text(READ)
    return path


def read(script: Path, text: str) -> dict[str, Any]:
    run = subprocess.run([node(), str(script), json.dumps(text)], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize(
    "text", [">" * 3000 + "word", "> " * 200 + "word", "- " * 3000 + "word"], ids=lambda one: one[:9]
)
def test_markdown_that_nests_too_deeply_is_shown_as_it_was_written(script: Path, text: str) -> None:
    assert read(script, text) == {"types": ["plain"], "shown": [text], "blocks": [text]}


def test_markdown_that_nests_as_people_write_it_is_drawn(script: Path) -> None:
    text = "> " * 20 + "word\n\n" + "".join("  " * level + "- item\n" for level in range(10))
    found = read(script, text)
    assert found["types"] == ["blockquote", "list"]
    assert found["shown"] == ["word", *["item"] * 10]
