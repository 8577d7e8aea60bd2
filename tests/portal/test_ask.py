"""Asking documents that quote: questions in two languages, the place that was cited, what is done with answers."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.portal.browsing import PHONE, Visit, barriers, sign_in, visiting
from tests.serving import Serving

LAMP = "After how many hours is the xenon lamp of the QM-7 replaced?"
OFF_TOPIC = "Who won the world cup in 1954?"
HOSTILE = '<img src=x onerror="document.title=1"> \u202eevil'


def box(page: Page) -> Locator:
    """Where a question is written, in either language."""
    return page.get_by_role("textbox", name=re.compile("^(Ask your documents|向您的文档提问)$"))


def ask(page: Page, question: str) -> Locator:
    """Asks, and waits for the end of the answer; the turn."""
    box(page).fill(question)
    page.keyboard.press("Enter")
    turn = page.locator("article.turn").last
    expect(turn.locator(".question-text")).to_have_text(question)
    expect(turn.get_by_role("toolbar")).to_be_visible(timeout=20_000)
    return turn


@pytest.fixture
def asking(visit: Visit, samples: str) -> Page:
    """The page, with the samples alone to be asked: other tests make stores of their own."""
    page = visit.open("/account")
    page.evaluate("id => localStorage.setItem('lectern.ask.stores', JSON.stringify([id]))", samples)
    visit.open("/ask")
    expect(page.get_by_role("button", name="Stores to search: samples")).to_be_visible()
    return page


def test_a_citation_opens_its_page_beside_the_answer_and_gives_the_focus_back(visit: Visit, asking: Page) -> None:
    page = asking
    expect(page.locator(".starter").first).to_be_visible()
    visit.examine("ask-first")
    turn = ask(page, LAMP)
    expect(page).to_have_url(re.compile(r"/ask/conv_\w+$"))
    expect(turn.locator(".quote").first).to_contain_text("1,800 hours")
    citation = turn.locator("button.citation").first
    citation.focus()
    expect(page.get_by_role("tooltip")).to_contain_text("qm7-operating-guide.pdf")
    expect(page.get_by_role("tooltip")).to_contain_text("page 3")
    visit.examine("ask-card")
    page.keyboard.press("Enter")
    pane = page.get_by_role("region", name="Document qm7-operating-guide.pdf")
    expect(pane.locator(".viewer-mark").first).to_be_visible()
    expect(pane.get_by_role("textbox").first).to_have_value("3")
    visit.examine("ask-source")
    page.keyboard.press("Escape")
    expect(pane).to_have_count(0)
    expect(citation).to_be_focused()
    page.reload()
    expect(page.locator(".question-text")).to_have_text(LAMP)
    expect(page.locator("button.citation").first).to_be_visible()


def test_a_chinese_question_opens_the_cells_that_answer_it(visit: Visit, asking: Page) -> None:
    page = asking
    visit.speak("zh")
    box(page).wait_for()
    turn = ask(page, "激光干涉仪放在什么地点？")
    expect(turn).to_contain_text("1号楼")
    visit.examine("ask-zh")
    turn.locator("button.source").first.click()
    expect(page.locator(".sheet-cell.quoted").first).to_be_visible()
    visit.shoot("ask-zh-sheet")
    visit.speak("en")


def test_what_is_not_in_the_documents_is_said_to_be_so(visit: Visit, asking: Page) -> None:
    turn = ask(asking, OFF_TOPIC)
    expect(turn.get_by_text("Not in your documents")).to_be_visible()
    expect(turn.get_by_text(f"Searched for: {OFF_TOPIC}")).to_be_visible()
    expect(turn.locator("button.citation")).to_have_count(0)
    visit.examine("ask-missing")


def test_the_keyboard_alone_asks_reads_and_goes_back_to_old_questions(asking: Page) -> None:
    page = asking
    expect(box(page)).to_be_focused()
    page.keyboard.type("First line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("second")
    expect(box(page)).to_have_value("First line\nsecond")
    page.keyboard.press("Control+a")
    page.keyboard.type(LAMP)
    # An input method's Enter chooses a character and sends nothing.
    box(page).dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(page.locator("article.turn")).to_have_count(0)
    page.keyboard.press("Enter")
    turn = page.locator("article.turn")
    expect(turn.get_by_role("toolbar")).to_be_visible(timeout=20_000)
    expect(box(page)).to_have_value("")
    expect(page.get_by_role("status").filter(has_text="The answer is complete.")).to_have_count(1)
    page.keyboard.press("ArrowUp")
    expect(box(page)).to_have_value(LAMP)
    page.keyboard.press("ArrowDown")
    expect(box(page)).to_have_value("")
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('button.citation')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".source-pane")).to_be_focused()
    page.keyboard.press("Escape")
    expect(turn.locator("button.citation").last).to_be_focused()


def test_a_question_that_follows_is_offered_and_asked(asking: Page) -> None:
    ask(asking, LAMP)
    offered = asking.locator(".follow-up").first
    question = offered.inner_text()
    offered.click()
    expect(asking.locator(".question-text").last).to_have_text(question)
    expect(asking.locator("article.turn")).to_have_count(2)


def conversation(api: httpx.Client, title: str) -> str:
    """A conversation that holds something."""
    items = [{"role": "user", "content": "What is said here?"}]
    answer = api.post("/v1/conversations", json={"title": title, "items": items})
    assert answer.is_success, answer.text
    return str(answer.json()["id"])


def row(page: Page, title: str) -> Locator:
    """The row of a conversation in the list."""
    return page.locator("li.conversation").filter(has_text=title)


def choose(page: Page, title: str, item: str) -> None:
    """Chooses from the menu of a conversation."""
    row(page, title).hover()
    row(page, title).get_by_role("button").click()
    page.get_by_role("menuitem", name=item).click()


def test_conversations_are_found_renamed_exported_and_deleted(visit: Visit, asking: Page, api: httpx.Client) -> None:
    page = asking
    made = conversation(api, f"Zebra {HOSTILE}")
    page.goto(f"{visit.url}/ask/{made}")
    expect(row(page, "Zebra")).to_have_class(re.compile("shown"))
    page.get_by_role("searchbox", name="Search titles").fill("zebr")
    expect(page.locator("li.conversation")).to_have_count(1)
    assert page.locator("li.conversation img").count() == 0

    choose(page, "Zebra", "Rename")
    page.get_by_role("dialog").get_by_label("Title").fill("Zebra renamed")
    visit.shoot("ask-rename")
    page.keyboard.press("Enter")
    expect(row(page, "Zebra renamed")).to_be_visible()
    with page.expect_download() as download:
        choose(page, "Zebra renamed", "Export as Markdown")
    assert download.value.suggested_filename == "Zebra renamed.md"
    assert "What is said here?" in Path(download.value.path()).read_text()
    with page.expect_download() as download:
        choose(page, "Zebra renamed", "Export as JSON")
    assert json.loads(Path(download.value.path()).read_text())["conversation"]["title"] == "Zebra renamed"

    choose(page, "Zebra renamed", "Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row(page, "Zebra renamed")).to_have_count(0)
    expect(page).to_have_url(re.compile("/ask$"))
    assert api.get(f"/v1/conversations/{made}").status_code == 404


def test_an_answer_is_copied_rated_and_shared(visit: Visit, asking: Page, api: httpx.Client) -> None:
    page = asking
    turn = ask(page, LAMP)
    turn.get_by_role("button", name="Copy the answer with its sources").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "1,800 hours" in copied
    assert "qm7-operating-guide.pdf, page 3" in copied

    turn.get_by_role("button", name="Bad answer").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What was wrong with it?").fill(f"Out of date {HOSTILE}")
    visit.examine("ask-feedback")
    dialog.get_by_role("button", name="Send").click()
    expect(dialog).to_have_count(0)
    expect(turn.get_by_role("button", name="Bad answer")).to_have_attribute("aria-pressed", "true")
    given = api.get("/v1/feedback", params={"rating": "down"}).json()["data"]
    assert f"Out of date {HOSTILE}" in [one["comment"] for one in given]

    turn.get_by_role("button", name="Share a link").click()
    visit.examine("ask-share")
    dialog.get_by_role("button", name="Share and copy the link").click()
    expect(dialog).to_have_count(0)
    address = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf"{visit.url}/answers/resp_\w+", address)
    assert api.get(f"/v1/responses/{address.rsplit('/', 1)[1]}").json()["shared"] is True


def test_why_an_answer_is_as_it_is_can_be_seen_by_who_edits(asking: Page) -> None:
    turn = ask(asking, LAMP)
    turn.get_by_role("button", name="Why this answer").click()
    expect(asking.get_by_role("dialog")).to_contain_text("qm7-operating-guide.pdf")


def test_a_phone_has_the_conversations_in_a_drawer_and_the_source_over_the_answer(
    browser: Browser, lectern: Serving, samples: str, shots: Path
) -> None:
    with visiting(browser, lectern, shots, viewport=PHONE, color_scheme="dark", has_touch=True) as visit:
        sign_in(visit, lectern.key)
        page = visit.open("/account")
        page.evaluate("id => localStorage.setItem('lectern.ask.stores', JSON.stringify([id]))", samples)
        visit.open("/")
        expect(page.locator(".starter").first).to_be_visible()
        visit.shoot("ask-phone-first")
        turn = ask(page, LAMP)
        visit.examine("ask-phone")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        turn.locator("button.citation").first.click()
        sheet = page.get_by_role("dialog")
        expect(sheet.locator(".viewer-mark").first).to_be_visible()
        visit.shoot("ask-phone-source")
        page.keyboard.press("Escape")
        expect(sheet).to_have_count(0)
        page.get_by_role("button", name="Show the conversations").click()
        expect(page.locator("dialog.drawer li.conversation").first).to_be_visible()
        visit.examine("ask-phone-drawer")
        page.get_by_role("dialog").get_by_role("button", name="New conversation").click()
        expect(page.locator(".starter").first).to_be_visible()


def refused(status: int, code: str, headers: dict[str, str]) -> Callable[[Route], None]:
    """Answers as Lectern does when it refuses."""
    error = {"message": "Too many questions in this minute.", "type": "requests", "param": None, "code": code}
    return lambda route: route.fulfill(status=status, headers=headers, json={"error": error})


def test_a_refusal_says_when_to_try_again_and_leaves_no_empty_conversation(visit: Visit, asking: Page) -> None:
    page = asking
    visit.expected.append("status of 429")
    before = page.request.get(f"{visit.url}/v1/conversations?limit=100").json()["data"]
    page.route("**/v1/responses", refused(429, "rate_limit_exceeded", {"Retry-After": "3"}))
    box(page).fill(LAMP)
    page.keyboard.press("Enter")
    trouble = page.get_by_role("alert")
    expect(trouble).to_contain_text("Too many questions in this minute.")
    expect(trouble.get_by_role("button")).to_have_text(re.compile("Try again in [123] s"))
    assert barriers(page) == []
    after = page.request.get(f"{visit.url}/v1/conversations?limit=100").json()["data"]
    assert [one["id"] for one in after] == [one["id"] for one in before]
    page.unroute("**/v1/responses")
    trouble.get_by_role("button", name=re.compile("^Try again$")).click()
    expect(page.locator(".quote").first).to_contain_text("1,800 hours", timeout=20_000)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_who_may_read_no_store_is_told_what_to_do(
    browser: Browser, lectern: Serving, api: httpx.Client, shots: Path
) -> None:
    made = api.post("/v1/api_keys", json={"name": "Reader of little", "role": "reader"}).json()
    nothing = {"object": "list", "data": [], "has_more": False, "first_id": None, "last_id": None}
    with visiting(browser, lectern, shots) as visit:
        sign_in(visit, made["key"])
        # Whatever others have opened to everybody by now: this reader is to see none of it.
        visit.page.route("**/v1/vector_stores?*", lambda route: route.fulfill(json=nothing))
        page = visit.open("/ask")
        expect(page.get_by_text("Nobody has shared documents with you yet.")).to_be_visible()
        expect(page.get_by_role("link", name="Upload documents")).to_have_count(0)
        visit.examine("ask-nothing")
