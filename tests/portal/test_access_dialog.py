"""Who may use a store or read a document, changed in a dialog."""

from typing import Any

import httpx
from playwright.sync_api import Browser, Page, expect

from tests.portal.browsing import PHONE, Visit, sign_in, visiting
from tests.serving import Serving

ITEMS = {"store": "Who may use it", "file": "Who may read it"}


def show(visit: Visit, store: str, kind: str, name: str) -> Page:
    """The dialog, opened from the store's page for the store or a file in it."""
    page = visit.open(f"/documents/{store}")
    page.get_by_role("button", name=f"More for {name}").click()
    page.get_by_role("menuitem", name=ITEMS[kind]).click()
    page.get_by_role("dialog").get_by_role("radio").first.wait_for()
    return page


def made(api: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
    answer = api.post(path, json=body)
    assert answer.is_success, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_store_is_closed_to_all_but_named_ones_by_the_keyboard(visit: Visit, api: httpx.Client) -> None:
    board = made(api, "/v1/groups", name="Quiet <i>board</i>")["id"]
    gone = made(api, "/v1/users", name="Somebody away")["id"]
    api.post(f"/v1/users/{gone}", json={"disabled": True}).raise_for_status()
    given = {"shared": True, "grants": [{"principal": f"user:{gone}", "role": "reader"}]}
    store = made(api, "/v1/vector_stores", name="Accessible", access=given)["id"]
    page = show(visit, store, "store", "Accessible")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem").filter(has_text="administrator")).to_contain_text("Owner")
    expect(dialog.get_by_role("listitem").filter(has_text="Somebody away")).to_contain_text("Disabled or ended")
    dialog.get_by_label("Only the owner, administrators").focus()
    page.keyboard.press("Space")
    dialog.get_by_role("combobox", name="Add a person").focus()
    page.keyboard.type("QUIET")
    expect(page.locator("[role=option]")).to_have_count(1)
    visit.examine("access")
    page.keyboard.press("Enter")
    dialog.get_by_label("What Quiet <i>board</i> may do").select_option("editor")
    dialog.get_by_role("button", name="Take Somebody away out").press("Enter")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.querySelector('.dialog-body').scrollWidth") <= PHONE["width"]
    visit.examine("access-phone")
    dialog.get_by_role("button", name="Save").press("Enter")
    expect(dialog).to_be_hidden()
    told = api.get(f"/v1/vector_stores/{store}/access").json()
    assert (told["shared"], told["grants"]) == (False, [{"principal": f"group:{board}", "role": "editor"}])


def test_a_document_is_kept_from_most_and_a_key_that_left_out_reads_it_no_more(
    visit: Visit, api: httpx.Client, lectern: Serving
) -> None:
    outsider = made(api, "/v1/api_keys", name="Outsider", role="reader")
    made(api, "/v1/api_keys", name="Insider of documents", role="reader")
    store = made(api, "/v1/vector_stores", name="Half open")["id"]
    form = {"file": ("plan.md", b"The plan is secret.")}
    file = api.post("/v1/files", data={"purpose": "assistants"}, files=form).json()["id"]
    made(api, f"/v1/vector_stores/{store}/files", file_id=file)
    with lectern.http(outsider["key"]) as theirs:
        assert theirs.get(f"/v1/files/{file}").status_code == 200
        page = show(visit, store, "file", "plan.md")
        page.get_by_label("Of those, only").check()
        page.get_by_role("combobox", name="Add a person").fill("insider of")
        page.locator("[role=option]").click()
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(page.get_by_role("dialog")).to_be_hidden()
        assert theirs.get(f"/v1/files/{file}").status_code == 404
    told = api.get(f"/v1/files/{file}/access").json()
    assert (told["restricted"], len(told["grants"])) == (True, 1)


def test_nobody_shuts_oneself_out_without_being_asked(
    browser: Browser, visit: Visit, api: httpx.Client, lectern: Serving
) -> None:
    key = made(api, "/v1/api_keys", name="Careless editor", role="editor")
    store = made(api, "/v1/vector_stores", name="Of another")["id"]
    with visiting(browser, lectern, visit.shots) as theirs:
        sign_in(theirs, key["key"])
        theirs.expected.append("404")  # the page asks again for what is closed to it now
        page = show(theirs, store, "store", "Of another")
        page.get_by_label("Only the owner, administrators").check()
        page.get_by_role("button", name="Save", exact=True).click()
        asked = page.get_by_role("dialog", name="Shut yourself out?")
        asked.get_by_role("button", name="Cancel").click()
        assert api.get(f"/v1/vector_stores/{store}/access").json()["shared"]
        page.get_by_role("button", name="Save", exact=True).click()
        asked.get_by_role("button", name="Save all the same").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
    assert not api.get(f"/v1/vector_stores/{store}/access").json()["shared"]
