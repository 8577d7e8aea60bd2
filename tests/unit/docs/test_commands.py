"""docs/reference/commands.md against the command itself."""

import re
from itertools import takewhile
from pathlib import Path
from typing import Any

import typer.main

from server.commands import app

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "commands.md"


def leaves(command: Any, path: str) -> list[tuple[str, Any]]:
    subs = getattr(command, "commands", None)
    if subs is None:
        return [(path, command)]
    own = [(path, command)] if command.invoke_without_command else []
    return own + [leaf for name, sub in subs.items() for leaf in leaves(sub, f"{path} {name}")]


def told(row: str) -> set[str]:
    """The commands a row of the page is about: `lectern bench search\\|start` is about two."""
    words = list(takewhile(re.compile(r"[a-z|]+").fullmatch, row.replace("\\|", "|").split()))
    return {" ".join([*words[:-1], last]) for last in words[-1].split("|")}


def test_every_command_stands_on_the_page_and_no_other() -> None:
    rows = re.findall(r"^\| `(lectern [^`]+)`", PAGE.read_text("utf-8"), re.MULTILINE)
    commands = leaves(typer.main.get_command(app), "lectern")
    assert set().union(*map(told, rows)) == {path for path, _ in commands}


def test_every_command_explains_itself_with_an_example() -> None:
    for path, command in leaves(typer.main.get_command(app), "lectern"):
        assert "Example: " in (command.help or ""), path
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{path} {parameter.name}"
