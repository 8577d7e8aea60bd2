"""The page of one answer, shared or not, and what people thought of answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.portal.browsing import PHONE, Visit, sign_in, visiting
from tests.serving import Serving, upload

HOSTILE = '<img src=x onerror="alert(1)"> \u202eגר"ש [1](javascript:alert(1))'
TEXT = f"# Steam {HOSTILE}\n\nThe steam bath is heated to 46 degrees. It holds eight people.\n"
QUESTION = "How hot is the steam bath?"


@dataclass
class Shared:
    """An answer that its owner shared, the caller that owns it, and the document it is made from."""

    response: str
    owner: str
    file: str
    store: str


@pytest.fixture(scope="module")
def shared(lectern: Serving, tmp_path_factory: pytest.TempPathFactory) -> Shared:
    path, client = tmp_path_factory.mktemp("steam") / "steam bath.md", lectern.client()
    path.write_text(TEXT)
    store = client.vector_stores.create(name="steam").id
    file = upload(client, store, path)
    with lectern.http() as http:
        owner = http.post("/v1/api_keys", json={"name": "Ada", "role": "reader"}).json()["key"]
    return Shared(asked(lectern, owner, QUESTION), owner, file, store)


def asked(lectern: Serving, key: str, question: str) -> str:
    """A response in a conversation of its own."""
    with lectern.http(key) as http:
        talk = http.post("/v1/conversations", json={}).json()["id"]
        body = {"model": "extractive@steam", "input": question, "conversation": talk}
        return str(http.post("/v1/responses", json=body).json()["id"])


@pytest.fixture
def reader(browser: Browser, lectern: Serving, shots: Path) -> Iterator[Visit]:
    """Somebody else who may read."""
    with lectern.http() as http:
        key = http.post("/v1/api_keys", json={"name": "somebody else", "role": "reader"}).json()["key"]
    with visiting(browser, lectern, shots) as one:
        sign_in(one, key)
        yield one


def test_an_answer_is_shared_read_with_its_source_and_withheld_when_the_document_is(
    browser: Browser, lectern: Serving, shots: Path, shared: Shared, reader: Visit, api: httpx.Client
) -> None:
    address = f"/answers/{shared.response}"
    reader.expected = ["404 (Not Found)"]
    page = reader.open(address)
    expect(page.get_by_text("There is no such answer for you")).to_be_visible()
    reader.examine("answer-hidden")

    with visiting(browser, lectern, shots) as owner:
        sign_in(owner, shared.owner)
        own = owner.open(address)
        expect(own.get_by_text("Only you see this answer.")).to_be_visible()
        own.get_by_role("button", name="Share", exact=True).click()
        own.get_by_role("button", name="Copy link").click()
        assert own.evaluate("navigator.clipboard.readText()") == lectern.url + address
        owner.examine_in_both_languages("answer-own", lambda: expect(own.get_by_role("button").nth(4)).to_be_visible())

    reader.open(address)
    expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()
    expect(page.get_by_text("46 degrees").first).to_be_visible()
    expect(page.get_by_role("button", name="Share", exact=True)).to_have_count(0)
    assert page.locator("article img").count() == 0
    reader.examine("answer-shared")
    page.get_by_role("button", name="Source 1").first.click()
    expect(page.get_by_role("region", name="Document steam bath.md")).to_contain_text("46 degrees")
    reader.examine("answer-source")
    page.set_viewport_size(PHONE)
    reader.examine("answer-source-phone")
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Document steam bath.md")).to_have_count(0)
    expect(page.get_by_role("button", name="Source 1").first).to_be_focused()
    reader.examine("answer-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    api.put(f"/v1/files/{shared.file}/access", json={"restricted": True, "grants": []}).raise_for_status()
    reader.open(address)
    expect(page.get_by_text("made from documents that you may not read")).to_be_visible()
    assert "46" not in page.locator("article").inner_text().replace(QUESTION, "")
    reader.examine("answer-withheld-phone")
    api.put(f"/v1/files/{shared.file}/access", json={"restricted": False}).raise_for_status()


def test_feedback_shows_what_was_said_of_which_answer(
    lectern: Serving, shared: Shared, visit: Visit, browser: Browser, shots: Path
) -> None:
    def rate(response: str, **opinion: Any) -> None:
        with lectern.http(shared.owner) as http:
            http.post(f"/v1/responses/{response}/feedback", json=opinion).raise_for_status()

    rate(shared.response, rating="up")
    rate(asked(lectern, shared.owner, "How many people does the steam bath hold?"), rating="down", comment=HOSTILE)
    page = visit.open("/admin/feedback")
    opinions = page.locator(".opinion").filter(has_text="Ada")  # others rate answers of the same Lectern, too
    expect(opinions).to_have_count(2)
    expect(opinions.first.get_by_text("Not helpful")).to_be_visible()
    expect(opinions.first.locator("blockquote")).to_have_text(HOSTILE)
    expect(opinions.first.get_by_text("Ada")).to_be_visible()
    assert page.locator(".opinion img").count() == 0
    visit.examine_in_both_languages("feedback", lambda: expect(opinions).to_have_count(2))
    opinions.first.locator("summary").click()
    expect(opinions.first.get_by_text("steam bath.md")).to_be_visible()
    visit.examine("feedback-answer")
    page.get_by_label("Rating").select_option(label="Helpful")
    expect(opinions).to_have_count(1)
    expect(opinions.first).to_contain_text(QUESTION)
    page.set_viewport_size(PHONE)
    visit.examine("feedback-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    opinions.first.locator("summary").click()
    opinions.first.get_by_role("link", name="Open the answer").click()
    expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()
