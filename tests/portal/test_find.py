"""Finding: the box in the bar while one types, and the page with all that was found."""

import re

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.portal.browsing import PHONE, Visit

HOSTILE = '<img src=x onerror="document.title=1"> \u202egpj.exe'


def box(page: Page) -> None:
    """Opens the box in the bar by its keys."""
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Find anything")).to_be_focused()


def test_the_box_finds_documents_passages_and_pages_while_one_types(visit: Visit, samples: str) -> None:
    page = visit.open("/account")
    page.get_by_role("main").wait_for()
    box(page)
    page.keyboard.type("POLIC")
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options.filter(has_text="travel-and-expense-policy.docx").first).to_be_visible()
    expect(page.locator(".find-panel mark").first).to_have_text("polic")
    page.keyboard.press("Control+a")
    page.keyboard.type("hotel limit in Bergen")
    passage = options.filter(has_text="Hotel and meals").first
    expect(passage).to_be_visible()
    expect(passage).to_have_attribute("href", re.compile(rf"^/documents/{samples}/file-\w+\?.*quote="))
    visit.examine("find-box")
    page.keyboard.press("Control+a")
    page.keyboard.type("令牌")  # the other language's word for keys
    expect(options.filter(has_text="API keys")).to_have_attribute("href", "/admin/keys")
    page.keyboard.press("Control+a")
    page.keyboard.type("upload largest")
    expect(options.filter(has_text="LECTERN_UPLOAD_MB")).to_have_attribute("href", "/admin/settings/upload_mb")
    page.keyboard.press("Control+a")
    page.keyboard.type("zzzz nothing zzzz")
    expect(page.get_by_role("search").get_by_role("status")).to_have_text("Nothing found")


def test_the_keyboard_alone_goes_to_what_was_found(visit: Visit, samples: str) -> None:
    page = visit.open("/account")
    page.get_by_role("main").wait_for()
    box(page)
    page.keyboard.type("expense-policy")
    option = page.get_by_role("option", name="travel-and-expense-policy.docx").first
    expect(option).to_be_visible()
    combobox = page.get_by_role("combobox")
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(combobox).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "")
    page.keyboard.press("ArrowUp")
    expect(option).to_have_attribute("aria-selected", "false")
    page.keyboard.press("ArrowUp")  # the last: all of it
    expect(page.get_by_role("option", name="Show all for")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/documents/{samples}/file-\w+"))
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_escape_closes_what_was_found_first_and_then_empties_the_box(visit: Visit, samples: str) -> None:
    page = visit.open("/account")
    page.get_by_role("main").wait_for()
    box(page)
    page.keyboard.type("policy")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.get_by_role("combobox")).to_have_value("policy")
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox")).to_have_value("")


def test_the_page_shows_all_that_was_found_by_kind(visit: Visit, samples: str) -> None:
    page = visit.open("/account")
    page.get_by_role("main").wait_for()
    box(page)
    page.keyboard.type("the trip")
    page.keyboard.press("Enter")
    page.wait_for_url("**/find?q=the*trip")
    field = page.get_by_role("searchbox", name="Find anything")
    expect(field).to_have_value("the trip")

    def ready() -> None:
        expect(
            page.locator("section.find-group").filter(has_text=re.compile("In the documents|文档内容"))
        ).to_be_visible()

    ready()
    visit.examine_in_both_languages("find", ready)
    field.fill("trip")
    page.wait_for_url("**/find?q=trip")
    passages = page.locator("section.find-group li")
    expect(passages).to_have_count(6)
    page.get_by_role("link", name="Show all: In the documents").click()
    page.wait_for_url("**/find?q=trip&kind=passages")
    expect(passages.nth(6)).to_be_visible()
    page.get_by_role("link", name="Back to everything").click()
    expect(passages).to_have_count(6)
    page.go_back()
    expect(passages.nth(6)).to_be_visible()


def test_nothing_found_is_said_and_a_question_is_offered(visit: Visit, samples: str) -> None:
    page = visit.open("/find?q=zzzz+nothing+zzzz")
    expect(page.get_by_text("Nothing found for “zzzz nothing zzzz”")).to_be_visible()
    visit.examine("find-nothing")
    page.get_by_role("button", name="Ask it as a question").click()
    page.wait_for_url("**/ask?q=zzzz*")


def test_it_fits_a_phone(visit: Visit, samples: str) -> None:
    visit.page.set_viewport_size(PHONE)
    page = visit.open("/find?q=hotel")
    expect(page.locator("section.find-group").first).to_be_visible()
    visit.examine("find-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page = visit.open("/documents")
    page.get_by_role("main").wait_for()
    box(page)
    page.keyboard.type("hotel limit")
    expect(page.get_by_role("option").filter(has_text="Hotel and meals").first).to_be_visible()
    visit.examine("find-box-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_late_answer_to_what_was_typed_before_is_dropped(visit: Visit, samples: str) -> None:
    page = visit.open("/find")
    held: list[Route] = []

    def hold(route: Route) -> None:
        if "q=policy" in route.request.url:
            held.append(route)
        else:
            route.continue_()

    page.route("**/v1/search?*", hold)
    field = page.get_by_role("searchbox")
    field.fill("policy")
    page.wait_for_timeout(250)
    assert held
    field.fill("guide")
    guide = page.get_by_role("link", name="qm7-operating-guide.pdf").first
    expect(guide).to_be_visible()
    for route in held:
        route.abort()  # the browser gave them up already
    page.wait_for_timeout(100)
    expect(guide).to_be_visible()
    expect(page.get_by_role("link", name="travel-and-expense-policy.docx")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_what_did_not_come_is_told_and_the_rest_is_shown(visit: Visit, samples: str) -> None:
    def fulfil(route: Route) -> None:
        if "kinds=passages" in route.request.url:
            missing = {"object": "search", "query": "guide", "missing": {"passages": "late"}}
            route.fulfill(json=missing)
        else:
            route.continue_()

    visit.page.route("**/v1/search?*", fulfil)
    page = visit.open("/find?q=guide")
    expect(page.get_by_role("link", name="qm7-operating-guide.pdf").first).to_be_visible()
    expect(page.get_by_text("In the documents: this took too long")).to_be_visible()


def test_a_failure_is_told_and_can_be_tried_again(visit: Visit, samples: str) -> None:
    visit.expected.append("status of 503")
    failing = True

    def fulfil(route: Route) -> None:
        if failing:
            error = {"message": "The index does not answer.", "type": "server_error", "param": None, "code": "x"}
            route.fulfill(status=503, json={"error": error})
        else:
            route.continue_()

    visit.page.route("**/v1/search?*", fulfil)
    page = visit.open("/find?q=guide")
    expect(page.get_by_role("alert")).to_contain_text("The index does not answer.")
    failing = False
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("link", name="qm7-operating-guide.pdf").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.fixture
def hostile(api: httpx.Client) -> str:
    """A store with a file whose name means harm; its text, too."""
    store = api.post("/v1/vector_stores", json={"name": "<b>bold</b> store"}).json()["id"]
    form = {
        "file": (
            f"{HOSTILE}.md",
            b"# <script>alert(1)</script>\n\nThe zephyrine valve <img src=x onerror=alert(1)> is red.",
        )
    }
    file = api.post("/v1/files", data={"purpose": "assistants"}, files=form).json()["id"]
    api.post(f"/v1/vector_stores/{store}/files", json={"file_id": file}).raise_for_status()
    return str(store)


def test_names_and_texts_that_mean_harm_are_shown_as_they_are_written(visit: Visit, hostile: str) -> None:
    page = visit.open("/find?q=onerror")
    found = page.locator("a.found-item").filter(has_text="onerror").first
    expect(found).to_contain_text("<img src=x")
    expect(found).to_contain_text("<b>bold</b> store")
    assert page.locator(".found-item img").count() == 0
    for typed in ("(", "[a-", "\\", "*+?", "%", "zephyrine valve", "x" * 300):
        page.get_by_role("searchbox").fill(typed)
        expect(page.get_by_role("search").or_(page.get_by_role("status")).first).to_be_visible()
    page.get_by_role("searchbox").fill("zephyrine")
    expect(page.locator("a.found-item").filter(has_text="zephyrine valve")).to_be_visible(timeout=20_000)
