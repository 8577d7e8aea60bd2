"""Documents: stores, uploads of every kind, live standings, and what is done with many files at once."""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from ingest.formats import FORMATS
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


class Held:
    """Requests that are never answered."""

    def __init__(self) -> None:
        self.routes: list[Route] = []

    def hold(self, route: Route) -> None:
        self.routes.append(route)


def until(told: Callable[[], bool]) -> None:
    limit = time.monotonic() + SECONDS / 1000
    while not told():
        assert time.monotonic() < limit
        time.sleep(0.2)


def names(api: httpx.Client, store: str) -> list[str]:
    return sorted(one["filename"] for one in api.get(f"/v1/vector_stores/{store}/files?limit=1000").json()["data"])


def test_exactly_what_the_reader_knows_may_be_uploaded() -> None:
    told = Path("server/portal/static/components/uploads/formats.js").read_text()
    ends = {end for ends in re.findall(r"ends: \[(.*?)\]", told) for end in re.findall(r'"(\w+)"', ends)}
    assert ends == {end.removeprefix(".") for known in FORMATS.values() for end in known.extensions}


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
    drop(
        page, [(CHINESE, "交货期为三周。".encode()), (HOSTILE, b"Harmless."), ("tool.exe", b"MZ"), (".DS_Store", b"x")]
    )
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
    before = {one["id"] for one in listed}

    def here() -> set[str]:
        return {one["id"] for one in api.get(f"/v1/vector_stores/{store['id']}/files").json()["data"]}

    until(lambda: len(here()) == 2 and not before & here())
    expect(page.get_by_role("row")).to_have_count(3, timeout=SECONDS)


def test_a_broken_file_says_why_and_is_read_again_when_asked(visit: Visit, store: dict[str, Any]) -> None:
    page = shown(visit, store)
    choose(page, {"name": "broken.pdf", "mimeType": "application/pdf", "buffer": BROKEN}, text("fine.txt", "Fine."))
    failed = row(page, "broken.pdf")
    expect(failed.get_by_text("Failed")).to_be_visible(timeout=SECONDS)
    expect(failed.locator(".reason")).not_to_be_empty()
    page.get_by_role("button", name="Close the list of uploads").click()
    page.get_by_role("group", name="Show").get_by_role("button", name="Failed").click()
    expect(row(page, "fine.txt")).to_be_hidden()
    expect(failed).to_be_visible()
    visit.examine("documents-failed")
    failed.get_by_role("button", name="More for broken.pdf").click()
    with page.expect_response(lambda answer: answer.url.endswith("/file_batches")) as asked:
        page.get_by_role("menuitem", name="Read again").click()
    assert asked.value.json()["file_counts"]["total"] == 1
    expect(page.get_by_text("Being read again: 1")).to_be_visible()


def test_what_is_being_read_shows_how_far_it_is_and_nothing_else_is_asked_about(
    visit: Visit, store: dict[str, Any], api: httpx.Client
) -> None:
    """The progress is told by the API; here a reading stands still at page 12, so that nobody has to be quick."""
    ids = {
        name: api.post("/v1/files", files={"file": (name, b"Text.")}, data={"purpose": "assistants"}).json()["id"]
        for name in ("done.txt", "slow.txt")
    }
    path = f"/v1/vector_stores/{store['id']}/files"
    for file_id in ids.values():
        api.post(path, json={"file_id": file_id})
    asked: list[str] = []
    detail = {"stage": "parsing", "done": 12, "total": 40, "unit": "pages", "rate": 3.1, "seconds_left": 9}
    halts = {"on": True}

    def halt(route: Route) -> None:
        if "ids=" in route.request.url:
            asked.append(route.request.url)
        answer = route.fetch()
        told = answer.json()
        for one in told["data"]:
            if halts["on"] and one["id"] == ids["slow.txt"]:
                one |= {"status": "in_progress", "progress_detail": detail}
        route.fulfill(response=answer, body=json.dumps(told))

    visit.page.route(re.compile(r"/files\?"), halt)
    page = shown(visit, store)
    slow = row(page, "slow.txt")
    expect(slow).to_contain_text("Reading 12/40 pages · 9 s left")
    expect(slow.get_by_role("progressbar")).to_have_attribute("value", "12")
    expect(row(page, "done.txt")).to_contain_text("Ready", timeout=SECONDS)
    asked.clear()
    for _ in range(2):
        with page.expect_request(re.compile("ids=")):
            pass
    assert asked
    assert not [url for url in asked if ids["done.txt"] in url]
    visit.shoot("documents-reading")
    halts["on"] = False
    expect(slow).to_contain_text("Ready", timeout=SECONDS)
    page.unroute_all(behavior="wait")


def test_an_interrupted_upload_goes_on_behind_what_has_arrived(
    visit: Visit, store: dict[str, Any], api: httpx.Client, tmp_path: Path
) -> None:
    large = tmp_path / "large.txt"
    large.write_bytes(b"The pump stands in hall 3.\n" * (30 * 1024**2 // 27))
    sent: list[str] = []
    visit.expected = ["Failed to load resource"]

    def part(route: Route) -> None:
        if len(sent) == 2 and "resumed" not in sent:
            route.abort("connectionfailed")
            return
        sent.append(route.request.url)
        route.continue_()

    visit.page.route("**/v1/uploads/*/parts", part)
    held = Held()
    visit.page.route(f"**/v1/vector_stores/{store['id']}/files", held.hold)
    visit.page.on("dialog", lambda dialog: dialog.accept())
    page = shown(visit, store)
    choose(page, large)
    expect(page.get_by_text("No connection. Goes on by itself.")).to_be_visible(timeout=SECONDS)
    assert len(sent) == 2
    visit.shoot("documents-offline")
    page.get_by_role("link", name="Find").click()  # it stays in sight on other pages
    expect(page.get_by_text("No connection. Goes on by itself.")).to_be_visible()

    shown(visit, store)  # everything of the page is gone
    sent.append("resumed")
    choose(page, large)
    expect(page.get_by_text("Putting it into")).to_be_visible(timeout=SECONDS)
    assert len([one for one in sent if one != "resumed"]) == 4  # 30 MiB are four parts: none went twice
    assert len(set(sent)) == 2  # all into the same upload
    page.get_by_role("button", name="Cancel large.txt").click()
    expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()
    newest = api.get("/v1/files?limit=1").json()["data"][0]
    assert (newest["filename"], newest["bytes"]) == ("large.txt", large.stat().st_size)
    page.unroute_all(behavior="ignoreErrors")


def test_an_upload_can_be_paused_and_cancelled(visit: Visit, store: dict[str, Any], api: httpx.Client) -> None:
    visit.page.route("**/v1/files", Held().hold)
    page = shown(visit, store)
    choose(page, text("first.txt", "First."), text("second.txt", "Second."))
    page.get_by_role("button", name="Pause first.txt").click()
    expect(page.get_by_text("Paused at")).to_be_visible()
    page.get_by_role("button", name="Cancel second.txt").click()
    expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()
    page.unroute_all(behavior="ignoreErrors")
    page.get_by_role("button", name="Go on with first.txt").click()
    expect(row(page, "first.txt")).to_contain_text("Ready", timeout=SECONDS)
    assert names(api, store["id"]) == ["first.txt"]


@pytest.fixture
def filled(store: dict[str, Any], api: httpx.Client) -> dict[str, Any]:
    """The store with twelve files in it."""
    made = [
        api.post("/v1/files", files={"file": (f"n{number:02}.txt", b"x" * number)}, data={"purpose": "assistants"})
        for number in range(1, 13)
    ]
    ids = [one.json()["id"] for one in made]
    api.post(f"/v1/vector_stores/{store['id']}/file_batches", json={"file_ids": ids}).raise_for_status()
    return store


def test_many_files_are_selected_moved_and_deleted(visit: Visit, filled: dict[str, Any], api: httpx.Client) -> None:
    other = api.post("/v1/vector_stores", json={"name": "the other shelf"}).json()
    page = shown(visit, filled)
    page.get_by_role("button", name="Name", exact=True).click()
    expect(page.get_by_role("rowheader").first).to_have_text("n01.txt")
    page.get_by_role("checkbox", name="Select n02.txt").click()
    page.get_by_role("checkbox", name="Select n05.txt").click(modifiers=["Shift"])
    expect(page.get_by_text("4 selected")).to_be_visible()
    visit.examine("documents-selected")
    page.get_by_role("button", name="Move", exact=True).click()
    page.get_by_label("To", exact=True).select_option(other["id"])
    visit.shoot("documents-move")
    page.get_by_role("dialog").get_by_role("button", name="Move").click()
    expect(page.get_by_text("On the way into “the other shelf”: 4")).to_be_visible(timeout=SECONDS)
    expect(page.get_by_role("row")).to_have_count(9)
    assert names(api, other["id"]) == ["n02.txt", "n03.txt", "n04.txt", "n05.txt"]

    page.get_by_role("checkbox", name="Select n06.txt").click()
    page.get_by_role("button", name="Select all 8 found").click()
    expect(page.get_by_text("8 selected")).to_be_visible()
    page.get_by_role("button", name="Set an attribute").click()
    page.get_by_label("Attribute", exact=True).fill("year")
    page.get_by_label("Value", exact=True).fill("2026")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Set: 8")).to_be_visible(timeout=SECONDS)
    listed = api.get(f"/v1/vector_stores/{filled['id']}/files").json()["data"]
    assert [one["attributes"] for one in listed] == [{"year": 2026}] * 8
    page.get_by_label("Select all on this page").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No documents yet")).to_be_visible(timeout=SECONDS)
    assert names(api, filled["id"]) == []
    assert len(names(api, other["id"])) == 4


def test_columns_sort_and_names_are_found(visit: Visit, filled: dict[str, Any]) -> None:
    page = shown(visit, filled)
    page.get_by_role("button", name="Size", exact=True).click()
    expect(page.get_by_role("rowheader").first).to_have_text("n12.txt")
    expect(page.get_by_role("columnheader", name="Size")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("button", name="Size").click()
    expect(page.get_by_role("rowheader").first).to_have_text("n01.txt")
    page.get_by_role("searchbox", name="Find by name").fill("Ｎ１")
    expect(page.get_by_role("rowheader")).to_have_text(["n10.txt", "n11.txt", "n12.txt"])
    page.get_by_role("searchbox", name="Find by name").fill("nothing like it")
    expect(page.get_by_text("No document is like that")).to_be_visible()


@pytest.fixture
def reader(browser: Browser, lectern: Serving, shots: Path, api: httpx.Client) -> Iterator[Visit]:
    """A visit of somebody who may only read."""
    key = api.post("/v1/api_keys", json={"name": "reader", "role": "reader"}).json()["key"]
    with visiting(browser, lectern, shots) as one:
        sign_in(one, key)
        yield one


def test_readers_see_what_there_is_and_no_way_to_change_it(reader: Visit, samples: str, api: httpx.Client) -> None:
    page = reader.open("/documents")
    page.get_by_role("link", name="samples", exact=True).click()
    expect(page.get_by_role("row").nth(3)).to_be_visible()
    for name in ("Upload files", "Upload a folder", "More for samples", "New store"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    expect(page.get_by_role("checkbox")).to_have_count(0)
    page.get_by_role("button", name="More for").nth(1).click()
    expect(page.get_by_role("menuitem")).to_have_text(["Download"])
    page.keyboard.press("Escape")
    reader.examine("documents-reader")
    hidden = api.post("/v1/vector_stores", json={"name": "hidden", "access": {"shared": False}}).json()
    reader.expected = ["Failed to load resource"]
    reader.open(f"/documents/{hidden['id']}")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_text("hidden", exact=True)).to_have_count(0)


def test_a_phone_shows_cards_and_nothing_is_cut_off(visit: Visit, filled: dict[str, Any], lectern: Serving) -> None:
    upload(lectern.client(), filled["id"], documents()[0])
    visit.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page = shown(visit, filled)
    expect(page.get_by_role("rowheader").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    visit.examine("documents-phone")
    page.get_by_role("checkbox", name="Select n12.txt").click()
    visit.shoot("documents-phone-selected")
    visit.open("/documents")
    expect(page.get_by_role("link", name=filled["name"], exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    visit.examine("documents-phone-stores")


def test_everything_is_done_by_the_keyboard_alone(visit: Visit, filled: dict[str, Any], api: httpx.Client) -> None:
    page = shown(visit, filled)
    page.get_by_role("button", name="Name", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader").first).to_have_text("n01.txt")
    page.get_by_role("checkbox", name="Select n01.txt").focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Delete").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("row")).to_have_count(12)
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert "n01.txt" not in names(api, filled["id"])


def test_stores_are_shown_with_what_is_in_them_in_both_languages(visit: Visit, samples: str) -> None:
    page = visit.open("/documents")
    visit.examine_in_both_languages(
        "documents", lambda: page.get_by_role("link", name="samples", exact=True).wait_for()
    )


def test_followed_folders_are_listed_and_refused_ones_say_why(visit: Visit, store: dict[str, Any]) -> None:
    visit.expected = ["Failed to load resource"]
    page = shown(visit, store)
    page.get_by_role("button", name="More for", exact=False).first.click()
    page.get_by_role("menuitem", name="Folders it follows").click()
    expect(page.get_by_role("dialog")).to_contain_text("It follows no folder")
    page.get_by_role("button", name="Follow another").click()
    page.get_by_label("Folder, share or site").fill("/etc")
    page.get_by_role("button", name="Follow", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("LECTERN_SOURCE_ROOTS")
    visit.examine("documents-sources")
