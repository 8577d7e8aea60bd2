"""Why an answer is as it is, in the browser. The dialog is drawn by itself: the pages with answers only open it."""

import re

import httpx
from playwright.sync_api import Page, expect

from tests.portal.browsing import PHONE, Visit

_DRAW = """
async (responseId) => {
  const root = document.querySelector("script[src$='main.js']").src.replace("main.js", "");
  const { html, render } = await import(root + "libraries/preact.js");
  const { Why } = await import(root + "components/why/why.js");
  const place = document.createElement("div");
  document.querySelector("main").append(place);
  render(html`<${Why} responseId=${responseId} close=${() => render(null, place)} />`, place);
}
"""


def asked(api: httpx.Client, store: str, question: str, **more: object) -> str:
    body = {"model": "extractive", "input": question, "tools": [{"type": "file_search", "vector_store_ids": [store]}]}
    answer = api.post("/v1/responses", json=body | more)
    answer.raise_for_status()
    return str(answer.json()["id"])


def draw(visit: Visit, response: str) -> Page:
    page = visit.open("/account")
    page.get_by_role("main").wait_for()
    page.evaluate(_DRAW, response)
    return page


def test_it_shows_what_was_searched_found_left_out_sent_and_how_long_it_took(
    visit: Visit, samples: str, api: httpx.Client
) -> None:
    response = asked(api, samples, "How many days of vacation, and what is the hotel limit in Bergen?")
    page = draw(visit, response)
    dialog = page.get_by_role("dialog", name="Why this answer")
    question = dialog.get_by_role("listitem").filter(has_text="How many days of vacation")
    expect(question).to_contain_text("nothing found")
    row = dialog.get_by_role("row").filter(has_text="Hotel and meals").first
    expect(row).to_contain_text(re.compile(r"as \[[12]\]"))
    expect(row.get_by_role("cell").nth(2)).to_have_text(re.compile(r"^(9\d|100)%$"))
    expect(dialog.get_by_text("not relevant enough").first).to_be_visible()
    expect(dialog.get_by_text("Until the first word")).to_be_visible()
    visit.examine("why")
    row.locator("summary").click()
    expect(row).to_contain_text("Bergen")
    expect(row.get_by_role("link")).to_have_attribute("href", re.compile(rf"^/documents/{samples}/file-"))
    dialog.get_by_text("The prompt, as the engine got it").click()
    expect(dialog.get_by_text("Instructions and passages")).to_be_visible()
    expect(
        dialog.locator(".why-text").filter(has_text=re.compile(r"\[[12]\] \(travel-and-expense-policy.docx"))
    ).to_be_visible()
    visit.examine("why-open")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_it_fits_a_phone_and_speaks_chinese(visit: Visit, samples: str, api: httpx.Client) -> None:
    response = asked(api, samples, "加班交通补贴是多少？")
    visit.page.set_viewport_size(PHONE)
    visit.open("/account")
    visit.speak("zh")
    page = draw(visit, response)
    dialog = page.get_by_role("dialog", name="为什么这样回答")
    expect(dialog.get_by_role("row").filter(has_text="交通补贴").first).to_contain_text("作为 [1]")
    visit.examine("why-phone-zh")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_where_nothing_is_kept_it_says_so(visit: Visit, api: httpx.Client) -> None:
    visit.expected.append("status of 404")
    page = draw(visit, "resp_none")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("There is no response")
