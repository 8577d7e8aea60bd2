"""Asking a model: its answer while it comes, stopped, asked again, edited, broken off, and meaning harm."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.portal.browsing import Visit, sign_in, visiting
from tests.portal.speaking import SpeakingModel
from tests.serving import Serving, upload

QUESTION = "What is the price of the rental car?"
DOCUMENT = "# Travel\n\nThe price of the rental car is 140 EUR. Reports are sent every month.\n"
ANSWER = "The price of the rental car is 140 EUR [1]."
HOSTILE = (
    '<img src="x" onerror="alert(1)"> [press](javascript:alert(1)) ![see](https://evil.example/x.png) '
    "<script>alert(2)</script> [data](data:text/html,x)\n\n<style>body{display:none}</style>"
)
# Every kind of block, again and again.
LONG = "\n\n".join(
    [
        f"### Part {n}\n\nThe price of the rental car is **140 EUR** [1], and so on.\n\n"
        f"| Car | Price |\n| --- | ---: |\n| Rental {n} | 140 |\n| Other | 150 |\n\n"
        f"- one\n- two\n  - deeper\n\n```python\nprice = {n}\nprint(price)\n```\n\n> As it was said: 140 EUR."
        for n in range(12)
    ]
)
WATCH = """
window.shifted = [];
const told = ({ node, previousRect, currentRect }) =>
  `${node?.nodeName}.${node?.className} ${JSON.stringify(previousRect)} ${JSON.stringify(currentRect)}`;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifted.push(...one.sources.map(told));
}).observe({ type: "layout-shift", buffered: false });
"""


@pytest.fixture(scope="module")
def model() -> Iterator[SpeakingModel]:
    one = SpeakingModel()
    yield one
    one.stop()


@pytest.fixture(scope="module")
def spoken(model: SpeakingModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A Lectern whose model is the one that speaks, with one document."""
    folder = tmp_path_factory.mktemp("spoken")
    serving = Serving(folder / "data", engine_url=model.url, rewrite_seconds="0").wait()
    with serving.http() as http:
        http.post("/v1/users", json={"name": "Root", "role": "admin"}).raise_for_status()
    document = folder / "travel.md"
    document.write_text(DOCUMENT)
    client = serving.client()
    upload(client, client.vector_stores.create(name="travel").id, document)
    yield serving
    assert serving.stop() == 0


@pytest.fixture
def visit(browser: Browser, spoken: Serving, shots: Path) -> Iterator[Visit]:
    """A visit of the administrator, where nothing was asked yet."""
    with visiting(browser, spoken, shots) as one:
        sign_in(one, spoken.key)
        one.open("/ask")
        one.page.get_by_role("button", name="Stores to search: travel").wait_for()
        yield one


def send(page: Page, question: str = QUESTION) -> Locator:
    """Asks; the turn."""
    page.get_by_role("textbox", name="Ask your documents").fill(question)
    page.keyboard.press("Enter")
    return page.locator("article.turn").last


def test_an_answer_is_stopped_asked_again_and_both_are_kept(visit: Visit, model: SpeakingModel) -> None:
    page = visit.page
    model.will_say("The price of the rental car", " is 140 EUR [1].", held=1)
    turn = send(page)
    expect(turn).to_contain_text("The price of the rental car")
    visit.shoot("ask-streaming")
    page.get_by_role("button", name="Stop the answer").click()
    expect(turn).to_contain_text("Stopped.")
    expect(turn).to_contain_text("The price of the rental car")
    assert model.left.wait(20)  # the model is told that nobody listens

    model.will_say(ANSWER)
    turn.get_by_role("button", name="Ask again").click()
    expect(turn.locator("button.citation").first).to_be_visible(timeout=20_000)
    expect(turn).to_contain_text("2 of 2")
    turn.get_by_role("button", name="Earlier version").click()
    expect(turn).to_contain_text("1 of 2")
    expect(turn).to_contain_text("Stopped.")
    expect(turn.locator("button.citation")).to_have_count(0)
    page.reload()
    expect(turn).to_contain_text("1 of 2")


def test_a_question_is_edited_and_what_followed_it_stays_another_version(visit: Visit, model: SpeakingModel) -> None:
    page = visit.page
    model.will_say(ANSWER)
    turn = send(page)
    expect(turn.locator("button.citation").first).to_be_visible(timeout=20_000)
    send(page, "And the reports of the rental car?")
    expect(page.get_by_role("toolbar")).to_have_count(2, timeout=20_000)

    first = page.locator("article.turn").first
    first.get_by_role("button", name="Edit the question").click()
    field = first.get_by_role("textbox", name="Your question")
    field.fill("What is the price of the car?")
    page.keyboard.press("Enter")
    expect(page.locator("article.turn")).to_have_count(1)
    expect(first.locator(".question-text")).to_have_text("What is the price of the car?")
    expect(first.get_by_role("toolbar")).to_be_visible(timeout=20_000)
    visit.shoot("ask-edited")
    first.get_by_role("button", name="Earlier version").click()
    expect(page.locator("article.turn")).to_have_count(2)
    expect(page.locator(".question-text").first).to_have_text(QUESTION)


def test_an_answer_that_means_harm_is_text(visit: Visit, model: SpeakingModel) -> None:
    page = visit.page
    model.will_say(ANSWER + "\n\n" + HOSTILE)
    turn = send(page)
    expect(turn.get_by_role("toolbar")).to_be_visible(timeout=20_000)
    expect(turn).to_contain_text('<img src="x" onerror="alert(1)">')
    expect(turn).to_contain_text("[press](javascript:alert(1))")
    expect(turn).to_contain_text("<style>body{display:none}</style>")
    assert turn.locator("img, script, style, iframe").count() == 0
    hrefs = turn.locator("a").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    assert hrefs == ["https://evil.example/x.png"]  # as a link; nothing of it was loaded, or the visit would fail
    visit.shoot("ask-hostile")


def test_a_long_answer_moves_nothing_while_it_comes_and_leaves_who_scrolls_alone(
    visit: Visit, model: SpeakingModel
) -> None:
    page = visit.page
    pieces = re.findall(r"\S+\s*", LONG)
    model.will_say(*pieces, held=len(pieces) // 2)
    turn = send(page)
    expect(turn).to_contain_text("Part 3")
    page.evaluate(WATCH)
    scroller = page.locator(".turns")
    near = "box => box.scrollHeight - box.scrollTop - box.clientHeight < 60"
    page.wait_for_function(f"() => ({near})(document.querySelector('.turns'))")  # it follows the end
    scroller.evaluate("box => { box.scrollTop = 40; }")
    expect(page.get_by_role("button", name="To the end")).to_be_visible()
    at = scroller.evaluate("box => box.scrollTop")
    model.go_on()
    expect(turn.get_by_role("heading", name="Part 11")).to_be_attached(timeout=30_000)
    expect(turn.get_by_role("toolbar")).to_be_attached(timeout=30_000)
    assert scroller.evaluate("box => box.scrollTop") == at
    assert page.evaluate("window.shifted") == []
    expect(turn.locator("table")).to_have_count(12)
    expect(turn.locator(".code-block")).to_have_count(12)
    expect(turn.locator("button.citation")).to_have_count(12)
    page.get_by_role("button", name="To the end").click()
    page.wait_for_function(f"() => ({near})(document.querySelector('.turns'))")
    visit.shoot("ask-long")


def test_an_answer_that_breaks_off_stays_and_can_be_asked_again(visit: Visit, model: SpeakingModel) -> None:
    page = visit.page
    model.will_say("The price of the rental car", " is", breaks=True)
    turn = send(page)
    expect(turn.get_by_role("alert")).to_be_visible(timeout=20_000)
    expect(turn).to_contain_text("The price of the rental car is")
    visit.examine("ask-broken")
    model.will_say(ANSWER)
    turn.get_by_role("button", name="Try again").click()
    expect(turn.locator("button.citation").first).to_be_visible(timeout=20_000)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_who_leaves_ends_the_answer_and_finds_what_was_said(visit: Visit, model: SpeakingModel) -> None:
    page = visit.page
    model.will_say("The price of the rental car", " is 140 EUR [1].", held=1)
    expect(send(page)).to_contain_text("The price of the rental car")
    page.get_by_role("link", name="Documents", exact=True).click()
    assert model.left.wait(20)
    page.go_back()
    expect(page.locator("article.turn")).to_contain_text("Stopped.")


def test_only_the_last_block_of_a_growing_answer_is_parsed_again(visit: Visit) -> None:
    growing = """async (text) => {
      const base = document.querySelector('script[src$="main.js"]').src.replace("main.js", "");
      const { Blocks } = await import(`${base}components/answer/blocks.js`);
      const blocks = new Blocks();
      let first, kept = true, found = [];
      for (let end = 5; end <= text.length + 4; end += 5) {
        found = blocks.feed(text.slice(0, end));
        first ??= found.length > 1 ? found[0] : undefined;
        kept &&= !first || found[0] === first;
      }
      const before = (index) => [...found.slice(0, index).map((each) => each.raw).join("")].length;
      const starts = found.every((one, index) => one.start === before(index));
      return { kept, starts, whole: found.map((one) => one.raw).join("") === text, count: found.length };
    }"""
    found = visit.page.evaluate(growing, "😀 first\n\n" + LONG)
    assert found["kept"]
    assert found["starts"]
    assert found["whole"]
    assert found["count"] > 60
