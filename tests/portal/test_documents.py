"""Documents: stores, uploads of every kind, live standings, and what is done with many files at once."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from server.samples import documents
from tests.portal.browsing import PHONE, Visit, sign_in, visiting
from tests.serving import Serving, upload

HOSTILE = "<img src=x onerror=alert(1)>\u202efdp.txt"
CHINESE = "采购合同（第三版）.txt"
BROKEN = b"%PDF-1.7\n1 0 obj << /Type /Catalog >>"
SECONDS = 60_000


@pytest.fixture
def store(api: httpx.Client, request: pytest.FixtureRequest) -> dict[str, Any]:
    """A store of the test's own."""
    made: dict[str, Any] = api.post("/v1/vector_stores", json={"name": request.node.name.removeprefix("test_")}).json()
    return made


def shown(visit: Visit, store: dict[str, Any], query: str = "") -> Page:
    page = visit.open(f"/documents/{store['id']}{query}")
    expect(page.get_by_role("heading", name=store["name"])).to_be_visible()
    return page


def choose(page: Page, *files: dict[str, Any] | Path, folder: bool = False) -> None:
    page.locator("input[webkitdirectory]" if folder else "input[multiple]").set_input_files(list(files))  # type: ignore[arg-type]


def text(name: str, content: str) -> dict[str, Any]:
    return {"name": name, "mimeType": "text/plain", "buffer": content.encode()}


def row(page: Page, name: str) -> Any:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


def drop(page: Page, files: list[tuple[str, bytes]]) -> None:
    """Drops files, as a file manager would."""
    transfer = page.evaluate_handle(
        """files => { const transfer = new DataTransfer();
        for (const [name, bytes] of files) transfer.items.add(new File([new Uint8Array(bytes)], name));
        return transfer; }""",
        [[name, list(content)] for name, content in files],
    )
    for event in ("dragenter", "dragover"):
        page.dispatch_event(".drop-place", event, {"dataTransfer": transfer})
    expect(page.get_by_text("Drop to add to")).to_be_visible()
    page.dispatch_event(".drop-place", "drop", {"dataTransfer": transfer})


def names(api: httpx.Client, store: str) -> list[str]:
    return sorted(one["filename"] for one in api.get(f"/v1/vector_stores/{store}/files?limit=1000").json()["data"])


def test_a_store_is_made_renamed_and_deleted(visit: Visit, api: httpx.Client) -> None:
    page = visit.open("/documents")
    page.get_by_role("button", name="New store").click()
    page.get_by_label("Name", exact=True).fill("Verträge 合同")
    page.get_by_label("What is in it").fill("What we signed")
    visit.shoot("documents-new-store")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Verträge 合同")).to_be_visible()
    expect(page.get_by_text("Drop files or whole folders here")).to_be_visible()
    visit.examine("documents-empty-store")
    page.get_by_role("button", name="More for Verträge").click()
    page.get_by_role("menuitem", name="Name and description").click()
    page.get_by_label("Name", exact=True).fill("Contracts")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Contracts")).to_be_visible()
    page.get_by_role("button", name="More for Contracts").click()
    page.get_by_role("menuitem", name="Delete the store").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page).to_have_url(re.compile("/documents$"))
    assert "Contracts" not in [one["name"] for one in api.get("/v1/vector_stores?limit=100").json()["data"]]


def test_real_files_are_chosen_read_and_shown_as_they_stand(visit: Visit, store: dict[str, Any]) -> None:
    ends = {".docx", ".xlsx", ".pdf", ".png"}
    files = {path.suffix: path for path in documents() if path.suffix in ends}
    assert set(files) == ends
    page = shown(visit, store)
    choose(page, *files.values())
    for path in files.values():
        expect(row(page, path.name).get_by_text("Ready")).to_be_visible(timeout=SECONDS)
    expect(page.get_by_role("status").filter(has_text="4 uploaded")).to_be_visible()
    page.get_by_role("button", name="Close the list of uploads").click()
    visit.examine_in_both_languages("documents-store", page.get_by_role("table").wait_for)


def test_dropped_files_are_put_into_the_store_whatever_they_are_called(
    visit: Visit, store: dict[str, Any], api: httpx.Client
) -> None:
    page = shown(visit, store)
    drop(page, [(CHINESE, "交货期为三周。".encode()), (HOSTILE, b"Harmless."), ("tool.exe", b"MZ"), (".DS_Store", b"x")])
    expect(page.get_by_role("dialog")).to_contain_text("1 of 3 files cannot be read")
    expect(page.get_by_role("dialog")).to_contain_text(".xlsx")
    visit.examine("documents-refused")
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    kept = HOSTILE.replace("\u202e", "")  # a name that reads backwards deceives: Lectern takes that away
    for name in (CHINESE, kept):
        expect(row(page, name).get_by_text("Ready")).to_be_visible(timeout=SECONDS)
    assert names(api, store["id"]) == sorted([CHINESE, kept])
    visit.shoot("documents-hostile-names")


def test_a_folder_keeps_its_places_and_a_second_time_asks_what_to_do(
    visit: Visit, store: dict[str, Any], api: httpx.Client, tmp_path: Path
) -> None:
    folder = tmp_path / "规程"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "note.txt").write_text("The pump stands in hall 3.")
    (folder / "note.txt").write_text("The pump is green.")
    page = shown(visit, store)
    choose(page, folder, folder=True)
    expect(page.get_by_role("status").filter(has_text="2 uploaded")).to_be_visible(timeout=SECONDS)
    expect(page.get_by_text("规程/a/b", exact=True)).to_be_visible(timeout=SECONDS)
    listed = api.get(f"/v1/vector_stores/{store['id']}/files").json()["data"]
    assert sorted(one["attributes"]["path"] for one in listed) == ["规程/a/b/note.txt", "规程/note.txt"]
    expect(page.get_by_text("Ready")).to_have_count(3, timeout=SECONDS)  # two rows, and the filter

    (folder / "note.txt").write_text("The pump is red.")
    choose(page, folder, folder=True)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("2 of 2 files have the name")
    visit.shoot("documents-doubles")
    dialog.get_by_role("button", name="Replace").click()
    expect(page.get_by_role("status").filter(has_text="4 uploaded")).to_be_visible(timeout=SECONDS)
    page.wait_for_function(
        "async store => (await (await fetch(`/v1/vector_stores/${store}`)).json()).file_counts.completed === 2",
        arg=store["id"],
    )
    before = {one["id"] for one in listed}
    expect(page.get_by_role("row")).to_have_count(3, timeout=SECONDS)
    assert not before & {one["id"] for one in api.get(f"/v1/vector_stores/{store['id']}/files").json()["data"]}
