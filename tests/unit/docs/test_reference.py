"""The reference pages say what the code says."""

import inspect
import re
from enum import Enum
from pathlib import Path
from types import ModuleType

import pytest

import ingest.errors
import server.errors
from ingest.errors import UnreadableFile
from ingest.formats import FORMATS
from server.errors import LecternError
from server.settings import Settings

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def table(page: str, columns: int) -> dict[str, tuple[str, ...]]:
    """First cell, without its backticks, -> the other cells of every table row of so many columns."""
    rows = {}
    for line in (REFERENCE / page).read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
        if len(cells) == columns and cells[0].startswith("`"):
            rows[cells[0].strip("`")] = tuple(cells[1:])
    return rows


def written(default: object) -> str:
    if default is None or default == "":
        return "empty"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default.value if isinstance(default, Enum) else default}`"


def test_settings_page_has_every_setting_with_its_default_and_help() -> None:
    expected = {
        f"LECTERN_{name.upper()}": (written(field.default), str(field.description))
        for name, field in Settings.model_fields.items()
    }
    assert table("settings.md", 3) == expected


def errors_of(module: ModuleType, base: type[Exception]) -> list[type[Exception]]:
    found = [one for _, one in inspect.getmembers(module, inspect.isclass) if issubclass(one, base)]
    return [one for one in found if one.__module__.startswith(module.__name__)]


def as_cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def test_errors_page_has_every_api_error_with_its_status_and_message() -> None:
    expected = {
        one.code: (str(one.status), f"`{one.type}`", as_cell(one.__doc__))
        for one in errors_of(server.errors, LecternError)
        if issubclass(one, LecternError)
    }
    assert table("errors.md", 4) == expected


def test_errors_page_has_every_reason_a_file_cannot_be_read() -> None:
    expected = {
        one.code: (as_cell(one.__doc__),)
        for one in errors_of(ingest.errors, UnreadableFile)
        if issubclass(one, UnreadableFile)
    }
    assert table("errors.md", 2) == expected


def test_formats_page_has_every_format() -> None:
    expected = {media_type: (form.label, " ".join(form.extensions)) for media_type, form in FORMATS.items()}
    found = {media_type: (cells[0], cells[1].replace("`", "")) for media_type, cells in table("formats.md", 4).items()}
    assert found == expected


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in local if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_pages_name_only_settings_there_are(page: Path) -> None:
    known = {f"LECTERN_{name.upper()}" for name in Settings.model_fields} | {"LECTERN_URL", "LECTERN_API_KEY"}
    named = set(re.findall(r"LECTERN_[A-Z_]*[A-Z]", page.read_text("utf-8")))
    assert named <= known
